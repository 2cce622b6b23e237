from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class PropertyDuty(models.Model):
    """Who is on duty in a project on a day (排班表, B1, B12).

    A rep who is not on the list of a day has no turns on it; a day without a list is
    everybody's.
    """

    _name = "property.duty"
    _description = "Duty List"
    _order = "date, project_id"

    project_id = fields.Many2one(
        "property.project",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.user.property_project_ids[:1],
    )
    company_id = fields.Many2one(related="project_id.company_id")
    date = fields.Date(
        "Day",
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    user_ids = fields.Many2many("res.users", string="On Duty", required=True)
    note = fields.Char()

    _day_uniq = models.UniqueIndex(
        "(project_id, date)", "The project has a duty list for this day already."
    )

    @api.depends("project_id")
    def _compute_date(self):
        for duty in self:
            if duty.project_id and not duty.date:
                duty.date = duty.project_id.local_day()

    @api.depends("user_ids", "date")
    def _compute_display_name(self):
        for duty in self:
            names = ", ".join(duty.user_ids.mapped("name"))
            duty.display_name = f"{len(duty.user_ids)} · {names}"

    @api.constrains("user_ids", "project_id")
    def _check_work_here(self):
        for duty in self:
            if strangers := duty.user_ids - duty.project_id.sudo().user_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s does not work in %(project)s.",
                        user=", ".join(strangers.mapped("name")),
                        project=duty.project_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        duties = super().create(vals_list)
        duties._notify()
        return duties

    def write(self, vals):
        result = super().write(vals)
        self._notify()
        return result

    def unlink(self):
        self._notify()
        return super().unlink()

    def _notify(self):
        for project in self.project_id:
            project._notify_desk()

    @api.model
    def _on_duty(self, project):
        """Who is on the list of the project's today; None when there is no list."""
        duty = self.sudo().search(
            [("project_id", "=", project.id), ("date", "=", project.local_day())]
        )
        return duty.user_ids if duty else None

    def action_copy_week(self):
        """Give the same days of the following week the same people, where they have no
        list yet; returns the week's lists."""
        weeks = self.browse()
        for duty in self:
            day = duty.date + timedelta(days=7)
            there = [("project_id", "=", duty.project_id.id), ("date", "=", day)]
            weeks |= self.search(there) or duty.copy({"date": day})
        return self.env["ir.actions.act_window"]._for_xml_id(
            "crm_property_sales.property_duty_action"
        ) | {"domain": [("id", "in", weeks.ids)]}

    # === Print ===

    def _pages(self):
        """The printed list, a page for each project and month: days, reps, rings."""
        rings = self.env["property.roster"]
        months = self.sorted("date").grouped(
            lambda duty: (duty.project_id, duty.date.replace(day=1))
        )
        return [
            {
                "project": project,
                "days": days,
                "reps": (rosters.line_ids.user_id & days.user_ids) | days.user_ids,
                "rosters": rosters,
            }
            for (project, _month), days in months.items()
            for rosters in [rings.search([("project_id", "=", project.id)])]
        ]

    def _weekday(self):
        """The short name of the day of the week, in the reader's language."""
        return format_date(self.env, self.date, date_format="EEEEE")
