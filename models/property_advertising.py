from datetime import timedelta

from odoo import api, fields, models


class PropertyAdvertising(models.Model):
    """What advertising by a channel cost, spread evenly over the days it ran (G4, G6).

    The office's forms set it against the calls, visits and deposits that came of it.
    """

    _name = "property.advertising"
    _description = "Advertising Cost"
    _order = "date_from DESC, id DESC"
    _rec_name = "source_id"

    project_id = fields.Many2one(
        "property.project",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["property.project"]._only(),
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    currency_id = fields.Many2one(related="project_id.currency_id")
    source_id = fields.Many2one(
        "utm.source", "Channel", required=True, ondelete="restrict"
    )
    campaign_id = fields.Many2one("utm.campaign", ondelete="restrict")
    date_from = fields.Date("First Day", required=True)
    date_to = fields.Date("Last Day", required=True)
    amount = fields.Monetary("Cost", required=True)
    note = fields.Char()

    _dates_ordered = models.Constraint(
        "CHECK(date_from <= date_to)", "Advertising ends before it begins."
    )
    _amount_not_negative = models.Constraint(
        "CHECK(amount >= 0)", "The cost of advertising cannot be negative."
    )

    @api.model
    def _costs(self, project, date_from, date_to):
        """The part of each cost that falls on the days `date_from` to `date_to`.

        Days add up to months to the cent: each day bears what is spent by its end less
        what was spent by its beginning.

        :return: {(source, campaign): (amount, records)}
        """
        costs = {}
        for record in self.search(
            [
                ("project_id", "=", project.id),
                ("date_from", "<=", date_to),
                ("date_to", ">=", date_from),
            ]
        ):
            key = (record.source_id, record.campaign_id)
            amount, records = costs.get(key, (0, self.browse()))
            part = record._spent(date_to) - record._spent(date_from - timedelta(days=1))
            costs[key] = (round(amount + part, 2), records + record)
        return costs

    def _spent(self, day):
        """What of the cost is spent when `day` is over."""
        self.ensure_one()
        days = (self.date_to - self.date_from).days + 1
        passed = min(max((day - self.date_from).days + 1, 0), days)
        return self.currency_id.round(self.amount * passed / days)
