from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MODULE, PropertyCommon


class ChangeCommon(PropertyCommon):
    @classmethod
    def reason(cls, key):
        return cls.env.ref(f"{MODULE}.property_change_reason_{key}")

    @classmethod
    def make_deposit(cls, unit, **vals):
        """A confirmed deposit of a new client of rep_a."""
        client = cls.make_client(cls.rep_a)
        return cls.confirm_deposit(cls.open_slip(client, unit, **vals))

    @classmethod
    def make_contract(cls, unit, paid=0, plan=None, spouse=False, **vals):
        """A signed contract; `paid` is of the price, above the deposit of 20 000."""
        deposit = cls.make_deposit(unit, plan_id=(plan or cls.plan_lump).id)
        contract = deposit.with_user(cls.clerk)._prepare_contract()
        contract.write(vals)
        if spouse:
            contract.buyer_ids.share = 60
            partner = cls.env["res.partner"].create({"name": "Spouse"})
            contract.buyer_ids = [
                Command.create({"partner_id": partner.id, "share": 40})
            ]
        contract.action_sign()
        if paid:
            cls.pay(contract, paid)
        return contract

    @classmethod
    def file(cls, contract):
        contract = contract.with_user(cls.clerk)
        contract.write({"filing_number": "F1", "filing_date": contract.sign_date})
        contract.action_file()
        return contract

    @classmethod
    def make_change(cls, deposit, kind, reason, **vals):
        """A change the clerk has drafted."""
        changes = cls.env["property.change"].with_user(cls.clerk)
        return changes.create(
            {
                "kind": kind,
                "deposit_id": deposit.id,
                "reason_id": cls.reason(f"{kind}_{reason}").id,
            }
            | vals
        )

    @classmethod
    def make_exchange(cls, deposit, unit, **vals):
        return cls.make_change(
            deposit, "exchange", "floor", new_unit_id=unit.id, **vals
        )

    @classmethod
    def make_cancel(cls, deposit, fault="buyer", **vals):
        return cls.make_change(deposit, "cancel", "regret", fault=fault, **vals)

    @classmethod
    def compensate(cls, contract, amount):
        """Compensation, drafted as a cancellation by the seller's fault does, and paid;
        the sale itself stays."""
        change = contract.deposit_id.change_ids.with_user(cls.clerk)
        change = (change or cls.make_cancel(contract.deposit_id, "seller")).sudo()
        change._draft_refunds(contract, {"compensation": amount})
        draft = change.receipt_ids.filtered(lambda one: one.state == "draft")
        draft.with_user(cls.finance).action_confirm()

    @classmethod
    def make_rename(cls, deposit, *buyers, **vals):
        """:param buyers: (partner, share) or (partner, share, relation, proof)"""
        names = ("partner_id", "share", "relation", "proof")
        return cls.make_change(
            deposit,
            "rename",
            "spouse",
            buyer_ids=[
                Command.create(dict(zip(names, (partner.id, *rest), strict=False)))
                for partner, *rest in buyers
            ],
            **vals,
        )

    @classmethod
    def approve(cls, change):
        change.with_user(cls.clerk).action_request()
        change.with_user(cls.manager).validate_tier()
        return change

    @classmethod
    def do_approved(cls, change):
        user = cls.clerk if change.kind == "rename" else cls.control
        change.with_user(user).action_execute()
        return change

    @classmethod
    def do(cls, change):
        return cls.do_approved(cls.approve(change))

    def call(self, user, records, method, *args):
        """As a remote caller does, and undone"""
        savepoint = self.cr.savepoint()
        ids = [records.ids] if records else []
        try:
            call_kw(self.env(user=user)[records._name], method, [*ids, *args], {})
            self.env.flush_all()
        except (UserError, AccessError):  # ValidationError is one
            return False
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        return True


