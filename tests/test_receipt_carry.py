from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .test_change import ChangeCommon


@tagged("post_install", "-at_install")
class TestReceiptCarry(ChangeCommon):
    """F1, F2: money that changes its document or its instalments, none of it lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make_client(cls.rep_a)
        cls.contract = cls.sell(cls.client, cls.unit, plan_id=cls.plan_instalments.id)

    def paid(self, contract=None):
        contract = contract or self.contract
        return contract.installment_ids.mapped("paid_amount")

    def carry(self, *args, **kwargs):
        return self.env["property.receipt"]._carry(*args, **kwargs)

    # === Carried ===

    def test_from_contract_to_deposit(self):
        """E6, F2: a pair, linked, each nature for itself; instalments follow."""
        self.pay(self.contract, 400_000)
        other = self.open_slip(self.make_client(self.rep_a), self.unit_2)
        moved = self.carry(self.contract, other, 100_000, "Exchange")
        self.assertRecordValues(
            moved.sorted("amount"),
            [
                {"amount": 20_000, "nature": "deposit", "method": "carried"},
                {"amount": 80_000, "nature": "price", "method": "carried"},
            ],
        )
        for receipt in moved:
            self.assertEqual(receipt.carry_id.carry_id, receipt)
            self.assertEqual(receipt.carry_id.kind, "refund")
        self.assertEqual(self.contract.paid_amount, 320_000)
        self.assertEqual(self.paid(), [320_000, 0, 0])
        self.assertEqual(other.paid_amount, 100_000)

    def test_not_more_than_there_is(self):
        """F2: nobody carries over what was not received, nor to what has ended."""
        other = self.open_slip(self.make_client(self.rep_a), self.unit_2)
        with self.assertRefused("0.01 less"):
            self.carry(self.contract, other, 20_000.01, "Exchange")
        other.action_lapse()
        with self.assertRefused("ended"):
            self.carry(self.contract, other, 1, "Exchange")
        self.assertEqual(self.contract.paid_amount, 20_000)

    def test_deposit_money_after_signing(self):
        """F2: what is brought for a deposit pays its contract once there is one."""
        self.pay(self.contract.deposit_id, 1_000)
        self.assertEqual(self.contract.paid_amount, 21_000)
        self.assertEqual(self.paid(), [21_000, 0, 0])

    def test_compensation(self):
        """E7, F2: the second half of a doubled deposit was never received: it goes out
        beside what was paid, and only out."""
        self.pay(self.contract, 20_000, kind="refund", nature="deposit")
        self.compensate(self.contract, 20_000)
        self.assertEqual(self.contract.paid_amount, 0)
        with self.assertRaisesRegex(Exception, "compensation_goes_out"):
            self.make_receipt(self.contract, 5, nature="compensation")

    # === Refunds ===

    def test_refund_newest_first(self):
        """F2: a refund takes back from what is due last, then from the one before."""
        self.pay(self.contract, 700_000)  # 333,300 333,300 53,400
        refund = self.pay(self.contract, 60_000, kind="refund")
        self.assertEqual(self.paid(), [333_300, 326_700, 0])
        self.assertEqual(sum(refund.line_ids.mapped("amount")), 60_000)
        self.pay(self.contract, 6_600)
        self.assertEqual(self.paid(), [333_300, 333_300, 0])

    def test_refund_chosen(self):
        """F2: finance may say from which instalment a refund takes back."""
        self.pay(self.contract, 700_000)
        first, second, _last = self.contract.installment_ids
        refund = self.make_receipt(
            self.contract,
            100_000,
            kind="refund",
            line_ids=[
                Command.create({"installment_id": first.id, "amount": 60_000}),
            ],
        )
        self.assertEqual(self.paid(), [333_300, 333_300, 53_400], "a draft takes none")
        refund.with_user(self.finance).action_confirm()
        self.assertEqual(self.paid(), [273_300, 333_300, 13_400])
        refund = self.make_receipt(
            self.contract,
            400_000,
            kind="refund",
            line_ids=[Command.create({"installment_id": second.id, "amount": 333_301})],
        )
        with self.assertRefused("taken back"):
            refund.with_user(self.finance).action_confirm()

    def test_surplus_goes_back_first(self):
        """F2: what pays no instalment is returned before anything that does."""
        self.pay(self.contract, 1_000_000)  # 20,000 too much
        self.pay(self.contract, 15_000, kind="refund")
        self.assertEqual(self.paid(), [333_300, 333_300, 333_400])
        first = self.contract.installment_ids[0]
        refund = self.make_receipt(
            self.contract,
            6_000,
            kind="refund",
            line_ids=[Command.create({"installment_id": first.id, "amount": 6_000})],
        )
        with self.assertRefused("5000.00 of the money"):
            refund.with_user(self.finance).action_confirm()
        self.pay(self.contract, 6_000, kind="refund")
        self.assertEqual(self.paid(), [333_300, 333_300, 332_400])

    # === Regenerated ===

    def test_regenerate_keeps_what_is_paid(self):
        """F1: another plan, another price: all the money is laid anew, and the contract
        owes the difference."""
        self.pay(self.contract, 400_000)
        self.pay(self.contract, 50_000, kind="refund")
        day = self.contract.sign_date + timedelta(days=10)
        self.contract._regenerate_installments(self.plan_mortgage, date=day)
        self.assertEqual(self.contract.plan_id, self.plan_mortgage)
        self.assertEqual(self.contract.payment_method, "mortgage")
        self.assertRecordValues(
            self.contract.installment_ids,
            [
                {"amount": 300_000, "paid_amount": 300_000, "residual": 0}
                | {"due_date": day + timedelta(days=7)},
                {"amount": 700_000, "paid_amount": 70_000, "residual": 630_000}
                | {"due_date": day + timedelta(days=60)},
            ],
        )
        self.assertEqual(self.contract.paid_amount, 370_000)
        self.contract._regenerate_installments(price=200_000)
        self.assertEqual(self.contract.installment_ids._price_sum(), 200_000)
        self.assertEqual(sum(self.paid()), 200_000)
        self.contract._regenerate_installments(self.plan_lump)
        self.assertEqual(self.paid(), [370_000])
