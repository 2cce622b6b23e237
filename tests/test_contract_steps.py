from types import SimpleNamespace

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import PropertyCommon

APPROVED = SimpleNamespace(state="approved")


@tagged("post_install", "-at_install")
class TestContractSteps(PropertyCommon):
    """E5, E8: every step of a contract in every state, by every role."""

    # Step → (states that allow it, roles that may; None: no call from outside)
    STEPS = {
        "generate": ("draft", {"clerk", "manager"}),
        "sign": ("draft", {"clerk", "manager"}),
        "file": ("signed", {"clerk", "manager"}),
        "cancel filing": ("filed", {"manager"}),
        "cancel": ("draft signed", None),
        "another name": ("draft signed", None),
        "write clauses": ("draft", {"clerk", "manager"}),
        "write filing number": ("draft signed", {"clerk", "manager"}),
        "write record number": ("filed", {"clerk", "manager"}),
        "write state": ("", set()),
        "write cancel date": ("", set()),
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make_client(cls.rep_a)
        deposit = cls.confirm_deposit(cls.open_slip(cls.client, cls.unit))
        deposit.with_user(cls.clerk).action_prepare_contract()
        cls.contract = deposit.contract_id.with_user(cls.clerk)

    def step(self, contract, name):
        day = contract.sign_date
        return {
            "generate": contract.action_generate_installments,
            "sign": contract.action_sign,
            "file": contract.action_file,
            "cancel filing": lambda: contract.action_cancel_filing("Typed wrong"),
            "cancel": lambda: contract._cancel(APPROVED),
            "another name": lambda: contract._replace_buyers(
                APPROVED, [(self.partner, 100)]
            ),
            "write clauses": lambda: contract.write({"special_clauses": "Parking"}),
            "write filing number": lambda: contract.write({"filing_number": "WQ-2"}),
            "write record number": lambda: contract.write(
                {"record_number": "BA-1", "record_date": day}
            ),
            "write state": lambda: contract.write({"state": "delivered"}),
            "write cancel date": lambda: contract.write({"cancel_date": day}),
        }[name]

    def passes(self, user, name):
        """Whether the step goes through for `user`; nothing of it stays."""
        with self.cr.savepoint() as savepoint:
            try:
                self.step(self.contract.with_user(user), name)()
                return True
            except UserError:
                return False
            finally:
                savepoint.rollback()
                self.env.invalidate_all()

    def bring_to(self, state):
        contract = self.contract
        if state == "cancelled":
            contract._cancel(APPROVED)
        if state in ("signed", "filed"):
            contract.action_sign()
        if state == "filed":
            contract.write({"filing_number": "WQ-1", "filing_date": contract.sign_date})
            contract.action_file()
        self.assertEqual(contract.state, state)

    def test_every_step_in_every_state(self):
        """E5, E8: what is not in the table is refused, also by write()."""
        for state in ("draft", "signed", "filed", "cancelled"):
            with self.cr.savepoint() as savepoint:
                self.bring_to(state)
                if state == "signed":  # what filing asks for
                    self.contract.write(
                        {
                            "filing_number": "WQ-1",
                            "filing_date": self.contract.sign_date,
                        }
                    )
                for name, (states, roles) in self.STEPS.items():
                    for role, user in self.actors.items():
                        if roles is None and role != "manager":
                            continue
                        allowed = state in states.split() and (
                            roles is None or role in roles
                        )
                        with self.subTest(state=state, step=name, role=role):
                            self.assertEqual(self.passes(user, name), allowed)
                savepoint.rollback()
                self.env.invalidate_all()

    # === Filing ===

    def test_cancel_filing(self):
        """E5: the manager, with a reason; the numbers are free again, on record."""
        self.bring_to("filed")
        contract = self.contract.with_user(self.manager)
        contract.write({"record_number": "BA-1", "record_date": contract.sign_date})
        with self.assertRefused("Say why"):
            contract.action_cancel_filing(" ")
        with self.assertRaises(AccessError):
            self.contract.action_cancel_filing("Wrong buyer")
        contract.action_cancel_filing("Wrong buyer")
        self.assertRecordValues(
            contract,
            [
                {
                    "state": "signed",
                    "filing_number": False,
                    "filing_date": False,
                    "record_number": False,
                    "record_date": False,
                }
            ],
        )
        self.assertIn("WQ-1", contract.message_ids[0].body)
        self.assertIn("Wrong buyer", contract.message_ids[0].body)

    def test_dialog(self):
        """E5: the reason is asked for in a dialog."""
        self.bring_to("filed")
        dialog = Form(
            self.env["property.reason"]
            .with_user(self.manager)
            .with_context(
                default_step="cancel_filing", default_contract_id=self.contract.id
            )
        )
        dialog.reason = "Wrong price"
        dialog.save().action_take()
        self.assertEqual(self.contract.state, "signed")

    def test_dates_in_order(self):
        """E5: signed, filed, on record."""
        self.bring_to("signed")
        day = self.contract.sign_date
        before = day.replace(year=day.year - 1)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.contract.filing_date = before
        self.contract.write({"filing_number": "WQ-1", "filing_date": day})
        self.contract.action_file()
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.contract.record_date = before
        self.contract.record_date = day

    # === Undone ===

    def test_cancelled(self):
        """E7: only as an approved change, with its day; its loans end with it."""
        self.bring_to("signed")
        with self.assertRefused("not approved"):
            self.contract._cancel(SimpleNamespace(state="draft"))
        case = self.contract.mortgage_ids
        self.contract._cancel(APPROVED)
        self.assertEqual(self.contract.state, "cancelled")
        self.assertEqual(self.contract.cancel_date, self.project.local_day())
        self.assertEqual(case.state, "withdrawn")

    def test_filed_is_not_cancelled(self):
        """E7: the filing goes first."""
        self.bring_to("filed")
        with self.assertRefused("cancels the filing first"):
            self.contract._cancel(APPROVED)

    # === Another name ===

    def test_another_name(self):
        """E8: new buyers are on, the former stay on record and stay clients."""
        self.bring_to("signed")
        before = self.contract.buyer_ids
        person = before.partner_id
        kin = self.env["res.partner"].create({"name": "Kin"})
        self.contract._replace_buyers(APPROVED, [(kin, 60), (self.partner, 40)])
        self.assertRecordValues(
            self.contract.buyer_ids,
            [
                {"partner_id": kin.id, "share": 60},
                {"partner_id": self.partner.id, "share": 40},
            ],
        )
        self.assertFalse(before.active)
        self.assertEqual(before.contract_id, self.contract)
        self.assertEqual(self.contract.partner_id, kin)
        self.assertTrue(person.is_property_client and kin.is_property_client)
        self.assertIn("Kin", self.contract.message_ids[0].body)

    def test_another_name_is_whole(self):
        """E8: shares of the new buyers are 100 %; no filed contract changes."""
        self.bring_to("signed")
        with self.assertRefused("shares"):
            self.contract._replace_buyers(APPROVED, [(self.partner, 90)])
        self.contract.write(
            {"filing_number": "WQ-1", "filing_date": self.contract.sign_date}
        )
        self.contract.action_file()
        with self.assertRefused("cancels the filing first"):
            self.contract._replace_buyers(APPROVED, [(self.partner, 100)])

    def test_no_name_by_the_way(self):
        """E8: who drafts the contract cannot put another in the purchaser's place."""
        contract = self.contract
        contract.buyer_ids = [
            Command.create({"partner_id": self.partner.id, "share": 100})
        ]
        contract.buyer_ids.filtered(
            lambda one: one.partner_id == contract.partner_id
        ).unlink()
        with self.assertRefused("approved change"):
            contract.action_sign()

    def test_former_buyers_are_not_brought_back(self):
        """E8: nobody writes who is a buyer of a signed contract."""
        self.bring_to("signed")
        self.contract._replace_buyers(APPROVED, [(self.partner, 100)])
        buyers = self.contract.with_context(active_test=False).buyer_ids
        for user in self.actors.values():
            for active in (True, False):
                with self.subTest(user=user.login), self.assertRaises(UserError):
                    buyers.with_user(user).write({"active": active})

    # === Loans of the plan ===

    def test_loans_fit_the_method(self):
        """E5: mortgage needs a bank's loan, combined both, lump sum none."""
        contract = self.contract
        for method in ("lump_sum", "instalment", "provident", "combined"):
            contract.payment_method = method
            with self.subTest(method=method), self.assertRefused("do not fit"):
                contract.action_sign()
        contract.payment_method = "mortgage"
        contract.action_sign()

    def test_method_follows_the_plan(self):
        """E5: another plan is another way of payment."""
        self.contract.plan_id = self.plan_lump
        self.assertEqual(self.contract.payment_method, "lump_sum")

    def test_combined_loan(self):
        """E5: what the fund lends less the bank lends more; the sum stays."""
        loan = self.contract.installment_ids[-1]
        loan.amount = 500_000
        self.contract.installment_ids = [
            Command.create(
                {
                    "name": "Fund",
                    "kind": "provident",
                    "amount": 200_000,
                    "due_date": loan.due_date,
                    "sequence": 9,
                }
            )
        ]
        self.contract.payment_method = "combined"
        self.contract.provident_amount = 333_333.33
        self.assertEqual(self.contract.mortgage_amount, 366_666.67)
        for amount in (0, 700_000):
            with self.subTest(amount=amount), self.assertRefused("together"):
                self.contract.provident_amount = amount
        self.contract.action_sign()
        self.assertEqual(
            sorted(self.contract.mortgage_ids.mapped("amount")),
            [333_333.33, 366_666.67],
        )
