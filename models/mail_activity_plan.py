from odoo import fields, models

from .crm_lead import CLIENT_CLASSES
from .property_interaction import GRADES


class MailActivityPlan(models.Model):
    """客户跟踪计划: Odoo's activity plan, for clients of a class and grade (D1)."""

    _inherit = "mail.activity.plan"

    name = fields.Char(translate=True)
    property_project_id = fields.Many2one(
        "property.project",
        "Project",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: clients of every project.",
    )
    client_class = fields.Selection(CLIENT_CLASSES, help="Empty: every class.")
    grade = fields.Selection(GRADES, help="Empty: every grade.")
    is_automatic = fields.Boolean(
        "Starts by Itself",
        help="After each visit of such a client; for a buyer once, when he has bought. "
        "Of several plans the one made most closely for him starts.",
    )

    def _for_client(self, lead):
        """The plan most closely made for the client: of his project, grade, class."""
        fitting = self.filtered(
            lambda plan: (
                plan.property_project_id.id in (False, lead.project_id.id)
                and plan.client_class in (False, lead.client_class)
                and plan.grade in (False, lead.grade)
                and plan.company_id.id in (False, lead.company_id.id)
            )
        )
        return fitting.sorted(
            lambda plan: (
                not plan.property_project_id,
                not plan.grade,
                not plan.client_class,
                plan.id,
            )
        )[:1]


class MailActivityPlanTemplate(models.Model):
    _inherit = "mail.activity.plan.template"

    responsible_type = fields.Selection(
        selection_add=[("owner", "Client's owner")], ondelete={"owner": "set default"}
    )

    def _determine_responsible(self, on_demand_responsible, applied_on_record):
        if self.responsible_type != "owner" or applied_on_record._name != "crm.lead":
            return super()._determine_responsible(
                on_demand_responsible, applied_on_record
            )
        owner = applied_on_record.user_id
        error = not owner and self.env._(
            "%s is nobody's client: an owner is needed to follow him up.",
            applied_on_record.display_name,
        )
        return {"responsible": owner, "error": error, "warning": False}
