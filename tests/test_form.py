import io
import json
import re
import unicodedata
from datetime import date

import msoffcrypto
import openpyxl
from freezegun import freeze_time
from lxml import html
from pypdf import PdfReader

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, tagged

from ..models.res_users import ROLES
from ..reports.form_table import (
    Column,
    Figure,
    Section,
    cell_kind,
    head_groups,
    plain,
    written,
)
from .common import PropertyCommon

G1 = "property.form.visitors"
G3 = "property.form.sales_daily"
G8 = "property.form.owners"
G2 = "property.form.reps_daily"
G4 = "property.form.channels_daily"
G5 = "property.form.reps_weekly"
G6 = "property.form.monthly"
FAIRNESS = "property.form.fairness"
FILINGS = "property.form.filings"


class FormCommon(PropertyCommon):
    @classmethod
    def compile(cls, name, user, day=None, lang="en_US", **options):
        options = {"project_id": cls.project.id, "date_to": day} | options
        form = cls.env[name].with_user(user)
        return form.with_context(lang=lang).compile(options)

    @staticmethod
    def cells(form, section, label, key):
        """The values of column `key` in the rows of the group `label`."""
        block = form["sections"][section]
        place = [column["key"] for column in block["columns"]].index(key)
        starts = [row["values"][0] for row in block["rows"]].index(label)
        values = [block["rows"][starts]["values"][place]]
        for row in block["rows"][starts + 1 :]:
            if row["values"][0] is not None:
                break
            values.append(row["values"][place])
        return values

    @staticmethod
    def counted(label):
        """How many the label of a sum says it sums."""
        return int(re.search(r": (\d+)\)$", label)[1])

    @classmethod
    def make_entry(cls, user, moment, kind="call_in", **vals):
        values = {
            "project_id": cls.project.id,
            "kind": kind,
            "date": moment,
            "partner_name": "Mr Wang",
            "source_id": cls.source.id,
        }
        return cls.env["property.interaction"].with_user(user).create(values | vals)


@tagged("post_install", "-at_install")
class TestFormTable(TransactionCase):
    def test_row_fits_columns(self):
        section = Section("S", [Column("a", "A"), Column("b", "B")])
        with self.assertRaises(ValueError):
            section.add(1)

    def test_written(self):
        for value, kind, text in (
            (1234.5, "money", "1,234.50"),
            (1234.5, "yuan", "1,234"),
            (12.345, "percent", "12.3%"),
            (0, "integer", "0"),
            (None, "money", ""),
            ("Wang", "text", "Wang"),
        ):
            self.assertEqual(written(value, kind), text)

    def test_head_groups(self):
        columns = [{"group": group} for group in ("", "", "x", "x", "", "x")]
        self.assertEqual(
            head_groups(columns), [["", 1], ["", 1], ["x", 2], ["", 1], ["x", 1]]
        )

    def test_json_is_plain(self):
        section = Section("S", [Column("a", "A"), Column("b", "B", "date")])
        section.add(Figure(2, "res.users", (1, 2)), date(2026, 3, 1))
        row = json.loads(json.dumps(section.as_json()))["rows"][0]
        self.assertEqual(row["values"], [2, "2026-03-01"])
        self.assertEqual(row["drill"], [True, False])


