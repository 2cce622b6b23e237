from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache


class PropertyProject(models.Model):
    _name = "property.project"
    _description = "Property Project"
    _inherit = ["property.visibility.mixin"]
    _order = "name"
    _check_company_auto = True
    _visibility_fields = ("user_ids", "company_id", "team_ids", "tz")

    name = fields.Char(required=True)
    code = fields.Char(required=True, help="Starts the numbers of the project's papers")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: (
            self.env.ref("base.CNY", raise_if_not_found=False)
            or self.env.company.currency_id
        ),
    )
    tz = fields.Selection(
        lambda self: [(tz, tz) for tz in pytz.common_timezones],
        string="Time Zone",
        required=True,
        default="Asia/Shanghai",
        help="Days, weeks and months of every form are those of this time zone.",
    )
    week_start = fields.Selection(
        lambda self: self.env["res.lang"]._fields["week_start"].selection,
        string="Week Begins",
        required=True,
        default="1",
        help="Weekly forms run from this day on for seven days.",
    )
    address = fields.Char()
    planning = fields.Text()
    amenities = fields.Text()

    # People
    manager_id = fields.Many2one("res.users", check_company=True)
    user_ids = fields.Many2many(
        "res.users",
        "property_project_user_rel",
        "project_id",
        "user_id",
        string="People",
        help="Who works in this project. Nobody else sees anything of it.",
    )
    team_ids = fields.Many2many("crm.team", string="Teams", check_company=True)

    # Inventory and rules
    permit_ids = fields.One2many("property.permit", "project_id")
    building_ids = fields.One2many("property.building", "project_id")
    unit_ids = fields.One2many("property.unit", "project_id")
    unit_type_ids = fields.One2many("property.unit.type", "project_id")
    band_ids = fields.One2many("property.band", "project_id")
    area_band_ids = fields.One2many(
        "property.band", "project_id", domain=[("dimension", "=", "area")]
    )
    floor_band_ids = fields.One2many(
        "property.band", "project_id", domain=[("dimension", "=", "floor")]
    )
    price_band_ids = fields.One2many(
        "property.band", "project_id", domain=[("dimension", "=", "price")]
    )
    policy_ids = fields.One2many("property.policy", "project_id")
    plan_ids = fields.One2many("property.payment.plan", "project_id")
    mailing_ids = fields.One2many("property.mailing", "project_id")
    unit_count = fields.Integer(compute="_compute_unit_count")
    greeted_until = fields.Date(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The last day whose greetings have been planned.",
    )
    price_mapping = fields.Json(help="Column mapping of the last imported price list")

    _code_uniq = models.UniqueIndex(
        "(company_id, code)", "Another project has this code already."
    )

    @api.depends("unit_ids")
    def _compute_unit_count(self):
        counts = dict(
            self.env["property.unit"]._read_group(
                [("project_id", "in", self.ids)], ["project_id"], ["__count"]
            )
        )
        for project in self:
            project.unit_count = counts.get(project, 0)

    @api.model
    def _only(self):
        """The project of a user who works in one only: what dialogs propose."""
        projects = self.search([], limit=2)
        return projects if len(projects) == 1 else self

    def _check_reps(self, users):
        """:raise UserError: when one of `users` is not a rep in all of the projects, so
        that a client given to him would be nobody's"""
        for user in users:
            if not user.active or not user._has_office_role("rep"):
                raise UserError(self.env._("%s is not a rep.", user.name))
            for project in self - user.sudo().property_project_ids:
                raise UserError(
                    self.env._(
                        "%(user)s does not work in %(project)s.",
                        user=user.name,
                        project=project.name,
                    )
                )

    @ormcache("self.id", "user_id")
    def _team_id(self, user_id):
        """Which of the project's teams the user is in; False when in none."""
        teams = self.env["res.users"].sudo().browse(user_id).crm_team_ids
        return (teams & self.sudo().team_ids)[:1].id

    # === Time: the project's days, never UTC's ===

    @ormcache("self.id")
    def _tz(self):
        return self.sudo().tz

    @api.private
    def local_day(self, moment=None):
        """The project's calendar day of `moment` (naive UTC; now when omitted)."""
        moment = moment or fields.Datetime.now()
        return pytz.utc.localize(moment).astimezone(pytz.timezone(self._tz())).date()

    @api.private
    def local_time(self, moment):
        """`moment` (naive UTC) as the naive wall clock of the project."""
        zone = pytz.timezone(self._tz())
        return pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)

    @api.private
    def utc_moment(self, day, clock=time.min):
        """The naive UTC moment of the wall clock `clock` on `day` in the project."""
        local = pytz.timezone(self._tz()).localize(datetime.combine(day, clock))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    @api.private
    def day_bounds(self, date_from, date_to=None):
        """[start, end) in naive UTC of the project's days `date_from` to `date_to`."""
        return (
            self.utc_moment(date_from),
            self.utc_moment((date_to or date_from) + timedelta(days=1)),
        )

    @api.private
    def week_bounds(self, day):
        """First and last day of the project's week of `day`."""
        first = day - timedelta(days=(day.isoweekday() - int(self.week_start)) % 7)
        return first, first + timedelta(days=6)

    # === Policy ===

    @api.private
    def policy(self, day=None):
        """The `property.policy` in force on `day` (the project's today when omitted).

        :raise UserError: when no policy has begun by that day (K1)
        """
        self.ensure_one()
        day = day or self.local_day()
        policy_id = self._policy_id(day)
        if not policy_id:
            raise UserError(
                self.env._(
                    "No policy is in force for %(project)s on %(day)s: a manager adds "
                    "one under Settings, Policies.",
                    project=self.name,
                    day=day,
                )
            )
        return self.env["property.policy"].sudo().browse(policy_id)

    @ormcache("self.id", "day", "name")
    def _policy_number(self, day, name):
        """What the policy of `day` says of `name`. Asked for with every client in a
        list and every call that is logged: a change of policies clears what is cached.
        """
        return self.policy(day)[name]

    @ormcache("self.id", "day")
    def _policy_id(self, day):
        return (
            self.env["property.policy"]
            .sudo()
            .search(
                [("project_id", "in", [self.id, False]), ("date_start", "<=", day)],
                order="project_id, date_start DESC",  # NULLs last: the default ones
                limit=1,
            )
            .id
        )

    def _owned_until(self, day):
        """C3: the last day of an ownership renewed on `day`; of 31 January, the last
        of February."""
        return fields.Date.add(day, months=self._policy_number(day, "ownership_months"))

    def _expiring_until(self):
        """Ownerships that end by this day are warned of (C3)."""
        today = self.local_day()
        return fields.Date.add(today, days=self._policy_number(today, "warn_days"))

    def _control_officers(self):
        """Who is in control of the project's units; its manager when nobody is."""
        control = self.env.ref("crm_property_sales.group_control")
        return (
            self.user_ids.filtered(lambda user: control in user.group_ids)
            or self.manager_id
        )

    # === Live screens ===

    def _notify_desk(self):
        """Tell the open desks of the project that rings, duty or absences changed.

        The message carries nothing but the project: what changed is asked for, under
        the rules of who asks.
        """
        self.ensure_one()
        self.env["bus.bus"]._sendone(
            f"property_desk_{self.id}", "property_desk", {"project_id": self.id}
        )

    def action_open_units(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_property_sales.property_unit_action"
        )
        return action | {"domain": [("project_id", "in", self.ids)]}
