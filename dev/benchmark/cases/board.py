"""The sales-control board of 3,000 units (performance.md §9)."""

from ..case import Case, Goal

UNITS = 3_000


class Board(Case):
    """The board of 3,000 units opens: every cell and where it stands"""

    login = "control"
    goal = Goal(ms=150, queries=10)

    def prepare(self, env):
        """Ten towers of thirty floors, ten rooms each, with a history of two moves."""
        env = env(su=True)  # who looks at it is no matter here
        self.project = (
            env["property.project"]
            .browse(self.picks.project)
            .copy({"name": "Board", "code": "BOARD"})
        )
        buildings = env["property.building"].create(
            [
                {"name": f"{number}号楼", "project_id": self.project.id}
                for number in range(10)
            ]
        )
        units = env["property.unit"].create(
            [
                {
                    "building_id": building.id,
                    "floor": floor,
                    "room": f"{floor}{room:02}",
                    "area_gross": 90 + room,
                    "list_price": 1e6 + 1000 * floor,
                }
                for building in buildings
                for floor in range(1, 31)
                for room in range(1, 11)
            ]
        )
        units._move("available")
        env.flush_all()
        env.invalidate_all()

    def ours(self, env):
        screen = env["property.board"].sudo().screen(self.project.id)
        return sum(len(building["units"]) for building in screen["buildings"])

    def sql(self, cr):
        cr.execute(
            """SELECT id, name, building_id, entrance, floor, room, unit_type_id,
                      orientation, area_gross, list_price, filed_price, state
                 FROM property_unit WHERE project_id = %s AND active""",
            [self.project.id],
        )
        return len(cr.fetchall())


class BoardAt(Board):
    """The board of 3,000 units as it was at a past moment"""

    goal = Goal(ms=100, queries=5)

    def ours(self, env):
        board = env["property.board"].sudo()
        states = board.at(self.project.id, "2999-01-01 00:00:00")
        return sum(map(len, states.values()))

    def sql(self, cr):
        cr.execute(
            """SELECT DISTINCT ON (unit_id) unit_id, to_state
                 FROM property_unit_event WHERE project_id = %s
                ORDER BY unit_id, date DESC, id DESC""",
            [self.project.id],
        )
        return len(cr.fetchall())
