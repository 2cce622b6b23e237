from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import MODULE, PropertyCommon


@tagged("post_install", "-at_install")
class TestContractDocument(PropertyCommon):
    """E9: the checklist of a contract, by way of payment and buyers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        deposit = cls.confirm_deposit(
            cls.open_slip(cls.make_client(cls.rep_a), cls.unit)
        )
        deposit.with_user(cls.clerk).action_prepare_contract()
        cls.contract = deposit.contract_id.with_user(cls.clerk)
        cls.policy = cls.env.ref(f"{MODULE}.property_policy_default")

    def listed(self):
        kinds = self.contract.sudo().document_ids.type_id
        prefix = f"{MODULE}.property_document_type_"
        return {
            xmlid.removeprefix(prefix) for xmlid in kinds.get_external_id().values()
        }

    def test_by_method_and_buyers(self):
        """E9: a loan asks for more; two buyers agree on their shares."""
        listed = self.listed()
        self.assertLessEqual({"identity", "down_payment", "loan_income"}, listed)
        self.assertFalse({"fund_proof", "coownership"} & listed)
        self.contract.payment_method = "lump_sum"
        self.contract.action_update_documents()
        self.assertFalse({"down_payment", "loan_income"} & self.listed())
        self.contract.payment_method = "combined"
        self.contract.buyer_ids.share = 50
        self.contract.buyer_ids.create(
            {"contract_id": self.contract.id, "partner_id": self.partner.id}
            | {"share": 50}
        )
        self.contract.action_update_documents()
        self.assertLessEqual(
            {"loan_income", "fund_proof", "coownership"}, self.listed()
        )

    def test_received_stays(self):
        """E9: what was received stays listed though it is asked for no more."""
        paper = self.contract.document_ids.filtered(
            lambda one: one.purpose == "mortgage"
        )[0]
        paper.action_receive()
        self.assertRecordValues(
            paper,
            [
                {
                    "state": "received",
                    "received_date": self.project.local_day(),
                    "receiver_id": self.clerk.id,
                }
            ],
        )
        self.contract.payment_method = "lump_sum"
        self.contract.action_update_documents()
        self.assertIn(paper, self.contract.document_ids)
        with self.assertRefused("stays listed"):
            paper.with_user(self.manager).unlink()

    def test_steps(self):
        """E9: each step in its state, by its role; nothing by write()."""
        paper = self.contract.document_ids[0]
        for vals in (
            {"state": "received"},
            {"received_date": "2026-01-01"},
            {"receiver_id": self.rep_a.id},
        ):
            for user in self.actors.values():
                with self.subTest(vals=vals, user=user.login):
                    with self.assertRaises(UserError):
                        paper.with_user(user).write(vals)
        with self.assertRaises(AccessError):
            paper.with_user(self.rep_a).action_receive()
        with self.assertRaises(AccessError):
            paper.action_waive()
        with self.assertRefused("note"):
            paper.with_user(self.manager).action_waive()
        paper.note = "Born abroad"
        paper.with_user(self.manager).action_waive()
        self.assertEqual(paper.state, "waived")
        with self.assertRefused("Missing"):
            paper.action_receive()
        with self.assertRaises(AccessError):
            paper.action_reopen()
        paper.with_user(self.manager).action_reopen()
        paper.action_receive()
        with self.assertRefused("Missing"):
            paper.action_receive()
        with self.assertRaises(UserError):
            paper.type_id = self.contract.document_ids[1].type_id
        paper.action_reopen()
        self.assertFalse(paper.received_date)

    def test_missing_is_listed(self):
        """E9: what signing still lacks, by name."""
        papers = self.contract.document_ids.filtered(lambda one: one.purpose == "sign")
        self.assertIn(papers[0].type_id.name, self.contract.missing_documents)
        papers.action_receive()
        self.assertFalse(self.contract.missing_documents)

    def test_policy_asks_for_papers(self):
        """E9, K1: with the policy nothing is signed before the papers are here."""
        self.policy.sign_needs_documents = True
        with self.assertRefused("Missing: .*ID Cards"):
            self.contract.action_sign()
        papers = self.contract.document_ids.filtered(lambda one: one.purpose == "sign")
        papers.action_receive()
        self.contract.action_sign()
        self.assertEqual(self.contract.state, "signed")

    def test_condition_must_be_readable(self):
        """E9: a kind of document that nobody could be asked for is refused."""
        kind = self.env["property.document.type"].with_user(self.manager)
        for condition in ("[('nothing', '=', 1)]", "x", "[("):
            with self.subTest(condition=condition), self.assertRaises(ValidationError):
                kind.create({"name": "Odd", "condition": condition})
