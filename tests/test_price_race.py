import threading
from contextlib import closing
from functools import partial
from types import SimpleNamespace
from unittest.mock import patch

import psycopg2

from odoo import api, sql_db
from odoo.exceptions import UserError
from odoo.service import model as service
from odoo.tests import tagged

from .race import CommittedCase

ROUNDS = 12
FIRST, SECOND = 980_000, 990_000


@tagged("post_install", "-at_install")
class TestPriceRace(CommittedCase):
    """A7: two versions are executed and a slip is opened on one unit at one moment.

    Each is a request of its own on committed data; all three have begun, and seen the
    unit free at the old price, before one of them goes on.
    """

    def setUp(self):
        super().setUp()
        self.make_office(ROUNDS, 1)
        self.admin = self.env.ref("base.user_admin")
        self.project.user_ids += self.admin
        self.make_rounds()
        self.commit()

    def make_rounds(self):
        env = self.env
        self.slips = env["property.deposit"].create(
            [{"unit_id": unit.id, "lead_id": self.clients.id} for unit in self.units]
        )
        self.versions = [
            env["property.price.version"].create(
                {
                    "name": str(price),
                    "project_id": self.project.id,
                    "line_ids": [(0, 0, {"unit_id": unit.id, "list_price": price})],
                }
            )
            for unit in self.units
            for price in (FIRST, SECOND)
        ]
        env.flush_all()
        env.cr.execute(  # as if its levels had approved
            "UPDATE property_price_version SET state = 'approved' "
            "WHERE project_id = %s",
            (self.project.id,),
        )
        env.invalidate_all()

    def request(self, record, step, barrier):
        """One request on the server; begun when the others have begun."""
        gate = [barrier]

        def run(record):
            unit = record.env["property.unit"].browse(self.units.ids[0])
            unit.mapped("state")  # the transaction sees the world as it is now
            if gate:
                gate.pop().wait(30)
            return step(record)

        while True:
            with closing(sql_db.db_connect(self.database).cursor()) as cr:
                record = record.with_env(api.Environment(cr, self.admin.id, {}))
                try:
                    return service.retrying(partial(run, record), record.env)
                except psycopg2.OperationalError:
                    continue

    def test_versions_and_slip(self):
        """A7: the slip's price is the unit's, whoever was first; of two versions the
        later one holds; every line says what was done with it"""
        errors = []

        def work(record, step, barrier):
            try:
                self.request(record, step, barrier)
            except UserError as error:
                errors.append(str(error))

        pause = SimpleNamespace(sleep=lambda seconds: None)
        with patch.object(service, "time", pause):
            for number, slip in enumerate(self.slips):
                first, second = self.versions[2 * number : 2 * number + 2]
                barrier = threading.Barrier(3)
                threads = [
                    threading.Thread(target=work, args=(record, step, barrier))
                    for record, step in (
                        (slip, lambda slip: slip.action_open_slip()),
                        (first, lambda version: version.action_execute()),
                        (second, lambda version: version.action_execute()),
                    )
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
        self.assertFalse(errors)
        self.reread()
        for number, (unit, slip) in enumerate(zip(self.units, self.slips, strict=True)):
            with self.subTest(unit=unit.name):
                self.assertEqual((unit.state, slip.state), ("slip", "slip"))
                self.assertEqual(slip.price, unit.list_price)
                versions = self.versions[2 * number : 2 * number + 2]
                self.assertEqual(
                    [version.state for version in versions], ["executed"] * 2
                )
                self.check_history(unit, versions)

    def check_history(self, unit, versions):
        """Each executed line is one row of the history, and they make a chain."""
        rows = self.env["property.price.history"].search(
            [("unit_id", "=", unit.id)], order="id"
        )
        executed = [
            line
            for version in versions
            for line in version.line_ids
            if line.state == "executed"
        ]
        self.assertEqual(
            sorted(rows[1:].version_id.ids),
            sorted(one.version_id.id for one in executed),
        )
        self.assertEqual(rows[-1].list_price, unit.list_price)
        price = 0
        for row in rows:
            self.assertEqual(row.list_price - row.list_change, price)
            price = row.list_price
        for line in executed:
            before = rows[rows.version_id.ids.index(line.version_id.id)]
            self.assertEqual(line.old_list_price, before.list_price)
        opened = unit.event_ids.filtered(lambda event: event.to_state == "slip")
        self.assertEqual(opened.price, unit.list_price)
