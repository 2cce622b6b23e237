from datetime import date

from odoo import api, models
from odoo.exceptions import UserError, ValidationError


class PropertyReceipt(models.Model):
    """Which instalment which money pays: chosen, else oldest due first (F2).

    Fees and the price are two purses: money of the one never pays the other. What is on
    a contract beyond its instalments is its surplus; it goes back first.
    """

    _inherit = "property.receipt"  # pylint: disable=consider-merging-classes-inherited

    @api.constrains("line_ids", "amount")
    def _check_allocation(self):
        for receipt in self:
            allocated = receipt._allocated()
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

    def _allocated(self):
        return sum(self.line_ids.mapped("amount"))

    def _allocate(self):
        """Count confirmed money to the instalments of its contract, each receipt's
        chosen lines as they are, the rest oldest due first; a refund the other way."""
        # Since a draft was allocated, other money may have paid the same instalment.
        self.line_ids._check_installment()
        for receipt in self.sudo().filtered("contract_id"):
            if receipt.nature == "compensation":
                continue
            if receipt.kind == "refund":
                receipt._take_back()
            else:
                receipt._lay()

    def _reallocate(self, amounts, reason):
        """Finance lays confirmed money on other instalments (F2).

        The reason stands with before and after in the contract's history; what is not
        chosen goes where it would have gone by itself.

        :param amounts: {instalment: amount}
        :raise UserError: without a reason, or when the money does not fit
        """
        self._check_role("finance")
        self.ensure_one()
        self._lock()
        self._check_state("confirmed")
        if not self.contract_id:
            raise UserError(self.env._("Only money of a contract pays instalments."))
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the money is counted elsewhere."))
        receipt = self.sudo()
        before = receipt._allocation_words()
        installments = receipt.line_ids.installment_id
        receipt.line_ids.unlink()
        for installment, amount in amounts.items():
            receipt._add_lines(amount, [(installment, amount)])
        receipt._allocate()
        installments._check_paid()
        receipt.contract_id.message_post(
            body=self.env._(
                "Receipt %(receipt)s was allocated anew: %(before)s → %(after)s. "
                "Reason: %(reason)s",
                receipt=receipt.name,
                before=before,
                after=receipt._allocation_words(),
                reason=reason,
            )
        )

    def _allocation_words(self):
        return "; ".join(
            f"{line.installment_id.name} {line.amount:,.2f}" for line in self.line_ids
        )

    def _lay(self):
        installments = self._installments()
        left = min(self.amount - self._allocated(), self._surplus())
        self._add_lines(left, [(one, one.residual) for one in installments])

    def _take_back(self):
        """From the surplus, then from what is due last."""
        surplus = self._surplus()
        chosen = self._allocated()
        if chosen and self.currency_id.compare_amounts(surplus, 0) > 0:
            raise ValidationError(
                self.env._(
                    "%.2f of the money on the contract pay no instalment: they go back "
                    "first, choose no more than the rest.",
                    surplus + self.amount - chosen,
                )
            )
        installments = reversed(self._installments())
        self._add_lines(-surplus, [(one, one.paid_amount) for one in installments])

    def _installments(self):
        """Those that this money may pay, oldest due first; one that waits for a
        milestone comes last."""
        return self.contract_id.installment_ids.filtered(
            lambda one: (one.kind == "fee") == (self._purse() == "fee")
        ).sorted(lambda one: (one.due_date or date.max, one.sequence, one.id))

    def _surplus(self):
        """Money of this purse that pays no instalment of the contract; negative while
        a refund has not been taken back from them."""
        paid = self.contract_id.receipt_ids._confirmed_sum(self._purse())
        return self.currency_id.round(
            paid - sum(self._installments().mapped("paid_amount"))
        )

    def _add_lines(self, left, room):
        """:param room: [(instalment, what of it may be counted)], in order"""
        currency = self.currency_id
        values = []
        for installment, most in room:
            amount = currency.round(min(left, most))
            if currency.compare_amounts(amount, 0) > 0:
                values.append(
                    {
                        "receipt_id": self.id,
                        "installment_id": installment.id,
                        "amount": amount,
                    }
                )
                left -= amount
        self.env["property.receipt.line"].sudo().create(values)
