from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import MODULE, PropertyCommon


@tagged("post_install", "-at_install")
class TestMortgage(PropertyCommon):
    """F4: a loan goes through its stages one by one, in the days they may take."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["res.bank"].create({"name": "Test Bank"})
        cls.contract = cls.sell(cls.make_client(cls.rep_a), cls.unit)
        cls.case = cls.contract.mortgage_ids.with_user(cls.clerk)
        cls.stages = cls.env["property.mortgage.stage"]._all()
        cls.today = cls.project.local_day()

    def ready(self, case=None):
        case = case or self.case
        case.bank_id = self.bank
        case.document_ids.filtered(lambda one: one.state == "missing").action_receive()
        return case

    def bring_to(self, name):
        self.ready()
        while self.case.stage_id != self.env.ref(
            f"{MODULE}.property_mortgage_stage_{name}"
        ):
            self.case.action_next_stage()

    # === Opened ===

    def test_opened_by_signing(self):
        """F4: one case a loan, at the first stage, with its deadline."""
        loan = self.contract.installment_ids[-1]
        self.assertRecordValues(
            self.case,
            [
                {
                    "installment_id": loan.id,
                    "kind": "mortgage",
                    "amount": 700_000,
                    "state": "open",
                    "stage_id": self.stages[0].id,
                    "stage_date": self.today,
                    "deadline": self.today + timedelta(days=7),
                    "clerk_id": self.clerk.id,
                    "user_id": self.rep_a.id,
                }
            ],
        )
        lump = self.sell(
            self.make_client(self.rep_a), self.unit_2, plan_id=self.plan_lump.id
        )
        self.assertFalse(lump.mortgage_ids)

    def test_nothing_left_to_lend(self):
        """F4: who paid all before he signed needs no loan"""
        client = self.make_client(self.rep_a)
        deposit = self.confirm_deposit(self.open_slip(client, self.unit_2))
        self.pay(deposit, deposit.price - deposit.amount, nature="price")
        contract = self.sign_contract(deposit)
        self.assertIn("mortgage", contract.installment_ids.mapped("kind"))
        self.assertFalse(contract.mortgage_ids)

    def test_monthly_payment(self):
        """F4: equal instalments, by hand: 700,000 at 3.6 % over 30 years."""
        self.case.write({"rate": 3.6, "years": 30})
        self.assertAlmostEqual(self.case.monthly_payment, 3182.52, 2)
        self.case.rate = 0
        self.assertAlmostEqual(self.case.monthly_payment, 1944.44, 2)

    # === Stages ===

    def test_one_by_one(self):
        """F4: no stage is left out, back goes to any; each is in the ledger."""
        self.ready()
        for stage in self.stages[2:]:
            with self.subTest(stage=stage.name), self.assertRefused("first"):
                self.case.stage_id = stage
        self.case.action_next_stage()
        self.case.stage_id = self.stages[2]  # as a card is dragged
        self.case.stage_id = self.stages[0]
        self.assertEqual(
            [move.stage_id for move in self.case.move_ids.sorted("id")],
            [self.stages[place] for place in (0, 1, 2, 0)],
        )
        with self.assertRaises(UserError):
            self.case.move_ids[0].sudo().write({"days_late": 9})
        with self.assertRaises(UserError):
            self.case.move_ids[0].sudo().unlink()

    def test_bank_and_papers(self):
        """F4: nothing goes to the bank without a bank and all papers."""
        with self.assertRefused("bank"):
            self.case.action_next_stage()
        self.case.bank_id = self.bank
        with self.assertRefused("missing: .*Proof of Income"):
            self.case.action_next_stage()
        self.assertIn(
            self.case, self.case.search([("has_missing_documents", "=", True)])
        )
        self.ready().action_next_stage()
        self.assertIn(
            self.case, self.case.search([("has_missing_documents", "=", False)])
        )

    def test_who_moves(self):
        """F4: clerk, finance and manager; the rep looks on."""
        self.ready()
        for role, user in self.actors.items():
            case = self.case.with_user(user)
            allowed = role in ("clerk", "finance", "manager")
            for title, step in {
                "button": case.action_next_stage,
                "dragged": lambda case=case: case.write(
                    {"stage_id": self.stages[1].id}
                ),
            }.items():
                with self.subTest(role=role, step=title):
                    with self.cr.savepoint() as savepoint:
                        try:
                            step()
                            passed = True
                        except AccessError:
                            passed = False
                        savepoint.rollback()
                    self.env.invalidate_all()
                    self.assertEqual(passed, allowed)

    def test_who_ends(self):
        """F4: refused by the bank is said by clerk, finance or manager, and asked for
        anew; given up it is by the manager alone."""
        office = ("clerk", "finance", "manager")
        for step, args, roles in (
            ("action_refuse", ["Income"], office),
            ("action_withdraw", ["Pays himself"], ("manager",)),
            ("action_resubmit", [], office),
        ):
            if step == "action_resubmit":
                self.case.action_refuse("Income")
            for role, user in self.actors.items():
                with self.subTest(step=step, role=role):
                    with self.cr.savepoint() as savepoint:
                        try:
                            getattr(self.case.with_user(user), step)(*args)
                            passed = True
                        except AccessError:
                            passed = False
                        savepoint.rollback()
                    self.env.invalidate_all()
                    self.assertEqual(passed, role in roles)

    def test_every_step_in_every_state(self):
        """F4: what is not in the table is refused, also by write()."""
        self.bring_to("waiting")
        steps = {
            "next": (lambda c: c.action_next_stage(), "open"),
            "back": (lambda c: c.write({"stage_id": self.stages[0].id}), "open"),
            "pay out": (lambda c: c.action_pay_out(), "open"),
            "refuse": (lambda c: c.action_refuse("Income"), "open"),
            "withdraw": (lambda c: c.action_withdraw("Pays himself"), "open"),
            "resubmit": (lambda c: c.action_resubmit(), "refused"),
            "amount": (lambda c: c.write({"amount": 1}), "open"),
            "bank": (lambda c: c.write({"bank_id": False}), "open"),
        }
        for state in ("open", "paid", "refused", "withdrawn"):
            with self.cr.savepoint() as savepoint:
                case = self.case.with_user(self.manager)
                if state == "paid":
                    case.action_pay_out()
                elif state == "refused":
                    case.action_refuse("Income")
                elif state == "withdrawn":
                    case.action_withdraw("Pays himself")
                for title, (step, states) in steps.items():
                    with self.subTest(state=state, step=title):
                        with self.cr.savepoint() as inner:
                            try:
                                step(case)
                                passed = True
                            except UserError:
                                passed = False
                            inner.rollback()
                        self.env.invalidate_all()
                        self.assertEqual(passed, state == states)
                for vals in (
                    {"state": "paid"},
                    {"deadline": "2099-01-01"},
                    {"receipt_id": False},
                    {"installment_id": self.contract.installment_ids[0].id},
                    {"next_step": "cancel"},
                ):
                    for user in self.actors.values():
                        with (
                            self.subTest(state=state, vals=vals, user=user.login),
                            self.assertRaises(UserError),
                        ):
                            case.with_user(user).write(vals)
                savepoint.rollback()
                self.env.invalidate_all()

    # === Days ===

    def test_late_by_the_projects_day(self):
        """F4: late once the deadline is over where the project is, in search too."""
        deadline = self.case.deadline
        last_evening = self.project.utc_moment(deadline + timedelta(days=1))
        for moment, late in (
            (last_evening - timedelta(seconds=1), False),
            (last_evening, True),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                self.env.invalidate_all()
                self.assertEqual(self.case.is_late, late)
                for value in (True, False):
                    found = self.case.search(
                        [("is_late", "=", value), ("id", "=", self.case.id)]
                    )
                    self.assertEqual(bool(found), late == value)

    def test_expected(self):
        """F4: the deadline and the days of the stages to come; late, from today."""
        self.assertEqual(
            self.case.expected_date,
            self.today + timedelta(days=sum(self.stages.mapped("days"))),
        )
        with freeze_time(self.project.utc_moment(self.today + timedelta(days=20))):
            self.env.invalidate_all()
            self.assertEqual(
                self.case.expected_date,
                self.today + timedelta(days=20 + sum(self.stages[1:].mapped("days"))),
            )

    def test_days_are_those_of_its_day(self):
        """F4, K1: other days allowed do not move a deadline that is set."""
        self.stages[0].days = 70
        self.assertEqual(self.case.deadline, self.today + timedelta(days=7))

    def test_days_late_are_kept(self):
        """F4: how late a stage was left is in the ledger."""
        with freeze_time(self.project.utc_moment(self.today + timedelta(days=10))):
            self.ready().action_next_stage()
        self.assertEqual(self.case.move_ids[0].days_late, 3)

    def test_reminded_once_a_stage(self):
        """F4: whom it concerns is told when a stage is due, and only once."""
        self.run_cron("ir_cron_remind_loans")
        self.assertFalse(self.case.activity_ids)
        with freeze_time(self.project.utc_moment(self.case.deadline)):
            self.run_cron("ir_cron_remind_loans")
            self.run_cron("ir_cron_remind_loans")
            self.assertRecordValues(
                self.case.activity_ids,
                [{"user_id": self.clerk.id, "date_deadline": self.case.deadline}],
            )
            self.ready().action_next_stage()
        self.assertFalse(self.case.activity_ids)

    # === Paid out, refused ===

    def test_paid_out(self):
        """F4: the receipt is drafted for the loan's instalment, finance confirms it."""
        self.bring_to("waiting")
        self.case.action_pay_out()
        receipt = self.case.receipt_id
        self.assertRecordValues(
            receipt,
            [{"method": "loan", "amount": 700_000, "state": "draft"}],
        )
        self.assertEqual(receipt.line_ids.installment_id, self.case.installment_id)
        self.assertEqual(self.case.state, "paid")
        receipt.with_user(self.finance).action_confirm()
        self.assertEqual(self.case.installment_id.state, "paid")
        first = self.contract.installment_ids[0]
        self.assertEqual(first.residual, 280_000, "not the oldest due")
        with self.assertRefused("has its receipt"):
            self.case.action_reopen()

    def test_money_did_not_come(self):
        """F4: with the receipt withdrawn the case goes on where it was."""
        self.bring_to("waiting")
        self.case.action_pay_out()
        self.case.receipt_id.with_user(self.clerk).action_cancel()
        self.case.action_reopen()
        self.assertEqual(self.case.state, "open")
        self.assertEqual(self.case.stage_id, self.stages[-2])
        self.case.action_pay_out()
        self.assertEqual(self.case.receipt_id.state, "draft")

    def test_refused(self):
        """F4: with the bank's reason and the next step; then another bank."""
        self.bring_to("approval")
        with self.assertRefused("Say why"):
            self.case.action_refuse("")
        self.case.write({"rate": 3.1, "years": 20})
        self.case.action_refuse("Too many debts", "other_bank")
        self.assertRecordValues(
            self.case,
            [
                {
                    "state": "refused",
                    "reason": "Too many debts",
                    "next_step": "other_bank",
                }
            ],
        )
        self.case.action_resubmit()
        second = self.contract.mortgage_ids - self.case
        self.assertRecordValues(
            second,
            [
                {
                    "state": "open",
                    "stage_id": self.stages[0].id,
                    "previous_id": self.case.id,
                    "bank_id": False,
                    "rate": 3.1,
                    "clerk_id": self.clerk.id,
                }
            ],
        )

    def test_refused_and_given_up(self):
        """F4, E7: of a contract that has ended no loan is asked for anew."""
        self.case.action_refuse("Too many debts", "cancel")
        self.contract.sudo()._write_through({"state": "cancelled"})
        with self.assertRefused("needs 'Signed'"):
            self.case.action_resubmit()

    # === The plan changes ===

    def test_another_plan(self):
        """F4: a case goes on with the new plan's loan, ends where there is none."""
        self.contract.sudo()._regenerate_installments(
            plan=self.plan_mortgage, date=self.today + timedelta(days=5)
        )
        self.assertEqual(self.case.installment_id, self.contract.installment_ids[-1])
        self.contract.sudo()._regenerate_installments(plan=self.plan_lump)
        self.assertEqual(self.case.state, "withdrawn")
        self.contract.sudo()._regenerate_installments(plan=self.plan_mortgage)
        self.assertEqual(
            self.contract.mortgage_ids.filtered(lambda one: one.state == "open").amount,
            700_000,
        )

    def test_last_stage_pays(self):
        """F4: the stages end with the money."""
        with self.assertRefused("last stage"):
            self.stages[-1].active = False
