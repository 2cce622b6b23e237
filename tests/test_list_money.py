from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

from .test_form import G6
from .test_statistics import StatisticsCommon

G12 = "property.form.unsigned"
G14 = "property.form.payments"
G15 = "property.form.deferrals"


class ListCommon(StatisticsCommon):
    """`contract` of rep_a on `unit`: deposit on 10 March 2026, signed with a loan on
    the 11th, down payment due on the 18th."""

    def rows(self, name, day, user=None, section=0, level="line", **options):
        """The rows of a level as dicts of the columns' keys."""
        form = self.compile(name, user or self.manager, day, **options)
        block = form["sections"][section]
        keys = [column["key"] for column in block["columns"]]
        return [
            dict(zip(keys, row["values"], strict=True))
            for row in block["rows"]
            if row["level"] == level
        ]

    def total(self, name, day, section=0, **options):
        (total,) = self.rows(name, day, section=section, level="total", **options)
        return total

    def at(self, day, clock="02:00"):
        """That clock of UTC, ten o'clock in the project when omitted."""
        self.env.invalidate_all()
        return freeze_time(f"{day} {clock}:00")

    def assertSameQueries(self, name, day, more, **options):
        """`more` lines cost no query more."""

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.compile(name, self.manager, day, **options)
            return self.cr.sql_log_count - before

        count()
        few = count()
        lines = len(self.rows(name, day, **options))
        more()
        count()
        self.assertEqual(count(), few)
        self.assertGreater(len(self.rows(name, day, **options)), lines)


