from odoo import models
from odoo.tools import SQL

from ..models.metric import parts, percent
from ..models.property_unit import SOLD_STATES, UNIT_STATES
from .form_table import Chart, Column, Figure, Section


class PropertyBlockMoney(models.AbstractModel):
    """Stock and cancellations: sections 6 and 7 of the monthly report."""

    _name = "property.block.money"
    _inherit = ["property.block.claims", "property.block.stock"]
    _description = "Block of Stock, Cancellations, Money"

    # === Stock and price ===

    def _stock_and_price(self, scope):
        """Units by state at the close of the month, and what they cost, by building;
        the stock is the daily sales report's (G3)."""
        buildings = scope.project.building_ids
        states = dict(
            self.env["property.unit"]._fields["state"]._description_selection(self.env)
        )
        section = Section(
            self.env._("Stock and Price"),
            [
                Column("building", self.env._("Building"), width=12),
                Column("total", self.env._("Total"), "integer", 7),
                *(
                    Column(state, states[state], "integer", 7)
                    for state, _label in UNIT_STATES
                ),
                Column("sell_through", self.env._("Sell-Through"), "percent", 8),
                Column("asked", self.env._("On Sale (yuan/㎡)"), "yuan", 11),
                Column("sold", self.env._("Sold (yuan/㎡)"), "yuan", 11),
            ],
        )
        dimensions = {"building": SQL("unit.building_id")}
        stock = self._stock(scope, dimensions)
        for group, label, level in (
            *((("building", one.id), one.name, "line") for one in buildings),
            ((None, None), self.env._("Total"), "total"),
        ):
            if group in stock or level == "total":
                section.add(
                    label,
                    *self._stock_figures(
                        scope, dimensions, stock.get(group, {}), group
                    ),
                    level=level,
                )
        total = section.rows[-1].values[2:-3]
        section.charts.append(
            Chart(
                section.title,
                "pie",
                [states[state] for state, _label in UNIT_STATES],
                [(self.env._("units"), [figure.value for figure in total])],
            )
        )
        return section

    def _stock_figures(self, scope, dimensions, by_state, group):
        """:param by_state: {state: (number, area, amount)}"""
        numbers = {
            state: by_state[state][0] if state in by_state else 0
            for state, _label in UNIT_STATES
        }
        total = sum(numbers.values())
        sold = sum(numbers[state] for state in SOLD_STATES)
        return [
            self._unit_figure(scope, dimensions, total, group),
            *(
                self._unit_figure(scope, dimensions, number, group, (state,))
                for state, number in numbers.items()
            ),
            percent(sold, total - numbers["unreleased"]),
            self._average(by_state, ("available",)),
            self._average(by_state, SOLD_STATES),
        ]

    @staticmethod
    def _average(by_state, states):
        """Yuan per ㎡ of the units in some states."""
        some = [by_state[state] for state in states if state in by_state]
        area = sum(row[1] for row in some)
        return round(sum(row[2] for row in some) / area, 2) if area else None

    # === Cancellations ===

    def _cancellations(self, scope):
        """Sales undone and units exchanged, by reason."""
        section = Section(
            self.env._("Cancellations and Exchanges"),
            [
                Column("kind", self.env._("Kind"), width=14),
                Column("reason", self.env._("Reason"), width=20),
                *(
                    Column(key, heading, kind, width)
                    for key, heading, kind, width in (
                        ("number", self.env._("units"), "integer", 6),
                        ("area", "㎡", "area", 10),
                        ("amount", self.env._("yuan"), "yuan", 12),
                        ("share", self.env._("Part of All"), "percent", 8),
                    )
                ),
            ],
        )
        kinds = {
            "cancelled_deposits": self.env._("Deposits Cancelled"),
            "cancelled_contracts": self.env._("Contracts Cancelled"),
            "exchanges": self.env._("Exchanges"),
        }
        domain = self._facts(scope)
        tally = self._tallies(scope)[()]
        names = ("metric", "res_id", "area", "amount")
        ended = self._facts_of(scope, parts(*kinds), names)
        for name, label in kinds.items():
            whole = self._figure(tally, domain, name)
            names = parts(name)
            facts = ended.filtered(lambda fact, names=names: fact.metric in names)
            changes = self.env["property.change"].sudo().browse(facts.mapped("res_id"))
            by_reason = changes.grouped("reason_id")
            for reason, some in sorted(
                by_reason.items(), key=lambda item: -len(item[1])
            ):
                own = facts.filtered(lambda fact, some=some: fact.res_id in some.ids)
                section.add(
                    label,
                    reason.name,
                    Figure.of(len(own), some),
                    round(sum(own.mapped("area")), 2),
                    round(sum(own.mapped("amount")), 2),
                    percent(len(own), whole.value),
                )
            section.add(
                label,
                self.env._("Together"),
                *(
                    self._figure(tally, domain, name, measure)
                    for measure in ("number", "area", "amount")
                ),
                percent(whole.value, whole.value),
                level="subtotal",
            )
        return section
