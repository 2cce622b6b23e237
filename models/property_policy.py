from odoo import api, fields, models


class PropertyPolicy(models.Model):
    """Numbers that vary by office; a case is judged by the policy of its day (K1)."""

    _name = "property.policy"
    _description = "Sales Policy"
    _inherit = ["mail.thread", "property.visibility.mixin"]  # policies are cached
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
    slips_per_client = fields.Integer(
        "Slips at a Time per Client",
        default=2,
        required=True,
        tracking=True,
        help="0: as many as he likes.",
    )
    slips_per_rep = fields.Integer(
        "Slips at a Time per Rep",
        default=10,
        required=True,
        tracking=True,
        help="0: as many as he likes.",
    )
    extensions_max = fields.Integer(
        "Extensions of a Slip", default=1, required=True, tracking=True
    )
    extension_hours = fields.Float(
        "An Extension at Most (hours)", default=24.0, required=True, tracking=True
    )
    extension_role = fields.Selection(
        [
            ("control", "Control"),
            ("supervisor", "Supervisor"),
            ("manager", "Manager"),
        ],
        "Extends Slips",
        default="supervisor",
        required=True,
        tracking=True,
        help="The manager may always.",
    )
    squat_attempts = fields.Integer(
        "Slips in Vain per Unit and Rep",
        default=3,
        required=True,
        tracking=True,
        help="After so many the unit is closed to the rep for a while; 0: never.",
    )
    squat_days = fields.Integer(
        "…within (days)", default=7, required=True, tracking=True
    )
    squat_cooldown_hours = fields.Float(
        "…It Is Closed to Him (hours)", default=24.0, required=True, tracking=True
    )
    deposit_max_percent = fields.Float(
        "Deposit at Most (% of price)",
        default=20.0,
        required=True,
        tracking=True,
        help="Civil Code of the PRC, article 586: no more than 20 %.",
    )
    earnest_allowed = fields.Boolean(
        "Takes Earnest Money",
        default=True,
        tracking=True,
        help="Before launch, from clients who have no unit yet; never before a presale "
        "permit is valid. Always returned in full.",
    )
    discount_standard_percent = fields.Float(
        "Standard On-site Discount (%)",
        default=2.0,
        required=True,
        tracking=True,
        help="What every rep may give; beyond it a special discount is requested.",
    )
    discount_days = fields.Integer(
        "A Special Discount Holds (days)", default=7, required=True, tracking=True
    )
    sign_days = fields.Integer("Days to Sign", default=7, required=True, tracking=True)
    sign_grace_days = fields.Integer(
        "Grace to Sign (days)", default=3, required=True, tracking=True
    )
    fee_days = fields.Integer(
        "Days to Pay the Deposit in Full", default=3, required=True, tracking=True
    )
    papers_days = fields.Integer(
        "Days to Bring the Papers", default=5, required=True, tracking=True
    )
    lapse_warn_days = fields.Integer(
        "Warn Before a Deposit Lapses (days)", default=2, required=True, tracking=True
    )
    lapse_automatic = fields.Boolean(
        "Unpaid Deposits Lapse by Themselves",
        tracking=True,
        help="Only where finance has confirmed no money: the rest is proposed to the "
        "manager.",
    )
    sign_needs_documents = fields.Boolean(
        "Papers Before Signing",
        tracking=True,
        help="No contract is signed while a document needed for signing is missing.",
    )
    ownership_months = fields.Integer(
        "Ownership Lasts (months)", default=1, required=True, tracking=True
    )

    warn_days = fields.Integer(
        "Warn Before Lapse (days)", default=3, required=True, tracking=True
    )
    followups_required = fields.Integer(
        "Follow-ups after a Visit", default=3, required=True, tracking=True
    )
    call_claim_days = fields.Integer(
        "A Call Claims the Visit (days)",
        default=7,
        required=True,
        tracking=True,
        help="Who comes within these days is the client of who took his call.",
    )
    fact_check_days = fields.Integer(
        "Facts Are Checked Every (days)", default=90, required=True, tracking=True
    )

    # Units
    freed_to = fields.Selection(
        [("available", "Back on Sale"), ("held", "To Control First")],
        "Freed Units Go",
        default="available",
        required=True,
        tracking=True,
        help="What becomes of a unit whose slip, deposit or contract has ended.",
    )
    hold_max_percent = fields.Float(
        "Control Holds at Most (% of a building)",
        default=30.0,
        required=True,
        tracking=True,
        help="A manager may hold more.",
    )

    # Free pool
    claims_per_day = fields.Integer(
        "Claims from the Pool (a day)", default=5, required=True, tracking=True
    )
    claim_cooldown_days = fields.Integer(
        "Former Owner Waits (days)",
        default=7,
        required=True,
        tracking=True,
        help="So long who let a client lapse may not claim him again.",
    )

    # Filing
    filing_late_fine = fields.Float(
        "Penalty for Filing Late (yuan)",
        default=50.0,
        required=True,
        tracking=True,
        help="Proposed on the filing; conduct decides.",
    )
    filing_missing_fine = fields.Float(
        "Penalty for Not Filing (yuan)", default=100.0, required=True, tracking=True
    )
    filing_missing_days = fields.Integer(
        "Missing after the Deadline (days)", default=1, required=True, tracking=True
    )
    filing_recheck_days = fields.Integer(
        "Filed Forms Are Checked Back (days)",
        default=92,
        required=True,
        tracking=True,
        help="What moves behind a form filed in these days becomes a restatement.",
    )

    # Clients' cases
    complaint_days = fields.Integer(
        "Days to Solve a Complaint", default=3, required=True, tracking=True
    )
    problem_days = fields.Integer(
        "Days to Solve a Problem", default=3, required=True, tracking=True
    )
    repair_days = fields.Integer(
        "Days for a Repair", default=15, required=True, tracking=True
    )

    # Reception desk, rulings, hand-over
    checks_per_hour = fields.Integer(
        "Number Checks (an hour)", default=60, required=True, tracking=True
    )
    appeal_days = fields.Integer(
        "Appeal against a Ruling (days)", default=3, required=True, tracking=True
    )
    split_percent = fields.Float(
        "Claimant's Part when Split (%)", default=50.0, required=True, tracking=True
    )
    handover_undo_days = fields.Integer(
        "Hand-over Can Be Undone (days)", default=7, required=True, tracking=True
    )

    _start_uniq = models.UniqueIndex(
        "(COALESCE(project_id, 0), date_start)",
        "A policy of this project starts on that day already.",
    )
    _numbers_positive = models.Constraint(
        "CHECK(slip_hours > 0 AND sign_days > 0 AND ownership_months > 0)",
        "Times of a policy must be positive.",
    )
    _counts_not_negative = models.Constraint(
        "CHECK(warn_days >= 0 AND followups_required >= 0 AND call_claim_days >= 0 "
        "AND claims_per_day >= 0 AND claim_cooldown_days >= 0 AND appeal_days >= 0 "
        "AND handover_undo_days >= 0 AND fact_check_days > 0 AND checks_per_hour > 0)",
        "Counts of a policy must not be negative.",
    )
    _filing_not_negative = models.Constraint(
        "CHECK(filing_late_fine >= 0 AND filing_missing_fine >= 0 "
        "AND filing_missing_days >= 0 AND filing_recheck_days >= 0)",
        "Penalties and days of filing must not be negative.",
    )
    _deals_not_negative = models.Constraint(
        "CHECK(slips_per_client >= 0 AND slips_per_rep >= 0 AND extensions_max >= 0 "
        "AND extension_hours > 0 AND squat_attempts >= 0 AND squat_days > 0 "
        "AND squat_cooldown_hours >= 0 AND sign_grace_days >= 0 AND fee_days >= 0 "
        "AND papers_days >= 0 AND lapse_warn_days >= 0 AND discount_days >= 0 "
        "AND discount_standard_percent >= 0 AND discount_standard_percent < 100)",
        "Counts and times of a policy must not be negative.",
    )
    _cases_not_negative = models.Constraint(
        "CHECK(complaint_days >= 0 AND problem_days >= 0 AND repair_days >= 0)",
        "Days to solve a client's case must not be negative.",
    )
    _hold_max_percent_range = models.Constraint(
        "CHECK(hold_max_percent >= 0 AND hold_max_percent <= 100)",
        "Held units are between 0 and 100 % of a building.",
    )
    _split_percent_range = models.Constraint(
        "CHECK(split_percent >= 0 AND split_percent <= 100)",
        "A part is between 0 and 100 %.",
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
