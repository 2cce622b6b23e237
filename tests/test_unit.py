from datetime import datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.property_unit import UNIT_STATES
from .common import PropertyCommon

# The trade's rule (A3), written apart from the code: which state follows which.
LIFE_OF_A_UNIT = """
    unreleased → held, available
    held       → available, unreleased
    available  → held, unreleased, slip
    slip       → available, held, deposit
    deposit    → available, held, contracted
    contracted → available, held, delivered
    delivered  →
"""
ALLOWED = {
    (line.split("→")[0].strip(), to_state.strip())
    for line in LIFE_OF_A_UNIT.strip().splitlines()
    for to_state in line.split("→")[1].split(",")
    if to_state.strip()
}
STATES = [state for state, _label in UNIT_STATES]
# How a unit comes into each state by moves of that table.
WAY_TO = {
    "unreleased": (),
    "held": ("held",),
    "available": ("available",),
    "slip": ("available", "slip"),
    "deposit": ("available", "slip", "deposit"),
    "contracted": ("available", "slip", "deposit", "contracted"),
    "delivered": ("available", "slip", "deposit", "contracted", "delivered"),
}


@tagged("post_install", "-at_install")
class TestUnit(PropertyCommon):
    def new_unit(self, state="unreleased", block_reason=None, **vals):
        number = self.env["property.unit"].search_count([])
        defaults = {"building_id": self.building.id, "room": f"N{number}"}
        unit = self.env["property.unit"].create(defaults | vals)
        for step in WAY_TO[state]:
            unit._move(step)
        unit.block_reason = block_reason
        return unit

    def last_event(self, unit):
        return self.env["property.unit.event"].search(
            [("unit_id", "=", unit.id)], limit=1
        )

    def ledger(self, unit):
        """Oldest first."""
        return [
            (event.from_state, event.to_state) for event in unit.event_ids.sorted("id")
        ]

    # === What a unit is (A1) ===

    def test_type_and_permit_are_of_the_project(self):
        """A1, A2: a unit is not sold under another project's permit or type."""
        with self.assertRaises(ValidationError):
            self.unit.unit_type_id = self.other_type
        with self.assertRaises(ValidationError):
            self.building.permit_id = self.other_permit

    def test_name(self):
        """A1: a unit is called building-entrance-room, without their counting words."""
        for building, entrance, room, name in (
            ("3号楼", "1单元", "1502", "3-1-1502"),
            ("29幢", "", "0201", "29-0201"),
            ("A栋", "2", "B01", "A-2-B01"),
            ("南楼", "一单元", "101", "南-一-101"),
            ("楼", "", "7", "楼-7"),
        ):
            with self.subTest(name=name):
                building = self.env["property.building"].create(
                    {"name": building, "project_id": self.project.id}
                )
                unit = self.new_unit(
                    building_id=building.id, entrance=entrance, room=room
                )
                self.assertEqual(unit.name, name)
        building.name = "8号楼"
        self.assertEqual(unit.name, "8-7", "a renamed building renames its units")

    @mute_logger("odoo.sql_db")
    def test_room_is_unique(self):
        """A1: building, entrance (or none) and room are of one unit only."""
        for entrance in ("1", "2", ""):
            self.new_unit(room="X1", entrance=entrance)
        self.new_unit(room="X1", entrance="1", building_id=self.building_2.id)
        for entrance in ("1", "", False):
            with self.subTest(entrance=entrance), self.assertRaises(IntegrityError):
                self.new_unit(room="X1", entrance=entrance)

    @mute_logger("odoo.sql_db")
    def test_figures_are_sound(self):
        """A1: no negative price or area, no net area above the gross area."""
        for vals in (
            {"area_gross": -1},
            {"list_price": -1},
            {"floor_price": -0.01},
            {"area_gross": 80, "area_net": 80.01},
        ):
            with self.subTest(vals), self.assertRaises(IntegrityError):
                self.new_unit(**vals)
        self.new_unit(area_gross=80, area_net=80)

    def test_price_per_sqm(self):
        """A1: the price per ㎡ is that of the gross area, and 0 without one."""
        unit = self.new_unit(area_gross=100, list_price=1_234_500)
        self.assertEqual(unit.list_price_sqm, 12_345)
        unit.area_gross = 0
        self.assertEqual(unit.list_price_sqm, 0)

    # === States (A3) ===

    def test_table_covers_every_state(self):
        """A3: the table above speaks of every state there is."""
        self.assertEqual({pair[0] for pair in ALLOWED} | {"delivered"}, set(STATES))
        self.assertEqual(set(WAY_TO), set(STATES))

    def test_moves(self):
        """A3: of all pairs of states, exactly those of the table can be moved."""
        for from_state in STATES:
            for to_state in STATES:
                unit = self.new_unit(from_state)
                before = self.ledger(unit)
                with self.subTest(move=(from_state, to_state)):
                    if (from_state, to_state) in ALLOWED:
                        unit._move(to_state)
                        self.assertEqual(unit.state, to_state)
                        self.assertEqual(
                            self.ledger(unit), [*before, (from_state, to_state)]
                        )
                    else:
                        with self.assertRefused(unit.name):
                            unit._move(to_state)
                        self.assertEqual(unit.state, from_state)
                        self.assertEqual(self.ledger(unit), before)

    def test_move_of_many_is_all_or_nothing(self):
        """A3: where one unit of several cannot be moved, none is."""
        free, sold = self.new_unit("available"), self.new_unit("deposit")
        with self.assertRefused(sold.name):
            (free | sold)._move("slip")
        self.assertEqual(free.state, "available")

    def test_control_frees_no_reserved_unit(self):
        """A4: holding and releasing are of free units; a slip frees its unit itself"""
        self.open_slip(self.make_client(self.rep_a), self.unit)
        units = (self.unit | self.unit_2).with_user(self.control)
        for step in (units.action_hold, units.action_release):
            with self.assertRefused(self.unit.name):
                step()
        self.assertEqual(self.unit_2.state, "available")

    def test_state_is_not_written(self):
        """A3: no role, the administrator included, writes or imports a state."""
        deposit = self.open_slip(self.make_client(self.rep_a), self.unit_2)
        for user in (*self.actors.values(), self.env.ref("base.user_admin")):
            unit = self.unit.with_user(user)
            for vals in (
                {"state": "held"},
                {"state": "available"},
                {"deposit_id": deposit.id},
                {"name": "1-999", "state": "deposit"},
                {"name": "1-999"},
                {"list_price_sqm": 1.0},
            ):
                with (
                    self.subTest(user=user.login, vals=vals),
                    self.assertRaises(UserError),
                ):
                    unit.write(vals)
            with (
                self.subTest(user=user.login, door="create"),
                self.assertRaises(UserError),
            ):
                self.env["property.unit"].with_user(user).create(
                    {
                        "building_id": self.building.id,
                        "room": "Z1",
                        "state": "available",
                    }
                )
        self.assertEqual(self.unit.state, "available")

    def test_no_default_opens_the_door(self):
        """A3: neither context nor a user's own default gives a new unit a state."""
        units = self.env["property.unit"].with_user(self.control)
        vals = {"building_id": self.building.id}
        unit = units.with_context(default_state="available").create(
            vals | {"room": "Z2"}
        )
        self.assertEqual(unit.state, "unreleased")
        self.env["ir.default"].set(
            "property.unit", "state", "available", user_id=self.control.id
        )
        unit = units.create(vals | {"room": "Z3"})
        self.assertEqual(unit.state, "unreleased")

    def test_control_holds_and_releases(self):
        """A4: control (and the manager above it) holds and releases, with a reason."""
        for role, user in self.actors.items():
            unit = self.unit.with_user(user)
            with self.subTest(role=role):
                if role in ("control", "manager"):
                    unit.action_hold(reason="shown next week")
                    self.assertEqual(unit.state, "held")
                    self.assertRecordValues(
                        self.last_event(unit),
                        [{"reason": "shown next week", "user_id": user.id}],
                    )
                    unit.action_release()
                    self.assertEqual(unit.state, "available")
                else:
                    for action in (unit.action_hold, unit.action_release):
                        with self.assertRaises(UserError):
                            action()

    def test_control_stays_in_its_project(self):
        """A4, H1: control does not touch the units of another project."""
        with self.assertRaises(AccessError):
            self.other_unit.with_user(self.control).action_hold()

    # === Ledger and replay ===

    def test_birth_is_on_record(self):
        """A3: the ledger of a unit begins with its creation."""
        unit = self.new_unit()
        self.assertEqual(self.ledger(unit), [(False, "unreleased")])
        self.assertEqual(unit.event_ids.project_id, self.project)

    def test_origin_is_on_record(self):
        """A3: a move names the document that caused it."""
        deposit = self.open_slip(self.make_client(self.rep_a), self.unit)
        event = self.last_event(self.unit)
        self.assertEqual(event.origin, deposit)
        self.assertEqual(event.user_id, self.control)
        self.assertEqual(self.unit.deposit_id, deposit)

    def test_freed_unit_goes_where_the_policy_says(self):
        """A4, K1: back on sale, or to control first; nothing of the sale stays"""
        for state in ("available", "held"):
            self.env["property.policy"].search([]).freed_to = state
            deposit = self.open_slip(self.make_client(self.rep_a), self.unit)
            deposit.with_user(self.control).action_lapse()
            self.assertRecordValues(
                self.unit, [{"state": state, "deposit_id": False, "contract_id": False}]
            )
            self.assertEqual(self.unit.event_ids[:1].origin, deposit)

    def test_handing_over_asks_for_no_permit(self):
        """A2: the permit and the block are of a sale, not of what comes after it"""
        contract = self.sell(self.make_client(self.rep_a), self.unit)
        self.unit.block_reason = "Court order"
        self.permit.date_end = self.permit.issue_date
        self.unit._move("delivered", origin=contract)
        self.assertEqual(self.unit.state, "delivered")

    def test_replay(self):
        """A3: the state at any past moment is read off the ledger."""
        start = datetime(2026, 3, 1, 4)
        hour = timedelta(hours=1)
        with freeze_time(start):
            unit = self.new_unit()
        for step, state in enumerate(("available", "held", "available"), 1):
            with freeze_time(start + step * hour):
                unit._move(state)
        second = timedelta(seconds=1)
        for moment, state in (
            (start - second, False),
            (start, "unreleased"),
            (start + hour - second, "unreleased"),
            (start + hour, "available"),
            (start + 2 * hour, "held"),
            (start + 3 * hour - second, "held"),
            (start + 900 * hour, "available"),
        ):
            with self.subTest(moment=moment):
                self.assertEqual(unit.state_at(moment), state)
                self.assertEqual(unit.state_at(str(moment)), state, "as RPC sends it")
        self.assertEqual(unit.with_user(self.rep_a).state_at(start + hour), "available")

    def test_replay_within_one_second(self):
        """A3: of several moves within a second the last one is the state."""
        with freeze_time("2026-03-01 04:00:00"):
            unit = self.new_unit("available")
            unit._move("held")
        self.assertEqual(unit.state_at("2026-03-01 04:00:00"), "held")

    def test_replay_is_of_own_projects(self):
        """H1: another project's unit is not replayed either."""
        with self.assertRaises(AccessError):
            self.other_unit.with_user(self.control).state_at("2026-03-01 04:00:00")

    def test_ledger_is_immutable(self):
        """A3: nobody changes, deletes or forges entries, not even the superuser."""
        event = self.last_event(self.unit)
        admin = self.env.ref("base.user_admin")
        for user in (*self.actors.values(), admin, self.env.user):
            entry = event.with_user(user)
            with (
                self.subTest(user=user.login),
                self.assertRaises(UserError),
            ):
                entry.write({"to_state": "held"})
            with (
                self.subTest(user=user.login),
                self.assertRaises(UserError),
            ):
                entry.unlink()
        for user in (*self.actors.values(), admin):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                event.with_user(user).create(
                    {
                        "unit_id": self.unit.id,
                        "project_id": self.project.id,
                        "user_id": user.id,
                        "to_state": "held",
                    }
                )
        with self.assertRaises(UserError):
            self.unit.event_ids = [Command.delete(event.id)]
        self.assertEqual(event.to_state, "available")

    def test_unit_with_history_stays(self):
        """A3: a unit that never moved may be deleted, one with a history may not."""
        fresh = self.new_unit().with_user(self.manager)
        fresh.unlink()
        self.assertFalse(fresh.exists())
        with self.assertRefused("archived"):
            self.unit.with_user(self.manager).unlink()

    # === What stops a sale (A2, A7) ===

    def test_block_stops_every_sale(self):
        """A3: a unit blocked by a court takes no slip, deposit or contract."""
        for state, to_state in (
            ("available", "slip"),
            ("slip", "deposit"),
            ("deposit", "contracted"),
        ):
            unit = self.new_unit(state, block_reason="court order 17")
            with (
                self.subTest(to_state=to_state),
                self.assertRefused(f"{unit.name}.*court order 17"),
            ):
                unit._move(to_state)

    def test_permit(self):
        """A2: no slip, deposit or contract without a permit valid on that day."""
        today = self.project.local_day()
        day = timedelta(days=1)
        for title, dates, valid in (
            ("without an end", (today - day, False), True),
            ("from today to today", (today, today), True),
            ("ended yesterday", (today - 9 * day, today - day), False),
            ("from tomorrow", (today + day, False), False),
            ("missing", None, False),
        ):
            for state, to_state in (
                ("available", "slip"),
                ("slip", "deposit"),
                ("deposit", "contracted"),
            ):
                self.permit.write({"issue_date": "2020-01-01", "date_end": False})
                self.building.permit_id = self.permit
                unit = self.new_unit(state)
                if dates:
                    self.permit.write({"issue_date": dates[0], "date_end": dates[1]})
                else:
                    self.building.permit_id = False
                with self.subTest(permit=title, to_state=to_state):
                    if valid:
                        unit._move(to_state)
                        self.assertEqual(unit.state, to_state)
                    else:
                        with self.assertRefused(f"{unit.name}.*permit"):
                            unit._move(to_state)
                        self.assertEqual(unit.state, state)

    @mute_logger("odoo.sql_db")
    def test_permit_dates_are_ordered(self):
        """A2: a permit does not end before it was issued."""
        with self.assertRaises(IntegrityError):
            self.permit.date_end = "2019-12-31"

    def test_reserved_unit_is_frozen(self):
        """A7: price, place and area of a unit in slip or later stay as they are."""
        for state in STATES:
            unit = self.new_unit(state, area_gross=90).with_user(self.control)
            for vals in (
                {"list_price": 5},
                {"filed_price": 5},
                {"floor_price": 5},
                {"area_gross": 95},
                {"room": f"R{unit.id}"},
                {"building_id": self.building_2.id},
            ):
                with self.subTest(state=state, vals=vals):
                    if state in ("unreleased", "held", "available"):
                        unit.write(vals)
                    else:
                        with self.assertRefused(unit.name):
                            unit.write(vals)

    def test_floor_price_is_hidden(self):
        """A7: control, supervisors and HQ know the floor price; reps cannot read it."""
        for role, user in self.actors.items():
            unit = self.unit.with_user(user)
            with self.subTest(role=role):
                if role in ("control", "supervisor", "manager", "hq"):
                    self.assertEqual(unit.floor_price, self.unit.list_price * 0.95)
                else:
                    with self.assertRaises(AccessError):
                        unit.read(["floor_price"])
                    with self.assertRaises(AccessError):
                        unit.search([("floor_price", ">", 0)])
