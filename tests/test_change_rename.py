from odoo.tests import tagged

from .test_change import ChangeCommon


@tagged("post_install", "-at_install")
class TestRename(ChangeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.son, cls.wife = cls.env["res.partner"].create(
            [{"name": "Son"}, {"name": "Wife"}]
        )

    def test_of_a_contract(self):
        """E8: other buyers with shares, on contract and deposit; who they were stays on
        record"""
        contract = self.make_contract(self.unit)
        buyer = contract.partner_id
        change = self.make_rename(
            contract.deposit_id,
            (buyer, 40),
            (self.wife, 60, "spouse", "结婚证 J510107-2020-000001"),
        )
        self.assertEqual(contract.buyer_ids.partner_id, buyer)
        self.do(change)
        self.assertEqual(
            {one.partner_id: one.share for one in contract.buyer_ids},
            {buyer: 40, self.wife: 60},
        )
        self.assertEqual(contract.deposit_id.partner_id, self.wife)
        self.assertEqual(change.old_buyers, buyer.name)
        self.assertEqual(change.partner_id, buyer)
        self.assertEqual((contract.state, self.unit.state), ("signed", "contracted"))

    def test_of_a_deposit(self):
        """E8: the contract is drafted with the new buyers"""
        deposit = self.make_deposit(self.unit)
        buyer = deposit.partner_id
        self.do(
            self.make_rename(
                deposit,
                (self.son, 70, "child", "户口本"),
                (self.wife, 30, "spouse", "结婚证"),
            )
        )
        self.assertEqual(deposit.partner_id, self.son)
        contract = self.sign_contract(deposit)
        self.assertEqual(
            {one.partner_id: one.share for one in contract.buyer_ids},
            {self.son: 70, self.wife: 30},
        )
        self.assertNotIn(buyer, contract.buyer_ids.partner_id)

    def test_needs_proof(self):
        """E8: shares of 100 %, kin only, with proof"""
        deposit = self.make_deposit(self.unit)
        buyer = deposit.partner_id
        for buyers, words in (
            ([], "0 %, not 100"),
            ([(self.son, 90, "child", "户口本")], "90 %, not 100"),
            ([(self.son, 100)], "kinship"),
            ([(self.son, 100, "child", " ")], "kinship"),
            ([(self.son, 100, False, "户口本")], "kinship"),
            ([(buyer, 100)], "stay the same"),
        ):
            with self.subTest(words=words), self.assertRefused(words):
                self.make_rename(deposit, *buyers).action_request()

    def test_buyers_are_frozen(self):
        """E8: nobody changes who was approved, or slips a buyer into another change"""
        deposit = self.make_deposit(self.unit)
        change = self.make_rename(deposit, (self.son, 100, "child", "户口本"))
        change.action_request()
        buyer = change.buyer_ids
        other = self.make_rename(
            self.make_deposit(self.unit_2), (self.wife, 100, "spouse", "结婚证")
        )
        vals = {"change_id": change.id, "partner_id": self.wife.id, "share": 50}
        for state in ("pending", "approved"):
            if state == "approved":
                change.with_user(self.manager).validate_tier()
            for role, user in self.actors.items():
                with self.subTest(state=state, role=role):
                    self.assertFalse(
                        self.call(user, buyer, "write", {"partner_id": self.wife.id})
                    )
                    self.assertFalse(self.call(user, buyer, "unlink"))
                    self.assertFalse(self.call(user, buyer.browse(), "create", vals))
                    self.assertFalse(
                        self.call(
                            user, other.buyer_ids, "write", {"change_id": change.id}
                        )
                    )

    def test_filed(self):
        """E8: a filed contract keeps its names unless the filing is cancelled"""
        contract = self.file(self.make_contract(self.unit))
        change = self.approve(
            self.make_rename(contract.deposit_id, (self.son, 100, "child", "出生证明"))
        )
        with self.assertRefused("filing first"):
            change.with_user(self.clerk).action_execute()
        contract.with_user(self.manager).action_cancel_filing("Rename")
        self.do_approved(change)
        self.assertEqual(contract.buyer_ids.partner_id, self.son)

    def test_by_no_other_way(self):
        """E8: no role changes the buyer of a deposit or of a signed contract by hand"""
        contract = self.make_contract(self.unit)
        deposit = contract.deposit_id
        for role, user in self.actors.items():
            with self.subTest(role=role):
                for records, vals in (
                    (deposit, {"partner_id": self.son.id}),
                    (contract.buyer_ids, {"partner_id": self.son.id}),
                    (
                        contract,
                        {"buyer_ids": [(0, 0, {"partner_id": self.son.id})]},
                    ),
                ):
                    self.assertFalse(self.call(user, records, "write", vals))
