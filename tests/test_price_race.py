import threading
from contextlib import closing
from functools import partial
from types import SimpleNamespace
from unittest.mock import patch

import psycopg2

from odoo import api, sql_db
from odoo.exceptions import UserError
from odoo.service import model as service
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import SQL

ROUNDS = 12
OLD, FIRST, SECOND = 1_000_000, 1_010_000, 1_020_000


@tagged("post_install", "-at_install")
class TestPriceRace(BaseCase):
    """A7: two versions are executed and a slip is opened on one unit at one moment.

    Each is a request of its own on committed data; all three have begun, and seen the
    unit free at the old price, before one of them goes on.
    """

    def setUp(self):
        super().setUp()
        self.database = get_db_name()
        cr = sql_db.db_connect(self.database).cursor()
        self.addCleanup(cr.close)
        self.env = api.Environment(cr, api.SUPERUSER_ID, {})
        self.addCleanup(self.clean_up)
        self.admin = self.env.ref("base.user_admin")
        self.make_rounds()
        # Other connections see only what is committed.
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def make_rounds(self):
        env = self.env
        self.project = env["property.project"].create(
            {"name": "Price Race", "code": "PRICE", "user_ids": self.admin.ids}
        )
        # One client takes them all.
        env["property.policy"].create(
            {
                "project_id": self.project.id,
                "slips_per_client": 0,
                "slips_per_rep": 0,
            }
        )
        permit = env["property.permit"].create(
            {"number": "1", "project_id": self.project.id, "issue_date": "2020-01-01"}
        )
        building = env["property.building"].create(
            {"name": "1", "project_id": self.project.id, "permit_id": permit.id}
        )
        unit_type = env["property.unit.type"].create(
            {"name": "A", "project_id": self.project.id}
        )
        self.client = env["crm.lead"].create(
            {
                "project_id": self.project.id,
                "contact_name": "One",
                "phone": "13800138001",
                "unit_type_ids": unit_type.ids,
                "user_id": self.admin.id,
            }
        )
        self.units = env["property.unit"].create(
            [
                {
                    "building_id": building.id,
                    "room": f"R{room:03}",
                    "list_price": OLD,
                    "filed_price": 2 * OLD,
                }
                for room in range(ROUNDS)
            ]
        )
        self.units._move("available")
        self.slips = env["property.deposit"].create(
            [{"unit_id": unit.id, "lead_id": self.client.id} for unit in self.units]
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

    def clean_up(self):
        """Ledgers by SQL: they are not deleted by any other way."""
        self.env.cr.rollback()
        self.env.cr.execute(
            "UPDATE property_unit SET deposit_id = NULL WHERE project_id = %s",
            (self.project.id,),
        )
        tables = (
            "property_price_history",
            "property_price_line",
            "property_price_version",
            "property_unit_event",
            "property_deposit",
            "property_ownership",
        )
        for table in tables:
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE project_id = %s",
                    SQL.identifier(table),
                    self.project.id,
                )
            )
        self.env.invalidate_all()
        person = self.client.partner_id
        for records in (self.units, self.client, person, self.project):
            records.unlink()
        self.env.cr.commit()  # pylint: disable=invalid-commit

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
        self.env.cr.rollback()  # see what they committed
        self.env.invalidate_all()
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
