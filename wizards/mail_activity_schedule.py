from odoo import models
from odoo.fields import Domain


class MailActivitySchedule(models.TransientModel):
    _inherit = "mail.activity.schedule"

    def _get_plan_available_base_domain(self):
        """Plans of other classes, grades and projects are not offered."""
        domain = super()._get_plan_available_base_domain()
        if self.res_model != "crm.lead":
            return domain
        leads = self._get_applied_on_records()
        for name, values in (
            ("property_project_id", {lead.project_id.id for lead in leads}),
            ("client_class", {lead.client_class for lead in leads}),
            ("grade", {lead.grade for lead in leads}),
        ):
            common = values if len(values) == 1 else set()
            domain &= Domain(name, "in", [False, *common])
        return domain
