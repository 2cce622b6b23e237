from collections import defaultdict

from odoo import models

from .property_block_file import Line


class PropertyBlockFile(models.AbstractModel):
    """A sold client's file (G17): what is due, what came, the loan."""

    _inherit = "property.block.file"  # pylint: disable=consider-merging-classes-inherited

    def _installments(self, files):
        """The plan of payments, with what was paid of each by then."""
        installments = self._signed(files).installment_ids
        paid = self._paid_by(files, installments)
        last = files.scope.date_to
        for one in installments.sorted(
            lambda one: (one.contract_id.id, one.due_date or last, one.sequence)
        ):
            content = self.env._(
                "paid %(paid)s, unpaid %(unpaid)s",
                paid=f"{paid[one]:,.2f}",
                unpaid=f"{one.amount - paid[one]:,.2f}",
            )
            yield Line(
                one.lead_id,
                one,
                one.due_date,
                one.name,
                content,
                amount=one.amount,
                adds=True,
            )

    def _paid_by(self, files, installments):
        """{instalment: what finance had confirmed of it by then}"""
        paid = defaultdict(float)
        lines = self.env["property.receipt.line"].search(
            [
                ("installment_id", "in", installments.ids),
                ("receipt_id.state", "=", "confirmed"),
                ("receipt_id.confirm_date", "<", files.end),
            ]
        )
        for line in lines:
            sign = 1 if line.kind == "receipt" else -1
            paid[line.installment_id] += sign * line.amount
        return paid

    def _deferrals(self, files):
        """Approved by then; kept or broken where that was judged by then."""
        domain = [("state", "in", ("approved", "kept", "broken"))]
        for one in self._of(files, "property.deferral", domain, "original_date, id"):
            reviews = one.sudo().review_ids.sorted("sequence")
            approved = max(filter(None, reviews.mapped("reviewed_date")), default=None)
            if not approved or approved >= files.end:
                continue
            judged = one.judged_date and one.judged_date <= files.scope.date_to
            yield Line(
                one.lead_id,
                one,
                files.day(approved),
                self._words(one.name, one.payment),
                self._words(
                    f"{one.original_date} → {one.promise_date}",
                    one.reason,
                    judged and self._text(one, "state"),
                ),
                reviews[-1:].done_by,
                one.amount,
            )

    def _receipts(self, files):
        """What finance confirmed, also money carried from a former sale."""
        domain = [("state", "=", "confirmed"), ("confirm_date", "<", files.end)]
        for one in self._of(files, "property.receipt", domain, "confirm_date, id"):
            yield Line(
                one.lead_id,
                one,
                one.date,
                one.name,
                self._words(
                    self._text(one, "kind"),
                    self._text(one, "nature"),
                    self._text(one, "method"),
                    one.unit_id.name,
                ),
                one.confirm_user_id,
                one.signed_amount,
                adds=True,
            )

    def _loans(self, files):
        domain = [("date", "<", files.end)]
        for move in self._of(files, "property.mortgage.move", domain, "date, id"):
            case = move.mortgage_id
            yield Line(
                move.lead_id,
                case,
                files.day(move.date),
                move.stage_id.name,
                self._words(
                    self._text(case, "kind"),
                    case.bank_id.name,
                    f"{case.amount:,.2f}",
                ),
                move.mover_id,
            )
