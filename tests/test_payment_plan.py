from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PropertyCommon

SIGNED = date(2026, 3, 1)
CENTS = st.integers(min_value=1, max_value=9_999_999_999)
# A line in front of the balance: a hundredth of a percent, or an amount in cents.
FRONT_LINE = st.one_of(
    st.tuples(st.just("percent"), st.integers(min_value=1, max_value=10_000)),
    st.tuples(st.just("amount"), CENTS),
)


@tagged("post_install", "-at_install")
class TestPaymentPlan(PropertyCommon):
    """F1: from a plan and a price to instalments."""

    def make_plan(self, *lines):
        return self.env["property.payment.plan"].create(
            {
                "name": "Test Plan",
                "project_id": self.project.id,
                "payment_method": "instalment",
                "line_ids": [
                    Command.create(
                        {"name": f"Line {number}", "sequence": number} | line
                    )
                    for number, line in enumerate(lines, 1)
                ],
            }
        )

    def test_amounts_and_dates(self):
        """F1: percents are of the price, days count from signing, dates are dates."""
        plan = self.make_plan(
            {"value": "amount", "amount": 20_000, "kind": "deposit"},
            {"percent": 30, "days": 7, "kind": "down_payment"},
            {"percent": 20, "date": "2026-12-31", "days": 5},
            {"value": "balance", "days": 60, "kind": "mortgage"},
        )
        values = plan.installments(1_000_000, SIGNED)
        self.assertEqual(
            [(line["amount"], line["due_date"], line["kind"]) for line in values],
            [
                (20_000, SIGNED, "deposit"),
                (300_000, SIGNED + timedelta(days=7), "down_payment"),
                (200_000, date(2026, 12, 31), "installment"),
                (480_000, SIGNED + timedelta(days=60), "mortgage"),
            ],
        )
        self.assertEqual([line["sequence"] for line in values], [1, 2, 3, 4])

    def test_last_line_takes_the_rounding(self):
        """F1: thirds of 100.00 are 33.33, 33.33 and 33.34."""
        amounts = [
            line["amount"] for line in self.plan_instalments.installments(100, SIGNED)
        ]
        self.assertEqual(amounts, [33.33, 33.33, 33.34])

    def test_any_price_and_plan(self):
        """F1: whatever the price and the plan, the instalments are positive, of whole
        cents and add up to the price to the cent; or the plan is refused because it
        leaves nothing for a line."""
        plan = self.make_plan({"value": "balance"})
        balance = plan.line_ids

        @settings(
            max_examples=60,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(price=CENTS, front=st.lists(FRONT_LINE, max_size=5))
        def check(price, front):
            if sum(value for kind, value in front if kind == "percent") > 10_000:
                return
            (plan.line_ids - balance).unlink()
            balance.sequence = 99
            plan.line_ids = [
                Command.create(
                    {"name": "x", "sequence": number, "value": kind, kind: value / 100}
                )
                for number, (kind, value) in enumerate(front)
            ]
            try:
                lines = plan.installments(price / 100, SIGNED)
            except ValidationError:
                # By hand, in whole cents: something was left for nobody.
                left = price
                taken = [
                    value
                    if kind == "amount"
                    else round(Decimal(price) * value / 10_000 + Decimal("1e-9"))
                    for kind, value in front
                ]
                self.assertTrue(
                    min([*taken, left - sum(taken)]) <= 0, (price, front, taken)
                )
                return
            amounts = [Decimal(str(line["amount"])) for line in lines]
            self.assertEqual(len(amounts), len(front) + 1)
            self.assertEqual(sum(amounts), Decimal(price) / 100)
            for amount in amounts:
                self.assertGreater(amount, 0)
                self.assertEqual(amount, amount.quantize(Decimal("0.01")))

        check()

    def test_too_large_fixed_amounts(self):
        """F1: fixed amounts that leave nothing for the balance are refused by name."""
        plan = self.make_plan(
            {"value": "amount", "amount": 600},
            {"value": "amount", "amount": 400},
            {"value": "balance"},
        )
        for price in (1000, 999.99, 500):
            with (
                self.subTest(price=price),
                self.assertRefused("Test Plan.*Line 3"),
            ):
                plan.installments(price, SIGNED)
        self.assertEqual(plan.installments(1000.01, SIGNED)[-1]["amount"], 0.01)

    def test_balance_is_last(self):
        """F1: a plan has one balance, as its last line."""
        half, rest = {"percent": 50}, {"value": "balance"}
        for lines in ((half,), (rest, half), (rest, rest), (half, rest, half), ()):
            with (
                self.subTest(lines=lines),
                self.assertRefused("Test Plan"),
            ):
                self.make_plan(*lines)
        self.make_plan(half, rest)

    def test_balance_stays_last(self):
        """F1: a plan is not changed into an unsound one, and where its lines were
        changed behind its back it makes no instalments."""
        plan = self.make_plan({"percent": 50}, {"value": "balance"})
        half, balance = plan.line_ids
        for line, vals in (
            (half, {"sequence": 9}),
            (balance, {"value": "percent", "percent": 50}),
            (half, {"percent": 100.01}),
        ):
            with self.subTest(vals=vals):
                with self.assertRaises(ValidationError):
                    plan.line_ids = [Command.update(line.id, vals)]
                before = line.read(list(vals), load=None)[0]
                line.write(vals)
                with self.assertRaises(ValidationError):
                    plan.installments(1000, SIGNED)
                line.write(before)
        self.assertEqual(len(plan.installments(1000, SIGNED)), 2)
        balance.unlink()
        with self.assertRaises(ValidationError):
            plan.installments(1000, SIGNED)

    def test_percents_within_hundred(self):
        """F1: the percentages of a plan do not exceed 100."""
        with self.assertRefused("100"):
            self.make_plan({"percent": 60}, {"percent": 40.01}, {"value": "balance"})

    @mute_logger("odoo.sql_db")
    def test_lines_are_positive(self):
        """F1: no line takes nothing, none is due before signing."""
        for line in (
            {"percent": 0},
            {"percent": -5},
            {"value": "amount", "amount": 0},
            {"percent": 5, "days": -1},
        ):
            with self.subTest(line), self.assertRaises(IntegrityError):
                self.make_plan(line, {"value": "balance"})
