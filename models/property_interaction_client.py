from odoo import models

from .crm_lead_ownership import QUIET
from .mail_activity import PLANNED_KINDS


class PropertyInteraction(models.Model):
    """What an entry does for its client: it ends what was planned (D1) and passes on
    how his identity was verified (B11)."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "property.interaction"

    def _on_entered(self, facts):
        result = super()._on_entered(facts)
        if not self.env.context.get("ticked_off"):
            self.filtered(
                lambda entry: (
                    entry.is_valid and entry.lead_id and entry.kind in PLANNED_KINDS
                )
            )._tick_off({lead: row["planned"] or [] for lead, row in facts.items()})
        self._pass_on_identity()
        return result

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

    def _tick_off(self, planned):
        """End the earliest open activity of each client: a greeting by a greeting, a
        follow-up by a follow-up of whatever kind. The register tells the story, so the
        chatter does not.

        :param planned: by client's id, [(activity's id, its kind)], the earliest first
        """
        done = {}
        for entry in self:
            left = planned[entry.lead_id.id]
            for one in left:
                if (one[1] == "care") == (entry.kind == "care"):
                    left.remove(one)
                    done[one[0]] = entry
                    break
        activities = self.env["mail.activity"].sudo().with_context(**QUIET)
        for activity in activities.browse(done):
            entry = done[activity.id]
            activity.write({"active": False, "feedback": entry.note or entry.result})
