"""How a unit is paid for: plans and deed tax go by what it is."""

from odoo import Command

# Deed tax (契税) in percent, of a first home as since 2024-12-01, by what the unit is;
# a plan is for one of these, which its name begins with.
SHOP, LARGE, HOME = "商铺", "140㎡以上", ""
DEED_TAX = {HOME: 1.0, LARGE: 1.5, SHOP: 3.0}
# Name, way of payment, lines: (name, kind, percent or yuan or 0 for the rest, days).
PLANS = [
    (
        "一次性付款",
        "lump_sum",
        [("首期房款", "down_payment", 50, 0), ("余款", "installment", 0, 30)],
    ),
    (
        "商业按揭（首付三成）",
        "mortgage",
        [("首付款", "down_payment", 30, 0), ("按揭贷款", "mortgage", 0, 45)],
    ),
    (
        "分期付款",
        "instalment",
        [
            ("首付款", "down_payment", 40, 0),
            ("第二期房款", "installment", 30, 30),
            ("尾款", "installment", 0, 60),
        ],
    ),
    (
        "公积金组合贷款",
        "combined",
        [
            ("首付款", "down_payment", 30, 0),
            ("公积金贷款", "provident", 300_000, 50),
            ("商业贷款", "mortgage", 0, 60),
        ],
    ),
]
# Half of a shop is paid down, and no housing fund lends on one.
SHOP_PLANS = [
    PLANS[0],
    (
        "商业按揭（首付五成）",
        "mortgage",
        [("首付款", "down_payment", 50, 0), ("按揭贷款", "mortgage", 0, 45)],
    ),
    PLANS[2],
]


def product(unit):
    """What the deed tax and the plans of a unit go by: one of `DEED_TAX`."""
    if unit.unit_type_id.name.startswith("商"):
        return SHOP
    return LARGE if unit.area_gross > 140 else HOME


def plan_for(unit, method):
    """The plan of a unit for a way of payment; a loan on a shop is the bank's."""
    kind = product(unit)
    if kind == SHOP and method == "combined":
        method = "mortgage"
    return unit.project_id.plan_ids.filtered(
        lambda plan: plan.payment_method == method and product_of(plan) == kind
    )


def product_of(plan):
    """What a plan is for, by the word its name begins with."""
    return next((kind for kind in (SHOP, LARGE) if plan.name.startswith(kind)), HOME)


def plans():
    """The values of all plans of a project."""
    for kind in DEED_TAX:
        for name, method, lines in SHOP_PLANS if kind == SHOP else PLANS:
            yield _plan(" · ".join(filter(None, (kind, name))), method, lines)


def _plan(name, method, lines):
    return {
        "name": name,
        "payment_method": method,
        "line_ids": [
            Command.create(
                {
                    "name": line,
                    "kind": kind,
                    "sequence": 10 * place,
                    "days": days,
                    **_share(share),
                }
            )
            for place, (line, kind, share, days) in enumerate(lines, 1)
        ],
    }


def _share(share):
    if not share:
        return {"value": "balance"}
    if share <= 100:
        return {"value": "percent", "percent": share}
    return {"value": "amount", "amount": share}
