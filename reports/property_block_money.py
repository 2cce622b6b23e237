from odoo import models
from odoo.tools import SQL

from ..models.metric import percent
from ..models.property_unit import SOLD_STATES, UNIT_STATES
from .form_table import Chart, Column, Section


class PropertyBlockMoney(models.AbstractModel):
    """Stock and what it costs: section 6 of the monthly report."""

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
