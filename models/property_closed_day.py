from datetime import timedelta

from odoo import api, fields, models


class PropertyClosedDay(models.Model):
    """Days on which an office is closed: no form is due for them and nothing is mailed
    on them; what falls on one is due on the next open day (G21)."""

    _name = "property.closed.day"
    _description = "Closed Days"
    _order = "date_from DESC"

    name = fields.Char("Occasion", required=True)
    project_id = fields.Many2one(
        "property.project",
        index=True,
        ondelete="cascade",
        help="Empty: for every project of the company.",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    date_from = fields.Date("First Day", required=True)
    date_to = fields.Date("Last Day", required=True)

    _days_in_order = models.Constraint(
        "CHECK(date_to >= date_from)", "The last day comes before the first."
    )

    @api.depends("project_id")
    def _compute_company_id(self):
        for closed in self:
            closed.company_id = (
                closed.project_id.company_id or closed.company_id or self.env.company
            )


class PropertyProject(models.Model):
    _inherit = "property.project"  # pylint: disable=consider-merging-classes-inherited

    @api.private
    def closed_days(self, first, last):
        """The closed days from `first` to `last`, as a set."""
        self.ensure_one()
        closures = (
            self.env["property.closed.day"]
            .sudo()
            .search(
                [
                    ("project_id", "in", [self.id, False]),
                    ("company_id", "=", self.sudo().company_id.id),
                    ("date_from", "<=", last),
                    ("date_to", ">=", first),
                ]
            )
        )
        return {
            first + timedelta(days=number)
            for number in range((last - first).days + 1)
            if any(
                closed.date_from <= first + timedelta(days=number) <= closed.date_to
                for closed in closures
            )
        }

    @api.private
    def open_day(self, day):
        """`day`, or the next one on which the office is open."""
        last = day + timedelta(days=366)
        closed = self.closed_days(day, last)
        while day in closed and day < last:
            day += timedelta(days=1)
        return day

    @api.private
    def period_of(self, rhythm, day):
        """First and last day of the "day", "week" or "month" of `day`."""
        if rhythm == "week":
            return self.week_bounds(day)
        if rhythm == "month":
            first = day.replace(day=1)
            return first, fields.Date.end_of(day, "month")
        return day, day
