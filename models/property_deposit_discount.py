from odoo import fields, models


class PropertyDeposit(models.Model):
    """The special discount behind a deal price (E4)."""

    _inherit = "property.deposit"  # pylint: disable=consider-merging-classes-inherited

    discount_id = fields.Many2one(
        "property.discount",
        "Special Discount",
        copy=False,
        index=True,
        domain="[('unit_id', '=', unit_id), ('lead_id', '=', lead_id), "
        "('state', '=', 'approved')]",
        ondelete="restrict",
        help="A price below the floor needs one that is approved and still valid.",
    )

    _discount_once = models.UniqueIndex(
        "(discount_id) WHERE state IN ('slip', 'paid', 'confirmed', 'signed')",
        "This special discount is used by another deposit.",
    )

    def _write_through(self, vals):
        """A deposit that ends gives its discount back."""
        before = {deposit: deposit.state for deposit in self}
        result = super()._write_through(vals)
        if vals.get("state") in ("cancelled", "lapsed", "exchanged"):
            for deposit, state in before.items():
                used = deposit.sudo().discount_id.filtered(
                    lambda discount: discount.state == "used"
                )
                used._give_back(is_valid=state in ("slip", "paid"))
        return result
