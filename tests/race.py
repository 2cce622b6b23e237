"""Races are tested on committed data, with connections and processes of their own."""

import multiprocessing
from contextlib import closing
from functools import partial
from types import SimpleNamespace
from unittest.mock import patch

from odoo import Command, api, sql_db
from odoo.modules.registry import Registry
from odoo.service import model as service
from odoo.tests import BaseCase, get_db_name, new_test_user
from odoo.tools import SQL

from .common import MODULE, UTC8

PATIENCE = 60  # seconds until a process that hangs is an error


def own_connection(database):
    """In a forked process: connections of its own, the parent's stay open.

    :return: the registry of `database`
    """
    _inherited, sql_db._Pool = sql_db._Pool, None
    registry = Registry(database)
    # It remembers the parent's: two processes on one connection garble each other.
    registry._db = sql_db.db_connect(database)
    return registry


def request(database, user_id, step):
    """Run `step(env)` as the server runs a request: replayed when another transaction
    was first, and kept when it ends well.

    :return: what `step` returned
    """
    with (
        closing(sql_db.db_connect(database).cursor()) as cr,
        # Before a replay the server waits up to two seconds for the winner to end; here
        # he has ended already or fights on.
        patch.object(service, "time", SimpleNamespace(sleep=lambda seconds: None)),
    ):
        env = api.Environment(cr, user_id, {"lang": "en_US", "tz": UTC8})
        result = service.retrying(partial(step, env), env)
        cr.commit()  # pylint: disable=invalid-commit
        return result


class CommittedCase(BaseCase):
    """A project whose units, clients and people are committed; all of it, and what the
    test made of it, is deleted at the end."""

    def setUp(self):
        super().setUp()
        self.database = get_db_name()
        cr = sql_db.db_connect(self.database).cursor()
        self.addCleanup(cr.close)
        self.env = api.Environment(cr, api.SUPERUSER_ID, {})
        self.users = self.env["res.users"]

    def commit(self):
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def reread(self):
        """See what others have committed."""
        self.env.cr.rollback()
        self.env.invalidate_all()

    def fork(self, target, arguments):
        """Run `target(*arguments[n], channel)` in a process for each of `arguments`.

        :return: what each sent through its channel, in order
        """
        context = multiprocessing.get_context("fork")
        channels, processes = [], []
        for some in arguments:
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=target, args=(*some, theirs), daemon=True)
            self.addCleanup(process.kill)
            process.start()
            theirs.close()
            channels.append(ours)
            processes.append(process)
        results = []
        for channel in channels:
            self.assertTrue(channel.poll(2 * PATIENCE), "a process hangs")
            results.append(channel.recv())
        for process in processes:
            process.join(PATIENCE)
            self.assertEqual(process.exitcode, 0)
        self.reread()
        return results

    # === The office ===

    def make_office(self, units, clients, roles=()):
        """`project` with that many units on sale and clients, `people` by role."""
        env = self.env
        self.addCleanup(self.delete_office)
        self.people = {
            role: new_test_user(env, f"race_{role}", f"{MODULE}.group_{role}")
            for role in ("rep", *roles)
        }
        self.users = env["res.users"].union(*self.people.values())
        self.project = env["property.project"].create(
            {
                "name": "Race",
                "code": "RACE",
                "tz": UTC8,
                "user_ids": [Command.set(self.users.ids)],
            }
        )
        # One rep has them all, and nobody is kept from trying again.
        env["property.policy"].create(
            {
                "project_id": self.project.id,
                "slips_per_client": 0,
                "slips_per_rep": 0,
                "squat_attempts": 0,
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
        self.plan = env["property.payment.plan"].create(
            {
                "name": "All",
                "project_id": self.project.id,
                "line_ids": [Command.create({"name": "All", "value": "balance"})],
            }
        )
        self.units = env["property.unit"].create(
            [
                {
                    "building_id": building.id,
                    "unit_type_id": unit_type.id,
                    "room": f"R{room:03}",
                    "area_gross": 100,
                    "list_price": 1_000_000 + 10_000 * room,
                    "filed_price": 1_000_000 + 10_000 * room,
                }
                for room in range(units)
            ]
        )
        self.units._move("available")
        self.clients = env["crm.lead"].create(
            [
                {
                    "project_id": self.project.id,
                    "contact_name": f"Client {number}",
                    "phone": f"139{number:08}",
                    "unit_type_ids": unit_type.ids,
                    "user_id": self.people["rep"].id,
                }
                for number in range(clients)
            ]
        )
        self.commit()

    def delete_office(self):
        """By SQL, with the triggers off: ledgers are not deleted by any other way."""
        self.env.cr.rollback()
        partners = (
            self.env["crm.lead"]
            .search(
                [("project_id", "=", self.project.id), ("active", "in", (True, False))]
            )
            .partner_id
        )
        self.env.cr.execute("SET LOCAL session_replication_role = replica")
        tables = self._tables_of_projects()
        for table in tables:
            self._delete(table, SQL("project_id = %s", self.project.id))
        self._delete("res_partner", SQL("id = ANY(%s)", partners.ids))
        self._delete("property_project", SQL("id = %s", self.project.id))
        self._delete("bus_bus", SQL("channel LIKE '%%property_%%'"))
        self._delete_orphans([*tables, "res_partner", "property_project"])
        self.env.cr.execute("SET LOCAL session_replication_role = origin")
        self.env.invalidate_all()
        persons = self.users.partner_id
        self.users.unlink()
        persons.unlink()
        self.env.registry.clear_cache()
        self.commit()

    def _delete(self, table, condition):
        self.env.cr.execute(
            SQL("DELETE FROM %s WHERE %s", SQL.identifier(table), condition)
        )

    def _tables_of_projects(self):
        self.env.cr.execute(
            """SELECT table_name FROM information_schema.columns
                 JOIN information_schema.tables USING (table_schema, table_name)
                WHERE table_schema = 'public' AND column_name = 'project_id'
                  AND table_type = 'BASE TABLE'"""
        )
        return [name for (name,) in self.env.cr.fetchall()]

    def _delete_orphans(self, tables):
        """What pointed at the deleted rows, and what pointed at that."""
        self.env.cr.execute(
            """SELECT child.relname, key.attname, parent.relname
                 FROM pg_constraint link
                 JOIN pg_class child ON child.oid = link.conrelid
                 JOIN pg_class parent ON parent.oid = link.confrelid
                 JOIN pg_attribute key ON key.attrelid = child.oid
                                      AND key.attnum = link.conkey[1]
                WHERE link.contype = 'f' AND parent.relname = ANY(%s)""",
            (tables,),
        )
        again = []
        for child, key, parent in self.env.cr.fetchall():
            self._delete(
                child,
                SQL(
                    "%(key)s IS NOT NULL AND NOT EXISTS "
                    "(SELECT 1 FROM %(parent)s p WHERE p.id = %(key)s)",
                    key=SQL.identifier(child, key),
                    parent=SQL.identifier(parent),
                ),
            )
            if self.env.cr.rowcount:
                again.append(child)
        if again:
            self._delete_orphans(again)
