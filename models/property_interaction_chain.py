import hashlib
import json
import secrets
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .property_register_guard import guard_closed, guard_closed_links

# What tells who the client is: enters the chain as a salted digest only, so that it can
# be erased later (J6) and the chain still be proved.
PERSONAL = (
    "partner_name",
    "phone",
    "phone_sanitized",
    "district",
    "note",
    "result",
)
# Who sees a row follows his client; who touched it last tells nothing of the entry.
CHANGING = ("owner_id", "write_uid", "write_date")
# A call may be linked to the client who is registered later (B7).
FILLABLE = ("lead_id",)
# Neither in the contents nor in the personal digest of an entry.
APART = {*PERSONAL, *CHANGING, "salt", "chain_value", "anonymized_date"}
GENESIS = "0" * 64  # what the first entry of a project follows


def canonical(values):
    """One spelling of `values`: JSON, keys sorted, no spaces, characters unescaped."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


class PropertyInteraction(models.Model):
    """Closed entries: a chain of hashes for each project, kept by triggers (B9).

    An entry's chain value is the SHA-256 of the value before it and its contents: the
    raw values of all its columns, but for personal ones (a salted digest of theirs is
    among the contents) and those that may change. Columns without a value are left out,
    so a column added by a later version leaves the proof of older entries as it is; one
    that is renamed or dropped would break it.
    """

    _inherit = "property.interaction"  # pylint: disable=consider-merging-classes-inherited

    day_id = fields.Many2one(
        "property.day",
        "Closed With",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    chain_number = fields.Integer(
        "Register No.",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Its place in the closed register of the project.",
    )
    chain_value = fields.Char(readonly=True, copy=False)
    salt = fields.Char(groups=fields.NO_ACCESS, copy=False)
    personal_digest = fields.Char(groups=fields.NO_ACCESS, copy=False)
    anonymized_date = fields.Datetime(readonly=True, copy=False)

    _chain_uniq = models.UniqueIndex(
        "(project_id, chain_number) WHERE chain_number IS NOT NULL",
        "Somebody else closed the register at this moment: look at it again.",
    )

    # === Closed is closed ===

    def init(self):
        """The database keeps closed entries, whoever writes."""
        guard_closed(self.env.cr, self._table, CHANGING, FILLABLE, (*PERSONAL, "salt"))
        for field in self._links():
            guard_closed_links(self.env.cr, field.relation, field.column1)

    @api.model
    def _links(self):
        return [
            field
            for field in self._fields.values()
            if field.type == "many2many" and field.store
        ]

    def _open_states(self, name):
        """All fields are frozen by the closing; which entry one corrects, at once."""
        return () if name == "corrects_id" else ("open",)

    def _check_frozen(self, name, value, states):
        entries = self
        if name in FILLABLE and value:
            entries = self.filtered(name)
        return super(PropertyInteraction, entries)._check_frozen(name, value, states)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        if any(entry.state == "closed" for entry in self):
            raise UserError(
                self.env._("A closed entry is not deleted: add a correction.")
            )

    # === The chain ===

    def _chain(self, day, number, value):
        """Close the entries and add them to the chain of their project, oldest first.

        :param day: the `property.day` they are closed with
        :param number: of the last entry so far
        :param value: of the last entry so far
        :return: number and value of the last entry now, and how many were effective
            (True) or not (False) of each kind: Counter of (kind, is_valid)
        """
        counts = Counter()
        columns = [[], [], [], [], []]
        for row in self._read_rows(
            SQL("id = ANY(%s)", self.ids), order=SQL("date, id")
        ):
            number += 1
            salt = secrets.token_hex(16)
            row |= {
                "state": "closed",
                "day_id": day.id,
                "chain_number": number,
                "personal_digest": self._personal_digest(row, salt),
            }
            value = self._link_value(value, row)
            counts[row["kind"], row.get("is_valid", False)] += 1
            for column, one in zip(
                columns,
                (row["id"], number, value, salt, row["personal_digest"]),
                strict=True,
            ):
                column.append(one)
        self.env.cr.execute(
            SQL(
                """UPDATE property_interaction entry
                      SET state = 'closed', day_id = %s, chain_number = new.number,
                          chain_value = new.value, salt = new.salt,
                          personal_digest = new.digest, write_uid = %s,
                          write_date = %s
                     FROM unnest(%s::int[], %s::int[], %s::text[], %s::text[],
                                 %s::text[]) AS new(id, number, value, salt, digest)
                    WHERE entry.id = new.id""",
                day.id,
                self.env.uid,
                self.env.cr.now(),
                *columns,
            )
        )
        self.invalidate_recordset()
        return number, value, counts

    @api.model
    def _read_rows(self, where, order, limit=None):
        """The raw rows: {column: value}, without columns that have none; many2many
        fields as sorted ids."""
        self.flush_model()
        rows = [
            row
            for (row,) in self.env.execute_query(
                SQL(
                    """SELECT jsonb_strip_nulls(to_jsonb(entry))
                         FROM property_interaction entry
                        WHERE %s
                        ORDER BY %s
                        LIMIT %s""",
                    where,
                    order,
                    limit,
                )
            )
        ]
        by_id = {row["id"]: row for row in rows}
        for field in self._links():
            for entry_id, ids in self.env.execute_query(
                SQL(
                    "SELECT %(entry)s, array_agg(%(other)s ORDER BY %(other)s) "
                    "FROM %(table)s WHERE %(entry)s = ANY(%(ids)s) GROUP BY %(entry)s",
                    entry=SQL.identifier(field.column1),
                    other=SQL.identifier(field.column2),
                    table=SQL.identifier(field.relation),
                    ids=list(by_id),
                )
            ):
                by_id[entry_id][field.name] = ids
        return rows

    @api.model
    def _personal_digest(self, row, salt):
        return sha256(
            salt + canonical({name: row[name] for name in PERSONAL if name in row})
        )

    @api.model
    def _link_value(self, before, row):
        return sha256(
            before + canonical({name: row[name] for name in row.keys() - APART})
        )

    @api.model
    def _row_problem(self, before, row):
        """What is wrong with a closed row: 'personal', 'changed' or nothing.

        :param before: the chain value of the row before it
        """
        if "anonymized_date" in row:
            if not row.keys().isdisjoint((*PERSONAL, "salt")):
                return "personal"
        elif row.get("personal_digest") != self._personal_digest(
            row, row.get("salt", "")
        ):
            return "personal"
        # Filled in after the closing, or not: either is true to what was closed.
        unfilled = {name: row[name] for name in row.keys() - set(FILLABLE)}
        if row.get("chain_value") not in (
            self._link_value(before, row),
            self._link_value(before, unfilled),
        ):
            return "changed"
        return None

    def _anonymize(self):
        """Erase what tells who the clients of closed entries were (J6). What is proved
        of them, the chain, stays."""
        self.flush_recordset()
        erased = SQL(", ").join(
            SQL("%s = NULL", SQL.identifier(name)) for name in (*PERSONAL, "salt")
        )
        self.env.cr.execute(
            SQL(
                """UPDATE property_interaction
                      SET %s, anonymized_date = %s, write_uid = %s, write_date = %s
                    WHERE id = ANY(%s) AND state = 'closed'""",
                erased,
                *(fields.Datetime.now(), self.env.uid, self.env.cr.now()),
                self.ids,
            )
        )
        self.invalidate_recordset()
