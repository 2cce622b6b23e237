from odoo import fields, models


class ResPartner(models.Model):
    """The person's facts are confirmed with those of one of his files (C11)."""

    _name = "res.partner"
    _inherit = ["res.partner", "property.facts.mixin"]
    _confirmed_fields = ("name", "phone", "id_type", "id_number", "birth_date")

    id_type = fields.Selection(tracking=True)
    id_number = fields.Char(tracking=True)
    birth_date = fields.Date(tracking=True)

    def _confirmed(self):
        return self.filtered(
            lambda partner: any(
                lead.facts_confirmed_date for lead in partner.sudo().property_lead_ids
            )
        )
