from odoo import api, fields, models

from .property_interaction import FOLLOWUP_KINDS, INTERACTION_KINDS

PLANNED_KINDS = (*FOLLOWUP_KINDS, "care")


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    interaction_kind = fields.Selection(
        [(kind, label) for kind, label in INTERACTION_KINDS if kind in PLANNED_KINDS],
        "In the Register",
        help="What a client's activity of this type, once done, is in the register.",
    )


class MailActivity(models.Model):
    """A planned follow-up and the entry that does it (C4, D1).

    The register counts, not the activity: who ticks off a client's activity makes an
    entry, and an entry ticks off the activity that was due first.
    """

    _inherit = "mail.activity"

    @api.model
    def _search_followups(self, leads):
        """What is still to be done with the clients, the earliest first."""
        return self.sudo().search(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "in", leads.ids),
                ("activity_type_id.interaction_kind", "!=", False),
            ],
            order="date_deadline, id",
        )

    def _action_done(self, feedback=False, attachment_ids=None):
        entries = self._prepare_entries(feedback)
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        self.env["property.interaction"].with_context(ticked_off=True).create(entries)
        return result

    def _prepare_entries(self, feedback):
        """Values of the register's entries for clients' activities now done."""
        planned = self.filtered(
            lambda one: (
                one.active
                and one.res_model == "crm.lead"
                and one.activity_type_id.interaction_kind
            )
        )
        leads = self.env["crm.lead"].browse(planned.mapped("res_id"))
        clients = leads._filtered_access("write").filtered("project_id")
        return [
            {
                "kind": one.activity_type_id.interaction_kind,
                "lead_id": one.res_id,
                "project_id": clients.browse(one.res_id).project_id.id,
                "note": feedback or one.summary,
            }
            for one in planned
            if one.res_id in clients.ids
        ]
