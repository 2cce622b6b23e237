from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

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
        contract.write({"filing_number": "WQ-1", "filing_date": "2026-03-01"})
        self.check_roles(contract, "action_file", clerk)

    def check_roles(self, record, step, allowed):
        """Exactly the roles `allowed` pass the step's check of roles."""
        for role, user in self.actors.items():
            with self.subTest(step=step, role=role):
                refused = False
                with self.cr.savepoint() as savepoint:
                    try:
                        getattr(record.with_user(user), step)()
                    except AccessError:
                        refused = True
                    except UserError:
                        pass  # the role may, the state does not allow it
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

    # === Price (A7) ===

    def test_price_limits(self):
        """A7: a deal lies between floor and filed price, both included."""
        unit = self.unit
        for price, problem in (
            (unit.filed_price + 0.01, "filed"),
            (unit.floor_price - 0.01, "floor"),
            (0, "no price"),
        ):
            slip = self.make_slip(self.client, unit, price=price, amount=0)
            with (
                self.subTest(price=price),
                self.assertRefused(f"{unit.name}.*{problem}"),
            ):
                slip.action_open_slip()
            self.assertEqual((slip.state, unit.state), ("draft", "available"))
        for price in (unit.filed_price, unit.floor_price):
            with self.subTest(price=price):
                slip = self.open_slip(self.client, unit, price=price)
                self.assertEqual(slip.price, price)
                slip.action_cancel()

    def test_no_filed_price(self):
        """A7: a unit whose price is not on record is not sold."""
        self.unit.filed_price = 0
        with self.assertRefused(f"{self.unit.name}.*filed"):
            self.open_slip(self.client, self.unit)

    def test_frozen_price(self):
        """A7: a price list executed after the slip changes neither unit nor deal."""
        deposit = self.open_slip(self.client, self.unit)
        with self.assertRefused(self.unit.name):
            self.unit.write(self.prices(1_200_000))
        self.unit_2.write(self.prices(1_200_000))
        with self.assertRaises(UserError):
            deposit.price = 990_000
        self.assertEqual(deposit.price, 1_000_000)
        deposit.action_cancel()
        self.unit.write(self.prices(1_200_000))
        self.assertEqual(deposit.price, 1_000_000, "an ended slip keeps its price too")
        self.assertEqual(self.make_slip(self.client, self.unit).price, 1_200_000)

    def test_deposit_limit(self):
        """E2: a deposit is at most 20 % of the price, or what the policy says."""
        with self.assertRefused("20 %.*200000.00.*586"):
            self.make_slip(self.client, self.unit, amount=200_000.01)
        slip = self.make_slip(self.client, self.unit, amount=200_000)
        with self.assertRaises(ValidationError):
            slip.price = 999_999
        with self.assertRaises(ValidationError):
            slip.amount = 200_001
        self.env["property.policy"].create(
            {
                "project_id": self.project.id,
                "date_start": self.project.local_day(),
                "deposit_max_percent": 10,
            }
        )
        with self.assertRefused("10 %"):
            slip.amount = 199_999

    def test_deposit_limit_of_the_day_it_opens(self):
        """E2, K1: a draft made under an older policy is judged when the slip opens."""
        today = self.project.local_day()
        self.env["property.policy"].create(
            {
                "project_id": self.project.id,
                "date_start": today,
                "deposit_max_percent": 10,
            }
        )
        slip = self.make_slip(
            self.client,
            self.unit,
            amount=150_000,
            date=self.project.utc_moment(today) - timedelta(hours=1),
        )
        with self.assertRefused("10 %"):
            slip.action_open_slip()

    # === One unit, one client ===

    def test_second_slip(self):
        """E2: a unit that is taken is refused with who has it, by unit, without the
        other client's name."""
        self.open_slip(self.client, self.unit)
        second = self.make_slip(self.make_client(self.rep_b), self.unit)
        with self.assertRaises(UserError) as caught:
            second.action_open_slip()
        message = str(caught.exception)
        for part in (self.unit.name, "rep_a", "Slip"):
            self.assertIn(part, message)
        self.assertNotIn(self.client.contact_name, message)
        self.assertEqual(second.state, "draft")
        self.assertFalse(second.name)

    @mute_logger("odoo.sql_db")
    def test_one_live_deposit_in_the_database(self):
        """E2: two live deposits of one unit are impossible in the database itself."""
        deposit = self.open_slip(self.client, self.unit)
        second = self.make_slip(self.make_client(self.rep_b), self.unit)
        for state in ("slip", "paid", "confirmed", "signed"):
            with self.subTest(state=state), self.assertRaises(IntegrityError):
                second._write_through({"state": state})
                self.env.flush_all()
            second.invalidate_recordset()
        deposit.action_cancel()
        second.action_open_slip()
        self.assertEqual(self.unit.deposit_id, second)

    def test_other_project(self):
        """C14: unit, client and plan of a slip are of one project."""
        other = self.make_client(self.rep_c)
        plan = self.plan_lump.copy({"project_id": self.other_project.id})
        for vals in (
            {"lead_id": other.id},
            {"plan_id": plan.id},
            {"unit_id": self.other_unit.id, "plan_id": False},
        ):
            base = {"unit_id": self.unit.id, "lead_id": self.client.id}
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self.env["property.deposit"].create(base | vals)

    # === The end of a slip ===

    def test_cron_lapses_slips(self):
        """E1: when its time is over a slip lapses, and only then; the unit is free."""
        slips = [
            self.open_slip(self.make_client(self.rep_a), unit)
            for unit in self.units[:3]
        ]
        paid, first, second = slips
        paid.action_register_payment()
        second._write_through({"slip_expires": first.slip_expires + timedelta(hours=1)})
        end = first.slip_expires
        for moment, states in (
            (end - timedelta(seconds=1), ["paid", "slip", "slip"]),
            (end, ["paid", "lapsed", "slip"]),
            (end + timedelta(hours=1), ["paid", "lapsed", "lapsed"]),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                self.run_cron("ir_cron_lapse_slips")
                self.assertEqual([slip.state for slip in slips], states)
        self.assertEqual(
            self.units[:3].mapped("state"), ["slip", "available", "available"]
        )
        self.assertFalse(self.unit_2.deposit_id)
        self.assertTrue(first.reason)
        self.open_slip(self.client, self.unit_2)

    def test_cron_lapses_many(self):
        """E1: one run lapses more slips than one batch has."""
        slips = [self.open_slip(self.client, unit) for unit in self.units[:3]]
        with freeze_time(slips[-1].slip_expires + timedelta(minutes=1)):
            cron = self.env.ref("crm_property_sales.ir_cron_lapse_slips")
            cron.code = "model._cron_lapse_slips(batch_size=2)"
            self.run_cron("ir_cron_lapse_slips")
        self.assertEqual({slip.state for slip in slips}, {"lapsed"})

    def test_cancel_paid_slip(self):
        """E2: a slip whose payment did not arrive is withdrawn with its receipt."""
        deposit = self.open_slip(self.client, self.unit)
        receipt = deposit.action_register_payment()
        deposit.action_cancel(reason="cheque bounced")
        self.assertEqual(deposit.state, "cancelled")
        self.assertEqual(deposit.reason, "cheque bounced")
        self.assertEqual(receipt.sudo().state, "cancelled")
        self.assertEqual(self.unit.state, "available")
        self.assertFalse(self.unit.deposit_id)

    def test_paid_deposit_needs_its_money(self):
        """E2: where the receipt was withdrawn meanwhile, finance confirms nothing."""
        deposit = self.open_slip(self.client, self.unit)
        receipt = deposit.action_register_payment()
        receipt.with_user(self.clerk).action_cancel()
        with self.assertRefused("0.00 of the 20000.00"):
            deposit.with_user(self.finance).action_confirm()
        self.make_receipt(deposit, 20_000)
        deposit.with_user(self.finance).action_confirm()
        self.assertEqual(deposit.state, "confirmed")

    def test_payment_needs_an_amount(self):
        """E2: no payment without its amount."""
        deposit = self.open_slip(self.client, self.unit, amount=0)
        with self.assertRefused("amount"):
            deposit.action_register_payment()

    def test_opened_slip_is_not_deleted(self):
        """E1: a draft may be deleted, a numbered slip may not."""
        self.make_slip(self.client, self.unit).unlink()
        with self.assertRaises(UserError):
            self.open_slip(self.client, self.unit).unlink()

    # === Slip on paper ===

    def test_check_code(self):
        """E1: the printed code is of this number, unit and price and no other."""
        slip = self.open_slip(self.client, self.unit)
        other = self.open_slip(self.client, self.unit_2)
        code = slip.check_code
        self.assertNotEqual(code, other.check_code)
        slip.invalidate_recordset()
        self.assertEqual(slip.check_code, code)
        slip._write_through({"price": slip.price + 1})
        self.assertNotEqual(slip.check_code, code)
