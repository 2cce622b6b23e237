from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_slip_limits import SlipLimitsCommon

WARNING, PROPOSAL = (
    f"crm_property_sales.mail_activity_type_{name}"
    for name in ("deadline", "lapse_proposed")
)


@tagged("post_install", "-at_install")
class TestDepositDeadline(SlipLimitsCommon):
    """E2: rest of the deposit, papers, signing: a warning first, then the lapse or its
    proposal; money that finance confirmed is never freed by a date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_policy(
            fee_days=3, papers_days=5, sign_days=7, sign_grace_days=3, lapse_warn_days=2
        )
        cls.today = cls.project.local_day()
        cls.paid = cls.open_slip(cls.client, cls.unit)
        cls.paid.with_user(cls.clerk).action_register_payment()
        cls.confirmed = cls.confirm_deposit(
            cls.open_slip(cls.make_client(cls.rep_b), cls.unit_2)
        )

    def day(self, days, clock=12):
        """Noon of the project's day `days` from now."""
        day = self.today + timedelta(days=days)
        return self.project.day_bounds(day)[0] + timedelta(hours=clock)

    def run_on(self, days, **kwargs):
        with freeze_time(self.day(days, **kwargs)):
            self.run_cron("ir_cron_deposit_deadlines")

    def planned(self, deposit, kind):
        activities = self.env["mail.activity"].search(
            [("res_model", "=", deposit._name), ("res_id", "=", deposit.id)]
        )
        return activities.filtered(
            lambda one: one.activity_type_id == self.env.ref(kind)
        )

    def test_dates(self):
        """E2: each date is the policy's, the earliest counts; signing has its grace."""
        self.assertRecordValues(
            self.paid | self.confirmed,
            [
                {"lapse_date": self.today + timedelta(3), "lapse_rule": "fee"},
                {"lapse_date": self.today + timedelta(5), "lapse_rule": "papers"},
            ],
        )
        self.confirmed.with_user(self.clerk).action_papers_complete()
        self.assertRecordValues(
            self.confirmed,
            [
                {
                    "papers_date": self.today,
                    "sign_deadline": self.today + timedelta(7),
                    "lapse_date": self.today + timedelta(10),
                    "lapse_rule": "sign",
                }
            ],
        )
        self.sign_contract(self.confirmed)
        self.assertFalse(self.confirmed.lapse_date or self.confirmed.lapse_rule)

    def test_policy_of_its_day(self):
        """K1: a later policy does not move the dates of an older deposit."""
        self.env["property.policy"].create(
            {
                "project_id": self.project.id,
                "date_start": self.today + timedelta(days=1),
                "sign_grace_days": 0,
            }
        )
        with freeze_time(self.day(2)):
            self.confirmed.with_user(self.clerk).action_papers_complete()
        self.assertEqual(self.confirmed.lapse_date, self.today + timedelta(10))

    def test_warning_first(self):
        """E2: rep and control are warned the policy's days before, once."""
        self.run_on(0)
        self.assertFalse(self.planned(self.paid, WARNING))
        for days in (1, 2, 3):
            self.run_on(days)
            planned = self.planned(self.paid, WARNING)
            self.assertEqual(planned.user_id, self.rep_a | self.control)
            self.assertEqual(len(planned), 2)
            self.assertEqual(
                set(planned.mapped("date_deadline")), {self.paid.lapse_date}
            )
            self.assertFalse(self.planned(self.paid, PROPOSAL))
        self.assertIn("not paid in full", planned[0].summary)

    def test_warning_follows_the_client(self):
        """E2, C12: whoever takes the client over is warned, his predecessor no more."""
        self.run_on(4)
        self.confirmed.lead_id.sudo()._transfer(self.rep_a, "handover")
        self.run_on(5)
        self.assertEqual(
            self.planned(self.confirmed, WARNING).user_id, self.rep_a | self.control
        )

    def test_propose(self):
        """E2: the day after, the manager is asked, once; nothing is freed."""
        for days in (6, 7):
            self.run_on(days, clock=0)
        planned = self.planned(self.confirmed, PROPOSAL)
        self.assertRecordValues(
            planned,
            [{"user_id": self.manager.id, "date_deadline": self.confirmed.lapse_date}],
        )
        self.assertIn("Papers missing", planned.summary)
        self.assertEqual(self.confirmed.state, "confirmed")
        self.assertEqual(self.unit_2.state, "deposit")
        self.assertEqual(self.paid.state, "paid", "the policy does not let it lapse")
        self.assertTrue(self.planned(self.paid, PROPOSAL))

    def test_last_day_is_whole(self):
        """E2: the last day belongs to the client, in the project's time zone."""
        self.set_policy(lapse_automatic=True)
        self.run_on(3, clock=23.9)
        self.assertEqual(self.paid.state, "paid")
        self.run_on(4, clock=0)
        self.assertEqual(self.paid.state, "lapsed")

    def test_automatic(self):
        """E2: where the policy says so a deposit without money lapses by itself; one
        with confirmed money never does."""
        self.set_policy(lapse_automatic=True)
        other = self.open_slip(self.make_client(self.rep_a), self.unit_3)
        draft = other.action_register_payment()
        draft.with_user(self.clerk).action_cancel()
        self.pay(other, 5_000)
        self.run_on(9)
        self.assertRecordValues(
            self.paid | other | self.confirmed,
            [{"state": "lapsed"}, {"state": "paid"}, {"state": "confirmed"}],
        )
        self.assertEqual(self.paid.sudo().receipt_ids.state, "cancelled")
        self.assertIn("Deposit not paid in full", self.paid.reason)
        self.assertEqual(self.unit.state, "available")
        self.assertEqual(self.unit_3.state, "slip")
        for deposit in (other, self.confirmed):
            self.assertTrue(self.planned(deposit, PROPOSAL))

    def test_settled(self):
        """E2: what was planned goes when what was missing has come."""
        self.run_on(4)
        self.run_on(6)
        self.confirmed.with_user(self.clerk).action_papers_complete()
        self.assertFalse(
            self.planned(self.confirmed, WARNING)
            | self.planned(self.confirmed, PROPOSAL)
        )
        self.run_on(8)
        self.assertTrue(self.planned(self.confirmed, WARNING), "now of signing")
        self.paid.with_user(self.finance).action_confirm()
        self.assertFalse(self.planned(self.paid, WARNING))

    def test_grant_time(self):
        """E2: the manager gives time for what is missing, with a reason on record."""
        until = self.today + timedelta(days=20)
        for user in (self.rep_b, self.control, self.clerk, self.finance):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.confirmed.with_user(user).action_grant_time(until, "Reason")
        deposit = self.confirmed.with_user(self.manager)
        for day, words in (
            (self.today - timedelta(days=1), "still to come"),
            (False, "still to come"),
            (self.confirmed.papers_deadline, "already"),
        ):
            with self.subTest(day=day), self.assertRefused(words):
                deposit.action_grant_time(day, "Reason")
        with self.assertRefused("reason"):
            deposit.action_grant_time(until, None)
        self.run_on(6)
        deposit.action_grant_time(until, "Papers are at the notary's")
        self.assertEqual(self.confirmed.papers_deadline, until)
        self.assertEqual(self.confirmed.lapse_rule, "sign")
        self.assertFalse(self.planned(self.confirmed, PROPOSAL))
        self.assertRecordValues(
            self.confirmed.log_ids,
            [{"kind": "granted", "user_id": self.manager.id}],
        )
        self.sign_contract(self.confirmed)
        with self.assertRefused("is 'Signed'"):
            deposit.action_grant_time(until, "Reason")

    def test_rep_ends_his_warning(self):
        """E2: who only reads the deposit still settles his own reminder."""
        self.run_on(4)
        mine = self.planned(self.confirmed, WARNING).filtered(
            lambda one: one.user_id == self.rep_b
        )
        mine.with_user(self.rep_b).action_done()
        self.assertFalse(mine.exists().filtered("active"))

    # === The client meanwhile (C3) ===

    def test_ownership_outlives_no_slip(self):
        """E1, C3: the client stays his owner's at least while his slip runs, and while
        a paid deposit waits for finance."""
        client = self.make_client(self.rep_a).sudo()
        last = client.owned_until
        late = self.project.day_bounds(last)[0] + timedelta(hours=12)
        with freeze_time(late):
            slip = self.open_slip(client, self.unit_3)
            self.assertEqual(client.owned_until, last + timedelta(days=1))
        with freeze_time(late + timedelta(hours=20)):
            slip.with_user(self.supervisor_a).action_extend(24, "Reason")
            self.assertEqual(client.owned_until, last + timedelta(days=2))
            slip.action_register_payment()
            self.assertFalse(client.owned_until)
            self.assertEqual(client.ownership_state, "owned")
            self.assertIn(client, client.search([("ownership_state", "in", ["owned"])]))
            self.assertNotIn(
                client, client.search([("ownership_state", "in", ["expiring"])])
            )
        with freeze_time(late + timedelta(days=9)):
            self.run_cron("ir_cron_lapse_ownership")
            self.assertEqual(client.user_id, self.rep_a)
            slip.action_cancel()
            self.assertEqual(client.owned_until, last + timedelta(days=9))
        with freeze_time(late + timedelta(days=10)):
            self.run_cron("ir_cron_lapse_ownership")
            self.assertFalse(client.user_id)
            moment = fields.Datetime.now() - timedelta(days=1)
            self.assertEqual(client.owner_at(moment), self.rep_a)
