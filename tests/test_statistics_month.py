from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

from ..reports.form_sums import against
from .test_form import G2, G4, G6
from .test_statistics import StatisticsCommon

MARCH = "2026-03-31"


@tagged("post_install", "-at_install")
class TestMonthly(StatisticsCommon, TransactionCase):
    """G6 销售月报: the month in eleven sections."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.partner_id.write(
            {
                "occupation": "Teacher",
                "education": "bachelor",
                "birth_date": "1990-03-11",
                "work_district": "Wuhou",
            }
        )
        cls.client.write({"grade": "a", "purpose": "live"})
        cls.env["property.target"].create(
            {
                "project_id": cls.project.id,
                "month": MARCH,
                "deposit_number": 4,
                "contract_amount": 4_000_000,
            }
        )
        with freeze_time("2026-03-20 02:00:00"):
            cls.gone = cls.make_deposit(cls.unit_2)
            cls.do(cls.make_cancel(cls.gone, "none"))
            cls.moved = cls.make_deposit(cls.unit_3)
            cls.do(cls.make_exchange(cls.moved, cls.units[3]))

    def section(self, form, title):
        return [one["title"] for one in form["sections"]].index(title)

    def cell(self, form, title, label, key):
        return self.value(form, self.section(form, title), label, key)

    def test_target_and_result(self):
        form = self.compile(G6, self.manager, MARCH)
        title = "Target and Result"
        for label, key, expected in (
            (("Net Deposits", "units"), "plan_month", 4),
            (("Net Deposits", "units"), "actual_month", 2),
            (("Net Deposits", "units"), "rate_month", 50),
            (("Net Contracts", "yuan"), "actual_month", 1_000_000),
            (("Net Contracts", "yuan"), "rate_month", 25),
            (("Net Contracts", "yuan"), "rate_year", 25),
            (("Net Receipts", "yuan"), "rate_month", None),
        ):
            self.assertEqual(self.cell(form, title, label, key), expected, (label, key))
        april = self.compile(G6, self.manager, "2026-04-30")
        self.assertEqual(
            self.cell(april, title, ("Net Deposits", "units"), "plan_month"), 0
        )
        self.assertEqual(
            self.cell(april, title, ("Net Deposits", "units"), "actual_year"), 2
        )

    def test_weeks_add_up_to_the_month(self):
        form = self.compile(G6, self.manager, MARCH)
        block = form["sections"][self.section(form, "Weeks Side by Side")]
        self.assertEqual(len(block["columns"]), 1 + 6 + 3)  # 1 March is a Sunday
        for row in block["rows"]:
            if row["kind"] != "percent":
                *weeks, month, _before, _change = row["values"][1:]
                self.assertAlmostEqual(sum(weeks), month, 2, row["values"][0])

    def test_weeks_that_have_not_begun(self):
        """G6: empty in the table, left out of the chart; the month stands"""
        with freeze_time("2026-03-10 17:00:00"):  # in the third of six weeks
            form = self.compile(G6, self.manager, MARCH)
        block = form["sections"][self.section(form, "Weeks Side by Side")]
        for row in block["rows"]:
            self.assertEqual(row["values"][4:7], [None] * 3, row["values"][0])
            if row["kind"] != "percent":
                self.assertNotIn(None, row["values"][1:4])
        [chart] = block["charts"]
        self.assertEqual(len(chart["labels"]), 3)
        self.assertEqual({len(one["values"]) for one in chart["series"]}, {3})
        self.assertEqual(self.cell(form, block["title"], "Calls", "month"), 4)

    def test_month_sums_the_daily_ones(self):
        """G6 and 31 daily forms"""
        month = self.compile(G6, self.manager, MARCH)
        days = [
            self.compile(name, self.manager, f"2026-03-{day:02}")
            for name in (G2, G4)
            for day in range(1, 32)
        ]
        self.assertEqual(against(month, days), [])

    def test_clients_and_buyers(self):
        form = self.compile(G6, self.manager, MARCH)
        for label, expected in (
            (("Occupation", "Not Known"), 2),
            (("", "Teacher"), 1),
            (("Age", "Not Known"), 2),
            (("", "35–44"), 1),
            (("Total", ""), 3),
        ):
            with self.subTest(label=label):
                number = self.cell(form, "Buyers", label, "number")
                self.assertEqual(number, expected)
        february = self.compile(G6, self.manager, "2026-02-28")
        self.assertEqual(
            self.cell(february, "Registered Clients", ("Grade", "A"), "number"), 1
        )
        self.assertEqual(
            self.cell(february, "Registered Clients", ("Total", ""), "share"), 100
        )

    def test_age_on_the_day_of_sale(self):
        """G6: of the project's day, which at six in the morning is not yet UTC's"""
        partner = self.contract.deposit_id.partner_id
        self.contract.deposit_id._write({"confirm_date": "2026-03-09 22:00:00"})
        for born, band in (
            ("2001-03-11", "Below 25"),
            ("2001-03-10", "25–34"),
            ("1971-03-10", "55 and over"),
        ):
            partner.birth_date = born
            form = self.compile(G6, self.manager, MARCH)
            rows = form["sections"][self.section(form, "Buyers")]["rows"]
            with self.subTest(born=born):
                self.assertIn(band, [row["values"][1] for row in rows])

    def test_cancellations_by_reason(self):
        form = self.compile(G6, self.manager, MARCH)
        title = "Cancellations and Exchanges"
        reason = self.reason("cancel_regret").name
        for label, key, expected in (
            (("Deposits Cancelled", reason), "number", 1),
            (("Deposits Cancelled", reason), "amount", self.gone.price),
            (("Deposits Cancelled", "Together"), "amount", self.gone.price),
            (("Contracts Cancelled", "Together"), "number", 0),
            (("Exchanges", "Together"), "number", 1),
            (("Exchanges", "Together"), "amount", 100_000),
        ):
            self.assertEqual(self.cell(form, title, label, key), expected, (label, key))

    def test_stock_and_price(self):
        form = self.compile(G6, self.manager, MARCH)
        self.assertFoots(form["sections"][self.section(form, "Stock and Price")], 1)
        self.assertEqual(self.cell(form, "Stock and Price", "Total", "contracted"), 1)

    def test_collections_and_ageing(self):
        """All unpaid of the contract that stands, by how late it is by then"""
        installments = self.contract.installment_ids.sorted("due_date")
        self.assertEqual(
            [str(one.due_date) for one in installments], ["2026-03-18", "2026-05-10"]
        )
        down, loan = (one.amount for one in installments)
        for day, late in (
            (MARCH, {"1–30 Days": down - 20_000, "Not Yet Due": loan}),
            ("2026-04-30", {"31–60 Days": down - 20_000, "Not Yet Due": loan}),
            ("2026-06-30", {"Over 90 Days": down - 20_000, "31–60 Days": loan}),
        ):
            form = self.compile(G6, self.manager, day)
            rows = form["sections"][self.section(form, "Ageing")]["rows"]
            found = {row["values"][0]: row["values"][2] for row in rows[:-1]}
            self.assertEqual({k: v for k, v in found.items() if v}, late, day)
            self.assertEqual(rows[-1]["values"][2], 980_000)
        form = self.compile(G6, self.manager, MARCH)
        self.assertEqual(self.cell(form, "Collections", "Due to Date", "all"), down)

    def test_ageing_stays_what_it_was(self):
        """G21: money that comes later moves no figure of a month that is over"""
        before = self.compile(G6, self.manager, MARCH)
        with freeze_time("2026-04-02 02:00:00"):
            self.pay(self.contract, 100_000)
        after = self.compile(G6, self.manager, MARCH)
        for title in ("Ageing", "Collections"):
            place = self.section(before, title)
            self.assertEqual(before["sections"][place], after["sections"][place])
        april = self.compile(G6, self.manager, "2026-04-30")
        self.assertEqual(self.cell(april, "Ageing", "Total", "unpaid"), 880_000)

    def test_nothing_is_late_before_its_day(self):
        """A month that still runs is aged as of today, not of its last day."""
        form = self.env["property.form.monthly"]
        with freeze_time("2026-03-10 04:00:00"):
            scope = form._scope(
                {"project_id": self.project.id, "date_to": "2026-03-31"}
            )
            self.assertEqual(str(scope.closing_day), "2026-03-10")
            days = {late for *_claim, late in self.claims(scope)}
            self.assertEqual(days, {0}, "due on the 18th")
        self.assertEqual(str(scope.closing_day), "2026-03-31")

    def claims(self, scope):
        """What a scope's claims say, the days late last."""
        claims = self.env["property.form.monthly"]._claims_sql(scope)
        return self.env.execute_query(claims)

    def test_cancelled_contract_owes_nothing(self):
        with freeze_time("2026-04-02 02:00:00"):
            self.do(self.make_cancel(self.contract.deposit_id, "none"))
        for day, unpaid in ((MARCH, 980_000), ("2026-04-30", 0)):
            form = self.compile(G6, self.manager, day)
            self.assertEqual(self.cell(form, "Ageing", "Total", "unpaid"), unpaid)

    def test_ranking(self):
        """H6: by what was sold, with targets and follow-ups made"""
        self.env["property.target"].create(
            {
                "project_id": self.project.id,
                "month": MARCH,
                "user_id": self.rep_a.id,
                "deposit_amount": 8_000_000,
            }
        )
        form = self.compile(G6, self.manager, MARCH)
        title = "Ranking of Reps"
        net = 1_000_000 + self.moved.price + 100_000
        for label, key, expected in (
            ((1, "rep_a"), "net_deposits_amount", net),
            ((1, "rep_a"), "target", 8_000_000),
            ((1, "rep_a"), "reached", net / 80_000),
            ((1, "rep_a"), "kept_rate_number", 0),
            (("", "Total"), "net_deposits_number", 2),
        ):
            self.assertEqual(self.cell(form, title, label, key), expected, (label, key))
        self.assertFoots(form["sections"][self.section(form, "By District")], 1)

    def test_opens(self):
        options = {"project_id": self.project.id, "date_to": MARCH}
        self.assertGreater(self.assertOpens(G6, options), 150)
