import io
import weakref
from datetime import date, datetime
from unittest.mock import patch

import openpyxl

from odoo.tests import TransactionCase, tagged

from ..reports.form_table import Section
from .test_day import TODAY, RegisterCommon

CALLS, VISITS = "property.form.calls", "property.form.visits"
YESTERDAY = date(2026, 3, 9)


class RegisterFormCommon(RegisterCommon):
    def compile(self, name, user=None, **options):
        options = {
            "project_id": self.project.id,
            "date_from": "2026-03-09",
            "date_to": "2026-03-10",
        } | options
        form = self.env[name].with_user(user or self.manager)
        return form.with_context(lang="en_US").compile(options)

    def rows(self, name=CALLS, user=None, **options):
        """The lines as dicts, and the words that end each day."""
        section = self.compile(name, user, **options)["sections"][0]
        keys = [column["key"] for column in section["columns"]]
        lines = [
            dict(zip(keys, row["values"], strict=True))
            for row in section["rows"]
            if row["level"] == "line"
        ]
        words = [row["values"][0] for row in section["rows"] if row["level"] != "line"]
        return lines, words

    def counts(self, name=CALLS, user=None, **options):
        """{kind: {column: number}} of the table at the end."""
        section = self.compile(name, user, **options)["sections"][1]
        keys = [column["key"] for column in section["columns"]]
        rows = [dict(zip(keys, row["values"], strict=True)) for row in section["rows"]]
        return {row.pop("kind"): row for row in rows}

    def correct(self, entry, user=None, **vals):
        """A correction as the button makes it, with other values."""
        user = user or self.rep_a
        context = entry.with_user(user).action_correct()["context"]
        values = {
            name.removeprefix("default_"): value for name, value in context.items()
        }
        return entry.with_user(user).create(values | vals)


