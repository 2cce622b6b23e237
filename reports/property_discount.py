from odoo import api, models


class PropertyDiscount(models.Model):
    """The printed request 折扣申请单, and what proves it (E4)."""

    _name = "property.discount"
    _inherit = ["property.discount", "property.proof.mixin"]
    _proof_scope = "property-discount"

    @api.depends("price", "unit_id", "lead_id")
    def _compute_check_code(self):
        return super()._compute_check_code()

    def _proof_facts(self):
        return self.name, self.unit_id.id, self.lead_id.id, f"{self.price:.2f}"

    def _proof_is_valid(self):
        return self.state in ("approved", "used")

    def _proof_lines(self):
        return [
            ("unit_id", self.unit_id.name),
            ("state", self._proof_label("state")),
            ("valid_until", self.valid_until),
        ]

    def _printed_levels(self):
        """The levels asked, first to last, for signature or with who decided."""
        return self.sudo().review_ids.sorted("sequence")
