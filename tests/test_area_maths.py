from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..models.area_maths import METHODS, is_beyond, ratio, settle

# A million for 100 ㎡, 10,000 a ㎡: measured, method, [(kind, ㎡, amount)].
TABLE = [
    ("100.00", "limit", []),
    ("100.01", "limit", [("within", "0.01", "100.00")]),
    ("102.00", "limit", [("within", "2.00", "20000.00")]),
    ("103.00", "limit", [("within", "3.00", "30000.00")]),  # 3 % is within
    (
        "103.01",
        "limit",
        [("within", "3.00", "30000.00"), ("beyond_larger", "0.01", "0.00")],
    ),
    (
        "108.50",
        "limit",
        [("within", "3.00", "30000.00"), ("beyond_larger", "5.50", "0.00")],
    ),
    ("99.99", "limit", [("within", "-0.01", "-100.00")]),
    ("97.00", "limit", [("within", "-3.00", "-30000.00")]),
    (
        "96.99",
        "limit",
        [("within", "-3.00", "-30000.00"), ("beyond_smaller", "-0.01", "-200.00")],
    ),
    (
        "95.00",
        "limit",
        [("within", "-3.00", "-30000.00"), ("beyond_smaller", "-2.00", "-40000.00")],
    ),
    ("105.00", "actual", [("whole", "5.00", "50000.00")]),
    ("95.00", "actual", [("whole", "-5.00", "-50000.00")]),
    ("105.00", "none", [("none", "5.00", "0.00")]),
    ("95.00", "none", [("none", "-5.00", "0.00")]),
]


@tagged("post_install", "-at_install")
class TestAreaMaths(BaseCase):
    def test_table(self):
        """D7: within 3 % by the contract's price, beyond it borne or returned double"""
        for measured, method, expected in TABLE:
            with self.subTest(measured=measured, method=method):
                parts = settle(1_000_000, 100.0, measured, method)
                self.assertEqual(
                    [(part.kind, part.area, part.amount) for part in parts],
                    [(k, Decimal(area), Decimal(sum_)) for k, area, sum_ in expected],
                )

    def test_another_limit(self):
        """D7: a contract may agree on another limit"""
        parts = settle(1_000_000, 100, 99, "limit", 0.6)
        self.assertEqual([part.amount for part in parts], [-6000, -8000])

    def test_binary_fractions(self):
        """D7: 3 % of 89.36 is 2.6808; a float of it must not decide who pays"""
        self.assertFalse(is_beyond(100.1, 103.103, 3))
        self.assertTrue(is_beyond(100.1, 103.104, 3))
        self.assertEqual(ratio(80, 82), Decimal("2.5"))

    @settings(max_examples=200, deadline=None)
    @given(
        st.decimals(100_000, 50_000_000, places=2),
        st.decimals(10, 999, places=2),
        st.decimals(-9, 9, places=2),
        st.sampled_from(METHODS),
    )
    def test_ties_out(self, price, area, difference, method):
        """D7: to the cent the parts are the whole; nobody gains by a rounding"""
        measured = area + difference
        parts = settle(price, area, measured, method)
        whole = settle(price, area, measured, "actual")
        self.assertEqual(
            sum(part.value for part in parts), sum(part.value for part in whole)
        )
        self.assertEqual(sum(part.area for part in parts), difference)
        if method != "limit" or not parts:
            return
        value = parts[0].value + sum(part.value for part in parts[1:])
        amount = sum(part.amount for part in parts)
        beyond = sum(part.value for part in parts[1:])
        if difference > 0:
            self.assertEqual(amount, value - beyond)
            self.assertGreaterEqual(amount, 0)
        else:
            self.assertEqual(amount, value + beyond)
            self.assertLessEqual(amount, 0)
        self.assertEqual(bool(parts[1:]), abs(difference) * 100 > 3 * area)
