from odoo import fields, models


class PropertyFamilyMember(models.Model):
    """Family of a client: one client for the rules of ownership (C5)."""

    _name = "property.family.member"
    _description = "Family Member"
    _order = "lead_id, id"

    lead_id = fields.Many2one(
        "crm.lead", "Client", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(related="lead_id.project_id", store=True)
    company_id = fields.Many2one(related="project_id.company_id")
    user_id = fields.Many2one(related="lead_id.user_id", store=True, index=True)
    name = fields.Char("Full Name", required=True)
    relation = fields.Selection(
        [
            ("spouse", "Spouse"),
            ("partner", "Partner"),
            ("parent", "Parent"),
            ("child", "Child"),
        ],
        required=True,
    )
    phone = fields.Char()
    id_number = fields.Char("ID Number")
    proof = fields.Char(help="How the kinship was shown.")
