from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

from ..reports.form_diff import moved
from ..reports.form_sums import against
from ..reports.form_table import Column, Section
from .test_filing import FilingCommon
from .test_form import G1, G8


def form(*sections):
    return {"sections": [section.as_json() for section in sections]}


def table(*rows, columns=None, **vals):
    columns = columns or [
        Column("label", ""),
        Column("calls", "Calls", "integer"),
        Column("rate", "Rate", "percent"),
    ]
    section = Section("By Rep", columns, **vals)
    for row in rows:
        section.add(*row)
    return section


@tagged("post_install", "-at_install")
class TestFormDiff(TransactionCase):
    """What moved between two compilations, as one would tell it."""

    def test_a_figure(self):
        before = form(table(("Wang", 1, 5), ("Li", 2, 6)))
        after = form(table(("Wang", 1, 5), ("Li", 3, 6)))
        self.assertEqual(
            moved(before, after),
            [
                {
                    "section": "By Rep",
                    "line": "Li",
                    "column": "Calls",
                    "before": "2",
                    "after": "3",
                }
            ],
        )
        self.assertEqual(moved(before, before), [])

    def test_lines_that_came_and_went(self):
        before = form(table(("Wang", 1, 5), ("Li", 2, 6)))
        after = form(table(("Zhao", 4, 7), ("Li", 2, 6)))
        found = {
            (one["line"], one["column"], one["before"], one["after"])
            for one in moved(before, after)
        }
        self.assertEqual(
            found,
            {
                ("Wang", "", "Wang", ""),
                ("Wang", "Calls", "1", ""),
                ("Wang", "Rate", "5.0%", ""),
                ("Zhao", "", "", "Zhao"),
                ("Zhao", "Calls", "", "4"),
                ("Zhao", "Rate", "", "7.0%"),
            },
        )

    def test_numbers_of_lines_are_no_figures(self):
        """One more line in the middle of a list: the others have not moved."""
        columns = [Column("number", "No.", "integer"), Column("client", "Client")]
        before = form(table((1, "Wang"), (2, "Zhao"), columns=columns))
        after = form(table((1, "Wang"), (2, "Li"), (3, "Zhao"), columns=columns))
        self.assertEqual([one["after"] for one in moved(before, after)], ["Li"])

    def test_words_are_no_figures(self):
        """A list says what became of a line since: nothing of it has moved."""
        columns = [Column("unit", "Unit"), Column("area", "Area", "area")]
        columns.append(Column("contract", "Contract"))
        before = form(table(("101", 80, ""), columns=columns))
        after = form(table(("101", 80, "HT-1"), columns=columns))
        self.assertEqual(moved(before, after), [])
        after = form(table(("101", 81, "HT-1"), columns=columns))
        self.assertEqual(len(moved(before, after)), 2)

    WIDER = (
        Column("label", ""),
        Column("calls", "Calls", "integer"),
        Column("visits", "Visits", "integer"),
        Column("rate", "Rate", "percent"),
    )

    def test_a_column_that_came_later(self):
        """G21: what the form did not tell when it was filed has not moved"""
        before = form(table(("Wang", 1, 5), ("Li", 2, 6)))
        after = form(table(("Wang", 1, 7, 5), ("Li", 2, 8, 6), columns=self.WIDER))
        self.assertEqual(moved(before, after), [])
        after = form(table(("Wang", 1, 7, 5), ("Li", 3, 8, 6), columns=self.WIDER))
        for first, second, figures in (
            (before, after, ("2", "3")),
            (after, before, ("3", "2")),
        ):
            [change] = moved(first, second)
            self.assertEqual((change["before"], change["after"]), figures)

    def test_a_table_or_line_that_came_later(self):
        """G21: of a layout with more of them; in the same one they are what moved"""
        before = form(table(("Wang", 1, 5), ("", 2, 6)))
        more = table(("Wang", 1, 5), ("visits", 7, 9), ("", 2, 6))
        after = form(more, Section("New", more.columns, more.rows))
        self.assertEqual(len(moved(before, after)), 3 + 8)
        after["layout"] = 2
        self.assertEqual(moved(before, after), [])
        after["sections"][0]["rows"][0]["values"][1] = 4
        [change] = moved(before, after)
        self.assertEqual((change["line"], change["after"]), ("Wang", "4"))

    def test_lines_of_the_same_words(self):
        """Of two figures of a rep each has moved by itself, though one stands on top"""
        columns = [Column("rep", ""), Column("figure", ""), Column("n", "N", "integer")]
        before = form(table(("Wang", "calls", 1), ("", "visits", 2), columns=columns))
        after = form(
            table(("Wang", "slips", 7), ("", "visits", 3), columns=columns),
        )
        changes = moved(before, after)
        self.assertIn(("2", "3"), [(one["before"], one["after"]) for one in changes])

    def test_the_count_in_a_label(self):
        """A sum is the same line when it sums more; days and weeks add up by it"""
        columns = [Column("number", "No.", "integer"), Column("unit", "Unit")]
        columns.append(Column("price", "Price", "yuan"))

        def of(number, price, *label):
            rows = table((1, "101", price), columns=columns)
            rows.add(*label, price, level="total")
            return form(rows)

        before = of(1, 5, "Total", 1)
        for label in ("Total (units: 2)", "Total(2 套)"):
            after = of(2, 9, None, label)
            self.assertEqual(
                [(one["before"], one["after"]) for one in moved(before, after)],
                [("5", "9"), ("1", label), ("5", "9")],
            )
            self.assertEqual(
                against(after, [of(1, 5, None, "Total(1 套)"), before])[0]["sum"], "10"
            )
            self.assertEqual(against(of(2, 10, None, label), [before, before]), [])

    def test_sums_of_days_filed_without_a_column(self):
        """G21: of a column that came in midweek no sum of the filed days is known"""
        days = [
            form(table(("Wang", 1, 5))),
            form(table(("Wang", 1, 7, 5), columns=self.WIDER)),
        ]
        week = form(table(("Wang", 2, 14, 5), columns=self.WIDER))
        self.assertEqual(against(week, days), [])
        week = form(table(("Wang", 3, 14, 5), columns=self.WIDER))
        self.assertEqual([one["here"] for one in against(week, days)], ["3"])
        [visits] = against(week, days[1:] * 3)
        self.assertEqual((visits["here"], visits["sum"]), ("14", "21"))

    def test_sums(self):
        days = [form(table(("Wang", 1, 5), ("Li", 2, 6)))] * 2
        self.assertEqual(against(form(table(("Wang", 2, 9), ("Li", 4, 9))), days), [])
        wrong = against(form(table(("Wang", 3, 9), ("Zhao", 4, 9))), days)
        self.assertEqual(
            [(one["line"], one["here"], one["sum"]) for one in wrong],
            [("Wang", "3", "2"), ("Zhao", "4", "0")],
        )

    def test_sums_of_named_tables(self):
        """Tables that share a name are compared, wherever they stand."""
        days = [form(table(("x", 9, 9)), table(("Wang", 1, 5), adds="reps"))]
        week = form(table(("Wang", 2, 9), adds="reps"), table(("x", 1, 1)))
        self.assertEqual([one["here"] for one in against(week, days)], ["2"])


