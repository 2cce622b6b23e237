from datetime import date, datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestClient(PropertyCommon):
    """C1, C2, C8, B8: the client's file and whose client it is."""

    # === Registration ===

    def test_registration(self):
        """C2: a complete registration has a number and the rep as first owner."""
        with freeze_time("2026-03-01 04:00:00"):
            client, later = (self.make_client(self.rep_a) for _ in range(2))
            self.assertRecordValues(
                client,
                [
                    {
                        "user_id": self.rep_a.id,
                        "registered_user_id": self.rep_a.id,
                        "registered_date": datetime(2026, 3, 1, 4),
                        "ownership_state": "owned",
                        "owned_until": date(2026, 4, 1),
                        "team_id": self.team_a.id,
                        "company_id": self.project.company_id.id,
                        "type": "opportunity",
                    }
                ],
            )
        self.assertTrue(client.registration_number)
        self.assertLess(client.registration_number, later.registration_number)

    def test_ownership_lasts_one_calendar_month(self):
        """C3: a calendar month of the project's days, a short month to its end."""
        for moment, until in (
            ("2026-01-31 04:00:00", date(2026, 2, 28)),
            ("2026-02-28 04:00:00", date(2026, 3, 28)),
            ("2026-12-15 04:00:00", date(2027, 1, 15)),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                self.assertEqual(self.make_client(self.rep_a).owned_until, until)

    def test_desk_registers_for_nobody(self):
        """C2: a client the clerk enters is free; the clerk may name the rep instead."""
        client = self.make_client(self.clerk)
        self.assertFalse(client.user_id)
        self.assertEqual(client.ownership_state, "free")
        client = self.make_client(self.clerk, user_id=self.rep_b.id)
        self.assertEqual(client.user_id, self.rep_b)
        self.assertEqual(client.ownership_state, "owned")

    def test_incomplete_registration(self):
        """B8: without appellation, phone and type there is no registration; what is
        missing is named."""
        labels = {
            "contact_name": "Contact Name",
            "phone": "Phone",
            "unit_type_ids": "Wanted Types",
        }
        for missing in (
            ("contact_name",),
            ("phone",),
            ("unit_type_ids",),
            ("contact_name", "phone"),
            ("contact_name", "phone", "unit_type_ids"),
        ):
            with self.subTest(missing=missing):
                vals = dict.fromkeys(missing, False) | {"name": "X"}
                with self.assertRaises(ValidationError) as caught:
                    self.make_client(self.rep_a, **vals)
                for name, label in labels.items():
                    check = self.assertIn if name in missing else self.assertNotIn
                    check(label, str(caught.exception))
        client = self.make_client(self.rep_a)
        for name in labels:
            with self.subTest(emptied=name), self.assertRaises(ValidationError):
                client.write({name: False})

    def test_lead_becomes_client(self):
        """C2: a lead of no project is nobody's client; given one it is registered."""
        lead = self.env["crm.lead"].create(
            {"name": "Enquiry", "user_id": self.rep_a.id}
        )
        self.assertFalse(lead.registration_number)
        self.assertFalse(lead.ownership_ids)
        with self.assertRaises(ValidationError):
            lead.project_id = self.project
        lead.write(
            {
                "project_id": self.project.id,
                "contact_name": "Mr Wu",
                "phone": "13800138000",
                "unit_type_ids": self.type_two.ids,
            }
        )
        self.assertTrue(lead.registration_number)
        self.assertEqual(lead.ownership_ids.user_id, self.rep_a)
        self.assertEqual(lead.ownership_state, "owned")

    def test_project_is_fixed(self):
        """C14: a client file stays in its project; another project has its own."""
        client = self.make_client(self.rep_a)
        self.other_project.user_ids |= self.rep_a
        for project in (self.other_project.id, False):
            with self.subTest(project=project), self.assertRaises(UserError):
                client.project_id = project
        with self.assertRaises(AccessError):
            self.make_client(self.rep_b, project_id=self.other_project.id)

    @mute_logger("odoo.sql_db")
    def test_wishes_are_of_the_project(self):
        client = self.make_client(self.rep_a)
        for wish in (
            {"unit_type_ids": self.other_type.ids},
            {"wanted_unit_ids": self.other_unit.ids},
        ):
            with self.subTest(wish=wish), self.assertRaises(ValidationError):
                self.env["crm.lead"].browse(client.id).write(wish)

    def test_rep_moves_his_client_to_won(self):
        """C10: no sales right, no lead scoring is needed for it."""
        client = self.make_client(self.rep_a)
        won = self.env["crm.stage"].create({"name": "Test Won", "is_won": True})
        client.stage_id = won
        self.assertEqual(client.won_status, "won")

    def test_budget_is_ordered(self):
        """C1: a budget ends where it begins or above, or is open."""
        self.make_client(self.rep_a, budget_min=5, budget_max=5)
        self.make_client(self.rep_a, budget_min=5)
        with self.assertRaises(IntegrityError):
            self.make_client(self.rep_a, budget_min=5, budget_max=4)

    # === Ownership ===

    def test_registration_is_on_record(self):
        """C2: the ledger says who got the client, why, by whom, under which policy."""
        client = self.make_client(self.clerk, user_id=self.rep_a.id)
        self.assertRecordValues(
            client.sudo().ownership_ids,
            [
                {
                    "user_id": self.rep_a.id,
                    "project_id": self.project.id,
                    "basis": "registered",
                    "policy_id": self.project.policy().id,
                    "author_id": self.clerk.id,
                }
            ],
        )

    def test_owner_is_not_written(self):
        """C2: no role writes the owner or any fact of the registration."""
        client = self.make_client(self.rep_a)
        number = client.registration_number
        for user in (*self.actors.values(), self.env.ref("base.user_admin")):
            for vals in (
                {"user_id": self.rep_b.id},
                {"user_id": False},
                {"owned_until": "2099-01-01"},
                {"ownership_state": "free"},
                {"registration_number": "KH1"},
                {"registered_user_id": self.rep_b.id},
                {"registered_date": "2000-01-01 00:00:00"},
                {"client_class": "buyer"},
                {"phone_sanitized": "+8613911112222"},
            ):
                with (
                    self.subTest(user=user.login, vals=vals),
                    self.assertRaises(UserError),
                ):
                    client.with_user(user).write(vals)
        client.user_id = self.rep_a  # a form may send what it did not change
        self.assertEqual(client.registration_number, number)
        self.assertEqual(len(client.ownership_ids), 1)

    def test_registration_is_not_given(self):
        """C2: who registers cannot say when, or that it was somebody else."""
        client = self.make_client(
            self.rep_a,
            registered_date="2000-01-01 00:00:00",
            registered_user_id=self.rep_b.id,
            registration_number="KH1",
            owned_until="2099-01-01",
        )
        self.assertEqual(client.registered_date.year, self.project.local_day().year)
        self.assertEqual(client.registered_user_id, self.rep_a)
        self.assertNotEqual(client.registration_number, "KH1")
        self.assertLess(client.owned_until.year, 2099)

    def test_owner_at(self):
        """C2: whose client it was at any moment is read off the ledger."""
        moments = [datetime(2026, 3, day, 4) for day in (1, 10, 20)]
        with freeze_time(moments[0]):
            client = self.make_client(self.rep_a).sudo()
        with freeze_time(moments[1]):
            client._transfer(self.rep_b, "reassigned", reason="leave")
        with freeze_time(moments[2]):
            client._transfer(self.env["res.users"], "expired")
        second = timedelta(seconds=1)
        for moment, owner in (
            (moments[0] - second, self.env["res.users"]),
            (moments[0], self.rep_a),
            (moments[1] - second, self.rep_a),
            (moments[1], self.rep_b),
            (moments[2] - second, self.rep_b),
            (moments[2], self.env["res.users"]),
            (str(moments[1]), self.rep_b),
        ):
            with self.subTest(moment=moment):
                self.assertEqual(client.owner_at(moment), owner)
        self.assertFalse(client.user_id)
        self.assertEqual(client.ownership_state, "free")
        self.assertFalse(client.owned_until)
        with self.assertRaises(AccessError):
            client.with_user(self.rep_a).owner_at(moments[0])

    def test_ledger_is_immutable(self):
        """C2: nobody changes or deletes entries of the ledger, nor adds one by hand."""
        entry = self.make_client(self.rep_a).ownership_ids
        admin = self.env.ref("base.user_admin")
        for user in (*self.actors.values(), admin, self.env.user):
            with self.subTest(user=user.login):
                with self.assertRaises(UserError):
                    entry.with_user(user).write({"user_id": self.rep_b.id})
                with self.assertRaises(UserError):
                    entry.with_user(user).unlink()
        for user in (*self.actors.values(), admin):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                entry.with_user(user).create(
                    {
                        "lead_id": entry.lead_id.id,
                        "project_id": self.project.id,
                        "basis": "claimed",
                    }
                )

    def test_sold_client_stays_with_his_rep(self):
        """C3: a buyer's ownership no longer ends."""
        client = self.make_client(self.rep_a)
        self.confirm_deposit(self.open_slip(client, self.unit))
        self.assertRecordValues(
            client,
            [
                {
                    "user_id": self.rep_a.id,
                    "ownership_state": "sold",
                    "owned_until": False,
                }
            ],
        )

    # === What follows from facts ===

    def test_class_follows_facts(self):
        """C8: registered: potential; wants a unit or holds a slip: prospect; deposit
        confirmed: buyer; and back when the facts go away."""
        client = self.make_client(self.rep_a)
        self.assertEqual(client.client_class, "potential")
        client.wanted_unit_ids = self.unit
        self.assertEqual(client.client_class, "prospect")
        client.wanted_unit_ids = False
        self.assertEqual(client.client_class, "potential")
        deposit = self.open_slip(client, self.unit)
        self.assertEqual(client.client_class, "prospect")
        deposit.action_cancel()
        self.assertEqual(client.client_class, "potential")
        deposit = self.open_slip(client, self.unit)
        deposit.action_register_payment()
        self.assertEqual(client.client_class, "prospect")
        deposit.with_user(self.finance).action_confirm()
        self.assertEqual(client.client_class, "buyer")
        self.sign_contract(deposit)
        self.assertEqual(client.client_class, "buyer")

    def test_phone_tail(self):
        """C1: clients are found by the last four digits, however the phone is typed."""
        client = self.make_client(self.rep_a, phone="138 0013-8765")
        self.assertEqual(client.phone_tail, "8765")
        client.phone = "+86 13900001234"
        self.assertEqual(client.phone_tail, "1234")

    def test_next_date(self):
        """C4: the next follow-up is what the latest contact agreed upon."""
        client = self.make_client(self.rep_a)
        self.assertFalse(client.next_date)
        today = date(2026, 3, 1)
        entries = self.env["property.interaction"]
        for day, agreed, expected in (
            (5, date(2026, 3, 20), date(2026, 3, 20)),
            (3, date(2026, 3, 30), date(2026, 3, 20)),  # entered late: not the latest
            (7, False, False),
        ):
            entries |= entries.create(
                {
                    "kind": "followup_call",
                    "project_id": self.project.id,
                    "lead_id": client.id,
                    "date": datetime(2026, 3, day, 4),
                    "next_date": agreed,
                }
            )
            with self.subTest(day=day):
                self.assertEqual(client.next_date, expected)
        entries[-1].next_date = today
        self.assertEqual(client.next_date, today)

    def test_slip_makes_the_person(self):
        """C1: the person behind a file is made once, when a slip first names him."""
        client = self.make_client(self.rep_a, contact_name="Mr Feng")
        self.assertFalse(client.partner_id)
        first = self.open_slip(client, self.unit)
        self.assertEqual(first.partner_id.name, "Mr Feng")
        self.assertEqual(client.partner_id, first.partner_id)
        self.assertTrue(client.partner_id.is_property_client)
        second = self.open_slip(client, self.unit_2)
        self.assertEqual(second.partner_id, first.partner_id)

    def test_no_look_into_others_files(self):
        """J1: CRM's count of similar leads does not tell of other reps' clients."""
        mail = "same@example.com"
        self.make_client(self.rep_b, email_from=mail)
        client = self.make_client(self.rep_a, email_from=mail)
        self.assertEqual(client.duplicate_lead_count, 0)
        self.assertFalse(client.duplicate_lead_ids)
