"""What a difference between contract and measured area is worth. Knows no Odoo.

商品房销售管理办法 art. 20, where the contract says nothing else: within 3 % (3 % itself
included) by the contract's price, either way. Beyond it the buyer may return the unit.
If he keeps it: of a larger unit the seller bears what is beyond 3 %, of a smaller one
he returns it twice over.

The whole difference is rounded once and its parts make it up to the cent.
"""

from dataclasses import dataclass
from decimal import Decimal

from .loan_maths import cents, exact

METHODS = ("limit", "actual", "none")


@dataclass(frozen=True)
class Part:
    """A line of the settlement; `amount` > 0 is paid by the buyer, < 0 returned."""

    kind: str  # within, beyond_larger, beyond_smaller, whole or none
    area: Decimal  # signed, ㎡
    value: Decimal  # of the area at the contract's price, signed
    amount: Decimal


def ratio(contract_area, measured_area):
    """面积误差比 in percent: (measured − contract) / contract"""
    contract_area = exact(contract_area)
    return (exact(measured_area) - contract_area) / contract_area * 100


def is_beyond(contract_area, measured_area, limit_percent):
    return abs(ratio(contract_area, measured_area)) > exact(limit_percent)


def settle(price, contract_area, measured_area, method, limit_percent=3):
    """:param price: of the whole unit by contract

    :return: list of Part; empty when the areas agree
    """
    price, contract = exact(price), exact(contract_area)
    difference = exact(measured_area) - contract
    if not difference:
        return []
    value = cents(price * difference / contract)
    if method == "none":
        return [Part("none", difference, value, Decimal(0))]
    if method == "actual":
        return [Part("whole", difference, value, value)]
    if not is_beyond(contract, measured_area, limit_percent):
        return [Part("within", difference, value, value)]
    larger = difference > 0
    limit = contract * exact(limit_percent) / 100 * (1 if larger else -1)
    within = cents(price * limit / contract)
    beyond = value - within
    return [
        Part("within", limit, within, within),
        Part(
            "beyond_larger" if larger else "beyond_smaller",
            difference - limit,
            beyond,
            Decimal(0) if larger else 2 * beyond,
        ),
    ]
