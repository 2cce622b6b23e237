from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestDeferral(PropertyCommon):
    """F5: asked for, approved along levels, kept or broken on the project's day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls.sell(cls.make_client(cls.rep_a), cls.unit)
        cls.installment = cls.contract.installment_ids[0]
        cls.due = cls.installment.due_date

    def ask(self, days=20, user=None, **vals):
        return (
            self.env["property.deferral"]
            .with_user(user or self.rep_a)
            .create(
                {
                    "installment_id": self.installment.id,
                    "promise_date": self.due + timedelta(days=days),
                    "reason": "Sells his old flat",
                }
                | vals
            )
        )

    def approve(self, deferral, *users):
        deferral.action_request()
        for user in users or (self.manager,):
            deferral.with_user(user).validate_tier()
        return deferral

    def at(self, day):
        """The first moment of `day` in the project, everything read anew."""
        self.env.invalidate_all()
        return freeze_time(self.project.utc_moment(day))

    def pay_on(self, day, amount=280_000):
        self.pay(self.contract, amount, date=day)

    # === Asked for ===

    def test_facts_of_the_request(self):
        """F5: the contract's due date and what is unpaid stay on record."""
        deferral = self.approve(self.ask())
        self.assertRecordValues(
            deferral,
            [
                {
                    "state": "approved",
                    "original_date": self.due,
                    "amount": 280_000,
                    "days": 20,
                    "times": 1,
                    "contract_id": self.contract.id,
                    "payment": "Down payment",
                    "user_id": self.rep_a.id,
                }
            ],
        )
        self.assertTrue(deferral.name)
        self.assertEqual(self.installment.due_date, self.due)

    def test_not_before_it_is_due(self):
        """F5: a promise lies beyond the due date, and not in the past."""
        for days in (0, -3):
            with self.subTest(days=days), self.assertRaises(ValidationError):
                self.ask(days)
        deferral = self.ask(2)
        with (
            self.at(self.due + timedelta(days=3)),
            self.assertRefused("over already"),
        ):
            deferral.action_request()

    def test_signed_contracts_only(self):
        """F5: a draft is changed instead."""
        deposit = self.confirm_deposit(
            self.open_slip(self.make_client(self.rep_a), self.unit_2)
        )
        deposit.with_user(self.clerk).action_prepare_contract()
        draft = deposit.contract_id.sudo().installment_ids[0]
        with self.assertRefused("Draft"):
            self.ask(installment_id=draft.id)

    @mute_logger("odoo.sql_db")
    def test_one_at_a_time(self):
        """F5: while one is under way there is no second for the same payment."""
        self.ask()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.ask(30)

    # === Approved ===

    def test_levels(self):
        """F5: the manager; beyond 60 days head office after him."""
        deferral = self.ask(61)
        deferral.action_request()
        with self.assertRaises(AccessError):
            deferral.with_user(self.hq).validate_tier()
        with self.assertRaises(AccessError):
            deferral.with_user(self.rep_a).validate_tier()
        deferral.with_user(self.manager).validate_tier()
        self.assertEqual(deferral.state, "draft")
        self.assertFalse(self.installment.deferred_until)
        deferral.with_user(self.hq).validate_tier()
        self.assertEqual(deferral.state, "approved")
        self.assertEqual(self.installment.deferred_until, deferral.promise_date)

    def test_refused(self):
        """F5: refused, nothing is deferred; asked for again as a new request."""
        deferral = self.ask()
        deferral.action_request()
        deferral.with_user(self.manager).action_refuse_request("Pays late each time")
        self.assertEqual(deferral.state, "refused")
        self.assertFalse(self.installment.deferred_until)
        self.approve(self.ask(30))

    def test_every_step_in_every_state(self):
        """F5: what is not in the table is refused, also by write()."""
        frozen = {"promise_date": self.due + timedelta(days=50)}
        states = {
            "draft": lambda: self.ask(),
            "approved": lambda: self.approve(self.ask()),
            "refused": self._refuse,
            "kept": self._keep,
            "broken": self._break,
        }
        steps = {
            "request": (lambda one: one.action_request(), {"draft"}),
            "write": (lambda one: one.write(frozen), {"draft"}),
            "delete": (lambda one: one.unlink(), {"draft"}),
            "approve": (lambda one: one.with_user(self.manager).validate_tier(), ()),
            "refuse": (lambda one: one.with_user(self.manager).reject_tier(), ()),
        }
        for state, make in states.items():
            with self.cr.savepoint() as savepoint:
                deferral = make()
                self.assertEqual(deferral.state, state)
                for title, (step, allowed) in steps.items():
                    with self.subTest(state=state, step=title):
                        with self.cr.savepoint() as inner:
                            try:
                                step(deferral)
                                passed = True
                            except UserError:
                                passed = False
                            inner.rollback()
                        self.env.invalidate_all()
                        self.assertEqual(passed, state in allowed)
                for vals in (
                    {"state": "kept"},
                    {"amount": 1},
                    {"original_date": "2099-01-01"},
                    {"times": 9},
                ):
                    for user in self.actors.values():
                        with (
                            self.subTest(state=state, vals=vals, user=user.login),
                            self.assertRaises(UserError),
                        ):
                            deferral.with_user(user).write(vals)
                savepoint.rollback()
                self.env.invalidate_all()

    def _refuse(self):
        deferral = self.ask()
        deferral.action_request()
        deferral.with_user(self.manager).reject_tier()
        return deferral

    def _keep(self):
        deferral = self.approve(self.ask())
        self.pay_on(self.due)
        return deferral

    def _break(self):
        deferral = self.approve(self.ask())
        with self.at(deferral.promise_date + timedelta(days=1)):
            self.run_cron("ir_cron_judge_deferrals")
        return deferral

    # === Kept or broken ===

    def test_broken_on_the_projects_day(self):
        """F5: not before the promised day is over where the project is."""
        deferral = self.approve(self.ask())
        midnight = self.project.utc_moment(deferral.promise_date + timedelta(days=1))
        for moment, state, paid in (
            (midnight - timedelta(seconds=1), "approved", "deferred"),
            (midnight, "broken", "overdue"),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                self.run_cron("ir_cron_judge_deferrals")
                self.env.invalidate_all()
                self.assertEqual(deferral.state, state)
                self.assertEqual(self.installment.state, paid)

    def test_kept(self):
        """F5: all of it, by the day of payment; part of it is not enough."""
        deferral = self.approve(self.ask())
        with self.at(deferral.promise_date):
            self.pay_on(deferral.promise_date, 279_999.99)
            self.assertEqual(deferral.state, "approved")
            self.pay_on(deferral.promise_date, 0.01)
            self.assertEqual(deferral.state, "kept")

    def test_paid_too_late(self):
        """F5: money of the day after keeps no promise."""
        deferral = self._break()
        with self.at(deferral.promise_date + timedelta(days=2)):
            self.pay_on(deferral.promise_date + timedelta(days=1))
            self.assertEqual(deferral.state, "broken")

    def test_confirmed_late_paid_in_time(self):
        """F5: it is the day of payment that counts, not finance's."""
        deferral = self._break()
        with self.at(deferral.promise_date + timedelta(days=2)):
            self.pay_on(deferral.promise_date)
            self.assertEqual(deferral.state, "kept")

    def test_again(self):
        """F5: the second deferral of a payment is counted as such."""
        first = self._break()
        with self.at(first.promise_date + timedelta(days=1)):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.ask(20)
            second = self.approve(self.ask(40))
            self.assertEqual(second.times, 2)
            self.assertEqual(self.installment.deferral_count, 2)

    def test_plan_made_anew(self):
        """F5: what was promised of the old instalments is cancelled, on record."""
        deferral = self.approve(self.ask())
        self.contract.sudo()._regenerate_installments(plan=self.plan_lump)
        self.assertRecordValues(
            deferral,
            [
                {
                    "state": "cancelled",
                    "contract_id": self.contract.id,
                    "payment": "Down payment",
                    "amount": 280_000,
                }
            ],
        )
