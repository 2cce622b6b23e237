from lxml import html

from odoo import Command
from odoo.tests import tagged

from .common import MODULE, PropertyCommon


@tagged("post_install", "-at_install")
class TestContractPaper(PropertyCommon):
    """E9, E2, F5: what the printed papers say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deposit = cls.confirm_deposit(
            cls.open_slip(cls.make_client(cls.rep_a), cls.unit)
        )
        cls.deposit.with_user(cls.clerk).action_prepare_contract()
        cls.contract = cls.deposit.contract_id.with_user(cls.clerk)

    def text(self, report, record):
        reports = self.env["ir.actions.report"].with_user(record.env.user)
        content, _type = reports._render_qweb_html(f"{MODULE}.{report}", record.ids)
        return " ".join(html.fromstring(content).text_content().split())

    def test_draft(self):
        """E9: buyers with shares, unit, price in capitals, each instalment, loan,
        clauses, papers; a draft says so."""
        kin = self.env["res.partner"].create({"name": "Kin Zhang"})
        self.contract.buyer_ids.share = 60
        self.contract.buyer_ids = [Command.create({"partner_id": kin.id, "share": 40})]
        self.contract.special_clauses = "Parking space 12"
        text = self.text("report_contract", self.contract)
        for words in (
            *("DRAFT", "(Draft)", self.contract.partner_id.name, "60 %"),
            *("Kin Zhang", "40 %", "1-101", "2020-001", "1,000,000.00"),
            *("壹佰万元整", "300,000.00", "700,000.00", "mortgage loan of a bank"),
            *("Parking space 12", "ID Cards of All Purchasers"),
        ):
            with self.subTest(words=words):
                self.assertIn(words, text)
        self.contract.action_sign()
        text = self.text("report_contract", self.contract)
        self.assertNotIn("DRAFT", text)
        self.assertIn(self.contract.name, text)

    def test_subscription(self):
        """E2: price and deposit in capitals, and by when to sign."""
        text = self.text("report_subscription", self.deposit.with_user(self.clerk))
        for words in ("壹佰万元整", "贰万元整", str(self.deposit.sign_deadline)):
            with self.subTest(words=words):
                self.assertIn(words, text)

    def test_deferral(self):
        """F5: what is deferred until when, why, and who approved it when."""
        self.contract.action_sign()
        installment = self.contract.installment_ids[0]
        deferral = (
            self.env["property.deferral"]
            .with_user(self.rep_a)
            .create(
                {
                    "installment_id": installment.id,
                    "promise_date": "2999-01-01",
                    "reason": "Sells his old flat",
                }
            )
        )
        deferral.action_request()
        deferral.with_user(self.manager).validate_tier()
        deferral.with_user(self.hq).validate_tier()
        text = self.text("report_property_deferral", deferral)
        for words in (
            *("Down payment", "280,000.00", str(installment.due_date), "2999-01-01"),
            *("Sells his old flat", "Deferral: Manager", "manager", "hq"),
        ):
            with self.subTest(words=words):
                self.assertIn(words, text)
