from datetime import time, timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .res_users import ROLES

RHYTHMS = [("day", "Daily"), ("week", "Weekly"), ("month", "Monthly")]
FILERS = ("clerk", "control", "finance", "service", "supervisor", "manager", "hq")
# Who sees all clients of a project: only they file a form that names clients.
WIDE = {"clerk", "control", "finance", "service", "manager", "hq"}


def clock_of(hour):
    """The time of a day that a field of hours (18.5) says."""
    return time(*divmod(min(round(hour * 60), 24 * 60 - 1), 60))


class PropertyFilingRule(models.Model):
    """Who files which form of a project, how often and by when (填报规定, G21)."""

    _name = "property.filing.rule"
    _description = "Filing Rule"
    _inherit = ["mail.thread"]
    _order = "project_id, rhythm, deadline_days, deadline_hour, id"

    project_id = fields.Many2one(
        "property.project",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["property.project"]._only(),
    )
    company_id = fields.Many2one(related="project_id.company_id")
    form = fields.Selection(
        lambda self: self.env["property.form"]._selection(),
        required=True,
        tracking=True,
    )
    rhythm = fields.Selection(RHYTHMS, default="day", required=True, tracking=True)
    date_start = fields.Date(
        "In Force From",
        required=True,
        default=lambda self: fields.Date.context_today(self),
        help="The first period that is filed is the one of this day.",
    )
    role = fields.Selection(
        lambda self: self._selection_roles(),
        "Responsible Role",
        required=True,
        default="supervisor",
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        tracking=True,
        help="Empty: whoever has the role in the project.",
    )
    deadline_days = fields.Integer(
        "Days after the Period", tracking=True, help="0: on its last day."
    )
    deadline_hour = fields.Float("Deadline", default=20.0, required=True, tracking=True)
    approver_role = fields.Selection(
        [("manager", "Manager"), ("hq", "Head Office")],
        "Approved By",
        default="manager",
        required=True,
        tracking=True,
    )
    active = fields.Boolean(default=True)

    _form_uniq = models.UniqueIndex(
        "(project_id, form, rhythm) WHERE active",
        "This form of the project is filed in this rhythm already.",
    )
    _hour_of_day = models.Constraint(
        "CHECK(deadline_hour >= 0 AND deadline_hour < 24)",
        "The hour lies between 0 and 24.",
    )
    _days_not_negative = models.Constraint(
        "CHECK(deadline_days >= 0)", "The deadline lies after the period."
    )

    @api.model
    def _selection_roles(self):
        return [
            (role, self.env.ref(f"crm_property_sales.group_{role}").sudo().name)
            for role in FILERS
        ]

    def _compute_display_name(self):
        titles = dict(self.env["property.form"]._selection())
        for rule in self:
            parts = (rule.project_id.name, titles.get(rule.form))
            rule.display_name = " · ".join(part for part in parts if part)

    @api.constrains("form", "rhythm")
    def _check_rhythm(self):
        for rule in self:
            self.env[rule.form]._check_rhythm(rule.rhythm)

    @api.constrains("form", "role", "user_id", "project_id")
    def _check_responsible(self):
        """Who files a form reads it, and the whole of it."""
        for rule in self:
            form = self.env[rule.form]
            allowed = set(form._roles) & (WIDE if form._personal else set(FILERS))
            if not self._includes(rule.role) & allowed:
                names = dict(self._selection_roles())
                raise ValidationError(
                    self.env._(
                        "%(form)s is not for the role '%(role)s'. It can be filed by: "
                        "%(roles)s.",
                        form=form._title(),
                        role=names[rule.role],
                        roles=", ".join(
                            names[role] for role in FILERS if role in allowed
                        ),
                    )
                )
            if rule.user_id and rule.user_id not in rule._people():
                raise ValidationError(
                    self.env._(
                        "%(user)s does not work in %(project)s as '%(role)s'.",
                        user=rule.user_id.name,
                        project=rule.project_id.name,
                        role=dict(self._selection_roles())[rule.role],
                    )
                )

    @api.model
    def _includes(self, role):
        """The roles that `role` has, its own and those below it."""
        group = self.env.ref(f"crm_property_sales.group_{role}").sudo()
        return {
            other
            for other in ROLES
            if self.env.ref(f"crm_property_sales.group_{other}")
            in group.all_implied_ids
        }

    def _people(self):
        """Who has the responsible role in the project."""
        return self.project_id.sudo().user_ids.filtered(
            lambda user: user.active and user._has_office_role(self.role)
        )

    def _responsible(self):
        """Who files: the one named, else who has just this role, else who has it."""
        self.ensure_one()
        people = self._people()
        if self.user_id in people:
            return self.user_id
        group = self.env.ref(f"crm_property_sales.group_{self.role}")
        exact = people.filtered(lambda user: group in user.sudo().group_ids)
        project = self.project_id.sudo()
        return (exact or people)[:1] or project.manager_id or self.create_uid

    def _deadline(self, period_end):
        """The moment by which the form of the period must be filed."""
        day = self.project_id.open_day(period_end + timedelta(days=self.deadline_days))
        return self.project_id.utc_moment(day, clock_of(self.deadline_hour))
