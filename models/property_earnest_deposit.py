from odoo import models


class PropertyDeposit(models.Model):
    """Earnest money that became this deposit (E2)."""

    _inherit = "property.deposit"  # pylint: disable=consider-merging-classes-inherited

    def action_cancel(self, reason=None):
        """Until finance has confirmed the deposit, earnest money is only lent to it:
        it goes back to what it was, to be returned in full or to wait for a unit."""
        self._check_role("control")
        self._check_state("slip", "paid")
        converted = self.env["property.earnest"].sudo()
        for earnest in converted.search(
            [("deposit_id", "in", self.ids), ("state", "=", "converted")]
        ):
            earnest._take_back(reason)
        return super().action_cancel(reason)


class PropertyEarnest(models.Model):
    _inherit = "property.earnest"  # pylint: disable=consider-merging-classes-inherited

    def _take_back(self, reason):
        deposit = self.deposit_id
        amount = sum(
            receipt.amount
            for receipt in self.receipt_ids.carry_id
            if receipt.deposit_id == deposit and receipt.kind == "receipt"
        )
        self._write_through({"state": "confirmed", "deposit_id": False})
        self.env["property.receipt"]._carry(
            deposit, self, amount, reason or self.env._("Withdrawn.")
        )
