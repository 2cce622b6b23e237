from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestContract(PropertyCommon):
    """E5: drafted from the deposit, complete when signed, fixed from then on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make_client(cls.rep_a)

    def draft_contract(self, **vals):
        deposit = self.confirm_deposit(self.open_slip(self.client, self.unit, **vals))
        deposit.with_user(self.clerk).action_prepare_contract()
        return deposit.with_user(self.clerk).contract_id

    def test_contract_is_drafted_once(self):
        """E5: opening the contract again opens the same one."""
        contract = self.draft_contract()
        action = contract.deposit_id.action_prepare_contract()
        self.assertEqual(action["res_id"], contract.id)

    def test_contract_needs_a_plan(self):
        """E5: no contract without payment plan."""
        with self.assertRefused("plan"):
            self.draft_contract(plan_id=False)

    def test_plan_of_another_project(self):
        """E5: the plan is of the unit's project"""
        contract = self.draft_contract()
        with self.assertRefused("of one project"):
            contract.plan_id = self.plan_lump.sudo().copy(
                {"project_id": self.other_project.id}
            )

    def test_buyer_taken_off_a_draft_may_be_added_again(self):
        """J1: on the draft he is shown to who handles deals, off it he is no client."""
        contract = self.draft_contract()
        line = {"partner_id": self.partner.id, "share": 50}
        contract.buyer_ids = [Command.create(line)]
        self.assertTrue(self.partner.is_property_client)
        contract.buyer_ids[-1].unlink()
        self.assertFalse(self.partner.is_property_client)
        contract.buyer_ids = [Command.create(line)]
        self.assertEqual(contract.buyer_ids[-1].partner_id, self.partner)

    def test_shares(self):
        """E5: the buyers' shares are 100 % together when it is signed."""
        contract = self.draft_contract()
        first = contract.buyer_ids
        first.share = 99.99
        with self.assertRefused("shares"):
            contract.action_sign()
        contract.buyer_ids = [
            Command.create({"partner_id": self.partner.id, "share": 50})
        ]
        second = contract.buyer_ids - first
        for first.share, second.share in ((50, 49), (60, 41)):
            with self.subTest(second=second.share), self.assertRefused("shares"):
                contract.action_sign()
        first.share = 59
        contract.action_sign()
        self.assertEqual(contract.state, "signed")

    def test_no_buyer(self):
        """E5: a contract without buyers is not signed."""
        contract = self.draft_contract()
        contract.buyer_ids.unlink()
        with self.assertRefused("shares"):
            contract.action_sign()

    @mute_logger("odoo.sql_db")
    def test_share_is_sound(self):
        """E5: a share lies between 0 and 100 %, a buyer is on the contract once."""
        contract = self.draft_contract()
        for partner, share in (
            (self.partner, 0),
            (self.partner, 100.01),
            (contract.partner_id, 50),
        ):
            with self.subTest(share=share), self.assertRaises(IntegrityError):
                contract.buyer_ids = [
                    Command.create({"partner_id": partner.id, "share": share})
                ]
            contract.invalidate_recordset()

    def test_instalments_add_up(self):
        """F1, E5: instalments that are not the price cannot be signed."""
        contract = self.draft_contract()
        last = contract.installment_ids[-1]
        last.amount -= 0.01
        with self.assertRefused("999999.99.*1000000.00"):
            contract.action_sign()
        contract.action_generate_installments()
        self.assertEqual(sum(contract.installment_ids.mapped("amount")), 1_000_000)
        contract.action_sign()

    def test_signed_contract_is_fixed(self):
        """E5, E8: buyers and instalments of a signed contract do not change."""
        contract = self.sell(self.client, self.unit)
        buyer, installment = contract.buyer_ids, contract.installment_ids[0]
        for title, change in {
            "share": lambda: buyer.write({"share": 50}),
            "buyer": lambda: buyer.write({"partner_id": self.partner.id}),
            "added": lambda: buyer.create(
                {"contract_id": contract.id, "partner_id": self.partner.id}
            ),
            "removed": lambda: buyer.unlink(),
            "instalment removed": lambda: installment.unlink(),
            "instalment added": lambda: installment.create(
                {
                    "contract_id": contract.id,
                    "name": "More",
                    "due_date": "2026-03-01",
                    "amount": 1,
                }
            ),
            "made anew": contract.action_generate_installments,
            "deleted": contract.unlink,
        }.items():
            with self.subTest(title), self.assertRaises(UserError):
                change()
        self.assertEqual(contract.buyer_ids.share, 100)

    def test_filing(self):
        """E5: filed with number and date only; then they stay."""
        contract = self.sell(self.client, self.unit)
        for vals in (
            {"filing_number": "WQ-1", "filing_date": False},
            {"filing_number": False, "filing_date": self.project.local_day()},
        ):
            contract.write(vals)
            with self.subTest(vals), self.assertRefused("filing"):
                contract.action_file()
        contract.filing_number = "WQ-1"
        contract.action_file()
        self.assertEqual(contract.state, "filed")
        with self.assertRaises(UserError):
            contract.filing_number = "WQ-2"

    @mute_logger("odoo.sql_db")
    def test_one_contract_a_deposit(self):
        """E5: a deposit has one contract that is not cancelled."""
        contract = self.draft_contract()
        with self.assertRaises(IntegrityError):
            contract.copy({"buyer_ids": [], "installment_ids": []})
