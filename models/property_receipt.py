from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class PropertyReceipt(models.Model):
    """Money received or returned, confirmed by finance (F2)."""

    _name = "property.receipt"
    _description = "Receipt"
    _inherit = ["property.door.mixin"]
    _order = "date DESC, id DESC"
    _door_fields = ("state", "name", "confirm_date", "confirm_user_id")
    _frozen_fields = dict.fromkeys(
        ("kind", "method", "amount", "date", "deposit_id", "contract_id"), ("draft",)
    )

    name = fields.Char("Receipt No.", readonly=True, copy=False)
    kind = fields.Selection(
        [("receipt", "Receipt"), ("refund", "Refund")], required=True, default="receipt"
    )
    date = fields.Date(
        required=True, default=fields.Date.context_today, help="Day of payment."
    )
    method = fields.Selection(
        [
            ("cash", "Cash"),
            ("card", "Card"),
            ("transfer", "Bank Transfer"),
            ("cheque", "Cheque"),
            ("loan", "Loan Paid Out"),
        ],
        required=True,
        default="transfer",
    )
    amount = fields.Monetary(required=True)
    signed_amount = fields.Monetary(
        "Net Receipts", compute="_compute_signed_amount", store=True
    )
    note = fields.Char()
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("confirmed", "Confirmed"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    confirm_date = fields.Datetime(readonly=True, copy=False)
    confirm_user_id = fields.Many2one("res.users", readonly=True, copy=False)

    # For what
    deposit_id = fields.Many2one(
        "property.deposit",
        index=True,
        compute="_compute_deposit_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    contract_id = fields.Many2one("property.contract", index=True, ondelete="restrict")
    project_id = fields.Many2one(
        related="deposit_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    currency_id = fields.Many2one(related="project_id.currency_id")
    unit_id = fields.Many2one(related="deposit_id.unit_id")
    partner_id = fields.Many2one(related="deposit_id.partner_id", string="Purchaser")
    lead_id = fields.Many2one(related="deposit_id.lead_id", store=True, precompute=True)
    user_id = fields.Many2one(
        related="deposit_id.user_id", store=True, index=True, string="Salesperson"
    )
    line_ids = fields.One2many("property.receipt.line", "receipt_id", "Allocation")

    _confirmed_idx = models.Index(
        "(project_id, confirm_date) INCLUDE (user_id, signed_amount) "
        "WHERE state = 'confirmed'"
    )
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "The amount of a receipt must be positive."
    )
    _has_document = models.Constraint(
        "CHECK(deposit_id IS NOT NULL)",
        "A receipt is for a deposit or a contract: choose one.",
    )

    @api.depends("amount", "kind")
    def _compute_signed_amount(self):
        for receipt in self:
            sign = -1 if receipt.kind == "refund" else 1
            receipt.signed_amount = sign * receipt.amount

    @api.depends("contract_id")
    def _compute_deposit_id(self):
        for receipt in self.filtered("contract_id"):
            receipt.deposit_id = receipt.contract_id.deposit_id

    @api.constrains("amount", "kind", "state")
    def _check_refund(self):
        for receipt in self:
            if receipt.kind == "refund" and receipt.state == "confirmed":
                document = receipt.contract_id or receipt.deposit_id
                if receipt.currency_id.compare_amounts(document.paid_amount, 0) < 0:
                    raise ValidationError(
                        self.env._("More would be returned than was received.")
                    )

    def _confirmed_sum(self):
        """What finance confirmed of these receipts, refunds taken off."""
        confirmed = self.filtered(lambda receipt: receipt.state == "confirmed")
        return sum(confirmed.mapped("signed_amount"))

    @api.constrains("line_ids", "amount")
    def _check_allocation(self):
        for receipt in self:
            allocated = sum(receipt.line_ids.mapped("amount"))
            if receipt.currency_id.compare_amounts(allocated, receipt.amount) > 0:
                raise ValidationError(
                    self.env._(
                        "%(receipt)s is allocated beyond its amount: "
                        "%(allocated).2f of %(amount).2f.",
                        receipt=receipt.display_name,
                        allocated=allocated,
                        amount=receipt.amount,
                    )
                )

    def _compute_display_name(self):
        for receipt in self:
            receipt.display_name = receipt.name or self.env._("Draft Receipt")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(receipt.state != "draft" for receipt in self):
            raise UserError(self.env._("A numbered receipt is cancelled, not deleted."))

    def action_confirm(self):
        """Finance has seen the money: number it and count it to the instalments (F2).

        :raise AccessError: for anyone but finance
        """
        self._check_role("finance")
        self._check_state("draft")
        # A slip that is not registered as paid would lapse with the money in it.
        incoming = self.filtered(lambda receipt: receipt.kind == "receipt")
        incoming.deposit_id._check_state("paid", "confirmed", "signed")
        for receipt in self:
            receipt._write_through(
                {
                    "name": receipt._next_number("property.receipt"),
                    "state": "confirmed",
                    "confirm_date": fields.Datetime.now(),
                    "confirm_user_id": self.env.uid,
                }
            )
        # Since a draft was allocated, other money may have paid the same instalment.
        self.line_ids._check_installment()
        self._allocate()
        return True

    def action_cancel(self):
        """Withdraw drafts; what finance confirmed is returned by a refund instead."""
        self.check_access("write")
        if any(receipt.state == "confirmed" for receipt in self):
            raise UserError(
                self.env._("A confirmed receipt stays: return the money by a refund.")
            )
        self._write_through({"state": "cancelled"})
        return True

    def _allocate(self):
        """Count what is not yet allocated to the instalments, oldest due first."""
        lines = self.env["property.receipt.line"].sudo()
        for receipt in self.sudo().filtered("contract_id"):
            if receipt.kind != "receipt":
                continue
            currency = receipt.currency_id
            left = receipt.amount - sum(receipt.line_ids.mapped("amount"))
            for installment in receipt.contract_id.installment_ids.sorted(
                lambda one: (one.due_date, one.sequence)
            ):
                amount = min(left, installment.residual)
                if currency.compare_amounts(amount, 0) <= 0:
                    continue
                lines.create(
                    {
                        "receipt_id": receipt.id,
                        "installment_id": installment.id,
                        "amount": amount,
                    }
                )
                left = currency.round(left - amount)


class PropertyReceiptLine(models.Model):
    _name = "property.receipt.line"
    _description = "Receipt Allocation"
    _inherit = ["property.door.mixin"]
    _door_fields = ()
    _order = "receipt_id, id"

    receipt_id = fields.Many2one(
        "property.receipt", required=True, index=True, ondelete="cascade"
    )
    installment_id = fields.Many2one(
        "property.installment", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(
        related="receipt_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id")
    currency_id = fields.Many2one(related="project_id.currency_id")
    lead_id = fields.Many2one(related="receipt_id.lead_id", store=True, precompute=True)
    user_id = fields.Many2one(related="receipt_id.user_id", store=True, index=True)
    amount = fields.Monetary(required=True)

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "An allocation must be positive."
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_open()
        return lines

    def write(self, vals):
        self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        self._check_open()

    def _check_open(self):
        """Users allocate drafts; a confirmed receipt is allocated by its own step."""
        if not self.env.su:
            self.receipt_id._check_state("draft")

    @api.constrains("installment_id", "receipt_id", "amount")
    def _check_installment(self):
        self.receipt_id._check_allocation()
        for line in self:
            installment = line.installment_id
            if installment.contract_id != line.receipt_id.contract_id:
                raise ValidationError(
                    self.env._("The instalment belongs to another contract.")
                )
            if line.currency_id.compare_amounts(installment.residual, 0) < 0:
                raise ValidationError(
                    self.env._("%s would be paid twice over.", installment.display_name)
                )
