import multiprocessing
from unittest.mock import patch

from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import tagged

from ..models import property_unit
from .race import PATIENCE, CommittedCase, own_connection, request


def compete(database, user_id, deposit_ids, gate_name, barrier, channel):
    """A process of its own: open the slips as the server would, each in one request.

    Both competitors meet at the barrier in the unit's `lock_rows` or `_move`, when each
    is amid his transaction and has seen the unit free: every round is a race.

    Sends a list with an (error, number of replays) for each slip.
    """
    registry = own_connection(database)
    door = registry["property.unit"] if gate_name == "_move" else property_unit
    passed = getattr(door, gate_name)
    attempts, results = [], []

    def gate(units, *args, **kwargs):
        if not attempts:
            barrier.wait(PATIENCE)
        attempts.append(units.ids)
        # Without `_move` nothing looks at the unit: the index is alone.
        return gate_name == "_move" or passed(units, *args, **kwargs)

    for deposit_id in deposit_ids:
        attempts.clear()

        def open_slip(env, deposit_id=deposit_id):
            env["property.deposit"].browse(deposit_id).action_open_slip()

        with patch.object(door, gate_name, gate):
            try:
                request(database, user_id, open_slip)
                error = None
            except (UserError, RedirectWarning) as refusal:
                error = (type(refusal).__name__, refusal.args[0])
        results.append((error, len(attempts) - 1))
    channel.send(results)


@tagged("post_install", "-at_install")
class TestRace(CommittedCase):
    """E2: of two people who take one unit at one moment exactly one wins.

    Two processes on committed data, as two workers of the server.
    """

    def race(self, rounds, gate):
        """Run all rounds; returns for each the (error, replays) of both competitors."""
        self.make_office(rounds, clients=2, roles=("manager",))
        self.slips = [
            self.env["property.deposit"].create(
                [{"unit_id": unit.id, "lead_id": client.id} for unit in self.units]
            )
            for client in self.clients
        ]
        self.commit()
        barrier = multiprocessing.get_context("fork").Barrier(2)
        user = self.people["manager"]
        results = self.fork(
            compete,
            [
                (self.database, user.id, slips.ids, gate, barrier)
                for slips in self.slips
            ],
        )
        return list(zip(*results, strict=True))

    def check_deposits(self, outcomes):
        """Exactly one wins each round and the other's slip is as it was; returns, by
        unit, winner, loser and the error of the loser."""
        rounds = []
        for unit, slips, outcome in zip(
            self.units, zip(*self.slips, strict=True), outcomes, strict=True
        ):
            errors = [error for error, _replays in outcome]
            self.assertEqual(errors.count(None), 1, f"{unit.name}: {errors}")
            winner, loser = slips if errors[0] is None else reversed(slips)
            self.assertEqual((winner.state, loser.state), ("slip", "draft"))
            self.assertTrue(winner.name and winner.slip_expires and winner.partner_id)
            self.assertFalse(loser.name or loser.slip_expires or loser.partner_id)
            rounds.append((unit, winner, loser, errors[0] or errors[1]))
        return rounds

    def test_two_processes_one_unit(self):
        """E2: 200 times one of two wins, the other is told which unit is taken, and
        nothing of his attempt is left."""
        outcomes = self.race(200, gate="lock_rows")
        for unit, winner, loser, (kind, message) in self.check_deposits(outcomes):
            # While others are free the loser is offered the nearest ones.
            last = unit == self.units[-1]
            self.assertEqual(kind, "UserError" if last else "RedirectWarning")
            self.assertIn(unit.name, message)
            self.assertEqual((unit.state, unit.deposit_id), ("slip", winner))
            ledger = unit.event_ids.sorted("id")
            self.assertEqual(
                ledger.mapped("to_state"), ["unreleased", "available", "slip"]
            )
            self.assertEqual(ledger[-1].origin, winner)
            self.assertFalse(
                self.env["property.unit.event"].search(
                    [("origin", "=", f"property.deposit,{loser.id}")]
                )
            )
        self.assertEqual(
            {sum(replays for _error, replays in outcome) for outcome in outcomes},
            {1},
            "in each round the loser waited for the winner and was replayed",
        )

    def test_the_database_decides(self):
        """E2: without lock and check the unique index alone lets one of two win."""
        outcomes = self.race(20, gate="_move")
        for _unit, _winner, _loser, (kind, message) in self.check_deposits(outcomes):
            self.assertEqual(kind, "ValidationError")
            self.assertIn("This unit was just taken by another client", message)