# Who may take which step in which state; all others are refused, whoever asks.
DRAFTER = ("rep", "clerk", "control", "supervisor", "manager")
OFFICE = ("clerk", "control", "manager")
STEPS = {
    "cancel": {
        ("draft", "action_settle"): OFFICE,
        ("draft", "action_request"): OFFICE,
        ("draft", "action_withdraw"): DRAFTER,
        ("draft", "restart_validation"): ("manager",),  # there is nothing to take back
        ("draft", "unlink"): DRAFTER,
        ("pending", "validate_tier"): ("manager",),
        ("pending", "reject_tier"): ("manager",),
        ("pending", "restart_validation"): ("clerk", "manager"),
        ("pending", "action_withdraw"): OFFICE,
        ("approved", "action_withdraw"): OFFICE,
        ("approved", "action_execute"): ("control", "manager"),
    },
    "exchange": {
        ("draft", "action_settle"): OFFICE,
        ("draft", "action_request"): OFFICE,
        ("draft", "action_withdraw"): DRAFTER,
        ("draft", "restart_validation"): ("manager",),  # there is nothing to take back
        ("draft", "unlink"): DRAFTER,
        ("pending", "validate_tier"): ("manager",),
        ("pending", "reject_tier"): ("manager",),
        ("pending", "restart_validation"): ("clerk", "manager"),
        ("pending", "action_withdraw"): OFFICE,
        ("approved", "action_withdraw"): OFFICE,
        ("approved", "action_execute"): ("control", "manager"),
    },
    "rename": {
        ("draft", "action_settle"): ("clerk", "manager"),
        ("draft", "action_request"): ("clerk", "manager"),
        ("draft", "action_withdraw"): ("clerk", "manager"),
        ("draft", "restart_validation"): ("manager",),  # there is nothing to take back
        ("draft", "unlink"): ("clerk", "manager"),
        ("pending", "validate_tier"): ("manager",),
        ("pending", "reject_tier"): ("manager",),
        ("pending", "restart_validation"): ("clerk", "manager"),
        ("pending", "action_withdraw"): ("clerk", "manager"),
        ("approved", "action_withdraw"): ("clerk", "manager"),
        ("approved", "action_execute"): ("clerk", "manager"),
    },
}
STATES = ("draft", "pending", "approved", "done", "refused", "cancelled")
METHODS = (
    "action_settle",
    "action_request",
    "request_validation",
    "action_withdraw",
    "unlink",
    "validate_tier",
    "reject_tier",
    "restart_validation",
    "action_execute",
)