@tagged("post_install", "-at_install")
class TestSalesDaily(FormCommon, TransactionCase):
    """G3 and A6: stock of any day, sales of day, month and since opening."""

    @classmethod
    def setUpClass(cls):
        with freeze_time("2026-03-01 02:00:00"):
            super().setUpClass()
        with freeze_time("2026-03-10 02:00:00"):
            client = cls.make_client(cls.rep_a)
            cls.deposit = cls.open_slip(client, cls.unit)
            cls.deposit.with_user(cls.clerk).action_register_payment()
        with freeze_time("2026-04-02 15:30:00"):  # 23:30 in Shanghai
            cls.deposit.with_user(cls.finance).action_confirm()
        with freeze_time("2026-04-03 16:30:00"):  # 00:30 on the 4th
            cls.sign_contract(cls.deposit)

    def test_stock_of_each_day(self):
        for day, state in (
            ("2026-03-01", "available"),
            ("2026-03-10", "slip"),
            ("2026-04-01", "slip"),
            ("2026-04-02", "deposit"),
            ("2026-04-03", "deposit"),
            ("2026-04-04", "contracted"),
        ):
            form = self.compile(G3, self.manager, day)
            counts = {
                key: self.cells(form, 0, "Total", key)[0]
                for key in ("available", "slip", "deposit", "contracted", "total")
            }
            expected = dict.fromkeys(("slip", "deposit", "contracted"), 0)
            expected |= {"available": 7, "total": 8}
            expected[state] += 1
            self.assertEqual(counts, expected, day)

    def test_before_the_units_existed(self):
        form = self.compile(G3, self.manager, "2026-02-28")
        self.assertEqual(self.cells(form, 0, "Total", "total"), [0, 0, 0])

    def test_flows_fall_on_the_local_day(self):
        """Confirmed at 23:30, signed at 00:30: the project's day, not UTC's."""
        price = self.deposit.price
        area = self.unit.area_gross
        for day, key, expected in (
            ("2026-04-01", "deposit_day", [0, 0, 0]),
            ("2026-04-02", "deposit_day", [1, area, price]),
            ("2026-04-03", "deposit_day", [0, 0, 0]),
            ("2026-04-30", "deposit_month", [1, area, price]),
            ("2026-05-01", "deposit_month", [0, 0, 0]),
            ("2026-05-01", "deposit_all", [1, area, price]),
            ("2026-04-03", "contract_day", [0, 0, 0]),
            ("2026-04-04", "contract_day", [1, area, price]),
            ("2026-05-01", "contract_month", [0, 0, 0]),
            ("2026-05-01", "contract_all", [1, area, price]),
        ):
            form = self.compile(G3, self.manager, day)
            self.assertEqual(self.cells(form, 0, "Total", key), expected, (day, key))

    def test_blocks_agree(self):
        """Every block splits the same units: its lines add up to the same total."""
        form = self.compile(G3, self.manager, "2026-04-04")
        totals = []
        for section in form["sections"]:
            lines = [row for row in section["rows"] if row["level"] == "line"]
            total = [row for row in section["rows"] if row["level"] == "total"]
            for place, column in enumerate(section["columns"]):
                if column["kind"] != "measure":
                    continue
                for measure in range(3):
                    self.assertAlmostEqual(
                        sum(row["values"][place] for row in lines[measure::3]),
                        total[measure]["values"][place],
                        2,
                    )
            totals.append([row["values"] for row in total])
        for other in totals[1:]:
            self.assertEqual(other, totals[0])

    def test_rates(self):
        self.env["property.unit"].browse(self.units[-1].id)._move("held")
        form = self.compile(G3, self.manager)
        self.assertEqual(self.cells(form, 0, "Total", "sell_through")[0], 12.5)
        self.assertEqual(self.cells(form, 0, "Total", "held_ratio")[0], 12.5)

    def test_amount_of_a_sold_unit_is_its_deal_price(self):
        self.assertEqual(
            self.cells(
                self.compile(G3, self.manager, "2026-04-04"), 0, "Total", "contracted"
            )[2],
            self.deposit.price,
        )

    def test_every_figure_opens_its_records(self):
        options = {"project_id": self.project.id, "date_to": "2026-04-04"}
        form = self.env[G3].with_user(self.manager)
        sections = form.compile(options)["sections"]
        opened = 0
        for number, section in enumerate(sections):
            for line, row in enumerate(section["rows"]):
                if row["kind"] != "integer":
                    continue
                for place, drill in enumerate(row["drill"]):
                    if section["columns"][place]["kind"] != "measure":
                        continue
                    self.assertEqual(drill, row["values"][place] > 0)
                    if not drill:
                        continue
                    action = form.drill(options, number, line, place)
                    records = self.env[action["res_model"]].search(action["domain"])
                    self.assertEqual(len(records), row["values"][place])
                    opened += 1
        self.assertGreater(opened, 50)

    def test_rates_open_their_units(self):
        options = {"project_id": self.project.id, "date_to": "2026-04-04"}
        form = self.env[G3].with_user(self.manager)
        keys = [
            column["key"] for column in form.compile(options)["sections"][0]["columns"]
        ]
        action = form.drill(options, 0, 0, keys.index("sell_through"))
        units = self.env["property.unit"].search(action["domain"])
        self.assertEqual(units, self.building.unit_ids)

    def test_no_records_behind_a_word(self):
        options = {"project_id": self.project.id}
        with self.assertRaises(UserError):
            self.env[G3].with_user(self.manager).drill(options, 0, 0, 1)


