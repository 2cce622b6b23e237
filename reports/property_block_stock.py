from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..models.metric import MEASURES
from .form_table import Figure
from .metric_reading import Stretches

FLOWS = ("deposits", "contracts")


class PropertyBlockStock(models.AbstractModel):
    """Units by state at the close of a day, replayed from the ledger, and what was sold
    of them by then, added up by the database by whatever they fall under.

    List prices are replayed too; the amount of a reserved unit is its deal price, which
    is in the move that reserved it, of any other its list price.
    """

    _name = "property.block.stock"
    _inherit = ["property.block"]
    _description = "Block of Stock"

    def _stock(self, scope, dimensions, flows=()):
        """Sums of every unit that existed when the scope ended.

        :param dimensions: {name: SQL of what a `unit` falls under}
        :param flows: those of `_flows()` that are summed too
        :return: {(name, key): {state: [number, area, amount, *those of each flow]}};
            all units together are under (None, None)
        """
        names = [*dimensions]
        keys = [SQL.identifier("stock", name) for name in names]
        state = SQL("stock.state")
        sets = [SQL("(%s, %s)", key, state) for key in keys] + [SQL("(%s)", state)]
        sums = [SQL("COUNT(*)"), SQL("SUM(stock.area)"), SQL("SUM(stock.amount)")]
        joins = []
        for flow in {flow["name"]: flow for flow in flows}.values():
            table = SQL.identifier(flow["name"])
            mine = [one for one in flows if one["name"] == flow["name"]]
            joins.append(
                SQL(
                    "LEFT JOIN (SELECT unit_id, %s FROM (%s) flow GROUP BY unit_id) %s "
                    "ON %s = stock.id",
                    self._flow_sums(mine),
                    flow["rows"],
                    *(table, SQL.identifier(flow["name"], "unit_id")),
                )
            )
            sums += [
                SQL("COALESCE(SUM(%s), 0)", SQL.identifier(flow["name"], f"{name}_{n}"))
                for n in range(len(mine))
                for name in MEASURES
            ]
        rows = self.env.execute_query(
            SQL(
                "SELECT GROUPING(%s), %s, %s FROM (%s) stock %s "
                "GROUP BY GROUPING SETS (%s)",
                SQL(", ").join(keys),
                SQL(", ").join([*keys, state]),
                SQL(", ").join(sums),
                self._stock_sql(scope, dimensions),
                SQL(" ").join(joins),
                SQL(", ").join(sets),
            )
        )
        stock = defaultdict(dict)
        every = (1 << len(names)) - 1
        for bits, *row in rows:
            # GROUPING() leaves the bit of the grouped name unset, the last the lowest.
            place = len(names) - (every & ~bits).bit_length()
            group = (names[place], row[place]) if bits != every else (None, None)
            stock[group][row[len(names)]] = row[len(names) + 1 :]
        return stock

    @staticmethod
    def _flow_sums(flows):
        return SQL(", ").join(
            SQL(
                "SUM(number) FILTER (WHERE %(which)s) AS %(number)s, "
                "SUM(area) FILTER (WHERE %(which)s) AS %(area)s, "
                "SUM(amount) FILTER (WHERE %(which)s) AS %(amount)s",
                which=flow["which"],
                **{name: SQL.identifier(f"{name}_{n}") for name in MEASURES},
            )
            for n, flow in enumerate(flows)
        )

    def _stock_sql(self, scope, dimensions):
        units = self.env["property.unit"].with_context(active_test=False)
        units.flush_model()
        for model in ("unit.event", "price.history"):
            self.env[f"property.{model}"].flush_model()
        domain = [("project_id", "=", scope.project.id)]
        if scope.building:
            domain.append(("building_id", "=", scope.building.id))
        # To compile the query takes longer than to answer it.
        self.env.cr.execute("SET LOCAL jit = off")
        return SQL(
            """SELECT unit.id, %(columns)s, event.to_state AS state,
                      COALESCE(unit.area_gross, 0) AS area,
                      listed.price AS list_price,
                      COALESCE(NULLIF(event.price, 0), listed.price) AS amount
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
                WHERE unit.id IN %(units)s""",
            columns=SQL(", ").join(
                SQL("%s AS %s", key, SQL.identifier(name))
                for name, key in dimensions.items()
            ),
            project=scope.project.id,
            close=scope.bounds[1],
            units=units._search(domain).subselect(),
        )

    def _unit_list(self, scope):
        """One dict per unit that existed when the scope ended, from the bottom of each
        building to its top; areas keep no history."""
        names = ("name", "building_id", "unit_type_id", "area_net", "entrance", "floor")
        columns = {name: SQL.identifier("unit", name) for name in (*names, "room")}
        return self.env.execute_query_dict(
            SQL(
                """SELECT id, name, building_id AS building, unit_type_id AS type,
                          floor, area, COALESCE(area_net, 0) AS area_net, list_price,
                          state, amount
                     FROM (%s) stock ORDER BY building_id, entrance, floor, room""",
                self._stock_sql(scope, columns),
            )
        )

    def _flows(self, scope):
        """Deposits and contracts of `property.metric`: of the day, the month, since
        opening.

        All sales of the project count, whoever asks: drilling shows each user only the
        facts he may see.
        """
        periods = (scope, scope.since_month(), scope.since_opening())
        flows = []
        for name in FLOWS:
            stretches = Stretches.of(periods, (name,))
            facts = self.env["property.metric"].sudo()
            query = facts.with_context(metric_stretches=stretches)._search(
                [("project_id", "=", scope.project.id), ("metric", "=", name)]
            )
            columns = ("id", "unit_id", "stretch", *MEASURES)
            rows = query.select(*(SQL.identifier(facts._table, one) for one in columns))
            flows += [
                {
                    "name": name,
                    "rows": rows,
                    "which": SQL("stretch >= %s", stretches.places(period)[0]),
                }
                for period in periods
            ]
        return flows

    # === Figures that find their records when they are opened ===

    def _unit_figure(self, scope, dimensions, value, group, states=()):
        """:param group: (name, key) as `_stock()` has it; states: empty for all"""

        def find():
            sql = self._units_sql(scope, dimensions, group, states)
            return [row[0] for row in self.env.execute_query(sql)]

        return Figure.found(value, "property.unit", find)

    def _flow_figure(self, scope, dimensions, value, group, flow):
        def find():
            sql = SQL(
                "SELECT id FROM (%s) flow WHERE %s AND unit_id IN (%s)",
                *(flow["rows"], flow["which"]),
                self._units_sql(scope, dimensions, group),
            )
            return [row[0] for row in self.env.execute_query(sql)]

        return Figure.found(value, "property.metric", find)

    def _units_sql(self, scope, dimensions, group, states=()):
        name, key = group
        conditions = [
            SQL("stock.state IN %s", tuple(states)) if states else SQL("TRUE")
        ]
        if name:
            column = SQL.identifier("stock", name)
            conditions.append(SQL("%s IS NOT DISTINCT FROM %s", column, key))
        return SQL(
            "SELECT stock.id FROM (%s) stock WHERE %s",
            self._stock_sql(scope, dimensions),
            SQL(" AND ").join(conditions),
        )
