from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

LOAN_KINDS = [
    ("mortgage", "Mortgage Loan"),
    ("provident", "Provident Fund Loan"),
]
# Who works on loans; reps look on (F4).
LOAN_ROLES = ("clerk", "finance", "manager")


class PropertyMortgage(models.Model):
    """按揭: one loan on its way, a combined loan is two of them (F4)."""

    _name = "property.mortgage"
    _description = "Loan Case"
    _inherit = [
        "property.unit.deal.mixin",
        "property.door.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "deadline, id"
    _door_fields = (
        "name",
        "state",
        "stage_date",
        "deadline",
        "reason",
        "next_step",
        "receipt_id",
        "previous_id",
    )
    _frozen_fields = dict.fromkeys(("installment_id", "contract_id"), ()) | (
        dict.fromkeys(("bank_id", "amount", "rate", "years", "clerk_id"), ("open",))
    )

    name = fields.Char("Case No.")
    contract_id = fields.Many2one(
        "property.contract", required=True, index=True, ondelete="restrict"
    )
    installment_id = fields.Many2one(
        "property.installment", index=True, ondelete="set null"
    )
    unit_id = fields.Many2one(
        related="contract_id.unit_id", store=True, precompute=True
    )
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Purchaser")
    lead_id = fields.Many2one(
        related="contract_id.lead_id", store=True, precompute=True
    )
    user_id = fields.Many2one(related="contract_id.user_id")

    # The loan
    kind = fields.Selection(LOAN_KINDS, required=True, readonly=True)
    bank_id = fields.Many2one("res.bank", ondelete="restrict", tracking=True)
    amount = fields.Monetary(required=True, tracking=True)
    rate = fields.Float("Interest a Year (%)", digits=(5, 3))
    years = fields.Integer()
    monthly_payment = fields.Monetary(
        compute="_compute_monthly_payment", help="Equal instalments (等额本息)."
    )

    # Where it is
    state = fields.Selection(
        [
            ("open", "Under Way"),
            ("paid", "Paid Out"),
            ("refused", "Refused by the Bank"),
            ("withdrawn", "Withdrawn"),
        ],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    stage_id = fields.Many2one(
        "property.mortgage.stage",
        required=True,
        index=True,
        default=lambda self: self._default_stage_id(),
        group_expand="_read_group_stage_id",
        copy=False,
        ondelete="restrict",
    )
    is_before_final = fields.Boolean(
        compute="_compute_is_before_final", export_string_translation=False
    )
    stage_date = fields.Date("In This Stage Since", readonly=True, copy=False)
    deadline = fields.Date(readonly=True, copy=False)
    is_late = fields.Boolean(
        compute="_compute_is_late",
        search="_search_is_late",
        help="Past its deadline by the project's today; never stored.",
    )
    expected_date = fields.Date(
        "Money Expected",
        compute="_compute_expected_date",
        help="The days allowed to this and the following stages.",
    )
    clerk_id = fields.Many2one(
        "res.users", "Responsible", index=True, tracking=True, ondelete="restrict"
    )
    move_ids = fields.One2many("property.mortgage.move", "mortgage_id", "Stages")
    receipt_id = fields.Many2one("property.receipt", readonly=True, copy=False)
    receipt_state = fields.Selection(related="receipt_id.state", string="Receipt State")

    # When the bank says no
    reason = fields.Char("Reason It Ended", readonly=True, copy=False)
    next_step = fields.Selection(
        [
            ("other_bank", "Another Bank"),
            ("change_plan", "Another Way of Payment"),
            ("cancel", "Give Up the Purchase"),
        ],
        readonly=True,
        copy=False,
    )
    previous_id = fields.Many2one(
        "property.mortgage", "Refused Before", readonly=True, copy=False, index=True
    )

    _one_live_per_installment = models.UniqueIndex(
        "(installment_id) WHERE state IN ('open', 'paid')",
        "This instalment has a loan case already.",
    )
    _deadline_idx = models.Index("(project_id, deadline) WHERE state = 'open'")
    _amounts_sound = models.Constraint(
        "CHECK(amount > 0 AND rate >= 0 AND rate < 100 AND years >= 0 AND years <= 30)",
        "The amount of a loan is positive, its interest below 100 %, its time 30 years "
        "at most.",
    )

    def _default_stage_id(self):
        return self.env["property.mortgage.stage"].search([], limit=1)

    @api.model
    def _read_group_stage_id(self, stages, domain):
        return stages._all()

    @api.depends("amount", "rate", "years")
    def _compute_monthly_payment(self):
        for case in self:
            months = case.years * 12
            rate = case.rate / 1200
            if not months:
                case.monthly_payment = 0
            elif not rate:
                case.monthly_payment = case.amount / months
            else:
                factor = (1 + rate) ** months
                case.monthly_payment = case.amount * rate * factor / (factor - 1)

    @api.depends("stage_id")
    def _compute_is_before_final(self):
        for case in self:
            case.is_before_final = case.stage_id._following()[:1].is_final

    @api.depends("state", "deadline")
    def _compute_is_late(self):
        for case in self:
            case.is_late = (
                case.state == "open"
                and bool(case.deadline)
                and case.deadline < case.project_id.local_day()
            )

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Projects may lie in different time zones: each has its own today.
        late = Domain("state", "=", "open") & Domain.OR(
            Domain("project_id", "=", project.id)
            & Domain("deadline", "<", project.local_day())
            for project in self.env["property.project"]
            .sudo()
            .with_context(active_test=False)
            .search([])
        )
        return Domain.OR(late if one else ~late for one in value)

    @api.depends("state", "stage_id", "deadline")
    def _compute_expected_date(self):
        for case in self:
            if case.state != "open" or not case.deadline:
                case.expected_date = False
                continue
            # What is late cannot be paid earlier than if it went on today.
            start = max(case.deadline, case.project_id.local_day())
            days = sum(case.stage_id._following().mapped("days"))
            case.expected_date = fields.Date.add(start, days=days)

    @api.model_create_multi
    def create(self, vals_list):
        self.flush_model(["state"])  # one that just ended makes room in the index
        cases = super().create(vals_list)
        for case in cases:
            case._write_through({"name": case._next_number("property.mortgage")})
            case._arrive(case.stage_id)
        return cases

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A loan case is withdrawn, not deleted."))
