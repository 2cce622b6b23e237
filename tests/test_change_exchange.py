from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .test_change import ChangeCommon
from .test_form import FormCommon


@tagged("post_install", "-at_install")
class TestExchange(ChangeCommon):
    """From `unit` at 1 000 000 to `unit_3` at 1 200 000, or the other way round."""

    def test_of_a_deposit(self):
        """E6: money and dates go over, the difference is to pay, the old unit free"""
        deposit = self.make_deposit(self.unit)
        change = self.make_exchange(deposit, self.unit_3)
        self.assertRecordValues(
            change,
            [
                {
                    "price_difference": 200_000,
                    "to_pay": 1_180_000,
                    "to_refund": 0,
                    "paid_amount": 20_000,
                    "area_difference": 0,
                }
            ],
        )
        self.approve(change)
        new = change.new_deposit_id
        self.assertEqual((new.state, self.unit_3.state), ("slip", "slip"))
        self.assertEqual((deposit.state, self.unit.state), ("confirmed", "deposit"))
        change.with_user(self.control).action_execute()
        self.assertRecordValues(
            deposit, [{"state": "exchanged", "paid_amount": 0, "price": 1_000_000}]
        )
        self.assertRecordValues(
            new,
            [
                {
                    "state": "confirmed",
                    "paid_amount": 20_000,
                    "price": 1_200_000,
                    "amount": 20_000,
                    "confirm_date": deposit.confirm_date,
                    "confirm_user_id": self.finance.id,
                    "sign_deadline": deposit.sign_deadline,
                    "exchanged_from_id": deposit.id,
                }
            ],
        )
        self.assertEqual(self.unit.state, "available")
        self.assertFalse(self.unit.deposit_id)
        self.env.invalidate_all()  # ledgers as they are ordered in the database
        self.assertEqual((self.unit_3.state, self.unit_3.deposit_id), ("deposit", new))
        self.assertEqual(self.unit.event_ids[:1].origin, change)
        self.assertEqual(self.unit_3.event_ids[:1].origin, new)
        lead = deposit.lead_id.sudo()
        self.assertTrue(lead.is_sold)
        self.assertEqual(lead.client_class, "buyer")
        self.assertEqual(lead.user_id, self.rep_a)
        self.assertFalse(change.receipt_ids.filtered(lambda one: one.state == "draft"))
        self.assertRecordValues(
            change,
            [
                {
                    "state": "done",
                    "done_user_id": self.control.id,
                    "paid_amount": 20_000,
                    "to_pay": 1_180_000,
                }
            ],
        )
        # The new sale goes on like any other.
        contract = self.sign_contract(new)
        self.assertEqual((contract.price, contract.paid_amount), (1_200_000, 20_000))

    def test_counted_once(self):
        """E6, G3: an exchange is one sale, on the day of the deposit it began with"""

        def since_opening():
            form = self.env["property.form.sales_daily"].with_user(self.manager)
            table = form.compile({"project_id": self.project.id, "date_to": None})
            return FormCommon.cells(table, 0, "Total", "deposit_all")[0]

        deposit = self.make_deposit(self.unit)
        self.assertEqual(since_opening(), 1)
        change = self.do(self.make_exchange(deposit, self.unit_3))
        self.assertEqual(since_opening(), 1)
        self.assertEqual(change.new_deposit_id.confirm_date, deposit.confirm_date)

    def test_cheaper_than_paid(self):
        """E6: what was paid beyond the new price is refunded by finance"""
        contract = self.make_contract(self.unit_3, paid=1_130_000)
        change = self.make_exchange(contract.deposit_id, self.unit)
        self.assertEqual(
            (change.price_difference, change.to_pay, change.to_refund),
            (-200_000, 0, 150_000),
        )
        self.do(change)
        new = change.new_deposit_id
        self.assertEqual(new.paid_amount, 1_150_000)
        refund = change.receipt_ids.filtered(lambda one: one.state == "draft")
        self.assertRecordValues(
            refund,
            [
                {
                    "kind": "refund",
                    "nature": "price",
                    "amount": 150_000,
                    "deposit_id": new.id,
                }
            ],
        )
        refund.with_user(self.finance).action_confirm()
        self.assertEqual(new.paid_amount, 1_000_000)
        self.assertEqual(change.refund_amount, 150_000)

    def test_of_a_contract(self):
        """E6, E5: the old contract is cancelled, a new one drafted with its buyers,
        clauses and plan; what was paid is on its instalments once it is signed"""
        contract = self.make_contract(
            self.unit,
            paid=280_000,
            plan=self.plan_mortgage,
            spouse=True,
            special_clauses="Parking included",
        )
        buyers = [(one.partner_id, one.share) for one in contract.buyer_ids]
        self.assertEqual(len(buyers), 2)
        change = self.make_exchange(contract.deposit_id, self.unit_3)
        self.do(change)
        self.assertEqual((contract.state, contract.paid_amount), ("cancelled", 0))
        self.assertEqual(self.unit.state, "available")
        new = change.new_deposit_id
        drafted = new.contract_id
        self.assertEqual(drafted.state, "draft")
        self.assertEqual(
            [(one.partner_id, one.share) for one in drafted.buyer_ids], buyers
        )
        self.assertEqual(drafted.special_clauses, "Parking included")
        self.assertEqual(drafted.plan_id, self.plan_mortgage)
        self.assertEqual(sum(drafted.installment_ids.mapped("amount")), 1_200_000)
        drafted.with_user(self.clerk).action_sign()
        self.assertEqual(self.unit_3.state, "contracted")
        self.assertEqual(drafted.paid_amount, 300_000)
        self.assertEqual(sum(drafted.installment_ids.mapped("paid_amount")), 300_000)

    def test_fees_come_along(self):
        """E6: fees collected for others stay that, and pay nothing of the price"""
        contract = self.make_contract(self.unit, paid=100_000)
        self.pay(contract, 8_000, nature="fee")
        change = self.make_exchange(contract.deposit_id, self.unit_3)
        self.do(change)
        new = change.new_deposit_id
        self.assertEqual(new.paid_amount, 120_000)
        fees = new.receipt_ids.filtered(lambda one: one.nature == "fee")
        self.assertEqual(fees.mapped("amount"), [8_000])

    def test_deposit_above_the_limit_of_the_new_price(self):
        """E2, E6: beyond a fifth of the new price a deposit becomes price"""
        deposit = self.make_deposit(self.unit_3, amount=240_000)
        change = self.make_exchange(deposit, self.unit)
        self.do(change)
        new = change.new_deposit_id
        self.assertEqual((new.amount, new.paid_amount), (200_000, 240_000))
        natures = {one.nature: one.amount for one in new.receipt_ids}
        self.assertEqual(natures, {"deposit": 200_000, "price": 40_000})

    def test_payments_keep_their_days(self):
        """E6, E7: interest runs from the day of payment, carried over or not"""
        contract = self.make_contract(self.unit)
        self.pay(contract, 70_000, date="2026-01-05")
        self.pay(contract, 30_000, date="2026-02-05")
        change = self.make_exchange(contract.deposit_id, self.unit_3)
        self.do(change)
        again = self.make_exchange(change.new_deposit_id, self.unit_2)
        self.do(again)
        payments = again.sudo()._payments(again.new_deposit_id)
        self.assertEqual(
            [
                (str(one.day), float(one.amount))
                for one in payments
                if one.nature == "price"
            ],
            [("2026-01-05", 70_000), ("2026-02-05", 30_000)],
        )

    def test_new_unit_is_locked_first(self):
        """E6: it is taken at the request; nobody else gets it, nobody ends its slip"""
        deposit = self.make_deposit(self.unit)
        change = self.make_exchange(deposit, self.unit_3)
        change.with_user(self.clerk).action_request()
        self.assertEqual(self.unit_3.state, "slip")
        with self.assertRefused(self.unit_3.name):
            self.open_slip(self.make_client(self.rep_b), self.unit_3)
        slip = change.new_deposit_id.with_user(self.control)
        for step in (
            slip.action_lapse,
            slip.action_cancel,
            slip.action_register_payment,
        ):
            with self.assertRefused("is held for exchange"):
                step()

    def test_taken_unit(self):
        """E2, E6: a unit that is taken is refused; nothing is half-requested"""
        self.open_slip(self.make_client(self.rep_b), self.unit_3)
        deposit = self.make_deposit(self.unit)
        change = self.make_exchange(deposit, self.unit_3)
        with self.assertRefused(self.unit_3.name):
            change.with_user(self.clerk).action_request()
        change.invalidate_recordset()
        self.assertFalse(change.review_ids)
        self.assertFalse(change.new_deposit_id)

    def test_dies(self):
        """E6: refused, taken back, withdrawn or expired: the old sale goes on as it
        was, the new unit is free"""

        def refuse(change):
            change.with_user(self.manager).action_refuse_request("Too late")

        def take_back(change):
            change.with_user(self.clerk).restart_validation()

        def withdraw(change):
            change.with_user(self.clerk).action_withdraw()

        def withdraw_approved(change):
            change.with_user(self.manager).validate_tier()
            withdraw(change)

        def expire(change):
            change.sudo()._write_through(
                {"hold_until": fields.Datetime.now() - timedelta(minutes=1)}
            )
            self.run_cron("ir_cron_expire_changes")

        deposit = self.make_deposit(self.unit)
        before = deposit.sudo().read()[0]
        for death, state in (
            (refuse, "refused"),
            (take_back, "draft"),
            (withdraw, "cancelled"),
            (withdraw_approved, "cancelled"),
            (expire, "cancelled"),
        ):
            with self.subTest(death=death.__name__):
                self.env.flush_all()
                change = self.make_exchange(deposit, self.unit_3)
                change.with_user(self.clerk).action_request()
                self.assertEqual(self.unit_3.state, "slip")
                death(change)
                self.assertEqual(change.state, state)
                self.assertEqual(change.new_deposit_id.state, "lapsed")
                self.assertEqual(self.unit_3.state, "available")
                after = deposit.sudo().read()[0]
                changed = {name for name in after if after[name] != before[name]}
                self.assertLessEqual(changed, {"change_ids", "write_uid", "write_date"})
                self.assertEqual(self.unit.state, "deposit")
                if state == "draft":
                    change.with_user(self.clerk).action_request()
                    self.assertEqual(self.unit_3.deposit_id, change.new_deposit_id)
                    withdraw(change)
        # The old sale goes on.
        self.assertEqual(self.sign_contract(deposit).state, "signed")

    def test_late_execution(self):
        """E6: what is no longer held is not executed, cron or not"""
        change = self.make_exchange(self.make_deposit(self.unit), self.unit_3)
        self.approve(change)
        change.sudo()._write_through({"hold_until": fields.Datetime.now()})
        with self.assertRefused("no longer held"):
            change.with_user(self.control).action_execute()

    def test_cron_leaves_what_is_in_time(self):
        """E6: neither exchanges in time nor those that are done are ended"""
        change = self.make_exchange(self.make_deposit(self.unit), self.unit_3)
        self.approve(change)
        self.run_cron("ir_cron_expire_changes")
        self.assertEqual(change.state, "approved")
        change.with_user(self.control).action_execute()
        change.sudo()._write_through({"hold_until": "2020-01-01"})
        self.run_cron("ir_cron_expire_changes")
        self.assertEqual(change.state, "done")

    def test_failure_leaves_nothing(self):
        """E6: if a step of the execution fails, nothing has changed"""
        contract = self.make_contract(self.unit_3, paid=1_130_000)
        change = self.make_exchange(contract.deposit_id, self.unit)
        self.approve(change)
        records = (
            change,
            contract,
            contract.deposit_id,
            change.new_deposit_id,
            self.unit,
            self.unit_3,
            contract.installment_ids,
            contract.deposit_id.receipt_ids,
            contract.lead_id.sudo(),
        )
        steps = {
            "property.deposit": ("_write_through", "_prepare_contract"),
            "property.unit": ("_move", "_free", "_announce"),
            "property.receipt": ("_carry", "_post"),
            "property.contract": ("_cancel", "write"),
            "property.change": ("_draft_refunds", "_reverse_commission"),
        }
        self.env.flush_all()
        self.env.invalidate_all()
        before = [record.sudo().read() for record in records]
        for model, names in steps.items():
            for name in names:
                with self.subTest(step=f"{model}.{name}"):
                    original = getattr(self.env.registry[model], name)

                    def fail_after(self, *args, original=original, **kwargs):
                        original(self, *args, **kwargs)
                        raise ZeroDivisionError

                    with (
                        patch.object(self.env.registry[model], name, fail_after),
                        self.assertRaises(ZeroDivisionError),
                        self.cr.savepoint(),
                    ):
                        change.with_user(self.control).action_execute()
                        self.env.flush_all()
                    self.env.invalidate_all()
                    self.assertEqual(
                        [record.sudo().read() for record in records], before
                    )
        self.do_approved(change)
        self.assertEqual(change.state, "done")

    def test_drafts_first(self):
        """E6, F2: money finance has not dealt with is neither lost nor carried"""
        contract = self.make_contract(self.unit)
        draft = self.make_receipt(contract, 5_000)
        change = self.make_exchange(contract.deposit_id, self.unit_3)
        self.approve(change)
        with self.assertRefused("draft receipts first"):
            change.with_user(self.control).action_execute()
        draft.action_cancel()
        self.do_approved(change)

    def test_filed(self):
        """E6, E8: a filed contract is not exchanged before its filing is cancelled"""
        contract = self.file(self.make_contract(self.unit))
        change = self.make_exchange(contract.deposit_id, self.unit_3)
        self.approve(change)
        with self.assertRefused("filing first"):
            change.with_user(self.control).action_execute()
        contract.with_user(self.manager).action_cancel_filing("Exchange")
        self.do_approved(change)
        self.assertEqual(contract.state, "cancelled")

    def test_paid_since(self):
        """E6: what comes in between request and execution is carried over too"""
        contract = self.make_contract(self.unit)
        change = self.make_exchange(contract.deposit_id, self.unit_3)
        self.approve(change)
        self.pay(contract, 60_000)
        self.do_approved(change)
        self.assertEqual(change.new_deposit_id.paid_amount, 80_000)
        self.assertEqual(change.to_pay, 1_120_000)
