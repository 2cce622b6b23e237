from odoo import api, models

from .crm_lead_ownership import QUIET
from .mail_activity import PLANNED_KINDS


class PropertyInteraction(models.Model):
    """An entry does what was planned with the client (D1)."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "property.interaction"

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        if not self.env.context.get("ticked_off"):
            entries.filtered(
                lambda entry: (
                    entry.is_valid and entry.lead_id and entry.kind in PLANNED_KINDS
                )
            )._tick_off()
        return entries

    def _tick_off(self):
        """End the earliest open activity of each client: a greeting by a greeting, a
        follow-up by a follow-up of whatever kind. The register tells the story, so the
        chatter does not."""
        if not self:
            return
        planned = self.env["mail.activity"]._search_followups(self.lead_id)
        for entry in self:
            is_care = entry.kind == "care"
            done = planned.filtered(
                lambda one, entry=entry, is_care=is_care: (
                    one.res_id == entry.lead_id.id
                    and (one.activity_type_id.interaction_kind == "care") == is_care
                )
            )[:1]
            planned -= done
            done.with_context(**QUIET).write(
                {"active": False, "feedback": entry.note or entry.result}
            )
