from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestSlip(PropertyCommon):
    """E1, E2, A7: what a slip may cost, that it is alone, how it ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make_client(cls.rep_a)

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
        with self.assertRefused(f"{self.unit.name} has no filed price"):
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
        with self.assertRaises(RedirectWarning) as caught:
            second.action_open_slip()
        message = caught.exception.args[0]
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
        slips = [
            self.open_slip(self.make_client(self.rep_a), unit)
            for unit in self.units[:3]
        ]
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
