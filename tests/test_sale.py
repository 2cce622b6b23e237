from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestSale(PropertyCommon):
    """E1, E2, E5: from the slip to the filed contract, by the roles concerned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make_client(cls.rep_a)

    # === The whole first sale ===

    def test_first_sale(self):
        """E1, E2, E5, F1, F2: every step, with what it leaves behind."""
        today = self.project.local_day()
        slip = self.make_slip(self.client, self.unit)
        self.assertEqual(slip.price, self.unit.list_price)
        self.assertFalse(slip.name or slip.check_code)

        slip.action_open_slip()
        self.assertEqual(self.unit.state, "slip")
        self.assertTrue(slip.name)
        self.assertRegex(slip.check_code, r"^[0-9A-F]{6}$")
        self.assertEqual(slip.slip_expires - slip.date, timedelta(hours=24))
        self.assertEqual(slip.user_id, self.rep_a)

        receipt = slip.with_user(self.clerk).action_register_payment(method="card")
        self.assertEqual(slip.state, "paid")
        self.assertEqual(self.unit.state, "slip", "only finance makes it sold")
        self.assertRecordValues(
            receipt,
            [
                {
                    "state": "draft",
                    "amount": 20_000,
                    "method": "card",
                    "date": today,
                    "name": False,
                }
            ],
        )

        slip.with_user(self.finance).action_confirm()
        self.assertEqual(self.unit.state, "deposit")
        self.assertEqual(receipt.state, "confirmed")
        self.assertTrue(receipt.name)
        self.assertRecordValues(
            slip,
            [
                {
                    "state": "confirmed",
                    "paid_amount": 20_000,
                    "confirm_user_id": self.finance.id,
                    "sign_deadline": today + timedelta(days=7),
                }
            ],
        )

        contract = self.sign_contract(slip)
        self.assertEqual(slip.state, "signed")
        self.assertEqual(self.unit.state, "contracted")
        self.assertEqual(self.unit.contract_id, contract)
        self.assertRecordValues(
            contract,
            [
                {
                    "state": "signed",
                    "price": 1_000_000,
                    "payment_method": "mortgage",
                    "sign_date": today,
                    "paid_amount": 20_000,
                    "residual": 980_000,
                    "user_id": self.rep_a.id,
                }
            ],
        )
        self.assertTrue(contract.name)
        self.assertRecordValues(
            contract.buyer_ids, [{"partner_id": slip.partner_id.id, "share": 100}]
        )
        self.assertRecordValues(
            contract.installment_ids,
            [
                {"amount": 300_000, "paid_amount": 20_000, "state": "partial"},
                {"amount": 700_000, "paid_amount": 0, "state": "pending"},
            ],
        )

        contract.write({"filing_number": "WQ-1", "filing_date": today})
        contract.action_file()
        self.assertEqual(contract.state, "filed")
        self.pay(contract, 980_000)
        self.assertEqual(set(contract.installment_ids.mapped("state")), {"paid"})
        self.assertEqual(contract.residual, 0)
        self.assertEqual(
            [
                (event.to_state, event.origin and event.origin._name)
                for event in self.unit.event_ids.sorted("id")[2:]
            ],
            [
                ("slip", "property.deposit"),
                ("deposit", "property.deposit"),
                ("contracted", "property.contract"),
            ],
        )

    def test_each_step_is_of_its_roles(self):
        """H1: of every step, who may take it and that nobody else can."""
        slip = self.make_slip(self.client, self.unit)
        control, clerk = {"control", "manager"}, {"clerk", "manager"}
        self.check_roles(slip, "action_open_slip", control)
        self.check_roles(slip, "action_lapse", control)
        self.check_roles(slip, "action_cancel", control)
        slip.action_open_slip()
        self.check_roles(slip, "action_register_payment", control | clerk | {"finance"})
        receipt = slip.action_register_payment()
        self.check_roles(receipt, "action_confirm", {"finance"})
        self.check_roles(slip, "action_confirm", {"finance"})
        slip.with_user(self.finance).action_confirm()
        self.check_roles(slip, "action_prepare_contract", clerk)
        self.check_roles(slip, "action_sign", clerk)
        slip.with_user(self.clerk).action_prepare_contract()
        contract = slip.contract_id.with_user(self.clerk)
        self.check_roles(contract, "action_generate_installments", clerk)
        self.check_roles(contract, "action_sign", clerk)
        contract.action_sign()
        contract.write({"filing_number": "WQ-1", "filing_date": contract.sign_date})
        self.check_roles(contract, "action_file", clerk)

    def check_roles(self, record, step, allowed):
        """Exactly the roles `allowed` pass the step's check of roles."""
        for role, user in self.actors.items():
            with self.subTest(step=step, role=role):
                refused = False
                with self.cr.savepoint() as savepoint:
                    try:
                        getattr(record.with_user(user), step)()
                    except UserError as error:
                        # Another error: the role may, the state does not allow it.
                        refused = isinstance(error, AccessError)
                    savepoint.rollback()
                self.env.invalidate_all()
                self.assertEqual(refused, role not in allowed)

    def test_each_step_in_its_state(self):
        """E1, E2, E5: no step is taken twice, or before its time."""
        deposit = self.make_slip(self.client, self.unit)
        finance, clerk = deposit.with_user(self.finance), deposit.with_user(self.clerk)
        steps = {
            "open": (deposit.action_open_slip, "draft"),
            "lapse": (deposit.action_lapse, "slip"),
            "cancel": (deposit.action_cancel, "slip paid"),
            "pay": (deposit.action_register_payment, "slip"),
            "confirm": (finance.action_confirm, "paid"),
            "contract": (clerk.action_prepare_contract, "confirmed"),
            "sign": (clerk.action_sign, "confirmed"),
        }
        for forward in ("open", "pay", "confirm", "sign", None):
            for title, (step, states) in steps.items():
                if deposit.state not in states.split():
                    with (
                        self.subTest(state=deposit.state, step=title),
                        self.assertRaises(UserError),
                    ):
                        step()
            if forward:
                steps[forward][0]()
        self.assertEqual(deposit.state, "signed")

    def test_states_and_numbers_are_not_written(self):
        """E1: no role writes the state, number or money of a deal, or makes them up."""
        contract = self.sell(self.client, self.unit)
        deposit = contract.deposit_id
        receipt = contract.receipt_ids
        installment = contract.installment_ids[0]
        for record, vals in (
            (deposit, {"state": "cancelled"}),
            (deposit, {"name": "RG1"}),
            (deposit, {"price": 1}),
            (deposit, {"user_id": self.rep_b.id}),
            (deposit, {"paid_amount": 1}),
            (deposit, {"slip_expires": "2099-01-01"}),
            (deposit, {"sign_deadline": "2099-01-01"}),
            (deposit, {"unit_id": self.unit_2.id}),
            (deposit, {"plan_id": self.plan_lump.id}),
            (contract, {"state": "draft"}),
            (contract, {"name": "HT1"}),
            (contract, {"price": 1}),
            (contract, {"user_id": self.rep_b.id}),
            (contract, {"sign_date": "2020-01-01"}),
            (contract, {"residual": 0}),
            (receipt, {"state": "cancelled"}),
            (receipt, {"name": "SK1"}),
            (receipt, {"amount": 1}),
            (receipt, {"date": "2020-01-01"}),
            (receipt, {"signed_amount": 1}),
            (receipt, {"confirm_user_id": self.rep_a.id}),
            (installment, {"amount": 1}),
            (installment, {"due_date": "2099-01-01"}),
            (installment, {"paid_amount": 1}),
            (installment, {"residual": 0}),
            (installment, {"user_id": self.rep_b.id}),
        ):
            for user in (*self.actors.values(), self.env.ref("base.user_admin")):
                with (
                    self.subTest(model=record._name, user=user.login, vals=vals),
                    self.assertRaises(UserError),
                ):
                    record.with_user(user).write(vals)
        for model, user, vals in (
            ("property.deposit", self.control, {"state": "confirmed"}),
            ("property.deposit", self.control, {"name": "RG1"}),
            ("property.contract", self.clerk, {"state": "signed"}),
            ("property.receipt", self.clerk, {"state": "confirmed"}),
        ):
            base = {"unit_id": self.unit_2.id, "lead_id": self.client.id}
            if model != "property.deposit":
                base = {"deposit_id": deposit.id, "amount": 1}
            if model == "property.contract":
                base = {
                    "deposit_id": deposit.id,
                    "plan_id": self.plan_lump.id,
                    "payment_method": "lump_sum",
                    "sign_date": "2026-03-01",
                }
            with self.subTest(create=model, vals=vals), self.assertRaises(UserError):
                self.env[model].with_user(user).create(base | vals)

    def test_no_context_opens_a_door(self):
        """E2: a remote caller's `default_state` makes neither slip nor money."""
        vals = {"unit_id": self.unit.id, "lead_id": self.client.id, "amount": 100}
        deposits = self.env["property.deposit"].with_user(self.control)
        deposit = deposits.with_context(
            default_state="slip", default_name="RG1", default_user_id=self.rep_b.id
        ).create(vals)
        self.assertRecordValues(
            deposit, [{"state": "draft", "name": False, "user_id": self.rep_a.id}]
        )
        receipts = self.env["property.receipt"].with_user(self.clerk)
        receipt = receipts.with_context(
            default_state="confirmed", default_signed_amount=500
        ).create({"deposit_id": deposit.id, "amount": 100})
        self.assertRecordValues(receipt, [{"state": "draft", "signed_amount": 100}])
