import hashlib
import json
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from freezegun import freeze_time
from psycopg2 import errors

from odoo import api, sql_db
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import SQL, mute_logger

from ..hooks import uninstall_hook
from ..models import property_register_proof
from ..models.property_interaction_chain import GENESIS, PERSONAL
from .test_day import NOW, TODAY, RegisterCommon

TOMORROW = TODAY + timedelta(days=1)


class ChainCommon(RegisterCommon):
    """Seven entries, closed on two days: the second, the fourth and the sixth of them
    are a survey, a client's visit and a late correction of the first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make_client(cls.rep_a)
        first = cls.enter(note="Two rooms", helper_ids=cls.rep_b.ids)
        survey = cls.enter(
            cls.rep_b,
            is_valid=False,
            invalid_reason="survey",
            surveyor="Rival",
            district=False,
        )
        third = cls.enter(cls.rep_b, phone="13800000003")
        visit = cls.enter(kind="visit_return", lead_id=cls.client.id)
        cls.first_day = cls.close()
        late = cls.enter(cls.rep_b, phone="13800000005")
        correction = cls.enter(corrects_id=first.id, budget=2_000_000)
        with freeze_time(NOW + timedelta(days=1)):
            last = cls.enter(date=datetime(2026, 3, 11, 4), phone="13800000007")
            cls.second_day = cls.close(TOMORROW)
        cls.entries = first + survey + third + visit + late + correction + last
        cls.entries = cls.entries.sudo()
        cls.env.flush_all()

    def sql(self, query, *args):
        self.env.flush_all()
        self.env.cr.execute(SQL(query, *args))  # pylint: disable=sql-injection
        self.env.invalidate_all()

    @contextmanager
    def assertGuarded(self):
        """The database refuses, whoever asks."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(errors.RestrictViolation, "add a correction"),
            self.cr.savepoint(flush=False),
        ):
            yield

    @contextmanager
    def unguarded(self):
        """As one may do who owns the tables; undone at the end."""
        tables = ["property_interaction", "property_day"]
        tables += [field.relation for field in self.entries._links()]
        with self.assertRaises(ZeroDivisionError), self.cr.savepoint():
            for table in tables:
                self.env.cr.execute(
                    SQL("ALTER TABLE %s DISABLE TRIGGER USER", SQL.identifier(table))
                )
            yield
            raise ZeroDivisionError
        self.env.invalidate_all()

    def proof(self, user=None):
        return self.project.with_user(user or self.supervisor_a).verify_register()

    def assertBroken(self, problem, entry=None, number=None):
        proof = self.proof()
        self.assertEqual(proof["problem"], problem, proof["message"])
        if entry:
            number = entry.chain_number or number
            self.assertEqual(
                (proof["id"], proof["date"]),
                (entry.id, str(entry.date.date())),
            )
            self.assertIn(f"ID {entry.id}", proof["message"])
        if number:
            self.assertEqual(proof["number"], number)


