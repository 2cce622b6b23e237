from odoo import api, fields, models
from odoo.exceptions import UserError

from .property_reminder import REMINDER_CHANNELS


class PropertyReminderSent(models.Model):
    """What a buyer was reminded of, when and how: the history stays (F3)."""

    _name = "property.reminder.sent"
    _description = "Sent Reminder"
    _order = "date DESC, id DESC"

    name = fields.Char("Number", readonly=True)
    reminder_id = fields.Many2one(
        "property.reminder", index=True, readonly=True, ondelete="set null"
    )
    installment_id = fields.Many2one(
        "property.installment", index=True, readonly=True, ondelete="set null"
    )
    contract_id = fields.Many2one(
        "property.contract",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    project_id = fields.Many2one(
        related="contract_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id")
    currency_id = fields.Many2one(related="project_id.currency_id")
    lead_id = fields.Many2one(
        related="contract_id.lead_id", store=True, precompute=True
    )
    user_id = fields.Many2one(
        related="contract_id.user_id", store=True, index=True, string="Salesperson"
    )
    partner_id = fields.Many2one(related="contract_id.partner_id")
    unit_id = fields.Many2one(related="contract_id.unit_id")
    date = fields.Date("Reminded On", required=True, readonly=True)
    channel = fields.Selection(
        REMINDER_CHANNELS,
        "Reminded By",
        required=True,
        readonly=True,
    )
    title = fields.Char("Instalment", readonly=True)
    due_date = fields.Date(readonly=True)
    amount = fields.Monetary("Amount Owed", readonly=True)
    overdue_days = fields.Integer("Days Late", readonly=True, aggregator=None)
    residual = fields.Monetary(
        "Still Owed", related="installment_id.residual", readonly=True
    )
    print_date = fields.Datetime("Printed", readonly=True)

    _once = models.UniqueIndex(
        "(reminder_id, installment_id, due_date)",
        "This reminder was sent already.",
    )
    _project_idx = models.Index("(project_id, date)")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("What a buyer was reminded of stays on record."))

    def _send(self, reminder, installment):
        """Remind once; a buyer without an e-mail address gets a letter."""
        contract = installment.contract_id
        channel = reminder.channel
        if channel == "mail" and not contract.partner_id.email:
            channel = "letter"
        sent = self.sudo().create(self._prepare_row(reminder, installment, channel))
        if channel == "activity":
            sent._plan_activity()
        elif channel == "mail":
            template = self.env.ref("crm_property_sales.mail_template_reminder")
            template.sudo().send_mail(sent.id, force_send=False)

    def _prepare_row(self, reminder, installment, channel):
        contract = installment.contract_id
        today = contract.project_id.local_day()
        return {
            "name": contract._next_number("property.reminder"),
            "reminder_id": reminder.id,
            "installment_id": installment.id,
            "contract_id": contract.id,
            "date": today,
            "channel": channel,
            "title": installment.name,
            "due_date": installment.due_date,
            "amount": installment.residual,
            "overdue_days": max((today - installment.due_date).days, 0),
        }

    def _plan_activity(self):
        """On the list of the buyer's rep; the manager's when he has none."""
        lead = self.lead_id
        user = lead.user_id or self.project_id.manager_id
        if not user:
            return
        words = self.with_context(lang=user.lang).env._
        lead.with_context(mail_activity_quick_update=True).activity_schedule(
            "crm_property_sales.mail_activity_type_payment",
            self.date,
            user_id=user.id,
            summary=words(
                "%(title)s of %(unit)s: %(amount)s due on %(date)s",
                title=self.title,
                unit=self.unit_id.name,
                amount=f"{self.amount:,.2f}",
                date=self.due_date,
            ),
        )

    def action_print(self):
        """Print the letters; what is paid meanwhile is left out.

        :raise UserError: when nothing of the selected is still owed
        """
        self.check_access("read")
        owed = self.filtered(lambda one: one.residual > 0)
        if not owed:
            raise UserError(self.env._("All of this is paid: there is nothing to ask."))
        owed.sudo().print_date = fields.Datetime.now()
        report = self.env.ref("crm_property_sales.action_report_reminder")
        return report.report_action(owed)
