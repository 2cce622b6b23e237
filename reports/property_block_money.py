from odoo import models

from ..models.metric import parts, percent
from ..models.property_unit import SOLD_STATES, UNIT_STATES
from .form_table import Chart, Column, Figure, Section


class PropertyBlockMoney(models.AbstractModel):
    """Stock and cancellations: sections 6 and 7 of the monthly report."""

    _name = "property.block.money"
    _inherit = ["property.block"]
    _description = "Block of Stock, Cancellations, Money"

    # === Stock and price ===

    def _stock_and_price(self, scope):
        """Units by state at the close of the month, and what they cost, by building;
        the stock is the daily sales report's (G3)."""
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
        stock = self.env["property.form.sales_daily"]._stock(scope)
        for building in scope.project.building_ids:
            units = [unit for unit in stock if unit["building"] == building.id]
            if units:
                section.add(building.name, *self._stock_figures(units))
        section.add(self.env._("Total"), *self._stock_figures(stock), level="total")
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

    def _stock_figures(self, units):
        of_state = {
            state: [unit for unit in units if unit["state"] == state]
            for state, _label in UNIT_STATES
        }
        sold = [unit for state in SOLD_STATES for unit in of_state[state]]
        return [
            self._unit_figure(units),
            *(self._unit_figure(some) for some in of_state.values()),
            percent(len(sold), len(units) - len(of_state["unreleased"])),
            self._average(of_state["available"]),
            self._average(sold),
        ]

    @staticmethod
    def _unit_figure(units):
        return Figure(len(units), "property.unit", tuple(unit["id"] for unit in units))

    @staticmethod
    def _average(units):
        area = sum(unit["area"] for unit in units)
        return round(sum(unit["amount"] for unit in units) / area, 2) if area else None

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
