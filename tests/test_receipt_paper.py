from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from ..reports.chinese_amount import DIGITS, capital_amount
from .test_earnest import EarnestCommon

AMOUNTS = {
    0: "零元整",
    0.05: "伍分",
    0.5: "伍角整",
    1.05: "壹元零伍分",
    10.5: "壹拾元伍角整",
    1001.1: "壹仟零壹元壹角整",
    1010: "壹仟零壹拾元整",
    10_001: "壹万零壹元整",
    20_000: "贰万元整",
    100_100: "壹拾万零壹佰元整",
    1_050_005: "壹佰零伍万零伍元整",
    100_000_000: "壹亿元整",
    100_010_001: "壹亿零壹万零壹元整",
    1_234_567_890.12: "壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元壹角贰分",
}


def read_capitals(words):
    """The cents that an amount in capitals says, read the way a teller does."""
    cents = whole = section = digit = 0
    for sign in words:
        if sign in DIGITS:
            digit = DIGITS.index(sign)
        elif sign in "拾佰仟":
            section += digit * {"拾": 10, "佰": 100, "仟": 1000}[sign]
            digit = 0
        elif sign in "万亿":
            section += digit
            if sign == "亿":
                whole = (whole + section) * 10**8
            else:
                whole += section * 10**4
            section = digit = 0
        elif sign == "元":
            cents, digit, section = (whole + section + digit) * 100, 0, 0
        elif sign in "角分":
            cents, digit = cents + digit * (10 if sign == "角" else 1), 0
    return cents


@tagged("post_install", "-at_install")
class TestChineseAmount(TransactionCase):
    def test_as_banks_write_them(self):
        """F2: amounts in capitals, by hand."""
        for amount, words in AMOUNTS.items():
            with self.subTest(amount=amount):
                self.assertEqual(capital_amount(amount), words)
        with self.assertRaises(ValueError):
            capital_amount(-0.01)

    def test_any_amount_reads_back(self):
        """F2: whatever the amount, the words say it and nothing else; no zero is
        doubled, none ends the yuan."""

        @settings(max_examples=400, deadline=None, derandomize=True)
        @given(st.integers(min_value=0, max_value=10**13))
        def check(cents):
            words = capital_amount(cents / 100)
            self.assertEqual(read_capitals(words), cents, words)
            self.assertNotIn("零零", words)
            if words != "零元整":
                self.assertNotIn("零元", words)

        check()