@tagged("post_install", "-at_install")
class TestVisitors(FormCommon, TransactionCase):
    """G1: the register of a day, with sub-totals."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_entry(cls.rep_a, "2026-03-09 15:30:00")  # 23:30 on the 9th
        cls.make_entry(cls.rep_a, "2026-03-09 16:30:00", "visit_first")  # 00:30, 10th
        cls.make_entry(cls.rep_b, "2026-03-10 15:30:00")  # 23:30 on the 10th
        cls.make_entry(
            cls.rep_b,
            "2026-03-10 03:00:00",
            is_valid=False,
            invalid_reason="survey",
            surveyor="Rival & Co",
        )
        cls.make_entry(cls.rep_b, "2026-03-10 16:30:00")  # 00:30 on the 11th

    def test_entries_of_the_local_day(self):
        for day, times in (
            ("2026-03-09", ["23:30"]),
            ("2026-03-10", ["00:30", "11:00", "23:30"]),
            ("2026-03-11", ["00:30"]),
        ):
            form = self.compile(G1, self.manager, day)
            rows = form["sections"][0]["rows"]
            self.assertEqual([row["values"][1] for row in rows], times)

    def test_subtotals(self):
        form = self.compile(G1, self.manager, "2026-03-10")
        expected = {"calls": 1, "visits": 1, "invalid": 1, "total": 3}
        for section in (1, 2, 3):
            for key, count in expected.items():
                self.assertEqual(self.cells(form, section, "Total", key), [count])
        self.assertEqual(self.cells(form, 3, "rep_a", "visits"), [1])
        self.assertEqual(self.cells(form, 3, "rep_b", "invalid"), [1])

    def test_a_rep_reads_his_own(self):
        """J1: forms show what record rules let the reader see."""
        rows = self.compile(G1, self.rep_a, "2026-03-10")["sections"][0]["rows"]
        self.assertEqual(len(rows), 1)

    def test_one_host(self):
        form = self.compile(G1, self.manager, "2026-03-10", user_id=self.rep_b.id)
        self.assertEqual(len(form["sections"][0]["rows"]), 2)

    def test_personal_data_is_marked(self):
        self.assertTrue(self.compile(G1, self.manager)["personal"])
        self.assertFalse(self.compile(G3, self.manager)["personal"])


@tagged("post_install", "-at_install")
class TestOwners(FormCommon, TransactionCase):
    """G8, E3: the register of owners is written by the confirmed deposit."""

    def test_confirmed_deposit_then_contract(self):
        client = self.make_client(self.rep_a, contact_name="Ms Li")
        deposit = self.open_slip(client, self.unit)
        self.assertEqual(self.rows(), [])
        self.confirm_deposit(deposit)
        row = self.rows()[0]
        self.assertEqual(row["unit"], self.unit.name)
        self.assertEqual(row["owners"], "Ms Li")
        self.assertEqual(row["price"], deposit.price)
        self.assertIsNone(row["contract"])
        deposit.plan_id = False
        self.assertIsNone(self.rows()[0]["method"])
        deposit.plan_id = self.plan_mortgage
        self.assertEqual(self.rows()[0]["method"], "Mortgage")
        contract = self.sign_contract(deposit)
        deposit._write_through({"plan_id": False})
        row = self.rows()[0]
        self.assertEqual(row["method"], "Mortgage")
        self.assertEqual(row["contract"], contract.name)
        self.assertEqual(row["rep"], "rep_a")

    def rows(self):
        section = self.compile(G8, self.service, None)["sections"][0]
        keys = [column["key"] for column in section["columns"]]
        return [
            dict(zip(keys, row["values"], strict=True))
            for row in section["rows"]
            if row["level"] == "line"
        ]

    def test_who_gave_the_unit_up_is_no_owner(self):
        """E3: the register holds the deposits that stand."""
        deposit = self.confirm_deposit(
            self.open_slip(self.make_client(self.rep_a), self.unit)
        )
        for state in ("cancelled", "exchanged"):
            deposit._write_through({"state": state})
            self.assertEqual(self.rows(), [], state)

    def test_total_line(self):
        for unit in self.units[:2]:
            self.confirm_deposit(self.open_slip(self.make_client(self.rep_a), unit))
        section = self.compile(G8, self.finance)["sections"][0]
        total = section["rows"][-1]["values"]
        keys = [column["key"] for column in section["columns"]]
        self.assertEqual(
            total[keys.index("price")], sum(self.units[:2].mapped("list_price"))
        )
        self.assertEqual(total[keys.index("deposit")], 40_000)


@tagged("post_install", "-at_install")
class TestFormAccess(FormCommon, TransactionCase):
    """H1, J1: who sees which form of which project."""

    ROLES = {
        G1: {"rep", "clerk", "supervisor", "manager", "hq"},
        "property.form.calls": {"rep", "clerk", "supervisor", "manager", "hq"},
        "property.form.visits": {"rep", "clerk", "supervisor", "manager", "hq"},
        "property.form.units": set(ROLES),
        G3: set(ROLES),
        G8: {"finance", "service", "manager", "hq"},
        "property.form.cases": {"rep", "service", "supervisor", "manager", "hq"},
        "property.form.receipts": {"clerk", "finance", "manager", "hq"},
        "property.form.unsigned": set(ROLES) - {"service"},
        "property.form.payments": set(ROLES) - {"control", "service"},
        "property.form.deferrals": set(ROLES) - {"control", "service"},
        FAIRNESS: {"rep", "clerk", "supervisor", "manager", "hq"},
        G2: {"clerk", "supervisor", "manager", "hq"},
        G4: {"clerk", "supervisor", "manager", "hq"},
        G5: {"clerk", "supervisor", "manager", "hq"},
        G6: {"clerk", "supervisor", "manager", "hq"},
        FILINGS: {"manager", "hq"},
        "property.form.cash": {"finance", "manager", "hq"},
        "property.form.prospects": {"rep", "clerk", "supervisor", "manager", "hq"},
        "property.form.followups": {"rep", "clerk", "supervisor", "manager", "hq"},
        "property.form.client_file": {
            *("rep", "clerk", "service", "supervisor", "manager", "hq"),
        },
        "property.form.changes": set(ROLES) - {"service"},
        "property.form.cancellations": set(ROLES) - {"rep", "service"},
        "property.form.discounts": set(ROLES) - {"service"},
        "property.form.contracts": set(ROLES),
    }

    def test_every_form_has_a_row_here(self):
        self.assertEqual(
            {f._name for f in self.env["property.form"]._forms()}, {*self.ROLES}
        )

    def test_roles(self):
        for name, roles in self.ROLES.items():
            for role, user in self.actors.items():
                with self.subTest(form=name, role=role):
                    if role in roles:
                        self.assertTrue(self.compile(name, user)["sections"])
                    else:
                        with self.assertRaises(AccessError):
                            self.compile(name, user)

    def test_other_project(self):
        for name in self.ROLES:
            with self.subTest(form=name), self.assertRaises(AccessError):
                self.compile(name, self.manager, project_id=self.other_project.id)

    def test_settings_offer_own_projects(self):
        settings = self.env[G3].with_user(self.rep_c).settings()
        self.assertEqual(
            [project["id"] for project in settings["projects"]],
            self.other_project.ids,
        )

    def test_period_must_not_end_before_it_begins(self):
        with self.assertRaises(UserError):
            self.compile(G8, self.manager, "2026-01-01", date_from="2026-01-02")


class FormFacts(FormCommon):
    """Something for every form to show."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        client = cls.make_client(cls.rep_a, contact_name="王女士")
        cls.make_entry(cls.rep_a, "2026-03-10 02:00:00", partner_name="王女士")
        cls.make_entry(cls.rep_a, fields.Datetime.now(), partner_name="李先生")
        cls.pay(cls.sell(client, cls.unit), 50_000)
        cls.open_slip(cls.make_client(cls.rep_a), cls.unit_3)
        today = cls.project.local_day()
        rule = cls.env["property.filing.rule"].create(
            {
                "project_id": cls.project.id,
                "form": G3,
                "role": "supervisor",
                "date_start": today,
            }
        )
        cls.env["property.filing"]._make_due(rule)
        cls.options = {
            "project_id": cls.project.id,
            "date_from": "2026-01-01",
            "date_to": today.isoformat(),
        }

    def forms(self):
        """(form as who may read it, its figures), of every form of the registry."""
        for form in self.env["property.form"]._forms():
            role = next(role for role in ("manager", *ROLES) if role in form._roles)
            form = form.with_user(self.actors[role]).with_context(lang="zh_CN")
            yield form, json.loads(json.dumps(form.compile(self.options)))