@tagged("post_install", "-at_install")
class TestUnsigned(ListCommon, TransactionCase):
    """G12 未签约客户一览表: who has paid a deposit and not signed, at any day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-03-20 02:00:00"):
            cls.waiting = cls.make_deposit(cls.unit_2)
            cls.gone = cls.make_deposit(cls.unit_3)

    def waiting_units(self, day, **options):
        return {row["unit"] for row in self.rows(G12, day, **options)}

    def test_from_deposit_to_contract(self):
        """On the list from the day finance confirms to the day before the signing."""
        self.assertEqual(self.waiting_units("2026-03-10"), {self.unit.name})
        self.assertEqual(self.waiting_units("2026-03-11"), set())
        self.assertEqual(
            self.waiting_units("2026-03-20"), {self.unit_2.name, self.unit_3.name}
        )

    def test_cancelled(self):
        """Gone with the cancellation, and still there in the list of the day before."""
        with self.at("2026-03-25"):
            self.do(self.make_cancel(self.gone, "none"))
        self.assertEqual(self.waiting_units("2026-03-25"), {self.unit_2.name})
        self.assertIn(self.unit_3.name, self.waiting_units("2026-03-24"))

    def test_not_late_before_the_day(self):
        """Asked for a day to come: late is who is late today."""
        with self.at("2026-03-21"):
            rows = self.rows(G12, "2026-12-31")
            self.assertEqual([row["late"] for row in rows], [None, None])

    def test_exchanged(self):
        """The old unit until the exchange, then the new one; after signing it is to be
        signed anew."""
        with self.at("2026-03-25"):
            self.do(self.make_exchange(self.waiting, self.units[4]))
            self.do(self.make_exchange(self.contract.deposit_id, self.units[5]))
        rows = {row["unit"]: row for row in self.rows(G12, "2026-03-25")}
        self.assertEqual(
            set(rows), {self.unit_3.name, self.units[4].name, self.units[5].name}
        )
        self.assertEqual(
            rows[self.units[5].name]["reason"], "Exchanged, to be signed anew"
        )
        self.assertEqual(
            self.waiting_units("2026-03-24"), {self.unit_2.name, self.unit_3.name}
        )

    def test_deadline_and_time_granted(self):
        """Late by the day to sign; time that is granted later changes no earlier list,
        and its reason stands as why it is not signed."""
        deadline = self.waiting.sign_deadline
        late = deadline + timedelta(days=3)
        row = next(
            one for one in self.rows(G12, late) if one["unit"] == self.unit_2.name
        )
        self.assertEqual((row["deadline"], row["late"]), (str(deadline), 3))
        self.assertEqual(row["reason"], "Papers missing")
        with self.at(late):
            self.waiting.with_user(self.clerk).action_papers_complete()
            until = late + timedelta(days=10)
            self.waiting.with_user(self.manager).action_grant_time(until, "Abroad")
        row = next(
            one for one in self.rows(G12, late) if one["unit"] == self.unit_2.name
        )
        self.assertEqual(
            (row["deadline"], row["late"], row["reason"]), (str(until), None, "Abroad")
        )
        before = late - timedelta(days=1)
        row = next(
            one for one in self.rows(G12, before) if one["unit"] == self.unit_2.name
        )
        self.assertEqual(
            (row["deadline"], row["late"], row["reason"]),
            (str(deadline), 2, "Papers missing"),
        )

    def test_next_step_and_rep_of_the_day(self):
        """What was agreed with the client by then; whose client it was then (G21)."""
        client = self.waiting.lead_id
        self.make_entry(
            self.rep_a,
            "2026-03-22 02:00:00",
            "followup_call",
            lead_id=client.id,
            next_date="2026-03-30",
            result="Comes with his wife",
        )
        with self.at("2026-03-26"):
            client.sudo()._transfer(self.rep_b, "handover", reason="Leaves")
        rows = {row["unit"]: row for row in self.rows(G12, "2026-03-22")}
        self.assertEqual(
            rows[self.unit_2.name]["next"], "2026-03-30 Comes with his wife"
        )
        self.assertEqual(rows[self.unit_2.name]["phone"], self.waiting.partner_id.phone)
        rows = {row["unit"]: row for row in self.rows(G12, "2026-03-21")}
        self.assertFalse(rows[self.unit_2.name]["next"])
        for day, rep, units in (
            ("2026-03-22", self.rep_a, {self.unit_2.name, self.unit_3.name}),
            ("2026-03-26", self.rep_a, {self.unit_3.name}),
            ("2026-03-26", self.rep_b, {self.unit_2.name}),
        ):
            self.assertEqual(self.waiting_units(day, user_id=rep.id), units)
        groups = self.rows(G12, "2026-03-26", level="subtotal")
        self.assertEqual(
            [(row["client"], row["unit"], row["amount"]) for row in groups],
            [
                ("rep_a (units: 1)", "0 of them late", 20_000),
                ("rep_b (units: 1)", "0 of them late", 20_000),
            ],
        )

    def test_renamed(self):
        """E8: a list of before has the purchaser of its day."""
        old = self.waiting.partner_id
        new = self.env["res.partner"].create({"name": "Daughter"})
        with self.at("2026-03-25"):
            self.do(
                self.make_rename(self.waiting, (new, 100, "child", "Register of kin"))
            )
        for day, name in (("2026-03-24", old.name), ("2026-03-25", "Daughter")):
            names = {row["unit"]: row["client"] for row in self.rows(G12, day)}
            self.assertEqual(names[self.unit_2.name], name)

    def test_who_sees(self):
        """J1: a rep and a supervisor of another team see nothing of rep_a's."""
        for user, number in (
            (self.rep_a, 2),
            (self.supervisor_a, 2),
            (self.rep_b, 0),
            (self.supervisor_b, 0),
            (self.control, 2),
        ):
            self.assertEqual(len(self.rows(G12, "2026-03-20", user)), number)

    def test_agrees_with_the_dictionary(self):
        """Unsigned = deposits less those cancelled and those signed, and what is to be
        signed anew after an exchange."""
        with self.at("2026-03-25"):
            self.do(self.make_cancel(self.gone, "none"))
            self.do(self.make_exchange(self.contract.deposit_id, self.units[5]))
        for day, anew in (
            ("2026-03-10", 0),
            ("2026-03-11", 0),
            ("2026-03-24", 0),
            ("2026-03-25", 1),
        ):
            tally = self.figures([("day", "<=", day)])
            sold = tally.get("net_deposits") - tally.get("net_contracts")
            number = self.counted(self.total(G12, day)["client"])
            self.assertEqual(number, sold + anew, day)

    def test_queries(self):
        def more():
            with self.at("2026-03-20"):
                for unit in self.units[4:7]:
                    self.make_deposit(unit)

        self.assertSameQueries(G12, "2026-03-20", more)


