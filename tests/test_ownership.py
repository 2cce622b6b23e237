import calendar
from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import RedirectWarning
from odoo.tests import tagged

from .common import PropertyCommon

# Written by hand from the regulation: the last day of an ownership renewed on ... (C3).
# Days that stand not here end on the same day of the next month.
SHORT_MONTHS = {
    2024: {
        (1, 30): (2, 29),
        (1, 31): (2, 29),
        (3, 31): (4, 30),
        (5, 31): (6, 30),
        (8, 31): (9, 30),
        (10, 31): (11, 30),
    },
    2025: {
        (1, 29): (2, 28),
        (1, 30): (2, 28),
        (1, 31): (2, 28),
        (3, 31): (4, 30),
        (5, 31): (6, 30),
        (8, 31): (9, 30),
        (10, 31): (11, 30),
    },
}


class OwnershipCommon(PropertyCommon):
    def at(self, day, clock="12:00"):
        """The clock stands at this wall time of the project (Shanghai)."""
        local = datetime.fromisoformat(f"{day} {clock}")
        return freeze_time(local - timedelta(hours=8))

    def enter(self, user, kind, client=None, **vals):
        """An entry of now in the register."""
        defaults = {
            "kind": kind,
            "project_id": self.project.id,
            "lead_id": client and client.id,
            "source_id": self.source.id,
            "user_id": user.id,
        }
        if not client:
            defaults |= {"partner_name": "Ms Zhao", "phone": "13800000001"}
        entries = self.env["property.interaction"].with_user(user)
        return entries.create(defaults | vals)

    def lapse(self):
        self.run_cron("ir_cron_lapse_ownership")
        self.env.invalidate_all()

    def warnings_of(self, client):
        return client.sudo().activity_ids.filtered(
            lambda one: one.activity_type_id == client.sudo()._warning_type()
        )


@tagged("post_install", "-at_install")
class TestUnsold(PropertyCommon):
    def test_way_back(self):
        """E7, C3: of a cancelled sale the ownership runs again from that day"""
        client = self.make_client(self.rep_a).sudo()
        client._transfer(self.rep_a, "sold")
        self.assertRecordValues(client, [{"is_sold": True, "owned_until": False}])
        client._transfer(self.rep_a, "unsold", "E7")
        day = self.project._owned_until(self.project.local_day())
        self.assertRecordValues(client, [{"is_sold": False, "owned_until": day}])
        self.assertEqual(client.owner_at(fields.Datetime.now()), self.rep_a)


