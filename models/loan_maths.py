"""What a loan costs, as banks in China reckon it. Knows no Odoo.

Two ways of repayment: 等额本息, the same amount every month, and 等额本金, the same
principal every month and interest on what is left. Money is `Decimal`, rates are per
year in percent, the term is in months.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

CENT = Decimal("0.01")
MONTHS = 12
DIGITS = 40  # (1 + rate) ** 360 leaves enough of them for the cent


def cents(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def exact(number):
    """A figure as it is written: 3.1, not what is nearest to it in binary."""
    return number if isinstance(number, Decimal) else Decimal(str(number))


@dataclass(frozen=True)
class Repayment:
    """What is paid for one loan."""

    first: Decimal = Decimal(0)
    decrease: Decimal = Decimal(0)  # by which each month's payment is below the last
    interest: Decimal = Decimal(0)  # over the whole term

    def __add__(self, other):
        return Repayment(
            self.first + other.first,
            self.decrease + other.decrease,
            self.interest + other.interest,
        )


def _terms(principal, year_percent, months):
    if months <= 0:
        raise ValueError("a loan has a term")
    return exact(principal), exact(year_percent) / 100 / MONTHS


def equal_payments(principal, year_percent, months):
    """等额本息: P·r·(1+r)ⁿ / ((1+r)ⁿ − 1) every month"""
    with localcontext(prec=DIGITS):
        principal, rate = _terms(principal, year_percent, months)
        if rate:
            growth = (1 + rate) ** months
            payment = principal * rate * growth / (growth - 1)
        else:
            payment = principal / months
        return Repayment(
            first=cents(payment), interest=cents(payment * months - principal)
        )


def equal_principal(principal, year_percent, months):
    """等额本金: P/n every month and the interest on what was still owed"""
    with localcontext(prec=DIGITS):
        principal, rate = _terms(principal, year_percent, months)
        part = principal / months
        return Repayment(
            first=cents(part + principal * rate),
            decrease=cents(part * rate),
            interest=cents(principal * rate * (months + 1) / 2),
        )
