from odoo.tests import BaseCase, tagged

from ..models.property_board_grid import Cell, lay_out, natural, position


def tower(floors, rooms, entrance="", first=1):
    """Rooms 101…; ids count from `first`."""
    names = [(floor, f"{floor}{room:02}") for floor in floors for room in rooms]
    return [
        (first + number, entrance, floor, room)
        for number, (floor, room) in enumerate(names)
    ]


@tagged("post_install", "-at_install")
class TestBoardGrid(BaseCase):
    """A3: where a unit stands on the board, its wall and its print."""

    def test_position(self):
        """A room's place on its floor is what is left of its number"""
        for floor, room, place in (
            (15, "1502", "02"),
            (2, "0202", "02"),
            (2, "202", "02"),
            (1, "S3", "S3"),
            (12, "12A", "A"),
            (-1, "B01", "B01"),
            (3, "3", "3"),
        ):
            with self.subTest(room=room):
                self.assertEqual(position(floor, room), place)
        self.assertEqual(sorted(["10", "2", "A1"], key=natural), ["2", "10", "A1"])

    def test_tower(self):
        """Floors from the top, skipped ones left out, a missing room a gap"""
        rooms = tower((1, 2, 3, 5), (1, 2, 3))
        gap = rooms.pop(4)  # 202
        grid = lay_out(rooms)
        self.assertEqual(grid["floors"], [5, 3, 2, 1])
        self.assertEqual(grid["width"], 3)
        self.assertEqual([column[0] for column in grid["columns"]], ["01", "02", "03"])
        self.assertEqual(grid["cells"][1], Cell(0, 1, 3, 1))
        self.assertEqual(grid["cells"][12], Cell(2, 1, 0, 1))
        self.assertNotIn(gap[0], grid["cells"])

    def test_entrances(self):
        """Entrances side by side, 2 before 10, each with its own columns"""
        rooms = [
            *tower((1, 2), (1, 2), "10", first=50),
            *tower((1, 2), (1, 2, 3), "2"),
        ]
        grid = lay_out(rooms)
        self.assertEqual(grid["entrances"], [["2", 0, 3], ["10", 3, 2]])
        self.assertEqual(grid["cells"][50].x, 3)

    def test_shops_share_the_width(self):
        """A floor of its own kind fills its entrance, the large rooms wider"""
        rooms = tower((2, 3, 4), (1, 2, 3, 4))
        shops = [
            (90 + n, "", 1, f"S{n}", 1, area) for n, area in enumerate((40, 60, 50))
        ]
        grid = lay_out([*rooms, *shops])
        cells = [grid["cells"][shop[0]] for shop in shops]
        self.assertEqual(cells[0].x, 0)
        self.assertAlmostEqual(cells[2].x + cells[2].width, 4, 2)
        self.assertLess(cells[0].width, cells[2].width)
        self.assertLess(cells[2].width, cells[1].width)
        self.assertEqual({cell.row for cell in cells}, {3})

    def test_shops_below_all_entrances(self):
        """Shops that belong to no entrance share the width of the building"""
        rooms = [*tower((2, 3), (1, 2), "1"), *tower((2, 3), (1, 2), "2", first=50)]
        shops = [(90 + n, "", 1, f"10{n}") for n in range(5)]
        grid = lay_out([*rooms, *shops])
        self.assertEqual(grid["width"], 4)
        self.assertEqual([name for name, *_rest in grid["entrances"]], ["1", "2"])
        last = grid["cells"][94]
        self.assertAlmostEqual(last.x + last.width, 4, 2)

    def test_duplex(self):
        """A duplex reaches up over the next floor there is, even one of its own"""
        rooms = tower((1, 2, 4), (1, 2))
        spans = [(*room, 2) if room[0] in (4, 6) else room for room in rooms]
        grid = lay_out([room for room in spans if room[0] != 6])
        self.assertEqual(grid["floors"], [4, 2, 1])
        # 202 (id 4) takes floors 2 and 4; 402 (id 6) is not there.
        self.assertEqual(grid["cells"][4], Cell(1, 1, 0, 2))
        grid = lay_out([room for room in rooms if room[0] != 6])
        self.assertEqual(grid["cells"][4], Cell(1, 1, 1, 1), "no duplex: a gap above")
        grid = lay_out(spans)
        self.assertEqual(grid["floors"], [5, 4, 2, 1])
        self.assertEqual(grid["cells"][4].height, 1, "402 stands where it would reach")
        self.assertEqual(grid["cells"][6], Cell(1, 1, 0, 2))

    def test_no_two_cells_overlap(self):
        """Whatever the rooms are called, each has a place of its own"""
        rooms = [
            *tower(range(-1, 20), (1, 2, 3), "1"),
            *tower(range(1, 19), (1, 2, 3, 4), "2", first=500),
            *((900 + n, "2", 1, f"S{n}") for n in range(9)),
            (950, "", 1, "101"),
            (951, "1", 19, "1904", 3),
        ]
        cells = lay_out(rooms)["cells"]
        self.assertEqual(set(cells), {room[0] for room in rooms})
        places = list(cells.values())
        for index, one in enumerate(places):
            for other in places[index + 1 :]:
                apart = (
                    one.x + one.width <= other.x + 0.01
                    or other.x + other.width <= one.x + 0.01
                    or one.row + one.height <= other.row
                    or other.row + other.height <= one.row
                )
                self.assertTrue(apart, (one, other))

    def test_no_rooms(self):
        """A building without units is an empty board"""
        self.assertEqual(lay_out([])["cells"], {})
