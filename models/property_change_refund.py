from odoo import api, fields, models
from odoo.exceptions import UserError

from . import settlement
from .property_door import lock_rows, take_turn


class PropertyChange(models.Model):
    """What a change pays back: drafts for finance to pay, or drafted anew (E6, E7)."""

    _inherit = "property.change"  # pylint: disable=consider-merging-classes-inherited

    unpaid_refund = fields.Monetary(
        "Approved, Not Paid Out",
        compute="_compute_unpaid_refund",
        compute_sudo=True,
        help="Of the refund of this cancellation, what is neither drafted nor paid.",
    )

    def _draft_refunds(self, payer, amounts):
        """For finance to pay out, by the nature of the money.

        :param payer: the deposit or contract on which the money is
        :param amounts: {nature: amount}; earnest money is returned by its own document
        """
        link = "contract_id" if payer._name == "property.contract" else "deposit_id"
        self.env["property.receipt"].create(
            [
                {
                    link: payer.id,
                    "change_id": self.id,
                    "kind": "refund",
                    "nature": nature,
                    "amount": float(amount),
                    "date": self.project_id.local_day(),
                    "note": self.name,
                }
                for nature, amount in amounts.items()
                if amount > 0 and nature != "earnest"
            ]
        )

    # === Again ===

    @api.depends(
        *("state", "kind", "line_ids.amount"),
        *("deposit_id.receipt_ids.state", "deposit_id.receipt_ids.amount"),
    )
    def _compute_unpaid_refund(self):
        for change in self:
            is_done = change.kind == "cancel" and change.state == "done"
            parts = change._unpaid_refunds() if is_done else {}
            change.unpaid_refund = float(sum(parts.values()))

    def _unpaid_refunds(self):
        """Of what was approved, what is neither drafted nor was returned since.

        Returned is what the sale has less of a kind than the settlement was reckoned
        on, whoever drafted it. What was returned too much of one kind counts to the
        others: nobody is paid twice.

        :return: {nature: amount}
        """
        approved, _owed = settlement.refunds(self.line_ids)
        receipts = self.deposit_id.receipt_ids
        paid = self._paid_by_nature()
        left = {}
        for nature in (*settlement.NATURES, settlement.COMPENSATION):
            if nature == settlement.EARNEST:  # returned by its own document
                continue
            mine = receipts.filtered(
                lambda one, nature=nature: one.nature == nature and one.kind == "refund"
            )
            if nature == settlement.COMPENSATION:
                gone = -mine._confirmed_sum(nature)
            else:
                lines = self.line_ids.filtered(
                    lambda line, nature=nature: line.nature == nature
                )
                gone = sum(lines.mapped("base")) - paid[nature]
            drafted = sum(one.amount for one in mine if one.state == "draft")
            left[nature] = approved.get(nature, 0) - settlement.cents(gone + drafted)
        total = sum(left.values())
        for nature, amount in left.items():
            left[nature] = max(min(amount, total), 0)
            total -= left[nature]
        return left

    def action_draft_refunds(self):
        """Draft again what was cancelled of the refunds, as it was approved (E7).

        :raise AccessError: for anyone but finance and the manager
        :raise UserError: when all of it is drafted or paid
        """
        self._check_role("finance", "manager")
        for change in self.sudo():
            take_turn(change)
            lock_rows(change.deposit_id)
            lock_rows(change.contract_id)
            change._check_state("done")
            parts = change._unpaid_refunds() if change.kind == "cancel" else {}
            if not any(parts.values()):
                raise UserError(
                    self.env._(
                        "Nothing of %s is left to be paid back: what was approved is "
                        "drafted or paid.",
                        change.display_name,
                    )
                )
            drafted = change.receipt_ids.filtered(lambda one: one.kind == "refund")
            change._draft_refunds(drafted[:1]._document(), parts)
            amount = float(sum(parts.values()))
            change._report(
                lambda env, amount=amount: env._(
                    "The refund was drafted again, for finance to pay out: %.2f.",
                    amount,
                )
            )
        return True
