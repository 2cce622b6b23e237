"""Triggers by which the database itself keeps what is closed (B9).

The ORM refuses first and explains; these hold for every other door: a hook that writes
columns directly, psql, a reporting tool's role. Rows are compared as a whole, so that
columns added later are kept as well. Who may alter the table can switch a trigger off:
that is what the chain of hashes is for.
"""

from odoo.tools import SQL

FUNCTIONS = """
CREATE OR REPLACE FUNCTION property_guard_closed() RETURNS trigger
LANGUAGE plpgsql AS $guard$
DECLARE
    -- columns that may change, be filled in once, be erased with anonymized_date
    changing text[] := TG_ARGV[0];
    fillable text[] := TG_ARGV[1];
    erasable text[] := TG_ARGV[2];
    was jsonb;
    is_now jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT changing || COALESCE(array_agg(name), '{}') INTO changing
          FROM unnest(fillable) AS name
         WHERE to_jsonb(OLD) ->> name IS NULL;
        was := to_jsonb(OLD) - changing;
        is_now := to_jsonb(NEW) - changing;
        IF was ->> 'anonymized_date' IS NULL
            AND is_now ->> 'anonymized_date' IS NOT NULL
            AND NOT jsonb_strip_nulls(is_now) ?| erasable
        THEN
            was := was - erasable - 'anonymized_date';
            is_now := is_now - erasable - 'anonymized_date';
        END IF;
        IF was = is_now THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'What is closed is not changed or deleted: add a correction (B9).'
        USING ERRCODE = 'restrict_violation';
END
$guard$;

CREATE OR REPLACE FUNCTION property_guard_closed_link() RETURNS trigger
LANGUAGE plpgsql AS $guard$
DECLARE
    entries int[];
    closed boolean;
BEGIN
    IF TG_OP <> 'TRUNCATE' THEN
        IF TG_OP <> 'INSERT' THEN
            entries := entries || (to_jsonb(OLD) ->> TG_ARGV[0])::int;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            entries := entries || (to_jsonb(NEW) ->> TG_ARGV[0])::int;
        END IF;
        -- Locked: who closes the entry at this moment either has seen this link or
        -- makes this transaction fail.
        SELECT bool_or(state = 'closed') INTO closed
          FROM (SELECT state FROM property_interaction
                 WHERE id = ANY(entries) FOR SHARE) AS entry;
        IF closed IS NOT TRUE THEN
            RETURN COALESCE(NEW, OLD);
        END IF;
    END IF;
    RAISE EXCEPTION 'What is closed is not changed or deleted: add a correction (B9).'
        USING ERRCODE = 'restrict_violation';
END
$guard$;
"""


def guard_closed(cr, table, changing=(), fillable=(), erasable=()):
    """Keep the rows of `table` whose state is 'closed'.

    :param changing: columns that may still change
    :param fillable: columns that may be filled in once
    :param erasable: columns that may be erased, all together with the setting of
        `anonymized_date`
    """
    lists = (list(changing), list(fillable), list(erasable))
    arguments = [f"{{{','.join(names)}}}" for names in lists]
    _install(
        cr,
        table,
        "BEFORE UPDATE OR DELETE",
        SQL("WHEN (OLD.state = 'closed')"),
        "property_guard_closed",
        arguments,
    )


def guard_closed_links(cr, table, column):
    """Keep the rows of a many2many's `table` whose `column` names a closed entry."""
    _install(
        cr,
        table,
        "BEFORE INSERT OR UPDATE OR DELETE",
        SQL(),
        "property_guard_closed_link",
        [column],
    )


def _install(cr, table, events, condition, function, arguments):
    cr.execute(FUNCTIONS)
    for name, moment, scope in (
        ("property_guard_rows", events, SQL("FOR EACH ROW %s", condition)),
        ("property_guard_table", "BEFORE TRUNCATE", SQL("FOR EACH STATEMENT")),
    ):
        cr.execute(
            SQL(
                "DROP TRIGGER IF EXISTS %(name)s ON %(table)s; "
                "CREATE TRIGGER %(name)s %(moment)s ON %(table)s %(scope)s "
                "EXECUTE FUNCTION %(function)s(%(arguments)s)",
                name=SQL.identifier(name),
                table=SQL.identifier(table),
                moment=SQL(moment),  # pylint: disable=sql-injection
                scope=scope,
                function=SQL.identifier(function),
                arguments=SQL(", ").join(SQL("%s", one) for one in arguments),
            )
        )


def remove_guards(cr):
    """Take away all triggers and their functions: the module is uninstalled."""
    cr.execute(
        "DROP FUNCTION IF EXISTS property_guard_closed, property_guard_closed_link "
        "CASCADE"
    )
