import multiprocessing
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import property_receipt
from .race import PATIENCE, CommittedCase, own_connection, request

ROUNDS = 10


def confirm(database, user_id, receipt_ids, barrier, channel):
    """A process of its own: confirm the receipts as the server would, one by one.

    Both meet at the barrier in the lock, when each has seen his receipt a draft.
    Sends the error of each, or None.
    """
    own_connection(database)
    passed, errors, attempts = property_receipt.lock_rows, [], []

    def gate(records):
        if not attempts:
            barrier.wait(PATIENCE)
        attempts.append(records.ids)
        return passed(records)

    for receipt_id in receipt_ids:
        attempts.clear()

        def step(env, receipt_id=receipt_id):
            env["property.receipt"].browse(receipt_id).action_confirm()

        with patch.object(property_receipt, "lock_rows", gate):
            try:
                request(database, user_id, step)
                errors.append(None)
            except UserError as refusal:
                errors.append(str(refusal))
    channel.send(errors)


@tagged("post_install", "-at_install")
class TestReceiptRace(CommittedCase):
    """F2: money is counted once, however many count it at one moment."""

    def setUp(self):
        super().setUp()
        self.make_office(ROUNDS, ROUNDS, roles=("manager", "finance"))
        self.contracts = self.env["property.contract"]
        for unit, client in zip(self.units, self.clients, strict=True):
            deposit = self.env["property.deposit"].create(
                {
                    "unit_id": unit.id,
                    "lead_id": client.id,
                    "amount": 20_000,
                    "plan_id": self.plan.id,
                }
            )
            deposit.action_open_slip()
            deposit.action_register_payment()
            deposit.action_confirm()
            deposit.action_sign()
            self.contracts |= deposit.contract_id
        self.commit()

    def make(self, share, **vals):
        """A draft on each contract over a share of what it owes."""
        receipts = self.env["property.receipt"].create(
            [
                {"contract_id": one.id, "amount": round(one.residual * share, 2)} | vals
                for one in self.contracts
            ]
        )
        self.commit()
        return receipts

    def race(self, *sides):
        barrier = multiprocessing.get_context("fork").Barrier(2)
        results = self.fork(
            confirm,
            [
                (self.database, self.people["finance"].id, receipts.ids, barrier)
                for receipts in sides
            ],
        )
        return list(zip(*results, strict=True))

    def test_two_confirm_one_receipt(self):
        """F2: one of two wins; one number, one allocation."""
        receipts = self.make(0.5)
        for receipt, errors in zip(
            receipts, self.race(receipts, receipts), strict=True
        ):
            self.assertEqual(errors.count(None), 1)
            self.assertIn("Draft", errors[0] or errors[1])
            self.assertEqual(receipt.state, "confirmed")
            self.assertEqual(sum(receipt.line_ids.mapped("amount")), receipt.amount)
        numbers = receipts.mapped("name")
        self.assertEqual(len(set(numbers)), ROUNDS)

    def test_two_receipts_pay_one_instalment(self):
        """F2: both count, and together they pay no instalment twice over."""
        sides = self.make(0.7), self.make(0.6)
        outcomes = self.race(*sides)
        self.assertEqual({errors for errors in outcomes}, {(None, None)})
        for contract in self.contracts:
            (installment,) = contract.installment_ids
            self.assertEqual(installment.residual, 0)
            self.assertEqual(installment.paid_amount, contract.price)
            laid = sum(installment.line_ids.mapped("amount"))
            self.assertEqual(round(laid, 2), contract.price)
            self.assertAlmostEqual(
                contract.paid_amount, 20_000 + 1.3 * (contract.price - 20_000), 2
            )

    def test_two_refunds_of_all_there_is(self):
        """F2: what was received goes back once."""
        sides = [
            self.env["property.receipt"].create(
                [
                    {"contract_id": one.id, "amount": 20_000, "kind": "refund"}
                    for one in self.contracts
                ]
            )
            for _side in range(2)
        ]
        self.commit()
        for contract, errors in zip(self.contracts, self.race(*sides), strict=True):
            self.assertEqual(errors.count(None), 1)
            self.assertIn("More would be returned", errors[0] or errors[1])
            self.assertEqual(contract.paid_amount, 0)
            self.assertEqual(contract.installment_ids.paid_amount, 0)
