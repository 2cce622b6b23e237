from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..models.property_unit import SOLD_STATES, UNIT_STATES
from ..models.res_users import ROLES
from .form_table import Column, Figure, Section

FLOWS = ("deposits", "contracts")


class PropertyFormSalesDaily(models.AbstractModel):
    """G3 销售日报表: sold, held and remaining by building, type and bands (A6).

    Stock is the state of every unit at the close of the day, replayed from the ledger.
    Each line has three measures: number, area, amount; the amount of a reserved unit is
    its deal price, of any other its list price.
    """

    _name = "property.form.sales_daily"
    _inherit = ["property.form"]
    _description = "Daily Sales Report"

    _code = "G3"
    _roles = ROLES

    def _sections(self, scope):
        stock = self._stock(scope)
        flows = self._flows(scope)
        columns = self._columns()
        sections = []
        for title, groups, place in self._dimensions(scope.project):
            section = Section(title, columns)
            placed = defaultdict(list)
            for unit in stock:
                placed[place(unit)].append(unit)
            for key, label in groups:
                if key in placed:
                    self._add_lines(section, label, placed[key], flows)
            self._add_lines(section, self.env._("Total"), stock, flows, "total")
            sections.append(section)
        return sections

    # === What is counted ===

    def _stock(self, scope):
        """One dict per unit that existed at the close of the period's last day.

        Its state and list price are replayed from the ledgers, its deal price is in
        the move that reserved it; areas keep no history.
        """
        units = self.env["property.unit"].with_context(active_test=False)
        units.flush_model()
        self.env["property.unit.event"].flush_model()
        self.env["property.price.history"].flush_model()
        domain = [("project_id", "=", scope.project.id)]
        if scope.building:
            domain.append(("building_id", "=", scope.building.id))
        query = units._search(domain)
        names = (
            *("id", "name", "building", "type", "floor", "area", "area_net"),
            *("list_price", "state", "amount"),
        )
        rows = self.env.execute_query(
            SQL(
                """SELECT unit.id, unit.name, unit.building_id, unit.unit_type_id,
                          unit.floor, COALESCE(unit.area_gross, 0),
                          COALESCE(unit.area_net, 0), listed.price, event.to_state,
                          COALESCE(NULLIF(event.price, 0), listed.price)
                     FROM property_unit unit
                     LEFT JOIN (
                          SELECT unit_id, sum(list_change) AS change
                            FROM property_price_history
                           WHERE project_id = %(project)s AND date >= %(close)s
                           GROUP BY unit_id) later ON later.unit_id = unit.id
                     CROSS JOIN LATERAL (
                          SELECT COALESCE(unit.list_price, 0)::float8
                                 - COALESCE(later.change, 0)::float8 AS price) listed
                     JOIN LATERAL (
                          SELECT to_state, price
                            FROM property_unit_event
                           WHERE unit_id = unit.id AND date < %(close)s
                           ORDER BY date DESC, id DESC
                           LIMIT 1) event ON TRUE
                    WHERE unit.id IN %(units)s
                    ORDER BY unit.building_id, unit.entrance, unit.floor, unit.room""",
                project=scope.project.id,
                close=scope.bounds[1],
                units=query.subselect(),
            )
        )
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _flows(self, scope):
        """Deposits and contracts of `property.metric`, by period and unit.

        The figures are of all sales of the project, whoever asks; drilling shows each
        user only the facts he may see.

        :return: list of (domain, {unit id: (number, area, amount)}): deposits of the
            day, the month, since opening; then contracts likewise
        """
        metrics = self.env["property.metric"].sudo()
        flows = {}
        for key, first in (
            ("day", scope.date_from),
            ("month", scope.since_month().date_from),
            ("all", None),
        ):
            domain = [
                ("project_id", "=", scope.project.id),
                ("day", "<=", scope.date_to),
                *([("day", ">=", first)] if first else ()),
            ]
            for name in FLOWS:
                flows[name, key] = [*domain, ("metric", "=", name)], {}
            for unit, name, *sums in metrics._read_group(
                [*domain, ("metric", "in", FLOWS)],
                ["unit_id", "metric"],
                ["number:sum", "area:sum", "amount:sum"],
            ):
                flows[name, key][1][unit.id] = sums
        return [flows[name, key] for name in FLOWS for key in ("day", "month", "all")]

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
            Column("total", self.env._("Total"), "measure", 12, stock),
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

    def _add_lines(self, section, label, units, flows, level="line"):
        """Three rows: number, area and amount of `units`."""
        ids = {unit["id"] for unit in units}
        flow_rows = [
            (
                [*domain, ("unit_id", "in", sorted(ids & by_unit.keys()))],
                [by_unit[unit_id] for unit_id in ids & by_unit.keys()],
            )
            for domain, by_unit in flows
        ]
        area = sum(unit["area"] for unit in units)
        amount = sum(unit["amount"] for unit in units)
        measures = (
            (self.env._("units"), "integer", lambda _unit: 1),
            ("㎡", "area", lambda unit: unit["area"]),
            (self.env._("yuan"), "yuan", lambda unit: unit["amount"]),
        )
        for index, (name, kind, of_unit) in enumerate(measures):
            total = self._figure(units, of_unit)
            by_state = {
                state: self._figure(
                    [unit for unit in units if unit["state"] == state], of_unit
                )
                for state, _label in UNIT_STATES
            }
            on_sale = total.value - by_state["unreleased"].value
            sold = sum(by_state[state].value for state in SOLD_STATES)
            section.add(
                label if not index else "",
                name,
                total,
                *by_state.values(),
                None if index else self._quotient(amount, area, total),
                self._quotient(100 * sold, on_sale, total),
                self._quotient(100 * by_state["held"].value, total.value, total),
                *(
                    Figure.where(
                        round(sum(row[index] or 0 for row in rows), 2),
                        "property.metric",
                        domain,
                    )
                    for domain, rows in flow_rows
                ),
                level=level,
                kind=kind,
            )

    @staticmethod
    def _quotient(part, whole, total):
        """A rate or average over the units of the figure `total`."""
        if not whole:
            return None
        return Figure(round(part / whole, 4), total.model, total.ids)

    def _figure(self, units, measure):
        return Figure(
            round(sum(map(measure, units)), 2),
            "property.unit",
            tuple(unit["id"] for unit in units),
        )

    def _dimensions(self, project):
        """(title, [(key, label)], unit dict → key) of each block."""
        no_band = [(None, self.env._("Other"))]

        def bands(title, records, field):
            def place(unit):
                covering = (band.id for band in records if band.covers(unit[field]))
                return next(covering, None)

            return title, [(band.id, band.name) for band in records] + no_band, place

        buildings, types = project.building_ids, project.unit_type_ids
        return [
            (
                self.env._("By Building"),
                [(building.id, building.name) for building in buildings],
                lambda unit: unit["building"],
            ),
            (
                self.env._("By Unit Type"),
                [(one.id, one.name) for one in types] + no_band,
                lambda unit: unit["type"],
            ),
            bands(self.env._("By Area"), project.area_band_ids, "area"),
            bands(self.env._("By Floor"), project.floor_band_ids, "floor"),
            bands(self.env._("By Price"), project.price_band_ids, "list_price"),
        ]
