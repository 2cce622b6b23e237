import io
from datetime import date
from unittest.mock import patch

import openpyxl
from freezegun import freeze_time
from lxml import html

from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from ..reports.form_chart import chart_image
from ..reports.form_table import Chart, Column, Figure, Section, paper_widths
from .test_form import G1, G3, FormCommon

FORM = "odoo.addons.crm_property_sales.reports.property_form_sales_daily"


@tagged("post_install", "-at_install")
class TestFormEngine(FormCommon, TransactionCase):
    """What every form gets from the engine: charts, notes, domains, periods, paper."""

    def section(self):
        section = Section(
            "来电渠道",
            [Column("label", "渠道"), Column("calls", "来电", "integer")],
            note="第一行\n第二行",
        )
        for label, calls in (("户外", 3), ("微信", 5), ("老带新", 0)):
            section.add(label, calls)
        section.add("合计", 8, level="total")
        for kind in ("bar", "line", "pie"):
            section.charts.append(
                Chart.of(section, f"按渠道 {kind}", kind, "label", ["calls"])
            )
        return section

    def form(self, *sections):
        """The daily report, with sections of our own."""
        form = self.env[G3].with_user(self.manager)
        with patch.object(type(form), "_sections", lambda *_args: list(sections)):
            return form.compile({"project_id": self.project.id})

    def test_chart_is_of_the_lines(self):
        chart = self.form(self.section())["sections"][0]["charts"][0]
        self.assertEqual(chart["labels"], ["户外", "微信", "老带新"])
        self.assertEqual(chart["series"], [{"name": "来电", "values": [3, 5, 0]}])

    def test_chart_on_paper(self):
        form = self.form(self.section())
        page = html.fromstring(
            self.env["ir.actions.report"]._render_qweb_html(
                "crm_property_sales.report_property_form", [], {"form": form}
            )[0]
        )
        images = page.xpath("//div[@class='property-charts']/img/@src")
        self.assertEqual(
            images, [chart_image(chart) for chart in form["sections"][0]["charts"]]
        )
        self.assertIn("第二行", page.xpath("string(//div[@class='property-note'])"))

    def test_chart_without_figures(self):
        """Nothing to draw is no error: an empty day has an empty chart."""
        for kind in ("bar", "line", "pie"):
            for labels, series in (([], []), (["a"], [("b", [0])])):
                chart_image(Chart("t", kind, labels, series).as_json())

    def book(self, form):
        report = self.env["ir.actions.report"].with_user(self.manager)
        content = report._render_xlsx(
            "crm_property_sales.property_form_xlsx", [], {"form": form}
        )[0]
        return openpyxl.load_workbook(io.BytesIO(content))

    def test_chart_in_the_workbook(self):
        """Native charts, drawn from cells that hold the figures."""
        book = self.book(self.form(self.section()))
        sheet, cells = book.worksheets
        self.assertEqual(cells.sheet_state, "hidden")
        self.assertEqual(
            [type(chart).__name__ for chart in sheet._charts],
            ["BarChart", "LineChart", "PieChart"],
        )
        for number in range(3):
            top = 1 + 5 * number
            rows = cells.iter_rows(top, top + 3, max_col=2, values_only=True)
            self.assertEqual(
                [*rows][1:], [("户外", 3), ("微信", 5), ("老带新", 0)], number
            )

    def test_names_of_sheets(self):
        """Two sections of one name, or one with signs no sheet may have."""
        columns = [Column("label", "")]
        sections = [Section(title, columns) for title in ("A/B", "A/B", "x" * 40)]
        names = [sheet.title for sheet in self.book(self.form(*sections)).worksheets]
        self.assertEqual(names, ["A／B", "A／B 2", "x" * 31])

    def test_figure_with_a_domain(self):
        """Drilling shows what the domain finds under the rules of who asks."""
        form = self.env[G1].with_user(self.manager)
        section = Section("S", [Column("a", "A"), Column("b", "B")])
        domain = [("user_id", "=", self.rep_a.id)]
        section.add(
            Figure.where(7, "property.interaction", domain),
            Figure.where(0, "property.interaction", domain),
        )
        self.assertEqual(section.as_json()["rows"][0]["drill"], [True, False])
        with patch.object(type(form), "_sections", lambda *_args: [section]):
            action = form.drill({"project_id": self.project.id}, 0, 0, 0)
        self.assertEqual(action["domain"], domain)
        self.assertEqual(action["res_model"], "property.interaction")

    # === Periods ===

    def period(self, period, **options):
        form = self.env[G3]
        with patch.object(type(form), "_period", period):
            scope = form._scope({"project_id": self.project.id} | options)
        return str(scope.date_from), str(scope.date_to)

    def test_periods(self):
        for period, day, expected in (
            ("day", "2026-03-01", ("2026-03-01", "2026-03-01")),
            ("week", "2026-03-01", ("2026-02-23", "2026-03-01")),  # a Sunday
            ("week", "2026-03-02", ("2026-03-02", "2026-03-08")),  # a Monday
            ("month", "2028-02-10", ("2028-02-01", "2028-02-29")),
            ("date", "2026-03-01", ("2026-03-01", "2026-03-01")),
        ):
            self.assertEqual(self.period(period, date_to=day), expected)
        self.assertEqual(
            self.period("range", date_from="2026-01-05", date_to="2026-03-01"),
            ("2026-01-05", "2026-03-01"),
        )

    @freeze_time("2026-03-01 16:30:00")  # Monday, 2 March, 00:30 in Shanghai
    def test_week_of_the_projects_today(self):
        self.assertEqual(self.period("week"), ("2026-03-02", "2026-03-08"))

    def test_week_of_the_project(self):
        """Monday to Sunday unless the project says otherwise."""
        self.project.week_start = "6"
        for day, first in (("2026-03-06", "2026-02-28"), ("2026-03-07", "2026-03-07")):
            bounds = self.project.week_bounds(date.fromisoformat(day))
            self.assertEqual(str(bounds[0]), first)
            self.assertEqual((bounds[1] - bounds[0]).days, 6)

    def test_threes_and_the_period_before(self):
        form = self.env[G3]
        scope = form._scope({"project_id": self.project.id, "date_to": "2026-03-05"})
        spans = [
            (key, str(one.date_from), str(one.date_to))
            for key, _label, one in form._threes(scope)
        ]
        self.assertEqual(
            spans,
            [
                ("period", "2026-03-05", "2026-03-05"),
                ("month", "2026-03-01", "2026-03-05"),
                ("year", "2026-01-01", "2026-03-05"),
            ],
        )
        self.assertEqual(str(scope.previous().date_from), "2026-03-04")
        with patch.object(type(form), "_period", "month"):
            scope = form._scope(
                {"project_id": self.project.id, "date_to": "2026-03-05"}
            )
            self.assertEqual(len(form._threes(scope)), 2)
        before = scope.previous()
        self.assertEqual(
            (str(before.date_from), str(before.date_to)), ("2026-02-01", "2026-02-28")
        )

    def test_date_form_is_filed_at_any_rhythm(self):
        """G21: what there is at the close of the last day; it adds up over nothing."""
        form = self.env[G3]
        with patch.object(type(form), "_period", "date"):
            form._check_rhythm("week")
            rule = self.env["property.filing.rule"].create(
                {
                    "project_id": self.project.id,
                    "form": G3,
                    "rhythm": "week",
                    "role": "supervisor",
                    "date_start": "2026-02-23",
                }
            )
            filing = self.env["property.filing"].create(
                {
                    "rule_id": rule.id,
                    "project_id": self.project.id,
                    "form": G3,
                    "rhythm": "week",
                    "period_start": "2026-02-23",
                    "period_end": "2026-03-01",
                    "deadline": "2026-03-02 04:00:00",
                    "approver_role": "manager",
                    "responsible_id": self.actors["supervisor"].id,
                }
            )
            shown = self.compile(G3, self.manager, "2026-03-01")
            self.assertEqual(shown["filing"]["id"], filing.id)
            self.assertIsNone(self.compile(G3, self.manager, "2026-02-28")["filing"])
            self.assertFalse(filing._finer("day"))
        with self.assertRaises(ValidationError):
            form._check_rhythm("week")

    # === Long lists ===

    def streamed(self, count):
        """A section of `count` rows that come one by one, and those that came."""
        section = Section("S", [Column("a", "A", "integer")])
        came = []

        def rows():
            for number in range(count):
                came.append(number)
                yield section.row(Figure(number, "res.users", (number,)))

        section.rows = rows()
        return section, came

    def test_workbook_takes_rows_as_they_come(self):
        """Of a long list the writer has one row at a time."""
        section, came = self.streamed(50)
        form = self.env[G3].with_user(self.manager)
        with patch.object(type(form), "_sections", lambda *_args: [section]):
            compiled = form._compile({"project_id": self.project.id}, stream=True)
            self.assertFalse(came)
            sheet = self.book(compiled).worksheets[0]
        self.assertEqual(came, [*range(50)])
        self.assertEqual([cell.value for cell in sheet["A"][4:54]], [*range(50)])
        self.assertEqual(sheet.auto_filter.ref, "A4:A54")

    def test_words_across_all_columns(self):
        """A line of words is as wide as the table; in the workbook it is not merged,
        so that the lines can be sorted."""
        section = Section("S", [Column("a", "A", "integer"), Column("b", "B")])
        section.add(1, "x")
        section.add("a long line of words", None, level="words")
        form = self.form(section)
        page = html.fromstring(
            self.env["ir.actions.report"]._render_qweb_html(
                "crm_property_sales.report_property_form", [], {"form": form}
            )[0]
        )
        [cell] = page.xpath("//tr[@class='words']/td")
        self.assertEqual(cell.get("colspan"), "2")
        self.assertEqual(paper_widths(form["sections"][0]), [10, 10])
        self.assertEqual(cell.text_content(), "a long line of words")
        sheet = self.book(form).worksheets[0]
        self.assertEqual(sheet["A6"].value, "a long line of words")
        self.assertNotIn("A6:B6", [str(one) for one in sheet.merged_cells.ranges])

    def test_stream_is_a_list_on_screen(self):
        compiled = self.form(self.streamed(3)[0])
        self.assertEqual(
            [row["values"] for row in compiled["sections"][0]["rows"]], [[0], [1], [2]]
        )
        self.assertEqual(self.streamed(3)[0].row_at(2).values[0].ids, (2,))

    # === Filters, paper ===

    def test_one_client(self):
        form = self.env[G3]
        client = self.make_client(self.rep_a)
        options = {"project_id": self.project.id, "client_id": client.id}
        self.assertFalse(form._scope(options).client)
        with patch.object(type(form), "_filters", ("client",)):
            self.assertEqual(form._scope(options).client, client)

    def test_too_long_for_paper(self):
        form = self.env[G3].with_user(self.manager)
        compiled = self.form(self.streamed(5_001)[0])
        with self.assertRaisesRegex(UserError, "5001 lines"):
            form._render_form(compiled, "pdf")

    def test_a_page_of_its_own(self):
        columns = [Column("a", "A")]
        form = self.form(*(Section("S", columns, new_page=True) for _number in "123"))
        page = html.fromstring(
            self.env["ir.actions.report"]._render_qweb_html(
                "crm_property_sales.report_property_form", [], {"form": form}
            )[0]
        )
        sections = page.xpath("//div[contains(@class, 'property-section')]/@class")
        self.assertEqual(
            ["property-new" in name for name in sections], [False, True, True]
        )

    def test_filters(self):
        """A filter that the form has not is not applied, whatever is sent."""
        options = {"project_id": self.project.id, "user_id": self.rep_a.id}
        self.assertEqual(self.env[G1]._scope(options).user, self.rep_a)
        self.assertFalse(self.env[G3]._scope(options).user)
        users = self.env[G1].with_user(self.manager).settings()["projects"][0]["users"]
        names = {user["name"] for user in users}
        self.assertTrue({"rep_a", "rep_b"} <= names)
        self.assertNotIn("finance", names)

    def test_paper_by_width(self):
        for width, paper in ((90, "_portrait"), (200, ""), (260, "_a3")):
            form = self.form(Section("S", [Column("a", "A", width=width)]))
            self.assertEqual(self.env[G3]._paper(form), paper)
