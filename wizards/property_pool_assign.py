from odoo import Command, api, fields, models


class PropertyPoolAssign(models.TransientModel):
    """A manager gives free clients to a rep."""

    _name = "property.pool.assign"
    _description = "Assign Free Clients"

    lead_ids = fields.Many2many("crm.lead", required=True, string="Clients")
    project_ids = fields.Many2many("property.project", compute="_compute_project_ids")
    user_id = fields.Many2one("res.users", "New Owner", required=True)
    reason = fields.Char(required=True)

    @api.depends("lead_ids")
    def _compute_project_ids(self):
        for wizard in self:
            wizard.project_ids = wizard.lead_ids.project_id

    @api.model
    def default_get(self, fields):
        """The free clients chosen in the pool, whose rows have the ids of the files."""
        defaults = super().default_get(fields)
        if self.env.context.get("active_model") == "property.pool":
            ids = self.env.context.get("active_ids", [])
            defaults["lead_ids"] = [Command.set(ids)]
        return defaults

    def action_assign(self):
        self.ensure_one()
        self.lead_ids._assign_free(self.user_id, self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
