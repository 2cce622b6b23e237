from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_change import ChangeCommon

# Deposit of 20 000; once signed 280 000 of the price, paid 73 days ago: 1 680 of
# interest at 3 % a year.
# (stage, fault) -> what finance pays out by nature; forfeited; compensation in it
NO_CLAUSE = {
    ("paid", "buyer"): ({"deposit": 20_000}, 0, 0),
    ("paid", "seller"): ({"deposit": 20_000}, 0, 0),
    ("paid", "none"): ({"deposit": 20_000}, 0, 0),
    ("confirmed", "buyer"): ({}, 20_000, 0),
    ("confirmed", "seller"): (
        {"deposit": 20_000, "compensation": 20_000},
        0,
        20_000,
    ),
    ("confirmed", "none"): ({"deposit": 20_000}, 0, 0),
    ("signed", "buyer"): ({"price": 280_000}, 20_000, 0),
    ("signed", "seller"): (
        {"deposit": 20_000, "price": 280_000, "compensation": 21_680},
        0,
        21_680,
    ),
    ("signed", "none"): (
        {"deposit": 20_000, "price": 280_000, "compensation": 1_680},
        0,
        1_680,
    ),
}
NO_CLAUSE |= {
    ("filed", fault): NO_CLAUSE["signed", fault]
    for fault in ("buyer", "seller", "none")
}


def with_penalty(price):
    """5 % of the price as penalty, more than the deposit: it takes its place"""
    penalty = price * 5 // 100
    return NO_CLAUSE | {
        (stage, "buyer"): ({"deposit": 20_000, "price": 280_000 - penalty}, 0, 0)
        for stage in ("signed", "filed")
    } | {
        (stage, "seller"): (
            {"deposit": 20_000, "price": 280_000, "compensation": 1_680 + penalty},
            0,
            1_680 + penalty,
        )
        for stage in ("signed", "filed")
    }  # fmt: skip