@tagged("post_install", "-at_install")
class TestRegisters(RegisterFormCommon, TransactionCase):
    """G18: the registers as they were written, with what proves them."""

    def test_a_call(self):
        """G18, B5: the columns of G1 and the three of a call, on the project's clock"""
        self.enter(
            date=datetime(2026, 3, 9, 15, 30),  # 23:30
            answered_in_time="no",
            visit_date=datetime(2026, 3, 14, 2),
        )
        self.enter(is_valid=False, invalid_reason="survey", surveyor="Rival & Co")
        [call, survey], _words = self.rows()
        expected = {
            "number": 1,
            "time": "2026-03-09 23:30",
            "kind": "Inbound Call",
            "partner_name": "Ms Zhao",
            "types": "B2",
            "concerns": self.concern.name,
            "valid": "Yes",
            "answered": "Not in Time",
            "visit": "2026-03-14 10:00",
            "surveyor": None,
            "register_number": None,
            "mark": None,
        }
        self.assertEqual({key: call[key] for key in expected}, expected)
        self.assertEqual(
            (survey["valid"], survey["surveyor"]), ("Competitor Survey", "Rival & Co")
        )

    def test_a_visit(self):
        """G18, B6, B11: with the client's own columns, and who reviewed the day"""
        client = self.make_client(self.rep_a)
        client.partner_id = self.env["res.partner"].create(
            {"name": "Ms Zhao", "occupation": "Teacher", "work_district": "South"}
        )
        self.enter(kind="visit_first", lead_id=client.id, identity_check="id_shown")
        [visit], _words = self.rows(VISITS)
        expected = {
            "kind": "First Visit",
            "party": 2,
            "horizon": "Within a Month",
            "occupation": "Teacher",
            "work_district": "South",
            "identity": "ID Shown on Site",
            "reviewer": None,
        }
        self.assertEqual({key: visit[key] for key in expected}, expected)
        self.close()
        [visit], _words = self.rows(VISITS)
        self.assertEqual(visit["reviewer"], "supervisor_a")
        self.assertEqual(visit["register_number"], 1)
        self.assertFalse(self.rows(CALLS)[0])

    def test_the_visit_agreed_for_lies_ahead(self):
        """G18: nobody agrees in a call on an earlier hour"""
        with self.assertRefused("after the call"):
            self.enter(visit_date=datetime(2026, 3, 10, 3, 59))

    # === Days ===

    def test_closed_days_end_with_their_proof(self):
        """G18, B9: an open day says so, an empty one was closed as well"""
        self.enter(date=datetime(2026, 3, 9, 4))
        self.enter(date=datetime(2026, 3, 9, 5), is_valid=False, invalid_reason="wrong")
        _lines, [line] = self.rows()
        self.assertEqual(line, "2026-03-09 · entries: 2, effective: 1 · not closed yet")
        day = self.close(YESTERDAY)
        _lines, [line] = self.rows()
        self.assertEqual(
            line,
            "2026-03-09 · entries: 2, effective: 1 · closed on 2026-03-10 18:30 by "
            f"supervisor_a, up to register no. 2 · tamper check {day.chain_value}",
        )
        today = self.close()
        _lines, lines = self.rows()
        self.assertIn("2026-03-10 · entries: 0, effective: 0", lines[1])
        self.assertEqual(today.chain_value, day.chain_value, "nothing was added")

    def test_a_later_closing_takes_a_day_in(self):
        """B9: a day that nobody closed is proved by the closing that took it in"""
        self.enter(date=datetime(2026, 3, 9, 4))
        day = self.close(TODAY)
        _lines, words = self.rows(date_to="2026-03-09")
        self.assertEqual(len(words), 1)
        self.assertIn(day.chain_value, words[0])

    def test_other_projects_prove_nothing(self):
        self.enter_elsewhere(date=datetime(2026, 3, 9, 4))
        closing = self.day(TODAY, self.other_project)
        self.other_project.user_ids += self.supervisor_a
        closing.with_user(self.supervisor_a).action_close()
        self.assertEqual(self.rows(), ([], []))

    # === What was put right ===

    def test_corrections_and_late_entries_are_marked(self):
        """G18, B9: nothing that was written is missing, and it is told apart"""
        wrong = self.enter(date=datetime(2026, 3, 9, 4), budget=1)
        self.enter(date=datetime(2026, 3, 9, 5))
        self.close(YESTERDAY)
        correction = self.correct(wrong, budget=2_000_000)
        self.enter(date=datetime(2026, 3, 9, 6))
        lines, words = self.rows()
        self.assertEqual(
            [(line["register_number"], line["mark"]) for line in lines],
            [
                (1, "Corrected, still open"),
                (None, "Corrects No. 1"),
                (2, None),
                (None, "Late Entry"),
            ],
        )
        after = "4 (after the closing: corrections: 1, added late: 1)"
        self.assertIn(f"entries: {after}, effective: 3", words[0])
        self.assertIn("up to register no. 2", words[0])
        self.assertEqual(self.day(YESTERDAY).counts, {"call_in": [2, 0]})
        self.close()
        lines, words = self.rows()
        self.assertEqual(
            [(line["register_number"], line["mark"], line["budget"]) for line in lines],
            [
                (1, "Corrected by No. 3", 1),
                (3, "Corrects No. 1", 2_000_000),
                (2, None, 1_000_000),
                (4, "Late Entry", 1_000_000),
            ],
        )
        self.assertIn(f"entries: {after}, ", words[0], "not taken in by that closing")
        self.correct(correction, is_valid=False, invalid_reason="agent")
        self.assertEqual(
            self.counts()["Total"],
            {
                "written": 5,
                "effective": 2,
                "invalid": 1,
                "corrected": 2,
                "corrections": 2,
                "late": 1,
            },
        )

    def test_effective_ones_are_what_is_counted(self):
        """G18: the counts of the registers are the metrics of the same days"""
        client = self.make_client(self.rep_a)
        self.enter_elsewhere()
        for number, kind in enumerate(
            ("call_in", "call_in", "visit_first", "visit_called", "visit_return") * 2
        ):
            noon = datetime(2026, 3, 9 + number % 2, 4, number)
            lead = client.id if kind == "visit_return" else False
            self.enter((self.rep_a, self.rep_b)[number % 3 == 0], kind=kind, date=noon)
            wrong = self.enter(kind=kind, date=noon, lead_id=lead)
            self.close_entries(wrong)
            if number % 3:
                self.correct(wrong, is_valid=False, invalid_reason="other")
            else:
                self.correct(wrong, kind="visit_first")
        for user in (None, self.rep_a, self.rep_b):
            domain = [
                ("project_id", "=", self.project.id),
                ("day", ">=", "2026-03-09"),
                ("day", "<=", "2026-03-10"),
            ]
            options = {}
            if user:
                domain.append(("user_id", "=", user.id))
                options["user_id"] = user.id
            tally = self.env["property.metric"]._tally(domain)[()]
            calls = self.counts(CALLS, **options)["Total"]
            visits = self.counts(VISITS, **options)["Total"]
            self.assertEqual(calls["effective"], tally.get("calls"))
            self.assertEqual(visits["effective"], tally.get("visits"))
            self.assertEqual(calls["invalid"] + visits["invalid"], tally.get("invalid"))
            for name, figures in ((CALLS, calls), (VISITS, visits)):
                lines, _words = self.rows(name, **options)
                self.assertEqual(len(lines), figures["written"])
        visits = self.counts(VISITS)
        self.assertEqual(visits["First Visit"]["corrections"], 6)

    def test_counts_open_their_entries(self):
        """G18: each number opens as many entries as it counts"""
        self.enter(date=datetime(2026, 3, 9, 4))
        wrong = self.enter()
        self.close_entries(wrong)
        self.correct(wrong)
        options = {
            "project_id": self.project.id,
            "date_from": "2026-03-09",
            "date_to": "2026-03-10",
        }
        form = self.env[CALLS].with_user(self.manager)
        for line in (0, 1):
            for place, number in enumerate((3, 2, 0, 1, 1, 0), 1):
                action = form.drill(options, 1, line, place)
                found = self.env[action["res_model"]].search(action["domain"])
                self.assertEqual(len(found), number, (line, place))

    # === Who reads ===

    def test_a_rep_reads_his_own(self):
        """J1: of himself and, for a supervisor, of his teams"""
        self.enter(self.rep_a)
        self.enter(self.rep_b)
        self.close(YESTERDAY)
        self.close()
        for user, hosts in (
            (self.rep_a, ["rep_a"]),
            (self.supervisor_b, ["rep_b"]),
            (self.clerk, ["rep_a", "rep_b"]),
        ):
            lines, words = self.rows(user=user)
            self.assertEqual([line["host"] for line in lines], hosts)
            self.assertEqual(self.counts(user=user)["Total"]["written"], len(hosts))
            self.assertIn(self.day().chain_value, words[-1])
            self.assertEqual(len(words), 1 + (user == self.clerk))

    def test_marks_of_what_a_rep_does_not_see(self):
        """B9: an entry counts no longer, whoever corrected it"""
        wrong = self.enter(self.rep_a)
        self.close_entries(wrong)
        self.correct(wrong, self.clerk, user_id=self.rep_b.id)
        [line], [words] = self.rows(user=self.rep_a)
        self.assertEqual(line["mark"], "Corrected, still open")
        self.assertIn("entries: 1, effective: 0", words)
        self.assertEqual(self.counts(user=self.rep_a)["Total"]["corrected"], 1)

    def test_one_rep(self):
        self.enter(self.rep_a)
        self.enter(self.rep_b)
        self.close(YESTERDAY)
        lines, words = self.rows(user_id=self.rep_b.id)
        self.assertEqual([line["host"] for line in lines], ["rep_b"])
        self.assertEqual(len(words), 1, "no days on which he had nobody")

    # === Long registers ===

    def test_queries_do_not_grow_with_the_rows(self):
        def queries(name):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.rows(name)
            return self.cr.sql_log_count - before

        def fill(number):
            for _time in range(number):
                for kind in ("call_in", "visit_first"):
                    client = self.make_client(self.rep_a)
                    client.partner_id = self.env["res.partner"].create({"name": "X"})
                    wrong = self.enter(
                        kind=kind, helper_ids=self.rep_b.ids, lead_id=client.id
                    )
                    self.close_entries(wrong)
                    self.correct(wrong)

        fill(2)
        for name in (CALLS, VISITS):
            queries(name)  # caches of the registry
        few = [queries(name) for name in (CALLS, VISITS)]
        fill(8)
        self.assertEqual([queries(name) for name in (CALLS, VISITS)], few)

    def test_rows_are_streamed(self):
        """Of a long register the workbook holds the rows being written, no more: the
        memory it takes does not grow with them."""
        entries = [self.enter() for _number in range(30)]
        alive, most = [], []
        make_row = Section.row

        def counted(*args, **kwargs):
            row = make_row(*args, **kwargs)
            alive.append(weakref.ref(row))
            most.append(sum(one() is not None for one in alive))
            return row

        form = self.env[CALLS].with_user(self.manager)
        options = {"project_id": self.project.id, "date_to": "2026-03-10"}
        with patch.object(Section, "row", counted):
            _name, content = form._render(options, "xlsx")
        self.assertLessEqual(max(most[:30]), 4)
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        self.assertEqual(
            [row[0] for row in sheet.iter_rows(5, 34, values_only=True)],
            [*range(1, len(entries) + 1)],
        )
