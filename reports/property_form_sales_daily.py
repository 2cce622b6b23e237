from odoo import models
from odoo.tools import SQL

from ..models.property_unit import SOLD_STATES, UNIT_STATES
from ..models.res_users import ROLES
from .form_table import Column, Section


class PropertyFormSalesDaily(models.AbstractModel):
    """G3 销售日报表: sold, held and remaining by building, type and bands (A6).

    Stock is the state of every unit at the close of the day, replayed from the ledger.
    Each line has three measures: number, area, amount.
    """

    _name = "property.form.sales_daily"
    _inherit = ["property.form", "property.block.stock"]
    _description = "Daily Sales Report"

    _code = "G3"
    _roles = ROLES

    def _sections(self, scope):
        blocks = self._blocks(scope.project)
        dimensions = {name: key for name, _title, _groups, key in blocks}
        flows = self._flows(scope)
        stock = self._stock(scope, dimensions, flows)
        columns = self._columns()
        sections = []
        for name, title, groups, _key in blocks:
            section = Section(title, columns)
            for group, label, level in (
                *(((name, key), label, "line") for key, label in groups),
                ((None, None), self.env._("Total"), "total"),
            ):
                if group in stock or level == "total":
                    self._add_lines(
                        section,
                        label,
                        stock.get(group, {}),
                        lambda value, *states, group=group: self._unit_figure(
                            scope, dimensions, value, group, states
                        ),
                        lambda value, flow, group=group: self._flow_figure(
                            scope, dimensions, value, group, flow
                        ),
                        flows,
                        level,
                    )
            sections.append(section)
        return sections

    # === How it is laid out ===

    def _columns(self):
        states = dict(
            self.env["property.unit"]._fields["state"]._description_selection(self.env)
        )
        stock, deposits, contracts = (
            self.env._("Stock"),
            self.env._("Deposits"),
            self.env._("Contracts"),
        )
        periods = [
            ("day", self.env._("Today")),
            ("month", self.env._("Month to Date")),
            ("all", self.env._("Since Opening")),
        ]
        return [
            Column("label", "", width=16),
            Column("measure", self.env._("Measure"), width=5),
            Column("total", self.env._("All Units"), "measure", 12, stock),
            *(
                Column(state, states[state], "measure", 11, stock)
                for state, _label in UNIT_STATES
            ),
            Column("average", self.env._("Average (yuan/㎡)"), "yuan", 10),
            Column("sell_through", self.env._("Sell-Through"), "percent", 8),
            Column("held_ratio", self.env._("Held Ratio"), "percent", 8),
            *(
                Column(f"{flow}_{key}", label, "measure", 11, group)
                for flow, group in (("deposit", deposits), ("contract", contracts))
                for key, label in periods
            ),
        ]

    def _add_lines(self, section, label, by_state, of_units, of_flow, flows, level):
        """Three rows: number, area and amount of some units.

        :param by_state: {state: [number, area, amount, *those of each flow]}
        :param of_units, of_flow: what makes figures of the units in some states, and of
            what was sold of them
        """
        sums = [
            [
                round(sum(row[3 * part + place] for row in by_state.values()), 2)
                for part in range(1 + len(flows))
            ]
            for place in range(3)
        ]
        measures = (
            (self.env._("units"), "integer"),
            ("㎡", "area"),
            (self.env._("yuan"), "yuan"),
        )
        for place, (name, kind) in enumerate(measures):
            total, *sold_of = sums[place]
            of_state = {
                state: round(by_state[state][place], 2) if state in by_state else 0
                for state, _label in UNIT_STATES
            }
            rates = [
                None if place else self._quotient(sums[2][0], sums[1][0]),
                self._quotient(
                    100 * sum(of_state[state] for state in SOLD_STATES),
                    total - of_state["unreleased"],
                ),
                self._quotient(100 * of_state["held"], total),
            ]
            section.add(
                label if not place else "",
                name,
                of_units(total),
                *(of_units(value, state) for state, value in of_state.items()),
                *(None if rate is None else of_units(rate) for rate in rates),
                *(of_flow(*pair) for pair in zip(sold_of, flows, strict=True)),
                level=level,
                kind=kind,
            )

    @staticmethod
    def _quotient(part, whole):
        return round(part / whole, 4) if whole else None

    def _blocks(self, project):
        """(name, title, [(key, label)], SQL of a unit's key) of each block."""
        no_band = [(None, self.env._("Other"))]

        def records(some):
            return [(one.id, one.name) for one in some]

        def bands(name, title, some, value):
            return name, title, records(some) + no_band, some._key_sql(value)

        return [
            (
                *("building", self.env._("By Building")),
                *(records(project.building_ids), SQL("unit.building_id")),
            ),
            (
                *("type", self.env._("By Unit Type")),
                *(records(project.unit_type_ids) + no_band, SQL("unit.unit_type_id")),
            ),
            bands(
                *("area_band", self.env._("By Area"), project.area_band_ids),
                SQL("COALESCE(unit.area_gross, 0)"),
            ),
            bands(
                *("floor_band", self.env._("By Floor"), project.floor_band_ids),
                SQL("unit.floor"),
            ),
            bands(
                *("price_band", self.env._("By Price"), project.price_band_ids),
                SQL("listed.price"),
            ),
        ]
