import io

import openpyxl
from freezegun import freeze_time
from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.res_users import ROLES

# ruff: noqa: E501
from .test_form import FormCommon
from .test_roster import RosterCommon

FORM = "property.form.fairness"
MAY = {"rep", "clerk", "supervisor", "manager", "hq"}
KEYS = ("rep", "turns", "effective", "ahead", "made_up", "returned", "suspended")


class FairnessCommon(RosterCommon, FormCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.busy, cls.leave_reason = cls.reason("busy"), cls.reason("leave")
        with freeze_time("2026-03-02 02:00:00"):
            cls.tell_a_day()
        with freeze_time("2026-03-02 16:30:00"):  # the 3rd in Shanghai
            cls.after_midnight = cls.visits._advance()

    @classmethod
    def tell_a_day(cls):
        """a, b passed as busy, c, b made up, d suspended, a, c ahead; a gives back."""
        ring, reps = cls.visits.with_user(cls.clerk), cls.reps
        first = ring._advance()
        ring._advance(reps["b"], cls.busy, "With Ms Li", kind="skipped")
        ring._advance()
        ring._advance()
        ring.with_user(cls.manager).action_suspend(reps["d"].id, "No badge")
        second = ring._advance()
        ahead = ring._advance(reps["c"])
        second._give_back("Survey")
        for turn, is_valid in ((first, True), (second, False), (ahead, True)):
            cls.make_entry(
                turn.user_id,
                "2026-03-02 01:00:00",
                kind="visit_first",
                turn_id=turn.id,
                partner_name="Ms Secret",
                is_valid=is_valid,
                invalid_reason=not is_valid and "other",
            )
        cls.env["property.duty"].create(
            {
                "project_id": cls.project.id,
                "date": "2026-03-02",
                "user_ids": (reps["a"] | reps["b"]).ids,
            }
        )


@tagged("post_install", "-at_install")
class TestFairness(FairnessCommon):
    """B4: the page that proves that the rings are fair."""

    def fairness(self, user=None, until="2026-03-02", **options):
        options = {"date_from": "2026-03-02"} | options
        return self.compile(FORM, user or self.manager, until, **options)

    def table(self, form, section, keys=KEYS):
        block = form["sections"][section]
        places = [[c["key"] for c in block["columns"]].index(key) for key in keys]
        return [tuple(row["values"][p] for p in places) for row in block["rows"]]

    def test_figures(self):
        """B4: turns, effective receptions, passes and spread, rep by rep"""
        calls, visits = (self.table(self.fairness(), section) for section in (0, 1))
        self.assertEqual(
            visits,
            [
                ("a", 2, 1, 0, 0, 1, 0),
                ("b", 1, 0, 0, 1, 0, 0),
                ("c", 2, 1, 1, 0, 0, 0),
                ("d", 0, 0, 0, 0, 0, 1),
                ("Total", 5, 2, 1, 1, 1, 1),
                ("Most − Least", 2, 1, None, None, None, None),
                ("Standard Deviation", 0.83, 0.5, None, None, None, None),
            ],
        )
        self.assertEqual(calls[0], ("a", 0, 0, 0, 0, 0, 0))

    def test_not_said_is_in_order(self):
        """B4: of two turns in order one says so, the other says nothing"""
        self.env.cr.execute(
            "UPDATE property_roster_turn SET is_ahead = FALSE "
            "WHERE roster_id = %s AND number = 1",
            [self.visits.id],
        )
        self.env.invalidate_all()
        self.test_figures()

    def test_passes_by_reason(self):
        """B4: a column for each reason that occurred, and for receptions ahead"""
        keys = ("rep", f"reason_{self.busy.id}", "ahead_passed", "duty")
        form = self.fairness()
        self.assertEqual(
            self.table(form, 1, keys)[:5],
            [
                ("a", 0, 0, 1),
                ("b", 1, 0, 1),
                ("c", 0, 0, 0),
                ("d", 0, 0, 0),
                ("Total", 1, 0, None),
            ],
        )
        keys = [column["key"] for column in form["sections"][1]["columns"]]
        self.assertNotIn(f"reason_{self.leave_reason.id}", keys)

    def test_record(self):
        """B4: every turn that was not simply taken, with reason and who decided"""
        record = self.fairness()["sections"][2]
        self.assertEqual(
            [row["values"][3:] for row in record["rows"]],
            [
                [
                    "b",
                    "Passed",
                    self.busy.name,
                    "Keeps the Turn",
                    "With Ms Li",
                    "clerk",
                ],
                ["b", "Made Up", "#2", None, None, "clerk"],
                ["d", "Suspended", None, None, "No badge", "manager"],
                ["c", "Out of Order", None, None, None, "clerk"],
                ["a", "Given Back", "#6", "Keeps the Turn", "Survey", "clerk"],
            ],
        )
        self.assertEqual(record["rows"][0]["values"][1], "2026-03-02 10:00")

    def test_days_of_the_project(self):
        """B1: half past midnight in Shanghai is the next day"""
        form = self.fairness(date_from="2026-03-03", until="2026-03-03")
        self.assertEqual(self.table(form, 1)[0][:2], ("a", 1))
        both = self.table(self.fairness(until="2026-03-03"), 1)
        self.assertEqual(both[0][:2], ("a", 3))

    def test_of_one_rep(self):
        visits = self.table(self.fairness(user_id=self.reps["c"].id), 1)
        self.assertEqual([row[0] for row in visits], ["c", "Total"])

    def test_drill(self):
        """B4: a figure opens the turns behind it, never the register"""
        form = self.env[FORM].with_user(self.reps["b"])
        options = {"project_id": self.project.id} | dict.fromkeys(
            ("date_from", "date_to"), "2026-03-02"
        )
        for column, turns in ((2, 2), (3, 1)):
            action = form.drill(options, 1, 0, column)
            self.assertEqual(action["res_model"], "property.roster.turn")
            records = self.env[action["res_model"]].with_user(self.reps["b"])
            found = records.search(action["domain"])
            self.assertEqual((len(found), found.user_id), (turns, self.reps["a"]))

    def test_names_no_client(self):
        """J1: a rep proves his turns with everyone's figures and nobody's clients"""
        form = self.fairness(self.reps["b"])
        self.assertEqual(self.table(form, 1)[0], ("a", 2, 1, 0, 0, 1, 0))
        self.assertNotIn("Secret", str(form))
        self.assertFalse(form["personal"])

    def test_roles(self):
        for role in ROLES:
            with self.subTest(role=role):
                if role in MAY:
                    self.assertTrue(self.fairness(self.actors[role])["sections"])
                else:
                    with self.assertRaises(AccessError):
                        self.fairness(self.actors[role])
        with self.assertRaises(AccessError):
            self.fairness(self.rep_c)

    def test_renderings(self):
        """B4: paper and workbook say what the screen says"""
        form = self.env[FORM].with_user(self.manager).with_context(lang="en_US")
        options = {"project_id": self.project.id, "date_from": "2026-03-02"}
        book = openpyxl.load_workbook(io.BytesIO(form._render(options, "xlsx")[1]))
        texts = [cell.value for row in book.worksheets[1].rows for cell in row]
        self.assertIn("Standard Deviation", texts)
        page = html.fromstring(form._render(options, "pdf")[1])
        self.assertIn("With Ms Li", page.text_content())


@tagged("post_install", "-at_install")
class TestDutyPrint(RosterCommon):
    def test_print(self):
        """B12: a page a month, with who is on duty and in which order they receive"""
        duties = self.env["property.duty"].create(
            [
                {
                    "project_id": self.project.id,
                    "date": day,
                    "user_ids": users.ids,
                    "note": note,
                }
                for day, users, note in (
                    ("2026-03-30", self.rep_a | self.rep_b, "Open house"),
                    ("2026-03-31", self.rep_a, False),
                    ("2026-04-01", self.rep_b, False),
                )
            ]
        )
        report = self.env["ir.actions.report"].with_user(self.rep_a)
        content = report._render_qweb_html(
            "crm_property_sales.report_property_duty", duties.ids
        )[0]
        march, april = html.fromstring(content).find_class("article")
        cells = [
            [" ".join(cell.text_content().split()) for cell in row.iter("td", "th")]
            for row in march.iter("tr")
        ]
        self.assertEqual(cells[0], ["Rep", "30", "31", "Days"])
        self.assertEqual(
            cells[2:5],
            [["a", "●", "●", "2"], ["b", "●", "", "1"], ["On Duty", "2", "1", ""]],
        )
        self.assertEqual(
            cells[5:8],
            [
                ["Calls", "1 a 2 b 3 c 4 d"],
                ["Visits", "1 a 2 b 3 c 4 d"],
                ["2026-03-30", "Open house"],
            ],
        )
        self.assertIn("b", april.text_content())
