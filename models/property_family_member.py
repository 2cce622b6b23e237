from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .phone import clean_phone


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
    phone_sanitized = fields.Char(
        compute="_compute_phone_sanitized", store=True, precompute=True
    )
    id_number = fields.Char("ID Number", index="btree_not_null")
    proof = fields.Char(help="How the kinship was shown.")

    _phone_idx = models.Index(
        "(phone_sanitized, project_id) WHERE phone_sanitized IS NOT NULL"
    )

    @api.depends("phone")
    def _compute_phone_sanitized(self):
        for member in self:
            member.phone_sanitized = clean_phone(member.phone)

    @api.constrains("phone", "lead_id")
    def _check_not_registered(self):
        """C5: a family is one client, so nobody is of two."""
        for member in self.filtered("phone_sanitized"):
            lead, phone = member.lead_id.sudo(), member.phone_sanitized
            domain = [
                ("project_id", "=", lead.project_id.id),
                ("phone_sanitized", "=", phone),
            ]
            files = lead.with_context(active_test=False).search(domain)
            if (files | self.sudo().search(domain).lead_id) - lead:
                raise ValidationError(
                    self.env._(
                        "The number of %s is known from another client. Ask your "
                        "supervisor for a ruling.",
                        member.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_clean_id_number(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_clean_id_number(vals))

    def _with_clean_id_number(self, vals):
        return self.env["res.partner"]._with_clean_id_number(vals)
