from odoo import api, models

# Records that are, or name, a client.
CLIENT_MODELS = (
    "res.partner",
    "crm.lead",
    "calendar.event",
    "property.interaction",
    "property.deposit",
    "property.contract",
    "property.mortgage",
    "property.deferral",
    "property.earnest",
)


class Base(models.AbstractModel):
    """Who points at a client must be allowed to see him (J1).

    Odoo names the record behind a many2one to everyone who reads the pointing record,
    and fields computed from it run with full rights: CRM copies phone and e-mail of a
    lead's partner. Without this a guessed id in a record of one's own shows a client.
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            defaults = self._client_defaults()
            self._check_client_links(*(defaults | vals for vals in vals_list))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._check_client_links(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        self._check_client_links(self._client_defaults() | values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _client_defaults(self):
        """Values a caller chooses without sending them: context, own defaults."""
        given = {
            key.removeprefix("default_"): value
            for key, value in self.env.context.items()
            if key.startswith("default_")
        }
        return self.env["ir.default"]._get_model_defaults(self._name) | given

    def _check_client_links(self, *vals_list):
        """:raise AccessError: when `vals` point anew at a client hidden from him"""
        pointed = {}
        for vals in vals_list:
            for model, ids in self._client_links(vals):
                pointed.setdefault(model, set()).update(ids)
        for model, ids in pointed.items():
            self.env[model].browse(ids).check_access("read")

    def _client_links(self, vals):
        """:return: (model, ids) of the clients at which `vals` point anew"""
        for name, value in vals.items():
            field = self._fields.get(name)
            if not value or field is None:
                continue
            if isinstance(value, models.BaseModel):
                value = value.ids if field.type.endswith("2many") else value.id
            if field.type == "many2one":
                yield from self._new_links(field, field.comodel_name, [value])
            elif field.type in ("one2many", "many2many"):
                yield from self._command_links(field, value)
            elif field.type == "many2one_reference":
                model = self.new(vals)[field.model_field]
                yield from self._new_links(field, model, [value])
            elif field.type == "reference":
                model, _comma, res_id = str(value).partition(",")
                yield from self._new_links(field, model, [int(res_id or 0)])

    def _command_links(self, field, commands):
        ids = []
        lines = self.env[field.comodel_name]
        for command in commands:
            match command:
                case int():
                    ids.append(command)
                case (4, res_id, *_rest):
                    ids.append(res_id)
                case (6, _zero, res_ids):
                    ids.extend(res_ids)
                case (0 | 1 as kind, res_id, dict() as vals):
                    # Saved lines are checked when they are written; a form's are not.
                    yield from lines.browse(res_id if kind else ())._client_links(vals)
        yield from self._new_links(field, field.comodel_name, ids)

    def _new_links(self, field, model, ids):
        if model not in CLIENT_MODELS:
            return
        ids = {one.get("id") if isinstance(one, dict) else one for one in ids}
        new = {one for one in ids if isinstance(one, int)}
        if new and self.ids and field.relational:
            # A form sends again what it did not change.
            new -= set.intersection(*(set(one[field.name].ids) for one in self.sudo()))
        if new:
            yield model, new
