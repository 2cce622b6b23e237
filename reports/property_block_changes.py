from odoo import models

from ..models.metric import parts, percent
from .form_table import Column, Figure, Section

CANCELLED = ("cancelled_deposits", "cancelled_contracts")


class PropertyBlockChanges(models.AbstractModel):
    """退房、换房: sales undone or moved to another unit, counted and one by one.

    Both are the facts of `property.metric`: of sales whose deposit finance had
    confirmed. A slip that lapses was no sale, and a change of name undoes none.
    """

    _name = "property.block.changes"
    _inherit = ["property.block"]
    _description = "Block of Exchanges and Cancellations"

    def _change_kinds(self):
        """{figure of the dictionary: what it is called}"""
        return {
            "cancelled_deposits": self.env._("Deposits Cancelled"),
            "cancelled_contracts": self.env._("Contracts Cancelled"),
            "exchanges": self.env._("Exchanges"),
        }

    def _change_facts(self, scope, names):
        """The facts of the figures `names`, oldest first."""
        read = ("metric", "day", "user_id", "res_id", "area", "amount")
        return self._facts_of(scope, parts(*names), read, order="date, id")

    # === Counted ===

    def _cancellations(self, scope):
        """Section 7 of the monthly report: by reason."""
        return self._change_counts(
            self.env._("Cancellations and Exchanges"),
            self.env._("Reason"),
            scope,
            self._change_kinds(),
            self._reason_of,
        )

    @staticmethod
    def _reason_of(_fact, change):
        return change.reason_id

    def _change_counts(self, title, heading, scope, names, key):
        """Number, area, amount and share of each kind of change, split by what `key`
        says of each.

        :param names: figures of the dictionary, as `_change_kinds()` has them
        :param key: (fact, `property.change`) → record, the line's name
        """
        section = Section(
            title,
            [
                Column("kind", self.env._("Kind"), width=14),
                Column("label", heading, width=20),
                Column("number", self.env._("units"), "integer", 6),
                Column("area", "㎡", "area", 10),
                Column("amount", self.env._("yuan"), "yuan", 12),
                Column("share", self.env._("Part of All"), "percent", 8),
            ],
        )
        facts = self._change_facts(scope, names)
        changes = self._changes_of(facts)
        domain = self._facts(scope)
        tally = self._tallies(scope, metrics=parts(*names))[()]
        labels = self._change_kinds()
        for name in names:
            mine = facts.filtered(lambda one, name=name: one.metric in parts(name))
            groups = mine.grouped(lambda one: key(one, changes[one.res_id]))
            for record, some in sorted(groups.items(), key=lambda item: -len(item[1])):
                section.add(
                    labels[name],
                    record.name or self.env._("Nobody"),
                    self._changes_figure(some),
                    round(sum(some.mapped("area")), 2),
                    round(sum(some.mapped("amount")), 2),
                    percent(len(some), len(mine)),
                )
            section.add(
                labels[name],
                self.env._("Together"),
                *self._change_sums(tally, domain, name),
                percent(len(mine), len(mine)),
                level="subtotal",
            )
        return section

    def _change_sums(self, tally, domain, name):
        return [
            self._figure(tally, domain, name, measure)
            for measure in ("number", "area", "amount")
        ]

    def _changes_of(self, facts):
        """{id: `property.change`}, for what is counted of them"""
        changes = self.env["property.change"].sudo().browse(facts.mapped("res_id"))
        return {change.id: change for change in changes}

    @staticmethod
    def _changes_figure(facts):
        return Figure(len(facts), "property.change", tuple(facts.mapped("res_id")))

    # === One by one ===

    def _change_list(self, title, scope, names):
        """The changes that the reader may see; each of the rep who had the client then,
        as it is counted."""
        section = Section(title, self._change_columns())
        facts = self.sudo()._change_facts(scope, names)
        visible = self.env["property.change"].search(
            [("id", "in", facts.mapped("res_id"))]
        )
        seen = set(visible.ids)
        facts = facts.filtered(lambda fact: fact.res_id in seen)
        lines = {}
        changes = {change.id: change for change in visible}
        for fact in facts:
            change = changes[fact.res_id]
            lines[change] = self._change_figures(change)
            section.add(*self._change_line(fact, change, lines[change]))
        labels = self._change_kinds()
        for name in names:
            mine = [
                changes[fact.res_id] for fact in facts if fact.metric in parts(name)
            ]
            section.add(
                *self._change_total(labels[name], mine, lines), level="subtotal"
            )
        section.add(
            *self._change_total(self.env._("Total"), list(lines), lines), level="total"
        )
        return section

    def _change_line(self, fact, change, figures):
        labels = self._change_kinds()
        fault = change._fields["fault"]._description_selection(self.env)
        is_exchange = change.kind == "exchange"
        name = next(name for name in labels if fact.metric in parts(name))
        return [
            Figure.of(fact.day, change),
            labels[name],
            change.old_buyers or change.partner_id.name,
            change.unit_id.name,
            *figures[:2],
            is_exchange and change.new_unit_id.name,
            *figures[2:5],
            change.reason_id.name,
            dict(fault)[change.fault],
            *figures[5:],
            "\n".join(change._approvals().done_by.mapped("name")),
            fact.user_id.name,
        ]

    @staticmethod
    def _change_figures(change):
        """Old area and price, new area and price, difference; refund, forfeited, paid
        a second time: of what does not apply None."""
        doubled = sum(
            line.amount for line in change.line_ids if line.kind == "deposit_doubled"
        )
        new = [None, None, None]
        if change.kind == "exchange":
            new = [change.new_area, change.new_price, change.price_difference]
        settled = [change.refund_amount, change.forfeited_amount, doubled]
        return [
            change.area_gross,
            change.price,
            *new,
            *(one or None for one in settled),
        ]

    def _change_total(self, label, changes, lines):
        """A line of sums; none of what applies to none of the changes."""
        ids = tuple(change.id for change in changes)

        def figure(value):
            return Figure(value, "property.change", ids)

        figures = []
        for place in range(8):
            values = [lines[change][place] for change in changes]
            values = [value for value in values if value is not None]
            has_sum = values or place < 2
            figures.append(figure(round(sum(values), 2)) if has_sum else None)
        label = self._counted(label, figure(len(changes)), self.env._("units: %s"))
        return [
            *(None, label, None, None, *figures[:2], None),
            *(*figures[2:5], None, None, *figures[5:], None, None),
        ]

    def _change_columns(self):
        old, new, settled = (
            self.env._("Old Unit"),
            self.env._("New Unit"),
            self.env._("Settlement"),
        )
        unit, area, price = (
            self.env._("Unit No."),
            self.env._("Area (㎡)"),
            self.env._("Price"),
        )
        return [
            Column("date", self.env._("Date"), "date", 10),
            Column("kind", self.env._("Kind"), width=8),
            Column("client", self.env._("Client"), width=9),
            Column("old_unit", unit, width=10, group=old),
            Column("old_area", area, "area", 9, old),
            Column("old_price", price, "yuan", 11, old),
            Column("new_unit", unit, width=10, group=new),
            Column("new_area", area, "area", 9, new),
            Column("new_price", price, "yuan", 11, new),
            Column("difference", self.env._("Price Difference"), "yuan", 10),
            Column("reason", self.env._("Reason"), width=12),
            Column("fault", self.env._("At Fault"), width=7),
            Column("refund", self.env._("Refund"), "money", 12, settled),
            Column("forfeited", self.env._("Forfeited"), "money", 11, settled),
            Column("doubled", self.env._("Returned Doubled"), "money", 11, settled),
            Column("approvers", self.env._("Approver"), width=8),
            Column("rep", self.env._("Rep"), width=8),
        ]
