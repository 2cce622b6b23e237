from odoo import api, models

from .property_case import OPEN_STATES

ACTIVITY = "crm_property_sales.mail_activity_type_case"


class PropertyCase(models.Model):
    """Who is told of a case: at once, when its deadline is over, when it is solved."""

    _inherit = "property.case"  # pylint: disable=consider-merging-classes-inherited

    def _replan(self):
        """The activities of who has something to do with the case now."""
        for case in self.sudo():
            case.activity_unlink([ACTIVITY])
            today = case.project_id.local_day()
            if case.state in OPEN_STATES:
                case._plan(case.responsible_id, case.deadline)
                if case.superior_id != case.responsible_id:
                    case._plan(case.superior_id, today)
            elif case.state == "solved":
                case._plan(case.superior_id, today)

    def _plan(self, user, deadline):
        case = self.with_context(lang=user.lang)
        if case.state == "solved":
            summary = case.env._("Look at the result, and close the case")
        elif user == case.responsible_id:
            summary = case.env._("Solve the client's problem")
        elif case.is_told_late:
            summary = case.env._("The deadline is over, and the problem is not solved")
        else:
            summary = case.env._("A client has a problem: see that it is solved")
        case.activity_schedule(
            ACTIVITY, date_deadline=deadline, summary=summary, user_id=user.id
        )

    @api.model
    def _cron_escalate(self):
        """Report again what is not solved and whose last day is over in its project."""
        for project in self.env["property.project"].search([("active", "=", True)]):
            late = self.search(
                [
                    ("project_id", "=", project.id),
                    ("state", "in", OPEN_STATES),
                    ("deadline", "<", project.local_day()),
                    ("is_told_late", "=", False),
                ]
            )
            late._step("overdue", is_told_late=True)
            late._replan()

    def _follow_client(self):
        """The former owner sees the client no more: who has him now, or the superior,
        is responsible."""
        for case in self:
            user = case.lead_id.user_id or case.superior_id
            if user != case.responsible_id:
                case._step("assigned", responsible_id=user.id)
                case._replan()
