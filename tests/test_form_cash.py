from datetime import date, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import PropertyCommon

NOW = "2026-03-04 02:00:00"  # a Wednesday morning in the project
MONDAY = date(2026, 3, 2)
DUE = ["down_payment", "installment", "mortgage", "provident", "fee"]


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestFormCash(PropertyCommon):
    """F3 to F5: what is expected in which week, against what came."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # 30 % on 11 March, a loan of 70 % by its stages on 13 April (40 days).
        cls.contract = cls.sell(cls.make_client(cls.rep_a), cls.unit)
        cls.first, cls.loan = cls.contract.installment_ids

    def rows(self, date_from=MONDAY, weeks=8, user=None):
        """{title or Monday: {column: value}}"""
        form = self.env["property.form.cash"].with_user(user or self.finance)
        self.options = {
            "project_id": self.project.id,
            "date_from": str(date_from),
            "date_to": str(date_from + timedelta(days=7 * weeks - 1)),
        }
        section = form.compile(self.options)["sections"][0]
        self.columns = [column["key"] for column in section["columns"]]
        self.lines = section["rows"]
        return {
            row["values"][1] if row["level"] == "line" else row["values"][0]: dict(
                zip(self.columns, row["values"], strict=True)
            )
            for row in section["rows"]
        }

    def week(self, day):
        return str(day - timedelta(days=day.weekday()))

    def test_weeks(self):
        """Monday to Sunday, each kind in the week of its day."""
        rows = self.rows()
        self.assertEqual(self.first.due_date, date(2026, 3, 11))
        week = rows["2026-03-09"]
        self.assertEqual((week["to"], week["down_payment"]), ("2026-03-15", 300_000))
        self.assertEqual((week["due"], week["open"]), (300_000, 280_000))
        self.assertEqual(rows["2026-04-13"]["mortgage"], 700_000)
        self.assertEqual(rows["Total"]["due"], 1_000_000)

    def test_edges(self):
        """Sunday is of the week that ends with it, Monday of the next."""
        for day, monday in (
            (date(2026, 3, 8), "2026-03-02"),
            (date(2026, 3, 9), "2026-03-09"),
        ):
            self.first.sudo().write({"due_date": day})
            with self.subTest(day=day):
                self.assertEqual(self.rows()[monday]["down_payment"], 300_000)

    def test_money_counts_in_the_projects_week(self):
        """Confirmed at 23:59 of Sunday in the project or at midnight after it."""
        sunday_night = self.project.utc_moment(date(2026, 3, 9)) - timedelta(minutes=1)
        with freeze_time(sunday_night):
            self.pay(self.contract, 1_000)
        with freeze_time(sunday_night + timedelta(minutes=1)):
            self.pay(self.contract, 500)
            self.pay(self.contract, 200, kind="refund")
        rows = self.rows()
        self.assertEqual(rows["2026-03-02"]["received"], 21_000)
        self.assertEqual(rows["2026-03-09"]["received"], 300)

    def test_promise_moves_it(self):
        """F5: an approved deferral is expected on the promised day."""
        deferral = (
            self.env["property.deferral"]
            .with_user(self.rep_a)
            .create(
                {
                    "installment_id": self.first.id,
                    "promise_date": "2026-03-30",
                    "reason": "Later",
                }
            )
        )
        self.assertTrue(self.rows()["2026-03-09"]["open"])
        deferral.action_request()
        deferral.with_user(self.manager).validate_tier()
        rows = self.rows()
        self.assertFalse(rows["2026-03-09"]["open"])
        self.assertEqual(rows["2026-03-30"]["open"], 280_000)

    def test_stages_move_a_loan(self):
        """F4: a loan is expected when its stages will have been passed."""
        case = self.contract.mortgage_ids.with_user(self.clerk)
        expected = case.expected_date
        self.assertEqual(self.rows()[self.week(expected)]["mortgage"], 700_000)
        with freeze_time("2026-03-24 02:00:00"):  # two weeks behind
            self.env.invalidate_all()
            later = case.expected_date
            self.assertGreater(later, expected + timedelta(days=7))
            rows = self.rows(weeks=12)
            self.assertEqual(rows[self.week(later)]["mortgage"], 700_000)
        case.with_user(self.manager).action_withdraw("Pays himself")
        rows = self.rows(weeks=12)
        self.assertEqual(rows[self.week(self.loan.due_date)]["open"], 700_000)

    def test_open_is_all_that_is_unpaid(self):
        """The open column ties out to the cent, whatever weeks are asked for."""
        second = self.sell(
            self.make_client(self.rep_b),
            self.unit_2,
            plan_id=self.plan_instalments.id,
        )
        self.pay(self.contract, 123_456.78)
        unpaid = round(self.contract.residual + second.residual, 2)
        for start, weeks in (
            (MONDAY, 8),
            (MONDAY - timedelta(days=70), 4),
            (MONDAY + timedelta(days=21), 2),
            (MONDAY + timedelta(days=700), 1),
        ):
            rows = self.rows(start, weeks)
            rest = ("Overdue Before", "Total", "After These Weeks", "No Date Yet")
            with self.subTest(start=start):
                found = sum(rows[one]["open"] for one in rest)
                self.assertEqual(round(found, 2), unpaid)
                for row in rows.values():
                    self.assertEqual(
                        round(sum(row[kind] for kind in DUE), 2), row["due"]
                    )

    def test_carried_is_no_cash(self):
        """What moves from one document to another does not come in."""
        other = self.open_slip(self.make_client(self.rep_a), self.unit_3)
        other.with_user(self.clerk).action_register_payment()
        before = self.rows()["2026-03-02"]["received"]
        self.env["property.receipt"]._carry(self.contract, other, 10_000, "Exchange")
        self.assertEqual(self.rows()["2026-03-02"]["received"], before)

    def test_figures_open_their_records(self):
        """Every figure opens what it was read off."""
        self.rows()
        place = [row["values"][1] for row in self.lines].index("2026-03-09")
        action = (
            self.env["property.form.cash"]
            .with_user(self.finance)
            .drill(self.options, 0, place, self.columns.index("open"))
        )
        self.assertEqual(action["domain"], [("id", "in", self.first.ids)])

    def test_settings_propose_what_comes(self):
        """Opened, it shows the eight weeks from this one on."""
        settings = self.env["property.form.cash"].with_user(self.manager).settings()
        project = settings["projects"][0]
        self.assertEqual(project["date_from"], MONDAY)
        self.assertEqual(project["date_to"], MONDAY + timedelta(days=55))
