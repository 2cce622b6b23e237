import json
from base64 import b64encode
from contextlib import contextmanager
from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .test_form import G1, G3, G8, FormCommon

FAIRNESS = "property.form.fairness"


class FilingCommon(FormCommon):
    """A project whose daily report is filed by 20:00 of its day."""

    @classmethod
    def setUpClass(cls):
        with freeze_time("2026-03-01 02:00:00"):
            super().setUpClass()
        cls.rule = cls.make_rule(G3)
        cls.filings = cls.env["property.filing"]

    @classmethod
    def make_rule(cls, form, **vals):
        defaults = {
            "project_id": cls.project.id,
            "form": form,
            "role": "supervisor",
            "user_id": cls.supervisor_a.id,
            "date_start": "2026-03-09",
        }
        return cls.env["property.filing.rule"].create(defaults | vals)

    @classmethod
    @contextmanager
    def at(cls, moment):
        """The clock of Python and of the database stands at `moment` (UTC)."""
        with freeze_time(moment):
            cls.env.cr._now = fields.Datetime.to_datetime(moment)
            cls.env.invalidate_all()  # what is late is read off the clock
            try:
                yield
                cls.env.flush_all()
            finally:
                cls.env.cr._now = None

    def make_due(self, moment):
        with self.at(moment):
            self.run_cron("ir_cron_make_filings")
        return self.of_form(G3)

    def of_form(self, form):
        return self.filings.search(
            [("form", "=", form), ("restatement_of", "=", False)], order="period_start"
        )

    def file(self, filing, moment="2026-03-10 10:00:00", user=None):
        with self.at(moment):
            filing.with_user(user or filing.responsible_id).action_file()
        return filing


