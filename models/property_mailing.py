from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .property_filing_rule import RHYTHMS, clock_of


class PropertyMailing(models.Model):
    """Who receives which form of a project, and when (G21).

    Each period is a delivery (`property.mailing.delivery`): what was sent, refused, or
    failed and is tried again.
    """

    _name = "property.mailing"
    _description = "Form Mailing"
    _order = "project_id, hour, id"

    project_id = fields.Many2one(
        "property.project", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    form = fields.Selection(
        lambda self: self.env["property.form"]._selection(), required=True
    )
    rhythm = fields.Selection(RHYTHMS, default="day", required=True)
    hour = fields.Float(
        "Closing Hour",
        default=18.5,
        required=True,
        help="Hour of the day in the project's time zone, on the last day of the "
        "period; on the next open day when the office is closed.",
    )
    user_ids = fields.Many2many("res.users", string="Recipients", required=True)
    partner_ids = fields.Many2many(
        "res.partner",
        string="Other Recipients",
        domain="[('is_property_client', '=', False)]",
        help="People without a login, of head office for instance.",
    )
    sender_id = fields.Many2one(
        "res.users",
        "Compiled As",
        required=True,
        default=lambda self: self.env.user,
        help="The form shows what this user may see.",
    )
    active = fields.Boolean(default=True)
    date_start = fields.Date(
        "First Day",
        required=True,
        default=lambda self: fields.Date.context_today(self),
        help="Periods that ended earlier are not sent.",
    )
    delivery_ids = fields.One2many("property.mailing.delivery", "mailing_id")
    last_day = fields.Date("Last Sent For", compute="_compute_last")
    last_state = fields.Selection(
        lambda self: self.env["property.mailing.delivery"]._fields["state"].selection,
        "Last Delivery",
        compute="_compute_last",
    )

    _hour_of_day = models.Constraint(
        "CHECK(hour >= 0 AND hour < 24)", "The hour lies between 0 and 24."
    )

    def _compute_display_name(self):
        titles = dict(self.env["property.form"]._selection())
        for mailing in self:
            parts = (titles.get(mailing.form), mailing.project_id.name)
            mailing.display_name = " · ".join(part for part in parts if part)

    @api.depends("delivery_ids.state", "delivery_ids.period_end")
    def _compute_last(self):
        deliveries = self.env["property.mailing.delivery"]
        for mailing in self:
            mine = [("mailing_id", "=", mailing.id)]
            mailing.last_state = deliveries.search(mine, limit=1).state
            sent = deliveries.search([*mine, ("state", "=", "sent")], limit=1)
            mailing.last_day = sent.period_end

    # === What may be sent to whom ===

    @api.constrains("sender_id", "project_id", "form")
    def _check_sender(self):
        """A form is compiled with the sender's eyes: nobody lends himself another's."""
        for mailing in self:
            user = self.env.user
            if not user._is_superuser() and mailing.sender_id != user:
                raise ValidationError(
                    self.env._(
                        "A form is compiled as yourself: let %s make this mailing.",
                        mailing.sender_id.name,
                    )
                )

    @api.constrains("form", "rhythm")
    def _check_rhythm(self):
        for mailing in self:
            self.env[mailing.form]._check_rhythm(mailing.rhythm)

    @api.constrains("user_ids", "partner_ids", "sender_id", "project_id", "form")
    def _check_people(self):
        for mailing in self:
            people = mailing._recipients() | mailing.sender_id.partner_id
            if without := people.filtered(lambda partner: not partner.email):
                raise ValidationError(
                    self.env._("%s has no e-mail address.", without[0].name)
                )
            mailing._check_addresses()

    def _recipients(self):
        return self.sudo().user_ids.partner_id | self.sudo().partner_ids

    def _check_addresses(self):
        """:raise ValidationError: when clients' data would leave the company (J1)"""
        self.env[self.form]._check_addresses(self.project_id, self._recipients())

    # === When ===

    def _moment(self, period_end):
        """When the form of the period that ends on this day goes out (naive UTC)."""
        project = self.project_id
        return project.utc_moment(project.open_day(period_end), clock_of(self.hour))

    def _due_period(self, now):
        """The last period that is to be out at `now` (naive UTC), or None.

        The form of a day on which the office was closed is not sent.
        """
        project = self.project_id
        day = project.local_day(now)
        while day >= self.date_start - timedelta(days=31):
            start, end = project.period_of(self.rhythm, day)
            closed = self.rhythm == "day" and project.closed_days(day, day)
            if end >= self.date_start and not closed and self._moment(end) <= now:
                return start, end
            day = start - timedelta(days=1)
        return None

    @api.model
    def _cron_send(self):
        """Send what became due, and try again what failed."""
        now = fields.Datetime.now()
        deliveries = self.env["property.mailing.delivery"]
        mailings = self.search([("active", "=", True)])
        for mailing in mailings:
            if period := mailing._due_period(now):
                deliveries._of(mailing, *period)
        due = deliveries.search(
            [
                ("mailing_id", "in", mailings.ids),
                ("state", "in", ("pending", "failed")),
                ("next_try", "<=", now),
            ],
            order="id",
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(due))
        for delivery in due:
            delivery._deliver()
            if not progress(1):
                break

    def action_send_now(self):
        """Send the form of the last closed period again, now."""
        self.check_access("write")
        deliveries = self.env["property.mailing.delivery"].sudo()
        for mailing in self.sudo():
            now = fields.Datetime.now()
            period = mailing._due_period(now)
            if not period:
                raise UserError(
                    self.env._("No period has ended since %s.", mailing.date_start)
                )
            delivery = deliveries._of(mailing, *period)
            delivery._deliver()
            if delivery.state != "sent":
                return delivery._notice()
        return True
