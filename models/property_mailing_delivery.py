import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

_logger = logging.getLogger(__name__)
RETRIES = (10, 30, 60, 120, 240, 480, 720)  # minutes until the next try


class PropertyMailingDelivery(models.Model):
    """One mailing of one period: sent, refused, or failed and tried again.

    It is mailed at once, not queued: what the mail server answers is on record here.
    """

    _name = "property.mailing.delivery"
    _description = "Form Delivery"
    _inherit = ["property.door.mixin"]
    _order = "period_end DESC, id DESC"
    _door_fields = ("state", "attempts", "next_try", "error", "sent_date", "addresses")
    _frozen_fields = dict.fromkeys(("mailing_id", "period_start", "period_end"), ())

    mailing_id = fields.Many2one(
        "property.mailing", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(
        related="mailing_id.project_id", store=True, index=True
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    form = fields.Selection(related="mailing_id.form")
    period_start = fields.Date(required=True)
    period_end = fields.Date(required=True)
    state = fields.Selection(
        [
            ("pending", "To Send"),
            ("sent", "Sent"),
            ("failed", "Failed, Tried Again"),
            ("refused", "Refused"),
            ("given_up", "Given Up"),
        ],
        default="pending",
        required=True,
    )
    attempts = fields.Integer(readonly=True)
    next_try = fields.Datetime(default=fields.Datetime.now, readonly=True)
    sent_date = fields.Datetime("Sent On", readonly=True)
    addresses = fields.Char("Sent To", readonly=True)
    error = fields.Text("What Went Wrong", readonly=True)

    _period_uniq = models.UniqueIndex(
        "(mailing_id, period_start, period_end)",
        "This period of the mailing is on record already.",
    )
    _open_idx = models.Index("(next_try) WHERE state IN ('pending', 'failed')")

    @api.depends("mailing_id", "period_end")
    def _compute_display_name(self):
        for delivery in self:
            delivery.display_name = (
                f"{delivery.mailing_id.display_name} · {delivery.period_end}"
            )

    @api.model
    def _of(self, mailing, start, end):
        """The delivery of a period, made when it is not there."""
        delivery = self.search(
            [
                ("mailing_id", "=", mailing.id),
                ("period_start", "=", start),
                ("period_end", "=", end),
            ]
        )
        return delivery or self.create(
            {"mailing_id": mailing.id, "period_start": start, "period_end": end}
        )

    # === Sending ===

    def _deliver(self):
        """Send it now; what goes wrong is written down, never raised."""
        self.ensure_one()
        now = fields.Datetime.now()
        tried = {"attempts": self.attempts + 1, "error": False}
        try:
            with self.env.cr.savepoint():
                addresses = self._send()
        except ValidationError as error:
            # The company's rules refuse it: trying again would not help.
            _logger.warning("Mailing %s refused: %s", self.mailing_id.id, error)
            self._log_denied()
            self._write_through(tried | {"state": "refused", "error": str(error)})
        except Exception as error:
            _logger.exception("Form mailing %s failed", self.mailing_id.id)
            again = self.attempts < len(RETRIES)
            minutes = RETRIES[min(self.attempts, len(RETRIES) - 1)]
            self._write_through(
                tried
                | {
                    "state": "failed" if again else "given_up",
                    "next_try": now + timedelta(minutes=minutes),
                    "error": " ".join(map(str, error.args)) or type(error).__name__,
                }
            )
        else:
            self._write_through(
                tried | {"state": "sent", "sent_date": now, "addresses": addresses}
            )

    def _send(self):
        """Mail the form as PDF and workbook to the receivers.

        It is compiled as the sender, so it holds what his role may see, in his
        language and the project's days (a cron has neither).

        :return: the addresses it went to
        """
        mailing = self.mailing_id
        mailing._check_addresses()
        sender, project = mailing.sender_id, mailing.project_id
        form_model = self.env[mailing.form].with_user(sender)
        form_model = form_model.with_context(lang=sender.lang, tz=project.tz)
        form = form_model.compile(
            {
                "project_id": project.id,
                "date_from": self.period_start.isoformat(),
                "date_to": self.period_end.isoformat(),
            }
        )
        recipients = mailing._recipients()
        form_model._mail(form, recipients)
        return ", ".join(recipients.mapped("email"))

    def _log_denied(self):
        self.env["property.access.log"]._log(
            self.project_id,
            "denied",
            user_id=self.mailing_id.sender_id.id,
            note=self.display_name,
        )

    def action_retry(self):
        """Try once more, now."""
        self.mailing_id.check_access("write")
        self._check_state("failed", "given_up", "refused", "pending")
        for delivery in self.sudo():
            delivery._deliver()
        failed = self.filtered(lambda delivery: delivery.state != "sent")
        return failed[:1]._notice() if failed else True

    def _notice(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger",
                "sticky": True,
                "message": self.error,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
