from collections import defaultdict
from datetime import date, datetime, time, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, unique

from ..models.metric import MEASURES, METRICS, Tally

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
    def _read_stretches(self, stretches, domain, groupings):
        """The figures of the facts in `domain`, in one query.

        :param stretches: `metric_reading.Stretches`: the days, where they are cut
        :param groupings: list of tuples of field names
        :return: {grouping: {number of the stretch: {values: Tally}}}
        """
        self.browse().check_access("read")
        query = self.with_context(metric_stretches=stretches)._search(domain)
        names = [*unique(name for grouping in groupings for name in grouping)]
        terms = {
            name: self._field_to_sql(self._table, name, query)
            for name in ("metric", *names, *MEASURES)
        }
        stretch = SQL.identifier(self._table, "stretch")
        keys = SQL(", ").join(terms[name] for name in names)
        query.groupby = SQL(
            "GROUPING SETS (%s)",
            SQL(", ").join(
                SQL(
                    "(%s)", SQL(", ").join([stretch, *map(terms.get, ("metric", *one))])
                )
                for one in groupings
            ),
        )
        if names:
            query.order = keys
        rows = self.env.execute_query(
            query.select(
                SQL("GROUPING(%s)", keys) if names else SQL("0"),
                stretch,
                *(terms[name] for name in ("metric", *names)),
                *(SQL("SUM(%s)", terms[measure]) for measure in MEASURES),
            )
        )
        places = {name: place for place, name in enumerate(names, 3)}
        values = {
            name: self._group_values(name, {row[place] for row in rows})
            for name, place in places.items()
        }
        # GROUPING() has a bit for each name that a row is not grouped by, the last name
        # the lowest.
        of_bits = {
            sum(
                1 << n for n, name in enumerate(reversed(names)) if name not in one
            ): one
            for one in groupings
        }
        read = {grouping: defaultdict(dict) for grouping in groupings}
        for row in rows:
            grouping = of_bits[row[0]]
            tallies = read[grouping][row[1]]
            key = tuple([values[name][row[places[name]]] for name in grouping])
            if key not in tallies:
                tallies[key] = Tally()
            tallies[key].add(row[2], *row[-len(MEASURES) :])
        return read

    def _group_values(self, name, raw):
        """{what the database has: what `_read_group` gives for it}"""
        field = self._fields[name]
        if not field.relational:
            return {one: False if one is None else one for one in raw}
        records = self.env[field.comodel_name].browse(sorted(filter(None, raw)))
        return {one.id: one for one in records} | {None: records.browse()}

    @api.model
    def _search(self, domain, *args, **kwargs):
        """A bound on the day bounds the moment too, and the other way round: some
        tables are indexed by one, some by the other. Facts are read by their records.
        """
        # To compile the query of ten tables takes longer than to answer it; its groups
        # are few, which the planner does not know.
        self.env.cr.execute("SET LOCAL jit = off; SET LOCAL work_mem = '64MB'")
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
