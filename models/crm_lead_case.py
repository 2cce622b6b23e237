from odoo import fields, models

from .property_case import OPEN_STATES


class CrmLead(models.Model):
    """A client and his cases (D6)."""

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    case_count = fields.Integer(
        "Cases",
        compute="_compute_case_count",
        groups="crm_property_sales.group_rep,crm_property_sales.group_service,"
        "crm_property_sales.group_hq",
    )

    def _compute_case_count(self):
        counts = dict(
            self.env["property.case"]._read_group(
                [("lead_id", "in", self.ids)], ["lead_id"], ["__count"]
            )
        )
        for lead in self:
            lead.case_count = counts.get(lead._origin, 0)

    def action_open_cases(self):
        """The client's cases, and the form of a new one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_property_sales.property_case_action"
        )
        return action | {
            "domain": [("lead_id", "=", self.id)],
            "context": {"default_lead_id": self.id},
        }

    def _transfer(self, user, basis, clause=None, reason=None, date=None):
        cases = self.env["property.case"].sudo()
        cases = cases.search(
            [("lead_id", "in", self.ids), ("state", "in", OPEN_STATES)]
        ).filtered(lambda case: case.responsible_id == case.lead_id.user_id)
        result = super()._transfer(user, basis, clause, reason, date)
        cases._follow_client()
        return result