@tagged("post_install", "-at_install")
class TestRestatement(FilingCommon, TransactionCase):
    """G21: a change behind a filed form gives a restatement, never a changed form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.make_rule(G1, role="clerk", user_id=cls.clerk.id)
        with cls.at("2026-03-09 03:00:00"):
            cls.entry = cls.make_entry(
                cls.rep_a, "2026-03-09 02:00:00", partner_name="Mr Wang"
            )
            cls.close_entries(cls.entry)
            cls.filing = cls.filings._make_due(cls.rule)
            cls.filing.with_user(cls.clerk).action_file()
        cls.frozen = cls.snapshot()

    @classmethod
    def snapshot(cls):
        filing = cls.filing.with_context(bin_size=False)
        filing.invalidate_recordset()
        names = ("state", "figures", "pdf", "xlsx", "text", "changes", "write_date")
        return filing.read([*names, "figures_hash", "pdf_hash", "xlsx_hash"])[0]

    def correct(self):
        """The next day somebody notices that this was a competitor's survey."""
        with self.at("2026-03-10 03:00:00"):
            return (
                self.env["property.interaction"]
                .with_user(self.manager)
                .create(
                    {
                        "corrects_id": self.entry.id,
                        "project_id": self.project.id,
                        "kind": "call_in",
                        "date": self.entry.date,
                        "user_id": self.rep_a.id,
                        "partner_name": "Mr Wang",
                        "source_id": self.source.id,
                        "is_valid": False,
                        "invalid_reason": "survey",
                        "surveyor": "Rival & Co",
                        "note": "Found out later",
                    }
                )
            )

    def check(self, moment="2026-03-10 04:00:00"):
        with self.at(moment):
            self.run_cron("ir_cron_restate_filings")
        return self.filing.restatement_ids

    def test_nothing_moved(self):
        self.assertFalse(self.check())

    def test_backdated_correction(self):
        """Must show 3: the filed form, its files and hashes stay; a restatement says
        what moved, from what to what, and why."""
        self.correct()
        restatement = self.check()
        self.assertEqual(restatement.state, "due")
        self.assertEqual(restatement.responsible_id, self.clerk)
        self.assertEqual(restatement.activity_ids.user_id, self.clerk)
        changed = {
            (one["section"], one["line"], one["column"]): (one["before"], one["after"])
            for one in restatement.changes["moved"]
        }
        self.assertEqual(changed["By Kind", "Total", "Calls"], ("1", "0"))
        self.assertEqual(changed["By Kind", "Total", "Not Counted"], ("0", "1"))
        causes = restatement.changes["causes"]
        self.assertEqual(
            [(one["kind"], one["user"], one["record"]) for one in causes],
            [("Correction in the register", "manager", "2026-03-09 10:00")],
        )
        self.assertEqual(self.snapshot(), self.frozen)
        self.assertTrue(self.filing._is_intact())

        self.file(restatement, "2026-03-10 05:00:00", self.clerk)
        self.assertEqual(self.snapshot(), self.frozen)
        titles = [one["title"] for one in restatement.figures["sections"]]
        self.assertEqual(titles[-2:], ["What Moved", "Why"])
        self.assertIn(self.filing.name, restatement.figures["state"])
        self.assertTrue(restatement._is_intact())
        self.assertFalse(self.check() - restatement)
        live = self.compile(G1, self.manager, "2026-03-09")
        self.assertEqual(live["state"], f"Restated {restatement.name}")
        self.assertTrue(live["filing"]["restated"])

    def test_a_late_entry_is_named(self):
        with self.at("2026-03-10 03:00:00"):
            self.make_entry(self.rep_b, "2026-03-09 08:00:00", partner_name="Ms Li")
        causes = self.check().changes["causes"]
        self.assertEqual(
            [(one["kind"], one["record"]) for one in causes],
            [("Late entry in the register", "2026-03-09 16:00")],
        )

    def test_one_restatement_at_a_time(self):
        """Until it is filed it gathers what moves; what moves back needs none."""
        self.correct()
        first = self.check()
        with self.at("2026-03-10 03:00:00"):
            late = self.make_entry(self.rep_b, "2026-03-09 08:00:00")
        self.assertEqual(self.check(), first)
        self.assertEqual(len(first.changes["causes"]), 2)
        late.sudo().unlink()
        self.env["property.interaction"].search(
            [("corrects_id", "=", self.entry.id)]
        ).unlink()
        self.assertFalse(self.check())

    def test_nothing_to_restate_is_not_filed(self):
        self.correct()
        restatement = self.check()
        self.env["property.interaction"].search(
            [("corrects_id", "=", self.entry.id)]
        ).unlink()
        with self.assertRefused("Nothing has moved"):
            self.file(restatement, "2026-03-10 05:00:00", self.clerk)

    def test_a_restatement_is_restated(self):
        """The second says what moved since the first, and names the original."""
        self.correct()
        first = self.file(self.check(), "2026-03-10 05:00:00", self.clerk)
        with self.at("2026-03-11 03:00:00"):
            self.make_entry(self.rep_b, "2026-03-09 08:00:00")
        second = self.check("2026-03-11 04:00:00") - first
        self.assertEqual(second.restatement_of, self.filing)
        self.assertEqual(second.changes["of"], first.name)
        columns = {one["column"]: one["after"] for one in second.changes["moved"]}
        self.assertEqual(columns["Calls"], "1")

    def test_checked_back_as_far_as_the_policy_says(self):
        self.correct()
        self.assertFalse(self.check("2026-09-01 04:00:00"))

    def test_on_demand(self):
        action = self.filing.with_user(self.clerk).action_check()
        self.assertEqual(action["tag"], "display_notification")
        self.correct()
        action = self.filing.with_user(self.clerk).action_check()
        self.assertEqual(
            action["domain"], [("id", "in", self.filing.restatement_ids.ids)]
        )


