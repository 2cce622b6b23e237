import random
import time
from collections import Counter

import psycopg2

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import tagged

from .race import CommittedCase, own_connection, request

FIGHTERS, UNITS, SECONDS = 100, 10, 60
# Which state of a unit a live deposit in each state means (E2).
UNIT_STATE = {
    "slip": "slip",
    "paid": "slip",
    "confirmed": "deposit",
    "signed": "contracted",
}


def open_slip(env, rng, unit, clients, plan):
    deposit = env["property.deposit"].create(
        {
            "unit_id": unit.id,
            "lead_id": rng.choice(clients),
            "amount": 20_000,
            "plan_id": plan,
        }
    )
    deposit.action_open_slip()


def hold(env, rng, unit, clients, plan):
    unit.action_hold("Fight")


def release(env, rng, unit, clients, plan):
    unit.action_release()


def lapse(env, rng, unit, clients, plan):
    unit.deposit_id.action_lapse()


def withdraw(env, rng, unit, clients, plan):
    unit.deposit_id.action_cancel("Fight")


def pay(env, rng, unit, clients, plan):
    unit.deposit_id.action_register_payment()


def confirm(env, rng, unit, clients, plan):
    unit.deposit_id.action_confirm()


def sign(env, rng, unit, clients, plan):
    unit.deposit_id.action_sign()


def ask(env, unit, kind, **vals):
    """Request a change of the unit's sale: an exchange locks the new unit."""
    reason = env["property.change.reason"].search([("kind", "=", kind)], limit=1)
    change = env["property.change"].create(
        {"kind": kind, "deposit_id": unit.deposit_id.id, "reason_id": reason.id} | vals
    )
    change.action_request()


def ask_exchange(env, rng, unit, clients, plan):
    free = env["property.unit"].search(
        [("project_id", "=", unit.project_id.id), ("state", "=", "available")]
    )
    new = rng.choice(free or unit)
    ask(env, unit, "exchange", new_unit_id=new.id, new_plan_id=plan)


def ask_cancel(env, rng, unit, clients, plan):
    ask(env, unit, "cancel", fault=rng.choice(("buyer", "none")))


def change_of(unit):
    changes = unit.deposit_id.change_ids.filtered(
        lambda change: change.state in ("draft", "approved")
    )
    if not changes:
        raise UserError("Nothing is under way.")
    return changes


def approve(env, rng, unit, clients, plan):
    manager = unit.project_id.user_ids.filtered(
        lambda user: user._has_office_role("manager")
    )
    change_of(unit).with_user(manager).validate_tier()


def execute(env, rng, unit, clients, plan):
    change_of(unit).action_execute()


def give_up(env, rng, unit, clients, plan):
    change_of(unit).action_withdraw()


CHANGE = (ask_exchange, ask_exchange, ask_cancel, approve, execute, execute, give_up)


# What a fighter tries with a unit in each state; what does not fit is refused.
MOVES = {
    "held": (release,),
    "available": (open_slip, open_slip, open_slip, hold),
    "slip": (pay, confirm, pay, confirm, lapse, withdraw),
    "deposit": (sign, *CHANGE),
    "contracted": CHANGE,
}


def fight(database, seed, deadline, user_id, unit_ids, clients, plan, channel):
    """A process of its own: try one step after the other until the time is over.

    Sends how often each step was done, refused, or given up to the others.
    """
    own_connection(database)
    rng = random.Random(seed)
    count = Counter()
    while time.monotonic() < deadline:
        attempt = Attempt(rng, rng.choice(unit_ids), clients, plan)
        try:
            request(database, user_id, attempt)
            outcome = "done"
        except (UserError, AccessError, RedirectWarning):
            outcome = "refused"
        except psycopg2.OperationalError:  # as the server: please try again
            outcome = "busy"
        count[attempt.name, outcome] += 1
    channel.send(count)


class Attempt:
    """One request: some step that may fit the state in which the unit is met."""

    def __init__(self, rng, unit_id, clients, plan):
        self.rng, self.unit_id, self.clients, self.plan = rng, unit_id, clients, plan
        self.name = None

    def __call__(self, env):
        unit = env["property.unit"].browse(self.unit_id)
        step = self.rng.choice(MOVES[unit.state])
        self.name = step.__name__
        step(env, self.rng, unit, self.clients, self.plan)


@tagged("post_install", "-at_install")
class TestFight(CommittedCase):
    def test_hundred_processes_ten_units(self):
        """E2, A3: a hundred at once take, pay, sign, exchange and free ten units for a
        minute; in the end states, ledger, documents and money agree."""
        self.make_office(UNITS, 3 * FIGHTERS, roles=("manager",))
        deadline = time.monotonic() + SECONDS
        clients = self.clients.ids
        counts = self.fork(
            fight,
            [
                (
                    self.database,
                    number,
                    deadline,
                    self.env.uid,
                    self.units.ids,
                    clients[3 * number : 3 * number + 3],
                    self.plan.id,
                )
                for number in range(FIGHTERS)
            ],
        )
        total = sum(counts, Counter())
        for step in {step for steps in MOVES.values() for step in steps}:
            self.assertTrue(total[step.__name__, "done"], step.__name__)
        self.check_units()
        self.check_money()

    def check_units(self):
        for unit in self.units:
            with self.subTest(unit=unit.name):
                steps = unit.event_ids.sorted("id")
                for before, after in zip(steps, steps[1:], strict=False):
                    self.assertEqual(after.from_state, before.to_state)
                self.assertEqual(unit.state, steps[-1].to_state)
                live = self.env["property.deposit"].search(
                    [("unit_id", "=", unit.id), ("state", "in", list(UNIT_STATE))]
                )
                self.assertLessEqual(len(live), 1)
                self.assertEqual(unit.deposit_id, live)
                if live:
                    self.assertEqual(unit.state, UNIT_STATE[live.state])
                else:
                    self.assertIn(unit.state, ("available", "held"))
                contracts = self.env["property.contract"].search(
                    [("unit_id", "=", unit.id), ("state", "!=", "cancelled")]
                )
                self.assertEqual(bool(contracts), unit.state == "contracted")
                self.assertEqual(unit.contract_id, contracts)

    def check_money(self):
        mine = [("project_id", "=", self.project.id)]
        deposits = self.env["property.deposit"].search(mine)
        receipts = self.env["property.receipt"].search(mine)
        confirmed = receipts.filtered(lambda receipt: receipt.state == "confirmed")
        for deposit in deposits:
            with self.subTest(deposit=deposit.name):
                own = confirmed & deposit.receipt_ids
                self.assertEqual(deposit.paid_amount, sum(own.mapped("signed_amount")))
                # A cancelled one keeps it until finance refunds; an exchanged one has
                # handed it over.
                is_paid = deposit.confirm_date and deposit.state != "exchanged"
                paid = is_paid and deposit.amount
                self.assertEqual(deposit.paid_amount, paid or 0)
        self.assertEqual(
            sum(deposits.mapped("paid_amount")),
            sum(confirmed.mapped("signed_amount")),
        )
        for contract in self.env["property.contract"].search(mine):
            dues = contract.installment_ids
            self.assertEqual(sum(dues.mapped("amount")), contract.price)
            self.assertEqual(sum(dues.mapped("paid_amount")), contract.paid_amount)
