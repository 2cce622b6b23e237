from contextlib import suppress

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PropertyCommon

ROLES = (
    *("rep", "clerk", "control", "finance"),
    *("service", "supervisor", "manager", "hq"),
)
# The steps of earnest money: from which states, to which, by whom.
STEPS = {
    "action_register_payment": (
        {"draft": "paid"},
        {"clerk", "control", "finance", "manager"},
    ),
    "action_confirm": ({"paid": "confirmed"}, {"finance"}),
    "action_convert": (
        {"confirmed": "converted"},
        {"clerk", "control", "finance", "manager"},
    ),
    # Asked for by the clerk (who else asks changes nothing), paid by finance.
    "action_return": ({"confirmed": "returned"}, {"finance"}),
    "action_cancel": (
        {"draft": "cancelled", "paid": "cancelled"},
        {"clerk", "control", "manager"},
    ),
}
STATES = ("draft", "paid", "confirmed", "converted", "returned", "cancelled")


class Undo(Exception):
    """Takes back what was tried."""


class EarnestCommon(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make_client(cls.rep_a)

    @classmethod
    def make_earnest(cls, state="draft", amount=10_000, client=None):
        earnest = (
            cls.env["property.earnest"]
            .with_user(cls.clerk)
            .create({"lead_id": (client or cls.client).id, "amount": amount})
        )
        if state == "cancelled":
            earnest.action_cancel()
        elif state != "draft":
            earnest.action_register_payment()
        if state in ("confirmed", "converted", "returned"):
            earnest.with_user(cls.finance).action_confirm()
        if state == "converted":
            earnest.action_convert(cls.open_slip(client or cls.client, cls.unit_3))
        elif state == "returned":
            cls.give_back(earnest)
        return earnest

    @classmethod
    def give_back(cls, earnest, **vals):
        """The clerk asks for it, finance pays it out."""
        for user in (cls.clerk, cls.finance):
            earnest.with_user(user).action_return(**vals)


@tagged("post_install", "-at_install")
class TestEarnest(EarnestCommon):
    """E2: 诚意金 is apart from deposit money, and always comes back in full."""

    def test_every_step_state_and_role(self):
        """E2, H1: each step from each state by each role: what the table does not
        allow is refused and leaves the state alone."""
        for state in STATES:
            earnest = self.make_earnest(state, client=self.make_client(self.rep_a))
            for step, (moves, roles) in STEPS.items():
                for role in ROLES:
                    target = moves.get(state) if role in roles else None
                    with self.subTest(state=state, step=step, role=role):
                        self.assertStep(earnest, step, role, target)

    def assertStep(self, earnest, step, role, target):
        """It leads to `target`, or is refused when there is none; nothing stays."""
        state = earnest.state
        acting = earnest.with_user(self.actors[role])
        args = ()
        with suppress(Undo), self.cr.savepoint():
            if step == "action_convert" and state != "converted":
                args = (self.open_slip(earnest.lead_id, self.unit),)
            elif step == "action_convert":
                args = (earnest.deposit_id,)
            elif step == "action_return" and state == "confirmed":
                earnest.with_user(self.clerk).action_return()
            try:
                getattr(acting, step)(*args)
                reached = earnest.state
            except UserError:
                reached = None
            raise Undo
        if step == "action_return" and role in ("clerk", "manager") and reached:
            target = state
        self.assertEqual(reached, target)
        self.assertEqual(earnest.state, state)

    def test_state_is_not_written(self):
        """E2: nobody writes the state or what the steps say, finance as little."""
        earnest = self.make_earnest("confirmed")
        for user in (self.finance, self.manager):
            for vals in (
                {"state": "returned"},
                {"name": "X"},
                {"amount": 5},
                {"paid_amount": 5},
            ):
                with self.subTest(vals), self.assertRaises(UserError):
                    earnest.with_user(user).write(vals)

    def test_paid_and_returned_in_full(self):
        """E2: what finance confirmed goes back whole, by a refund on record."""
        earnest = self.make_earnest("paid")
        self.assertFalse(earnest.paid_amount, "finance has not seen it")
        earnest.with_user(self.finance).action_confirm()
        self.assertEqual(earnest.paid_amount, 10_000)
        self.assertEqual(earnest.receipt_ids.nature, "earnest")
        self.give_back(earnest, reason="Bought elsewhere")
        self.assertEqual(earnest.paid_amount, 0)
        refund = earnest.receipt_ids.filtered(lambda one: one.kind == "refund")
        self.assertRecordValues(
            refund, [{"amount": 10_000, "nature": "earnest", "state": "confirmed"}]
        )
        self.assertEqual(earnest.reason, "Bought elsewhere")

    def test_policy_and_permit(self):
        """E2, A2: taken where the policy of the day does, never before a permit."""
        policy = self.project.policy()
        earnest = self.make_earnest()
        policy.earnest_allowed = False
        with self.assertRefused("takes no earnest money"):
            earnest.action_register_payment()
        policy.earnest_allowed = True
        self.permit.date_end = "2020-12-31"
        with self.assertRefused("no presale permit"):
            earnest.action_register_payment()
        earnest.action_register_payment(date="2020-06-01")
        self.assertEqual(earnest.state, "paid")

    def test_becomes_the_deposit(self):
        """E2: the money goes to the slip; what is missing waits for finance."""
        earnest = self.make_earnest("confirmed")
        deposit = self.open_slip(self.client, self.unit)
        earnest.action_convert(deposit)
        self.assertRecordValues(
            earnest,
            [{"state": "converted", "paid_amount": 0, "deposit_id": deposit.id}],
        )
        carried, missing = deposit.receipt_ids.sorted("id")
        self.assertRecordValues(
            carried + missing,
            [
                {"amount": 10_000, "method": "carried", "nature": "deposit"}
                | {"state": "confirmed"},
                {"amount": 10_000, "method": "transfer", "nature": "deposit"}
                | {"state": "draft"},
            ],
        )
        self.assertEqual(deposit.state, "paid")
        deposit.with_user(self.finance).action_confirm()
        self.assertEqual(deposit.paid_amount, 20_000)

    def test_more_than_the_deposit(self):
        """E2: only so much becomes deposit money as the deposit asks for; the law caps
        what can be forfeited."""
        earnest = self.make_earnest("confirmed", 50_000)
        deposit = self.open_slip(self.client, self.unit)
        earnest.action_convert(deposit)
        amounts = {one.nature: one.amount for one in deposit.receipt_ids}
        self.assertEqual(amounts, {"deposit": 20_000, "price": 30_000})
        deposit.with_user(self.finance).action_confirm()
        self.assertEqual(deposit.paid_amount, 50_000)
        contract = self.sign_contract(deposit)
        self.assertEqual(sum(contract.installment_ids.mapped("paid_amount")), 50_000)

    def test_deal_given_up_before_finance(self):
        """E2: a withdrawn slip gives the earnest money back whole, ready to return."""
        earnest = self.make_earnest("confirmed")
        deposit = self.open_slip(self.client, self.unit)
        earnest.action_convert(deposit)
        deposit.with_user(self.control).action_cancel("Regret")
        self.assertRecordValues(
            earnest,
            [{"state": "confirmed", "paid_amount": 10_000, "deposit_id": False}],
        )
        self.assertEqual(deposit.paid_amount, 0)
        self.assertEqual(self.unit.state, "available")
        self.give_back(earnest)
        self.assertEqual(earnest.paid_amount, 0)

    def test_return_takes_two(self):
        """E2, F2: the clerk asks, finance pays; finance alone waits for another; what
        is being paid back becomes no deposit; the policy may do without"""
        earnest = self.make_earnest("confirmed")
        mine = earnest.with_user(self.finance)
        told = mine.action_return(reason="Bought elsewhere")
        self.assertEqual(told["tag"], "display_notification")
        mine.action_return()
        refund = earnest.receipt_ids.filtered(lambda one: one.kind == "refund")
        self.assertEqual((len(refund), refund.state), (1, "draft"))
        self.assertEqual(earnest.state, "confirmed")
        with self.assertRefused("is being paid back"):
            earnest.action_convert(self.open_slip(self.client, self.unit))
        other = self.finance.copy({"login": "finance_2"})
        self.project.user_ids += other
        refund.with_user(other).action_confirm()
        self.assertRecordValues(
            earnest, [{"state": "returned", "reason": "Bought elsewhere"}]
        )
        earnest = self.make_earnest("confirmed")
        self.pay(earnest, 4_000, kind="refund")
        self.assertEqual((earnest.state, earnest.paid_amount), ("confirmed", 6_000))
        self.project.policy().receipt_four_eyes = False
        self.assertFalse(earnest.with_user(self.finance).action_return())
        self.assertEqual(earnest.state, "returned")

    def test_another_clients_money(self):
        """E2: one client's money never pays another's slip."""
        earnest = self.make_earnest("confirmed")
        deposit = self.open_slip(self.make_client(self.rep_b), self.unit)
        with self.assertRefused("different clients"):
            earnest.action_convert(deposit)
        self.assertEqual(earnest.paid_amount, 10_000)
