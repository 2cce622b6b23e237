from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .property_board_grid import lay_out

# What hangs on the wall tells clients what they may buy, and nothing about holds.
WALL_STATES = {
    "unreleased": "off",
    "held": "off",
    "available": "available",
    "slip": "reserved",
    "deposit": "reserved",
    "contracted": "sold",
    "delivered": "sold",
}
# A row of the board as it is sent: a list, for 3,000 of them are sent at once.
ROW = (
    "id",
    "name",
    "room",
    "floor",
    "type",
    "orientation",
    "area",
    "price",
    "filed",
    "floor_price",
    "state",
    "until",
    "blocked",
)
PLACE = 3  # columns before these: building, entrance, floors it takes


class PropertyBoard(models.AbstractModel):
    """The sales-control board 销控表: what its screens show (A3, A5).

    Everyone who works in a project sees its board; no row of it names a client. Units
    are read in one query for all of them, and so is any past moment.
    """

    _name = "property.board"
    _description = "Sales-Control Board"

    # === The screen ===

    @api.model
    @api.readonly
    def screen(self, project_id=None):
        """All the board needs to be drawn.

        :param project_id: the user's first project when omitted or no longer his
        :return: dict; without a key 'project' when the user works in no project
        """
        self.env["property.unit"].check_access("read")
        projects = self.env["property.project"].search([("active", "=", True)])
        project = projects.filtered(lambda one: one.id == project_id) or projects[:1]
        data = {"projects": [self._named(one) for one in projects]}
        if not project:
            return data
        units = self.env["property.unit"]
        return data | {
            "project": self._named(project) | {"tz": project.tz},
            "columns": ROW,
            "sees_floor_price": self._sees_floor_price(),
            "states": units._fields["state"]._description_selection(self.env),
            "types": [
                self._named(one)
                for one in self.env["property.unit.type"].search(
                    [("project_id", "=", project.id)]
                )
            ],
            "since": self._since(project),
            "buildings": self._buildings(project),
        }

    @api.model
    @api.readonly
    def live(self, project_id, unit_ids):
        """The rows of some units, as they are now; of those that still exist."""
        project = self._project(project_id)
        return [row[PLACE:] for row in self._rows(project, unit_ids)]

    @api.model
    @api.readonly
    def at(self, project_id, moment):
        """The state of every unit of the project at a past moment, off the ledger.

        :param moment: naive UTC
        :return: {state: [ids]}; units that did not exist then are in none
        """
        project = self._project(project_id)
        units = self.env["property.unit"]
        visible = set(units._search([("project_id", "=", project.id)]))
        self.env["property.unit.event"].flush_model()
        states = defaultdict(list)
        for unit_id, state in self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (unit_id) unit_id, to_state
                     FROM property_unit_event
                    WHERE project_id = %s AND date <= %s
                    ORDER BY unit_id, date DESC, id DESC""",
                project.id,
                fields.Datetime.to_datetime(moment),
            )
        ):
            if unit_id in visible:
                states[state].append(unit_id)
        return dict(states)

    # === The wall ===

    @api.model
    @api.readonly
    def wall(self, project_id):
        """What hangs on the wall: no names, no prices, no holds."""
        project = self._project(project_id)
        return {
            "project": self._named(project) | {"tz": project.tz},
            "columns": ("id", "name", "room", "state"),
            "states": [
                ("available", self.env._("For Sale")),
                ("reserved", self.env._("Reserved")),
                ("sold", self.env._("Sold")),
                ("off", self.env._("Not for Sale Yet")),
            ],
            "buildings": [
                building
                | {
                    "permit": None,
                    "units": [
                        [unit[0], unit[1], unit[2], WALL_STATES[unit[10]]]
                        for unit in building["units"]
                    ],
                }
                for building in self._buildings(project)
            ],
        }

    # === Rows ===

    def _buildings(self, project):
        """[{id, name, …, units}]: each building with its rows and where they stand."""
        buildings = self.env["property.building"].search_fetch(
            [("project_id", "=", project.id)], ["name", "permit_id"]
        )
        by_building = defaultdict(list)
        for row in self._rows(project):
            by_building[row[0]].append(row)
        return [
            self._named(building)
            | {"permit": bool(building.permit_id)}
            | self._laid_out(by_building[building.id])
            for building in buildings
            if building.id in by_building
        ]

    def _laid_out(self, rows):
        grid = lay_out(
            (unit_id, entrance, floor, room, floor_count, area)
            for (
                _building,
                entrance,
                floor_count,
                unit_id,
                _name,
                room,
                floor,
                _type,
                _orientation,
                area,
                *_more,
            ) in rows
        )
        cells = grid.pop("cells")
        units = [row[PLACE:] for row in rows]
        return grid | {"units": units, "places": [cells[unit[0]] for unit in units]}

    def _rows(self, project, unit_ids=None):
        """(building id, entrance, floors, *ROW) of each unit, in one query.

        Which rows he sees his record rules say; of the deals and holds behind them
        nothing is read but when they end: a slip at a moment (UTC), a hold on a day.
        """
        domain = [("project_id", "=", project.id)]
        if unit_ids is not None:
            domain.append(("id", "in", unit_ids))
        for model in ("property.unit", "property.deposit", "property.hold"):
            self.env[model].flush_model()
        return self.env.execute_query(
            SQL(
                """SELECT unit.building_id, COALESCE(unit.entrance, ''),
                          GREATEST(unit.floor_count, 1),
                          unit.id, unit.name, unit.room, COALESCE(unit.floor, 0),
                          unit.unit_type_id, COALESCE(unit.orientation, ''),
                          COALESCE(unit.area_gross, 0)::float8,
                          COALESCE(unit.list_price, 0)::float8,
                          COALESCE(unit.filed_price, 0)::float8,
                          COALESCE(%s, 0)::float8, unit.state,
                          CASE unit.state
                               WHEN 'slip'
                               THEN to_char(slip_expires, 'YYYY-MM-DD HH24:MI:SS')
                               WHEN 'held'
                               THEN to_char(planned_release, 'YYYY-MM-DD')
                          END,
                          COALESCE(unit.block_reason, '') != ''
                     FROM property_unit unit
                     LEFT JOIN property_deposit deposit
                          ON deposit.id = unit.deposit_id AND deposit.state = 'slip'
                     LEFT JOIN property_hold hold
                          ON hold.unit_id = unit.id AND hold.released_date IS NULL
                    WHERE unit.id IN %s
                    ORDER BY unit.building_id, unit.id""",
                SQL("unit.floor_price" if self._sees_floor_price() else "NULL"),
                self.env["property.unit"]._search(domain).subselect(),
            )
        )

    def _sees_floor_price(self):
        units = self.env["property.unit"]
        return units._has_field_access(units._fields["floor_price"], "read")

    def _since(self, project):
        """The moment the ledger of the project begins."""
        event = self.env["property.unit.event"].sudo()
        first = event.search_fetch(
            [("project_id", "=", project.id)], ["date"], order="date", limit=1
        )
        return first and fields.Datetime.to_string(first.date)

    # === Who works here ===

    def _project(self, project_id):
        """:raise AccessError: when the user sees nothing of this project"""
        self.env["property.unit"].check_access("read")
        project = isinstance(project_id, int) and self.env["property.project"].search(
            [("id", "=", project_id)]
        )
        if not project:
            raise AccessError(self.env._("You do not work in this project."))
        return project

    def _named(self, record):
        return {"id": record.id, "name": record.name}
