import io
import json
from datetime import datetime

import openpyxl
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from ..reports import property_form_client_file
from .test_form import FormCommon
from .test_metric import MetricCommon

G7 = "property.form.prospects"
G17 = "property.form.client_file"
G20 = "property.form.followups"


class ListCommon(MetricCommon, FormCommon):
    @classmethod
    def setUpClass(cls):
        with freeze_time("2026-03-01 02:00:00"):
            super().setUpClass()

    @staticmethod
    def lines(section, *levels):
        """The rows of a section as dicts; of `levels`, or the lines."""
        keys = [column["key"] for column in section["columns"]]
        return [
            dict(zip(keys, row["values"], strict=True))
            for row in section["rows"]
            if row["level"] in (levels or ("line",))
        ]

    @classmethod
    def at(cls, moment):
        return freeze_time(f"2026-{moment}")

    def headings(self, name, **options):
        form = self.compile(name, self.manager, lang="zh_CN", **options)
        return " · ".join(column["label"] for column in form["sections"][-1]["columns"])

    def assertSameQueries(self, make, name, **options):
        """Three times as many lines cost no query more."""
        counts = []
        for _time in range(3):  # the first one warms the registry's caches
            make()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.compile(name, self.manager, **options)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])


@tagged("post_install", "-at_install")
class TestProspects(ListCommon, TransactionCase):
    """G7: per rep, whom he had at the close of a day and had not sold to."""

    def pages(self, day=None, user=None, **options):
        """{rep: {client: row}}"""
        form = self.compile(G7, user or self.manager, day, **options)
        return {
            section["title"]: {row["client"]: row for row in self.lines(section)}
            for section in form["sections"]
            if section["new_page"]
        }

    def clients(self, day, **options):
        pages = self.pages(f"2026-{day}", **options)
        return {rep: [*rows] for rep, rows in pages.items() if rows}

    def test_columns(self):
        self.make_client(self.rep_a)
        self.assertEqual(
            self.headings(G7),
            "登记编号 · 登记日期 · 客户 · 电话 · 等级 · 意向房源/户型 · 预算 · 用途 · "
            "渠道 · 到访次数 · 最近跟进 · 跟进次数 · 归属到期 · 下次跟进 · 备注",
        )

    def test_owner_of_each_day(self):
        """C2, C3, C12: registered, handed over, lapsed, taken over, sold, cancelled."""
        with self.at("03-02 15:30:00"):  # 23:30 in Shanghai
            client = self.make_client(self.rep_a, contact_name="Li")
        with self.at("03-10 16:30:00"):  # 00:30 on the 11th
            client.sudo()._transfer(self.rep_b, "reassigned")
        with self.at("04-20 02:00:00"):  # his since 11 March: lapsed with 11 April
            client._register_or_take_over(
                {
                    "project_id": self.project.id,
                    "phone": client.phone,
                    "user_id": self.rep_a.id,
                }
            )
        with self.at("04-22 02:00:00"):
            deposit = self.confirm_deposit(self.open_slip(client, self.unit))
        with self.at("04-25 02:00:00"):
            self.do(self.make_cancel(deposit, "none"))
        with self.at("05-01 02:00:00"):
            for day, expected in (
                ("03-01", {}),
                ("03-02", {"rep_a": ["Li"]}),
                ("03-10", {"rep_a": ["Li"]}),
                ("03-11", {"rep_b": ["Li"]}),
                ("04-11", {"rep_b": ["Li"]}),
                ("04-12", {}),
                ("04-20", {"rep_a": ["Li"]}),
                ("04-21", {"rep_a": ["Li"]}),
                ("04-22", {}),
                ("04-24", {}),
                ("04-25", {"rep_a": ["Li"]}),
            ):
                self.assertEqual(self.clients(day), expected, day)

    def test_lapse_that_is_not_written_down(self):
        """C3: an ownership ends with its last day, whenever the cron runs."""
        with self.at("03-02 02:00:00"):
            client = self.make_client(self.rep_a, contact_name="Li")
        with self.at("04-03 02:00:00"):
            self.assertTrue(client.user_id)
            self.assertEqual(self.clients("04-02"), {"rep_a": ["Li"]})
            self.assertEqual(self.clients("04-03"), {})
            total = self.compile(G7, self.manager, "2026-04-03")["sections"][0]
            self.assertEqual(self.counted(self.lines(total, "total")[0]["number"]), 0)

    def test_counts_of_each_day(self):
        """Visits, follow-ups, last and next one up to the close of the day; of a
        corrected entry the correction (B9)."""
        with self.at("03-02 02:00:00"):
            client = self.make_client(self.rep_a, contact_name="Li")
        with self.at("03-20 02:00:00"):
            entries = [
                self.make_entry(
                    self.rep_a, f"2026-03-{moment}", kind, lead_id=client.id
                )
                for moment, kind in (
                    ("02 03:00:00", "visit_first"),
                    ("05 03:00:00", "followup_call"),
                    ("08 15:30:00", "followup_message"),
                    ("08 16:30:00", "visit_return"),
                    ("09 03:00:00", "care"),
                )
            ]
            entries[2].next_date = "2026-03-12"
        for day, visits, followed, count, until, next_date in (
            ("02", 1, None, 0, "2026-04-02", None),
            ("05", 1, "2026-03-05", 1, "2026-04-05", None),
            ("08", 1, "2026-03-08", 2, "2026-04-08", "2026-03-12"),
            ("09", 2, "2026-03-08", 2, "2026-04-09", None),
        ):
            row = self.pages(f"2026-03-{day}")["rep_a"]["Li"]
            self.assertEqual(
                [
                    row[key]
                    for key in (
                        *("visits", "followed", "followups"),
                        *("owned_until", "next_date"),
                    )
                ],
                [visits, followed, count, until, next_date],
                day,
            )
        self.close_entries(entries[1])
        self.make_entry(
            self.rep_a,
            "2026-03-07 03:00:00",
            "followup_call",
            lead_id=client.id,
            corrects_id=entries[1].id,
        )
        row = self.pages("2026-03-05")["rep_a"]["Li"]
        self.assertEqual((row["followups"], row["followed"]), (0, None))
        row = self.pages("2026-03-07")["rep_a"]["Li"]
        self.assertEqual((row["followups"], row["followed"]), (1, "2026-03-07"))

    def test_filed_day_stays_what_it_was(self):
        """G21: whatever happens afterwards, the list of a day is compiled the same."""
        with self.at("03-02 04:00:00"):
            clients = [
                self.make_client(self.rep_a, contact_name=name)
                for name in ("Moved", "Sold", "Paid", "Kept", "Slip")
            ]
            moved, sold, paid, kept = clients[:4]
            deposits = [
                self.open_slip(client, unit)
                for client, unit in zip(
                    (sold, paid, clients[4]), self.units, strict=False
                )
            ]
        with self.at("03-03 02:00:00"):
            for deposit in deposits[:2]:
                deposit.with_user(self.clerk).action_register_payment()
            self.make_entry(
                self.rep_a, "2026-03-03 01:00:00", "followup_call", lead_id=moved.id
            )
        with self.at("03-03 09:00:00"):
            before = self.compile(G7, self.manager, "2026-03-03")["sections"]
        rows = {row["client"]: row for row in self.lines(before[0])}
        self.assertEqual(len(rows), 5)
        self.assertIsNone(rows["Paid"]["owned_until"])  # waits for finance (E1)
        self.assertEqual(rows["Slip"]["owned_until"], "2026-04-02")
        self.assertEqual(rows["Moved"]["owned_until"], "2026-04-03")
        with self.at("03-05 02:00:00"):
            moved.sudo()._transfer(self.rep_b, "handover")
            deposits[0].with_user(self.finance).action_confirm()
            deposits[1].with_user(self.control).action_cancel()
            deposits[2].action_lapse()
            self.make_entry(
                self.rep_a,
                "2026-03-04 02:00:00",
                "followup_call",
                lead_id=kept.id,
                next_date="2026-03-09",
            )
        with self.at("06-01 02:00:00"):
            self.env["crm.lead"].search([])._lapse()
            kept.sudo().active = False
            after = self.compile(G7, self.manager, "2026-03-03")["sections"]
        self.assertEqual(after, before)

    def test_as_the_files_say(self):
        """Today the list says of each client what his file says."""
        clients = [self.make_client(self.rep_a) for _number in range(3)]
        self.make_entry(
            self.rep_a,
            "2026-03-03 02:00:00",
            "visit_first",
            lead_id=clients[0].id,
            next_date="2026-03-09",
        )
        self.open_slip(clients[1], self.unit)
        self.open_slip(clients[2], self.unit_2).with_user(
            self.clerk
        ).action_register_payment()
        for row in self.pages()["rep_a"].values():
            client = next(one for one in clients if one.contact_name == row["client"])
            self.assertEqual(row["number"], client.registration_number)
            for name in ("owned_until", "next_date"):
                value = client[name] and client[name].isoformat()
                self.assertEqual(row[name], value or None, name)
        self.assertEqual(len(self.pages()["rep_a"]), 3)

    def test_all_reps_together(self):
        """G7: after the last page a line for each, and the grand total; a rep's own
        register has none"""
        for rep, visits in ((self.rep_a, 2), (self.rep_a, 0), (self.rep_b, 1)):
            client = self.make_client(rep)
            for _number in range(visits):
                self.make_entry(
                    rep, "2026-03-03 02:00:00", "visit_return", lead_id=client.id
                )
        form = self.compile(G7, self.manager)
        *pages, together = form["sections"]
        self.assertEqual(
            [row["values"] for row in together["rows"]],
            [["rep_a", 2, 2, 0], ["rep_b", 1, 1, 0], ["Total", 3, 3, 0]],
        )
        numbers = [self.lines(page, "total")[0]["number"] for page in pages]
        self.assertEqual(sum(map(self.counted, numbers)), 3)
        options = {"project_id": self.project.id}
        model = self.env[G7].with_user(self.manager)
        for column, count in ((1, 3), (2, 3)):
            action = model.drill(options, 2, 2, column)
            found = self.env[action["res_model"]].search_count(action["domain"])
            self.assertEqual(found, count)
        self.assertEqual(len(self.compile(G7, self.rep_a)["sections"]), 1)

    def test_who_reads_what(self):
        """J1: a rep his own, a supervisor his teams', shared clients on no page."""
        self.make_client(self.rep_a, contact_name="A")
        shared = self.make_client(self.rep_b, contact_name="B")
        self.make_client(self.rep_c, contact_name="C")
        self.env["property.share"].create(
            {
                "lead_id": shared.id,
                "user_id": self.rep_a.id,
                "reason": "Holiday",
                "date_end": self.project.local_day(),
            }
        )
        for user, expected in (
            (self.rep_a, {"rep_a": ["A"]}),
            (self.rep_b, {"rep_b": ["B"]}),
            (self.supervisor_a, {"rep_a": ["A"]}),
            (self.clerk, {"rep_a": ["A"], "rep_b": ["B"]}),
            (self.hq, {"rep_a": ["A"], "rep_b": ["B"]}),
        ):
            pages = self.pages(user=user)
            found = {rep: [*rows] for rep, rows in pages.items() if rows}
            self.assertEqual(found, expected, user.login)
        self.assertEqual(
            [*self.pages(user_id=self.rep_b.id)], ["rep_b"], "one rep's page"
        )
        pages = self.pages(user=self.rep_a, user_id=self.rep_b.id)
        self.assertFalse(any(pages.values()))

    def test_a_page_each_that_opens_its_records(self):
        clients = self.make_client(self.rep_a) | self.make_client(self.rep_a)
        self.make_client(self.rep_b)
        visit = self.make_entry(
            self.rep_a, "2026-03-03 02:00:00", "visit_first", lead_id=clients[0].id
        )
        options = {"project_id": self.project.id}
        form = self.env[G7].with_user(self.manager)
        sections = form.compile(options)["sections"]
        self.assertEqual([one["new_page"] for one in sections], [True, True, False])
        keys = [column["key"] for column in sections[0]["columns"]]
        for row, key, expected in (
            (0, "number", clients[0]),
            (2, "number", clients),
            (0, "visits", visit),
            (2, "visits", visit),
        ):
            action = form.drill(options, 0, row, keys.index(key))
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(found, expected.sudo(), (row, key))

    def test_all_clients_are_somewhere(self):
        """Listed, sold, free: together the registrations of the metric."""
        with self.at("03-02 02:00:00"):
            clients = [self.make_client(self.rep_a) for _number in range(6)]
        with self.at("03-03 02:00:00"):
            clients[0].sudo()._transfer(self.env["res.users"], "expired")
            sale = self.confirm_deposit(self.open_slip(clients[1], self.unit))
            self.do(self.make_exchange(sale, self.unit_2))
            self.confirm_deposit(self.open_slip(clients[2], self.unit_3))
        listed = sum(map(len, self.pages("2026-03-03").values()))
        tally = self.figures([("day", "<=", "2026-03-03")])
        self.assertEqual(tally.get("registrations"), listed + 1 + 2)
        self.assertEqual(tally.get("net_deposits"), 2)

    def test_queries(self):
        def make():
            for _number in range(5):
                client = self.make_client(self.rep_a)
                client.unit_type_ids |= self.type_three
                self.make_entry(
                    self.rep_a, "2026-03-03 02:00:00", "visit_first", lead_id=client.id
                )

        self.assertSameQueries(make, G7)


