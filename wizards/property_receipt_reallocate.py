from odoo import Command, api, fields, models


class PropertyReceiptReallocate(models.TransientModel):
    """Finance counts confirmed money to other instalments, and says why (F2)."""

    _name = "property.receipt.reallocate"
    _description = "New Allocation of a Receipt"

    receipt_id = fields.Many2one("property.receipt", required=True, readonly=True)
    contract_id = fields.Many2one(related="receipt_id.contract_id")
    currency_id = fields.Many2one(related="receipt_id.currency_id")
    amount = fields.Monetary(related="receipt_id.amount")
    reason = fields.Char(required=True)
    line_ids = fields.One2many("property.receipt.reallocate.line", "wizard_id")

    @api.model
    def default_get(self, fields):
        """Begin with the allocation as it is."""
        values = super().default_get(fields)
        receipt = self.env["property.receipt"].browse(values.get("receipt_id"))
        if receipt and "line_ids" in fields:
            values["line_ids"] = [
                Command.create(
                    {"installment_id": line.installment_id.id, "amount": line.amount}
                )
                for line in receipt.line_ids
            ]
        return values

    def action_apply(self):
        self.ensure_one()
        amounts = dict.fromkeys(self.line_ids.installment_id, 0)
        for line in self.line_ids:
            amounts[line.installment_id] += line.amount
        self.receipt_id._reallocate(amounts, self.reason)
        return True


class PropertyReceiptReallocateLine(models.TransientModel):
    _name = "property.receipt.reallocate.line"
    _description = "Line of a New Allocation"

    wizard_id = fields.Many2one(
        "property.receipt.reallocate", required=True, index=True, ondelete="cascade"
    )
    contract_id = fields.Many2one(related="wizard_id.contract_id")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    installment_id = fields.Many2one(
        "property.installment",
        required=True,
        domain="[('contract_id', '=', contract_id)]",
    )
    due_date = fields.Date(related="installment_id.due_date")
    residual = fields.Monetary(related="installment_id.residual", string="Still Owed")
    amount = fields.Monetary(required=True)
