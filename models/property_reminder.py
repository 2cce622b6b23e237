from odoo import api, fields, models
from odoo.fields import Domain

REMINDER_CHANNELS = [
    ("activity", "Task of the Rep"),
    ("letter", "Letter"),
    ("mail", "E-mail"),
]
LIVE_CONTRACTS = ("signed", "filed", "delivered")


class PropertyReminder(models.Model):
    """催款: when a project reminds of what is due, and how (F3).

    To remind a buyer of what he owes is performance of his contract, no marketing: it
    needs no consent of his (个人信息保护法, article 13 (2)), unlike the greetings (J5).
    """

    _name = "property.reminder"
    _description = "Payment Reminder"
    _order = "project_id, days, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    project_id = fields.Many2one(
        "property.project", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="project_id.company_id")
    days = fields.Integer(
        "Days after Due", help="Negative: so many days before it is due."
    )
    hour = fields.Integer("Not before (o'clock)", default=9, required=True)
    channel = fields.Selection(
        REMINDER_CHANNELS,
        "Reminded By",
        required=True,
        default="activity",
    )
    message = fields.Text(translate=True, help="A sentence of one's own in the letter.")

    _once = models.UniqueIndex(
        "(project_id, days, channel) WHERE active",
        "The project reminds on that day in that way already.",
    )
    _hour_range = models.Constraint(
        "CHECK(hour >= 0 AND hour < 24)", "An hour lies between 0 and 23."
    )

    @api.model
    def _cron_remind(self, batch_size=100):
        """Remind of what each project's schedule says by its today, each once.

        Only the latest step of the schedule that has come is taken: who is entered with
        an old debt, or after days without the job, is not reminded five times at once.
        """
        work = [
            (reminder, installment)
            for project, reminders in self.search([]).grouped("project_id").items()
            for reminder, installment in reminders._work(project)
        ]
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(work))
        for start in range(0, len(work), batch_size):
            batch = work[start : start + batch_size]
            for reminder, installment in batch:
                self.env["property.reminder.sent"]._send(reminder, installment)
            if not progress(len(batch)):
                break

    def _work(self, project):
        """[(reminder, instalment)] that wait to be sent"""
        now = project.local_time(fields.Datetime.now())
        reminders = self.filtered(lambda one: one.hour <= now.hour)
        if not reminders:
            return []
        today = project.local_day()
        first = min(reminders.mapped("days"))
        installments = (
            self.env["property.installment"]
            .sudo()
            .search(
                Domain("project_id", "=", project.id)
                & Domain("residual", ">", 0)
                & Domain("due_date", "<=", fields.Date.subtract(today, days=first))
                & (
                    Domain("deferred_until", "=", False)
                    | Domain("deferred_until", "<", today)
                )
                & Domain("contract_id.state", "in", LIVE_CONTRACTS),
                order="due_date, id",
            )
        )
        sent = {
            (one.reminder_id, one.installment_id, one.due_date)
            for one in self.env["property.reminder.sent"]
            .sudo()
            .search([("installment_id", "in", installments.ids)])
        }
        work = []
        for installment in installments:
            late = (today - installment.due_date).days
            come = reminders.filtered(lambda one, late=late: one.days <= late)
            latest = max(come.mapped("days"))
            work += [
                (reminder, installment)
                for reminder in come
                if reminder.days == latest
                and (reminder, installment, installment.due_date) not in sent
            ]
        return work
