from datetime import date, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PropertyCommon

BANDS = ("not_due", "d30", "d60", "d90", "over", False)


class InstallmentCommon(PropertyCommon):
    @classmethod
    def make_plan(cls, *lines, name="Test Plan"):
        return cls.env["property.payment.plan"].create(
            {
                "name": name,
                "project_id": cls.project.id,
                "line_ids": [
                    Command.create({"name": f"Line {number}", "sequence": number} | one)
                    for number, one in enumerate(lines, 1)
                ],
            }
        )


@tagged("post_install", "-at_install")
class TestFees(InstallmentCommon):
    """F1, F2: fees are collected for others, on top of the price and apart from it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.make_plan(
            {"percent": 30, "kind": "down_payment"},
            {"kind": "fee", "percent": 3, "name": "Deed tax"},
            {"value": "balance", "days": 30},
            {"kind": "fee", "value": "per_sqm", "amount": 65, "name": "Repair fund"},
            {"kind": "fee", "value": "amount", "amount": 80, "name": "Registration"},
        )
        cls.contract = cls.sell(
            cls.make_client(cls.rep_a), cls.unit, plan_id=cls.plan.id
        )

    def test_on_top_of_the_price(self):
        """F1: percent of the price, per ㎡ or amount; the rest adds up to the price."""
        area = self.unit.area_gross
        self.assertRecordValues(
            self.contract.installment_ids,
            [
                {"kind": "down_payment", "amount": 300_000},
                {"kind": "fee", "amount": 30_000},
                {"kind": "installment", "amount": 700_000},
                {"kind": "fee", "amount": 65 * area},
                {"kind": "fee", "amount": 80},
            ],
        )
        self.assertEqual(self.contract.fee_amount, 30_080 + 65 * area)
        self.assertEqual(self.contract.residual, 980_000)

    def test_two_purses(self):
        """F2: money for fees pays fees and nothing of the price, and the reverse."""
        self.pay(self.contract, 30_050, nature="fee")
        self.pay(self.contract, 300_000)
        down, tax, rest, fund, _last = self.contract.installment_ids
        self.assertEqual([one.paid_amount for one in (tax, fund)], [30_000, 50])
        self.assertEqual([one.paid_amount for one in (down, rest)], [300_000, 20_000])
        self.assertEqual(self.contract.paid_amount, 320_000)
        self.assertEqual(self.contract.fee_paid_amount, 30_050)
        self.pay(self.contract, 10_000, nature="fee", kind="refund")
        self.assertEqual([one.paid_amount for one in (tax, fund)], [20_050, 0])
        with self.assertRefused("More would be returned"):
            self.pay(self.contract, 20_051, nature="fee", kind="refund")
        with self.assertRefused("receipts of fees"):
            self.make_receipt(
                self.contract,
                10,
                line_ids=[Command.create({"installment_id": fund.id, "amount": 10})],
            )

    def test_plan_is_sound(self):
        """F1: a fee takes no balance; the price goes by no ㎡."""
        rest = {"value": "balance"}
        for line in (
            {"kind": "fee", "value": "balance"},
            {"value": "per_sqm", "amount": 5},
        ):
            with (
                self.subTest(line),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.make_plan(line, rest)
        with self.assertRefused("must be the balance"):
            self.make_plan(rest, {"percent": 5})
        self.make_plan({"kind": "fee", "percent": 90}, {"percent": 60}, rest)


@tagged("post_install", "-at_install")
class TestMilestones(InstallmentCommon):
    """F1: 工程节点: what waits for the building falls due when it gets there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.make_plan(
            {"percent": 30},
            {"value": "balance", "milestone": "topped", "days": 10},
        )
        cls.milestone = (
            cls.env["property.milestone"]
            .with_user(cls.control)
            .create(
                {
                    "building_id": cls.building.id,
                    "stage": "topped",
                    "planned_date": "2030-01-01",
                }
            )
        )

    def test_due_when_reached(self):
        """F1, F3: no due date before, so not overdue however late the builders are;
        corrected with the date on which it was reached."""
        contract = self.sell(
            self.make_client(self.rep_a), self.unit, plan_id=self.plan.id
        )
        waiting = contract.installment_ids[1]
        self.assertFalse(waiting.due_date)
        self.assertEqual(waiting.expected_date, date(2030, 1, 11))
        with freeze_time("2031-01-01"):
            self.assertEqual(waiting.state, "pending")
        self.pay(contract, 300_000)
        self.assertEqual(
            contract.installment_ids.mapped("paid_amount"), [300_000, 20_000]
        )
        for reached, due in (
            ("2026-03-01", date(2026, 3, 11)),
            ("2026-04-01", date(2026, 4, 11)),
            (False, False),
        ):
            self.milestone.reached_date = reached
            self.assertEqual(waiting.due_date, due)
        self.milestone.reached_date = "2026-03-01"
        with freeze_time("2026-03-12"):
            self.env.invalidate_all()
            self.assertEqual(waiting.state, "overdue")

    def test_signed_after_it(self):
        """F1: what was reached before is due on the day of signing, not earlier."""
        self.milestone.reached_date = "2020-01-01"
        contract = self.sell(
            self.make_client(self.rep_a), self.unit, plan_id=self.plan.id
        )
        self.assertEqual(contract.installment_ids[1].due_date, contract.sign_date)

    def test_building_without_it(self):
        """F1: whoever drafts the contract is told what is missing."""
        other = self.units[4]  # of the second building
        deposit = self.confirm_deposit(
            self.open_slip(self.make_client(self.rep_a), other, plan_id=self.plan.id)
        )
        with self.assertRefused("no milestone 'Structure Topped Out'"):
            deposit.with_user(self.clerk).action_prepare_contract()

    def test_one_date(self):
        """F1: a line is due on a date or by a milestone."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, "one_date"),
        ):
            self.make_plan(
                {"value": "balance", "milestone": "topped", "date": "2026-01-01"}
            )


@tagged("post_install", "-at_install")
class TestAgeing(InstallmentCommon):
    """F3: how late is what is owed, the same on screen, in search and in analysis."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls.sell(
            cls.make_client(cls.rep_a), cls.unit, plan_id=cls.plan_instalments.id
        )
        cls.first, cls.second, cls.last = cls.contract.installment_ids
        cls.today = cls.project.local_day()

    def at(self, days):
        """A moment of the project's day `days` after signing."""
        day = self.today + timedelta(days=days)
        self.env.invalidate_all()
        return freeze_time(self.project.utc_moment(day) + timedelta(hours=1))

    def test_bands_at_their_edges(self):
        """F3: 未到期, 1–30, 31–60, 61–90, over 90, each to the day."""
        for days, band in (
            (0, "not_due"),
            (1, "d30"),
            (30, "d30"),
            (31, "d60"),
            (60, "d60"),
            (61, "d90"),
            (90, "d90"),
            (91, "over"),
        ):
            with self.subTest(days=days), self.at(days):
                self.assertEqual(self.first.ageing, band)
                self.assertEqual(self.first.overdue_days, days)

    def test_search_and_analysis_agree(self):
        """F3: searching and counting find what the screen shows, on every day."""
        self.pay(self.contract, 313_300)
        self.second._defer(self.today + timedelta(days=50))
        mine = [("contract_id", "=", self.contract.id)]
        report = self.env["property.collection.report"]
        for days in (0, 29, 31, 49, 50, 51, 62, 92, 122, 155):
            with self.subTest(days=days), self.at(days):
                for band in BANDS:
                    having = self.contract.installment_ids.filtered(
                        lambda one, band=band: one.ageing == band
                    )
                    found = self.env["property.installment"].search(
                        [*mine, ("ageing", "=", band)]
                    )
                    self.assertEqual(found, having, band)
                    rows = report.search([*mine, ("ageing", "=", band or "paid")])
                    self.assertEqual(rows.installment_id, having, band)
                for row in report.search(mine):
                    one = row.installment_id
                    self.assertEqual(row.state, one.state)
                    self.assertEqual(row.overdue_days, one.overdue_days)
                    self.assertEqual(
                        row.overdue_amount,
                        one.residual if one.state == "overdue" else 0,
                    )

    def test_deferred(self):
        """F5: while the promise holds it is not late; broken, it is late from the
        first day."""
        self.first._defer(self.today + timedelta(days=20))
        for days, state, late in (
            (5, "deferred", 0),
            (20, "deferred", 0),
            (21, "overdue", 21),
        ):
            with self.subTest(days=days), self.at(days):
                self.assertEqual(self.first.state, state)
                self.assertEqual(self.first.overdue_days, late)
        with self.assertRaises(UserError):
            self.first.with_user(self.manager).write({"deferred_until": "2999-01-01"})

    def test_only_live_contracts(self):
        """F3: a draft owes nothing yet."""
        deposit = self.confirm_deposit(
            self.open_slip(self.make_client(self.rep_a), self.unit_2)
        )
        draft = deposit.with_user(self.clerk)._prepare_contract()
        report = self.env["property.collection.report"]
        self.assertFalse(report.search([("contract_id", "=", draft.id)]))

    def test_totals_by_rep(self):
        """F3: due and overdue by rep add up to what is owed."""
        other = self.sell(self.make_client(self.rep_b), self.unit_2)
        report = self.env["property.collection.report"].with_user(self.finance)
        contracts = self.contract | other
        with self.at(40):
            sums = dict(
                report._read_group(
                    [("contract_id", "in", contracts.ids)],
                    ["user_id"],
                    ["residual:sum"],
                )
            )
        self.assertEqual(
            sums, {self.rep_a: self.contract.residual, self.rep_b: other.residual}
        )