@tagged("post_install", "-at_install")
class TestLapse(OwnershipCommon):
    """C3: one calendar month after the last valid follow-up or visit."""

    def test_every_day_of_two_years(self):
        """C3: of every day of a leap and a normal year, the last day of the ownership;
        the client is free from the next midnight of the project on."""
        days = 0
        with self.at("2023-12-01"):
            client = self.make_client(self.rep_a).sudo()
        for year, exceptions in SHORT_MONTHS.items():
            for month in range(1, 13):
                for day in range(1, calendar.monthrange(year, month)[1] + 1):
                    until = exceptions.get((month, day), (month % 12 + 1, day))
                    expected = date(year + (month == 12), *until)
                    with self.at(date(year, month, day)):
                        client._transfer(self.rep_a, "reassigned")
                    days += 1
                    self.assertEqual(client.owned_until, expected, (month, day))
                    with self.at(expected, "23:59:59"):
                        client._lapse()
                        self.assertEqual(client.user_id, self.rep_a)
        self.assertEqual(days, 366 + 365)
        with self.at(expected + timedelta(days=1), "00:00"):
            client._lapse()
        self.assertFalse(client.user_id)

    def test_contacts_prolong(self):
        """C3: a visit or follow-up of the owner prolongs, from its own day."""
        for kind, prolongs in (
            ("visit_return", True),
            ("visit_called", True),
            ("followup_call", True),
            ("followup_message", True),
            ("followup_home", True),
            ("call_in", False),
            ("care", False),
        ):
            with self.subTest(kind=kind):
                with self.at("2026-01-10"):
                    client = self.make_client(self.rep_a)
                with self.at("2026-01-31"):
                    self.enter(self.rep_a, kind, client)
                self.assertEqual(
                    client.owned_until, date(2026, 2, 28 if prolongs else 10)
                )

    def test_what_does_not_prolong(self):
        """C3: neither an invalid entry nor one of somebody else; one that is found
        invalid, or deleted, gives nothing any more."""
        with self.at("2026-01-10"):
            client = self.make_client(self.rep_a)
        with self.at("2026-01-20"):
            self.enter(
                self.rep_a,
                "visit_return",
                client,
                is_valid=False,
                invalid_reason="other",
            )
            self.enter(self.manager, "followup_call", client)
            self.assertEqual(client.owned_until, date(2026, 2, 10))
            entry = self.enter(self.rep_a, "followup_call", client)
            self.assertEqual(client.owned_until, date(2026, 2, 20))
            entry.date = "2026-01-15 04:00:00"
            self.assertEqual(client.owned_until, date(2026, 2, 15))
            entry.write({"is_valid": False, "invalid_reason": "other"})
            self.assertEqual(client.owned_until, date(2026, 2, 10))
            entry.write({"is_valid": True, "invalid_reason": False})
            self.assertEqual(client.owned_until, date(2026, 2, 15))
            entry.sudo().unlink()
            self.assertEqual(client.owned_until, date(2026, 2, 10))

    def test_a_correction_replaces_its_original(self):
        """B9, C3: what was corrected no longer counts, the correction does."""
        with self.at("2026-01-10"):
            client = self.make_client(self.rep_a)
        with self.at("2026-01-20"):
            entry = self.enter(self.rep_a, "followup_call", client)
            self.close_entries(entry)
            self.enter(
                self.rep_a,
                "followup_call",
                client,
                corrects_id=entry.id,
                date="2026-01-12 04:00:00",
            )
        self.assertEqual(client.owned_until, date(2026, 2, 12))
        self.assertEqual(client.followup_count_since_visit, 0)

    def test_late_entry_finds_the_client_free(self):
        """C3: what was not entered by the end of the last day came too late."""
        with self.at("2026-01-10"):
            client = self.make_client(self.rep_a)
        with self.at("2026-02-11", "00:30"):
            self.enter(
                self.clerk,
                "followup_call",
                client,
                user_id=self.rep_a.id,
                date="2026-02-10 08:00:00",
            )
        self.assertFalse(client.sudo().user_id)
        self.assertEqual(client.sudo().last_contact_date, date(2026, 2, 10))

    def test_register_is_not_written_ahead(self):
        """C3: nobody prolongs by a follow-up of next week."""
        with self.at("2026-01-10"):
            client = self.make_client(self.rep_a)
            with self.assertRefused("ahead"):
                self.enter(
                    self.rep_a, "followup_call", client, date="2026-01-10 05:00:00"
                )

    def test_policy_of_the_day(self):
        """K1: a contact is judged by the policy of its day."""
        self.env["property.policy"].create(
            {
                "project_id": self.project.id,
                "date_start": "2026-01-15",
                "ownership_months": 2,
                "followups_required": 1,
            }
        )
        with self.at("2026-01-10"):
            client = self.make_client(self.rep_a)
            self.enter(self.rep_a, "visit_return", client)
        self.assertEqual(client.owned_until, date(2026, 2, 10))
        self.assertEqual(client.followup_required, 3)
        with self.at("2026-01-15"):
            self.enter(self.rep_a, "visit_return", client)
        self.assertEqual(client.owned_until, date(2026, 3, 15))
        self.assertEqual(client.followup_required, 1)

    def test_cron_writes_the_lapse(self):
        """C3: the ledger has it as of the end of the last day, whenever it is run; who
        still is somebody's is left alone, and a sold client stays."""
        with self.at("2026-01-31"):
            lapsing, kept, sold = (self.make_client(self.rep_a) for _ in range(3))
            self.confirm_deposit(self.open_slip(sold, self.unit))
        with self.at("2026-02-27"):
            self.enter(self.rep_a, "followup_call", kept)
        with self.at("2026-02-28", "23:00"):
            self.lapse()
            self.assertEqual(lapsing.user_id, self.rep_a)
        with self.at("2026-03-02", "09:30"):
            self.lapse()
            self.lapse()
        lapsing, kept, sold = (one.sudo() for one in (lapsing, kept, sold))
        self.assertFalse(lapsing.user_id)
        self.assertEqual(kept.user_id, self.rep_a)
        self.assertEqual(sold.user_id, self.rep_a)
        entry = lapsing.ownership_ids.sorted("id")[-1]
        self.assertRecordValues(
            entry,
            [
                {
                    "user_id": False,
                    "basis": "expired",
                    "clause": "C3",
                    "date": datetime(2026, 2, 28, 16),  # midnight in Shanghai
                    "policy_id": self.project.policy().id,
                }
            ],
        )
        self.assertEqual(len(lapsing.ownership_ids), 2)
        self.assertEqual(lapsing.owner_at(datetime(2026, 2, 28, 15, 59)), self.rep_a)
        self.assertFalse(lapsing.owner_at(datetime(2026, 2, 28, 16)))

    def test_owner_at_before_the_cron(self):
        """C3: whose he is does not depend on when the cron runs."""
        with self.at("2026-01-31"):
            client = self.make_client(self.rep_a).sudo()
        self.assertEqual(client.user_id, self.rep_a)
        self.assertFalse(client.owner_at(datetime(2026, 2, 28, 16)))
        self.assertEqual(client.owner_at(datetime(2026, 2, 28, 15)), self.rep_a)

    def test_cron_goes_through_in_batches(self):
        with self.at("2026-01-31"):
            clients = self.env["crm.lead"].union(
                *(self.make_client(self.rep_a) for _ in range(5))
            )
        cron = self.registry["ir.cron"]
        with self.at("2026-03-02"), patch.object(cron, "_commit_progress") as commit:
            self.env["crm.lead"]._cron_lapse(batch_size=2)
        self.assertGreaterEqual(commit.call_count, 3)
        self.assertFalse(clients.sudo().user_id)

    def test_warned_before(self):
        """C3: warned the policy's days before, once; a contact withdraws the warning;
        the next one comes anew."""
        with self.at("2026-01-10"):
            client = self.make_client(self.rep_a)
        for day, expected in (("2026-02-06", 0), ("2026-02-07", 1), ("2026-02-08", 1)):
            with self.subTest(day=day), self.at(day):
                self.lapse()
                self.assertEqual(len(self.warnings_of(client)), expected)
        self.assertRecordValues(
            self.warnings_of(client),
            [{"user_id": self.rep_a.id, "date_deadline": date(2026, 2, 10)}],
        )
        with self.at("2026-02-09"):
            self.enter(self.rep_a, "followup_call", client)
            self.assertFalse(self.warnings_of(client))
        with self.at("2026-03-07"):
            self.lapse()
            self.assertEqual(self.warnings_of(client).date_deadline, date(2026, 3, 9))
        with self.at("2026-03-10"):
            self.lapse()
            self.assertFalse(self.warnings_of(client))

    def test_state_of_today(self):
        """C3: owned, expiring within the days of warning, free, sold: shown and
        searched as of today."""
        leads = self.env["crm.lead"]
        with self.at("2026-01-10"):
            client = self.make_client(self.rep_a).sudo()
        for day, state in (
            ("2026-02-06", "owned"),
            ("2026-02-07", "expiring"),
            ("2026-02-10", "expiring"),
        ):
            with self.subTest(day=day), self.at(day):
                client.invalidate_recordset()
                self.assertEqual(client.ownership_state, state)
                for asked in ("owned", "expiring", "free", "sold"):
                    found = leads.search(
                        [("id", "=", client.id), ("ownership_state", "=", asked)]
                    )
                    self.assertEqual(bool(found), asked == state, asked)
        with self.at("2026-02-11"):
            client._lapse()
            self.assertEqual(client.ownership_state, "free")
            self.confirm_deposit(self.open_slip(client, self.unit))
            self.assertEqual(client.ownership_state, "sold")
            domain = [("id", "=", client.id)]
            for asked in ("owned", "expiring", "free", "sold"):
                found = leads.search([*domain, ("ownership_state", "=", asked)])
                self.assertEqual(bool(found), asked == "sold", asked)
            self.assertFalse(leads.search([*domain, ("ownership_state", "!=", "sold")]))

    def test_buyer_stays_a_buyer(self):
        """C12: handed over, a buyer does not begin to lapse."""
        client = self.make_client(self.rep_a)
        self.confirm_deposit(self.open_slip(client, self.unit))
        client = client.sudo()
        client._transfer(self.rep_b, "handover")
        self.assertFalse(client.owned_until)
        self.assertEqual(client.ownership_state, "sold")


