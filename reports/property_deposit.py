from odoo import api, fields, models

from ..models.property_deposit import LIVE_STATES


class PropertyDeposit(models.Model):
    """What proves a printed slip (E1)."""

    _name = "property.deposit"
    _inherit = ["property.deposit", "property.proof.mixin"]
    _proof_scope = "property-slip"

    @api.depends("unit_id", "price")
    def _compute_check_code(self):
        return super()._compute_check_code()

    def _proof_is_visible(self):
        """Whoever works in the project may check a slip: no client is named."""
        return True

    def _proof_is_valid(self):
        if self.state == "slip" and self.slip_expires:
            return self.slip_expires > fields.Datetime.now()
        return self.state in LIVE_STATES

    def _proof_lines(self):
        until = self.state == "slip" and self.slip_expires
        until = until and self.project_id.local_time(until)
        return [
            ("unit_id", self.unit_id.name),
            ("state", self._proof_label("state")),
            ("slip_expires", until and until.strftime("%Y-%m-%d %H:%M")),
        ]

    def _proof_facts(self):
        return self.name, self.unit_id.id, f"{self.price:.2f}"
