import json
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.bus.models import ir_websocket

from .test_roster import RosterCommon

NOON = datetime(2026, 3, 2, 4)  # in Shanghai
EVENING = datetime(2026, 3, 2, 15, 30)  # 23:30
NIGHT = datetime(2026, 3, 2, 16, 30)  # 00:30 on the 3rd


@tagged("post_install", "-at_install")
class TestAbsence(RosterCommon):
    """H5: leaving is registered and approved; the rings pass who is out until back."""

    def request(self, user, **vals):
        return (
            self.env["property.absence"]
            .with_user(user)
            .create({"reason_id": self.reason("lunch").id} | vals)
        )

    def status(self, user):
        self.env.invalidate_all()
        places = {place["user_id"]: place for place in self.visits._queue()}
        return places[user.id]["status"]

    def test_only_approved_and_not_back_is_out(self):
        """H5: asked for, refused or back again, a rep keeps his place in the ring"""
        absence = self.request(self.rep_b)
        self.assertEqual(self.status(self.rep_b), "waiting")
        absence.with_user(self.supervisor_a).action_approve()
        self.assertEqual(self.status(self.rep_b), "away")
        self.assertEqual(absence.approver_id, self.supervisor_a)
        absence.action_back()
        self.assertEqual(self.status(self.rep_b), "waiting")
        self.assertTrue(absence.date_back)
        refused = self.request(self.rep_b)
        refused.with_user(self.supervisor_a).action_refuse()
        self.assertEqual(self.status(self.rep_b), "waiting")

    def test_out_over_night(self):
        """H5: nobody is back by himself; who leaves later is there until he leaves"""
        with freeze_time(NOON) as clock:
            later = NOON + timedelta(hours=2)
            absence = self.leave(self.rep_b, "leave", date_from=later)
            self.assertEqual(self.status(self.rep_b), "waiting")
            clock.tick(timedelta(hours=3))
            self.assertEqual(self.status(self.rep_b), "away")
            clock.tick(timedelta(days=2))
            self.assertEqual(self.status(self.rep_b), "away")
            absence.with_user(self.clerk).action_back()
            self.assertEqual(self.status(self.rep_b), "waiting")

    def test_form(self):
        """H5: a rep fills in one field, the reason"""
        with Form(self.env["property.absence"].with_user(self.rep_a)) as form:
            form.reason_id = self.reason("errand")
        self.assertRecordValues(
            form.record,
            [
                {
                    "user_id": self.rep_a.id,
                    "project_id": self.project.id,
                    "state": "requested",
                }
            ],
        )

    def test_who_enters(self):
        """H5, H1: a rep for himself, desk staff for who calls in, in their project"""
        with self.assertRaises(AccessError):
            self.request(self.rep_a, user_id=self.rep_b.id)
        absence = self.request(self.clerk, user_id=self.rep_b.id)
        self.assertTrue(absence.with_user(self.rep_a).has_access("read"))
        for operation in ("write", "unlink"):
            self.assertFalse(absence.with_user(self.rep_a).has_access(operation))
        with self.assertRefused("rep_c does not work in Test Garden"):
            self.request(self.clerk, user_id=self.rep_c.id)

    def test_who_decides(self):
        """H5: a supervisor, never on his own; the rep himself or the desk say back"""
        absence = self.request(self.rep_a)
        for user in (self.rep_a, self.rep_b, self.clerk, self.hq):
            for step in ("action_approve", "action_refuse"):
                with (
                    self.subTest(user=user.login, step=step),
                    self.assertRaises(AccessError),
                ):
                    getattr(absence.with_user(user), step)()
        absence.with_user(self.supervisor_b).action_approve()
        with self.assertRaises(AccessError):
            absence.with_user(self.rep_b).action_back()
        absence.with_user(self.rep_a).action_back()
        own = self.request(self.supervisor_a)
        with self.assertRaisesRegex(AccessError, "Your own absence"):
            own.action_approve()
        self.request(self.manager).action_approve()

    def test_steps_in_order(self):
        """H5: each step from its state only; what was decided is not changed"""
        absence = self.request(self.rep_a).with_user(self.supervisor_a)
        with self.assertRefused("this step needs 'Out'"):
            absence.action_back()
        absence.action_approve()
        for step in (absence.action_approve, absence.action_refuse):
            with self.assertRefused("this step needs 'Requested'"):
                step()
        for vals in (
            {"state": "back"},
            {"date_back": NOON},
            {"approver_id": self.rep_a.id},
            {"reason_id": self.reason("leave").id},
            {"user_id": self.rep_b.id},
            {"date_from": NOON},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                absence.write(vals)
        with self.assertRefused("stays on record"):
            absence.unlink()
        with self.assertRaises(UserError):
            self.request(self.rep_b, state="approved")
        self.request(self.rep_b).unlink()

    @mute_logger("odoo.sql_db")
    def test_one_open_absence(self):
        """H5: who is out is not out twice; times are in order"""
        absence = self.request(self.rep_a)
        for vals in ({}, {"user_id": self.rep_b.id, "date_to": "2020-01-01"}):
            with (
                self.subTest(vals=vals),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self.request(self.clerk, **({"user_id": self.rep_a.id} | vals))
        absence.with_user(self.supervisor_a).action_refuse()
        self.env.flush_all()
        self.request(self.rep_a)


@tagged("post_install", "-at_install")
class TestDuty(RosterCommon):
    """B1, B12: the duty list says who has turns on a day."""

    def make(self, day, users, **vals):
        values = {"project_id": self.project.id, "date": day, "user_ids": users.ids}
        return (
            self.env["property.duty"].with_user(self.supervisor_a).create(values | vals)
        )

    def test_day_of_the_project(self):
        """B1: the list of the day changes at midnight in Shanghai, not in UTC"""
        self.make("2026-03-02", self.rep_b)
        self.make("2026-03-03", self.rep_a)
        for moment, name in ((EVENING, "b"), (NIGHT, "a")):
            with freeze_time(moment):
                self.assertEqual(self.next_of(self.visits), [name])
        with freeze_time(NIGHT):
            self.assertEqual(self.new_day(), date(2026, 3, 3))

    def new_day(self):
        """What the form proposes."""
        self.env["property.duty"].search([]).unlink()
        with Form(self.env["property.duty"].with_user(self.supervisor_a)) as form:
            form.user_ids.add(self.rep_a)
        return form.record.date

    def test_other_project_has_its_own_list(self):
        with freeze_time(NOON):
            self.env["property.duty"].create(
                {"project_id": self.other_project.id, "user_ids": self.rep_c.ids}
            )
            self.assertEqual(self.next_of(self.visits), ["a"])

    @mute_logger("odoo.sql_db")
    def test_list_is_right(self):
        """B1: one list a day, of people of the project"""
        self.make("2026-03-02", self.rep_a)
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.make("2026-03-02", self.rep_b)
        with self.assertRefused("rep_c does not work in Test Garden"):
            self.make("2026-03-03", self.rep_c)

    def test_copy_week(self):
        """B12: a week is planned from the one before; lists made by hand stay"""
        week = self.make("2026-03-02", self.rep_a) | self.make("2026-03-04", self.rep_b)
        self.make("2026-03-09", self.rep_b)
        action = week.action_copy_week()
        lists = self.env["property.duty"].search(action["domain"])
        self.assertEqual(
            lists.mapped(lambda duty: (duty.date, duty.user_ids)),
            [(date(2026, 3, 9), self.rep_b), (date(2026, 3, 11), self.rep_b)],
        )


@tagged("post_install", "-at_install")
class TestDeskBus(RosterCommon):
    """Live desks: told of every change, heard by the project's people only."""

    def channels(self, user, *channels):
        """What of `channels` the server lets `user` subscribe to."""
        websocket = self.env["ir.websocket"].with_user(user)
        session = SimpleNamespace(uid=user.id)
        with patch.object(ir_websocket, "wsrequest", SimpleNamespace(session=session)):
            heard = websocket._build_bus_channel_list(list(channels))
        return [channel for channel in channels if channel in heard]

    def test_heard_by_who_reads_the_project(self):
        """J1: a rep of another project is not subscribed, nor is who has no role"""
        own, other = (
            f"property_desk_{project.id}"
            for project in (self.project, self.other_project)
        )
        stranger = new_test_user(self.env, "stranger", "base.group_user")
        public = self.env.ref("base.public_user")
        odd = ("some_channel", f"{own}x", "property_desk_", f"property_desk_{10**9}")
        for user, heard in (
            (self.rep_a, [own]),
            (self.clerk, [own]),
            (self.rep_c, [other]),
            (self.hq, [own, other]),
            (stranger, []),
            (public, []),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self.channels(user, own, other, odd[-1]), heard)
        self.assertEqual(self.channels(self.rep_c, *odd), list(odd[:-1]))

    def test_told_of_every_change(self):
        """B1: next, pass, suspension, absence and duty list reach the desks"""
        absence = self.env["property.absence"].create(
            {
                "project_id": self.project.id,
                "user_id": self.rep_a.id,
                "reason_id": self.reason("lunch").id,
            }
        )
        duties = self.env["property.duty"]
        head = self.visits.with_user(self.supervisor_a)
        rep = self.rep_b.id
        for name, step in (
            ("next", head.action_next),
            ("pass", lambda: head.action_pass(rep, self.reason("busy").id)),
            ("give back", lambda: self.ledger(head)[0].action_give_back()),
            ("suspend", lambda: head.action_suspend(rep, "No badge")),
            ("lift", lambda: head.action_lift(rep)),
            ("approve", absence.with_user(self.supervisor_a).action_approve),
            ("back", absence.action_back),
            (
                "duty",
                lambda: duties.create(
                    {"project_id": self.project.id, "user_ids": self.rep_b.ids}
                ),
            ),
            ("duty changed", lambda: duties.search([], limit=1).write({"note": "x"})),
            ("duty gone", lambda: duties.search([], limit=1).unlink()),
        ):
            with self.subTest(step=name):
                self.cr.precommit.run()
                last = self.env["bus.bus"].sudo()._bus_last_id()
                step()
                self.cr.precommit.run()
                told = self.env["bus.bus"].search([("id", ">", last)])
                channel = f'["{self.cr.dbname}","property_desk_{self.project.id}"]'
                notes = told.filtered(lambda note, to=channel: note.channel == to)
                payload = {"project_id": self.project.id}
                self.assertEqual(
                    [json.loads(note.message) for note in notes[:1]],
                    [{"type": "property_desk", "payload": payload}],
                )