@tagged("post_install", "-at_install")
class TestFollowUps(OwnershipCommon):
    """C4: at least three follow-ups after each visit."""

    def test_counted_since_the_last_visit(self):
        client = self.make_client(self.rep_a)
        start = datetime(2026, 1, 1, 4)
        expected = [
            ("followup_call", 0, 0, False),  # before any visit nothing is due
            ("visit_return", 0, 3, True),
            ("followup_call", 1, 3, True),
            ("followup_message", 2, 3, True),
            ("care", 2, 3, True),
            ("call_in", 2, 3, True),
            ("followup_home", 3, 3, False),
            ("visit_return", 0, 3, True),
            ("followup_call", 1, 3, True),
        ]
        with freeze_time(start + timedelta(days=30)):
            for day, (kind, count, required, short) in enumerate(expected):
                self.enter(self.rep_a, kind, client, date=start + timedelta(days=day))
                with self.subTest(day=day, kind=kind):
                    self.assertRecordValues(
                        client,
                        [
                            {
                                "followup_count_since_visit": count,
                                "followup_required": required,
                                "is_followup_short": short,
                                "followup_progress": required and f"{count}/{required}",
                            }
                        ],
                    )
                    found = client.search(
                        [("id", "=", client.id), ("is_followup_short", "=", True)]
                    )
                    self.assertEqual(found, client if short else client.browse())
            self.assertEqual(client.last_visit_date, date(2026, 1, 8))
            self.assertEqual(client.last_contact_date, date(2026, 1, 9))

    def test_bought_or_free_is_not_short(self):
        client = self.make_client(self.rep_a)
        self.enter(self.rep_a, "visit_return", client)
        self.assertTrue(client.is_followup_short)
        self.confirm_deposit(self.open_slip(client, self.unit))
        self.assertFalse(client.is_followup_short)

    def test_counts_are_not_written(self):
        client = self.make_client(self.rep_a)
        for name in ("followup_count_since_visit", "followup_required"):
            with self.subTest(field=name), self.assertRefused("not written directly"):
                client.write({name: 7})


