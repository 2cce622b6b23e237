from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .property_payment_plan import INSTALLMENT_KINDS

INSTALLMENT_STATES = [
    ("pending", "Pending"),
    ("partial", "Partly Paid"),
    ("paid", "Paid"),
    ("overdue", "Overdue"),
    ("deferred", "Deferred"),
]


class PropertyInstallment(models.Model):
    """应付款: what is due when, and what is paid of it (F1)."""

    _name = "property.installment"
    _description = "Instalment"
    _inherit = ["property.door.mixin"]
    _door_fields = ("deferred_until",)
    _order = "contract_id, sequence, id"

    contract_id = fields.Many2one(
        "property.contract", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(
        related="contract_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id")
    currency_id = fields.Many2one(related="project_id.currency_id")
    lead_id = fields.Many2one(
        related="contract_id.lead_id", store=True, precompute=True
    )
    user_id = fields.Many2one(
        related="contract_id.user_id", store=True, string="Salesperson"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    kind = fields.Selection(INSTALLMENT_KINDS, required=True, default="installment")
    due_date = fields.Date(
        compute="_compute_due_date",
        store=True,
        readonly=False,
        precompute=True,
        help="Empty while the building has not reached the milestone.",
    )
    milestone_id = fields.Many2one(
        "property.milestone", index="btree_not_null", ondelete="restrict"
    )
    milestone_days = fields.Integer("Days after Milestone")
    expected_date = fields.Date(
        compute="_compute_expected_date",
        store=True,
        help="The due date, or when the milestone is planned: for the forecast.",
    )
    deferred_until = fields.Date(
        readonly=True,
        copy=False,
        help="An approved deferral: not overdue until this day is over.",
    )
    amount = fields.Monetary(required=True)
    line_ids = fields.One2many("property.receipt.line", "installment_id", "Paid by")
    paid_amount = fields.Monetary(compute="_compute_paid_amount", store=True)
    residual = fields.Monetary(compute="_compute_paid_amount", store=True)
    state = fields.Selection(
        INSTALLMENT_STATES,
        compute="_compute_state",
        search="_search_state",
        help="Read off what is paid and the project's today; never stored, so that it "
        "is right at midnight too.",
    )

    _due_idx = models.Index(
        "(project_id, due_date) INCLUDE (user_id, residual) WHERE residual > 0"
    )
    _owner_idx = models.Index("(user_id, due_date) WHERE residual > 0")
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "The amount of an instalment must be positive."
    )

    _due_or_milestone = models.Constraint(
        "CHECK(due_date IS NOT NULL OR milestone_id IS NOT NULL)",
        "An instalment has a due date, or waits for a milestone.",
    )

    @api.depends("milestone_id.reached_date", "milestone_days")
    def _compute_due_date(self):
        for installment in self:
            milestone = installment.milestone_id
            if milestone:
                reached = milestone.reached_date
                installment.due_date = reached and reached + timedelta(
                    days=installment.milestone_days
                )
            else:
                installment.due_date = installment.due_date

    @api.depends("due_date", "milestone_id.planned_date", "milestone_days")
    def _compute_expected_date(self):
        for installment in self:
            planned = installment.milestone_id.planned_date
            installment.expected_date = installment.due_date or (
                planned and planned + timedelta(days=installment.milestone_days)
            )

    @api.depends(
        *("amount", "line_ids.amount"),
        *("line_ids.receipt_id.state", "line_ids.receipt_id.kind"),
    )
    def _compute_paid_amount(self):
        for installment in self:
            paid = installment.line_ids._paid_sum()
            installment.paid_amount = paid
            installment.residual = installment.amount - paid

    def _price_sum(self):
        """What these instalments take of the price: fees are on top of it."""
        return sum(one.amount for one in self if one.kind != "fee")

    @api.depends("residual", "due_date", "deferred_until")
    def _compute_state(self):
        for installment in self:
            currency = installment.currency_id
            if not currency or not installment.contract_id:  # being typed
                installment.state = "pending"
                continue
            due, today = installment.due_date, installment.project_id.local_day()
            promised = installment.deferred_until
            if currency.is_zero(installment.residual):
                installment.state = "paid"
            elif due and due < today:
                kept = promised and promised >= today
                installment.state = "deferred" if kept else "overdue"
            elif currency.is_zero(installment.paid_amount):
                installment.state = "pending"
            else:
                installment.state = "partial"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Projects may lie in different time zones: each has its own today.
        open_domain = Domain("residual", ">", 0)
        late, promised = Domain.FALSE, Domain.FALSE
        for project, today in self._todays():
            mine = Domain("project_id", "=", project.id)
            late |= mine & Domain("due_date", "<", today)
            promised |= mine & Domain("deferred_until", ">=", today)
        return Domain.OR(
            {
                "paid": Domain("residual", "<=", 0),
                "overdue": open_domain & late & ~promised,
                "deferred": open_domain & late & promised,
                "partial": open_domain & ~late & Domain("paid_amount", ">", 0),
                "pending": open_domain & ~late & Domain("paid_amount", "=", 0),
            }.get(state, Domain.FALSE)
            for state in value
        )

    @api.depends("name", "contract_id")
    def _compute_display_name(self):
        for installment in self:
            installment.display_name = (
                f"{installment.contract_id.display_name} · {installment.name}"
            )

    def _check_paid(self):
        """:raise ValidationError: when money pays more than is due, or less than 0"""
        for one in self:
            if one.currency_id.compare_amounts(one.residual, 0) < 0:
                raise ValidationError(
                    self.env._("%s would be paid twice over.", one.display_name)
                )
            if one.currency_id.compare_amounts(one.paid_amount, 0) < 0:
                raise ValidationError(
                    self.env._(
                        "More would be taken back from %s than is paid on it.",
                        one.display_name,
                    )
                )

    def _defer(self, until):
        """A deferral is approved (F5): not overdue until the day `until` is over."""
        self._write_through({"deferred_until": until})

    # Users change drafts; a signed contract's are made anew by its own step.

    @api.model_create_multi
    def create(self, vals_list):
        installments = super().create(vals_list)
        installments._check_open()
        return installments

    def write(self, vals):
        if set(vals) & {
            *("contract_id", "amount", "due_date", "kind"),
            *("milestone_id", "milestone_days"),
        }:
            self._check_open()
        result = super().write(vals)
        if "contract_id" in vals:
            self._check_open()  # of the contract they were moved to
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        self._check_open()

    def _check_open(self):
        if not self.env.su:
            self.contract_id._check_state("draft")
