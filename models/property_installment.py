from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .property_payment_plan import INSTALLMENT_KINDS


class PropertyInstallment(models.Model):
    """应付款: what is due when, and what is paid of it (F1)."""

    _name = "property.installment"
    _description = "Instalment"
    _inherit = ["property.door.mixin"]
    _door_fields = ()
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
    user_id = fields.Many2one(related="contract_id.user_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    kind = fields.Selection(INSTALLMENT_KINDS, required=True, default="installment")
    due_date = fields.Date(required=True)
    amount = fields.Monetary(required=True)
    line_ids = fields.One2many("property.receipt.line", "installment_id")
    paid_amount = fields.Monetary(compute="_compute_paid_amount", store=True)
    residual = fields.Monetary(compute="_compute_paid_amount", store=True)
    state = fields.Selection(
        [
            ("pending", "Pending"),
            ("partial", "Partly Paid"),
            ("paid", "Paid"),
            ("overdue", "Overdue"),
            ("deferred", "Deferred"),
        ],
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

    @api.depends("amount", "line_ids.amount", "line_ids.receipt_id.state")
    def _compute_paid_amount(self):
        for installment in self:
            installment.paid_amount = sum(
                line.amount
                for line in installment.line_ids
                if line.receipt_id.state == "confirmed"
            )
            installment.residual = installment.amount - installment.paid_amount

    @api.depends("residual", "due_date")
    def _compute_state(self):
        for installment in self:
            currency = installment.currency_id
            if not currency or not installment.due_date:  # being typed
                installment.state = "pending"
            elif currency.is_zero(installment.residual):
                installment.state = "paid"
            elif installment.due_date < installment.project_id.local_day():
                installment.state = "overdue"
            elif currency.is_zero(installment.paid_amount):
                installment.state = "pending"
            else:
                installment.state = "partial"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Projects may lie in different time zones: each has its own today.
        open_domain = Domain("residual", ">", 0)
        overdue = Domain.OR(
            Domain("project_id", "=", project.id)
            & Domain("due_date", "<", project.local_day())
            for project in self.env["property.project"]
            .sudo()
            .with_context(active_test=False)
            .search([])
        )
        return Domain.OR(
            {
                "paid": Domain("residual", "<=", 0),
                "overdue": open_domain & overdue,
                "partial": open_domain & ~overdue & Domain("paid_amount", ">", 0),
                "pending": open_domain & ~overdue & Domain("paid_amount", "=", 0),
            }.get(state, Domain.FALSE)
            for state in value
        )

    @api.depends("name", "contract_id")
    def _compute_display_name(self):
        for installment in self:
            installment.display_name = (
                f"{installment.contract_id.display_name} · {installment.name}"
            )

    @api.model_create_multi
    def create(self, vals_list):
        installments = super().create(vals_list)
        installments.contract_id._check_state("draft")
        return installments

    def write(self, vals):
        if not {"contract_id", "amount", "due_date", "kind"}.isdisjoint(vals):
            self.contract_id._check_state("draft")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        if any(installment.contract_id.state != "draft" for installment in self):
            raise UserError(
                self.env._("The instalments of a signed contract are not deleted.")
            )
