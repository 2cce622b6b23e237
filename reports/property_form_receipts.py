from odoo import models
from odoo.tools import SQL

from .form_table import Column, Figure, Section

RECEIPTS = "property.receipt"
FETCHED = {
    **{
        name: name
        for name in (
            *("name", "confirm_date", "nature", "method", "kind", "amount"),
            *("signed_amount", "is_supervised"),
        )
    },
    "unit": "deposit_id.unit_id.name",
    "client": "partner_id.name",
    "account": "account_id.name",
    "rep": "user_id.name",
    "finance": "confirm_user_id.name",
    "pays": SQL(
        """ARRAY(SELECT name FROM property_installment WHERE id IN (
               SELECT installment_id FROM property_receipt_line
                WHERE receipt_id = property_receipt.id) ORDER BY sequence, id)"""
    ),
}


class PropertyFormReceipts(models.AbstractModel):
    """收款日报: what finance confirmed in the period, reported to finance (F2).

    Money carried from one document to another is no cash: it stands in a column of its
    own and in no sum of receipts and refunds.
    """

    _name = "property.form.receipts"
    _inherit = ["property.form"]
    _description = "Receipts of the Day"

    _code = "F2"
    _period = "range"
    _personal = True
    _filters = ("user",)
    _roles = ("clerk", "finance", "manager", "hq")

    def _sections(self, scope):
        receipts = self._receipts(scope)
        return [self._summary(receipts), self._list(scope, receipts)]

    def _receipts(self, scope):
        """What is told of each, as dicts."""
        self.env["property.receipt.line"].flush_model()
        domain = [*scope.happened("confirm_date"), ("state", "=", "confirmed")]
        return [*self._rows_of(RECEIPTS, domain, FETCHED, "confirm_date, id")]

    def _labels(self, name):
        field = self.env[RECEIPTS]._fields[name]
        return dict(field._description_selection(self.env))

    # === By nature and method ===

    def _summary(self, receipts):
        section = Section(self.env._("By Kind of Money"), self._summary_columns())
        methods = self._labels("method")
        for nature, label in self._labels("nature").items():
            mine = [one for one in receipts if one["nature"] == nature]
            if not mine:
                continue
            section.add(label, None, *self._sums(mine), level="subtotal")
            for method, name in methods.items():
                some = [one for one in mine if one["method"] == method]
                if some:
                    section.add(None, name, *self._sums(some))
        total = self._sums(receipts)
        section.add(self.env._("Total"), None, *total, level="total")
        return section

    def _sums(self, receipts):
        cash = [one for one in receipts if one["method"] != "carried"]
        came = [one for one in cash if one["kind"] == "receipt"]
        went = [one for one in cash if one["kind"] != "receipt"]
        return [
            self._figure(len(came), came),
            self._sum(came, "amount"),
            self._figure(len(went), went),
            self._sum(went, "amount"),
            self._sum(cash),
            self._sum([one for one in cash if one["is_supervised"]]),
            self._sum([one for one in receipts if one["method"] == "carried"]),
        ]

    @staticmethod
    def _figure(value, receipts):
        return Figure(value, RECEIPTS, tuple(one["id"] for one in receipts))

    def _sum(self, receipts, name="signed_amount"):
        amount = sum(one[name] for one in receipts)
        return self._figure(round(amount, 2), receipts)

    def _summary_columns(self):
        received, returned = self.env._("Received"), self.env._("Refunded")
        number, amount = self.env._("Number of Payments"), self.env._("Yuan")
        return [
            Column("nature", self.env._("Nature"), width=14),
            Column("method", self.env._("Method"), width=10),
            Column("came", number, "integer", 6, received),
            Column("came_amount", amount, "money", 14, received),
            Column("went", number, "integer", 6, returned),
            Column("went_amount", amount, "money", 14, returned),
            Column("net", self.env._("Net"), "money", 14),
            Column("supervised", self.env._("Supervised Account"), "money", 14),
            Column("carried", self.env._("Carried Over"), "money", 12),
        ]

    # === One by one ===

    def _list(self, scope, receipts):
        section = Section(self.env._("Receipts"), self._list_columns())
        natures, methods = self._labels("nature"), self._labels("method")
        for number, receipt in enumerate(receipts, 1):
            moment = scope.project.local_time(receipt["confirm_date"])
            section.add(
                self._figure(number, [receipt]),
                receipt["name"],
                f"{moment:%m-%d %H:%M}",
                receipt["unit"],
                receipt["client"],
                natures[receipt["nature"]],
                methods[receipt["method"]],
                self._sum([receipt]),
                "\n".join(receipt["pays"]),
                receipt["account"],
                receipt["rep"],
                receipt["finance"],
            )
        number = self._figure(len(receipts), receipts)
        section.add(
            None,
            self._counted(self.env._("Total"), number, self.env._("lines: %s")),
            *[None] * 5,
            self._sum(receipts),
            *[None] * 4,
            level="total",
        )
        return section

    def _list_columns(self):
        return [
            Column("number", self.env._("No."), "integer", 5, adds=False),
            Column("receipt", self.env._("Receipt No."), width=15),
            Column("moment", self.env._("Confirmed At"), width=12),
            Column("unit", self.env._("Unit No."), width=10),
            Column("client", self.env._("Client"), width=9),
            Column("nature", self.env._("Nature"), width=10),
            Column("method", self.env._("Method"), width=9),
            Column("amount", self.env._("Amount (yuan)"), "money", 13),
            Column("pays", self.env._("Item of Payment"), width=14),
            Column("account", self.env._("Into Account"), width=14),
            Column("rep", self.env._("Rep"), width=8),
            Column("finance", self.env._("Confirmed by"), width=8),
        ]
