from datetime import date, datetime, time, timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..models.metric import METRICS, Tally

# No place's clock is further from UTC than this.
CLOCKS = timedelta(hours=15)
SHIFT = 16  # branches of the query: an id is that of the record and its branch


class PropertyMetric(models.Model):
    """The metric dictionary of forms.md in one place: a row for each fact that counts.

    Forms, dashboards and analysis views all read from here, so they cannot disagree.
    What is reckoned from them is in `metric.py`, where they lie in
    `property_metric_facts.py`. A fact of a sale is of who had the client when it
    happened, by the ledger: a hand-over moves no figure of the past.
    """

    _name = "property.metric"
    _description = "Fact that Counts"
    _auto = False
    _order = "date DESC, id DESC"
    _rec_name = "metric"

    metric = fields.Selection(METRICS, readonly=True)
    date = fields.Datetime("Moment", readonly=True)
    day = fields.Date(readonly=True, help="In the project's time zone.")
    hour = fields.Integer("Hour of Day", readonly=True, aggregator=None)
    number = fields.Integer("Count", readonly=True)
    area = fields.Float("Area (㎡)", digits=(12, 2), readonly=True)
    amount = fields.Monetary(readonly=True)
    project_id = fields.Many2one("property.project", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="project_id.currency_id")
    user_id = fields.Many2one("res.users", "Rep", readonly=True)
    source_id = fields.Many2one("utm.source", "Channel", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    district = fields.Char("Lives In", readonly=True)
    unit_id = fields.Many2one("property.unit", readonly=True)
    building_id = fields.Many2one("property.building", readonly=True)
    unit_type_id = fields.Many2one("property.unit.type", readonly=True)
    res_model = fields.Char(readonly=True, export_string_translation=False)
    res_id = fields.Integer(readonly=True, aggregator=None)

    # === Reading ===

    @api.model
    def _tally(self, domain, groupby=()):
        """The figures of the facts in `domain`, one `Tally` a group.

        :param groupby: as in `_read_group`
        :return: dict of group key (of one groupby its value, else a tuple) to Tally
        """
        tallies = {} if groupby else {(): Tally()}
        for *key, metric, number, area, amount in self._read_group(
            domain, [*groupby, "metric"], ["number:sum", "area:sum", "amount:sum"]
        ):
            key = key[0] if len(groupby) == 1 else tuple(key)
            tallies.setdefault(key, Tally()).add(metric, number, area, amount)
        return tallies

    @api.model
    def _search(self, domain, *args, **kwargs):
        """A bound on the day bounds the moment too, and the other way round: some
        tables are indexed by one, some by the other. Facts are read by their records.
        """
        domain = Domain(domain).optimize_full(self).map_conditions(self._indexed)
        return super()._search(domain, *args, **kwargs)

    def _indexed(self, condition):
        """:return: the condition, and what follows from it that an index serves"""
        if condition.field_expr == "id" and condition.operator == "in":
            records = [one // SHIFT for one in condition.value if one]
            return condition & Domain("res_id", "in", records)
        other = {"day": "date", "date": "day"}.get(condition.field_expr)
        operator, value = condition.operator, condition.value
        values = list(value) if operator == "in" else [value]
        if not other or not all(isinstance(one, date) for one in values):
            return condition
        result = condition
        if operator in (">", ">=", "in"):
            result &= Domain(other, ">=", self._around(other, min(values), -1))
        if operator in ("<", "<=", "in"):
            result &= Domain(other, "<=", self._around(other, max(values), 1))
        return result

    @staticmethod
    def _around(name, value, sign):
        """The first or last `name` ("day" or "date") that `value` can be, anywhere."""
        if name == "day":
            return (value + sign * CLOCKS).date()
        midnight = datetime.combine(value, time.min)
        return midnight + sign * CLOCKS + timedelta(days=int(sign > 0))

    def action_open_record(self):
        """The record this fact was read off, under its own rules."""
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id)
        return record.get_formview_action()
