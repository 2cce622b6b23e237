from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertyDealMixin(models.AbstractModel):
    """A document of a deal: number, project, client, salesperson.

    The document says where its client comes from (`lead_id` related or computed); one
    that hangs on another takes client and salesperson of that. Stands first in
    `_inherit`: doors and approvals stay with their own mixins.
    """

    _name = "property.deal.mixin"
    _description = "Document of a Deal"

    name = fields.Char("Number", readonly=True, copy=False)
    project_id = fields.Many2one("property.project")
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    currency_id = fields.Many2one(related="project_id.currency_id")
    lead_id = fields.Many2one("crm.lead", "Client")
    user_id = fields.Many2one(
        related="lead_id.user_id", store=True, index=True, string="Salesperson"
    )


class PropertyUnitDealMixin(models.AbstractModel):
    """A document of a deal over a unit: the unit says the project."""

    _name = "property.unit.deal.mixin"
    _inherit = ["property.deal.mixin"]
    _description = "Document of a Deal over a Unit"

    unit_id = fields.Many2one("property.unit")
    project_id = fields.Many2one(
        related="unit_id.project_id", store=True, precompute=True
    )

    @api.depends("name", "unit_id.name")
    def _compute_display_name(self):
        for deal in self:
            number = deal.name or deal._draft_name()
            deal.display_name = f"{number} · {deal.unit_id.name or ''}"

    def _draft_name(self):
        """What the document is called until it has a number"""
        return ""

    @api.constrains(
        lambda self: {"unit_id", "lead_id", "plan_id"}.intersection(self._fields)
    )
    def _check_same_project(self):
        for deal in self.sudo():  # a rep does not see every client
            plan = deal.plan_id if "plan_id" in deal._fields else deal.browse()
            if deal.project_id and any(
                one.project_id != deal.project_id for one in (*deal.lead_id, *plan)
            ):
                raise ValidationError(
                    self.env._(
                        "Unit, client and payment plan must be of one project: "
                        "register the client in %s first.",
                        deal.project_id.name,
                    )
                )