@tagged("post_install", "-at_install")
class TestCancel(ChangeCommon):
    def make_sale(self, stage, before=None):
        """A sale of `unit` at `stage`: at the list price of 1 000 000, with a discount
        at 980 000, or exchanged from `unit_3`, which is dearer."""
        unit = self.unit_3 if before == "exchange" else self.unit
        price = {"price": 980_000} if before == "discount" else {}
        client = self.make_client(self.rep_a)
        deposit = self.open_slip(client, unit, plan_id=self.plan_lump.id, **price)
        receipt = deposit.with_user(self.clerk).action_register_payment()
        if stage == "paid":
            receipt.with_user(self.finance).action_confirm()
            return deposit
        deposit.with_user(self.finance).action_confirm()
        if stage == "confirmed":
            if before == "exchange":
                deposit = self.do(self.make_exchange(deposit, self.unit)).new_deposit_id
            return deposit
        contract = self.sign_contract(deposit)
        day = self.project.local_day() - timedelta(days=73)
        self.pay(contract, 280_000, date=day)
        if before == "exchange":
            deposit = self.do(self.make_exchange(deposit, self.unit)).new_deposit_id
            contract = self.sign_contract(deposit)
        if stage == "filed":
            self.file(contract)
        return deposit

    def check_settled(self, change, expected):
        """Execute, let finance pay, and see that everything ties out"""
        amounts, forfeited, compensation = expected
        deposit = change.deposit_id
        contract = deposit.contract_id
        money = sum(
            one.signed_amount for one in deposit.receipt_ids if one.state == "confirmed"
        )
        self.assertRecordValues(
            change,
            [
                {
                    "refund_amount": sum(amounts.values()),
                    "forfeited_amount": forfeited,
                    "compensation_amount": compensation,
                    "owed_amount": 0,
                }
            ],
        )
        self.approve(change)
        if contract.state == "filed":
            with self.assertRefused("filing first"):
                change.with_user(self.control).action_execute()
            self.assertEqual((deposit.state, contract.state), ("signed", "filed"))
            contract.with_user(self.manager).action_cancel_filing("Cancelled")
        self.do_approved(change)
        drafts = change.receipt_ids
        self.assertEqual({one.nature: one.amount for one in drafts}, amounts)
        self.assertEqual(set(drafts.mapped("state")) | {"draft"}, {"draft"})
        drafts.with_user(self.finance).action_confirm()
        lines = change.line_ids
        self.assertEqual(sum(lines.mapped("base")), money)
        left = sum(
            one.signed_amount for one in deposit.receipt_ids if one.state == "confirmed"
        )
        self.assertAlmostEqual(left, sum(lines.mapped("kept")), 2)
        self.assertEqual(left, money - sum(amounts.values()))
        self.assertEqual(deposit.state, "cancelled")
        self.assertFalse(contract and contract.state != "cancelled")
        self.assertRecordValues(
            self.unit,
            [{"state": "available", "deposit_id": False, "contract_id": False}],
        )
        lead = deposit.lead_id.sudo()
        self.assertFalse(lead.is_sold)
        self.assertEqual(lead.user_id, self.rep_a)
        self.assertNotEqual(lead.client_class, "buyer")
        self.assertTrue(lead.owned_until)

    def check_table(self, table, before=None):
        for (stage, fault), expected in table.items():
            if before == "exchange" and stage == "paid":
                continue  # before finance confirms there is no exchange
            with self.subTest(stage=stage, fault=fault, before=before):
                savepoint = self.cr.savepoint()
                deposit = self.make_sale(stage, before)
                self.check_settled(self.make_cancel(deposit, fault), expected)
                self.env.flush_all()
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_table(self):
        """E7: fault × stage, every figure by hand"""
        self.check_table(NO_CLAUSE)

    def test_table_after_discount(self):
        """E7, E4: the same after a discount; the penalty is of the price agreed on"""
        self.check_table(NO_CLAUSE, "discount")
        self.set_policy(buyer_penalty_percent=5, seller_penalty_percent=5)
        self.check_table(with_penalty(980_000), "discount")

    def test_table_after_exchange(self):
        """E7, E6: the same after an exchange, interest from the days of payment"""
        self.check_table(NO_CLAUSE, "exchange")
        self.set_policy(buyer_penalty_percent=5, seller_penalty_percent=5)
        self.check_table(with_penalty(1_000_000), "exchange")

    def set_policy(self, **vals):
        self.env["property.policy"].search([]).write(vals)

    def test_policy_of_the_day_of_sale(self):
        """K1, E7: later clauses do not touch an older sale"""
        deposit = self.make_sale("signed")
        deposit._write_through({"confirm_date": "2026-01-10 04:00:00"})
        self.env["property.policy"].create(
            {
                "project_id": self.project.id,
                "date_start": "2026-01-11",
                "buyer_penalty_percent": 5,
            }
        )
        change = self.make_cancel(deposit)
        self.assertEqual(change.forfeited_amount, 20_000)

    def test_deposit_that_became_price(self):
        """E7: by a clause the deposit is neither forfeited nor doubled after signing"""
        self.set_policy(deposit_after_signing="price", refund_interest_percent=0)
        deposit = self.make_sale("signed")
        self.check_settled(
            self.make_cancel(deposit), ({"deposit": 20_000, "price": 280_000}, 0, 0)
        )

    def test_fees(self):
        """E7: fees are returned as far as they have not been passed on"""
        deposit = self.make_sale("signed")
        self.pay(deposit.contract_id, 12_000, nature="fee")
        change = self.make_cancel(deposit, fee_remitted=4_500)
        self.check_settled(change, ({"price": 280_000, "fee": 7_500}, 20_000, 0))

    def test_earnest_money(self):
        """E7, E2: before finance has confirmed the deposit, what was earnest money is
        that again, and is returned in full whoever is at fault"""
        client = self.make_client(self.rep_a)
        earnest = (
            self.env["property.earnest"]
            .with_user(self.clerk)
            .create({"lead_id": client.id, "amount": 15_000})
        )
        self.set_policy(earnest_allowed=True)
        earnest.action_register_payment()
        earnest.with_user(self.finance).action_confirm()
        deposit = self.open_slip(client, self.unit)
        earnest.with_user(self.clerk).action_convert(deposit)
        rest = deposit.receipt_ids.filtered(lambda one: one.state == "draft")
        rest.with_user(self.finance).action_confirm()
        change = self.make_cancel(deposit, "buyer")
        self.assertEqual(
            {one.kind: one.amount for one in change.line_ids},
            {"deposit_unconfirmed": 5_000, "earnest_returned": 15_000},
        )
        self.do(change)
        self.assertEqual(
            {one.nature: one.amount for one in change.receipt_ids}, {"deposit": 5_000}
        )
        self.assertEqual((earnest.state, earnest.paid_amount), ("confirmed", 15_000))
        self.assertEqual(deposit.paid_amount, 5_000)

    def test_drafts_of_an_unconfirmed_deposit(self):
        """E7: money finance has not confirmed was not received: its draft is dropped"""
        deposit = self.open_slip(self.make_client(self.rep_a), self.unit)
        receipt = deposit.with_user(self.clerk).action_register_payment()
        change = self.do(self.make_cancel(deposit))
        self.assertEqual(receipt.state, "cancelled")
        self.assertFalse(change.line_ids or change.receipt_ids)
        self.assertEqual(self.unit.state, "available")

    def test_manager_sets_another_amount(self):
        """E7: by a manager, with a reason, old and new on record; by nobody else"""
        deposit = self.make_sale("confirmed")
        change = self.make_cancel(deposit)
        line = change.line_ids
        vals = {"amount": 12_000, "edit_reason": "Hardship"}
        for role, user in self.actors.items():
            if role != "manager":
                self.assertFalse(self.call(user, line, "write", vals), role)
        manager = line.with_user(self.manager)
        with self.assertRefused("Say why"):
            manager.amount = 12_000
        with self.assertRefused("actions of the document"):
            manager.write({"proposed": 1})
        change.action_request()
        manager.write(vals)
        self.assertRecordValues(
            line,
            [
                {
                    "proposed": 0,
                    "amount": 12_000,
                    "edit_reason": "Hardship",
                    "edit_user_id": self.manager.id,
                    "kept": 8_000,
                }
            ],
        )
        self.assertIn("12000.00 instead of 0.00. Hardship", change.message_ids[0].body)
        change.with_user(self.manager).validate_tier()
        with self.assertRefused("needs 'Draft'"):
            manager.write({"amount": 1, "edit_reason": "More"})
        self.do_approved(change)
        self.assertEqual(
            {one.nature: one.amount for one in change.receipt_ids}, {"deposit": 12_000}
        )
        self.assertEqual(change.forfeited_amount, 8_000)

    def test_amount_has_its_sign(self):
        """E7: no line turns a refund into a debt"""
        change = self.make_cancel(self.make_sale("confirmed"))
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(CheckViolation, "amount_sign"),
            self.cr.savepoint(),
        ):
            change.line_ids.with_user(self.manager).write(
                {"amount": -1, "edit_reason": "Slip of the pen"}
            )
            self.env.flush_all()

    def test_lines_are_reckoned(self):
        """E7: nobody adds or takes off a line by hand"""
        change = self.make_cancel(self.make_sale("confirmed"))
        vals = {
            "change_id": change.id,
            "kind": "interest",
            "nature": "price",
            "amount": 9,
        }
        lines = self.env["property.change.line"]
        for role, user in self.actors.items():
            with self.subTest(role=role):
                self.assertFalse(self.call(user, lines, "create", vals))
                self.assertFalse(self.call(user, change.line_ids, "unlink"))

    def test_fault_reckons_anew(self):
        """E7: who is at fault decides; an amount set by hand stays while it may"""
        change = self.make_cancel(self.make_sale("confirmed"))
        self.assertEqual(change.refund_amount, 0)
        change.fault = "seller"
        self.assertEqual(change.refund_amount, 40_000)
        change.line_ids[0].with_user(self.manager).write(
            {"amount": 19_000, "edit_reason": "Agreed"}
        )
        change.action_settle()
        self.assertEqual(change.refund_amount, 39_000)
        change.reason_id = self.reason("cancel_loan")
        self.assertEqual((change.fault, change.refund_amount), ("none", 20_000))

    def test_paid_since_the_approval(self):
        """E7: what was approved is no longer what is there: requested anew"""
        deposit = self.make_sale("signed")
        change = self.approve(self.make_cancel(deposit))
        self.pay(deposit.contract_id, 1_000)
        with self.assertRefused("withdraw it and request it anew"):
            change.with_user(self.control).action_execute()
        change.with_user(self.clerk).action_withdraw()
        self.env.flush_all()
        again = self.do(self.make_cancel(deposit))
        self.assertEqual(again.refund_amount, 281_000)

    def test_draft_contract_goes_too(self):
        """E7: a contract that was drafted and never signed ends with the sale"""
        deposit = self.make_sale("confirmed")
        contract = deposit.with_user(self.clerk)._prepare_contract()
        self.do(self.make_cancel(deposit))
        self.assertEqual(contract.state, "cancelled")

    def test_nothing_is_due(self):
        """E7, F3: of a cancelled contract nothing is overdue, dunned or awaited"""
        deposit = self.make_sale("signed")
        contract = deposit.contract_id
        dues = contract.installment_ids
        states = self.env["property.installment"].search
        mine = ("contract_id", "=", contract.id)
        self.assertEqual(contract.residual, 700_000)
        self.do(self.make_cancel(deposit))
        self.assertEqual(sum(dues.mapped("residual")), 0)
        self.assertEqual(contract.residual, 0)
        self.assertEqual(set(dues.mapped("state")), {"cancelled"})
        self.assertEqual(states([mine, ("state", "=", "cancelled")]), dues)
        self.assertFalse(states([mine, ("state", "!=", "cancelled")]))
        self.assertFalse(states([mine, ("state", "in", ("paid", "overdue"))]))

    def test_client_with_another_unit(self):
        """E7, C3: who still has bought stays a buyer"""
        deposit = self.make_sale("confirmed")
        lead = deposit.lead_id.sudo()
        other = self.confirm_deposit(self.open_slip(lead, self.unit_2))
        self.do(self.make_cancel(deposit))
        self.assertTrue(lead.is_sold)
        self.assertEqual(lead.client_class, "buyer")
        self.env.flush_all()
        self.do(self.make_cancel(other))
        self.assertFalse(lead.is_sold)
        self.assertEqual(lead.ownership_ids.sorted("id")[-1].basis, "unsold")
        self.assertEqual(lead.owner_at(fields.Datetime.now()), self.rep_a)

    def test_laws(self):
        """E7: beside each line of a settlement stands the law or the clause"""
        change = self.make_cancel(self.make_sale("signed"), "seller")
        self.assertTrue(all(change.line_ids.mapped("law")))
        laws = " ".join(change.with_context(lang="zh_CN").line_ids.mapped("law"))
        self.assertIn("587", laws)
        self.assertIn("第", laws)
