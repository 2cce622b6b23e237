import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

_logger = logging.getLogger(__name__)


class PropertyMailing(models.Model):
    """Who receives which form of a project, after the day's closing (G21)."""

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
    hour = fields.Float(
        "Closing Hour",
        default=18.5,
        required=True,
        help="Hour of the day in the project's time zone.",
    )
    user_ids = fields.Many2many("res.users", string="Recipients", required=True)
    sender_id = fields.Many2one(
        "res.users",
        "Compiled As",
        required=True,
        default=lambda self: self.env.user,
        help="The form shows what this user may see.",
    )
    active = fields.Boolean(default=True)
    last_day = fields.Date("Last Sent For", readonly=True, copy=False)

    _hour_of_day = models.Constraint(
        "CHECK(hour >= 0 AND hour < 24)", "The hour lies between 0 and 24."
    )

    def _compute_display_name(self):
        titles = dict(self.env["property.form"]._selection())
        for mailing in self:
            parts = (titles.get(mailing.form), mailing.project_id.name)
            mailing.display_name = " · ".join(part for part in parts if part)

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

    @api.constrains("user_ids", "sender_id", "project_id")
    def _check_people(self):
        for mailing in self:
            people = mailing.user_ids | mailing.sender_id
            if outside := people.filtered(lambda user: not user.email):
                raise ValidationError(
                    self.env._("%s has no e-mail address.", outside[0].name)
                )

    def _due_day(self, now):
        """The last day of the project that is closed at `now` (naive UTC)."""
        local = self.project_id.local_time(now)
        clock = timedelta(hours=self.hour)
        closed = local - local.replace(hour=0, minute=0, second=0) >= clock
        return local.date() - timedelta(days=0 if closed else 1)

    @api.model
    def _cron_send(self):
        """Send what became due; a mailing that failed is tried at the next run."""
        now = fields.Datetime.now()
        due = self.search([("active", "=", True)]).filtered(
            lambda mailing: (
                not mailing.last_day or mailing.last_day < mailing._due_day(now)
            )
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(due))
        for mailing in due:
            try:
                mailing._send(mailing._due_day(now))
            except Exception:
                # One form that cannot be made must not keep back the others.
                self.env.cr.rollback()
                _logger.exception("Form mailing %s failed", mailing.id)
            if not progress(1):
                break

    def _send(self, day):
        """Mail the form of `day` as PDF and workbook to the receivers.

        It is compiled as the sender, so it holds what his role may see, in his
        language and the project's days (a cron has neither).
        """
        self.ensure_one()
        sender = self.sender_id
        mailing = self.with_user(sender).with_context(
            lang=sender.lang, tz=self.project_id.tz
        )
        form = mailing.env[self.form]
        options = {"project_id": self.project_id.id, "date_to": day.isoformat()}
        files = [form._render(options, fmt) for fmt in ("pdf", "xlsx")]
        attachments = self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": content,
                    "res_model": "mail.compose.message",
                    "res_id": 0,
                }
                for name, content in files
            ]
        )
        self.env.ref("crm_property_sales.mail_template_form").with_context(
            form_name=files[0][0].removesuffix(".pdf")
        ).send_mail(
            self.id,
            email_values={
                "attachment_ids": attachments.ids,
                "recipient_ids": [
                    fields.Command.link(partner.id)
                    for partner in self.user_ids.partner_id
                ],
            },
        )
        self.last_day = day

    def action_send_now(self):
        """Send the form of the last closed day again, now."""
        self.check_access("write")
        for mailing in self.sudo():
            mailing._send(mailing._due_day(fields.Datetime.now()))