@tagged("post_install", "-at_install")
class TestChain(ChainCommon):
    """B9: the register proves that it was not tampered with."""

    # === What the chain is made of ===

    def test_numbers(self):
        """B9: closed entries are numbered through, day after day; late ones and
        corrections stand with the closing that took them in."""
        order = self.entries.sorted("chain_number")
        self.assertEqual(order.mapped("chain_number"), [1, 2, 3, 4, 5, 6, 7])
        self.assertEqual(order[:4], self.entries[:4])
        self.assertEqual(order[4:6], self.entries[4:6])
        self.assertEqual(order[4:].day_id, self.second_day)
        self.assertRecordValues(
            self.first_day | self.second_day,
            [
                {
                    "closing_number": number,
                    "first_number": first,
                    "last_number": last,
                    "chain_value": self.entries[last - 1].chain_value,
                }
                for number, first, last in ((1, 1, 4), (2, 5, 7))
            ],
        )

    def test_value_by_hand(self):
        """B9: anyone can compute the chain: SHA-256 of the value before and the entry's
        contents as JSON, the personal ones as a digest with their salt."""
        entry, before = self.entries[3], self.entries[2].chain_value
        self.env.cr.execute(
            "SELECT to_jsonb(e) FROM property_interaction e WHERE id = %s", (entry.id,)
        )
        [row] = self.env.cr.fetchone()
        row |= {"concern_ids": self.concern.ids, "unit_type_ids": self.type_two.ids}
        row = {name: value for name, value in row.items() if value is not None}

        def spell(values):
            return json.dumps(
                values, sort_keys=True, ensure_ascii=False, separators=(",", ":")
            )

        personal = {name: row.pop(name) for name in PERSONAL if name in row}
        self.assertEqual(set(personal), set(PERSONAL) - {"note", "result"})
        digest = hashlib.sha256((row["salt"] + spell(personal)).encode()).hexdigest()
        self.assertEqual(row["personal_digest"], digest)
        for name in ("owner_id", "write_uid", "write_date", "salt", "chain_value"):
            del row[name]
        for name in ("create_uid", "create_date", "lead_id", "user_id", "day_id"):
            self.assertIn(name, row)
        value = hashlib.sha256((before + spell(row)).encode()).hexdigest()
        self.assertEqual(entry.chain_value, value)

    def test_salts(self):
        """B9: a digest tells nothing: each entry has a salt of its own, which nobody
        reads."""
        self.assertEqual(len(set(self.entries.mapped("salt"))), 7)
        for user in (
            self.rep_a,
            self.manager,
            self.hq,
            self.env.ref("base.user_admin"),
        ):
            for name in ("salt", "personal_digest"):
                with self.subTest(user=user.login, name=name):
                    entries = self.entries.with_user(user)
                    self.assertNotIn(name, entries.fields_get())
                    with self.assertRaises(AccessError):
                        entries[0].read([name])
                    with self.assertRaises(AccessError):
                        entries.search([(name, "!=", False)])

    def test_projects_apart(self):
        """B9: every project has its chain."""
        entry = self.enter_elsewhere().sudo()
        self.other_project.user_ids |= self.supervisor_a
        day = self.close(project=self.other_project)
        self.assertEqual((entry.chain_number, day.closing_number), (1, 1))
        self.assertEqual(self.proof()["entries"], 7)

    def test_day_without_entries(self):
        """B9: a day on which nobody came is closed too and hands the chain on."""
        self.other_project.user_ids |= self.supervisor_a
        empty = self.close(project=self.other_project)
        self.assertRecordValues(
            empty,
            [
                {
                    "first_number": 0,
                    "last_number": 0,
                    "chain_value": GENESIS,
                    "counts": False,
                }
            ],
        )
        entry = self.enter_elsewhere().sudo()
        with freeze_time(NOW + timedelta(days=1)):
            self.close(TOMORROW, self.other_project)
        self.assertEqual(entry.chain_number, 1)
        proof = self.other_project.with_user(self.supervisor_a).verify_register()
        self.assertFalse(proof["problem"])

    # === Closed is closed ===

    def test_row_by_sql(self):
        """B9: every column of a closed entry is kept, whoever writes; with one list of
        exceptions."""
        self.env.cr.execute(
            "SELECT column_name, data_type FROM information_schema.columns "
            "WHERE table_name = 'property_interaction'"
        )
        values = {
            "boolean": "NOT COALESCE({0}, FALSE)",
            "integer": "COALESCE({0}, 0) + 1",
            "numeric": "COALESCE({0}, 0) + 1",
            "date": "COALESCE({0}, '2026-01-01') + 1",
            "timestamp without time zone": "COALESCE({0}, '2026-01-01') + '1 s'",
        }
        columns = dict(self.env.cr.fetchall())
        free = {"owner_id", "write_uid", "write_date"}
        entry = self.entries[3]
        for name in columns.keys() - free:
            value = values.get(columns[name], "COALESCE({0}, '') || 'x'").format(name)
            with self.subTest(column=name), self.assertGuarded():
                self.sql(
                    f"UPDATE property_interaction SET {name} = {value} "
                    f"WHERE id = {entry.id}"
                )
        for name in ("lead_id", "note", "salt", "partner_name"):
            with self.subTest(erased=name), self.assertGuarded():
                self.sql(
                    f"UPDATE property_interaction SET {name} = NULL, write_uid = 1 "
                    f"WHERE id = {self.entries[0 if name == 'note' else 3].id}"
                )
        self.sql(
            "UPDATE property_interaction SET owner_id = %s, write_uid = %s, "
            "write_date = now() WHERE id = %s",
            *(self.rep_b.id, self.rep_b.id, entry.id),
        )
        self.assertFalse(self.proof()["problem"])

    def test_columns_added_later(self):
        """B9: also what a later version adds; the older entries' proof stays."""
        self.sql("ALTER TABLE property_interaction ADD COLUMN later integer")
        self.assertFalse(self.proof()["problem"])
        with self.assertGuarded():
            self.sql("UPDATE property_interaction SET later = 1")

    def test_rows_by_sql(self):
        """B9: closed entries and days are not deleted, tables not emptied; open entries
        come and go."""
        for table, record in (
            ("property_interaction", self.entries[-1]),
            ("property_day", self.second_day),
        ):
            with self.subTest(table), self.assertGuarded():
                self.sql(f"DELETE FROM {table} WHERE id = {record.id}")
            with self.subTest(table), self.assertGuarded():
                self.sql(f"TRUNCATE {table} CASCADE")
        with self.assertGuarded():
            self.sql("UPDATE property_day SET chain_value = 'x'")
        entry = self.enter(helper_ids=self.rep_b.ids)
        self.sql("UPDATE property_interaction SET budget = 1 WHERE id = %s", entry.id)
        self.sql("DELETE FROM property_interaction WHERE id = %s", entry.id)

    def test_links_by_sql(self):
        """B9: helpers, concerns and wanted types of a closed entry are kept as well."""
        entry, open_ = self.entries[0], self.enter(helper_ids=self.rep_b.ids)
        others = {
            "helper_ids": self.rep_a,
            "concern_ids": self.env["property.concern"].search([])[1],
            "unit_type_ids": self.type_three,
        }
        self.assertEqual({field.name for field in entry._links()}, others.keys())
        for field in entry._links():
            names = {
                "table": SQL.identifier(field.relation),
                "entry": SQL.identifier(field.column1),
                "other": SQL.identifier(field.column2),
                "entry_id": entry.id,
                "open_id": open_.id,
                "other_id": others[field.name].id,
            }
            for query in (
                "INSERT INTO %(table)s (%(entry)s, %(other)s) "
                "VALUES (%(entry_id)s, %(other_id)s)",
                "DELETE FROM %(table)s WHERE %(entry)s = %(entry_id)s",
                "UPDATE %(table)s SET %(other)s = %(other_id)s "
                "WHERE %(entry)s = %(entry_id)s",
                "UPDATE %(table)s SET %(entry)s = %(open_id)s "
                "WHERE %(entry)s = %(entry_id)s",
                "UPDATE %(table)s SET %(entry)s = %(entry_id)s, %(other)s = "
                "%(other_id)s WHERE %(entry)s = %(open_id)s",
                "TRUNCATE %(table)s",
            ):
                with self.subTest(field=field.name, query=query), self.assertGuarded():
                    self.env.flush_all()
                    self.env.cr.execute(SQL(query, **names))
            self.env.cr.execute(
                SQL("DELETE FROM %(table)s WHERE %(entry)s = %(open_id)s", **names)
            )

    def test_ordinary_role(self):
        """B9: nor does a role of its own in the database, with every right on the
        tables."""
        self.env.cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = user")
        if not self.env.cr.fetchone()[0]:
            self.skipTest("needs a database user that may create roles")
        link = self.entries._fields["concern_ids"].relation
        self.env.cr.execute("CREATE ROLE property_test_reader")
        for table in ("property_interaction", "property_day", link):
            self.env.cr.execute(
                SQL("GRANT ALL ON %s TO property_test_reader", SQL.identifier(table))
            )
        self.env.cr.flush()
        self.env.cr.execute("SET LOCAL ROLE property_test_reader")
        for query in (
            "UPDATE property_interaction SET note = 'x'",
            "UPDATE property_interaction SET state = 'open'",
            "DELETE FROM property_interaction",
            "UPDATE property_day SET counts = NULL",
            f"DELETE FROM {link}",
        ):
            with self.subTest(query), self.assertGuarded():
                self.env.cr.execute(query)
        with (
            self.assertRaises(errors.InsufficientPrivilege),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(flush=False),
        ):
            self.env.cr.execute("ALTER TABLE property_interaction DISABLE TRIGGER USER")
        self.env.cr.execute("RESET ROLE")

    def test_named_things_stay(self):
        """B9: what a closed entry names is not deleted under it."""
        for record in (self.concern, self.source, self.type_two):
            with (
                self.subTest(record=record),
                mute_logger("odoo.sql_db"),
                self.assertRaises(errors.IntegrityError),
                self.cr.savepoint(),
            ):
                record.sudo().unlink()

    def test_link_to_a_client(self):
        """B7, B9: a closed call may be linked to the client registered later, once; it
        keeps the name and number of the call, and its proof."""
        call = self.entries[2].with_user(self.rep_b)
        client = self.make_client(self.rep_b, phone="13800000009")
        other = self.make_client(self.rep_b)
        self.assertFalse(call.lead_id)
        call.lead_id = client
        self.env.flush_all()
        self.assertRecordValues(
            call, [{"partner_name": "Ms Zhao", "phone": "13800000003"}]
        )
        for value in (other.id, False):
            with self.assertRefused("can no longer be changed"):
                call.lead_id = value
            with self.assertGuarded():
                self.sql(
                    "UPDATE property_interaction SET lead_id = %s WHERE id = %s",
                    *(value or None, call.id),
                )
        self.assertFalse(self.proof()["problem"])

    def test_owner_still_follows(self):
        """J1, B9: who sees a closed entry follows its client, the proof stays."""
        self.client.sudo()._transfer(self.rep_b, "reassigned")
        self.env.flush_all()
        self.assertEqual(self.entries[3].owner_id, self.rep_b)
        self.assertFalse(self.proof()["problem"])

    def test_anonymise(self):
        """J6, B9: personal data of a closed entry can be erased, all together; the rest
        is proved as before."""
        entry = self.entries[0]
        everything = ", ".join(f"{name} = NULL" for name in (*PERSONAL, "salt"))
        for assignment in (
            "note = NULL, anonymized_date = now()",
            everything,
            f"{everything}, anonymized_date = now(), budget = 1",
            "note = 'x', anonymized_date = now()",
        ):
            with self.subTest(assignment), self.assertGuarded():
                self.sql(
                    f"UPDATE property_interaction SET {assignment} "
                    f"WHERE id = {entry.id}"
                )
        entry._anonymize()
        self.assertFalse(any(entry[name] for name in (*PERSONAL, "salt")))
        self.assertEqual(entry.anonymized_date, NOW)
        self.assertEqual(entry.budget, 1_000_000)
        self.assertFalse(self.proof()["problem"])
        with self.assertGuarded():
            self.sql("UPDATE property_interaction SET note = 'x', phone = '1'")
        with self.unguarded():
            self.sql(
                "UPDATE property_interaction SET budget = 1 WHERE id = %s", entry.id
            )
            self.assertBroken("changed", entry)
        with self.unguarded():
            self.sql(
                "UPDATE property_interaction SET phone = '1' WHERE id = %s", entry.id
            )
            self.assertBroken("personal", entry)

    def test_open_entry_is_not_anonymised(self):
        """J6: an open entry is changed as any other; there is nothing to keep."""
        entry = self.enter().sudo()
        entry._anonymize()
        self.assertTrue(entry.phone)

    def test_uninstall(self):
        """Uninstalling takes the guards along."""
        self.env.cr.execute("SAVEPOINT guarded")
        uninstall_hook(self.env)
        self.env.cr.execute(
            "SELECT count(*) FROM pg_proc WHERE proname LIKE 'property_guard%'"
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))
        self.sql("UPDATE property_interaction SET note = 'x'")
        self.env.cr.execute("ROLLBACK TO SAVEPOINT guarded")
        self.env.invalidate_all()
        with self.assertGuarded():
            self.sql("UPDATE property_interaction SET note = 'x'")

    def test_update_installs_again(self):
        """B9: an update of the module leaves the guards as they were."""
        for model in ("property.interaction", "property.day"):
            self.env[model].init()
        with self.assertGuarded():
            self.sql("UPDATE property_interaction SET note = 'x'")

    # === Proof ===

    def test_intact(self):
        """B9: an untouched register is proved to its end."""
        proof = self.proof()
        self.assertFalse(proof["problem"])
        self.assertEqual(proof["entries"], 7)
        self.assertEqual(proof["chain_value"], self.second_day.chain_value)
        self.assertIn(self.second_day.chain_value, proof["message"])

    def test_who_verifies(self):
        """B9: supervisors, managers and HQ verify, those of the project."""
        for user in (self.supervisor_b, self.manager, self.hq):
            self.assertFalse(self.proof(user)["problem"])
        for user in (self.rep_a, self.clerk, self.finance, self.rep_c):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.proof(user)
        with self.assertRaises(AccessError):
            self.other_project.with_user(self.manager).verify_register()

    def test_button(self):
        """B9: the button of a day shows what was found."""
        day = self.second_day.with_user(self.manager)
        params = day.action_verify()["params"]
        self.assertEqual(params["type"], "success")
        with self.unguarded():
            self.sql("UPDATE property_interaction SET budget = 7")
            params = day.action_verify()["params"]
            self.assertEqual(params["type"], "danger")
            self.assertIn("no. 1 ", params["message"])

    def test_changed_row(self):
        """B9: the first changed entry is named, whatever was changed in it."""
        changes = {
            "kind": "'visit_first'",
            "date": "date - interval '1 hour'",
            "user_id": str(self.rep_a.id),
            "budget": "1",
            "is_valid": "FALSE, invalid_reason = 'other'",
            "corrects_id": str(self.entries[0].id),
            "create_uid": str(self.rep_a.id),
            "create_date": "create_date - interval '1 day'",
            "day_id": str(self.second_day.id),
            "is_late": "TRUE",
            "lead_id": str(self.client.id),
            "state": "'open'",
            "chain_value": "repeat('0', 64)",
            "next_date": "'2026-04-01'",
        }
        entry = self.entries[1]
        survey = {"is_valid", "lead_id"}
        for name, value in changes.items():
            entry = self.entries[3 if name in survey else 2]
            if name == "lead_id":
                value = str(self.make_client(self.rep_b).id)
            with self.subTest(column=name), self.unguarded():
                self.sql(
                    f"UPDATE property_interaction SET {name} = {value} "
                    f"WHERE id IN ({entry.id}, {self.entries[6].id})"
                    if name != "corrects_id"
                    else "UPDATE property_interaction SET corrects_id = NULL"
                )
                self.assertBroken(
                    "changed", self.entries[5] if name == "corrects_id" else entry
                )

    def test_client_taken_away(self):
        """B9: the client an entry was closed with is part of its proof."""
        with self.unguarded():
            self.sql("UPDATE property_interaction SET lead_id = NULL")
            self.assertBroken("changed", self.entries[3])

    def test_changed_link(self):
        """B9: a concern added or taken away later is found."""
        relation = self.entries._fields["concern_ids"].relation
        with self.unguarded():
            self.sql(
                f"DELETE FROM {relation} WHERE property_interaction_id = %s",
                self.entries[4].id,
            )
            self.assertBroken("changed", self.entries[4])
        with self.unguarded():
            self.sql(
                f"INSERT INTO {relation} VALUES (%s, %s)",
                self.entries[4].id,
                self.env["property.concern"].search([])[1].id,
            )
            self.assertBroken("changed", self.entries[4])

    def test_changed_person(self):
        """B9: so is a changed name, number or note, and a digest made to fit."""
        entry = self.entries[4]
        for name in PERSONAL:
            with self.subTest(column=name), self.unguarded():
                self.sql(
                    f"UPDATE property_interaction SET {name} = 'x' "
                    f"WHERE id = {entry.id}"
                )
                self.assertBroken("personal", entry)
                [row] = entry._read_rows(SQL("id = %s", entry.id), SQL("id"))
                digest = entry._personal_digest(row, row["salt"])
                self.sql(
                    "UPDATE property_interaction SET personal_digest = %s "
                    "WHERE id = %s",
                    *(digest, entry.id),
                )
                self.assertBroken("changed", entry)
        with self.unguarded():
            self.sql("UPDATE property_interaction SET salt = NULL")
            self.assertBroken("personal", self.entries[0])

    def test_deleted_row(self):
        """B9: a missing entry is named, wherever it stood."""
        for number in (2, 4, 7):
            entry = self.entries[number - 1]
            with self.subTest(number=number), self.unguarded():
                for field in entry._links():
                    self.sql(
                        f"DELETE FROM {field.relation} WHERE {field.column1} = %s",
                        entry.id,
                    )
                self.sql("DELETE FROM property_interaction WHERE id = %s", entry.id)
                self.assertBroken("missing", number=number)

    def test_tail_cut_off(self):
        """B9: the last entries cannot be dropped with their day's figures left."""
        with self.unguarded():
            self.sql(
                "UPDATE property_interaction SET state = 'open', chain_number = NULL, "
                "chain_value = NULL WHERE id IN %s",
                tuple(self.entries[5:].ids),
            )
            self.assertBroken("missing", number=6)

    def test_swapped_pair(self):
        """B9: two entries that changed places are found."""
        with self.unguarded():
            second, third = self.entries[1:3]
            for entry, number in ((second, None), (third, 2), (second, 3)):
                self.sql(
                    "UPDATE property_interaction SET chain_number = %s WHERE id = %s",
                    *(number, entry.id),
                )
            self.assertBroken("changed", third)

    def test_rewritten_chain(self):
        """B9: who computes all values anew betrays himself by the day's."""
        with self.unguarded():
            self.sql(
                "UPDATE property_interaction SET budget = 1 WHERE id = %s",
                self.entries[2].id,
            )
            value = self.entries[1].chain_value
            for entry in self.entries[2:]:
                [row] = entry._read_rows(SQL("id = %s", entry.id), SQL("id"))
                value = entry._link_value(value, row)
                self.sql(
                    "UPDATE property_interaction SET chain_value = %s WHERE id = %s",
                    *(value, entry.id),
                )
            self.assertBroken("day")
            self.assertEqual(self.proof()["date"], str(TODAY))

    def test_changed_day(self):
        """B9: the figures of a closing are those of its entries."""
        for change in (
            "counts = '{}'",
            "chain_value = repeat('0', 64)",
            "last_number = last_number - 1",
        ):
            with self.subTest(change), self.unguarded():
                self.sql(
                    f"UPDATE property_day SET {change} WHERE id = {self.second_day.id}"
                )
                self.assertBroken("day")

    def test_added_row(self):
        """B9: an entry slipped in among the closed ones is named."""
        for number in (None, 8):
            entry = self.enter().sudo()
            with self.subTest(number=number), self.unguarded():
                self.sql(
                    "UPDATE property_interaction SET state = 'closed', "
                    "chain_number = %s WHERE id = %s",
                    *(number, entry.id),
                )
                self.assertBroken("added", entry, number)

    def test_dropped_day(self):
        """B9: entries whose closing is gone were closed by nobody."""
        with self.unguarded():
            self.sql(
                "UPDATE property_day SET state = 'open' WHERE id = %s",
                self.second_day.id,
            )
            self.assertBroken("added", self.entries[4])

    # === Cost ===

    def test_budget(self):
        """B9: closing asks the database no oftener for a thousand entries than for ten;
        proving holds so many rows at a time, however long the register."""
        [values] = self.entries[6].copy_data()

        def close(count, days):
            """:return: queries of closing `count` entries, `days` days from now"""
            with freeze_time(NOW + timedelta(days=days)):
                self.env["property.interaction"].create([values] * count)
                day = self.day(TODAY + timedelta(days=days))
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                day.with_user(self.supervisor_a).action_close()
                self.env.flush_all()
            return self.cr.sql_log_count - before

        few, many = close(10, days=2), close(1000, days=3)
        self.assertLessEqual(many, min(few, 33))
        sizes = []
        self.patch(property_register_proof, "BATCH", 300)
        read_rows = type(self.entries)._read_rows

        def counting(*args, **kwargs):
            rows = read_rows(*args, **kwargs)
            sizes.append(len(rows))
            return rows

        self.patch(type(self.entries), "_read_rows", counting)
        self.assertFalse(self.proof()["problem"])
        self.assertEqual((max(sizes), sum(sizes)), (300, 1017))


