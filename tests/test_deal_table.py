from datetime import timedelta

from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .test_slip_limits import SlipLimitsCommon

REFUSALS = (UserError, AccessError, ValidationError, RedirectWarning)
MANAGED = {"rep": {"rep", "supervisor", "manager"}} | {
    role: {role, "manager"} for role in ("clerk", "control", "supervisor")
}
# Every transition there is: step → (roles, {state before: state after}). What is not
# here is refused, whoever asks.
DEPOSIT = {
    "action_open_slip": (MANAGED["control"], {"draft": "slip"}),
    "action_register_payment": (
        MANAGED["control"] | MANAGED["clerk"] | {"finance"},
        {"slip": "paid"},
    ),
    "action_confirm": ({"finance"}, {"paid": "confirmed"}),
    "action_prepare_contract": (MANAGED["clerk"], {"confirmed": "confirmed"}),
    "action_sign": (MANAGED["clerk"], {"confirmed": "signed"}),
    "action_lapse": (MANAGED["control"], {"slip": "lapsed"}),
    "action_cancel": (
        MANAGED["control"],
        {"slip": "cancelled", "paid": "cancelled"},
    ),
    "action_extend": (MANAGED["supervisor"], {"slip": "slip"}),
    "action_papers_complete": (
        MANAGED["clerk"],
        {"paid": "paid", "confirmed": "confirmed"},
    ),
    "action_grant_time": ({"manager"}, {"paid": "paid", "confirmed": "confirmed"}),
    "action_lift_cooldown": (set(), {}),  # only of a unit that is closed
}
# A request is being approved in 'pending': its state is still draft.
DISCOUNT = {
    "action_request": (MANAGED["rep"], {"draft": "draft"}),
    "validate_tier": (MANAGED["supervisor"], {"pending": "approved"}),
    "reject_tier": (MANAGED["supervisor"], {"pending": "refused"}),
    "action_cancel": (
        MANAGED["rep"],
        {"draft": "cancelled", "approved": "cancelled"},
    ),
    "restart_validation": ({"rep", "manager"}, {"pending": "draft"}),
}
PRIVATE = ("_write_through", "_open_slip", "_release", "_use", "_give_back")


@tagged("post_install", "-at_install")
class TestDealTable(SlipLimitsCommon):
    """E1, E2, E4: every transition that is not in the table is refused for every role,
    by its step and by write() as a remote caller reaches them."""

    def setUp(self):
        super().setUp()
        self.until = self.project.local_day() + timedelta(days=60)
        self.arguments = {
            "action_extend": [1, "Reason"],
            "action_lift_cooldown": ["Reason"],
            "action_grant_time": [self.until, "Reason"],
        }

    def attempt(self, record, user, step, *args):
        """Call as a remote caller does; nothing of it stays.

        :return: the state afterwards, or None when it was refused
        """
        with self.cr.savepoint() as savepoint:
            try:
                model = self.env[record._name].with_user(user)
                call_kw(model, step, [record.ids, *args], {})
                self.env.flush_all()
                state = record.sudo().state
            except REFUSALS:
                state = None
            savepoint.rollback()
        self.env.invalidate_all()
        return state

    def check_table(self, table, records, refused_too=()):
        for state, record in records.items():
            for step, (roles, moves) in table.items():
                for role, user in self.actors.items():
                    expected = moves.get(state) if role in roles else None
                    if (step, state) in refused_too:
                        continue
                    with self.subTest(state=state, step=step, role=role):
                        self.assertEqual(
                            self.attempt(
                                record, user, step, *self.arguments.get(step, [])
                            ),
                            expected,
                        )

    def check_writes(self, records):
        states = [
            key
            for key, _label in next(iter(records.values()))._fields["state"].selection
        ]
        users = [*self.actors.values(), self.env.ref("base.user_admin")]
        for name, record in records.items():
            for user in users:
                for state in states:
                    with self.subTest(state=name, to=state, user=user.login):
                        self.assertIsNone(
                            self.attempt(record, user, "write", {"state": state})
                        )
                for method in PRIVATE:
                    if hasattr(record, method):
                        with self.subTest(method=method, user=user.login):
                            self.assertIsNone(self.attempt(record, user, method))

    # === Deposits ===

    def deposits(self):
        """A deposit in each state, all of rep_a's clients."""
        self.set_policy(
            slips_per_client=0, slips_per_rep=0, extension_role="supervisor"
        )
        found = {}
        for state, unit in zip(
            ("draft", "slip", "paid", "confirmed", "signed", "cancelled", "lapsed"),
            self.units,
            strict=False,
        ):
            deposit = found[state] = self.make_slip(self.make_client(self.rep_a), unit)
            if state == "draft":
                continue
            deposit.action_open_slip()
            if state == "lapsed":
                deposit.action_lapse()
            elif state == "cancelled":
                deposit.action_cancel()
            elif state == "paid":
                deposit.action_register_payment()
            elif state != "slip":
                self.confirm_deposit(deposit)
                if state == "signed":
                    self.sign_contract(deposit)
        found["exchanged"] = self.make_slip(self.client, self.units[7])
        found["exchanged"]._write_through({"state": "exchanged"})
        self.assertEqual([deposit.state for deposit in found.values()], list(found))
        return found

    def test_steps_of_deposits(self):
        """E1, E2: state × step × role, exactly as in the table."""
        self.check_table(DEPOSIT, self.deposits())

    def test_writes_of_deposits(self):
        """E1, E2: no state is written, from any state, by any role; no private step is
        called from outside."""
        self.check_writes(self.deposits())

    # === Discounts ===

    def discounts(self):
        found = {}
        for state, unit in zip(
            ("draft", "pending", "approved", "used", "lapsed", "refused", "cancelled"),
            self.units,
            strict=False,
        ):
            client = self.make_client(self.rep_a)
            discount = found[state] = (
                self.env["property.discount"]
                .with_user(self.rep_a)
                .create(
                    {
                        "unit_id": unit.id,
                        "lead_id": client.id,
                        "extra_amount": 5_000,
                        "reason": "Test",
                    }
                )
            )
            if state == "draft":
                continue
            if state == "cancelled":
                discount.action_cancel()
                continue
            discount.action_request()
            if state == "refused":
                discount.with_user(self.supervisor_a).action_refuse_request("No")
            elif state != "pending":
                discount.with_user(self.supervisor_a).validate_tier()
                if state == "lapsed":
                    discount.sudo()._write_through({"state": "lapsed"})
                elif state == "used":
                    self.open_slip(client, unit, discount_id=discount.id)
        self.assertEqual(
            [discount.state for discount in found.values()],
            ["draft", "draft", *list(found)[2:]],
        )
        return found

    def test_steps_of_discounts(self):
        """E4: state × step × role, exactly as in the table."""
        self.check_table(
            DISCOUNT,
            self.discounts(),
            # Nothing to take back: a manager's call changes nothing.
            refused_too=[("restart_validation", "draft")],
        )

    def test_writes_of_discounts(self):
        """E4: no state is written, from any state, by any role."""
        self.check_writes(self.discounts())
