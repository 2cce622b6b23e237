from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmLead(models.Model):
    """What greetings need: a birthday, and that the client agreed to them (D3, J5)."""

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    birth_date = fields.Date(
        "Date of Birth",
        compute="_compute_birth_date",
        store=True,
        readonly=False,
        compute_sudo=True,
    )
    care_consent_date = fields.Date(
        "Greetings Agreed On",
        copy=False,
        tracking=True,
        help="Only who agreed is greeted; empty when the client withdraws it.",
    )
    care_consent_proof = fields.Char(
        "Proof of Consent",
        copy=False,
        tracking=True,
        help="The form he signed, the message he wrote…",
    )

    guest_ids = fields.One2many("property.event.guest", "lead_id", "Invited To")

    _greeting_idx = models.Index(
        "(project_id, birth_date) WHERE care_consent_date IS NOT NULL AND active"
    )

    @api.depends("partner_id.birth_date")
    def _compute_birth_date(self):
        for lead in self:
            lead.birth_date = lead.partner_id.birth_date or lead.birth_date

    @api.constrains("care_consent_date", "care_consent_proof")
    def _check_care_consent(self):
        for lead in self:
            if lead.care_consent_date and not lead.care_consent_proof:
                raise ValidationError(
                    self.env._("Enter how %s agreed to greetings.", lead.contact_name)
                )

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        values = super()._prepare_customer_values(partner_name, is_company, parent_id)
        if self.birth_date and not is_company:
            values["birth_date"] = self.birth_date
        return values
