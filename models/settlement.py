"""Who gets which money back when a sale is undone (E7).

Plain Python without a database, so that every figure can be checked by hand. The law is
that of the PRC: Civil Code (2021), the Supreme Court's interpretation of its book on
contracts (Fa Shi [2023] 13) and that on the sale of commercial housing (Fa Shi [2003] 7
as of 2020).

A line says what becomes of one part of the money: `base` is the part of what was
paid, `amount` what the client gets for it. What the office keeps is the difference;
where it is negative, the office pays of its own.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

DEPOSIT, EARNEST, PRICE, FEE = NATURES = ("deposit", "earnest", "price", "fee")
COMPENSATION = "compensation"
CENT = Decimal("0.01")
YEAR = 365


def cents(amount):
    """`amount` as an exact number of cents, half a cent up."""
    return Decimal(str(amount)).quantize(CENT, ROUND_HALF_UP)


def percent_of(amount, percent):
    return cents(amount * Decimal(str(percent)) / 100)


@dataclass(frozen=True)
class Payment:
    """Money that finance has confirmed; a refund is negative."""

    nature: str
    amount: Decimal
    day: date


@dataclass(frozen=True)
class Terms:
    """What the contract and the policy of the day say, in per cent."""

    deposit_limit: float = 20.0
    deposit_stays: bool = True  # a deposit also after signing; else part of the price
    buyer_penalty: float = 0.0  # of the price, once the contract is signed
    seller_penalty: float = 0.0
    interest: float = 0.0  # a year, on the price paid, where the buyer is not at fault


@dataclass(frozen=True)
class Sale:
    fault: str  # buyer, seller, none
    price: Decimal
    payments: tuple = ()
    is_confirmed: bool = True  # finance has confirmed the deposit
    is_signed: bool = False
    day: date = field(default_factory=date.today)
    fee_remitted: Decimal = Decimal(0)  # of the fees, what was passed on already

    def paid(self, nature):
        return sum(
            (cents(one.amount) for one in self.payments if one.nature == nature),
            Decimal(0),
        )


@dataclass(frozen=True)
class Line:
    kind: str
    nature: str
    base: Decimal
    amount: Decimal


def settle(sale, terms):
    """:return: the lines of a settlement; those that would be empty are left out"""
    lines = (
        *_deposit(sale, terms),
        Line("earnest_returned", EARNEST, sale.paid(EARNEST), sale.paid(EARNEST)),
        *_price(sale, terms),
        *_fees(sale),
    )
    return [line for line in lines if line.base or line.amount]


def _security(sale, terms):
    """The part of the money that is a deposit in the law's sense (art. 586)."""
    if not sale.is_confirmed or (sale.is_signed and not terms.deposit_stays):
        return Decimal(0)
    limit = percent_of(cents(sale.price), terms.deposit_limit)
    return min(sale.paid(DEPOSIT), limit)


def _penalty(sale, terms):
    """What the contract's clause promises to who is not at fault."""
    percent = {"buyer": terms.buyer_penalty, "seller": terms.seller_penalty}
    if not sale.is_signed or sale.fault not in percent:
        return Decimal(0)
    return percent_of(cents(sale.price), percent[sale.fault])


def _deposit(sale, terms):
    paid, security = sale.paid(DEPOSIT), _security(sale, terms)
    rest = paid - security
    if not sale.is_confirmed:
        yield Line("deposit_unconfirmed", DEPOSIT, rest, rest)
    elif sale.is_signed and not terms.deposit_stays:
        yield Line("deposit_credited", DEPOSIT, rest, rest)
    else:
        yield Line("deposit_excess", DEPOSIT, rest, rest)
    if sale.fault == "none":
        yield Line("deposit_returned", DEPOSIT, security, security)
    elif _penalty(sale, terms) > security:  # art. 588: one of the two, the better one
        yield Line("deposit_waived", DEPOSIT, security, security)
    elif sale.fault == "buyer":
        yield Line("deposit_forfeited", DEPOSIT, security, Decimal(0))
    else:
        yield Line("deposit_due_back", DEPOSIT, security, security)
        yield Line("deposit_doubled", DEPOSIT, Decimal(0), security)


def _price(sale, terms):
    paid = sale.paid(PRICE)
    yield Line("price_returned", PRICE, paid, paid)
    if sale.fault != "buyer":
        yield Line("interest", PRICE, Decimal(0), _interest(sale, terms))
    penalty = _penalty(sale, terms)
    if penalty > _security(sale, terms):
        sign = -1 if sale.fault == "buyer" else 1
        yield Line(f"penalty_{sale.fault}", PRICE, Decimal(0), sign * penalty)


def _interest(sale, terms):
    """Simple interest on the price, and what became part of it, from the day paid."""
    credited = sale.is_signed and not terms.deposit_stays
    natures = (PRICE, DEPOSIT) if credited else (PRICE,)
    days = sum(
        cents(one.amount) * (sale.day - one.day).days
        for one in sale.payments
        if one.nature in natures
    )
    return max(percent_of(days / Decimal(YEAR), terms.interest), Decimal(0))


def _fees(sale):
    """Fees were collected for others: what they have is claimed back from them."""
    paid = sale.paid(FEE)
    remitted = min(cents(sale.fee_remitted), paid)
    yield Line("fee_returned", FEE, paid - remitted, paid - remitted)
    yield Line("fee_remitted", FEE, remitted, Decimal(0))


def refunds(lines):
    """What finance pays out, by the nature of the money.

    Nobody is returned more of a kind than he paid of it: what is above is compensation.
    What the client owes is set off against what he gets (Civil Code, art. 568).

    :return: ({nature: amount}, what the client still owes)
    """
    result, owed = dict.fromkeys((*NATURES, COMPENSATION), Decimal(0)), Decimal(0)
    for nature in NATURES:
        mine = [line for line in lines if line.nature == nature]
        base = sum((cents(line.base) for line in mine), Decimal(0))
        amount = sum((cents(line.amount) for line in mine), Decimal(0))
        result[nature] = min(max(amount, Decimal(0)), base)
        result[COMPENSATION] += max(amount - base, Decimal(0))
        owed += max(-amount, Decimal(0))
    for nature in (COMPENSATION, PRICE, DEPOSIT, EARNEST, FEE):
        set_off = min(owed, result[nature])
        result[nature] -= set_off
        owed -= set_off
    return {nature: amount for nature, amount in result.items() if amount}, owed
