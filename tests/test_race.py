import multiprocessing
from contextlib import closing
from types import SimpleNamespace
from unittest.mock import patch

from odoo import api, sql_db
from odoo.exceptions import RedirectWarning, UserError
from odoo.modules.registry import Registry
from odoo.service import model as service
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import SQL

from ..models import property_unit

PATIENCE = 30  # seconds until a process that hangs is an error


def compete(database, user_id, deposit_ids, gate_name, barrier, channel):
    """A process of its own: open the slips as the server would, each in one request.

    Both competitors meet at the barrier in the unit's `lock_rows` or `_move`, when each
    is amid his transaction and has seen the unit free: every round is a race.

    Sends a list with an (error, number of replays) for each slip.
    """
    # Connections are not shared between processes; keep the parent's ones, open.
    _inherited, sql_db._Pool = sql_db._Pool, None
    registry = Registry(database)
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
        with (
            closing(sql_db.db_connect(database).cursor()) as cr,
            patch.object(door, gate_name, gate),
            # Before a replay the server waits up to two seconds for the winner to end:
            # he has ended already, and 200 rounds would take minutes.
            patch.object(service, "time", SimpleNamespace(sleep=lambda seconds: None)),
        ):
            env = api.Environment(cr, user_id, {})
            deposit = env["property.deposit"].browse(deposit_id)
            try:
                service.retrying(deposit.action_open_slip, env)
                error = None
            except (UserError, RedirectWarning) as refusal:
                error = (type(refusal).__name__, refusal.args[0])
        results.append((error, len(attempts) - 1))
    channel.send(results)


@tagged("post_install", "-at_install")
class TestRace(BaseCase):
    """E2: of two people who take one unit at one moment exactly one wins.

    Two processes on committed data, as two workers of the server; what was committed is
    deleted at the end.
    """

    def setUp(self):
        super().setUp()
        self.database = get_db_name()
        cr = sql_db.db_connect(self.database).cursor()
        self.addCleanup(cr.close)
        self.env = api.Environment(cr, api.SUPERUSER_ID, {})

    def clean_up(self):
        """Slips and ledgers by SQL: they are not deleted by any other way."""
        self.env.cr.rollback()
        self.env.cr.execute(
            "UPDATE property_unit SET deposit_id = NULL WHERE project_id = %s",
            (self.project.id,),
        )
        for table in ("property_unit_event", "property_deposit", "property_ownership"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE project_id = %s",
                    SQL.identifier(table),
                    self.project.id,
                )
            )
        self.env.invalidate_all()
        persons = self.clients.partner_id
        for records in (self.units, self.clients, persons, self.project):
            records.unlink()
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def make_rounds(self, count):
        """`count` units on sale with two drafted slips each, of two clients."""
        admin = self.env.ref("base.user_admin")
        self.project = self.env["property.project"].create(
            {"name": "Race", "code": "RACE", "user_ids": admin.ids}
        )
        self.policy = self.env["property.policy"].create(
            {"project_id": self.project.id, "slips_per_client": 0, "slips_per_rep": 0}
        )
        permit = self.env["property.permit"].create(
            {"number": "1", "project_id": self.project.id, "issue_date": "2020-01-01"}
        )
        building = self.env["property.building"].create(
            {"name": "1", "project_id": self.project.id, "permit_id": permit.id}
        )
        unit_type = self.env["property.unit.type"].create(
            {"name": "A", "project_id": self.project.id}
        )
        self.clients = self.env["crm.lead"].create(
            [
                {
                    "project_id": self.project.id,
                    "contact_name": name,
                    "phone": phone,
                    "unit_type_ids": unit_type.ids,
                    "user_id": admin.id,
                }
                for name, phone in (("One", "13800138001"), ("Two", "13800138002"))
            ]
        )
        self.units = self.env["property.unit"].create(
            [
                {
                    "building_id": building.id,
                    "room": f"R{room:03}",
                    "list_price": 1_000_000,
                    "filed_price": 1_000_000,
                }
                for room in range(count)
            ]
        )
        self.units._move("available")
        self.slips = [
            self.env["property.deposit"].create(
                [{"unit_id": unit.id, "lead_id": client.id} for unit in self.units]
            )
            for client in self.clients
        ]
        # Other processes see only what is committed.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.addCleanup(self.clean_up)

    def race(self, rounds, gate):
        """Run all rounds; returns for each the (error, replays) of both competitors."""
        self.make_rounds(rounds)
        # Forked, not spawned: the registry is there at once.
        context = multiprocessing.get_context("fork")
        barrier = context.Barrier(2)
        admin = self.env.ref("base.user_admin")
        channels, processes = [], []
        for slips in self.slips:
            ours, theirs = context.Pipe(duplex=False)
            arguments = (self.database, admin.id, slips.ids, gate, barrier, theirs)
            process = context.Process(target=compete, args=arguments, daemon=True)
            self.addCleanup(process.kill)
            process.start()
            theirs.close()
            channels.append(ours)
            processes.append(process)
        for channel in channels:
            self.assertTrue(channel.poll(2 * PATIENCE), "a competitor hangs")
        results = [channel.recv() for channel in channels]
        for process in processes:
            process.join(PATIENCE)
            self.assertEqual(process.exitcode, 0)
        self.env.cr.rollback()  # see what they committed
        self.env.invalidate_all()
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
            self.assertEqual(kind, "RedirectWarning")
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
