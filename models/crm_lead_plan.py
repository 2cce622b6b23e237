from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .crm_lead_ownership import QUIET
from .property_interaction import FOLLOWUP_KINDS

LATE = timedelta(days=7)


class CrmLead(models.Model):
    """The plan by which a client is followed up (C4, D1, D2).

    It starts by a job soon after the visit, not with it: who registers a visitor does
    not wait for it.
    """

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    plan_started = fields.Char(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The event after which the last plan started: it starts once for each.",
    )
    is_plan_due = fields.Boolean(compute="_compute_is_plan_due", store=True)
    owned_days = fields.Integer(
        "Days Left",
        compute="_compute_owned_days",
        help="So many days, today included, the client is still his owner's.",
    )

    _plan_due_idx = models.Index("(project_id) WHERE is_plan_due")

    @api.depends("project_id", "user_id", "is_sold", "last_visit_date", "plan_started")
    def _compute_is_plan_due(self):
        for lead in self:
            lead.is_plan_due = bool(
                lead.project_id
                and lead.user_id
                and lead.plan_started != lead._plan_event()
            )

    @api.depends("owned_until", "project_id")
    def _compute_owned_days(self):
        for project, leads in self.grouped("project_id").items():
            today = project and project.sudo().local_day()
            for lead in leads:
                lead.owned_days = (
                    lead.owned_until and (lead.owned_until - today).days + 1
                )

    def _plan_event(self):
        if self.is_sold:
            return "sold"
        return str(self.last_visit_date or "registered")

    def _plan_day(self):
        """The project's day of the event that starts the plan."""
        if self.is_sold:
            sold = self.ownership_ids.filtered(lambda entry: entry.basis == "sold")
            return self.project_id.local_day(sold[:1].date or None)
        if self.last_visit_date:
            return self.last_visit_date
        return self.project_id.local_day(self.registered_date)

    @api.model
    def _cron_start_plans(self, batch_size=500):
        """Start the plans of the clients seen since the last run (D1)."""
        for project in self.env["property.project"].search([("active", "=", True)]):
            due = Domain("is_plan_due", "=", True)
            mine = Domain("project_id", "=", project.id)
            self._in_batches(due & mine, batch_size, CrmLead._start_plans)

    def _start_plans(self):
        """Plan the follow-ups; what is left of an earlier automatic plan gives way.

        Of an event long past, as in files loaded from elsewhere, nothing is due.
        """
        clients = self.sudo().with_context(**QUIET)
        plans = (
            self.env["mail.activity.plan"]
            .sudo()
            .search([("res_model", "=", self._name), ("is_automatic", "=", True)])
        )
        values = []
        for lead in clients:
            day = lead._plan_day()
            if lead.project_id.local_day() - day <= LATE:
                plan = plans._for_client(lead)
                values += [
                    lead._prepare_planned(template, day)
                    for template in plan.template_ids
                ]
        clients._drop_planned()
        self.env["mail.activity"].sudo().with_context(**QUIET).create(values)
        for event, leads in clients.grouped(CrmLead._plan_event).items():
            leads._write_through({"plan_started": event})

    def _prepare_planned(self, template, day):
        responsible = template._determine_responsible(self.user_id, self)["responsible"]
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "activity_type_id": template.activity_type_id.id,
            "summary": template.summary,
            "note": template.note,
            "user_id": responsible.id,
            "date_deadline": template._get_date_deadline(day),
            "automated": True,
        }

    def _drop_planned(self):
        self.env["mail.activity"]._search_followups(self).filtered(
            lambda one: (
                one.automated
                and one.activity_type_id.interaction_kind in FOLLOWUP_KINDS
            )
        ).unlink()

    def action_followup(self):
        """The dialog that enters a follow-up of this client."""
        self.ensure_one()
        return {
            "name": self.contact_name,
            "type": "ir.actions.act_window",
            "res_model": "property.followup",
            "view_mode": "form",
            "target": "new",
            "context": {"default_lead_id": self.id, "dialog_size": "medium"},
        }