@tagged("post_install", "-at_install")
class TestPayments(ListCommon, TransactionCase):
    """G14 客户交款情况明细表: what is due, paid, unpaid at the close of any day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-03-20 02:00:00"):
            cls.lump = cls.make_contract(cls.unit_2, 300_000)
            cls.other = cls.make_deposit(cls.unit_3)

    def lines(self, day, **options):
        return {
            (row["unit"], row["payment"]): row for row in self.rows(G14, day, **options)
        }

    def test_lines(self):
        """F1 to F4: by way of payment; days late, receipts and where the loan is."""
        lines = self.lines("2026-03-31")
        down = lines[self.unit.name, "Down payment"]
        receipt = self.contract.receipt_ids
        self.assertEqual(
            {key: down[key] for key in list(down)[3:-1]},
            {
                "payment": "Down payment",
                "due": "2026-03-18",
                "amount": 300_000,
                "paid": 20_000,
                "unpaid": 280_000,
                "late": 13,
                "days": str(receipt.date),
                "receipts": receipt.name,
            },
        )
        self.assertEqual(down["client"], self.contract.partner_id.name)
        self.assertEqual(
            [
                (row["client"], row["paid"])
                for row in self.rows(G14, "2026-03-31", level="subtotal")
            ],
            [
                ("Lump Sum (instalments: 1)", 320_000),
                ("Mortgage (instalments: 2)", 20_000),
            ],
        )

    def test_loan_of_the_day(self):
        """F4: the bank, and the stage that the loan had reached by then."""
        bank = self.env["res.bank"].create({"name": "Bank of Chengdu"})
        case = self.contract.mortgage_ids.with_user(self.clerk)
        case.bank_id = bank
        first = case.stage_id
        with self.at("2026-03-23"):
            case.document_ids.sudo()._write_through({"state": "received"})
            case.action_next_stage()
        self.assertNotEqual(case.stage_id, first)
        for day, stage in (("2026-03-22", first), ("2026-03-23", case.stage_id)):
            row = self.lines(day)[self.unit.name, "Loan"]
            self.assertEqual(row["loan"], f"Bank of Chengdu {stage.name}")

    def test_past_day(self):
        """G21: money, promises and cancellations of later change no earlier list."""
        before = self.compile(G14, self.manager, "2026-03-31")["sections"]
        installment = self.contract.installment_ids[0]
        with self.at("2026-04-02"):
            self.pay(self.contract, 100_000)
            deferral = self.env["property.deferral"].with_user(self.rep_a)
            deferral = deferral.create(
                {
                    "installment_id": installment.id,
                    "promise_date": "2026-05-15",
                    "reason": "Sells his old flat",
                }
            )
            deferral.action_request()
            deferral.with_user(self.manager).validate_tier()
            self.do(self.make_cancel(self.lump.deposit_id, "none"))
        after = self.compile(G14, self.manager, "2026-03-31")["sections"]
        self.assertEqual(before, after)
        row = self.lines("2026-04-02")[self.unit.name, "Down payment"]
        self.assertEqual((row["paid"], row["late"]), (120_000, None))
        self.assertEqual(
            self.lines("2026-06-02")[self.unit.name, "Down payment"]["late"], 76
        )
        self.assertNotIn((self.unit_2.name, "All"), self.lines("2026-04-02"))

    def test_milestone_of_later(self):
        """F1: what waited for a milestone had no date before it was reached."""
        milestone = self.env["property.milestone"].create(
            {
                "building_id": self.building.id,
                "stage": "topped",
                "planned_date": "2026-04-01",
            }
        )
        self.contract.installment_ids[1].sudo().write(
            {"milestone_id": milestone.id, "milestone_days": 5, "due_date": False}
        )
        milestone.sudo().reached_date = "2026-04-10"
        for day, due in (("2026-03-31", None), ("2026-04-10", "2026-04-15")):
            self.assertEqual(self.lines(day)[self.unit.name, "Loan"]["due"], due)

    def test_ageing_is_the_months(self):
        """G6 and G14 show the same ageing, and it is the list's unpaid."""
        for day in ("2026-03-31", "2026-06-30"):
            ageings = [
                next(
                    section
                    for section in self.compile(name, self.manager, day)["sections"]
                    if section["title"] == "Ageing"
                )
                for name in (G6, G14)
            ]
            self.assertEqual(*ageings)
            self.assertEqual(
                ageings[0]["rows"][-1]["values"][2], self.total(G14, day)["unpaid"]
            )

    def test_agrees_with_the_receipts(self):
        """What is paid on instalments and what is not are the dictionary's net
        receipts: with a surplus, earnest money, money carried, kept and doubled."""
        with self.at("2026-03-25"):
            self.pay(self.lump, 2_000, nature="fee")
            self.pay(self.other, 5_000)
            earnest = (
                self.env["property.earnest"]
                .with_user(self.clerk)
                .create(
                    {
                        "lead_id": self.make_client(self.rep_a).id,
                        "amount": 7_000,
                        "date": "2026-03-25",
                    }
                )
            )
            earnest.action_register_payment("card")
            earnest.with_user(self.finance).action_confirm()
        with self.at("2026-03-27"):
            self.pay(self.lump, self.lump.residual + 1_000)
            self.do(self.make_exchange(self.contract.deposit_id, self.units[5]))
            self.do(self.make_cancel(self.other, "seller"))
        with self.at("2026-03-29"):
            drafts = self.other.receipt_ids.filtered(lambda one: one.state == "draft")
            paid_out = drafts.filtered(lambda one: one.nature != "price")
            paid_out.with_user(self.finance).action_confirm()
        for day in (*(f"2026-03-{day}" for day in (11, 20, 25, 27, 29)), "2026-04-30"):
            places = self.rows(G14, day, section=3)
            total = self.total(G14, day, section=3)
            self.assertEqual(places[0]["amount"], self.total(G14, day)["paid"])
            self.assertAlmostEqual(
                sum(row["amount"] for row in places), total["amount"], 2, day
            )
            tally = self.figures([("day", "<=", day)])
            self.assertEqual(total["amount"], tally.get("net_receipts", "amount"))
        (ended,) = (
            row["amount"]
            for row in self.rows(G14, "2026-03-27", section=3)
            if row["place"].startswith("Of sales that ended")
        )
        self.assertEqual(ended, 25_000, "not yet returned")
        amounts = {row["place"]: row["amount"] for row in places}
        self.assertEqual(amounts["On these contracts beyond their instalments"], 1_000)
        self.assertEqual(amounts["Earnest money"], 7_000)
        self.assertEqual(amounts["Compensation paid to clients"], -25_000)
        self.assertEqual(amounts["On deposits without a signed contract"], 20_000)

    def test_who_sees(self):
        """J1: own lines; where money is that is not on them, for who sees all."""
        for user, lines, sections in (
            (self.rep_a, 3, 3),
            (self.rep_b, 0, 3),
            (self.supervisor_a, 3, 3),
            (self.finance, 3, 4),
        ):
            form = self.compile(G14, user, "2026-03-31")
            self.assertEqual(len(form["sections"]), sections)
            self.assertEqual(len(self.rows(G14, "2026-03-31", user)), lines)
        self.assertEqual(self.rows(G14, "2026-03-31", user_id=self.rep_b.id), [])

    def test_queries(self):
        def more():
            with self.at("2026-03-22"):
                for unit in self.units[4:7]:
                    self.make_contract(unit, 100_000)

        self.assertSameQueries(G14, "2026-03-31", more)


