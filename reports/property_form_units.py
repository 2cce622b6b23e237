from odoo import models
from odoo.tools import groupby

from ..models.property_unit import UNIT_STATES
from ..models.res_users import ROLES
from .form_table import Column, Figure, Section


class PropertyFormUnits(models.AbstractModel):
    """G19 房源表: every unit at the close of a day, by building.

    State and list price are replayed, as G3 does; names, areas and the planned release
    of a held unit keep no history and are today's. Prices are list prices: what a
    client agreed upon is for those who see his deal; in the sums by state it is
    counted, as in G3.
    """

    _name = "property.form.units"
    _inherit = ["property.form", "property.block.stock"]
    _description = "Unit List"

    _code = "G19"
    _period = "date"
    _filters = ("building",)
    _roles = ROLES

    def _sections(self, scope):
        stock = self._unit_list(scope)
        return [self._list(scope, stock), self._by_state(stock)]

    def _states(self):
        field = self.env["property.unit"]._fields["state"]
        return dict(field._description_selection(self.env))

    # === Unit by unit ===

    def _list(self, scope, stock):
        section = Section(self._title(), self._columns())
        section.rows = self._rows(section, scope, stock)
        return section

    def _rows(self, section, scope, stock):
        states, releases = self._states(), self._releases(scope)
        types = {one.id: one.name for one in scope.project.unit_type_ids}
        by_building = dict(groupby(stock, lambda unit: unit["building"]))
        for building in scope.project.building_ids:
            units = by_building.get(building.id, [])
            for unit in units:
                yield section.row(
                    Figure(unit["name"], "property.unit", (unit["id"],)),
                    types.get(unit["type"]),
                    unit["area"],
                    unit["area_net"] or None,
                    self._per_sqm([unit]),
                    unit["list_price"],
                    states[unit["state"]],
                    releases.get(unit["id"]),
                )
            if units:
                yield self._sum_row(section, building.name, units, "subtotal")
        yield self._sum_row(section, self.env._("Total"), stock, "total")

    def _sum_row(self, section, label, units, level):
        return section.row(
            label,
            self._units(self.env._("%s units", len(units)), units),
            self._sum_of(units, "area"),
            self._sum_of(units, "area_net"),
            self._per_sqm(units),
            self._sum_of(units, "list_price"),
            None,
            None,
            level=level,
        )

    @staticmethod
    def _units(value, units):
        return Figure(value, "property.unit", tuple(unit["id"] for unit in units))

    def _sum_of(self, units, name):
        return self._units(round(sum(unit[name] for unit in units), 2), units)

    @staticmethod
    def _per_sqm(units):
        area = sum(unit["area"] for unit in units)
        price = sum(unit["list_price"] for unit in units)
        return round(price / area, 2) if area else None

    def _releases(self, scope):
        """{unit id: planned day} of what is held at the close. Everybody may know when
        a unit comes on sale, why it is held control alone."""
        close = scope.bounds[1]
        holds = self.env["property.hold"].sudo()
        return {
            hold.unit_id.id: hold.planned_release
            for hold in holds.search_fetch(
                [
                    ("project_id", "=", scope.project.id),
                    ("date", "<", close),
                    "|",
                    ("released_date", "=", False),
                    ("released_date", ">=", close),
                ],
                ["unit_id", "planned_release"],
            )
        }

    def _columns(self):
        return [
            Column("unit", self.env._("Unit No."), width=14),
            Column("type", self.env._("Type"), width=12),
            Column("area", self.env._("Gross Area (㎡)"), "area", 10),
            Column("area_net", self.env._("Net Area (㎡)"), "area", 10),
            Column("price_sqm", self.env._("Price per ㎡"), "money", 12),
            Column("price", self.env._("Price"), "money", 15),
            Column("state", self.env._("State"), width=9),
            Column("release", self.env._("Planned Release"), "date", 10),
        ]

    # === By state ===

    def _by_state(self, stock):
        section = Section(
            self.env._("By State"),
            [
                Column("state", self.env._("State"), width=14),
                Column("number", self.env._("Units"), "integer", 8),
                Column("area", self.env._("Gross Area (㎡)"), "area", 14),
                Column("area_net", self.env._("Net Area (㎡)"), "area", 14),
                Column("price", self.env._("List Price"), "money", 18),
                Column("amount", self.env._("Amount, Sold at Deal Price"), "money", 18),
            ],
        )
        states = self._states()
        for state, _label in UNIT_STATES:
            units = [unit for unit in stock if unit["state"] == state]
            section.add(states[state], *self._sums(units))
        section.add(self.env._("Total"), *self._sums(stock), level="total")
        return section

    def _sums(self, units):
        return [
            self._units(len(units), units),
            *(
                self._sum_of(units, name)
                for name in ("area", "area_net", "list_price", "amount")
            ),
        ]
