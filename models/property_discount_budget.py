from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertyDiscountBudget(models.Model):
    """What a level may give away in a period; beyond it the next is asked (E4).

    Approved is used; what lapses, and that of a sale which is cancelled or exchanged,
    returns to the budget of the day on which it was approved.
    """

    _name = "property.discount.budget"
    _description = "Discount Budget"
    _order = "project_id, date_start DESC, level_id"

    project_id = fields.Many2one(
        "property.project", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="project_id.company_id")
    currency_id = fields.Many2one(related="project_id.currency_id")
    level_id = fields.Many2one(
        "tier.definition",
        "Approval Level",
        required=True,
        index=True,
        domain="[('model', '=', 'property.discount')]",
        ondelete="cascade",
    )
    date_start = fields.Date("From", required=True)
    date_end = fields.Date("To", required=True)
    amount = fields.Monetary("Budget", required=True)
    used = fields.Monetary(compute="_compute_used")
    left = fields.Monetary(compute="_compute_used")
    used_percent = fields.Float("Used (%)", compute="_compute_used")
    discount_ids = fields.One2many("property.discount", "budget_id", readonly=True)

    _amount_not_negative = models.Constraint(
        "CHECK(amount >= 0)", "A budget cannot be negative."
    )
    _dates_ordered = models.Constraint(
        "CHECK(date_start <= date_end)", "A period ends after it begins."
    )

    @api.depends("amount", "discount_ids.state", "discount_ids.extra_amount")
    def _compute_used(self):
        sums = dict(
            self.env["property.discount"]
            .sudo()
            ._read_group(
                [("budget_id", "in", self.ids), ("state", "in", ("approved", "used"))],
                ["budget_id"],
                ["extra_amount:sum"],
            )
        )
        for budget in self:
            budget.used = sums.get(budget, 0)
            budget.left = budget.amount - budget.used
            budget.used_percent = budget.amount and 100 * budget.used / budget.amount

    @api.depends("level_id", "date_start", "date_end")
    def _compute_display_name(self):
        for budget in self:
            budget.display_name = (
                f"{budget.level_id.name} · {budget.date_start} – {budget.date_end}"
            )

    @api.constrains("project_id", "level_id", "date_start", "date_end")
    def _check_overlap(self):
        for budget in self:
            if self.search_count(
                [
                    ("id", "!=", budget.id),
                    ("project_id", "=", budget.project_id.id),
                    ("level_id", "=", budget.level_id.id),
                    ("date_start", "<=", budget.date_end),
                    ("date_end", ">=", budget.date_start),
                ],
                limit=1,
            ):
                raise ValidationError(
                    self.env._("The level has a budget for some of these days already.")
                )

    @api.model
    def _of(self, project, level, day):
        """The budget that `level` has on `day`; empty when it is not limited."""
        return self.sudo().search(
            [
                ("project_id", "=", project.id),
                ("level_id", "=", level.id),
                ("date_start", "<=", day),
                ("date_end", ">=", day),
            ],
            limit=1,
        )
