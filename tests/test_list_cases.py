from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .test_case import CaseCommon
from .test_form import FormCommon

G16 = "property.form.cases"
FIRST, LAST = "2026-11-09", "2026-11-15"


@tagged("post_install", "-at_install")
class TestListCases(CaseCommon, FormCommon):
    """D6, G16: raised in the period, or open from before, as things then stood."""

    def week(self, user=None, **options):
        """The form of 9 to 15 November 2026."""
        return self.compile(G16, user or self.manager, LAST, date_from=FIRST, **options)

    @staticmethod
    def lines(form):
        return [
            dict(zip([c["key"] for c in block["columns"]], row["values"], strict=True))
            for block in form["sections"][:1]
            for row in block["rows"]
            if row["level"] == "line"
        ]

    def on(self, day, clock="02:00:00"):
        return freeze_time(f"2026-11-{day} {clock}")

    def problems(self, **options):
        return [
            line["problem"].split("] ")[1] for line in self.lines(self.week(**options))
        ]

    def test_line(self):
        """G16: each column as on paper."""
        with self.on("09"):
            case = self.raise_case(kind="complaint")
        with self.on("10", "16:30:00"):  # the 11th in Shanghai
            case.action_note("Called the maker")
        with self.on("11"):
            case.with_user(self.service).responsible_id = self.service
        with self.on("13"):
            case.action_solve("Silenced")
        self.assertEqual(
            self.lines(self.week()),
            [
                {
                    "client": self.client.contact_name,
                    "unit": self.unit.name,
                    "problem": "[Complaint] The lift is noisy",
                    "raised": "2026-11-09",
                    "responsible": "service",
                    "superior": "manager",
                    "deadline": "2026-11-12",
                    "course": "11-11 rep_a Measure Taken Called the maker\n"
                    "11-11 service Put in Charge service\n"
                    "11-13 rep_a Solved",
                    "result": "Silenced",
                    "state": "Solved",
                }
            ],
        )

    def test_which_cases(self):
        """G16: of the period by the project's days, and what was open when it began."""
        with self.on("02"):
            old = self.raise_case(problem="old")
            done = self.raise_case(problem="done")
            ended = self.raise_case(problem="ended")
            again = self.raise_case(problem="again")
            later = self.raise_case(problem="reopened after the week")
            for case in done | ended | again | later:
                case.action_solve("Done")
        with self.on("08"):
            (done | again | later).with_user(self.manager).action_close()
        with self.on("09"):
            ended.with_user(self.manager).action_close()
        with self.on("14"):
            again.action_reopen("Not at all")
        with self.on("15", "15:30:00"):
            self.raise_case(problem="last")
        with self.on("15", "16:30:00"):
            self.raise_case(problem="next week")
            self.assertEqual(self.problems(), ["old", "ended", "again", "last"])
        with self.on("28"):
            again.action_solve("Done")
            again.with_user(self.manager).action_close()
            later.action_reopen("Not at all")
            self.assertEqual(self.problems(), ["old", "ended", "again", "last"])
        self.assertTrue(old.exists())

    def test_as_it_stood(self):
        """G16: what happens later changes nothing of a period that is over."""
        with self.on("10"):
            case = self.raise_case()
        with self.on("16", "01:00:00"):
            before = self.week()["sections"]
        with self.on("16", "02:00:00"):
            case.action_start()
            self.run_cron("ir_cron_escalate_cases")
            case.with_user(self.service).superior_id = self.supervisor_a
            case.action_solve("Silenced")
            case.with_user(self.manager).action_close()
            case.action_reopen("Noisy again")
            self.assertEqual(self.week()["sections"], before)

    def test_entered_later(self):
        """G16: entered after the day it was raised on, it is open on that day."""
        with self.on("16"):
            case = self.raise_case(raised_date="2026-11-12")
            case.action_solve("Silenced")
            (line,) = self.lines(self.week())
        self.assertEqual((line["state"], line["result"]), ("Not Begun", None))
        self.assertEqual(line["course"], None)

    def test_overdue_is_marked(self):
        """G16: with its days, until it is solved; on its last day it is not yet."""
        with self.on("09"):
            case = self.raise_case()
        for day, state in (("12", "Not Begun"), ("14", "Not Begun, 2 days overdue")):
            with self.subTest(day=day), self.on(day):
                form = self.compile(G16, self.manager, f"2026-11-{day}")
                self.assertEqual([line["state"] for line in self.lines(form)], [state])
        with self.on("14"):  # a period that is not over yet: by today
            self.assertIn("2 days", self.lines(self.week())[0]["state"])
            self.assertEqual(self.week()["sections"][1]["rows"][-1]["values"][-1], 1)
            case.action_solve("Silenced")
            self.assertEqual(self.lines(self.week())[0]["state"], "Solved")

    def test_totals_open_their_cases(self):
        """G16: totals by state and kind; a line opens its case, a total all of its."""
        with self.on("09"):
            first = self.raise_case(kind="complaint")
            second = self.raise_case(kind="problem")
            first.action_solve("Done")
        options = {
            "project_id": self.project.id,
            "date_from": FIRST,
            "date_to": LAST,
        }
        listed, totals = self.week()["sections"]
        values = [row["values"] for row in totals["rows"]]
        self.assertIn(["Not Begun", 0, 1, 0, 1, 1], values)
        self.assertIn(["Solved", 1, 0, 0, 1, 0], values)
        self.assertEqual(values[-1], ["Total", 1, 1, 0, 2, 1])
        self.assertEqual(listed["rows"][-1]["values"][0], "Total (cases: 2)")
        form = self.env[G16].with_user(self.manager)
        for (section, row, column), cases in (
            ((0, 0, 0), first),
            ((0, 2, 0), first | second),
            ((1, len(values) - 1, 4), first | second),
            ((1, len(values) - 1, 5), second),
        ):
            action = form.drill(options, section, row, column)
            self.assertEqual(self.env["property.case"].search(action["domain"]), cases)

    def test_a_rep_reads_his_own(self):
        """J1: a rep finds his clients' cases, a supervisor his teams', and nobody those
        of another project."""
        other = self.make_client(self.rep_b)
        stranger = self.make_client(self.rep_c).sudo()
        with self.on("09"):
            self.raise_case(problem="of a")
            self.raise_case(self.rep_b, problem="of b", lead_id=other.id)
            self.env["property.case"].create(
                {"lead_id": stranger.id, "problem": "of c", "superior_id": self.hq.id}
            )
        for user, seen in (
            (self.rep_a, ["of a"]),
            (self.supervisor_b, ["of b"]),
            (self.service, ["of a"]),  # b's client has bought nothing
            (self.hq, ["of a", "of b"]),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self.problems(user=user), seen)
        self.assertEqual(self.problems(user_id=self.rep_b.id), ["of b"])

    def test_as_many_queries_for_many(self):
        """Thirty cases cost as many queries as ten."""
        counts = []
        for number in (1, 9, 20):  # the first fills what is cached for all
            with self.on("09"):
                for _each in range(number):
                    self.raise_case(
                        lead_id=self.make_client(self.rep_a).id
                    ).action_note("Called")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.week()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(*counts[1:])
        self.assertEqual(len(self.lines(self.week())), 30)

    def test_days_of_the_project(self):
        """G16: the form's today is the project's."""
        with freeze_time(datetime(2026, 11, 9, 16, 30)):
            case = self.raise_case()
            form = self.compile(G16, self.manager)
        self.assertEqual(case.raised_date, datetime(2026, 11, 10).date())
        self.assertEqual(form["date_to"], "2026-11-10")
        self.assertEqual(case.deadline, case.raised_date + timedelta(days=3))