@tagged("post_install", "-at_install")
class TestDeferrals(ListCommon, TransactionCase):
    """G15 延期付款客户一览表, and G6's section on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.down, cls.loan = cls.contract.installment_ids
        with freeze_time("2026-03-19 02:00:00"):
            cls.deferral = cls.defer(cls.down, "2026-04-10")

    @classmethod
    def defer(cls, installment, until):
        deferral = (
            cls.env["property.deferral"]
            .with_user(cls.rep_a)
            .create(
                {
                    "installment_id": installment.id,
                    "promise_date": until,
                    "reason": "Sells his old flat",
                }
            )
        )
        deferral.action_request()
        deferral.with_user(cls.manager).validate_tier()
        return deferral

    def outcome(self, day, **options):
        options = {"date_from": "2026-03-01"} | options
        return [row["outcome"] for row in self.rows(G15, day, **options)]

    def test_line(self):
        row = self.rows(G15, "2026-03-31", date_from="2026-03-01")[0]
        self.assertEqual(
            list(row.values()),
            [
                self.contract.partner_id.name,
                self.unit.name,
                "Down payment",
                "2026-03-18",
                280_000,
                "2026-04-10",
                "Sells his old flat",
                "manager",
                "Not Yet Due",
                1,
            ],
        )
        self.assertEqual(self.outcome("2026-03-18"), [])
        self.assertEqual(self.outcome("2026-04-30", date_from="2026-03-20"), [])

    def test_outcomes_of_each_day(self):
        """F5: running, broken, mended by money that was paid in time; each list stays
        what it was."""
        with self.at("2026-04-12"):
            self.env["property.deferral"]._cron_judge()
        self.assertEqual(self.deferral.state, "broken")
        with self.at("2026-04-14"):
            self.pay(self.contract, 280_000, date="2026-04-09")
        self.assertEqual(self.deferral.state, "kept")
        for day, outcome in (
            ("2026-04-10", "Not Yet Due"),
            ("2026-04-11", "Broken"),
            ("2026-04-13", "Broken"),
            ("2026-04-14", "Kept"),
        ):
            self.assertEqual(self.outcome(day), [outcome], day)

    def test_no_longer_due(self):
        """A promise of a contract that is cancelled has no object any more."""
        with self.at("2026-03-25"):
            self.do(self.make_cancel(self.contract.deposit_id, "none"))
        self.assertEqual(self.outcome("2026-03-24"), ["Not Yet Due"])
        self.assertEqual(self.outcome("2026-03-25"), ["No Longer Due"])

    def test_second_time(self):
        """The second deferral of a payment counts as such, and is in its own month."""
        with self.at("2026-04-12"):
            self.env["property.deferral"]._cron_judge()
            self.defer(self.down, "2026-05-10")
        rows = self.rows(G15, "2026-04-30", date_from="2026-04-01")
        self.assertEqual(
            [(row["times"], row["until"]) for row in rows], [(2, "2026-05-10")]
        )
        self.assertEqual(self.outcome("2026-05-11"), ["Broken", "Broken"])

    def test_is_the_months(self):
        """F5, G6: the month's section has the counts and sums of G15's list."""
        with self.at("2026-03-24"):
            self.defer(self.loan, "2026-06-10")
            self.pay(self.contract, 280_000)
        for day in ("2026-03-31", "2026-04-30"):
            form = self.compile(G6, self.manager, day)
            (section,) = (
                one for one in form["sections"] if one["title"] == "Deferred Payments"
            )
            first = f"{day[:7]}-01"
            own = self.compile(G15, self.manager, day, date_from=first)["sections"]
            self.assertEqual(section, own[1])
            rows = self.rows(G15, day, date_from=first)
            for row in section["rows"]:
                label, number, amount = row["values"][:3]
                mine = [one for one in rows if label in ("Total", one["outcome"])]
                self.assertEqual(number, len(mine))
                self.assertEqual(amount, sum(one["amount"] for one in mine))
        march = self.compile(G6, self.manager, "2026-03-31")["sections"]
        (section,) = (one for one in march if one["title"] == "Deferred Payments")
        self.assertEqual([row["values"][1] for row in section["rows"]], [1, 1, 0, 0, 2])

    def test_period_that_still_runs(self):
        """Nothing is broken before its day: list and counts are those of today."""
        with self.at("2026-04-01"):
            self.assertEqual(self.outcome("2026-04-30"), ["Not Yet Due"])
            counts = self.rows(G15, "2026-04-30", section=1, date_from="2026-03-01")
            self.assertEqual([row["number"] for row in counts], [1, 0, 0, 0])

    def test_who_sees(self):
        for user, number in ((self.rep_a, 1), (self.rep_b, 0), (self.finance, 1)):
            rows = self.rows(G15, "2026-03-31", user, date_from="2026-03-01")
            self.assertEqual(len(rows), number)

    def test_queries(self):
        def more():
            with self.at("2026-03-10"):
                for unit in self.units[4:6]:
                    self.contracts.append(self.make_contract(unit))
            with self.at("2026-03-31", "01:00"):
                for contract in self.contracts:
                    self.defer(contract.installment_ids[0], "2026-06-01")

        self.contracts = []
        self.assertSameQueries(G15, "2026-03-31", more, date_from="2026-03-01")