@tagged("post_install", "-at_install")
class TestChange(ChangeCommon):
    def make_in_state(self, kind, state):
        """A change of `kind` in `state`, of a deposit on `unit`"""
        deposit = self.make_deposit(self.unit)
        if kind == "exchange":
            change = self.make_exchange(deposit, self.unit_3)
        elif kind == "cancel":
            change = self.make_cancel(deposit)
        else:
            spouse = self.env["res.partner"].create({"name": "Spouse"})
            change = self.make_rename(deposit, (spouse, 100, "spouse", "Card 1"))
        if state == "cancelled":
            change.action_withdraw()
        elif state != "draft":
            change.action_request()
        if state == "refused":
            change.with_user(self.manager).action_refuse_request("No")
        elif state in ("approved", "done"):
            change.with_user(self.manager).validate_tier()
        if state == "done":
            self.do_approved(change)
        self.env.flush_all()
        return change

    def test_steps(self):
        """E6–E8: each step in each state for each role, by remote calls; a rep takes
        no step of a rename"""
        for kind, allowed in STEPS.items():
            for state in STATES:
                savepoint = self.cr.savepoint()
                change = self.make_in_state(kind, state)
                for method in METHODS:
                    step = method.replace("request_validation", "action_request")
                    roles = allowed.get((state, step), ())
                    for role, user in self.actors.items():
                        with self.subTest(
                            kind=kind, state=state, method=method, role=role
                        ):
                            done = self.call(user, change, method)
                            self.assertEqual(done, role in roles)
                self._check_offers(change, state, allowed)
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def _check_offers(self, change, state, allowed):
        """The form offers nobody what he would be refused."""
        requested = state == "pending"
        for role, user in self.actors.items():
            with self.subTest(kind=change.kind, state=state, role=role):
                offered = change.with_user(user)
                takes = role in allowed.get((state, "restart_validation"), ())
                self.assertEqual(offered.can_take_back, requested and takes)
                gives_up = role in allowed.get((state, "action_withdraw"), ())
                self.assertEqual(offered.can_withdraw, gives_up)

    def test_no_write(self):
        """E6–E8: no role writes a state, nor changes what is requested or later"""
        door = {
            "state": "approved",
            "name": "X",
            "contract_id": False,
            "paid_amount": 1,
            "new_deposit_id": False,
            "hold_until": "2099-01-01",
            "done_date": "2026-01-01",
            "refund_amount": 1,
            "price_difference": 1,
        }
        frozen = {
            "deposit_id": self.make_deposit(self.unit_2).id,
            "reason_id": self.reason("cancel_money").id,
            "fault": "seller",
            "fee_remitted": 1,
            "new_unit_id": self.unit_3.id,
            "new_price": 1,
            "note": "Later",
        }
        for state in STATES:
            savepoint = self.cr.savepoint()
            change = self.make_in_state("cancel", state)
            for name, value in (door | (frozen if state != "draft" else {})).items():
                current = change._fields[name].convert_to_write(change[name], change)
                if current == value:
                    continue
                for role, user in self.actors.items():
                    with self.subTest(state=state, field=name, role=role):
                        self.assertFalse(
                            self.call(user, change, "write", {name: value})
                        )
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_no_create_in_a_state(self):
        """E6–E8: nothing begins approved, by values, context or default"""
        deposit = self.make_deposit(self.unit)
        with self.assertRefused("actions of the document"):
            self.make_cancel(deposit, state="approved")
        changes = self.env["property.change"].with_user(self.clerk)
        change = changes.with_context(default_state="approved").create(
            {
                "kind": "cancel",
                "deposit_id": deposit.id,
                "reason_id": self.reason("cancel_money").id,
            }
        )
        self.assertEqual(change.state, "draft")

    def test_approval_by_no_other_call(self):
        """E7: reviews are not written, the requester approves nothing"""
        change = self.make_in_state("cancel", "pending")
        review = change.sudo().review_ids
        for role in ("rep", "clerk", "control", "manager"):
            user = self.actors[role]
            for vals in ({"status": "approved"}, {"todo_by": "me"}):
                self.assertFalse(self.call(user, review, "write", vals))
            self.assertFalse(self.call(user, review, "unlink"))
        self.env["res.users"].browse(self.clerk.id).group_ids |= self.env.ref(
            f"{MODULE}.group_manager"
        )
        self.assertFalse(self.call(self.clerk, change, "validate_tier"))
        self.assertTrue(self.call(self.manager, change, "validate_tier"))

    def test_rep_drafts(self):
        """E7, E8: a rep drafts for his clients, never a rename, and locks nothing"""
        deposit = self.make_deposit(self.unit)
        values = {
            kind: {
                "kind": kind,
                "deposit_id": deposit.id,
                "reason_id": self.env["property.change.reason"]
                .search([("kind", "=", kind)], limit=1)
                .id,
                "new_unit_id": kind == "exchange" and self.unit_3.id,
            }
            for kind in STEPS
        }
        changes = self.env["property.change"]
        for user, kind, allowed in (
            (self.rep_a, "exchange", True),
            (self.rep_a, "cancel", True),
            (self.rep_a, "rename", False),
            (self.rep_b, "cancel", False),
            (self.rep_b, "exchange", False),
            (self.control, "rename", False),
            (self.finance, "cancel", False),
            (self.service, "cancel", False),
            (self.hq, "cancel", False),
        ):
            with self.subTest(user=user.login, kind=kind):
                done = self.call(user, changes, "create", values[kind])
                self.assertEqual(done, allowed)
        draft = changes.with_user(self.rep_a).create(values["exchange"])
        self.assertEqual(self.unit_3.state, "available")
        for vals in ({"kind": "rename"}, {"deposit_id": 1}):
            self.assertFalse(self.call(self.rep_a, draft, "write", vals))
        buyer = {"change_id": draft.id, "partner_id": self.rep_a.partner_id.id}
        buyers = self.env["property.change.buyer"]
        self.assertFalse(self.call(self.rep_a, buyers, "create", buyer))
        self.assertFalse(self.call(self.clerk, buyers, "create", buyer))

    def test_one_at_a_time(self):
        """E6–E8: a sale has one change under way; a slip none"""
        deposit = self.make_deposit(self.unit)
        self.make_cancel(deposit)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(UniqueViolation, "one_open_per_deposit"),
            self.cr.savepoint(),
        ):
            self.make_exchange(deposit, self.unit_3)
        slip = self.open_slip(self.make_client(self.rep_a), self.unit_2)
        with self.assertRefused("this step needs"):
            self.make_cancel(slip)

    def test_reason_of_its_kind(self):
        """E7: the reason is one of the kind of change"""
        deposit = self.make_deposit(self.unit)
        with self.assertRefused("not a reason"):
            self.make_change(
                deposit, "cancel", "regret", reason_id=self.reason("rename_loan").id
            )
