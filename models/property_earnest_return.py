from odoo import models
from odoo.exceptions import UserError

from .property_door import lock_rows


class PropertyEarnest(models.Model):
    """Earnest money goes back in full: the clerk asks, finance pays (E2)."""

    _inherit = "property.earnest"  # pylint: disable=consider-merging-classes-inherited

    def action_return(self, method="transfer", reason=None):
        """Pay the money back: drafted by the clerk or finance, paid by who may confirm
        it, at once where that is the user.
        """
        self._check_role("clerk", "finance")
        lock_rows(self)
        self._check_state("confirmed")
        waiting = False
        for earnest in self:
            refund = earnest._draft_return(method, reason)
            may = self.env.su or self.env.user._has_office_role("finance")
            if may and refund._may_confirm():
                refund.action_confirm()
            else:
                waiting = True
        return waiting and {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "The refund is drafted: finance pays it out, somebody else than "
                    "who drafted it."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _draft_return(self, method, reason):
        """:return: the draft refund of the whole sum, the one there is or a new one"""
        refund = self._returns().filtered(lambda one: one.amount == self.paid_amount)
        if not refund:
            refund = self.receipt_ids.sudo().create(
                {
                    "earnest_id": self.id,
                    "kind": "refund",
                    "amount": self.paid_amount,
                    "method": method,
                    "date": self.project_id.local_day(),
                    "note": reason,
                }
            )
        return refund[:1].with_env(self.env)

    def _returns(self):
        return self.receipt_ids.filtered(
            lambda one: one.kind == "refund" and one.state == "draft"
        )

    def action_convert(self, deposit=None):
        """Who takes a unit after all gets nothing back."""
        for earnest in self:
            if returns := earnest._returns():
                raise UserError(
                    self.env._(
                        "%(earnest)s is being paid back: cancel the draft refund of "
                        "%(amount).2f first.",
                        earnest=earnest.display_name,
                        amount=returns[0].amount,
                    )
                )
        return super().action_convert(deposit)


class PropertyReceipt(models.Model):
    _inherit = "property.receipt"  # pylint: disable=consider-merging-classes-inherited

    def _post(self):
        """Earnest money that was paid back in full has ended."""
        result = super()._post()
        for receipt in self:
            earnest = receipt.earnest_id.sudo()
            is_return = receipt.kind == "refund" and receipt.method != "carried"
            if is_return and earnest.state == "confirmed" and not earnest.paid_amount:
                earnest._write_through({"state": "returned", "reason": receipt.note})
        return result