@tagged("post_install", "-at_install")
class TestReceiptPaper(EarnestCommon):
    """F2: what the client holds in his hand."""

    def print(self, report, record):
        """The words of the page, in Chinese as the clerk sees it."""
        self.clerk.lang = "en_US"
        page, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.clerk)
            ._render_qweb_html(f"crm_property_sales.{report}", record.ids)
        )
        return " ".join(html.fromstring(page).text_content().split())

    def test_receipt(self):
        """F2: number, amount in figures and capitals, what it pays, the check code."""
        contract = self.sell(self.client, self.unit, plan_id=self.plan_instalments.id)
        receipt = self.pay(contract, 400_000.05)
        words = self.print("report_receipt", receipt)
        for expected in (
            "Payment Receipt",
            receipt.name,
            "¥ 400,000.05",
            "肆拾万元零伍分",
            self.unit.name,
            "First third",
            "86,700.05",
            receipt.check_code,
        ):
            self.assertIn(expected, words)

    def test_each_kind_of_money(self):
        """E2, F2: deposit and earnest money, fees and refunds are told apart on paper,
        with what the law says of each."""
        contract = self.sell(self.client, self.unit)
        deposit = contract.receipt_ids
        fee = self.pay(contract, 10, nature="fee")
        refund = self.pay(contract, 10, kind="refund")
        earnest = self.make_earnest("confirmed", client=self.make_client(self.rep_a))
        for receipt, title, clause in (
            (deposit, "Deposit Receipt", "article 587"),
            (fee, "Fees Collected for Others", "no part of the price"),
            (refund, "Refund Slip", "taken off"),
            (earnest.receipt_ids, "Earnest Money Receipt", "returned in full"),
        ):
            with self.subTest(title):
                words = self.print("report_receipt", receipt)
                self.assertIn(title, words)
                self.assertIn(clause, words)

    def test_draft_is_not_printed(self):
        """F2: a paper before finance has seen the money would prove nothing."""
        contract = self.sell(self.client, self.unit)
        draft = self.make_receipt(contract, 5)
        with self.assertRaisesRegex(Exception, "once finance has confirmed"):
            self.print("report_receipt", draft)

    # === Accounts ===

    def test_supervised_account(self):
        """F2: how much of the price went into the supervised account; carried money
        and fees are none of it."""
        accounts = self.env["property.bank.account"].with_user(self.finance)
        supervised, own = accounts.create(
            [
                {"name": "监管账户", "number": "1", "is_supervised": True}
                | {"project_id": self.project.id},
                {"name": "一般账户", "number": "2", "project_id": self.project.id},
            ]
        )
        contract = self.sell(self.client, self.unit)  # 20,000 into no account
        self.pay(contract, 60_000, account_id=supervised.id)
        self.pay(contract, 30_000, account_id=own.id)
        self.pay(contract, 10_000, account_id=own.id, kind="refund")
        self.pay(contract, 5_000, account_id=supervised.id, nature="fee")
        self.assertRecordValues(
            supervised + own,
            [
                {"received_amount": 60_000, "received_percent": 60},
                {"received_amount": 20_000, "received_percent": 20},
            ],
        )
        other = accounts.sudo().create(
            {"name": "X", "number": "1", "project_id": self.other_project.id}
        )
        with self.assertRaises(ValidationError):
            self.make_receipt(contract, 5).sudo().account_id = other
        receipt = contract.receipt_ids.filtered("is_supervised")[:1]
        with self.assertRaises(UserError):
            receipt.with_user(self.finance).account_id = own

    # === Another allocation ===

    def reallocate(self, receipt, user, reason, **amounts):
        wizard = (
            self.env["property.receipt.reallocate"]
            .with_user(user)
            .with_context(default_receipt_id=receipt.id)
            .create({"reason": reason})
        )
        lines = receipt.contract_id.installment_ids
        wizard.line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "installment_id": lines[int(place[1:])].id,
                        "amount": amount,
                    }
                )
                for place, amount in amounts.items()
            ),
        ]
        wizard.action_apply()

    def test_reallocate(self):
        """F2: finance counts confirmed money elsewhere, with a reason that stays."""
        contract = self.sell(self.client, self.unit, plan_id=self.plan_instalments.id)
        receipt = self.pay(contract, 100_000)
        self.reallocate(receipt, self.finance, "Client asked", i2=60_000)
        self.assertEqual(
            contract.installment_ids.mapped("paid_amount"), [60_000, 0, 60_000]
        )
        message = contract.message_ids[:1]
        for word in (receipt.name, "Client asked", "Rest 60,000.00"):
            self.assertIn(word, message.body)
        with self.assertRefused("beyond its amount"):
            self.reallocate(receipt, self.finance, "x", i1=60_000, i2=40_001)
        self.assertEqual(sum(receipt.line_ids.mapped("amount")), 100_000)

    def test_reallocate_only_finance(self):
        """F2, H1: nobody else, not without a reason, and no further than it goes."""
        contract = self.sell(self.client, self.unit, plan_id=self.plan_instalments.id)
        receipt = self.pay(contract, 100_000)
        for role, user in self.actors.items():
            if role != "finance":
                with self.subTest(role=role), self.assertRaises(AccessError):
                    receipt.with_user(user)._reallocate({}, "x")
        with self.assertRefused("Say why"):
            receipt.with_user(self.finance)._reallocate({}, " ")
        # A refund has taken 50,000 back from the first instalment.
        self.pay(contract, 50_000, kind="refund")
        last = contract.installment_ids[2]
        with self.assertRefused("taken back"):
            receipt.with_user(self.finance)._reallocate({last: 100_000}, "x")
