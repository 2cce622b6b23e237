from odoo import models


class CrmLead(models.Model):
    """What CRM does with any lead and must not do with a client."""

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    # === CRM's lead scoring, which an office does not use ===
    # It costs a third of a registration, and needs a sales right that reps lack.

    def _pls_get_naive_bayes_probabilities(self, batch_mode=False, is_tooltip=False):
        others = self.filtered(lambda lead: not lead.project_id)
        if not others:
            return {}, {"probability": 0.0, "scores": []}
        return super(CrmLead, others)._pls_get_naive_bayes_probabilities(
            batch_mode, is_tooltip
        )

    def _pls_increment_frequencies(self, from_state=None, to_state=None):
        others = self.filtered(lambda lead: not lead.project_id)
        return super(CrmLead, others)._pls_increment_frequencies(from_state, to_state)

    # === CRM's teams ===

    def _compute_team_id(self):
        """CRM asks for each lead: a client's team is his owner's in the project."""
        clients = self.filtered("project_id")
        for lead in clients.filtered("user_id"):
            lead.team_id = lead.project_id._team_id(lead.user_id.id)
        return super(CrmLead, self - clients)._compute_team_id()

    # === Where CRM would show other people's clients ===

    def _compute_potential_lead_duplicates(self):
        """CRM searches all files, whoever asks: clients neither look nor are found."""
        clients = self.filtered("project_id")
        clients.duplicate_lead_ids = False
        clients.duplicate_lead_count = 0
        others = self - clients
        result = super(CrmLead, others)._compute_potential_lead_duplicates()
        for lead in others:
            lead.duplicate_lead_ids -= lead.duplicate_lead_ids.filtered("project_id")
            lead.duplicate_lead_count = len(lead.duplicate_lead_ids - lead)
        return result

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        """A client's employer is an ordinary company: it gets nothing of his."""
        values = super()._prepare_customer_values(partner_name, is_company, parent_id)
        if self.project_id and is_company:
            values = {name: values[name] for name in ("name", "is_company", "type")}
        return values

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Followers who may no longer see the client hear no more of him."""
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        if not self.project_id:
            return recipients
        users = self.env["res.users"].browse(
            one["uid"] for one in recipients if one["uid"] and not one["share"]
        )
        blind = {
            user.id for user in users if not self.with_user(user).has_access("read")
        }
        return [one for one in recipients if one["uid"] not in blind]
