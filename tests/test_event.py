from datetime import datetime

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import MODULE, PropertyCommon


@tagged("post_install", "-at_install")
class TestEvent(PropertyCommon):
    """D1: events with invited clients and who came."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client_a = cls.make_client(cls.rep_a)
        cls.client_b = cls.make_client(cls.rep_b)
        cls.event = (
            cls.env["calendar.event"]
            .with_user(cls.clerk)
            .create(
                {
                    "name": "Family Day",
                    "property_project_id": cls.project.id,
                    "start": "2026-03-08 02:00:00",
                    "stop": "2026-03-08 08:00:00",
                }
            )
        )

    def invite(self, user, *clients):
        action = self.env.ref(f"{MODULE}.property_event_invite_action")
        ids = [client.id for client in clients]
        dialogs = self.env[action.res_model].with_user(user)
        dialogs = dialogs.with_context(active_model="crm.lead", active_ids=ids)
        with Form(dialogs) as dialog:
            dialog.event_id = self.event
        dialog.record.action_invite()
        return self.event.sudo().property_guest_ids.with_user(user)

    def test_invite_from_the_list(self):
        """D1: the clients selected are on the list, each once; Odoo mails nobody."""
        mails = self.env["mail.mail"].search_count([])
        self.invite(self.rep_a, self.client_a)
        guests = self.invite(self.clerk, self.client_a, self.client_b)
        self.assertEqual(guests.lead_id, self.client_a | self.client_b)
        self.assertEqual(len(guests), 2)
        self.assertEqual(set(guests.mapped("state")), {"invited"})
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertNotIn(self.client_a.partner_id, self.event.partner_ids)

    @mute_logger("odoo.sql_db")
    def test_invited_once(self):
        self.invite(self.rep_a, self.client_a)
        values = {"event_id": self.event.id, "lead_id": self.client_a.id}
        with self.assertRaises(IntegrityError):
            self.env["property.event.guest"].create(values)

    def test_of_the_project_only(self):
        """C14: clients of another project are not invited, nor of two at once."""
        elsewhere = self.make_client(self.rep_c).with_env(self.env)
        with self.assertRaises(ValidationError):
            self.env["property.event.guest"].create(
                {"event_id": self.event.id, "lead_id": elsewhere.id}
            )
        dialog = self.env["property.event.invite"].create(
            {
                "event_id": self.event.id,
                "lead_ids": [Command.set((self.client_a | elsewhere).ids)],
            }
        )
        with self.assertRefused("one project"):
            dialog.action_invite()

    def test_guests_are_seen_by_their_owner(self):
        """J1: a rep sees his own guests, in list, counts and by id, and invites his
        own; who is nobody's any more is the desk's."""
        guests = self.invite(self.clerk, self.client_a, self.client_b)
        own = guests.filtered(lambda guest: guest.lead_id == self.client_a)
        event = self.event.with_user(self.rep_a)
        event.invalidate_recordset()
        self.assertEqual(event.property_guest_ids, own)
        self.assertEqual(event.invited_count, 1)
        self.assertEqual(self.event.invited_count, 2)
        other = (guests - own).with_user(self.rep_a)
        with self.assertRaises(AccessError):
            other.read(["lead_id", "phone"])
        with self.assertRaises(AccessError):
            other.action_attend()
        with self.assertRaises(AccessError):
            guests.browse().with_user(self.rep_a).create(
                {"event_id": event.id, "lead_id": self.client_b.id}
            )
        self.client_a.sudo()._transfer(self.rep_b, "reassigned")
        self.assertFalse(event.property_guest_ids)
        self.assertEqual(event.with_user(self.rep_b).invited_count, 2)

    def test_event_is_the_project_s(self):
        """J1: an office's event is not for other projects or outsiders; ordinary
        meetings are as ever."""
        events = self.env["calendar.event"]
        meeting = events.create({"name": "Fire drill"})
        for user, sees in ((self.rep_a, True), (self.rep_c, False)):
            with self.subTest(user.login):
                self.assertEqual(self.event.with_user(user).has_access("read"), sees)
                self.assertTrue(meeting.with_user(user).has_access("read"))

    @freeze_time("2026-03-08 03:00:00")
    def test_attendance_is_a_visit(self):
        """D1, C3: who comes has visited his owner, whoever ticks him off; it prolongs
        the ownership and starts a new round of follow-ups."""
        guests = self.invite(self.clerk, self.client_a)
        guests.action_attend()
        self.assertRecordValues(
            guests.interaction_id,
            [
                {
                    "kind": "visit_return",
                    "user_id": self.rep_a.id,
                    "lead_id": self.client_a.id,
                    "date": datetime(2026, 3, 8, 3),
                    "note": "Family Day",
                    "is_valid": True,
                }
            ],
        )
        self.assertEqual(self.client_a.followup_progress, "0/3")
        self.assertEqual(self.event.attended_count, 1)
        with self.assertRefused("Attended"):
            guests.action_attend()
        self.assertEqual(len(self.client_a.interaction_ids), 1)

    @freeze_time("2026-03-08 03:00:00")
    def test_visit_of_that_day_is_not_entered_twice(self):
        visit = self.env["property.interaction"].create(
            {
                "kind": "visit_return",
                "lead_id": self.client_a.id,
                "project_id": self.project.id,
                "user_id": self.rep_a.id,
            }
        )
        guests = self.invite(self.rep_a, self.client_a)
        guests.action_attend()
        self.assertEqual(guests.interaction_id, visit)

    def test_recorded_the_day_after(self):
        """D1: the visit is of the day of the event, whenever it is ticked off."""
        guests = self.invite(self.rep_a, self.client_a)
        with freeze_time("2026-03-10 03:00:00"):
            guests.action_attend()
        self.assertEqual(guests.interaction_id.date, self.event.stop)

    @freeze_time("2026-03-08 03:00:00")
    def test_nobody_s_client(self):
        """B3: a free client who comes is received by the desk, not given away here."""
        free = self.make_client(self.clerk)
        guests = self.invite(self.clerk, free)
        guests.action_attend()
        self.assertEqual(guests.state, "attended")
        self.assertFalse(guests.interaction_id)

    def test_not_before_the_day(self):
        """D1: nobody is here before the day of the event, the project's day."""
        guests = self.invite(self.rep_a, self.client_a)
        with freeze_time("2026-03-07 15:30:00"), self.assertRefused("not begun"):
            guests.action_attend()
        with freeze_time("2026-03-07 16:30:00"):
            guests.action_attend()
        self.assertEqual(guests.state, "attended")

    @freeze_time("2026-03-08 03:00:00")
    def test_states(self):
        """D1: by the buttons only; who came stays on the list."""
        guests = self.invite(self.rep_a, self.client_a)
        with self.assertRefused("not written directly"):
            guests.state = "attended"
        with self.assertRefused("can no longer be changed"):
            guests.lead_id = self.make_client(self.rep_a)
        guests.action_accept()
        guests.action_absent()
        guests.action_accept()
        guests.action_attend()
        with self.assertRefused("Attended"):
            guests.action_absent()
        with self.assertRefused("stays on the list"):
            guests.unlink()
        self.invite(self.rep_a, self.make_client(self.rep_a))
        self.event.sudo().property_guest_ids[:1].filtered(
            lambda guest: guest.state == "invited"
        ).unlink()