@tagged("post_install", "-at_install")
class TestClosingRace(BaseCase):
    """B9: what others do while the register is closed, on committed data: two
    connections, as two workers of the server."""

    def setUp(self):
        super().setUp()
        self.ours, self.theirs = (self._connect() for _worker in range(2))
        self.setUpData()

    def _connect(self):
        cr = sql_db.db_connect(get_db_name()).cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, api.SUPERUSER_ID, {})

    def setUpData(self):
        env = self.ours
        self.project = env["property.project"].create({"name": "R", "code": "R"})
        self.entry = self.enter(env)
        self.day = env["property.day"]._of(self.project, date(2020, 1, 1))
        self.commit(env)
        self.addCleanup(self.clean_up)

    def enter(self, env):
        return env["property.interaction"].create(
            {
                "project_id": self.project.id,
                "kind": "visit_return",
                "partner_name": "Mr Li",
                "date": "2020-01-01 04:00:00",
            }
        )

    @staticmethod
    def commit(env):
        env.cr.commit()  # pylint: disable=invalid-commit

    def clean_up(self):
        """What is closed goes with the triggers switched off."""
        cr = self.ours.cr
        for env in (self.ours, self.theirs):
            env.cr.rollback()
        link = self.entry._fields["concern_ids"].relation
        tables = ("property_interaction", "property_day", link)
        for table in tables:
            cr.execute(
                SQL("ALTER TABLE %s DISABLE TRIGGER USER", SQL.identifier(table))
            )
        for table in tables[:2]:
            cr.execute(
                SQL(
                    "DELETE FROM %s WHERE project_id = %s",
                    SQL.identifier(table),
                    self.project.id,
                )
            )
        for table in tables:
            cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", SQL.identifier(table)))
        self.ours.invalidate_all()
        self.project.unlink()
        self.commit(self.ours)

    def see(self, env):
        """A transaction's view of the world is that of its first query."""
        env.cr.rollback()
        env.invalidate_all()
        env.cr.execute("SELECT 1")

    def test_two_close_at_once(self):
        """B9: one wins; the other, as the server tries again for him, is told."""
        other = self.day.with_env(self.theirs)
        self.see(self.theirs)
        self.day.action_close()
        self.commit(self.ours)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(errors.SerializationFailure),
        ):
            other.action_close()
        self.see(self.theirs)
        with self.assertRaisesRegex(UserError, "needs 'Open'"):
            other.action_close()
        self.assertEqual(other.closing_number, 1)

    def test_two_days_at_once(self):
        """B9: of two days closed at once the unique number lets one win."""
        self.see(self.theirs)
        other = self.theirs["property.day"]._of(
            self.project.with_env(self.theirs), date(2020, 1, 2)
        )
        self.entry.write({"date": "2020-01-02 04:00:00"})
        self.day.action_close()
        self.commit(self.ours)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises((errors.UniqueViolation, errors.SerializationFailure)),
        ):
            other.action_close()
            self.theirs.flush_all()

    def test_entry_made_meanwhile(self):
        """B9: an entry made while the day is closed is closed with the next, not
        lost."""
        self.see(self.ours)
        late = self.enter(self.theirs)
        self.commit(self.theirs)
        self.day.action_close()
        self.commit(self.ours)
        late = late.with_env(self.ours)
        late.invalidate_recordset()
        self.assertEqual((self.entry.state, late.state), ("closed", "open"))
        self.ours["property.day"]._of(self.project, date(2020, 1, 2)).action_close()
        self.assertEqual((late.state, late.chain_number), ("closed", 2))
        self.assertFalse(self.project.verify_register()["problem"])

    def test_entry_changed_meanwhile(self):
        """B9: what is being closed cannot be changed at the same time, neither its
        columns nor its concerns."""
        concern = self.theirs["property.concern"].search([], limit=1)
        link = self.entry._fields["concern_ids"].relation
        self.see(self.theirs)
        self.day.action_close()
        insert = SQL(
            "INSERT INTO %s (property_interaction_id, property_concern_id) "
            "VALUES (%s, %s)",
            SQL.identifier(link),
            self.entry.id,
            concern.id,
        )
        self.theirs.cr.execute("SET LOCAL lock_timeout = '10ms'")
        for query in (
            insert,
            SQL(
                "UPDATE property_interaction SET budget = 1 WHERE id = %s",
                self.entry.id,
            ),
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(errors.LockNotAvailable),
                self.theirs.cr.savepoint(flush=False),
            ):
                self.theirs.cr.execute(query)
        self.commit(self.ours)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(errors.SerializationFailure),
        ):
            self.theirs.cr.execute(insert)
