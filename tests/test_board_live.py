import json
from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.bus.models import ir_websocket

from .test_board import NAME, BoardCommon


@tagged("post_install", "-at_install")
class TestBoardLive(BoardCommon):
    """A5: open boards and reps hear of a unit at once, when it is committed."""

    def setUp(self):
        super().setUp()
        self.heard()

    def heard(self):
        """What a commit would send now: [(channel, payload)]."""
        bus = self.env["bus.bus"].sudo()
        last = bus.search([], limit=1, order="id DESC").id
        self.env.cr.precommit.run()
        return [
            (json.loads(one.channel)[-1], json.loads(one.message)["payload"])
            for one in bus.search([("id", ">", last)], order="id")
            if json.loads(one.message)["type"] == "property_board"
        ]

    def told(self, unit, state, before):
        return {"id": unit.id, "name": unit.name, "state": state, "from": before}

    def test_taken_and_freed(self):
        """A5: a slip, its end, a deposit: one message each, to the project's channel"""
        slip = self.open_slip(self.client, self.unit)
        channel = f"property_board_{self.project.id}"
        heard = self.heard()
        self.assertEqual(
            heard,
            [
                (
                    channel,
                    {
                        "project_id": self.project.id,
                        "units": [self.told(self.unit, "slip", "available")],
                    },
                )
            ],
        )
        self.assertNotIn(NAME, json.dumps(heard, ensure_ascii=False))
        slip.action_lapse()
        ((_channel, payload),) = self.heard()
        self.assertEqual(payload["units"], [self.told(self.unit, "available", "slip")])

    def test_one_message_for_many(self):
        """A5: units released together are one message"""
        self.units._move("held")
        self.heard()
        self.units._move("available")
        ((_channel, payload),) = self.heard()
        self.assertEqual({one["id"] for one in payload["units"]}, set(self.units.ids))

    def test_each_project_its_own(self):
        """H1: a message is of one project's units"""
        (self.unit | self.other_unit)._move("held")
        heard = self.heard()
        self.assertEqual(
            {(channel, len(payload["units"])) for channel, payload in heard},
            {
                (f"property_board_{project.id}", 1)
                for project in (self.project, self.other_project)
            },
        )

    def test_what_came_and_went_is_no_news(self):
        """A5: what a transaction undoes itself, or rolls back, is not told"""
        self.unit._move("held")
        self.unit._move("available")
        self.assertFalse(self.heard())
        with self.assertRaises(ZeroDivisionError), self.cr.savepoint():
            self.unit._move("held")
            self.env.flush_all()
            raise ZeroDivisionError
        self.assertEqual(self.unit.state, "available")
        self.assertFalse(self.heard())

    def test_rollback_sends_nothing(self):
        """A5: with the transaction goes its message"""
        self.unit._move("held")
        self.assertIn("property_board", self.env.cr.precommit.data)
        self.env.cr.precommit.clear()  # as cr.rollback() does
        self.assertFalse(self.heard())

    def test_price_and_block(self):
        """A5: what a cell shows changes on every board, without a move"""
        for vals in (
            {"list_price": 990_000},
            {"block_reason": "court order"},
            {"orientation": "south"},
        ):
            self.unit.write(vals)
            ((_channel, payload),) = self.heard()
            told = self.told(self.unit, "available", "available")
            self.assertEqual(payload["units"], [told])
        self.unit.note = "nice view"
        self.assertFalse(self.heard())

    def test_new_unit(self):
        """A5: boards learn of a unit that is made"""
        unit = self.unit.copy({"room": "999"})
        ((_channel, payload),) = self.heard()
        self.assertEqual([one["id"] for one in payload["units"]], unit.ids)

    # === Who hears it ===

    def channels(self, user, *asked):
        websocket = self.env["ir.websocket"].with_user(user)
        session = SimpleNamespace(uid=user.id)
        with patch.object(ir_websocket, "wsrequest", SimpleNamespace(session=session)):
            found = websocket._build_bus_channel_list(
                [f"property_board_{one.id}" for one in asked]
            )
        return {
            one
            for one in found
            if isinstance(one, str) and one.startswith("property_board")
        }

    def test_who_works_there_hears_it(self):
        """A5, H1: on whatever screen he is, and only of his projects"""
        mine = {f"property_board_{self.project.id}"}
        for role in ("rep", "clerk", "control", "finance", "supervisor", "manager"):
            with self.subTest(role=role):
                user = self.actors[role]
                self.assertEqual(self.channels(user), mine)
                self.assertEqual(self.channels(user, self.other_project), mine)
        self.hq.property_project_ids = False
        self.assertFalse(self.channels(self.hq), "reads all, works in none")
        self.assertEqual(
            self.channels(self.hq, self.other_project),
            {f"property_board_{self.other_project.id}"},
        )
        self.assertFalse(self.channels(self.env.ref("base.public_user"), self.project))
        self.rep_a.property_project_ids -= self.project
        self.assertFalse(self.channels(self.rep_a, self.project))
