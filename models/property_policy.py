from odoo import api, fields, models


class PropertyPolicy(models.Model):
    """Numbers that vary by office; a case is judged by the policy of its day (K1)."""

    _name = "property.policy"
    _description = "Sales Policy"
    _inherit = ["mail.thread"]
    _order = "project_id, date_start DESC"

    project_id = fields.Many2one(
        "property.project",
        index=True,
        ondelete="cascade",
        help="Empty: for every project that has none of its own.",
    )
    company_id = fields.Many2one(related="project_id.company_id")
    date_start = fields.Date("In Force From", required=True, default="2000-01-01")
    slip_hours = fields.Float(
        "Slip Holds (hours)", default=24.0, required=True, tracking=True
    )
    deposit_max_percent = fields.Float(
        "Deposit at Most (% of price)",
        default=20.0,
        required=True,
        tracking=True,
        help="Civil Code of the PRC, article 586: no more than 20 %.",
    )
    sign_days = fields.Integer("Days to Sign", default=7, required=True, tracking=True)
    ownership_months = fields.Integer(
        "Ownership Lasts (months)", default=1, required=True, tracking=True
    )

    _start_uniq = models.UniqueIndex(
        "(COALESCE(project_id, 0), date_start)",
        "A policy of this project starts on that day already.",
    )
    _numbers_positive = models.Constraint(
        "CHECK(slip_hours > 0 AND sign_days > 0 AND ownership_months > 0)",
        "Times of a policy must be positive.",
    )
    _deposit_legal = models.Constraint(
        "CHECK(deposit_max_percent > 0 AND deposit_max_percent <= 20)",
        "The law allows a deposit of 20 % of the price at most.",
    )

    @api.depends("project_id", "date_start")
    def _compute_display_name(self):
        for policy in self:
            name = policy.project_id.name or self.env._("Every project")
            policy.display_name = f"{name} · {policy.date_start}"
