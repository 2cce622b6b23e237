from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestReminder(PropertyCommon):
    """F3: buyers are reminded by the project's schedule, each step once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make_client(cls.rep_a, email_from="buyer@buyer.example")
        cls.contract = cls.sell(cls.client, cls.unit, plan_id=cls.plan_instalments.id)
        cls.first, cls.second, _last = cls.contract.installment_ids
        cls.today = cls.project.local_day()
        cls.early, cls.late, cls.letter = cls.env["property.reminder"].create(
            [
                {
                    "name": f"Day {days}",
                    "project_id": cls.project.id,
                    "days": days,
                    "channel": channel,
                }
                for days, channel in ((-5, "activity"), (1, "mail"), (7, "letter"))
            ]
        )

    def sent(self, installment=None):
        domain = [("contract_id", "=", self.contract.id)]
        if installment:
            domain.append(("installment_id", "=", installment.id))
        return self.env["property.reminder.sent"].search(domain, order="id")

    def run_on(self, days, hour=10):
        """The job at that hour of the project's day `days` after signing."""
        day = self.today + timedelta(days=days)
        with freeze_time(self.project.utc_moment(day) + timedelta(hours=hour)):
            self.env.invalidate_all()
            self.run_cron("ir_cron_remind")

    def test_each_step_once(self):
        """F3: on its day, whatever often the job runs; the history says how much was
        owed then."""
        steps = self.second
        for days in (24, 25, 25, 26, 30, 31, 31, 36, 37, 38):
            self.run_on(days)
        self.assertRecordValues(
            self.sent(steps),
            [
                {
                    "reminder_id": reminder.id,
                    "channel": reminder.channel,
                    "date": self.today + timedelta(days=days),
                    "overdue_days": max(days - 30, 0),
                    "amount": 333_300,
                    "title": "Second third",
                }
                for reminder, days in (
                    (self.early, 25),
                    (self.late, 31),
                    (self.letter, 37),
                )
            ],
        )

    def test_the_projects_morning(self):
        """F3: by the project's clock and day, never UTC's, and not at night."""
        self.run_on(25, hour=8.9)
        self.assertFalse(self.sent(self.second))
        self.run_on(25, hour=9)  # 1:00 UTC
        self.assertEqual(self.sent(self.second).date, self.today + timedelta(days=25))

    def test_task_and_mail(self):
        """F3: the rep has it on his list; the buyer in his mail box."""
        self.run_on(25)
        activity = self.client.activity_ids.filtered(
            lambda one: "Second third" in (one.summary or "")
        )
        self.assertEqual(activity.user_id, self.rep_a)
        self.assertIn("333,300.00", activity.summary)
        self.run_on(31)
        mail = self.env["mail.mail"].search(
            [
                ("model", "=", "property.reminder.sent"),
                ("res_id", "in", self.sent(self.second).ids),
            ]
        )
        self.assertEqual(mail.recipient_ids, self.contract.partner_id)
        self.assertIn("333,300.00", mail.body_html)

    def test_letter_where_there_is_no_mail(self):
        """F3: who has no address is written to on paper."""
        self.contract.partner_id.email = False
        self.run_on(31)
        self.assertEqual(self.sent(self.second).channel, "letter")

    def test_paid_or_deferred(self):
        """F3, F5: what is paid or deferred is not asked for; a broken promise is."""
        self.pay(self.contract, 313_300)
        self.run_on(7)
        self.assertFalse(self.sent(self.first))
        self.second._defer(self.today + timedelta(days=40))
        self.run_on(38)
        self.assertFalse(self.sent(self.second))
        self.run_on(41)
        self.assertEqual(self.sent(self.second).reminder_id, self.letter)

    def test_an_old_debt_is_asked_for_once(self):
        """F3: after days without the job only the latest step is taken."""
        self.run_on(50)
        self.assertEqual(self.sent(self.second).reminder_id, self.letter)
        self.run_on(51)
        self.assertEqual(len(self.sent(self.second)), 1)

    def test_not_for_drafts_or_other_projects(self):
        """F3: a draft owes nothing; a project without a schedule reminds of nothing."""
        deposit = self.confirm_deposit(
            self.open_slip(self.make_client(self.rep_a), self.unit_2)
        )
        draft = deposit.with_user(self.clerk)._prepare_contract()
        self.run_on(400)
        rows = self.env["property.reminder.sent"].search([])
        self.assertNotIn(draft, rows.contract_id)
        self.assertIn(self.contract, rows.contract_id)

    def test_letters(self):
        """F3: letters are printed with what is owed now; the paid are left out."""
        self.run_on(7)
        letter = self.sent(self.first)
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "crm_property_sales.report_reminder", letter.ids
        )
        for word in ("Payment Reminder", "313,300.00", "叁拾壹万叁仟叁佰元整"):
            self.assertIn(word, page.decode())
        action = letter.with_user(self.clerk).action_print()
        self.assertEqual(action["report_name"], "crm_property_sales.report_reminder")
        self.assertTrue(letter.print_date)
        self.pay(self.contract, 313_300)
        with self.assertRefused("All of this is paid"):
            letter.with_user(self.clerk).action_print()

    def test_history_stays(self):
        """F3: nobody deletes what a buyer was reminded of, a new plan as little."""
        self.run_on(7)
        letter = self.sent(self.first)
        with self.assertRaises(UserError):
            letter.unlink()
        self.contract._regenerate_installments(self.plan_lump)
        self.assertRecordValues(
            letter, [{"installment_id": False, "title": "First third"}]
        )
