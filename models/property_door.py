from odoo import Command, api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


def lock_rows(records):
    """Lock the rows of `records` until the transaction ends, waiting for who has them.

    In the order of their ids, so that two callers never deadlock. Under REPEATABLE READ
    the one who waited gets a serialization failure once the other commits, and Odoo
    runs his request again: he then meets the new facts, not an error about locks.
    """
    if not records.ids:
        return
    records.flush_recordset()
    records.env.cr.execute("SET LOCAL lock_timeout = '5s'")
    records.env.execute_query(
        SQL(
            "SELECT id FROM %s WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
            SQL.identifier(records._table),
            tuple(records.ids),
        )
    )
    records.invalidate_recordset(flush=False)


def take_turn(record):
    """Let those who count what hangs on `record` pass one after the other.

    The row is updated, though nothing in it changes: who waited for it is replayed (see
    `lock_rows`) and then counts what the one before him added. A lock alone would let
    him count what he saw before he waited.
    """
    record.flush_recordset()
    record.env.cr.execute("SET LOCAL lock_timeout = '5s'")
    record.env.cr.execute(
        SQL(
            "UPDATE %s SET write_date = write_date WHERE id = %s",
            SQL.identifier(record._table),
            record.id,
        )
    )


class PropertyDoorMixin(models.AbstractModel):
    """A document whose state moves by its own steps only (design: one door).

    `_door_fields` are written by `_write_through`, which the steps call after they
    checked role and state. `_frozen_fields` maps a field to the states in which it may
    still be changed. Derived fields (stored, computed, not editable) are behind the
    door too: Odoo would store what a remote caller writes there. No context key opens a
    door, `default_state` as little as any other: a remote caller can set any key.
    """

    _name = "property.door.mixin"
    _description = "Fields written by the document's own steps"

    _door_fields = ("state",)
    _frozen_fields = {}

    def _is_derived(self, name):
        field = self._fields.get(name)
        return bool(field and field.store and field.compute and field.readonly)

    @api.model
    def default_get(self, fields):
        """Door fields begin as the model says, whatever context or user default say."""
        defaults = super().default_get(fields)
        for name in set(fields).intersection(self._door_fields):
            defaults.pop(name, None)
            field = self._fields[name]
            if field.default:
                defaults[name] = field.convert_to_write(field.default(self), self)
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        defaults = self.default_get(self._door_fields)
        for vals in vals_list:
            for name in self._door_fields:
                if vals.get(name) and vals[name] != defaults.get(name):
                    raise UserError(self._door_message(name))
        return super().create(vals_list)

    def write(self, vals):
        for name in vals:
            if name in self._door_fields or self._is_derived(name):
                raise UserError(self._door_message(name))
            states = self._open_states(name)
            if states is not None:
                self._check_frozen(name, vals[name], states)
        return super().write(vals)

    def _open_states(self, name):
        """The states in which field `name` may be changed; None: in every state"""
        return self._frozen_fields.get(name)

    def _write_through(self, vals):
        """Write door fields; called by the model's own steps only."""
        # pylint: disable-next=super-method-mismatch
        return super().write(vals)

    def _door_message(self, name):
        return self.env._(
            "%(field)s is not written directly: use the actions of the document.",
            field=self._fields[name]._description_string(self.env),
        )

    def _check_frozen(self, name, value, states):
        field = self._fields[name]
        if field.type == "many2many" and isinstance(value, list | tuple):
            if any(isinstance(command, int) for command in value):
                value = [Command.set(value)]  # as write() takes plain ids
        for record in self:
            if record.state in states:
                continue
            # A form may send a field that it did not change.
            if field.convert_to_cache(value, record) == field.convert_to_cache(
                record[name], record
            ):
                continue
            raise UserError(
                self.env._(
                    "%(field)s of %(record)s can no longer be changed: record a change "
                    "or correction instead.",
                    field=field._description_string(self.env),
                    record=record.display_name,
                )
            )

    def _check_state(self, *states):
        """:raise UserError: when a document is in none of `states`"""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state not in states:
                raise UserError(
                    self.env._(
                        "%(record)s is '%(state)s': this step needs '%(wanted)s'.",
                        record=record.display_name,
                        state=labels[record.state],
                        wanted=labels[states[0]],
                    )
                )

    def _check_role(self, *roles):
        """:raise AccessError: when the user has none of the office roles `roles`, or
        may not see the documents"""
        self.check_access("read")
        if not self.env.su and not self.env.user._has_office_role(*roles):
            raise AccessError(
                self.env._(
                    "Your role in the sales office does not allow this step. It takes: "
                    "%s.",
                    ", ".join(
                        self.env.ref(f"crm_property_sales.group_{role}").sudo().name
                        for role in roles
                    ),
                )
            )

    def _next_number(self, code):
        """The next number of the sequence `code` in the document's company."""
        sequence = self.env["ir.sequence"].sudo().with_company(self.company_id)
        return sequence.next_by_code(code)


class PropertyLedgerMixin(models.AbstractModel):
    """Rows that are added and never changed (design: facts are appended)."""

    _name = "property.ledger.mixin"
    _description = "Ledger: rows are added, never changed"

    # pylint: disable-next=method-required-super
    def write(self, vals):
        raise UserError(
            self.env._("Entries of a ledger are never changed: add a new one.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Entries of a ledger are never deleted."))
