import json
import random
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ..models.property_board import ROW
from ..models.property_unit import UNIT_MOVES
from .common import PropertyCommon

NAME = "欧阳修远"


class BoardCommon(PropertyCommon):
    """A client of rep_a by a name that must not leak."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make_client(cls.rep_a, contact_name=NAME)

    def board(self, user):
        return self.env["property.board"].with_user(user)

    def rows(self, screen):
        """{unit id: {column: value}}"""
        return {
            row[0]: dict(zip(screen["columns"], row, strict=True))
            for building in screen["buildings"]
            for row in building["units"]
        }

    def hold(self, unit, **vals):
        defaults = {"reason": "Boss's cousin", "planned_release": "2999-01-01"}
        unit.with_user(self.control).action_hold(**defaults | vals)


@tagged("post_install", "-at_install")
class TestBoard(BoardCommon):
    """A3, A5: what the sales-control board shows, and to whom."""

    # === The screen ===

    def test_rows(self):
        """A3: every unit of the project once, with what a cell shows"""
        screen = self.board(self.rep_a).screen(self.project.id)
        rows = self.rows(screen)
        self.assertEqual(set(rows), set(self.units.ids))
        self.assertEqual(
            rows[self.unit.id] | {"type": self.type_two.id},
            {
                "id": self.unit.id,
                "name": "1-101",
                "room": "101",
                "floor": 1,
                "type": self.type_two.id,
                "orientation": "",
                "area": 100.0,
                "price": 1_000_000.0,
                "filed": 1_050_000.0,
                "floor_price": 0.0,
                "state": "available",
                "until": None,
                "blocked": False,
            },
        )
        self.assertEqual(tuple(screen["columns"]), ROW)

    def test_floor_price(self):
        """A7: the floor price is on the board of who may know it, on no other"""
        for role, user in self.actors.items():
            with self.subTest(role=role):
                screen = self.board(user).screen(self.project.id)
                sees = role in ("control", "supervisor", "manager", "hq")
                self.assertEqual(screen["sees_floor_price"], sees)
                price = self.rows(screen)[self.unit.id]["floor_price"]
                self.assertEqual(price, 950_000.0 if sees else 0.0)
                (row,) = self.board(user).live(self.project.id, self.unit.ids)
                self.assertEqual(row[ROW.index("floor_price")], price)

    def test_timers(self):
        """A3: a slip ends at a moment, a hold on its day; a paid slip has no end"""
        slip = self.open_slip(self.client, self.unit)
        self.hold(self.unit_2)
        rows = self.rows(self.board(self.rep_b).screen(self.project.id))
        self.assertEqual(rows[self.unit.id]["until"], str(slip.slip_expires)[:19])
        self.assertEqual(rows[self.unit_2.id]["until"], "2999-01-01")
        slip.with_user(self.clerk).action_register_payment()
        rows = self.rows(self.board(self.rep_b).screen(self.project.id))
        self.assertIsNone(rows[self.unit.id]["until"])

    def test_blocked(self):
        """A3: a unit that may not be sold is marked"""
        self.unit.block_reason = "court order"
        rows = self.rows(self.board(self.rep_a).screen(self.project.id))
        self.assertEqual(
            [unit for unit, row in rows.items() if row["blocked"]], self.unit.ids
        )

    def test_archived_units_are_not_on_it(self):
        """A3: what is archived is on no board"""
        self.unit_3.active = False
        screen = self.board(self.rep_a).screen(self.project.id)
        self.assertNotIn(self.unit_3.id, self.rows(screen))
        self.assertFalse(self.board(self.rep_a).live(self.project.id, self.unit_3.ids))

    # === Who sees what ===

    def test_own_projects_only(self):
        """H1: no board, past, wall or card of a project in which one does not work"""
        board = self.board(self.rep_a)
        screen = board.screen(self.other_project.id)
        self.assertEqual(screen["project"]["id"], self.project.id)
        other = self.other_project.id
        for call in (
            lambda: board.live(other, self.other_unit.ids),
            lambda: board.at(other, "2999-01-01 00:00:00"),
            lambda: board.wall(other),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertIsNone(board.card(self.other_unit.id))
        self.assertFalse(board.live(self.project.id, self.other_unit.ids))

    def test_who_works_nowhere(self):
        """H1: nothing for who has no project, an error for who has no role"""
        self.rep_b.property_project_ids = False
        self.assertEqual(self.board(self.rep_b).screen(), {"projects": []})
        with self.assertRaises(AccessError):
            self.board(self.env.ref("base.public_user")).screen()

    def test_no_client_for_who_may_not_see_him(self):
        """J1: who has a unit until when, everybody learns; whose it is, who may"""
        self.open_slip(self.client, self.unit)
        sees = {"rep_a", "supervisor_a", "clerk", "control", "finance", "service"}
        sees |= {"manager", "hq"}
        for user in (*self.actors.values(), self.rep_b, self.supervisor_b):
            board = self.board(user)
            with self.subTest(user=user.login):
                card = board.card(self.unit.id)
                self.assertEqual(card["whose"]["user"], "rep_a")
                self.assertTrue(card["whose"]["until"])
                client = NAME if user.login in sees else ""
                self.assertEqual(card["whose"]["client"], client)
                opens = any(
                    action["model"] == "property.deposit" and not action["method"]
                    for action in card["actions"]
                )
                self.assertEqual(opens, bool(client))
                said = (
                    board.screen(self.project.id),
                    board.live(self.project.id, self.units.ids),
                    board.wall(self.project.id),
                )
                self.assertNotIn(NAME, json.dumps(said, ensure_ascii=False))

    def test_reason_of_a_hold(self):
        """A4: for whom a unit is kept is control's and its superiors' to know"""
        self.hold(self.unit)
        for role, user in self.actors.items():
            with self.subTest(role=role):
                whose = self.board(user).card(self.unit.id)["whose"]
                self.assertEqual(whose["user"], "control")
                self.assertEqual(whose["until"], "2999-01-01")
                sees = role in ("control", "supervisor", "manager", "hq")
                self.assertEqual(whose["reason"], "Boss's cousin" if sees else "")

    # === The card's actions ===

    def test_actions_are_those_of_the_role(self):
        """A3, A4: control and the manager sell, hold and release from the card"""
        for role, user in self.actors.items():
            for state, steps in (
                ("available", ["action_new_deposit", "action_hold"]),
                ("held", ["action_release"]),
            ):
                if self.unit.state != state:
                    self.unit._move(state)
                with self.subTest(role=role, state=state):
                    card = self.board(user).card(self.unit.id)
                    methods = [one["method"] for one in card["actions"]]
                    steps = steps if role in ("control", "manager") else []
                    if role in ("control", "supervisor", "manager", "hq"):
                        steps = [*steps, "action_open_events"]
                    self.assertEqual([one for one in methods if one], steps)

    def test_warnings(self):
        """A2: the card says what would stop a sale"""
        card = self.board(self.rep_a).card(self.unit.id)
        self.assertEqual(card["warnings"], [])
        self.unit.write({"block_reason": "court order 17", "filed_price": 0})
        self.building.permit_id = False
        card = self.board(self.rep_a).card(self.unit.id)
        self.assertIn("court order 17", card["warnings"][0])
        self.assertEqual(len(card["warnings"]), 3)

    # === The past ===

    def test_any_moment_is_as_the_ledger_says(self):
        """A3: 'as of' agrees with the replay of each unit, for random histories"""
        start = datetime(2026, 3, 1)
        rng = random.Random(19)
        for step in range(160):
            with freeze_time(start + timedelta(minutes=step // 2)):
                unit = rng.choice(self.units)
                # No sale: one would ask for a deal.
                free = {"unreleased", "held", "available"}
                moves = free.intersection(UNIT_MOVES[unit.state])
                unit._move(rng.choice(sorted(moves)))
        board = self.board(self.rep_a)
        for minutes in (-1, 0, 1, *rng.sample(range(2, 80), 12), 99_999_999):
            moment = start + timedelta(minutes=minutes)
            with self.subTest(moment=moment):
                states = board.at(self.project.id, str(moment))
                self.assertEqual(
                    {unit: state for state, ids in states.items() for unit in ids},
                    self.units.states_at(moment),
                )

    # === The wall ===

    def test_wall_tells_nothing_of_holds(self):
        """A3: clients read what is for sale; a held unit is not yet, like the rest"""
        self.hold(self.unit)
        self.unit_2._move("unreleased")
        self.open_slip(self.client, self.unit_3)
        wall = self.board(self.rep_a).wall(self.project.id)
        self.assertEqual(wall["columns"], ("id", "name", "room", "state"))
        states = {row[0]: row[3] for one in wall["buildings"] for row in one["units"]}
        self.assertEqual(
            [states[unit.id] for unit in self.units[:4]],
            ["off", "off", "reserved", "available"],
        )


@tagged("post_install", "-at_install")
class TestWallRoute(PropertyCommon, HttpCase):
    def test_wall_is_for_who_works_there(self):
        """A3, H1: the wall's address leads to it, another project's nowhere"""
        self.authenticate(self.rep_a.login, self.rep_a.login + "xxx")
        url = f"/property/wall/{self.project.id}"
        answer = self.url_open(url, allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertIn(
            f"/odoo/{self.project.id}/property-wall", answer.headers["Location"]
        )
        for other in (self.other_project.id, 987654):
            answer = self.url_open(f"/property/wall/{other}", allow_redirects=False)
            self.assertEqual(answer.status_code, 404)