@tagged("post_install", "-at_install")
class TestFilingSums(FilingCommon, TransactionCase):
    """G21: the week sums the filed days, the month the days, and says where not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule.active = False
        for rhythm in ("day", "week", "month"):
            cls.make_rule(
                G8,
                rhythm=rhythm,
                role="manager",
                user_id=False,
                date_start="2026-03-02",
            )
        with freeze_time("2026-03-03 02:00:00"):
            client = cls.make_client(cls.rep_a)
            cls.deposit = cls.open_slip(client, cls.unit)
            cls.confirm_deposit(cls.deposit)

    def file_days(self, but=()):
        with self.at("2026-03-31 10:00:00"):
            for rule in self.env["property.filing.rule"].search([]):
                self.filings._make_due(rule)
            for filing in self.of_form(G8).filtered(lambda f: f.rhythm == "day"):
                if str(filing.period_start) not in but:
                    filing.with_user(self.manager).action_file()

    def filed(self, rhythm, first):
        filing = self.of_form(G8).filtered(
            lambda one: one.rhythm == rhythm and str(one.period_start) == first
        )
        return self.file(filing, "2026-03-31 11:00:00", self.manager)

    def test_they_agree(self):
        self.file_days()
        self.assertFalse(self.filed("week", "2026-03-02").differences)
        self.assertFalse(self.filed("month", "2026-03-01").differences)

    def test_a_day_is_not_filed(self):
        self.file_days(but=("2026-03-05",))
        week = self.filed("week", "2026-03-02")
        self.assertEqual(week.differences, [{"rhythm": "day", "missing": "2026-03-05"}])
        last = week.figures["sections"][-1]
        self.assertEqual(last["title"], "Against the Filed Forms")
        self.assertEqual(last["rows"][0]["values"][0], "Not filed: 2026-03-05")

    def test_they_differ(self):
        """A deposit of Tuesday is cancelled after Tuesday's form was filed: the week
        says where it differs from its days, until Tuesday is restated."""
        self.file_days()
        self.deposit._write_through({"state": "cancelled"})
        week = self.filed("week", "2026-03-02")
        found = {one["column"]: (one["here"], one["sum"]) for one in week.differences}
        self.assertEqual(found["Price"], ("0", f"{self.deposit.price:,.0f}"))

    def test_the_days_restatement_counts(self):
        self.file_days()
        self.deposit._write_through({"state": "cancelled"})
        tuesday = self.of_form(G8).filtered(
            lambda one: one.rhythm == "day" and str(one.period_start) == "2026-03-03"
        )
        with self.at("2026-03-31 10:30:00"):
            restatement = tuesday._restate()
            restatement.with_user(self.manager).action_file()
        self.assertFalse(self.filed("week", "2026-03-02").differences)
