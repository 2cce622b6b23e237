from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..models.loan_maths import cents, equal_payments, equal_principal

# Principal, % a year, months; 等额本息: a month, interest; 等额本金: first month,
# decrease, interest. Those of a million are what calculators publish.
TABLE = [
    # r = 1 %: 1200 x .01 x 1.0201 / .0201 = 609.0149; 600 + 12
    ("1200", "12", 2, "609.01", "18.03", "612.00", "6.00", "18.00"),
    # one month: the whole of it with a month's interest
    ("1000", "6", 1, "1005.00", "5.00", "1005.00", "5.00", "5.00"),
    ("1200", "0", 12, "100.00", "0.00", "100.00", "0.00", "0.00"),
    (
        *("1000000", "4.9", 360),
        *("5307.27", "910616.19", "6861.11", "11.34", "737041.67"),
    ),
    # 3.25 %, 20 years: P r = 2708.33; 241 / 2 months of it
    (
        *("1000000", "3.25", 240),
        *("5671.96", "361269.83", "6875.00", "11.28", "326354.17"),
    ),
]


@tagged("post_install", "-at_install")
class TestLoanMaths(BaseCase):
    def test_table(self):
        """A7: monthly payments and interest of both ways, to the cent"""
        for principal, rate, months, *expected in TABLE:
            with self.subTest(principal=principal, rate=rate, months=months):
                even = equal_payments(principal, rate, months)
                falling = equal_principal(principal, rate, months)
                self.assertEqual(
                    [
                        str(cents(amount))
                        for amount in (
                            even.first,
                            even.interest,
                            falling.first,
                            falling.decrease,
                            falling.interest,
                        )
                    ],
                    expected,
                )

    def test_no_term(self):
        for loan in (equal_payments, equal_principal):
            with self.assertRaises(ValueError):
                loan(1000, 3, 0)

    @settings(max_examples=60, deadline=None)
    @given(
        st.decimals(10_000, 10_000_000, places=2),
        st.decimals("0.01", "15", places=2),
        st.integers(1, 360),
    )
    def test_payments_pay_it_off(self, principal, rate, months):
        """A7: month by month nothing is left, as the definition of both ways says"""
        even = equal_payments(principal, rate, months)
        falling = equal_principal(principal, rate, months)
        owed, paid = principal, Decimal(0)
        for _month in range(months):
            interest = owed * rate / 1200
            owed += interest - even.first
            paid += interest
        # A payment is off by half a cent at most, and so is its growth.
        drift = Decimal("0.01") * months * (1 + rate / 1200) ** months
        self.assertLessEqual(abs(owed), drift)
        self.assertLessEqual(abs(paid - even.interest), 2 * drift)
        interests = [
            Fraction(principal) * (months - month) / months * Fraction(rate) / 1200
            for month in range(months)
        ]
        for exact, rounded in (
            (sum(interests), falling.interest),
            (Fraction(principal) / months + interests[0], falling.first),
        ):
            self.assertLessEqual(abs(exact - Fraction(rounded)), Fraction(1, 200))
        self.assertLessEqual(falling.interest, even.interest + Decimal("0.01"))
