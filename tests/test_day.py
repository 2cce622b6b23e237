from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from ..models.property_interaction_closing import REQUIRED_COLUMNS
from .common import PropertyCommon

NOW = datetime(2026, 3, 10, 10, 30)  # 18:30 of the tenth in Shanghai
TODAY = date(2026, 3, 10)


class RegisterCommon(PropertyCommon):
    """The evening of a day in March, the register still empty."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.concern = cls.env["property.concern"].search([], limit=1)

    @classmethod
    def enter(cls, user=None, **vals):
        """An entry with every column filled, of this noon."""
        defaults = {
            "kind": "call_in",
            "date": datetime(2026, 3, 10, 4),
            "project_id": cls.project.id,
            "partner_name": "Ms Zhao",
            "phone": "13800000001",
            "source_id": cls.source.id,
            "unit_type_ids": cls.type_two.ids,
            "area_wanted": 90,
            "budget": 1_000_000,
            "concern_ids": cls.concern.ids,
            "district": "North",
            "party_size": 2,
            "purpose": "live",
            "horizon": "month",
        }
        entries = cls.env["property.interaction"].with_user(user or cls.rep_a)
        return entries.create(defaults | vals)

    @classmethod
    def enter_elsewhere(cls, **vals):
        """An entry of the other project."""
        return cls.enter(
            cls.rep_c,
            project_id=cls.other_project.id,
            unit_type_ids=cls.other_type.ids,
            **vals,
        )

    @classmethod
    def day(cls, day=TODAY, project=None):
        return cls.env["property.day"]._of(project or cls.project, day)

    @classmethod
    def close(cls, day=TODAY, project=None):
        closing = cls.day(day, project)
        closing.with_user(cls.supervisor_a).action_close()
        return closing


@tagged("post_install", "-at_install")
class TestDay(RegisterCommon):
    """B5, B9, B13: the office day, its opening check and its closing."""

    # === Opening (B13) ===

    def test_morning_proposes_the_check(self):
        """B13: each morning every project has its day with what is to be checked."""
        items = self.env["property.day.check.item"].search([])
        archived = items[0]
        archived.active = False
        with freeze_time("2026-03-10 16:30:00"):  # half past midnight, the eleventh
            self.run_cron("ir_cron_open_days")
            self.run_cron("ir_cron_open_days")
        days = self.env["property.day"].search([("project_id", "=", self.project.id)])
        self.assertEqual(days.mapped("date"), [date(2026, 3, 11)])
        self.assertEqual(days.check_ids.item_id, items - archived)
        self.assertFalse(any(days.check_ids.mapped("is_done")))

    @mute_logger("odoo.sql_db")
    def test_one_day_of_a_project(self):
        """B9: a day of a project is opened once, also by hand."""
        days = self.env["property.day"].with_user(self.supervisor_a)
        with Form(days) as form:
            self.assertEqual((form.project_id, form.date), (self.project, TODAY))
        self.assertTrue(form.record.check_ids)
        self.assertEqual(self.day(), form.record)
        with self.assertRaisesRegex(Exception, "day_uniq"), self.cr.savepoint():
            days.create({"project_id": self.project.id, "date": TODAY})
        self.assertTrue(self.day(project=self.other_project))

    def test_check_says_who_and_when(self):
        """B13: whoever looks after an item says so; nobody for somebody else."""
        first, second = self.day().check_ids[:2]
        first.with_user(self.control).action_toggle()
        second.with_user(self.rep_a).action_toggle()
        first.with_user(self.rep_b).action_toggle()
        self.assertRecordValues(
            first | second,
            [
                {"is_done": False, "user_id": False, "date": False},
                {"is_done": True, "user_id": self.rep_a.id, "date": NOW},
            ],
        )
        for vals in (
            {"is_done": True},
            {"user_id": self.rep_b.id},
            {"date": NOW},
            {"item_id": second.item_id.id},
        ):
            with self.subTest(vals), self.assertRaises(UserError):
                first.with_user(self.supervisor_a).write(vals)
        with self.assertRaises(AccessError):
            first.with_user(self.finance).action_toggle()
        with self.assertRaises(AccessError):
            first.with_user(self.rep_c).action_toggle()

    def test_signatures(self):
        """B13: reps sign for themselves, the manager as the manager; then the check
        stays as it is."""
        day = self.day()
        for user in (self.rep_a, self.supervisor_a, self.rep_a):
            day.with_user(user).action_sign()
        self.assertEqual(day.signer_ids, self.rep_a | self.supervisor_a)
        day.with_user(self.manager).action_sign()
        self.assertRecordValues(
            day, [{"manager_id": self.manager.id, "manager_date": NOW}]
        )
        with self.assertRefused("has signed"):
            day.check_ids[0].with_user(self.rep_a).action_toggle()
        with self.assertRefused("has signed"):
            day.with_user(self.manager).action_sign()
        for vals in (
            {"signer_ids": [(4, self.rep_b.id)]},
            {"manager_id": False},
            {"manager_date": False},
        ):
            with self.subTest(vals), self.assertRaises(UserError):
                day.with_user(self.manager).write(vals)
        with self.assertRaises(AccessError):
            day.with_user(self.finance).action_sign()

    def test_no_signature_no_hindrance(self):
        """B13: what is not signed is shown, and hinders neither entry nor closing."""
        self.enter()
        day = self.close()
        self.assertFalse(day.manager_id)
        with self.assertRefused("needs 'Open'"):
            day.with_user(self.manager).action_sign()
        with self.assertRefused("needs 'Open'"):
            day.check_ids[0].with_user(self.rep_a).action_toggle()
        with self.assertRefused("can no longer be changed"):
            day.check_ids[0].with_user(self.manager).note = "Later"

    # === Columns (B5, B6) ===

    def test_columns_must_be_filled(self):
        """B5: a day is closed only when every column of every entry is filled; the
        supervisor is told which are not, and by whose hand, not of whom."""
        for kind, columns in REQUIRED_COLUMNS.items():
            for name in columns:
                with self.subTest(kind=kind, column=name):
                    entry = self.enter(self.rep_b, kind=kind)
                    self.assertFalse(entry._missing_columns())
                    if name in ("partner_name", "source_id"):
                        # Without these an effective entry is not even saved.
                        self.env.flush_all()
                        self.env.cr.execute(
                            SQL(
                                "UPDATE property_interaction SET %s = NULL",
                                SQL.identifier(name),
                            )
                        )
                        self.env.invalidate_all()
                    else:
                        entry[name] = False
                    self.assertEqual(entry._missing_columns(), [name])
                    label = entry._fields[name].string
                    self.assertEqual(entry.missing_columns, label)
                    with self.assertRaises(UserError) as refusal:
                        self.close()
                    message = str(refusal.exception)
                    self.assertEqual(message.count("2026-03-10 12:00 "), 1)
                    self.assertTrue(message.endswith(f", rep_b: {label}"), message)
                    self.assertNotIn("Zhao", message)
                    entry.sudo().unlink()

    def test_incomplete_is_seen_before(self):
        """B5: list, filter and day show what is incomplete while it can be filled."""
        complete = self.enter()
        incomplete = self.enter(district=False, budget=0)
        visit = self.enter(kind="visit_first", party_size=0, concern_ids=False)
        self.enter(is_valid=False, invalid_reason="wrong", district=False)
        self.enter(kind="visit_return", district=False)
        self.assertEqual(incomplete.missing_columns, "Budget, Lives In")
        self.assertEqual(visit.missing_columns, "Concerns, Party Size")
        entries = self.env["property.interaction"]
        mine = [("project_id", "=", self.project.id)]
        found = entries.search([*mine, ("is_incomplete", "=", True)])
        self.assertEqual(found, incomplete | visit)
        self.assertIn(complete, entries.search([*mine, ("is_incomplete", "=", False)]))
        day = self.day()
        self.assertEqual((day.entry_count, day.incomplete_count), (5, 2))
        action = day.with_user(self.rep_a).action_open_incomplete()
        self.assertEqual(len(entries.search(action["domain"])), 5)
        found.write({"is_valid": False, "invalid_reason": "other"})
        self.close()
        self.assertFalse(entries.search([*mine, ("is_incomplete", "=", True)]))

    def test_message_names_some(self):
        """B5: of many incomplete entries the message names the first twenty."""
        for _entry in range(21):
            self.enter(district=False)
        with self.assertRaisesRegex(UserError, r" 21\. (.|\n)*…$") as refusal:
            self.close()
        self.assertEqual(str(refusal.exception).count("Lives In"), 20)

    # === Closing (B9) ===

    def test_who_closes(self):
        """B9: the supervisor closes, or the manager; of this project."""
        day = self.day()
        for user in (self.rep_a, self.clerk, self.control, self.finance, self.hq):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                day.with_user(user).action_close()
        with self.assertRaises(AccessError):
            self.day(project=self.other_project).with_user(
                self.supervisor_a
            ).action_close()
        for user, date_ in (
            (self.supervisor_b, TODAY - timedelta(days=1)),
            (self.manager, TODAY),
        ):
            self.day(date_).with_user(user).action_close()
            self.assertRecordValues(
                self.day(date_),
                [{"state": "closed", "closed_by_id": user.id, "closed_date": NOW}],
            )

    def test_what_is_closed(self):
        """B9: all that is open up to the end of the project's day, whoever's it is."""
        inside = (
            self.enter(date=datetime(2026, 3, 8, 4)),
            self.enter(self.rep_b, date=datetime(2026, 3, 9, 15, 59)),
        )
        outside = (
            self.enter(date=datetime(2026, 3, 9, 16)),
            self.enter_elsewhere(date=datetime(2026, 3, 8, 4)),
        )
        day = self.close(date(2026, 3, 9))
        for entry in inside:
            self.assertEqual((entry.state, entry.day_id), ("closed", day))
        for entry in outside:
            self.assertEqual((entry.state, entry.day_id.id), ("open", False))

    def test_counts(self):
        """B9: a closing counts by kind what is effective and what is not; while the day
        is open its page shows what the closing would say."""
        client = self.make_client(self.rep_a)
        for kind, number in (("call_in", 3), ("visit_first", 2), ("visit_called", 1)):
            for _entry in range(number):
                self.enter(kind=kind)
        self.enter(kind="visit_return", lead_id=client.id)
        self.enter(kind="followup_call", lead_id=client.id)
        self.enter(kind="followup_home", lead_id=client.id)
        self.enter(is_valid=False, invalid_reason="survey", surveyor="Rival")
        figures = {
            "entry_count": 10,
            "call_count": 3,
            "first_visit_count": 2,
            "called_visit_count": 1,
            "return_visit_count": 1,
            "followup_count": 2,
            "care_count": 0,
            "invalid_count": 1,
        }
        day = self.day()
        self.assertRecordValues(day, [figures])
        self.close()
        self.assertRecordValues(day, [figures])
        self.assertEqual(day.counts["call_in"], [3, 1])
        self.enter()
        self.assertRecordValues(day, [figures])

    def test_days_in_order(self):
        """B9: no day to come, none twice, none behind a closed one."""
        with self.assertRefused("still to come"):
            self.close(TODAY + timedelta(days=1))
        self.close()
        with self.assertRefused("is 'Closed'"):
            self.close()
        with self.assertRefused("closed up to 2026-03-10"):
            self.close(TODAY - timedelta(days=1))

    def test_closed_day_stays(self):
        """B9: nobody changes or deletes a closed day."""
        self.enter()
        day = self.close()
        for user in (self.supervisor_a, self.manager, self.env.user):
            for vals in (
                {"state": "open"},
                {"chain_value": "0" * 64},
                {"counts": {}},
                {"last_number": 0},
                {"date": TODAY - timedelta(days=1)},
                {"project_id": self.other_project.id},
                {"check_ids": [(5,)]},
            ):
                with self.subTest(vals, user=user.login), self.assertRaises(UserError):
                    day.with_user(user).write(vals)
        with self.assertRefused("not deleted"):
            day.unlink()
        self.day(TODAY - timedelta(days=1)).unlink()

    def test_entries_of_a_day(self):
        """The button of a day opens what it closed, or what it would close."""
        entry = self.enter()
        entries = self.env["property.interaction"]
        day = self.day()
        self.assertEqual(entries.search(day.action_open_entries()["domain"]), entry)
        self.close()
        self.enter()
        self.assertEqual(entries.search(day.action_open_entries()["domain"]), entry)

    # === Late entries and corrections (B9) ===

    def test_late_entry(self):
        """B9: what is added to a closed day is marked, and closed with the next."""
        self.close(TODAY - timedelta(days=1))
        late = self.enter(date=datetime(2026, 3, 9, 15, 59))
        timely = self.enter(date=datetime(2026, 3, 9, 16))
        elsewhere = self.enter_elsewhere(date=datetime(2026, 3, 1, 4))
        self.assertEqual(
            [entry.is_late for entry in (late, timely, elsewhere)], [True, False, False]
        )
        with self.assertRefused("not written directly"):
            late.is_late = False
        timely.date = datetime(2026, 3, 9, 8)
        self.assertTrue(timely.is_late, "nor is it hidden by dating it back afterwards")
        day = self.close()
        self.assertEqual((late | timely).day_id, day)
        self.assertTrue(late.is_late)

    def test_correction_takes_the_place(self):
        """B9: the correction says what the original said, until it is changed; from
        then on it alone is in the figures."""
        entry = self.enter(helper_ids=self.rep_b.ids, note="Two rooms")
        with self.assertRefused("is 'Open'"):
            entry.action_correct()
        self.close()
        action = entry.with_user(self.rep_a).action_correct()
        entries = self.env["property.interaction"].with_user(self.rep_a)
        with Form(entries.with_context(**action["context"])) as form:
            form.budget = 2_000_000
        correction = form.record
        same = [
            name
            for name in entry.copy_data()[0]
            if name not in ("budget", "corrects_id")
        ]
        self.assertIn("unit_type_ids", same)
        for name in same:
            with self.subTest(field=name):
                self.assertEqual(correction[name], entry[name])
        self.assertEqual(correction.corrects_id, entry)
        self.assertEqual(correction.state, "open")
        self.assertEqual((entry.is_corrected, correction.is_corrected), (True, False))
        effective = entries._effective_domain()
        self.assertEqual(
            entries.search(effective & Domain("id", "in", (entry | correction).ids)),
            correction,
        )
        correction.with_user(self.supervisor_a).unlink()
        entry.invalidate_recordset()
        self.assertFalse(entry.is_corrected, "a correction that is withdrawn is none")

    def test_correction_cancels(self):
        """B9: a correction that does not count takes the original out of the forms."""
        entry = self.enter()
        self.close()
        options = {"project_id": self.project.id, "date_from": str(TODAY)}
        form = self.env["property.form.visitors"]
        register, *_sums = form.compile(options)["sections"]
        self.assertEqual(len(register["rows"]), 1)
        self.enter(corrects_id=entry.id, is_valid=False, invalid_reason="wrong")
        entries = self.env["property.interaction"]
        mine = Domain("project_id", "=", self.project.id)
        self.assertFalse(entries.search(mine & entries._effective_domain()))
        register, by_kind, *_sums = form.compile(options)["sections"]
        self.assertEqual(len(register["rows"]), 1, "the correction alone")
        self.assertEqual(by_kind["rows"][-1]["values"][1:], [0, 0, 1, 1])

    def test_correction_unseen(self):
        """J1: an original is out of the figures of a rep who does not see what took its
        place."""
        entry = self.enter()
        self.close()
        self.enter(self.manager, corrects_id=entry.id, user_id=self.rep_b.id)
        entries = self.env["property.interaction"].with_user(self.rep_a)
        self.assertTrue(entry.with_user(self.rep_a).is_corrected)
        self.assertFalse(entries.search(entries._effective_domain()))
        self.assertFalse(entry.with_user(self.rep_a).correction_ids)

    @mute_logger("odoo.sql_db")
    def test_corrections_in_a_row(self):
        """B9: an entry has one correction; who corrects again corrects that one."""
        entry = self.enter()
        with self.assertRefused("still open"):
            self.enter(corrects_id=entry.id)
        self.close(TODAY)
        first = self.enter(corrects_id=entry.id)
        with self.assertRaisesRegex(Exception, "corrects_uniq"), self.cr.savepoint():
            self.enter(corrects_id=entry.id)
        with self.assertRefused("correct the correction"):
            entry.action_correct()
        with self.assertRefused("can no longer be changed"):
            first.corrects_id = False
        with freeze_time("2026-03-11 10:30:00"):
            self.close(TODAY + timedelta(days=1))
            second = self.enter(corrects_id=first.id)
        entries = self.env["property.interaction"]
        domain = Domain("id", "in", (entry | first | second).ids)
        self.assertEqual(
            entries.search(domain & Domain("is_corrected", "=", False)), second
        )

    def test_correction_of_another_project(self):
        """B9: an entry is corrected in its own register."""
        entry = self.enter()
        self.close()
        self.other_project.user_ids |= self.manager
        with self.assertRefused("another project"):
            self.enter(
                self.manager,
                corrects_id=entry.id,
                project_id=self.other_project.id,
                unit_type_ids=False,
            )

    def test_correction_of_a_strangers_entry(self):
        """J1: a rep corrects what he sees, and nothing else."""
        entry = self.enter()
        self.close()
        for user in (self.rep_b, self.rep_c):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                entry.with_user(user).action_correct()
        with self.assertRaises(AccessError):
            self.enter(self.rep_b, corrects_id=entry.id)

    def test_client_follows_the_correction(self):
        """C3, B9: what a client's file takes from the register is what is effective."""
        client = self.make_client(self.rep_a)
        entry = self.enter(kind="visit_return", lead_id=client.id)
        self.assertEqual(client.last_visit_date, TODAY)
        self.close()
        correction = self.enter(
            kind="visit_return",
            corrects_id=entry.id,
            is_valid=False,
            invalid_reason="other",
        )
        self.assertFalse(client.last_visit_date)
        correction.sudo().unlink()
        self.assertEqual(client.last_visit_date, TODAY)
