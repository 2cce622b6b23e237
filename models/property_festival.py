import re
from calendar import monthrange
from datetime import timedelta

from lunardate import LunarDate
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .crm_lead_ownership import QUIET

# What a message may name.
PLACES = ("client", "rep", "project")
# Greetings of days on which the job did not run are made up so far back.
MADE_UP = timedelta(days=7)


class PropertyFestival(models.Model):
    """An occasion to greet clients who agreed to it: 节日、生日关怀 (D3).

    A festival of the lunar calendar is one of the regular month, never of the leap
    month after it. A day that the month does not have is its last one: the 30th of the
    twelfth month is New Year's Eve also when that month has 29 days, and who was born
    on 29 February is greeted on the 28th.
    """

    _name = "property.festival"
    _description = "Festival"
    _order = "calendar, month, day, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    calendar = fields.Selection(
        [
            ("solar", "Solar"),
            ("lunar", "Lunar"),
            ("birthday", "Birthday"),
        ],
        required=True,
        default="solar",
    )
    month = fields.Integer(aggregator=None)
    day = fields.Integer(aggregator=None)
    days_before = fields.Integer(
        default=1,
        aggregator=None,
        help="The greeting is on the list so long before.",
    )
    message = fields.Text(
        "Greeting Text",
        required=True,
        translate=True,
        help="What to say or send. {client}, {rep} and {project} are filled in.",
    )
    next_date = fields.Date("Next On", compute="_compute_next_date")

    _date_valid = models.Constraint(
        "CHECK(calendar = 'birthday' OR "
        "(month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31))",
        "A festival has a month from 1 to 12 and a day from 1 to 31.",
    )
    _days_before_valid = models.Constraint(
        "CHECK(days_before BETWEEN 0 AND 30)",
        "A greeting is planned on the day or up to 30 days before.",
    )

    @api.constrains("message")
    def _check_message(self):
        for festival in self:
            unknown = set(re.findall(r"{(.*?)}", festival.message)) - set(PLACES)
            if unknown:
                raise ValidationError(
                    self.env._(
                        "%(names)s cannot be filled in: use {client}, {rep} and "
                        "{project}.",
                        names=", ".join(f"{{{name}}}" for name in sorted(unknown)),
                    )
                )

    @api.depends("calendar", "month", "day")
    def _compute_next_date(self):
        today = fields.Date.context_today(self)
        for festival in self:
            days = (today + timedelta(days=ahead) for ahead in range(400))
            festival.next_date = festival.calendar != "birthday" and next(
                filter(festival._is_on, days), False
            )

    def _is_on(self, day):
        """Is the festival on the calendar day `day`?"""
        if self.calendar == "solar":
            month, number, last = day.month, day.day, _month_days(day)
        elif self.calendar == "lunar":
            lunar = LunarDate.from_solar_date(day.year, day.month, day.day)
            if lunar.is_leap_month:
                return False
            month, number, last = lunar.month, lunar.day, 30
            if number == 29 and (lunar + timedelta(days=1)).day == 1:
                last = 29
        else:
            return False
        return month == self.month and number == min(self.day, last)

    def _client_domain(self, day):
        """Whom to greet on `day`: none, all, or who has his birthday."""
        if self.calendar != "birthday":
            return Domain.TRUE if self._is_on(day) else Domain.FALSE
        sign = ">=" if day.day == _month_days(day) else "="
        return Domain("birth_date.month_number", "=", day.month) & Domain(
            "birth_date.day_of_month", sign, day.day
        )

    # === Greetings ===

    @api.model
    def _cron_greetings(self):
        """Put the greetings on their reps' lists, each day of a project once (D3)."""
        festivals = self.search([("active", "=", True)])
        for project in self.env["property.project"].search([("active", "=", True)]):
            today = project.local_day()
            done = max(
                project.greeted_until or today - timedelta(days=1), today - MADE_UP
            )
            for ahead in range((today - done).days):
                festivals._greet(project, done + timedelta(days=ahead + 1), today)
            project.greeted_until = today
            self.env["ir.cron"]._commit_progress(1)

    def _greet(self, project, day, today):
        """Plan the greetings whose turn is on `day`; not those whose time is over."""
        clients = self.env["crm.lead"].sudo()
        mine = (
            Domain("project_id", "=", project.id)
            & Domain("user_id", "!=", False)
            & Domain("care_consent_date", "!=", False)
        )
        values = []
        for festival in self:
            date = day + timedelta(days=festival.days_before)
            if date >= today:
                values += [
                    festival._prepare_greeting(client, date)
                    for client in clients.search(mine & festival._client_domain(date))
                ]
        self.env["mail.activity"].sudo().with_context(**QUIET).create(values)

    def _prepare_greeting(self, client, date):
        owner = client.user_id
        festival = self.with_context(lang=owner.lang)
        greeting = self.env.ref("crm_property_sales.mail_activity_type_greeting")
        return {
            "res_model_id": self.env["ir.model"]._get_id(client._name),
            "res_id": client.id,
            "activity_type_id": greeting.id,
            "summary": festival.name,
            "note": Markup("<p>%s</p>") % festival._message_for(client),
            "user_id": owner.id,
            "date_deadline": date,
            "automated": True,
        }

    def _message_for(self, client):
        names = {
            "client": client.contact_name,
            "rep": client.user_id.name,
            "project": client.project_id.name,
        }
        return re.sub(r"{(\w+)}", lambda place: names[place[1]], self.message)


def _month_days(day):
    return monthrange(day.year, day.month)[1]
