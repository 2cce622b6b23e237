import io
import re
import unicodedata
from datetime import date
from unittest.mock import patch

from pypdf import PdfReader

from odoo.tests import TransactionCase, tagged

from ..reports.form_table import Column, Section, cell_kind, written
from ..reports.property_form_pdf import typeset
from .test_form import G3, FormCommon, FormFacts

# Signs that a PDF draws by another one that looks the same.
TWINS = str.maketrans(
    "⻙⻢⻚⻩⻰⻘戶⻓⻔⻋⻅⻉⻛⻜⻝⻥⻦⻨⻬⻮⻳‒〜",
    "韦马页黄龙青户长门车见贝风飞食鱼鸟麦齐齿龟–~",
)


def squeezed(text):
    """The signs of a text without the space between them, each in its usual form."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).translate(TWINS))


class PaperCommon(FormCommon):
    def pages(self, model, form):
        """The text of each page that the real engine prints."""
        model = model.with_context(force_report_rendering=True)
        with self.allow_pdf_render():
            content = model._render_form(form, "pdf")[1]
        return [
            squeezed(page.extract_text())
            for page in PdfReader(io.BytesIO(content)).pages
        ]

    @staticmethod
    def lines(form):
        """The text of each row of a form, as it is printed."""
        for section in form["sections"]:
            for row in section["rows"]:
                yield squeezed(
                    "".join(
                        written(value, cell_kind(column, row))
                        for value, column in zip(
                            row["values"], section["columns"], strict=True
                        )
                    )
                )


@tagged("post_install", "-at_install")
class TestPaperOfForms(FormFacts, PaperCommon, TransactionCase):
    """PDF = JSON: what the printed page says, of every form there is."""

    def test_paper_has_the_figures(self):
        """G1-G21: every row in its order, whole, in Chinese."""
        for model, form in self.forms():
            with self.subTest(model._name):
                text = "".join(self.pages(model, form))
                place = 0
                for line in self.lines(form):
                    found = text.find(line, place)
                    self.assertGreaterEqual(found, 0, line)
                    place = found + len(line)


@tagged("post_install", "-at_install")
class TestPaper(PaperCommon, TransactionCase):
    """What the engine does for every form on paper."""

    def printed(self, *sections):
        form = self.env[G3].with_user(self.manager).with_context(lang="zh_CN")
        with patch.object(type(form), "_sections", lambda *_args: list(sections)):
            compiled = form.compile({"project_id": self.project.id})
        return compiled, self.pages(form, compiled)

    def long_section(self, title):
        section = Section(
            title,
            [
                Column("client", "客户称呼", width=20),
                Column("day", "认购日期", "date", 12),
                Column("price", "总价", "yuan", 6),
            ],
            new_page=True,
        )
        for number in range(120):
            section.add(f"客户{number}", date(2026, 3, 1), 1_234_567.0 + number)
        section.add("合计", None, 148_155_180.0, level="total")
        return section

    def test_long_list(self):
        """Heads on every page, totals on the last; each section begins a page."""
        form, pages = self.printed(self.long_section("甲"), self.long_section("乙"))
        self.assertGreaterEqual(len(pages), 4)
        for page in pages[:-1]:
            self.assertIn("客户称呼认购日期总价", page)
        firsts = [number for number, page in enumerate(pages) if "客户02026" in page]
        totals = [
            number for number, page in enumerate(pages) if "合计148,155,180" in page
        ]
        self.assertEqual(firsts[0], 0)
        self.assertEqual(firsts[1], totals[0] + 1)
        self.assertGreaterEqual(totals[1], len(pages) - 2)
        self.assertEqual("".join(pages).count("合计"), 2)

    def short_section(self, title, rows, columns=2):
        section = Section(
            title, [Column(f"c{n}", f"列{n}", "integer", 8) for n in range(columns)]
        )
        for number in range(rows):
            section.add(*[1000 * number] * columns)
        return section

    def test_title_is_not_repeated(self):
        """What a list has in common with the form is written once."""
        title = (
            self.env["property.form.sales_daily"].with_context(lang="zh_CN")._title()
        )
        _form, [page] = self.printed(self.short_section(title, 3))
        self.assertEqual(page.count(squeezed(title)), 1)
        _form, [page] = self.printed(
            self.short_section(title, 3), self.short_section("其他", 3)
        )
        self.assertEqual(page.count(squeezed(title)), 1)
        self.assertEqual(page.count("其他"), 1)

    def test_headings_stay_with_their_tables(self):
        """No heading and no two or three lines alone at the foot of a page, wherever
        the table before it ends; a short table is not broken."""
        for above in range(60, 80, 2):
            for rows, least in ((12, 12), (60, 5)):
                _form, pages = self.printed(
                    self.short_section("上表", above), self.short_section("下表", rows)
                )
                # The engine draws what it moves once more where nobody sees it.
                page = [page for page in pages if "下表" in page][-1]
                below = page.split("下表")[1]
                shown = [1000 * n for n in range(rows) if f"{1000 * n:,}" * 2 in below]
                self.assertGreaterEqual(len(shown), least, (above, rows))

    def test_type_is_as_large_as_the_line_lets_it(self):
        """What fills its line is small, what is narrow is not, nor as wide."""
        [wide, narrow, long] = [
            self.short_section("表", *size).as_json()
            for size in ((5, 26), (5, 4), (100, 4))
        ]
        self.assertEqual(typeset(wide, 205)["size"], 8.5)
        self.assertEqual(typeset(wide, 205)["width"], 100)
        self.assertEqual(typeset(narrow, 205)["size"], 11)
        self.assertEqual(typeset(narrow, 205)["width"], round(32 * 11 / 8.5 / 2.05))
        self.assertEqual(typeset(long, 205)["size"], 9.5)
        self.assertFalse(typeset(narrow, 205)["is_beside"])
        narrow["charts"] = [{}]
        self.assertTrue(typeset(narrow, 205)["is_beside"])
        wide["charts"] = [{}]
        self.assertFalse(typeset(wide, 205)["is_beside"])

    def test_numbers_are_not_cut(self):
        """A column grows to its longest number, and the paper with it."""
        section = Section(
            "甲", [Column(f"c{n}", f"列{n}", "money", 6) for n in range(20)]
        )
        section.add(*[123_456_789.12 + n for n in range(20)])
        form, pages = self.printed(section)
        self.assertEqual(self.env[G3]._paper(form), "_a3")
        self.assertIn(next(self.lines(form)), pages[0])