@tagged("post_install", "-at_install")
class TestFormFiles(FormFacts, HttpCase):
    """PDF = workbook = screen = JSON, figure by figure, of every form there is."""

    def get(self, form, fmt, **options):
        return self.url_open(
            f"/property/form/{form}/{fmt}",
            params={"options": json.dumps(self.options | options)},
        )

    def test_workbook_has_the_figures_as_numbers(self):
        """G1-G21: each value in its cell, as a number, day or text."""
        for model, form in self.forms():
            with self.subTest(model._name):
                content = model._render_form(form, "xlsx")[1]
                self.assertBook(openpyxl.load_workbook(io.BytesIO(content)), form)

    def assertBook(self, book, form):
        sheets = [one for one in book.worksheets if one.sheet_state == "visible"]
        for sheet, section in zip(sheets, form["sections"], strict=True):
            columns = section["columns"]
            top = 5 + any(column["group"] for column in columns)
            for line, row in enumerate(section["rows"], top):
                for place, column in enumerate(columns):
                    cell = sheet.cell(line, place + 1).value
                    kind = cell_kind(column, row)
                    if hasattr(cell, "isoformat"):
                        cell = plain(cell if kind == "datetime" else cell.date())
                    value = row["values"][place]
                    self.assertEqual(cell, value, (section["title"], line, place))
            self.assertEqual(sheet.freeze_panes, f"B{top}")
            self.assertFiltered(sheet, section["rows"], top)
            self.assertEqual(sheet.print_title_rows, f"$1:${top - 1}")
            self.assertEqual(sheet.page_setup.fitToHeight, 0)

    def assertFiltered(self, sheet, rows, top):
        """The filter's buttons are in the head, and a total is not sorted away."""
        lines = [number for number, row in enumerate(rows) if row["level"] == "line"]
        if lines:
            first, last = sheet.auto_filter.ref.split(":")
            self.assertEqual(first, f"A{top - 1}")
            self.assertEqual(int(re.sub(r"\D", "", last)), top + lines[-1])
        else:
            self.assertIsNone(sheet.auto_filter.ref)

    def test_page_has_the_figures(self):
        """G1-G21: each value in its place on the page before it is printed; see
        `test_form_paper` for the print."""
        for model, form in self.forms():
            with self.subTest(model._name):
                report = self.env["ir.actions.report"].with_user(model.env.user)
                content = report.with_context(lang="zh_CN")._render_qweb_html(
                    "crm_property_sales.report_property_form", [], {"form": form}
                )[0]
                self.assertPage(html.fromstring(content), form)

    def assertPage(self, page, form):
        tables = page.xpath("//table[contains(@class, 'property-table')]")
        for table, section in zip(tables, form["sections"], strict=True):
            rows = section["rows"]
            for line, row in zip(table.xpath("tbody/tr"), rows, strict=True):
                expected = [
                    written(value, cell_kind(column, row))
                    for value, column in zip(
                        row["values"], section["columns"], strict=True
                    )
                ]
                if row["level"] == "words":
                    expected = expected[:1]
                cells = [cell.text_content() for cell in line.xpath("td")]
                self.assertEqual(cells, expected, section["title"])

    def test_figures_open_their_records(self):
        """G1-G21: the first figure of each table that opens something."""
        for model, form in self.forms():
            for number, section in enumerate(form["sections"]):
                place = next(
                    (
                        (line, column)
                        for line, row in enumerate(section["rows"])
                        for column, opens in enumerate(row["drill"])
                        if opens
                    ),
                    None,
                )
                if place:
                    with self.subTest(model._name, section=section["title"]):
                        action = model.drill(self.options, number, *place)
                        records = model.env[action["res_model"]]
                        self.assertTrue(records.search_count(action["domain"]))

    def test_download(self):
        """What the browser gets is the same; clients' data closed and on record (J4,
        J8)."""
        self.authenticate("manager", "managerx")
        lang = self.session.context["lang"]
        for name in (G1, G3, G8):
            form = self.compile(name, self.manager, lang=lang, **self.options)
            content = self.get(name, "xlsx").content
            if form["personal"]:
                office = msoffcrypto.OfficeFile(io.BytesIO(content))
                self.assertTrue(office.is_encrypted())
                office.load_key(password=self.project.file_password)
                opened = io.BytesIO()
                office.decrypt(opened)
                content = opened.getvalue()
            self.assertBook(openpyxl.load_workbook(io.BytesIO(content)), form)
        logs = self.env["property.access.log"].search([("kind", "=", "export")])
        self.assertEqual(len(logs), 2)
        self.assertEqual(logs.user_id, self.manager)

    def test_pdf_pages(self):
        """The real engine: Chinese text, head, page numbers."""
        with self.allow_pdf_render():
            name, content = (
                self.env[G1]
                .with_user(self.manager)
                .with_context(force_report_rendering=True)
                ._render(self.options | {"date_to": "2026-03-10"}, "pdf")
            )
        self.assertTrue(name.endswith("_Test Garden_2026-03-10.pdf"))
        text = self.pdf_text(content)
        self.assertIn("王女士", text)
        self.assertIn("Calls and Visits of the Day", text)
        self.assertRegex(text, r"Page\s+1\s*/\s*1")
        self.assertIn("Internal: not to be passed on", text)

    def test_slip(self):
        """E1: the printed slip says which unit, for whom, until when, with a code."""
        slip = self.open_slip(
            self.make_client(self.rep_a, contact_name="李先生"), self.unit_2
        )
        with self.allow_pdf_render():
            content = (
                self.env["ir.actions.report"]
                .with_user(self.control)
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf("crm_property_sales.report_property_slip", slip.ids)[
                    0
                ]
            )
        text = self.pdf_text(content)
        code = " ".join(slip.check_code)  # set wide
        for part in (slip.name, self.unit_2.name, "李先生", code):
            self.assertIn(part, text)

    def test_draft_is_no_slip(self):
        draft = self.make_slip(self.make_client(self.rep_a), self.unit_2)
        with self.assertRaises(UserError):
            draft._qr_code()

    def test_check_code_depends_on_the_figures(self):
        slip = self.open_slip(self.make_client(self.rep_a), self.unit_2)
        code = slip.check_code
        slip._write_through({"price": slip.price + 1})
        self.assertNotEqual(slip.check_code, code)

    @staticmethod
    def pdf_text(content):
        """The text of a PDF; some signs are drawn by their radicals' twins."""
        pages = PdfReader(io.BytesIO(content)).pages
        text = "\n".join(page.extract_text() for page in pages)
        return unicodedata.normalize("NFKC", text)

    def test_bad_requests(self):
        self.authenticate("manager", "managerx")
        for path, status in (
            (f"/property/form/{G3}/docx", 404),
            ("/property/form/res.users/xlsx", 404),
            (f"/property/form/{G3}/xlsx?options=[]", 400),
            (f"/property/form/{G3}/xlsx?options=nonsense", 400),
        ):
            self.assertEqual(self.url_open(path).status_code, status, path)

    def test_download_respects_roles(self):
        self.authenticate("rep_a", "rep_axxx")
        with self.assertLogs("odoo.http", "WARNING"):
            self.assertEqual(self.get(G8, "xlsx").status_code, 403)
