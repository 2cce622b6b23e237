import multiprocessing
import os
import random
import signal
from unittest.mock import patch

from odoo import sql_db
from odoo.tests import tagged
from odoo.tools import SQL

from .race import PATIENCE, CommittedCase, own_connection, request

KILLS = 50
# Not rolled back with a transaction, or kept for a while: no part of the facts.
VOLATILE = {"bus_bus"}


class Killed:
    """Counts the statements of this process and kills it at the `moment`-th one, in
    every second case just after it; at the commit at the latest."""

    def __init__(self, moment):
        self.moment, self.count = moment, 0

    def __enter__(self):
        execute, commit = sql_db.Cursor.execute, sql_db.Cursor.commit

        def counted(cursor, *args, **kwargs):
            self.count += 1
            if self.count == self.moment and self.moment % 2:
                self.kill()
            result = execute(cursor, *args, **kwargs)
            if self.count == self.moment:
                self.kill()
            return result

        def last(cursor):
            if self.moment % 2:
                self.kill()
            commit(cursor)
            self.kill()

        self.patches = [
            patch.object(sql_db.Cursor, "execute", counted),
            patch.object(sql_db.Cursor, "commit", last),
        ]
        for one in self.patches:
            one.start()
        return self

    def __exit__(self, *exception):
        for one in self.patches:
            one.stop()

    def kill(self):
        if self.moment:  # 0: only counts
            os.kill(os.getpid(), signal.SIGKILL)


def run_and_die(database, user_id, model, res_id, method, moment):
    """A server of its own that is killed while it serves the request."""
    own_connection(database)
    with Killed(moment):
        request(
            database, user_id, lambda env: getattr(env[model].browse(res_id), method)()
        )


@tagged("post_install", "-at_install")
class TestKill(CommittedCase):
    """E6, F2: whenever the server is killed, all of a step is there or nothing."""

    def setUp(self):
        super().setUp()
        self.rng = random.Random(20261125)
        self.make_office(4, 1, roles=("clerk", "control", "finance", "manager"))
        deposit = self.env["property.deposit"].create(
            {
                "unit_id": self.units[0].id,
                "lead_id": self.clients.id,
                "amount": 20_000,
                "plan_id": self.plan.id,
            }
        )
        deposit.action_open_slip()
        deposit.action_register_payment()
        deposit.action_confirm()
        deposit.action_sign()
        self.make_receipt(deposit.contract_id, 280_000).action_confirm()
        self.deposit = deposit
        self.commit()

    def make_receipt(self, contract, amount):
        return self.env["property.receipt"].create(
            {"contract_id": contract.id, "amount": amount}
        )

    def make_exchange(self):
        """An approved exchange to some free unit; what is drafted is signed first"""
        if self.deposit.state == "confirmed":
            self.deposit.action_sign()
        free = self.units.filtered(lambda unit: unit.state == "available")
        change = self.env["property.change"].create(
            {
                "kind": "exchange",
                "deposit_id": self.deposit.id,
                "new_unit_id": self.rng.choice(free).id,
                "reason_id": self.env.ref(
                    "crm_property_sales.property_change_reason_exchange_floor"
                ).id,
            }
        )
        change.action_request()
        change.with_user(self.people["manager"]).validate_tier()
        self.commit()
        return change

    # === Killing ===

    def statements(self, record, method, user):
        """How many statements the step takes; it is undone."""
        with Killed(0) as counter:
            getattr(record.with_user(user), method)()
            self.env.flush_all()
        self.reread()
        return counter.count

    def kill(self, record, method, user, moment):
        process = multiprocessing.get_context("fork").Process(
            target=run_and_die,
            args=(self.database, user.id, record._name, record.id, method, moment),
            daemon=True,
        )
        process.start()
        self.addCleanup(process.kill)
        process.join(PATIENCE)
        self.assertEqual(process.exitcode, -signal.SIGKILL)
        self.reread()

    def snapshot(self):
        """Every row of the project, and all that tells of them"""
        rows = {}
        condition = SQL("project_id = %s", self.project.id)
        for table in sorted(set(self._tables_of_projects()) - VOLATILE):
            rows[table] = self.rows(table, condition)
        for table in ("tier_review", "mail_message", "mail_activity"):
            model = "res_model" if table == "mail_activity" else "model"
            rows[table] = self.rows(
                table, SQL("%s LIKE 'property.%%'", SQL.identifier(model))
            )
        return rows

    def rows(self, table, condition):
        self.env.cr.execute(
            SQL(
                "SELECT to_jsonb(t)::text FROM %s t WHERE %s ORDER BY 1",
                SQL.identifier(table),
                condition,
            )
        )
        return [row for (row,) in self.env.cr.fetchall()]

    def kill_often(self, make, method, role, is_done, check_done):
        """Kill the step at `KILLS` moments; make it anew when it was done.

        :return: how often it was undone and how often done
        """
        outcomes = {"undone": 0, "done": 0}
        record = make()
        user = self.people[role]
        count = self.statements(record, method, user)
        self.assertGreater(count, 20)
        for number in range(KILLS):
            # Evenly over the whole step, the last ones at and after the commit.
            moment = round((number + self.rng.random()) * (count + 24) / KILLS) + 1
            before = self.snapshot()
            self.kill(record, method, user, moment)
            if is_done(record):
                outcomes["done"] += 1
                check_done(record)
                record = make()
            else:
                outcomes["undone"] += 1
                after = self.snapshot()
                for table in before:
                    self.assertEqual(after[table], before[table], (moment, table))
        self.assertTrue(all(outcomes.values()), outcomes)
        return outcomes

    # === What is killed ===

    def test_exchange(self):
        """E6: fifty times in the middle of an exchange"""

        def check_done(change):
            old, new = change.deposit_id, change.new_deposit_id
            self.assertEqual(
                (old.state, new.state, old.paid_amount, new.paid_amount),
                ("exchanged", "confirmed", 0, 300_000),
            )
            self.assertEqual(change.contract_id.state, "cancelled")
            self.assertEqual(change.contract_id.paid_amount, 0)
            self.assertEqual(new.contract_id.state, "draft")
            self.assertEqual(
                (change.unit_id.state, change.new_unit_id.state),
                ("available", "deposit"),
            )
            self.assertEqual(change.new_unit_id.deposit_id, new)
            for unit in self.units:
                self.assertEqual(unit.event_ids.sorted("id")[-1].to_state, unit.state)
            self.deposit = new

        self.kill_often(
            self.make_exchange,
            "action_execute",
            "control",
            lambda change: change.state == "done",
            check_done,
        )

    def test_receipt(self):
        """F2: fifty times in the middle of a receipt's confirmation"""
        contract = self.deposit.contract_id
        paid = [300_000]

        def make():
            receipt = self.make_receipt(contract, 1_000)
            self.commit()
            return receipt

        def check_done(receipt):
            paid[0] += 1_000
            self.assertTrue(receipt.name and receipt.confirm_date)
            self.assertEqual(receipt.confirm_user_id, self.people["finance"])
            self.assertEqual(receipt.line_ids.mapped("amount"), [1_000])
            self.assertEqual(contract.paid_amount, paid[0])
            self.assertEqual(
                sum(contract.installment_ids.mapped("paid_amount")), paid[0]
            )

        self.kill_often(
            make,
            "action_confirm",
            "finance",
            lambda receipt: receipt.state == "confirmed",
            check_done,
        )
