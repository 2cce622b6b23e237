from odoo import models
from odoo.exceptions import UserError

ENDED = ("cancelled", "lapsed", "exchanged", "returned", "converted")


class PropertyReceipt(models.Model):
    """Money that changes its document without leaving the office (结转)."""

    _inherit = "property.receipt"  # pylint: disable=consider-merging-classes-inherited

    def _carry(self, source, target, amount, reason, nature=None):
        """Move confirmed money from one document to another.

        Each part is a refund on `source` and a receipt on `target`, both confirmed,
        by method `carried`, and linked to each other: no cash, so figures of receipts
        and refunds leave them out. Role and documents are the caller's to check.

        :param source: a deposit, contract or earnest money; so is `target`
        :param nature: what the money is on `target`; when omitted it stays what it was,
            and earnest money fills up the deposit before it pays of the price
        :return: the receipts on `target`
        :raise UserError: when `target` has ended, or `source` has less than `amount`
        """
        receipts = self.sudo()
        target = target.sudo()
        if target.state in ENDED:
            raise UserError(
                self.env._("%s has ended: it takes no money.", target.display_name)
            )
        moved = receipts.browse()
        for before, after, part in self._carried_parts(source, target, amount, nature):
            vals = {"amount": part, "method": "carried", "note": reason}
            pair = receipts.create(
                [
                    vals | self._on(source) | {"kind": "refund", "nature": before},
                    vals | self._on(target) | {"kind": "receipt", "nature": after},
                ]
            )
            refund, receipt = pair
            refund._write_through({"carry_id": receipt.id})
            receipt._write_through({"carry_id": refund.id})
            pair._lock()
            pair._post()
            moved |= receipt
        return moved.with_env(self.env)

    def _on(self, document):
        field = {
            "property.deposit": "deposit_id",
            "property.contract": "contract_id",
            "property.earnest": "earnest_id",
        }[document._name]
        return {field: document.id, "date": document.sudo().project_id.local_day()}

    def _carried_parts(self, source, target, amount, nature):
        """[(nature on the source, nature on the target, amount)]"""
        currency = source.currency_id
        if source._name == "property.earnest":
            kinds = ["earnest"]
        else:
            kinds = [nature] if nature == "fee" else ["deposit", "price"]
        parts = []
        for before in kinds:
            same = source.sudo().receipt_ids.filtered(
                lambda one, before=before: (
                    one.state == "confirmed" and one.nature == before
                )
            )
            part = currency.round(min(amount, sum(same.mapped("signed_amount"))))
            if currency.compare_amounts(part, 0) <= 0:
                continue
            amount = currency.round(amount - part)
            if target._name == "property.earnest":
                parts.append((before, "earnest", part))
            elif before == "earnest" and not nature:
                parts += self._filled(target, part)
            else:
                parts.append((before, nature or before, part))
        if currency.compare_amounts(amount, 0) > 0:
            raise UserError(
                self.env._(
                    "%(document)s has %(amount).2f less than is to be carried over.",
                    document=source.display_name,
                    amount=amount,
                )
            )
        return parts

    def _filled(self, target, amount):
        """Earnest money: what the deposit still lacks, the rest is of the price."""
        missing = 0
        if target._name == "property.deposit":
            missing = max(target.amount - target.paid_amount, 0)
        deposit = target.currency_id.round(min(missing, amount))
        rest = target.currency_id.round(amount - deposit)
        parts = [("earnest", "deposit", deposit), ("earnest", "price", rest)]
        return [part for part in parts if part[2] > 0]
