from contextlib import suppress
from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PropertyCommon


class Undo(Exception):
    """Takes back what was tried."""


STATES = ("pending", "partial", "paid", "overdue", "deferred")


@tagged("post_install", "-at_install")
class TestReceipt(PropertyCommon):
    """F1, F2: what is due, what was paid, by which money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Thirds of a million: 333 300, 333 300, 333 400; at once, in 30 and 60 days.
        cls.contract = cls.sell(
            cls.make_client(cls.rep_a), cls.unit, plan_id=cls.plan_instalments.id
        )
        cls.today = cls.project.local_day()

    def paid(self):
        return self.contract.installment_ids.mapped("paid_amount")

    def test_deposit_counts(self):
        """F2: the deposit is the first money of the first instalment."""
        self.assertEqual(self.paid(), [20_000, 0, 0])

    def test_oldest_due_first(self):
        """F2: money goes to what is due longest, then on; order is by date."""
        self.pay(self.contract, 313_300)
        self.assertEqual(self.paid(), [333_300, 0, 0])
        self.pay(self.contract, 333_300.01)
        self.assertEqual(self.paid(), [333_300, 333_300, 0.01])
        receipt = self.pay(self.contract, 100)
        self.assertRecordValues(
            receipt.line_ids,
            [{"installment_id": self.contract.installment_ids[2].id, "amount": 100}],
        )

    def test_one_receipt_over_several(self):
        """F2: one receipt may pay several instalments, and its lines say so."""
        receipt = self.pay(self.contract, 900_000)
        self.assertEqual(receipt.line_ids.mapped("amount"), [313_300, 333_300, 253_400])
        self.assertEqual(self.contract.paid_amount, 920_000)
        self.assertEqual(self.contract.residual, 80_000)

    def test_overpaid(self):
        """F2: what is paid too much is on record and pays no instalment twice."""
        receipt = self.pay(self.contract, 1_000_000)
        self.assertEqual(self.paid(), [333_300, 333_300, 333_400])
        self.assertEqual(sum(receipt.line_ids.mapped("amount")), 980_000)
        self.assertEqual(self.contract.residual, -20_000)

    def test_draft_counts_nothing(self):
        """F2: only what finance confirmed is paid; a draft may be withdrawn."""
        receipt = self.make_receipt(self.contract, 100)
        self.assertEqual(self.paid(), [20_000, 0, 0])
        self.assertFalse(receipt.name)
        receipt.action_cancel()
        with self.assertRaises(UserError):
            receipt.with_user(self.finance).action_confirm()

    def test_confirmed_is_final(self):
        """F2: a confirmed receipt is neither cancelled nor deleted nor reallocated."""
        receipt = self.pay(self.contract, 100)
        line = receipt.line_ids
        for title, change in {
            "cancel": receipt.action_cancel,
            "delete": receipt.unlink,
            "confirm": receipt.with_user(self.finance).action_confirm,
            "line": lambda: line.write({"amount": 1}),
            "line deleted": line.unlink,
            "line added": lambda: line.copy(),
        }.items():
            with self.subTest(title), self.assertRaises(UserError):
                change()
        self.assertEqual(receipt.state, "confirmed")

    def test_money_for_a_live_deal(self):
        """E1, F2: no money is confirmed on a slip that could lapse with it, or on one
        that has ended."""
        deposit = self.open_slip(self.make_client(self.rep_b), self.unit_2)
        receipt = self.make_receipt(deposit, 500)
        with self.assertRefused("Slip"):
            receipt.with_user(self.finance).action_confirm()
        deposit.action_lapse()
        with self.assertRefused("Lapsed"):
            receipt.with_user(self.finance).action_confirm()

    def test_chosen_allocation(self):
        """F2: the clerk may say what a receipt is for; the rest is oldest first."""
        last = self.contract.installment_ids[2]
        receipt = self.make_receipt(self.contract, 1000)
        line = receipt.line_ids.create(
            {"receipt_id": receipt.id, "installment_id": last.id, "amount": 400}
        )
        self.assertEqual(self.paid(), [20_000, 0, 0], "a draft pays nothing yet")
        receipt.with_user(self.finance).action_confirm()
        self.assertEqual(self.paid(), [20_600, 0, 400])
        self.assertIn(line, receipt.line_ids)

    def test_allocation_is_sound(self):
        """F2: no receipt is allocated beyond its amount, nor to another contract, and
        no instalment is paid twice over."""
        first, second, _last = self.contract.installment_ids
        other = self.sell(self.make_client(self.rep_b), self.unit_2)
        receipt = self.make_receipt(self.contract, 1000)
        lines = receipt.line_ids
        for installment, amount, problem in (
            (second, 1000.01, "beyond"),
            (other.installment_ids[0], 10, "another contract"),
        ):
            with (
                self.subTest(problem=problem),
                self.assertRefused(problem),
            ):
                lines.create(
                    {
                        "receipt_id": receipt.id,
                        "installment_id": installment.id,
                        "amount": amount,
                    }
                )
        late = self.make_receipt(self.contract, 313_300)
        lines.create(
            {
                "receipt_id": late.id,
                "installment_id": first.id,
                "amount": 313_300,
            }
        )
        self.pay(self.contract, 100)
        with self.assertRefused("twice"):
            late.with_user(self.finance).action_confirm()

    def test_refund(self):
        """F2: money goes back up to what was received, confirmed by finance."""
        with self.assertRefused("More would be returned"):
            self.pay(self.contract, 20_000.01, kind="refund")
        self.env.invalidate_all()
        refund = self.pay(self.contract, 5_000, kind="refund")
        self.assertEqual(self.contract.paid_amount, 15_000)
        self.assertEqual(self.paid(), [15_000, 0, 0], "taken back from what it paid")
        self.assertEqual(refund.line_ids.amount, 5_000)
        with self.assertRaises(ValidationError):
            self.pay(self.contract, 15_000.01, kind="refund")

    @mute_logger("odoo.sql_db")
    def test_four_eyes(self):
        """F2: who entered a receipt or a refund, or changed how much it is, does not
        confirm it, unless the policy lets him; nobody says who entered it"""
        other = self.finance.copy({"login": "finance_2"})
        self.project.user_ids += other
        receipts = self.env["property.receipt"].with_user(self.finance)
        vals = {"contract_id": self.contract.id, "amount": 1_000}
        for kind in ("receipt", "refund"):
            with self.subTest(kind=kind):
                receipt = receipts.create(vals | {"kind": kind})
                with self.assertRefused("You entered 1000.00 of .* yourself"):
                    receipt.action_confirm()
                with self.assertRefused("not written directly"):
                    receipt.entered_user_id = other
                receipt.with_user(other).action_confirm()
                self.assertEqual(receipt.state, "confirmed")
        with self.assertRefused("not written directly"):
            receipts.create(vals | {"entered_user_id": other.id})
        receipt = self.make_receipt(self.contract, 1_000).with_user(self.finance)
        receipt.write({"method": "cash", "amount": 1_000})  # as a form sends it
        self.assertEqual(receipt.entered_user_id, self.clerk)
        receipt.amount = 1_001
        with self.assertRefused("You entered 1001.00"):
            receipt.action_confirm()
        self.project.policy().receipt_four_eyes = False
        receipt.action_confirm()

    def test_receipt_is_for_something(self):
        """F2: a receipt has a positive amount and a deposit or contract."""
        receipts = self.env["property.receipt"].with_user(self.clerk)
        for vals in (
            {"amount": 5},
            {"contract_id": self.contract.id, "amount": 0},
            {"contract_id": self.contract.id, "amount": -5},
        ):
            with self.subTest(vals), self.assertRaises(IntegrityError):
                receipts.create(vals)

    def test_only_finance_and_clerk(self):
        """H1, F2: clerk and finance enter receipts; reps and others only look."""
        for role, user in self.actors.items():
            allowed = role in ("clerk", "finance", "manager")
            with self.subTest(role=role):
                receipts = self.env["property.receipt"].with_user(user)
                self.assertEqual(receipts.has_access("create"), allowed)
                if not allowed:
                    with self.assertRaises(AccessError):
                        receipts.create({"contract_id": self.contract.id, "amount": 5})

    # === Instalments ===

    def test_states_by_day(self):
        """F3: an instalment is overdue from the day after it was due, whatever was
        paid of it."""
        first, second, last = self.contract.installment_ids
        due = {first: "partial", second: "pending", last: "pending"}
        for days, states in (
            (0, due),
            (1, due | {first: "overdue"}),
            (30, due | {first: "overdue"}),
            (31, due | {first: "overdue", second: "overdue"}),
            (61, dict.fromkeys(due, "overdue")),
        ):
            day = self.today + timedelta(days=days)
            with (
                self.subTest(days=days),
                freeze_time(self.project.utc_moment(day) + timedelta(hours=1)),
            ):
                self.env.invalidate_all()
                self.assertEqual({one: one.state for one in states}, states)
        self.pay(self.contract, 980_000)
        with freeze_time(self.project.utc_moment(self.today + timedelta(days=99))):
            self.env.invalidate_all()
            self.assertEqual(
                set(self.contract.installment_ids.mapped("state")), {"paid"}
            )

    def test_search_agrees_with_state(self):
        """F3: searching by state finds exactly the instalments that have it, in every
        project, the archived too, on each side of midnight."""
        self.pay(self.contract, 313_300)  # first paid
        other = self.sell(self.make_client(self.rep_b), self.unit_2)
        west = self.project.copy(
            {"name": "West Garden", "code": "WG", "tz": "America/Los_Angeles"}
        )
        installments = self.contract.installment_ids | other.installment_ids
        # Their stored project decides which today is theirs.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE property_installment SET project_id = %s WHERE contract_id = %s",
            (west.id, other.id),
        )
        self.env.invalidate_all()
        west.active = False
        days = {one.due_date for one in installments}
        for day in sorted(days):
            for hour in (-1, 1, 15, 17, 23, 25, 40):
                moment = self.project.utc_moment(day) + timedelta(hours=hour)
                with self.subTest(moment=moment), freeze_time(moment):
                    self.env.invalidate_all()
                    mine = [("id", "in", installments.ids)]
                    for state in STATES:
                        having = installments.filtered(
                            lambda one, state=state: one.state == state
                        )
                        found = installments.search([*mine, ("state", "=", state)])
                        rest = installments.search([*mine, ("state", "!=", state)])
                        self.assertEqual(found, having, state)
                        self.assertEqual(rest, installments - having, state)
                    open_ones = installments.search(
                        [*mine, ("state", "in", ("pending", "partial", "overdue"))]
                    )
                    self.assertEqual(
                        open_ones,
                        installments.filtered(lambda one: one.state != "paid"),
                    )


# The steps of a receipt: from which states, to which, by whom.
STEPS = {
    "action_confirm": ({"draft": "confirmed"}, {"finance"}),
    "action_cancel": (
        {"draft": "cancelled", "cancelled": "cancelled"},
        {"clerk", "finance", "manager"},
    ),
    "unlink": ({"draft": None}, {"clerk", "finance", "manager"}),
}


@tagged("post_install", "-at_install")
class TestReceiptSteps(PropertyCommon):
    """F2, H1: each step from each state by each role; nothing else leads anywhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls.sell(cls.make_client(cls.rep_a), cls.unit)
        cls.receipts = {
            "draft": cls.make_receipt(cls.contract, 100),
            "confirmed": cls.pay(cls.contract, 100),
            "cancelled": cls.make_receipt(cls.contract, 100),
        }
        cls.receipts["cancelled"].action_cancel()

    def attempt(self, state, step, user):
        """The state it leads to; "refused"; nothing of it stays."""
        reached = "refused"
        with suppress(Undo), self.cr.savepoint():
            receipt = self.receipts[state].with_user(user)
            with suppress(UserError):
                getattr(receipt, step)()
                reached = receipt.sudo().exists().state or None
            raise Undo
        return reached

    def test_every_step_state_and_role(self):
        for state in self.receipts:
            for step, (moves, roles) in STEPS.items():
                for role, user in self.actors.items():
                    allowed = role in roles and state in moves
                    with self.subTest(state=state, step=step, role=role):
                        self.assertEqual(
                            self.attempt(state, step, user),
                            moves[state] if allowed else "refused",
                        )

    def test_no_write_leads_anywhere(self):
        """F2, H1: neither state nor number, nor anything of what was confirmed, is
        written by any role through any call."""
        receipt = self.receipts["confirmed"]
        for role, user in self.actors.items():
            for vals in (
                {"state": "draft"},
                {"state": "cancelled"},
                {"name": "X"},
                {"amount": 1},
                {"nature": "fee"},
                {"kind": "refund"},
                {"method": "cash"},
                {"contract_id": False},
                {"carry_id": receipt.id},
                {"signed_amount": 1},
                {"user_id": user.id},
            ):
                with (
                    self.subTest(role=role, vals=vals),
                    self.assertRaises(UserError),
                    self.cr.savepoint(),
                ):
                    receipt.with_user(user).write(vals)
            for step in ("_carry", "_post", "_reallocate", "_write_through"):
                with self.subTest(step), self.assertRaises(AccessError):
                    get_public_method(receipt.with_user(user), step)
