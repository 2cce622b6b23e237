"""Whether the story adds up: asked before it is kept."""

from datetime import timedelta

from odoo import fields

from .collections import TAX
from .figures import counted, facts_by_sql, periods_apart, splits_apart, summed, unlike
from .plans import DEED_TAX, SHOP, product

LIVE = ("slip", "paid", "confirmed", "signed")
UNIT_OF = {
    "slip": "slip",
    "paid": "slip",
    "confirmed": "deposit",
    "signed": "contracted",
}


def check(env):
    """:raise AssertionError: naming everything that does not add up"""
    env.flush_all()
    env.invalidate_all()
    claims = {
        **_units(env),
        **_money(env),
        **_people(env),
        **_time(env),
        **_figures(env),
        **_life(env),
    }
    broken = [claim for claim, records in claims.items() if records]
    if broken:
        raise AssertionError(
            "\n".join(f"{claim}: {claims[claim]!r:.500}" for claim in broken)
        )


# Each of these gives {claim: what contradicts it}.


def _units(env):
    units = env["property.unit"].search([])
    last = units.states_at(fields.Datetime.now())
    deposits = env["property.deposit"].search([("state", "in", LIVE)])
    held = deposits.grouped("unit_id")
    return {
        "a unit's state is its last move": units.filtered(
            lambda unit: last[unit.id] != unit.state
        ),
        "a unit has one live deposit": [one for one in held.values() if len(one) > 1],
        "a unit knows its deposit": units.filtered(
            lambda unit: unit.deposit_id != held.get(unit, deposits.browse())
        ),
        "a unit is held by one open hold": units.filtered(
            lambda unit: (unit.state == "held") != bool(unit.hold_id)
        ),
        "unit and deposit agree": deposits.filtered(
            lambda deposit: deposit.unit_id.state != UNIT_OF[deposit.state]
        ),
        "sold under a permit": deposits.filtered(
            lambda deposit: (
                not deposit.unit_id.permit_id.is_valid_on(
                    deposit.project_id.local_day(deposit.date)
                )
            )
        ),
    }


def _money(env):
    contracts = env["property.contract"].search([])
    installments = contracts.installment_ids
    receipts = env["property.receipt"].search([])
    confirmed = receipts.filtered(lambda receipt: receipt.state == "confirmed")
    return {
        "instalments add up to the price": contracts.filtered(
            lambda one: _differ(
                [one.installment_ids._price_sum()],
                one.price + one.area_amount,
            )
        ),
        "receipts add up to what is paid": contracts.filtered(
            lambda one: _differ(
                [
                    receipt.signed_amount
                    for receipt in one.receipt_ids & confirmed
                    if receipt.nature in ("deposit", "price")
                ],
                one.paid_amount,
            )
        ),
        "what is paid is on the instalments": contracts.filtered(
            lambda one: _differ(
                one.installment_ids.mapped("paid_amount"),
                min(one.paid_amount, one.price + one.area_amount)
                + min(one.fee_paid_amount, one.fee_amount),
            )
        ),
        "the deed tax is that of the unit": installments.filtered(
            lambda one: (
                one.name == TAX
                and abs(
                    100 * one.amount / one.contract_id.price
                    - DEED_TAX[product(one.contract_id.unit_id)]
                )
                > 0.01
            )
        ),
        "no housing fund lends on a shop": installments.filtered(
            lambda one: (
                one.kind == "provident" and product(one.contract_id.unit_id) == SHOP
            )
        ),
        "a confirmed deposit is paid": env["property.deposit"]
        .search([("state", "in", ("confirmed", "signed"))])
        .filtered(lambda one: one.paid_amount < one.amount),
    }


def _differ(amounts, total):
    return round(sum(amounts) - total, 2) != 0


def _people(env):
    leads = env["crm.lead"].search([])
    owners = {}
    for entry in env["property.ownership"].search([], order="date, id"):
        owners[entry.lead_id] = entry.user_id
    entries = env["property.interaction"].search([])
    # A caller nobody has registered is of who took the call, or took it over.
    taken = {entry: entry.user_id for entry in entries} | {
        line.interaction_id: line.receiver_id
        for line in env["property.client.handover.line"].search(
            [("interaction_id", "!=", False)]
        )
    }
    strangers = {}
    for user in env["res.users"].search([("login", "=like", "rep%")]):
        seen = leads.with_user(user).search([]).sudo()
        strangers[user.login] = seen.filtered(
            lambda lead, user=user: user not in lead.user_id + lead.shared_ids.user_id
        )
    return {
        "the owner is the last of the ledger": leads.filtered(
            lambda lead: lead.user_id != owners[lead]
        ),
        "an entry is of the client's owner": entries.filtered(
            lambda entry: (
                entry.owner_id
                != (entry.lead_id.user_id if entry.lead_id else taken.get(entry))
            )
        ),
        "a rep sees own and shared clients": {
            login: seen for login, seen in strangers.items() if seen
        },
    }


def _time(env):
    now = fields.Datetime.now()
    dates = {
        "property.interaction": "date",
        "property.unit.event": "date",
        "property.ownership": "date",
        "property.deposit": "date",
        "crm.lead": "registered_date",
        "property.receipt": "create_date",
    }
    late = {
        f"nothing of {model} lies ahead": env[model].search([(date, ">", now)])
        for model, date in dates.items()
    }
    project = env["property.project"].search([], limit=1)
    first, _end = project.day_bounds(project.local_day() - timedelta(days=1))
    broken = [
        proof["message"]
        for proof in map(
            type(project).verify_register, env["property.project"].search([])
        )
        if proof["problem"]
    ]
    return late | {
        "the register proves itself": broken,
        "past days are closed": env["property.interaction"].search(
            [("date", "<", first), ("state", "=", "open")]
        ),
    }


def _figures(env):
    project = env["property.project"].search([], limit=1)
    facts = facts_by_sql(env, project.local_day())
    return {
        "the figures are the same when reckoned otherwise": unlike(
            counted(env, "project_id", "day:day", "user_id"),
            summed(facts, "project_id", "day", "user_id"),
        ),
        "days add up to weeks, months, years": periods_apart(env),
        "reps, channels, buildings add up to the total": splits_apart(env),
    }


def _life(env):
    """There is something of everything to look at (that chance cannot leave out)."""
    wanted = {
        "property.unit": (
            "state",
            ("unreleased", "held", "available", "slip", "deposit", "contracted"),
        ),
        "property.deposit": ("state", (*LIVE, "lapsed", "cancelled")),
        "property.contract": ("state", ("signed", "filed")),
        "property.receipt": ("state", ("draft", "confirmed")),
        "property.installment": ("state", ("pending", "paid", "overdue")),
        "property.mortgage": ("state", ("open", "paid", "refused")),
        "property.contract.document": ("state", ("missing", "received")),
        "property.deferral": ("state", ("approved", "kept", "broken")),
        "property.case": ("state", ("open", "working", "solved", "closed")),
        "crm.lead": ("ownership_state", ("owned", "free", "sold")),
        "property.interaction": ("invalid_reason", ("survey", "wrong", "agent")),
    }
    return {
        f"there is a {model} that is {value}": not env[model].search_count(
            [(field, "=", value)]
        )
        for model, (field, values) in wanted.items()
        for value in values
    }
