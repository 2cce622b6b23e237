from odoo import fields, models
from odoo.exceptions import UserError


class PropertyFactsMixin(models.AbstractModel):
    """Facts that were confirmed with the client (C11).

    Once they are, a rep or clerk still fills what is empty; only a manager changes what
    is there, and says why. Old and new values are tracked, the reason is the message
    that carries them. Holds for every caller, the form or a remote one.
    """

    _name = "property.facts.mixin"
    _description = "Facts confirmed with the client"

    _confirmed_fields = ()

    change_reason = fields.Char(
        "Reason of the Change",
        store=False,
        copy=False,
        help="Needed to change a fact that was confirmed with the client.",
    )

    def _confirmed(self):
        """:return: those of the records whose facts are confirmed"""
        raise NotImplementedError

    def write(self, vals):
        reason = vals.get("change_reason") or self.env.context.get("change_reason")
        vals = {name: value for name, value in vals.items() if name != "change_reason"}
        changed = self._confirmed_changes(vals)
        if changed and not self.env.su:
            changed._check_change(vals, (reason or "").strip())
        # CRM carries a phone from file to person and back: one reason for both.
        records = self.with_context(change_reason=reason) if reason else self
        return super(PropertyFactsMixin, records).write(vals)

    def _confirmed_changes(self, vals):
        """:return: records of which `vals` change or empty what was confirmed"""
        names = [name for name in self._confirmed_fields if name in vals]
        if not names:
            return self.browse()
        return self._confirmed().filtered(
            lambda record: any(
                record[name] and record._is_change(name, vals[name]) for name in names
            )
        )

    def _is_change(self, name, value):
        field = self._fields[name]
        new, old = (
            field.convert_to_cache(one, self) or False for one in (value, self[name])
        )
        return new != old

    def _check_change(self, vals, reason):
        labels = ", ".join(
            self._fields[name]._description_string(self.env)
            for name in self._confirmed_fields
            if name in vals
        )
        if not self.env.user._has_office_role("manager"):
            raise UserError(
                self.env._(
                    "%(facts)s of %(client)s were confirmed with the client: only a "
                    "manager changes them.",
                    facts=labels,
                    client=self[:1].display_name,
                )
            )
        if not reason:
            raise UserError(
                self.env._(
                    "%(facts)s of %(client)s were confirmed with the client: enter the "
                    "reason of the change.",
                    facts=labels,
                    client=self[:1].display_name,
                )
            )
        self._track_set_log_message(self.env._("Reason of the change: %s", reason))
