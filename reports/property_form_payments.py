from odoo import models

from .form_table import Column, Figure, Section
from .property_block_claims import FEES, PRICE


class PropertyFormPayments(models.AbstractModel):
    """G14 客户交款情况明细表: every instalment of the contracts that stood when the day
    closed, by way of payment, and what finance had confirmed on it by then.

    Fees collected for others are a table of their own. Money that is not on an
    instalment, as deposits before their contract, is in no line: the last table says
    where it is and makes the list agree with the net receipts of every other form.
    Whose client it is and the way of payment are today's.
    """

    _name = "property.form.payments"
    _inherit = ["property.form", "property.block.payments"]
    _description = "Payments of Clients"

    _code = "G14"
    _period = "date"
    _personal = True
    _filters = ("user",)
    _roles = ("rep", "clerk", "finance", "supervisor", "manager", "hq")

    def _sections(self, scope):
        claims = self._claim_sums(scope)
        sections = [
            self._list(scope, self._title(), PRICE),
            self._list(scope, self.env._("Fees Collected for Others"), FEES),
            self._ageing(scope, claims),
        ]
        if not scope.user and self._sees_all_deals():
            sections.append(self._reconciliation(scope, claims))
        return sections

    # === Instalments ===

    def _list(self, scope, title, domain):
        section = Section(title, self._columns())
        section.rows = self._rows(section, scope, domain)
        return section

    def _rows(self, section, scope, domain):
        groups = self._groups(scope, domain)
        labels = dict(
            self.env["property.contract"]
            ._fields["payment_method"]
            ._description_selection(self.env)
        )
        method = None
        for claim in self._details(scope, domain):
            if claim["payment_method"] != method:
                method = claim["payment_method"]
                where = [*domain, ("contract_id.payment_method", "=", method)]
                sums = groups[method]
                yield self._sums(section, labels[method], sums, scope, where)
            yield self._line(section, claim)
        totals = [
            round(sum(column), 2)
            for column in zip(*groups.values() or [(0, 0, 0, 0)], strict=True)
        ]
        yield self._sums(
            section, self.env._("Total"), totals, scope, domain, level="total"
        )

    def _sums(self, section, label, sums, scope, domain, level="subtotal"):
        number, *amounts = (
            Figure.where(
                value,
                "property.installment",
                [*self._standing_domain(scope), *domain],
            )
            for value in sums
        )
        label = self._counted(label, number, self.env._("instalments: %s"))
        return section.row(label, *[None] * 4, *amounts, *[None] * 4, level=level)

    @staticmethod
    def _line(section, claim):
        ids = (claim["id"],)
        return section.row(
            Figure(claim["client"], "property.contract", (claim["contract_id"],)),
            claim["unit"],
            Figure(claim["price"], "property.contract", (claim["contract_id"],)),
            claim["name"],
            claim["due_date"],
            Figure(claim["amount"], "property.installment", ids),
            Figure(claim["paid"], "property.receipt", tuple(claim["receipts"] or ())),
            Figure(claim["unpaid"], "property.installment", ids),
            (claim["unpaid"] > 0 and claim["late"]) or None,
            claim["days"],
            claim["numbers"],
            claim["loan"],
        )

    def _columns(self):
        return [
            Column("client", self.env._("Client"), width=10),
            Column("unit", self.env._("Unit No."), width=11),
            Column("price", self.env._("Price"), "yuan", 12),
            Column("payment", self.env._("Item of Payment"), width=12),
            Column("due", self.env._("Due Date"), "date", 11),
            Column("amount", self.env._("Due (yuan)"), "money", 15),
            Column("paid", self.env._("Paid (yuan)"), "money", 15),
            Column("unpaid", self.env._("Still Unpaid (yuan)"), "money", 15),
            Column("late", self.env._("Days Late"), "integer", 6, adds=False),
            Column("days", self.env._("Paid On"), width=11),
            Column("receipts", self.env._("Receipt No."), width=16),
            Column("loan", self.env._("Bank and Stage of the Loan"), width=22),
        ]
