from odoo import api, fields, models
from odoo.fields import Domain

from .metric import percent

# What is aimed at: the figure of the metric dictionary and its measure.
AIMS = {
    "deposit_number": ("net_deposits", "number"),
    "deposit_area": ("net_deposits", "area"),
    "deposit_amount": ("net_deposits", "amount"),
    "contract_number": ("net_contracts", "number"),
    "contract_area": ("net_contracts", "area"),
    "contract_amount": ("net_contracts", "amount"),
    "receipt_amount": ("net_receipts", "amount"),
}


class PropertyTarget(models.Model):
    """What a project, or one of its reps, is to reach in a month (H6, G6)."""

    _name = "property.target"
    _description = "Monthly Target"
    _order = "month DESC, project_id, user_id"

    project_id = fields.Many2one(
        "property.project",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["property.project"]._only(),
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    currency_id = fields.Many2one(related="project_id.currency_id")
    month = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        help="Any day of it.",
    )
    user_id = fields.Many2one(
        "res.users", "Rep", index=True, help="Empty: the whole project."
    )

    # The plan
    deposit_number = fields.Integer("Deposits (units)")
    deposit_area = fields.Float("Deposits (㎡)", digits=(12, 2))
    deposit_amount = fields.Monetary("Deposits (yuan)")
    contract_number = fields.Integer("Contracts (units)")
    contract_area = fields.Float("Contracts (㎡)", digits=(12, 2))
    contract_amount = fields.Monetary("Contracts (yuan)")
    receipt_amount = fields.Monetary("Receipts (yuan)")

    # What became of it
    deposit_done = fields.Integer("Deposits Made", compute="_compute_done")
    deposit_rate = fields.Float("Deposits (%)", compute="_compute_done")
    contract_done = fields.Monetary("Contracts Made (yuan)", compute="_compute_done")
    contract_rate = fields.Float("Contracts (%)", compute="_compute_done")
    receipt_done = fields.Monetary("Receipts Had", compute="_compute_done")
    receipt_rate = fields.Float("Receipts (%)", compute="_compute_done")

    _month_uniq = models.UniqueIndex(
        "(project_id, month, COALESCE(user_id, 0))",
        "This target is set already: change it.",
    )
    _not_negative = models.Constraint(
        "CHECK(deposit_number >= 0 AND deposit_area >= 0 AND deposit_amount >= 0 "
        "AND contract_number >= 0 AND contract_area >= 0 AND contract_amount >= 0 "
        "AND receipt_amount >= 0)",
        "A target cannot be negative.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._of_month(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._of_month(vals))

    @staticmethod
    def _of_month(vals):
        """A target is of the whole month, whatever day of it was chosen."""
        if not vals.get("month"):
            return vals
        return vals | {"month": fields.Date.to_date(vals["month"]).replace(day=1)}

    @api.constrains("user_id", "project_id")
    def _check_rep(self):
        for target in self.filtered("user_id"):
            target.project_id._check_reps(target.user_id)

    @api.depends("project_id", "month", "user_id")
    def _compute_display_name(self):
        for target in self:
            who = target.user_id.name or target.project_id.name or ""
            month = target.month and f"{target.month:%Y-%m}"
            target.display_name = " · ".join(filter(None, (month, who)))

    @api.depends("project_id", "month", "user_id", *AIMS)
    def _compute_done(self):
        """The figures of the forms: sums, also for who does not see each sale."""
        metrics = self.env["property.metric"].sudo()
        for target in self:
            done = metrics._tally(target._facts())[()]
            target.deposit_done = done.get("net_deposits")
            target.contract_done = done.get("net_contracts", "amount")
            target.receipt_done = done.get("net_receipts", "amount")
            for name, field in (
                ("deposit_rate", "deposit_number"),
                ("contract_rate", "contract_amount"),
                ("receipt_rate", "receipt_amount"),
            ):
                target[name] = percent(done.get(*AIMS[field]), target[field])

    def _facts(self):
        """The facts that count towards the target."""
        if not self.month or not self.project_id:  # being typed
            return Domain.FALSE
        domain = Domain("project_id", "=", self.project_id.id)
        domain &= Domain("day", ">=", self.month)
        domain &= Domain("day", "<", fields.Date.add(self.month, months=1))
        if self.user_id:
            domain &= Domain("user_id", "=", self.user_id.id)
        return domain

    @api.model
    def _aims(self, project, date_from, date_to, user=None):
        """The sum of the targets of the months in a period.

        :return: ({aim: planned}, records); zeros where nothing is planned
        """
        domain = self._of_months(project, date_from, date_to)
        targets = self.search([*domain, ("user_id", "=", user.id if user else False)])
        return {aim: round(sum(targets.mapped(aim)), 2) for aim in AIMS}, targets

    @api.model
    def _of_reps(self, project, date_from, date_to):
        """:return: {rep: his targets of the months in a period}"""
        domain = self._of_months(project, date_from, date_to)
        return self.search([*domain, ("user_id", "!=", False)]).grouped("user_id")

    def _of_months(self, project, date_from, date_to):
        return [
            ("project_id", "=", project.id),
            ("month", ">=", date_from.replace(day=1)),
            ("month", "<=", date_to),
        ]
