"""Rows for COPY, each like one that Odoo itself wrote."""

import io
import json
from contextlib import contextmanager

CHUNK = 20_000


def text(value):
    """`value` as COPY wants it."""
    match value:
        case None:
            return "\\N"
        case bool():
            return "t" if value else "f"
        case dict() | list():
            value = json.dumps(value, ensure_ascii=False)
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


class Table:
    """A table that is filled: `add()` takes the values of `columns`, which vary from
    row to row; all other columns are as in `like`."""

    def __init__(self, cr, name, columns, like=None):
        self.cr, self.name = cr, name
        constant = {
            column: value
            for column, value in (like or {}).items()
            if column not in ("id", *columns) and value is not None
        }
        self.columns = [*columns, *constant]
        self.end = "".join(f"\t{text(value)}" for value in constant.values()) + "\n"
        self.rows = []
        self.count = 0

    def add(self, *values):
        """Values are numbers, None and strings without tabs and backslashes."""
        self.rows.append(
            "\t".join(["\\N" if value is None else str(value) for value in values])
            + self.end
        )
        self.count += 1
        if len(self.rows) >= CHUNK:
            self.flush()

    def flush(self):
        columns = ", ".join(f'"{column}"' for column in self.columns)
        self.cr.copy_expert(
            f'COPY "{self.name}" ({columns}) FROM STDIN',
            io.StringIO("".join(self.rows)),
        )
        self.rows.clear()


def row_of(record):
    """The columns of the row that Odoo wrote for `record`."""
    record.env.flush_all()
    record.env.cr.execute(f'SELECT * FROM "{record._table}" WHERE id = %s', [record.id])
    return record.env.cr.dictfetchone()


@contextmanager
def bulk_load(cr, tables):
    """Foreign keys and triggers rest, indexes are built when the rows are there,
    sequences go on behind them."""
    cr.execute("SET session_replication_role = replica")
    cr.execute("SET maintenance_work_mem = '512MB'")
    cr.execute(
        """SELECT indexname, indexdef FROM pg_indexes
            WHERE tablename = ANY(%s) AND indexname NOT IN (
                  SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u'))""",
        [tables],
    )
    indexes = cr.fetchall()
    for name, _definition in indexes:
        cr.execute(f'DROP INDEX "{name}"')
    yield
    for _name, definition in indexes:
        cr.execute(definition)
    cr.execute(
        """SELECT table_name, pg_get_serial_sequence(quote_ident(table_name), 'id')
             FROM information_schema.columns
            WHERE table_name = ANY(%s) AND column_name = 'id'""",
        [tables],
    )
    for table, sequence in cr.fetchall():
        cr.execute(
            f'SELECT setval(%s, max(id)) FROM "{table}" HAVING max(id) > 0', [sequence]
        )
    cr.execute("SET session_replication_role = DEFAULT")
