from itertools import count

from odoo import models
from odoo.tools import SQL, Query

CURSORS = count()


class PropertyRows(models.AbstractModel):
    """Reading of long lists: in constant memory, and by columns."""

    _name = "property.rows"
    _description = "Reader of Long Lists"

    def _rows_of(self, model, domain, columns, order, size=1_000):
        """What a list shows of the records of a domain, one by one, as dicts; nothing
        of them stays in memory.

        They are read by columns in one query, with the names of what they refer to, as
        whoever sees a record sees the name of its rep.

        :param columns: {key: field, or path of many2one fields to one; of a many2many
            field the names in their order; or SQL}
        """
        records = self.env[model].with_context(active_test=False)
        query = records._search(domain, order=order)
        terms = [
            SQL(
                "%s AS %s",
                term if isinstance(term, SQL) else self._term(records, term, query),
                SQL.identifier(key),
            )
            for key, term in {"id": "id", **columns}.items()
        ]
        return self._stream(query.select(*terms), size)

    def _stream(self, query, size=1_000):
        """The rows of a query one by one, as dicts; memory holds `size` of them."""
        cursor = SQL.identifier(f"rows_{next(CURSORS)}")
        self.env.cr.execute("SET LOCAL cursor_tuple_fraction = 1")  # all will be read
        declare = SQL("DECLARE %s NO SCROLL CURSOR FOR %s", cursor, query)
        self.env.execute_query(declare)
        fetch = SQL("FETCH %s FROM %s", size, cursor)
        while rows := self.env.execute_query_dict(fetch):
            yield from rows
        self.env.cr.execute(SQL("CLOSE %s", cursor))

    def _term(self, model, path, query):
        """The SQL of a field behind many2one fields, which are joined."""
        alias = query.table
        *links, name = path.split(".")
        for link in links:
            model, alias = model._fields[link].join(model, alias, query)
            model = model.sudo()
        field = model._fields[name]
        if field.type != "many2many":
            return model._field_to_sql(alias, name, query)
        model._check_field_access(field, "read")
        return self._names_term(self.env[field.comodel_name].sudo(), field, alias)

    @staticmethod
    def _names_term(others, field, alias):
        """The names of a many2many field, in the order of their model."""
        query = Query(others.env, others._table, others._table_sql)
        link = query.make_alias(alias, field.name)
        of_record, of_other = (
            SQL.identifier(link, column) for column in (field.column1, field.column2)
        )
        query.add_join(
            *("JOIN", link, field.relation),
            SQL("%s = %s", of_other, SQL.identifier(others._table, "id")),
        )
        query.add_where(SQL("%s = %s", of_record, SQL.identifier(alias, "id")))
        query.order = others._order_to_sql(others._order, query)
        name = others._field_to_sql(others._table, others._rec_name, query)
        return SQL("ARRAY(%s)", query.select(name))