@tagged("post_install", "-at_install")
class TestFollowupRecord(ListCommon, TransactionCase):
    """G20: the recorded outgoing contacts of a period."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.at("03-01 02:00:00"):
            cls.client_a = cls.make_client(cls.rep_a, contact_name="A")
            cls.client_b = cls.make_client(cls.rep_b, contact_name="B")
        with cls.at("03-20 02:00:00"):
            cls.entries = [
                cls.make_entry(
                    user, f"2026-03-{moment}", kind, lead_id=client.id, **vals
                )
                for user, client, moment, kind, vals in (
                    (cls.rep_a, cls.client_a, "08 15:59:59", "followup_call", {}),
                    (
                        cls.rep_a,
                        cls.client_a,
                        "08 16:00:00",
                        "followup_message",
                        {"note": "Sent plans", "result": "Comes on Sunday"},
                    ),
                    (cls.rep_b, cls.client_b, "10 02:00:00", "followup_home", {}),
                    (cls.rep_a, cls.client_b, "10 15:59:59", "followup_call", {}),
                    (cls.rep_a, cls.client_a, "10 16:00:00", "followup_call", {}),
                    (cls.rep_a, cls.client_a, "10 02:00:00", "visit_return", {}),
                    (cls.rep_a, cls.client_a, "10 02:00:00", "care", {}),
                    (
                        cls.rep_a,
                        cls.client_a,
                        "10 02:00:00",
                        "followup_call",
                        {"is_valid": False, "invalid_reason": "unreached"},
                    ),
                )
            ]

    def rows(self, user=None, first="2026-03-09", last="2026-03-10", **options):
        [section] = self.compile(
            G20, user or self.manager, last, date_from=first, **options
        )["sections"]
        return self.lines(section)

    def test_columns(self):
        self.assertEqual(
            self.headings(G20, client_id=self.client_a.id),
            "日期 · 方式 · 内容 · 结果 · 下次跟进 · 跟进人",
        )
        self.assertIn("客户", self.headings(G20))  # of several, each line names its own

    def test_of_the_project_s_days(self):
        rows = self.rows()
        self.assertEqual([row["client"] for row in rows], ["A", "B", "B"])
        self.assertEqual(
            rows[0],
            {
                "date": "2026-03-09 00:00",
                "kind": "Follow-up Message",
                "client": "A",
                "note": "Sent plans",
                "result": "Comes on Sunday",
                "next_date": None,
                "user": "rep_a",
            },
        )

    def test_of_a_rep_and_of_a_client(self):
        self.assertEqual(len(self.rows(user_id=self.rep_a.id)), 2)
        self.assertEqual(len(self.rows(client_id=self.client_b.id)), 2)
        both = {"user_id": self.rep_a.id, "client_id": self.client_b.id}
        self.assertEqual(len(self.rows(**both)), 1)

    def test_lines_are_the_metric_s(self):
        """Also with corrections, by rep and by period."""
        self.close_entries(self.entries[3])
        self.make_entry(
            self.rep_b,
            "2026-03-12 02:00:00",
            "followup_call",
            lead_id=self.client_b.id,
            corrects_id=self.entries[3].id,
        )
        for first, last in (("09", "10"), ("01", "31"), ("12", "12")):
            days = (f"2026-03-{first}", f"2026-03-{last}")
            for user in (None, self.rep_a, self.rep_b):
                domain = [("day", ">=", days[0]), ("day", "<=", days[1])]
                if user:
                    domain.append(("user_id", "=", user.id))
                self.assertEqual(
                    len(self.rows(None, *days, user_id=user and user.id)),
                    self.figures(domain).get("followups"),
                    (days, user),
                )

    def test_who_reads_what(self):
        """J1: a rep what he did with his clients; of one of them all that was done."""
        self.assertEqual([row["client"] for row in self.rows(self.rep_a)], ["A"])
        self.assertEqual([row["client"] for row in self.rows(self.rep_b)], ["B"])
        self.assertEqual(len(self.rows(self.rep_b, client_id=self.client_b.id)), 2)
        self.assertEqual(len(self.rows(self.supervisor_b)), 1)
        with self.assertRaises(AccessError):
            self.rows(self.rep_a, client_id=self.client_b.id)
        with self.assertRaises(AccessError):
            self.rows(self.service)

    def test_from_the_client_s_form(self):
        """The button shows all there is of him."""
        action = self.client_a.with_user(self.rep_a).action_followup_record()
        params = action["params"]
        form = self.env[params["form"]].with_user(self.rep_a)
        self.assertEqual(len(form.compile(params["options"])["sections"][0]["rows"]), 4)

    def test_total_opens_all(self):
        options = {"project_id": self.project.id, "date_to": "2026-03-10"}
        form = self.env[G20].with_user(self.manager)
        action = form.drill(options, 0, 2, 1)
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, self.entries[2] | self.entries[3])

    def test_workbook(self):
        """Moments are moments, the total stands in no column of dates."""
        options = {"project_id": self.project.id, "date_to": "2026-03-10"}
        form = self.env[G20].with_user(self.manager)
        book = openpyxl.load_workbook(io.BytesIO(form._render(options, "xlsx")[1]))
        rows = [*book.worksheets[0].iter_rows(min_row=5, values_only=True)]
        self.assertEqual(rows[0][0], datetime(2026, 3, 10, 10))
        self.assertEqual(rows[2][:4], (None, "Total (lines: 2)", None, None))

    def test_queries(self):
        def make():
            for _number in range(5):
                self.make_entry(
                    self.rep_a,
                    "2026-03-10 02:00:00",
                    "followup_call",
                    lead_id=self.client_a.id,
                    note="Called",
                )

        self.assertSameQueries(make, G20, day="2026-03-10")


@tagged("post_install", "-at_install")
class TestClientFile(ListCommon, TransactionCase):
    """G17: a sheet for each client of whom a sale stood that day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.at("03-02 02:00:00"):
            cls.client = cls.make_client(
                cls.rep_a,
                contact_name="Ms Li",
                district="South",
                family_ids=[Command.create({"name": "Li Jr", "relation": "child"})],
            )
            cls.make_entry(
                cls.rep_a,
                "2026-03-02 02:00:00",
                "visit_first",
                lead_id=cls.client.id,
                note="Likes the third floor",
            )
        with cls.at("03-04 02:00:00"):
            price = cls.unit.list_price - 10_000
            cls.deposit = cls.open_slip(
                cls.client, cls.unit, price=price, plan_id=cls.plan_instalments.id
            )
        with cls.at("03-05 01:00:00"):
            cls.confirm_deposit(cls.deposit)
        with cls.at("03-07 02:00:00"):
            cls.contract = cls.sign_contract(cls.deposit)
        with cls.at("03-09 02:00:00"):
            cls.pay(cls.contract, 100_000)

    def sections(self, day, user=None, **options):
        options.setdefault("client_id", self.client.id)
        day = f"2026-{day}"
        form = self.compile(G17, user or self.manager, day, **options)
        return json.loads(json.dumps(form))["sections"]

    def blocks(self, day, user=None):
        """{block: its lines}, with the amount at the head of each as last one"""
        blocks = {}
        [section] = self.sections(day, user)
        for row in self.lines(section, "line", "subtotal"):
            if row["block"]:
                lines = blocks[row["block"]] = []
                lines.append({"amount": row["amount"]})
            else:
                lines.insert(-1, row)
        return blocks

    def test_columns(self):
        self.assertEqual(self.headings(G17), "栏目 · 日期 · 事项 · 内容 · 金额 · 经办")

    def test_nothing_sold_yet(self):
        [section] = self.sections("03-04")
        self.assertEqual(section["title"], "Sold Clients")
        self.assertFalse(self.lines(section))

    def test_from_first_contact_to_last_payment(self):
        blocks = self.blocks("03-31")
        self.assertEqual(
            [*blocks],
            [
                *("Identity", "Family", "Profile", "Contacts", "Unit and Price"),
                *("Deposit", "Contract", "Payments Due", "Receipts"),
            ],
        )
        self.assertEqual(blocks["Family"][0]["content"], "Li Jr")
        self.assertIn("South", [row.get("content") for row in blocks["Profile"]])
        [visit, _total] = blocks["Contacts"]
        self.assertEqual(
            (visit["date"], visit["matter"], visit["content"], visit["who"]),
            ("2026-03-02", "First Visit", "Likes the third floor", "rep_a"),
        )
        self.assertEqual(
            {row["matter"]: row["amount"] for row in blocks["Unit and Price"][1:-1]},
            {
                "List Price": 1_000_000,
                "Given on the Spot": -10_000,
                "Deal Price": 990_000,
            },
        )
        self.assertEqual(blocks["Unit and Price"][-1]["amount"], 990_000)
        self.assertEqual(blocks["Contract"][-1]["amount"], 990_000)
        self.assertEqual(blocks["Payments Due"][-1]["amount"], 990_000)
        self.assertEqual(blocks["Receipts"][-1]["amount"], 120_000)

    def test_what_troubled_him(self):
        """G17, D6: each step of his cases up to the day"""
        with self.at("03-10 02:00:00"):
            cases = self.env["property.case"].with_user(self.rep_a)
            case = cases.create({"lead_id": self.client.id, "problem": "Noisy lift"})
        with self.at("03-11 02:00:00"):
            case.action_solve("Silenced")
        self.assertNotIn("Service", self.blocks("03-09"))
        for day, matters in (
            ("03-10", ["Case Raised"]),
            ("03-11", ["Case Raised", "Solved"]),
        ):
            lines = self.blocks(day)["Service"][:-1]
            self.assertEqual([line["matter"] for line in lines], matters)
        words = [line["content"] for line in lines]
        self.assertEqual(
            words, [f"{case.name} · Noisy lift", f"{case.name} · Silenced"]
        )

    def test_up_to_the_close_of_the_day(self):
        """Each day shows what there was by then."""
        self.assertNotIn("Contract", self.blocks("03-06"))
        self.assertEqual(self.blocks("03-08")["Receipts"][-1]["amount"], 20_000)
        self.assertIn(
            "paid 20,000.00", self.blocks("03-08")["Payments Due"][0]["content"]
        )
        first = self.blocks("03-09")["Payments Due"][0]["content"]
        self.assertIn("paid 120,000.00", first)

    def test_corrected_contact_is_replaced(self):
        """B9"""
        entry = self.client.interaction_ids
        self.close_entries(entry)
        self.make_entry(
            self.rep_a,
            "2026-03-02 02:00:00",
            "visit_first",
            lead_id=self.client.id,
            note="Likes the fifth floor",
            corrects_id=entry.id,
        )
        contacts = self.blocks("03-31")["Contacts"][:-1]
        self.assertEqual(
            [row["content"] for row in contacts], ["Likes the fifth floor"]
        )

    def test_exchange_and_cancellation(self):
        """E6, E7: the sale that stood that day, and what became of it."""
        with self.at("03-12 02:00:00"):
            change = self.do(self.make_exchange(self.deposit, self.unit_3))
        with self.at("03-15 02:00:00"):
            self.do(self.make_cancel(change.new_deposit_id, "none"))
        with self.at("03-31 02:00:00"):
            for day, unit in (("03-11", self.unit), ("03-12", self.unit_3)):
                [section] = self.sections(day)
                self.assertEqual(section["title"], f"Ms Li {unit.name}")
            self.assertFalse(self.lines(self.sections("03-15")[0]))
            [line, _total] = self.blocks("03-12")["Changes"]
            self.assertIn(f"{self.unit.name} → {self.unit_3.name}", line["content"])
            self.assertEqual(line["amount"], change.price_difference)
            self.assertEqual(self.blocks("03-12")["Receipts"][-1]["amount"], 120_000)
            for day in ("03-04", "03-05", "03-11", "03-12", "03-14", "03-15"):
                sales = self.sections(day, client_id=False)[0]
                total = self.lines(sales, "total")[0]
                number = self.counted(next(iter(total.values())))
                found = (len(self.lines(sales)), number, total["amount"])
                count, amount = self.standing(day)
                self.assertEqual(found, (count, count, amount), day)

    def standing(self, day):
        """Number and amount of the sales that stand, by the metrics since opening."""
        tally = self.figures([("day", "<=", f"2026-{day}")])
        ended = ("cancelled_deposits", "cancelled_contracts")
        moved = tally.get("exchanges", "amount")
        return tuple(
            tally.get("deposits", measure)
            - sum(tally.get(name, measure) for name in ended)
            + (moved if measure == "amount" else 0)
            for measure in ("number", "amount")
        )

    def test_too_many_files(self):
        """The list of sales alone, and how to get the sheets."""
        self.confirm_deposit(self.open_slip(self.make_client(self.rep_b), self.unit_2))
        self.assertEqual(len(self.sections("12-31", client_id=False)), 3)
        self.patch(property_form_client_file, "MOST_FILES", 1)
        [sales] = self.sections("12-31", client_id=False)
        self.assertEqual(len(self.lines(sales)), 2)
        self.assertIn("2 clients are too many", sales["note"])
        one_rep = self.sections("12-31", client_id=False, user_id=self.rep_a.id)
        self.assertEqual(len(one_rep), 2)

    def test_who_reads_what(self):
        """J1, H1: the owner, his superiors; no contacts for customer service."""
        self.assertIn("Contacts", self.blocks("03-31", self.rep_a))
        self.assertIn("Contacts", self.blocks("03-31", self.supervisor_a))
        service = self.blocks("03-31", self.service)
        self.assertNotIn("Contacts", service)
        self.assertIn("Receipts", service)
        for user in (self.rep_b, self.supervisor_b):
            with self.assertRaises(AccessError):
                self.sections("03-31", user)
            [sales] = self.sections("03-31", user, client_id=False)
            self.assertFalse(self.lines(sales))
        with self.assertRaises(AccessError):
            self.sections("03-31", self.finance)

    def test_from_the_client_s_form(self):
        action = self.client.with_user(self.rep_a).action_client_file()
        params = action["params"]
        form = self.env[params["form"]].with_user(self.rep_a)
        [section] = form.compile(params["options"])["sections"]
        self.assertIn("Ms Li", section["title"])

    def test_each_line_opens_its_record(self):
        options = {"project_id": self.project.id, "client_id": self.client.id}
        form = self.env[G17].with_user(self.manager)
        [section] = form.compile(options)["sections"]
        opened = set()
        for number, row in enumerate(section["rows"]):
            if row["level"] == "line":
                action = form.drill(options, 0, number, 2)
                records = self.env[action["res_model"]].search(action["domain"])
                self.assertEqual(len(records), 1, row)
                opened.add(records._name)
        self.assertLessEqual(
            {"crm.lead", "property.unit", "property.receipt", "property.interaction"},
            opened,
        )

    def test_queries(self):
        units = iter(self.units[1:])

        def make():
            self.confirm_deposit(
                self.open_slip(self.make_client(self.rep_a), next(units))
            )

        self.assertSameQueries(make, G17)
