from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class PropertyEventInvite(models.TransientModel):
    """Invite the clients selected in the list to an event (D1)."""

    _name = "property.event.invite"
    _description = "Invitation of Clients"

    lead_ids = fields.Many2many(
        "crm.lead",
        string="Clients",
        required=True,
        default=lambda self: self._selected_clients(),
    )
    project_id = fields.Many2one("property.project", compute="_compute_project_id")
    event_id = fields.Many2one(
        "calendar.event",
        required=True,
        domain="[('property_project_id', '=', project_id)]",
    )

    @api.model
    def _selected_clients(self):
        if self.env.context.get("active_model") != "crm.lead":
            return []
        return [Command.set(self.env.context.get("active_ids", []))]

    @api.depends("lead_ids")
    def _compute_project_id(self):
        for dialog in self:
            projects = dialog.lead_ids.project_id
            dialog.project_id = projects if len(projects) == 1 else False

    def action_invite(self):
        """Put on the guest list who is not on it yet.

        :raise UserError: when the clients are of several projects, or of another one
        """
        self.ensure_one()
        if not self.project_id:
            raise UserError(self.env._("Select clients of one project."))
        guests = self.env["property.event.guest"]
        invited = guests.search([("event_id", "=", self.event_id.id)]).lead_id
        guests.create(
            [
                {"event_id": self.event_id.id, "lead_id": lead.id}
                for lead in self.lead_ids - invited
            ]
        )
        form = self.env.ref("crm_property_sales.calendar_event_view_form_office")
        return {
            "type": "ir.actions.act_window",
            "res_model": "calendar.event",
            "res_id": self.event_id.id,
            "views": [(form.id, "form")],
        }
