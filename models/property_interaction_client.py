from odoo import api, models

from .crm_lead_ownership import QUIET
from .mail_activity import PLANNED_KINDS


class PropertyInteraction(models.Model):
    """What an entry does for its client: it ends what was planned (D1) and passes on
    how his identity was verified (B11)."""

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
        entries._pass_on_identity()
        return entries

    def write(self, vals):
        result = super().write(vals)
        if "identity_check" in vals:
            self._pass_on_identity()
        return result

    def _link_client(self, lead):
        result = super()._link_client(lead)
        self._pass_on_identity()
        return result

    def _pass_on_identity(self):
        """The latest verification is what the client's file says."""
        for entry in self.filtered(lambda one: one.identity_check and one.lead_id):
            lead = entry.lead_id.sudo()
            if not lead.identity_date or lead.identity_date <= entry.identity_date:
                lead._write_identity(
                    entry.identity_check, entry.identity_user_id, entry.identity_date
                )

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
