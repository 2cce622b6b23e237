from contextlib import suppress

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .test_change import ChangeCommon


@tagged("post_install", "-at_install")
class TestSideDoors(ChangeCommon):
    """What is approved, signed or confirmed is not changed by way of something that is
    still a draft: its children, its parent, money that a change moves."""

    def rpc(self, user, record, method, *args):
        """As the server takes a remote caller in"""
        model = self.env[record._name].with_user(user)
        return call_kw(model, method, [record.ids, *args], {})

    def assertNotMoved(self, user, child, parent, lines):
        """`child` of a draft is not moved to `parent`, by itself or by its parent."""
        inverse = parent._fields[lines].inverse_name
        for record, vals in (
            (child, {inverse: parent.id}),
            (parent, {lines: [Command.link(child.id)]}),
            (parent, {lines: [Command.set(child.ids)]}),
        ):
            with self.subTest(child=child, vals=vals), self.assertRaises(UserError):
                with self.cr.savepoint():
                    self.rpc(user, record, "write", vals)
                    self.env.flush_all()
            self.env.invalidate_all()

    def make_plan(self, *units):
        plans = self.env["property.release.plan"].with_user(self.control)
        day = self.project.local_day()
        ids = [unit.id for unit in units]
        line = Command.create({"date": day, "unit_ids": ids})
        return plans.create(
            {"name": "W", "project_id": self.project.id, "line_ids": [line]}
        )

    def test_release_plan(self):
        """A4, E4: no unit comes into a plan after its request"""
        units = self.units[-3:]
        units.with_user(self.manager).action_hold("Later")
        plan, other = self.make_plan(units[0]), self.make_plan(units[1])
        plan.action_request()
        self.assertNotMoved(self.control, other.line_ids, plan, "line_ids")
        plan.with_user(self.manager).validate_tier()
        self.assertEqual(plan.state, "approved")
        self.assertNotMoved(self.control, other.line_ids, plan, "line_ids")

    def test_level_of_every_company(self):
        """E4: the levels that come with the module are those of every company"""
        levels = self.env["ir.model.data"].search(
            [
                ("module", "=", "crm_property_sales"),
                ("model", "=", "tier.definition"),
            ]
        )
        levels = self.env["tier.definition"].browse(levels.mapped("res_id"))
        self.assertFalse(levels.company_id)

    def test_contract(self):
        """E5, E8, F1: no buyer or instalment comes into a signed or filed contract"""
        contract = self.make_contract(self.unit)
        draft = self.make_deposit(self.unit_2).with_user(self.clerk)._prepare_contract()
        for step in (lambda: None, lambda: self.file(contract)):
            step()
            self.assertNotMoved(self.clerk, draft.buyer_ids, contract, "buyer_ids")
            self.assertNotMoved(
                self.clerk, draft.installment_ids[0], contract, "installment_ids"
            )

    def test_allocation(self):
        """F2: a draft's allocation does not become that of confirmed money"""
        contract = self.make_contract(self.unit, plan=self.plan_instalments)
        confirmed = self.pay(contract, 10_000)
        last = contract.installment_ids[-1]
        confirmed.sudo().line_ids.unlink()
        line = Command.create({"installment_id": last.id, "amount": 1_000})
        draft = self.make_receipt(contract, 1_000, line_ids=[line])
        self.assertNotMoved(self.clerk, draft.line_ids, confirmed, "line_ids")

    def test_survey(self):
        """D7: no measured unit comes into a survey that was applied"""
        surveys = self.env["property.area.survey"].with_user(self.control)
        applied, draft = surveys.create(
            [
                {
                    "name": unit.name,
                    "building_id": self.building.id,
                    "line_ids": [
                        Command.create(
                            {"unit_id": unit.id, "area_gross": 101, "area_net": 80}
                        )
                    ],
                }
                for unit in (self.unit, self.unit_2)
            ]
        )
        applied.action_apply()
        self.assertNotMoved(self.control, draft.line_ids, applied, "line_ids")

    def test_carried_by_hand(self):
        """F2, F3: money that came in is no money carried over: it would be no cash"""
        deposit = self.make_deposit(self.unit)
        receipt = self.make_receipt(deposit, 100, method="carried")
        with self.assertRefused("carries money over"):
            self.rpc(self.finance, receipt, "action_confirm")
        earnest = self.open_slip(self.make_client(self.rep_a), self.unit_2)
        self.rpc(self.clerk, earnest, "action_register_payment", "carried")
        with self.assertRefused("carries money over"):
            self.rpc(self.finance, earnest, "action_confirm")

    def test_refund_of_a_change(self):
        """E7, F2: what a change pays back is paid out as it was approved, and nothing
        else passes for it"""
        change = self.do(self.make_cancel(self.make_deposit(self.unit), "seller"))
        refunds = change.receipt_ids
        self.assertEqual(
            {one.nature: one.amount for one in refunds},
            {"deposit": 20_000, "compensation": 20_000},
        )
        doubled = refunds.filtered(lambda one: one.nature == "compensation")
        for user in (self.clerk, self.finance, self.manager):
            for vals in (
                {"amount": 200_000},
                {"nature": "price"},
                {"kind": "receipt", "nature": "price"},
                {"change_id": False},
            ):
                for record, values in (
                    (doubled, vals),
                    (change.deposit_id, {"receipt_ids": [(1, doubled.id, vals)]}),
                ):
                    with self.subTest(user=user.login, record=record, vals=vals):
                        with self.assertRaises(UserError), self.cr.savepoint():
                            self.rpc(user, record, "write", values)
                        self.env.invalidate_all()
            with self.assertRaises(UserError), self.cr.savepoint():
                self.rpc(user, doubled, "unlink")
            with self.assertRefused("not written directly"):
                self.make_receipt(
                    change.deposit_id,
                    5,
                    kind="refund",
                    nature="compensation",
                    change_id=change.id,
                )
        self.rpc(self.finance, doubled, "write", {"method": "cash"})
        self.rpc(self.finance, refunds, "action_confirm")

    def test_refund_of_a_change_cancelled(self):
        """E7, F2: what a change pays back is given up by finance or the manager, who
        say why; the change shows it and the manager is told. A clerk never does."""
        change = self.do(self.make_cancel(self.make_deposit(self.unit), "seller"))
        refund, doubled = change.receipt_ids.sorted("nature", reverse=True)
        for user, reasons in {
            self.clerk: ((), (False,), ("Regret",)),
            self.finance: ((), (False,), (" ",)),
            self.manager: ((), (False,), (" ",)),
        }.items():
            for reason in reasons:
                with self.subTest(user=user.login, reason=reason):
                    with self.assertRefused("Only finance or the manager may cancel"):
                        self.rpc(user, change.receipt_ids, "action_cancel", *reason)
        self.assertEqual(set(change.receipt_ids.mapped("state")), {"draft"})
        self.assertFalse(change.activity_ids)

        dialog = self.env["property.reason"].with_user(self.finance)
        vals = {"step": "cancel_refund", "receipt_id": refund.id, "reason": "Waived"}
        dialog.create(vals).action_take()
        self.assertEqual((refund.state, doubled.state), ("cancelled", "draft"))
        task = change.activity_ids
        self.assertEqual(task.user_id, self.manager)
        for text in (task.summary, change.message_ids[0].body):
            self.assertRegex(text, r"Deposit Money, 20000\.00.*Waived")
        self.assertEqual(change.message_ids[0].author_id, self.finance.partner_id)

        self.rpc(self.manager, doubled, "action_cancel", "Waived")
        self.assertEqual(doubled.state, "cancelled")
        self.assertIn("Compensation", change.message_ids[0].body)
        self.assertEqual(change.activity_ids, task)  # his own doing

    def test_refund_drafted_again(self):
        """E7, F2: what was cancelled of a refund is drafted again as it was approved,
        by finance or the manager, and never more than was approved"""
        change = self.do(self.make_cancel(self.make_deposit(self.unit), "seller"))
        again = ("action_draft_refunds",)
        self.assertEqual(change.unpaid_refund, 0)
        with self.assertRefused("drafted or paid"):
            self.rpc(self.finance, change, *again)
        refund, doubled = change.receipt_ids.sorted("nature", reverse=True)
        self.rpc(self.finance, doubled, "action_cancel", "Waived")
        self.assertEqual(change.unpaid_refund, 20_000)
        for role, user in self.actors.items():
            with self.subTest(role=role):
                may = role in ("finance", "manager")
                self.assertEqual(self.call(user, change, *again), may)
        self.rpc(self.finance, change, *again)
        new = change.receipt_ids - refund - doubled
        self.assertRecordValues(
            new,
            [
                {
                    "kind": "refund",
                    "nature": "compensation",
                    "amount": 20_000,
                    "state": "draft",
                    "deposit_id": change.deposit_id.id,
                }
            ],
        )
        self.assertIn("20000.00", change.message_ids[0].body)
        self.assertEqual(set(change.activity_ids.user_id), {self.manager})
        self.assertEqual(change.unpaid_refund, 0)
        with self.assertRefused("drafted or paid"):
            self.rpc(self.manager, change, *again)
        (refund | new).with_user(self.finance).action_confirm()
        with self.assertRefused("drafted or paid"):
            self.rpc(self.manager, change, *again)

    def test_refund_by_hand_counts(self):
        """E7, F2: what was returned by hand meanwhile, of whichever kind, is not
        drafted again; before the change is done there is nothing to draft"""
        deposit = self.make_contract(self.unit, 100_000).deposit_id
        change = self.approve(self.make_cancel(deposit, "seller"))
        with self.assertRefused("needs 'Done'"):
            self.rpc(self.finance, change, "action_draft_refunds")
        self.do_approved(change)
        drafts = change.receipt_ids
        approved = {one.nature: one.amount for one in drafts}
        self.rpc(self.finance, drafts, "action_cancel", "Wrong account")
        self.assertEqual(change.unpaid_refund, change.refund_amount)
        self.make_receipt(deposit, 30_000, kind="refund", nature="price")  # a draft
        self.pay(deposit, 90_000, kind="refund", nature="price")
        self.assertEqual(change.unpaid_refund, change.refund_amount - 120_000)
        self.rpc(self.finance, change, "action_draft_refunds")
        new = change.receipt_ids - drafts
        self.assertEqual(
            sum(new.mapped("amount")), sum(approved.values()) - 30_000 - 90_000
        )
        for one in new:
            self.assertLessEqual(one.amount, approved[one.nature])

    def test_compensation_by_hand(self):
        """E7, F2: compensation comes of a cancellation by the seller's fault alone"""
        contract = self.make_contract(self.unit, 100_000)
        vals = {"kind": "refund", "nature": "compensation", "amount": 5}
        draft = self.make_receipt(contract, 5, kind="refund", nature="price")
        for user in (self.clerk, self.finance, self.manager):
            receipts = self.env["property.receipt"].with_user(user)
            deposit = contract.deposit_id
            for link in ({"contract_id": contract.id}, {"deposit_id": deposit.id}):
                with self.subTest(user=user.login, link=link):
                    with self.assertRefused("record that cancellation"):
                        call_kw(receipts, "create", [[vals | link]], {})
            with self.assertRefused("record that cancellation"):
                self.rpc(user, draft, "write", {"nature": "compensation"})
            with self.assertRefused("record that cancellation"):
                receipts.with_context(default_nature="compensation").create(
                    {"kind": "refund", "contract_id": contract.id, "amount": 5}
                )
        self.assertEqual(draft.nature, "price")

    def test_amount_under_approval(self):
        """E4, E7: the amount is set by whose turn it is, and no level is avoided"""
        own = self.env.ref("crm_property_sales.tier_change_manager")
        hq = own.copy(
            {
                "name": "Change: Head Office",
                "reviewer_group_id": self.env.ref("crm_property_sales.group_hq").id,
                "definition_domain": "[('refund_amount', '>', 15000)]",
                "sequence": 10,
            }
        )
        self.manager_2 = self.manager.copy({"login": "manager_2"})
        self.project.user_ids += self.manager_2
        change = self.make_cancel(self.make_deposit(self.unit))
        line = change.line_ids
        change.action_request()
        self.assertEqual(change.sudo().review_ids.definition_id, own)
        with self.assertRefused("another level's approval"):
            vals = {"amount": 18_000, "edit_reason": "Hardship"}
            self.rpc(self.manager, line, "write", vals)
        vals = {"amount": 12_000, "edit_reason": "Hardship"}
        self.rpc(self.manager, line, "write", vals)
        change.restart_validation()
        self.rpc(self.manager, line, "write", vals | {"amount": 18_000})
        change.action_request()
        self.assertEqual(change.sudo().review_ids.definition_id, own | hq)
        change.with_user(self.manager).validate_tier()
        with self.assertRefused("not your turn"):
            self.rpc(self.manager, line, "write", vals | {"amount": 20_000})
        self.assertEqual((change.state, line.amount), ("draft", 18_000))

    def test_floor_price_by_detour(self):
        """A7, J1: the floor price comes to no rep over another document's path"""
        self.rep_a.group_ids |= self.env.ref("base.group_allow_export")
        client = self.make_client(self.rep_a)
        deposit = self.open_slip(client, self.unit)
        quotes = self.env["property.quote"].with_user(self.rep_a)
        quotes.create({"unit_id": self.unit.id, "lead_id": client.id})
        for model, path in (
            ("property.unit", "floor_price"),
            ("property.deposit", "unit_id.floor_price"),
            ("property.quote", "unit_id.floor_price"),
            ("crm.lead", "deposit_ids.unit_id.floor_price"),
        ):
            records = self.env[model].with_user(self.rep_a)
            for method, args in (
                ("search_count", [[(path, ">", 1)]]),
                ("search_read", [[(path, "=", deposit.price)], ["id"]]),
                ("formatted_read_group", [[(path, ">", 1)], [], ["__count"]]),
                (
                    "export_data",
                    [records.search([], limit=1).ids, [path.replace(".", "/")]],
                ),
            ):
                with self.subTest(model=model, method=method):
                    ids = [args.pop(0)] if method == "export_data" else []
                    with self.assertRaises(AccessError):
                        call_kw(records, method, ids + args, {})

    def test_no_number(self):
        """E4, F2: what is no number (NaN, infinity) is neither a price nor money"""
        client = self.make_client(self.rep_a)
        contract = self.make_contract(self.unit)
        for value in (float("nan"), float("inf")):
            for user, model, vals in (
                (
                    self.rep_a,
                    "property.discount",
                    {
                        "unit_id": self.unit_2.id,
                        "lead_id": client.id,
                        "extra_amount": value,
                        "reason": "x",
                    },
                ),
                (
                    self.control,
                    "property.deposit",
                    {"unit_id": self.unit_2.id, "lead_id": client.id, "price": value},
                ),
                (
                    self.clerk,
                    "property.receipt",
                    {"contract_id": contract.id, "amount": value},
                ),
            ):
                with self.subTest(model=model, value=value):
                    records = self.env[model].with_user(user)
                    before = records.search([])
                    with suppress(ArithmeticError, ValueError, UserError):
                        with self.cr.savepoint():
                            call_kw(records, "create", [vals], {})
                            self.env.flush_all()
                    self.env.invalidate_all()
                    self.assertEqual(records.search([]), before)
