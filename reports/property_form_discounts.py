from odoo import models

from .form_table import Column, Figure, Section


class PropertyFormDiscounts(models.AbstractModel):
    """G11 特殊优惠客户一览表: the special discounts approved in the period, and what
    became of them (E4).

    One that a sale uses shows the sale's price; it may be above what was approved.
    """

    _name = "property.form.discounts"
    _inherit = ["property.form"]
    _description = "Clients with Special Discounts"

    _code = "G11"
    _period = "range"
    _personal = True
    _filters = ("user",)
    _roles = ("rep", "clerk", "control", "finance", "supervisor", "manager", "hq")

    def _sections(self, scope):
        section = Section(self._title(), self._columns())
        discounts = self._discounts(scope)
        labels = {
            name: dict(discounts._fields[name]._description_selection(self.env))
            for name in ("kind", "state")
        }
        prices = {discount: self._deal_price(discount) for discount in discounts}
        for discount in discounts:
            price = prices[discount]
            section.add(
                Figure.of(discount.lead_id.name, discount),
                discount.unit_id.name,
                discount.list_price,
                discount.standard_percent,
                discount.extra_percent,
                round(discount.list_price - price, 2),
                price,
                f"{labels['kind'][discount.kind]}\n{discount.reason}",
                "\n".join(self._approvals_of(discount, scope.project)),
                discount.valid_until,
                labels["state"][discount.state],
            )
        listed = round(sum(discounts.mapped("list_price")), 2)
        sold = round(sum(prices.values()), 2)
        total = self._counted(
            self.env._("Total"),
            Figure.of(len(discounts), discounts),
            self.env._("lines: %s"),
        )
        section.add(
            total,
            None,
            listed,
            None,
            None,
            round(listed - sold, 2),
            sold,
            *[None] * 4,
            level="total",
        )
        return [section]

    def _discounts(self, scope):
        return self.env["property.discount"].search(
            scope.happened("approved_date"), order="approved_date, id"
        )

    @staticmethod
    def _deal_price(discount):
        sale = discount.deposit_ids.filtered("confirm_date")[-1:]
        return sale.price or discount.price

    @staticmethod
    def _approvals_of(discount, project):
        return [
            f"{review.done_by.name} {project.local_day(review.reviewed_date)}"
            for review in discount._approvals()
        ]

    def _columns(self):
        return [
            Column("client", self.env._("Client"), width=10),
            Column("unit", self.env._("Unit No."), width=10),
            Column("list_price", self.env._("List Price"), "yuan", 12),
            Column("standard", self.env._("On-Site Discount (%)"), "percent", 9),
            Column("extra", self.env._("Extra Discount (%)"), "percent", 9),
            Column("discount", self.env._("Discount Given"), "yuan", 11),
            Column("price", self.env._("Deal Price"), "yuan", 12),
            Column("reason", self.env._("Reason and Relation"), width=24),
            Column("approvals", self.env._("Approver and Day"), width=19),
            Column("valid_until", self.env._("Validity"), "date", 10),
            Column("state", self.env._("State"), width=8),
        ]
