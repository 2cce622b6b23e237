from odoo import models

from .form_table import Column, Figure, Section


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
        domain = [*scope.happened("confirm_date"), ("state", "=", "confirmed")]
        return self.env["property.receipt"].search(domain, order="confirm_date, id")

    def _labels(self, name):
        field = self.env["property.receipt"]._fields[name]
        return dict(field._description_selection(self.env))

    # === By nature and method ===

    def _summary(self, receipts):
        section = Section(self.env._("By Kind of Money"), self._summary_columns())
        methods = self._labels("method")
        for nature, label in self._labels("nature").items():
            mine = receipts.filtered(lambda one, nature=nature: one.nature == nature)
            if not mine:
                continue
            section.add(label, None, *self._sums(mine), level="subtotal")
            for method, name in methods.items():
                some = mine.filtered(lambda one, method=method: one.method == method)
                if some:
                    section.add(None, name, *self._sums(some))
        total = self._sums(receipts)
        section.add(self.env._("Total"), None, *total, level="total")
        return section

    @staticmethod
    def _sums(receipts):
        cash = receipts.filtered(lambda one: one.method != "carried")
        came = cash.filtered(lambda one: one.kind == "receipt")
        went = cash - came
        supervised = cash.filtered("is_supervised")
        return [
            Figure.of(len(came), came),
            Figure.of(round(sum(came.mapped("amount")), 2), came),
            Figure.of(len(went), went),
            Figure.of(round(sum(went.mapped("amount")), 2), went),
            Figure.of(round(sum(cash.mapped("signed_amount")), 2), cash),
            Figure.of(round(sum(supervised.mapped("signed_amount")), 2), supervised),
            Figure.of(
                round(sum((receipts - cash).mapped("signed_amount")), 2),
                receipts - cash,
            ),
        ]

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
            section.add(
                Figure.of(number, receipt),
                receipt.name,
                scope.project.local_time(receipt.confirm_date).strftime("%m-%d %H:%M"),
                receipt.unit_id.name,
                receipt.partner_id.name,
                natures[receipt.nature],
                methods[receipt.method],
                Figure.of(receipt.signed_amount, receipt),
                "\n".join(receipt.line_ids.installment_id.mapped("name")),
                receipt.account_id.name,
                receipt.user_id.name,
                receipt.confirm_user_id.name,
            )
        total = self._counted(
            self.env._("Total"),
            Figure.of(len(receipts), receipts),
            self.env._("lines: %s"),
        )
        section.add(
            None,
            total,
            *[None] * 5,
            Figure.of(round(sum(receipts.mapped("signed_amount")), 2), receipts),
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
