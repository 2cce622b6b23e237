from odoo import api, fields, models


class PropertyDepositOther(models.TransientModel):
    """The unit is taken: the nearest equal ones, one click to take one (E2)."""

    _name = "property.deposit.other"
    _description = "Take Another Unit"

    deposit_id = fields.Many2one("property.deposit", "Slip", required=True)
    unit_id = fields.Many2one(related="deposit_id.unit_id")
    unit_ids = fields.Many2many(
        "property.unit", compute="_compute_unit_ids", string="Nearest Equal Units"
    )

    @api.depends("deposit_id")
    def _compute_unit_ids(self):
        for dialog in self:
            dialog.unit_ids = dialog.unit_id._nearest_equal()