@tagged("post_install", "-at_install")
class TestFilingMade(FilingCommon, TransactionCase):
    """G21: who files what by when."""

    def periods(self, form):
        return [
            (str(one.period_start), str(one.period_end)) for one in self.of_form(form)
        ]

    def deadlines(self, form):
        return [str(one.deadline) for one in self.of_form(form)]

    def test_every_day_once(self):
        """What ends today or has ended; a server that was down makes up for it."""
        days = [("2026-03-09",) * 2, ("2026-03-10",) * 2, ("2026-03-11",) * 2]
        for moment, count in (
            ("2026-03-08 15:59:00", 0),  # 23:59 on the 8th in Shanghai
            ("2026-03-08 16:01:00", 1),  # 00:01 on the 9th
            ("2026-03-09 15:59:00", 1),
            ("2026-03-11 02:00:00", 3),
        ):
            self.make_due(moment)
            self.assertEqual(self.periods(G3), days[:count], moment)

    def test_deadline_is_the_projects_clock(self):
        self.make_due("2026-03-09 02:00:00")
        self.assertEqual(self.deadlines(G3), ["2026-03-09 12:00:00"])  # 20:00
        self.assertEqual(self.of_form(G3).responsible_id, self.supervisor_a)
        self.assertEqual(self.of_form(G3).activity_ids.user_id, self.supervisor_a)

    def test_closed_days(self):
        """Nothing is due for a closed day; a deadline moves to the next open day."""
        self.env["property.closed.day"].create(
            [
                {
                    "name": "Festival",
                    "date_from": "2026-03-10",
                    "date_to": "2026-03-11",
                },
                {
                    "name": "Elsewhere",
                    "project_id": self.other_project.id,
                    "date_from": "2026-03-12",
                    "date_to": "2026-03-12",
                },
            ]
        )
        self.rule.deadline_days = 1
        self.make_due("2026-03-12 02:00:00")
        self.assertEqual(self.periods(G3), [("2026-03-09",) * 2, ("2026-03-12",) * 2])
        self.assertEqual(
            self.deadlines(G3), ["2026-03-12 12:00:00", "2026-03-13 12:00:00"]
        )

    def test_weeks_and_months(self):
        """Over the end of a year and of a month, with the project's own week."""
        self.make_rule(FAIRNESS, rhythm="week", date_start="2026-12-28")
        self.make_rule(FAIRNESS, rhythm="month", date_start="2026-12-01")
        for moment, expected in (
            ("2026-12-31 02:00:00", [("2026-12-01", "2026-12-31")]),
            ("2027-01-02 15:59:00", [("2026-12-01", "2026-12-31")]),
            (
                "2027-01-02 16:01:00",
                [("2026-12-01", "2026-12-31"), ("2026-12-28", "2027-01-03")],
            ),
        ):
            self.make_due(moment)
            self.assertEqual(self.periods(FAIRNESS), expected, moment)

    def test_who_is_responsible(self):
        """The one named; else who has just this role; else who has it too."""
        self.assertEqual(self.rule._responsible(), self.supervisor_a)
        self.rule.user_id = False
        self.assertIn(self.rule._responsible(), self.supervisor_a | self.supervisor_b)
        self.rule.role = "clerk"
        self.assertEqual(self.rule._responsible(), self.clerk)
        self.project.user_ids -= self.clerk
        self.assertEqual(self.rule._responsible(), self.manager)

    def test_rules_that_make_no_sense(self):
        for vals in (
            {"rhythm": "week"},  # a form of a day
            {"form": G1, "role": "supervisor"},  # sees his team's clients only
            {"form": G8, "role": "clerk", "user_id": False},  # not among its readers
            {"user_id": self.rep_c.id},  # works elsewhere
            {"role": "finance"},  # the one named is no finance
        ):
            defaults = {"form": G3, "active": False}
            with self.subTest(vals), self.assertRaises(ValidationError):
                self.make_rule(**defaults | vals)

    def test_once_per_form_and_rhythm(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.make_rule(G3)


@tagged("post_install", "-at_install")
class TestFilingSteps(FilingCommon, TransactionCase):
    """G21: due → filed → approved, by whom, and never back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-03-09 02:00:00"):
            cls.filing = cls.filings._make_due(cls.rule)

    # step: (state it starts from, who may take it)
    STEPS = {
        "action_file": ("due", {"supervisor", "manager", "hq"}),
        "action_approve": ("filed", {"manager"}),
    }

    def test_every_step_in_every_state(self):
        """State × step × role: what is not in the table is refused."""
        for step, (start, roles) in self.STEPS.items():
            for state in ("due", "filed", "approved"):
                for role, user in self.actors.items():
                    with self.subTest(step=step, state=state, role=role):
                        self.try_step(
                            step, state, user, state == start and role in roles
                        )

    def try_step(self, step, state, user, allowed):
        class Undo(Exception):
            pass

        with self.assertRaises(Undo), self.env.cr.savepoint():
            if state != "due":
                self.file(self.filing, "2026-03-09 10:00:00")
            if state == "approved":
                self.filing.with_user(self.manager).action_approve()
            self.assertEqual(self.filing.state, state)
            with freeze_time("2026-03-09 10:00:00"):
                if allowed:
                    getattr(self.filing.with_user(user), step)()
                    self.assertNotEqual(self.filing.state, state)
                else:
                    with self.assertRaises(UserError):
                        getattr(self.filing.with_user(user), step)()
                    self.assertEqual(self.filing.state, state)
            raise Undo
        self.env.invalidate_all()

    def test_another_supervisor_files_nothing(self):
        with self.assertRaises(AccessError):
            self.file(self.filing, user=self.supervisor_b)

    def test_who_filed_does_not_approve(self):
        self.file(self.filing, user=self.manager)
        with self.assertRefused("another to approve"):
            self.filing.with_user(self.manager).action_approve()

    def test_not_before_the_last_day(self):
        with self.assertRefused("can be filed from 2026-03-09"):
            self.file(self.filing, "2026-03-08 10:00:00")

    def test_frozen_copy(self):
        """The figures are those of the moment of filing, in JSON and both files."""
        with freeze_time("2026-03-09 10:00:00"):
            expected = self.filing.with_user(self.supervisor_a)._compile()
            self.filing.with_user(self.supervisor_a).action_file()
        figures = self.filing.figures
        self.assertEqual(
            figures["sections"], json.loads(json.dumps(expected["sections"]))
        )
        self.assertIn(self.filing.name, figures["state"])
        self.assertTrue(self.filing._is_intact())
        self.assertTrue(self.filing.pdf_name.endswith(".pdf"))
        self.assertTrue(self.filing.xlsx_name.endswith(".xlsx"))
        self.assertFalse(self.filing.activity_ids)

    def test_the_whole_project_whoever_files(self):
        """A supervisor of one team files the figures of both."""
        rule = self.make_rule(FAIRNESS, rhythm="day")
        with freeze_time("2026-03-09 02:00:00"):
            filing = self.filings._make_due(rule)
        wide = filing.with_user(self.manager)._compile()["sections"]
        self.assertEqual(
            filing.with_user(self.supervisor_a)._compile()["sections"], wide
        )

    # === Immutable, through every door ===

    def test_filed_is_never_changed(self):
        filing = self.file(self.filing, "2026-03-09 10:00:00")
        values = {
            "state": "due",
            "name": "TB-1",
            "text": "other",
            "figures": {},
            "figures_hash": "x",
            "pdf": b64encode(b"x"),
            "xlsx": b64encode(b"x"),
            "pdf_hash": "x",
            "filed_date": "2026-01-01 00:00:00",
            "filed_late": True,
            "filed_by_id": self.hq.id,
            "deadline": "2027-01-01 00:00:00",
            "responsible_id": self.hq.id,
            "period_start": "2026-01-01",
            "form": G8,
            "penalty": 5,
            "restatement_of": filing.id,
        }
        before = filing.with_context(bin_size=False).read(list(values))[0]
        for user in (*self.actors.values(), self.env.user):
            for name, value in values.items():
                with self.subTest(user=user.login, field=name):
                    with self.assertRaises(UserError):
                        filing.with_user(user).write({name: value})
        for user in (*self.actors.values(), self.env.user):
            with self.assertRaises(UserError):
                filing.with_user(user).unlink()
            with self.assertRaises(UserError):
                self.filings.with_user(user).create(
                    {
                        "form": G3,
                        "rhythm": "day",
                        "project_id": self.project.id,
                        "period_start": "2026-03-01",
                        "period_end": "2026-03-01",
                        "state": "filed",
                    }
                )
        filing.invalidate_recordset()
        after = filing.with_context(bin_size=False).read(list(values))[0]
        self.assertEqual(after, before)

    def test_files_are_never_changed(self):
        """Nor through `ir.attachment`, where a file lies, by the administrator."""
        filing = self.file(self.filing, "2026-03-09 10:00:00")
        attachments = self.env["ir.attachment"].search(
            [
                ("res_model", "=", filing._name),
                ("res_id", "=", filing.id),
                ("res_field", "in", ("pdf", "xlsx")),
            ]
        )
        self.assertEqual(len(attachments), 2)
        admin = self.env.ref("base.user_admin")
        slot = {"res_model": filing._name, "res_id": filing.id, "res_field": "pdf"}
        loose = self.env["ir.attachment"].create({"name": "x", "raw": b"x"})
        for user in (admin, self.manager, self.env.user):
            files = attachments.with_user(user)
            for step in (
                lambda files=files: files.write({"raw": b"other"}),
                lambda files=files: files.write({"res_id": 0}),
                lambda files=files: files.with_context(_force_unlink=True).unlink(),
                lambda files=files: loose.with_user(user).write(slot),  # noqa: B023
            ):
                with self.assertRaises(UserError), self.cr.savepoint():
                    step()
        for user in (admin, self.manager):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.env["ir.attachment"].with_user(user).create(
                    slot | {"name": "x", "raw": b"x"}
                )
        self.env.invalidate_all()
        self.assertTrue(filing._is_intact())

    def test_responsible_is_named_by_a_superior(self):
        with self.assertRaises(AccessError):
            self.filing.with_user(self.supervisor_a).responsible_id = self.supervisor_b
        self.filing.with_user(self.manager).responsible_id = self.supervisor_b
        self.file(self.filing, user=self.supervisor_b)

    def test_words_are_filed_along(self):
        self.filing.with_user(self.supervisor_a).text = "Two more billboards"
        self.file(self.filing)
        self.assertEqual(self.filing.figures["text"], "Two more billboards")


@tagged("post_install", "-at_install")
class TestFilingLate(FilingCommon, TransactionCase):
    """G21: late or missing, on the form itself and in the month's summary."""

    def setUp(self):
        super().setUp()
        self.filing = self.make_due("2026-03-09 02:00:00")

    def assertLate(self, moment, late, missing):
        with self.at(moment):
            self.assertEqual(self.filing.is_late, late)
            self.assertEqual(self.filing.is_missing, missing)
            for name, value in (("is_late", late), ("is_missing", missing)):
                for wanted in (True, False):
                    found = self.filings.search(
                        [("id", "=", self.filing.id), (name, "=", wanted)]
                    )
                    self.assertEqual(bool(found), value == wanted, (name, wanted))

    def test_by_the_projects_clock(self):
        """The flag needs no job at midnight: it is read off the clock."""
        self.assertLate("2026-03-09 11:59:00", False, False)
        self.assertLate("2026-03-09 12:01:00", True, True)
        self.file(self.filing, "2026-03-09 12:02:00")
        self.assertLate("2026-03-20 00:00:00", True, False)

    def test_on_time(self):
        self.file(self.filing, "2026-03-09 11:00:00")
        self.assertLate("2026-03-20 00:00:00", False, False)
        self.assertFalse(self.filing.penalty_reason)

    def test_penalty_of_the_policy_of_the_day(self):
        """Late: proposed when filed. Not at all: a day after the deadline, and the
        superior is told. By the policy of the deadline's day."""
        self.env["property.policy"].create(
            {
                "project_id": self.project.id,
                "date_start": "2026-03-10",
                "filing_late_fine": 500,
                "filing_missing_fine": 900,
            }
        )
        late = self.make_due("2026-03-10 11:00:00")[-1]
        self.assertFalse(self.filing.penalty_reason)
        self.make_due("2026-03-10 13:00:00")
        self.assertEqual(
            (self.filing.penalty_reason, self.filing.penalty), ("missing", 100)
        )
        self.assertIn(self.manager, self.filing.activity_ids.user_id)
        self.file(late, "2026-03-10 12:01:00")
        self.assertEqual((late.penalty_reason, late.penalty), ("late", 500))

    def test_on_the_form_itself(self):
        def state(moment):
            with self.at(moment):
                form = self.compile(G3, self.manager, "2026-03-09")
            return form["state"], form["filing"]["status"]

        self.assertEqual(
            state("2026-03-09 11:00:00"),
            ("Draft: supervisor_a files it by 2026-03-09 20:00", "due"),
        )
        self.assertEqual(
            state("2026-03-09 12:01:00"),
            ("Missing: supervisor_a was to file it by 2026-03-09 20:00", "late"),
        )
        self.file(self.filing, "2026-03-09 12:02:00")
        number = self.filing.name
        self.assertEqual(
            state("2026-03-10 00:00:00"),
            (f"Filed late {number}, 2026-03-09 20:02", "late"),
        )
        other = self.compile(G3, self.manager, "2026-03-01")
        self.assertEqual((other["state"], other["filing"]), ("Draft", None))

    def test_month_summary(self):
        """Of three days one was filed on time, one late, one not at all."""
        self.file(self.filing, "2026-03-09 11:00:00")
        self.file(self.make_due("2026-03-10 02:00:00")[-1], "2026-03-10 13:00:00")
        self.make_due("2026-03-11 02:00:00")
        self.make_due("2026-03-12 13:00:00")
        with self.at("2026-03-12 11:00:00"):
            form = self.compile("property.form.filings", self.manager, "2026-03-20")
        keys = ("due", "on_time", "late", "missing", "open", "penalty")
        values = [self.cells(form, 0, "Total", key)[0] for key in keys]
        self.assertEqual(values, [4, 1, 1, 1, 1, 150])
        self.assertEqual(self.cells(form, 1, "supervisor_a", "late"), [1])
        rows = form["sections"][2]["rows"]
        self.assertEqual([row["values"][5] for row in rows[:-1]], ["Late", "Missing"])
        self.assertEqual(rows[-1]["values"][-1], 150)

    def test_rep_sees_none(self):
        for user in (self.rep_a, self.clerk, self.supervisor_b):
            with self.subTest(user=user.login):
                filings = self.filings.with_user(user)
                if user == self.rep_a:
                    self.assertFalse(filings.has_access("read"))
                else:
                    self.assertFalse(filings.search([]))
        self.assertTrue(self.filings.with_user(self.supervisor_a).search([]))
        self.assertTrue(self.filings.with_user(self.manager).search([]))


@tagged("post_install", "-at_install")
class TestClosedDays(FilingCommon, TransactionCase):
    def test_next_open_day(self):
        self.env["property.closed.day"].create(
            {"name": "Festival", "date_from": "2026-02-15", "date_to": "2026-02-23"}
        )
        for day, expected in (
            ("2026-02-14", "2026-02-14"),
            ("2026-02-15", "2026-02-24"),
            ("2026-02-23", "2026-02-24"),
        ):
            opened = self.project.open_day(date.fromisoformat(day))
            self.assertEqual(str(opened), expected)
