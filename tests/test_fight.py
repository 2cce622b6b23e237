import random
import time
from collections import Counter

import psycopg2

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import tagged

from ..models.property_change import OPEN_STATES
from .race import CommittedCase, own_connection, request

FIGHTERS, UNITS, SOLD, SECONDS = 100, 10, 4, 60
# Which state of a unit a live deposit in each state means (E2).
UNIT_STATE = {
    "slip": "slip",
    "paid": "slip",
    "confirmed": "deposit",
    "signed": "contracted",
}


CHANGE = ("ask", "decide", "decide", "execute", "execute", "give_up")


class Attempt:
    """One request: some step that may fit the state in which the unit is met."""

    # What is tried in each state; what does not fit is refused.
    steps = {
        "held": ("release",),
        "available": ("open_slip",) * 5 + ("hold",),
        "slip": ("pay",) * 3 + ("confirm",) * 3 + ("lapse", "cancel"),
        "deposit": ("sign", *CHANGE),
        "contracted": ("refund", *CHANGE),
    }

    def __init__(self, rng, unit_id, clients, plan, manager):
        self.rng, self.unit_id, self.clients = rng, unit_id, clients
        self.plan, self.manager = plan, manager
        self.name = None

    def __call__(self, env):
        self.env = env
        self.unit = env["property.unit"].browse(self.unit_id)
        self.name = self.rng.choice(self.steps[self.unit.state])
        getattr(self, self.name)()

    @property
    def deposit(self):
        return self.unit.deposit_id

    @property
    def change(self):
        """The change of the unit's sale that is under way, or that may be."""
        return self.env["property.change"].search(
            [("deposit_id", "=", self.deposit.id), ("state", "in", OPEN_STATES)]
        )

    def open_slip(self):
        deposit = self.env["property.deposit"].create(
            {
                "unit_id": self.unit.id,
                "lead_id": self.rng.choice(self.clients),
                "amount": 20_000,
                "plan_id": self.plan,
            }
        )
        deposit.action_open_slip()

    def hold(self):
        self.unit.action_hold("Fight")

    def release(self):
        self.unit.action_release()

    def lapse(self):
        self.deposit.action_lapse()

    def cancel(self):
        self.deposit.action_cancel("Fight")

    def pay(self):
        self.deposit.action_register_payment()

    def confirm(self):
        self.deposit.action_confirm()

    def sign(self):
        self.deposit.action_sign()

    def ask(self):
        """For another unit, or to undo the sale."""
        units = self.unit.project_id.unit_ids - self.unit
        kind = self.rng.choice(("exchange", "exchange", "cancel"))
        reasons = self.env["property.change.reason"].search([("kind", "=", kind)])
        change = self.env["property.change"].create(
            {
                "kind": kind,
                "deposit_id": self.deposit.id,
                "new_unit_id": kind == "exchange" and self.rng.choice(units.ids),
                "reason_id": self.rng.choice(reasons.ids),
            }
        )
        change.action_request()

    def decide(self):
        change = self.change.with_user(self.manager)
        step = self.rng.choice(("validate_tier",) * 4 + ("reject_tier",))
        getattr(change, step)()

    def execute(self):
        self.change.action_execute()

    def give_up(self):
        self.change.action_withdraw()

    def refund(self):
        self.env["property.receipt"].search(
            [
                ("project_id", "=", self.unit.project_id.id),
                ("kind", "=", "refund"),
                ("state", "=", "draft"),
            ],
            limit=1,
        ).action_confirm()


def fight(database, seed, deadline, user_id, unit_ids, clients, plan, manager, channel):
    """A process of its own: try one step after the other until the time is over.

    Sends how often each step was done, refused, or given up to the others.
    """
    own_connection(database)
    rng = random.Random(seed)
    count = Counter()
    while time.monotonic() < deadline:
        attempt = Attempt(rng, rng.choice(unit_ids), clients, plan, manager)
        try:
            request(database, user_id, attempt)
            outcome = "done"
        except (UserError, AccessError, RedirectWarning):
            outcome = "refused"
        except psycopg2.OperationalError:  # as the server: please try again
            outcome = "busy"
        count[attempt.name, outcome] += 1
    channel.send(count)


@tagged("post_install", "-at_install")
class TestFight(CommittedCase):
    def test_hundred_processes_ten_units(self):
        """E2, A3: a hundred at once take, pay, sign, exchange and free ten units for a
        minute; in the end states, ledger, documents and money agree."""
        self.make_office(UNITS, 3 * FIGHTERS, roles=("manager",))
        self.sell_some()
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
                    self.people["manager"].id,
                )
                for number in range(FIGHTERS)
            ],
        )
        total = sum(counts, Counter())
        for step in {step for steps in Attempt.steps.values() for step in steps}:
            self.assertTrue(total[step, "done"], f"{step}: {total}")
        self.check_units()
        self.check_money()

    def sell_some(self):
        """Sales there are from the start, on a slow machine too: two deposits, two
        contracts."""
        rng = random.Random(0)
        for number, unit in enumerate(self.units[:SOLD]):
            attempt = Attempt(rng, unit.id, self.clients.ids, self.plan.id, None)
            attempt.env, attempt.unit = self.env, unit
            for step in ("open_slip", "pay", "confirm", "sign")[: 3 + number % 2]:
                getattr(attempt, step)()
        self.commit()

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
        """What is on the documents is what came in, less what went out; money that was
        carried over left one document and reached another."""
        mine = [("project_id", "=", self.project.id)]
        deposits = self.env["property.deposit"].search(mine)
        moves = self.env["property.receipt"].search(
            [*mine, ("state", "=", "confirmed"), ("nature", "!=", "compensation")]
        )
        for deposit in deposits:
            with self.subTest(deposit=deposit.name, state=deposit.state):
                own = moves & deposit.receipt_ids
                self.assertEqual(deposit.paid_amount, sum(own.mapped("signed_amount")))
                if deposit.state in ("confirmed", "signed"):
                    self.assertEqual(deposit.paid_amount, deposit.amount)
                elif deposit.state == "cancelled":  # forfeited, or not yet returned
                    self.assertIn(deposit.paid_amount, (0, deposit.amount))
                else:
                    self.assertFalse(deposit.paid_amount)
        carried = moves.filtered(lambda move: move.method == "carried")
        for move in carried:
            self.assertEqual(move.carry_id.carry_id, move)
            self.assertEqual(move.carry_id.signed_amount, -move.signed_amount)
        cash = moves - carried
        self.assertEqual(
            sum(deposits.mapped("paid_amount")), sum(cash.mapped("signed_amount"))
        )
        for contract in self.env["property.contract"].search(
            [*mine, ("state", "!=", "cancelled")]
        ):
            dues = contract.installment_ids
            self.assertEqual(sum(dues.mapped("amount")), contract.price)
            self.assertEqual(sum(dues.mapped("paid_amount")), contract.paid_amount)
