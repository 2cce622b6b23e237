from odoo import api, models


class PropertyDeposit(models.Model):
    """What proves a printed slip (E1)."""

    _name = "property.deposit"
    _inherit = ["property.deposit", "property.proof.mixin"]
    _proof_scope = "property-slip"

    @api.depends("unit_id", "price")
    def _compute_check_code(self):
        return super()._compute_check_code()

    def _proof_facts(self):
        return self.name, self.unit_id.id, f"{self.price:.2f}"