@tagged("post_install", "-at_install")
class TestPlanChange(InstallmentCommon):
    """F1: a signed contract gets other instalments by the manager alone, with a
    reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls.sell(
            cls.make_client(cls.rep_a), cls.unit, plan_id=cls.plan_instalments.id
        )

    def change(self, user, **vals):
        values = {
            "contract_id": self.contract.id,
            "plan_id": self.plan_mortgage.id,
            "reason": "The bank lends",
            "date": self.contract.sign_date,
        }
        return self.env["property.plan.change"].with_user(user).create(values | vals)

    def test_by_the_manager(self):
        """F1: money stays, the history says who, what and why."""
        self.pay(self.contract, 400_000)
        dialog = self.env["property.plan.change"].with_user(self.manager)
        self.assertFalse(dialog.new({"contract_id": self.contract.id}).preview)
        change = self.change(self.manager)
        self.assertIn("Down payment", change.preview)
        change.action_apply()
        self.assertEqual(self.contract.plan_id, self.plan_mortgage)
        self.assertEqual(
            self.contract.installment_ids.mapped("paid_amount"), [300_000, 120_000]
        )
        message = self.contract.message_ids[:1]
        self.assertEqual(message.author_id, self.manager.partner_id)
        for word in ("instalment", "mortgage", "The bank lends"):
            self.assertIn(word, message.body)

    def test_by_nobody_else(self):
        """F1, H1: neither the clerk nor finance, by no call."""
        for role, user in self.actors.items():
            if role == "manager":
                continue
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.contract.with_user(user).action_change_plan(
                    self.plan_mortgage, "Why not"
                )
        with self.assertRefused("Say why"):
            self.contract.with_user(self.manager).action_change_plan(
                self.plan_mortgage, "  "
            )
        with self.assertRaises(UserError):
            self.contract.installment_ids[0].with_user(self.manager).amount = 5

    def test_plan_that_does_not_fit(self):
        """F1: the dialog says so, and nothing changes."""
        plan = self.make_plan({"value": "amount", "amount": 2e6}, {"value": "balance"})
        change = self.change(self.manager, plan_id=plan.id)
        self.assertIn("nothing is left", change.preview)
        with self.assertRefused("nothing is left"):
            change.action_apply()
        self.assertEqual(len(self.contract.installment_ids), 3)
