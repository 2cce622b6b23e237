from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertyReceiptLine(models.Model):
    """What a receipt pays of an instalment, or a refund takes back from it (F2)."""

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
    kind = fields.Selection(related="receipt_id.kind")
    date = fields.Date(related="receipt_id.date")
    amount = fields.Monetary(required=True)

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "An allocation must be positive."
    )

    def _paid_sum(self):
        """What these lines pay of their instalments, refunds taken off."""
        return sum(
            line.amount if line.receipt_id.kind == "receipt" else -line.amount
            for line in self
            if line.receipt_id.state == "confirmed"
        )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_open()
        return lines

    def write(self, vals):
        self._check_open()
        result = super().write(vals)
        self._check_open()  # of the receipt they were moved to
        return result

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
            receipt, installment = line.receipt_id, line.installment_id
            if installment.contract_id != receipt.contract_id:
                raise ValidationError(
                    self.env._("The instalment belongs to another contract.")
                )
            if (installment.kind == "fee") != (receipt.nature == "fee"):
                raise ValidationError(
                    self.env._(
                        "%s: fees collected for others are paid by receipts of fees, "
                        "the price by other money.",
                        installment.display_name,
                    )
                )
        self.installment_id._check_paid()