@tagged("post_install", "-at_install")
class TestRegistrationOnce(OwnershipCommon):
    """C2, C5, B7: one client is one file, his first registration holds."""

    def test_second_registration_is_refused(self):
        """C2, J1: who registers a colleague's client is told so, not whose he is."""
        self.make_client(self.rep_b, phone="13800138000", contact_name="Secret Name")
        for phone in ("13800138000", "+86 138 0013 8000", "138-0013-8000"):
            with self.subTest(phone=phone):
                with self.assertRaises(RedirectWarning) as caught:
                    self.make_client(self.rep_a, phone=phone)
                message, action, _button, context = caught.exception.args
                self.assertIn("colleague", message)
                self.assertNotIn("Secret", str(caught.exception))
                self.assertNotIn("rep_b", str(caught.exception))
                # The way out: a ruling on this number (C6).
                ask = self.env["ir.actions.server"].browse(action).with_user(self.rep_a)
                ask.with_context(**context).run()
                ruling = self.env["property.collision"].search(
                    [("claimant_id", "=", self.rep_a.id)]
                )
                self.assertEqual(ruling.holder_id, self.rep_b)
        with self.assertRefused("your client already"):
            self.make_client(self.rep_b, phone="13800138000")
        mine = self.make_client(self.rep_a)
        with self.assertRefused("colleague"):
            mine.phone = "13800138000"
        mine.phone = mine.phone  # unchanged

    def test_refusals_are_checks(self):
        """J8: who registers what is refused learns as much as at the desk: it is on
        record after the rollback, and limited alike."""
        self.env["property.policy"].create(
            {
                "project_id": self.project.id,
                "date_start": "2026-01-01",
                "checks_per_hour": 2,
            }
        )
        self.make_client(self.rep_b, phone="13800138000")
        for pattern in ("colleague", "colleague", "next one in 60 minutes"):
            with self.enter_registry_test_mode(), self.assertRefused(pattern):
                self.make_client(self.rep_a, phone="13800138000")
            with self.enter_registry_test_mode():
                self.env.cr.postrollback.run()
        rows = self.env["property.access.log"].search(
            [("user_id", "=", self.rep_a.id)], order="id"
        )
        self.assertEqual(rows.mapped("kind"), ["check", "check", "denied"])
        self.assertEqual(set(rows.mapped("phone_tail")), {"8000"})

    def test_the_database_decides(self):
        """C2: of two registrations at one moment the index lets one through."""
        first = self.make_client(self.rep_a)
        self.env.flush_all()
        second = self.make_client(self.rep_a)
        with self.assertRaises(Exception) as caught, self.cr.savepoint():
            self.env.cr.execute(
                "UPDATE crm_lead SET phone_sanitized = %s WHERE id = %s",
                (first.phone_sanitized, second.id),
            )
        self.assertEqual(caught.exception.pgcode, "23505")

    def test_other_project_registers_on_its_own(self):
        """C14: ownership is per project."""
        phone = self.make_client(self.rep_a).phone
        self.assertTrue(self.make_client(self.rep_c, phone=phone).user_id)

    def test_free_client_is_taken_over(self):
        """C3: who registers a free client next owns him: the file is the same."""
        with self.at("2026-01-10"):
            client = self.make_client(self.rep_a, phone="13800000001", grade="b")
        with self.at("2026-02-11"):
            with self.assertRefused("free"):
                self.make_client(self.rep_b, phone="13800000001")
            visit = self.enter(
                self.rep_b,
                "visit_first",
                unit_type_ids=self.type_three.ids,
                grade="a",
                purpose="invest",
            )
            lead = visit._register_client()
        self.assertEqual(lead, client)
        self.assertEqual(visit.lead_id, client)
        self.assertRecordValues(
            client.sudo(),
            [
                {
                    "user_id": self.rep_b.id,
                    "registered_user_id": self.rep_a.id,
                    "owned_until": date(2026, 3, 11),
                    "grade": "b",  # what is known stays, what is new is added
                    "purpose": "invest",
                }
            ],
        )
        self.assertEqual(
            client.sudo().ownership_ids.sorted("id").mapped("basis"),
            ["registered", "expired", "registered"],
        )

    def test_archived_client_is_known(self):
        """C2: a file that was lost and archived is still his owner's."""
        client = self.make_client(self.rep_b, phone="13800000001")
        client.active = False
        with self.assertRefused("colleague"):
            self.make_client(self.rep_a, phone="13800000001")

    def test_family_is_one_client(self):
        """C5: a relative's number is the client's, whose file he is on."""
        client = self.make_client(self.rep_b)
        member = self.env["property.family.member"].with_user(self.rep_b)
        member.create(
            {
                "lead_id": client.id,
                "name": "Wife",
                "relation": "spouse",
                "phone": "13800000001",
                "id_number": "11010519491231002x",
            }
        )
        with self.assertRefused("relative"):
            self.make_client(self.rep_a, phone="138 0000 0001")
        find = self.env["crm.lead"]._find_client
        self.assertEqual(find(self.project, phone="+8613800000001"), client)
        self.assertEqual(find(self.project, id_number="11010519491231002X"), client)
        self.assertFalse(find(self.other_project, phone="+8613800000001"))
        self.assertFalse(find(self.project, phone="13800000002"))
        mine = self.make_client(self.rep_a)
        members = self.env["property.family.member"].with_user(self.rep_a)
        for phone in (client.phone, "13800000001"):
            with self.subTest(phone=phone), self.assertRefused("another client"):
                members.create(
                    {
                        "lead_id": mine.id,
                        "name": "Sister",
                        "relation": "child",
                        "phone": phone,
                    }
                )

    def test_found_by_id_card(self):
        """C5: by the number of the person's own card too."""
        client = self.make_client(self.rep_a)
        person = client._get_client_partner()
        person.sudo().id_number = "11010519491231002X"
        self.assertEqual(
            self.env["crm.lead"]._find_client(
                self.project, id_number=" 11010519491231002x"
            ),
            client,
        )

    def test_call_claims_the_visit(self):
        """B7: who took the call gets the visitor for the policy's days."""
        for days, claims in ((0, True), (7, True), (8, False)):
            phone = f"1380000001{days}"
            with self.at("2026-03-01", "23:30"):
                call = self.enter(self.rep_b, "call_in", phone=phone)
            with self.subTest(days=days), self.at(f"2026-03-{days + 1:02}", "23:45"):
                if claims:
                    with self.assertRefused("took a call"):
                        self.make_client(self.rep_a, phone=phone)
                    client = self.make_client(self.clerk, phone=phone)
                    self.assertEqual(client.user_id, self.rep_b)
                    self.assertEqual(call.lead_id, client)
                else:
                    client = self.make_client(self.rep_a, phone=phone)
                    self.assertEqual(client.user_id, self.rep_a)
                    self.assertFalse(call.lead_id)

    def test_first_call_claims(self):
        """B7, C2: of two calls the first that still claims."""
        with self.at("2026-03-01"):
            self.enter(self.rep_a, "call_in")
        with self.at("2026-03-05"):
            self.enter(self.rep_b, "call_in")
        check = self.env["crm.lead"]._check_phone
        for day, owner in (
            ("2026-03-06", self.rep_a),
            ("2026-03-09", self.rep_b),
        ):
            with self.subTest(day=day), self.at(day):
                answer = check(self.project, "13800000001")
                self.assertEqual(
                    (answer["status"], answer["owner"]), ("claimed", owner)
                )
        with self.at("2026-03-13"):
            self.assertEqual(check(self.project, "13800000001")["status"], "new")

    def test_invalid_call_claims_nothing(self):
        """B8: an invalid call gives no claim."""
        self.enter(
            self.rep_b,
            "call_in",
            is_valid=False,
            invalid_reason="survey",
            surveyor="Rival",
        )
        self.assertEqual(
            self.make_client(self.rep_a, phone="13800000001").user_id, self.rep_a
        )

    def test_call_registers_nobody(self):
        """B7: no client file from a call, nor from an invalid visit (B8)."""
        call = self.enter(self.rep_a, "call_in", unit_type_ids=self.type_two.ids)
        visit = self.enter(
            self.rep_a,
            "visit_first",
            unit_type_ids=self.type_two.ids,
            is_valid=False,
            invalid_reason="agent",
        )
        for entry in (call, visit):
            with self.subTest(kind=entry.kind), self.assertRefused("effective visit"):
                entry._register_client()

    def test_no_number_no_registration(self):
        """B8: what is no telephone number is refused."""
        for phone in ("12345", "138001380001", "abc"):
            with self.subTest(phone=phone), self.assertRefused("no telephone number"):
                self.make_client(self.rep_a, phone=phone)

    def test_answers_of_the_check(self):
        """C2, C3: what the desk is told of a number."""
        check = self.env["crm.lead"].with_user(self.rep_a)._check_phone
        with self.at("2026-01-10"):
            self.make_client(self.rep_a, phone="13800000001")
            self.make_client(self.rep_b, phone="13800000002")
            sold = self.make_client(self.rep_b, phone="13800000003")
            self.confirm_deposit(self.open_slip(sold, self.unit))
            self.make_client(self.clerk, phone="13800000004")
            for phone, status, days in (
                ("13800000001", "yours", 32),
                ("13800000002", "owned", 32),
                ("13800000003", "owned", None),
                ("13800000004", "free", None),
                ("13800000005", "new", None),
                ("1380000000", "invalid", None),
            ):
                with self.subTest(phone=phone):
                    answer = check(self.project, phone)
                    self.assertEqual((answer["status"], answer["days"]), (status, days))
        with self.at("2026-02-10"):
            self.assertEqual(check(self.project, "13800000002")["days"], 1)
        with self.at("2026-02-11"):
            self.assertEqual(check(self.project, "13800000002")["status"], "free")
