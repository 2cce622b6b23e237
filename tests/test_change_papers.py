import io

from freezegun import freeze_time
from lxml import html
from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import MODULE
from .test_change import ChangeCommon


@tagged("post_install", "-at_install")
class TestChangePapers(ChangeCommon, HttpCase):
    def page(self, change, paper):
        """The words on the paper, in Chinese"""
        content = (
            self.env["ir.actions.report"]
            .with_user(self.clerk)
            .with_context(lang="zh_CN")
            ._render_qweb_html(f"{MODULE}.report_property_change_{paper}", change.ids)
        )[0]
        return " ".join(html.fromstring(content).text_content().split())

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk.lang = "zh_CN"

    def assertWords(self, page, *words):
        for word in words:
            self.assertIn(word, page)

    def test_exchange(self):
        """E6: both units and the difference on one paper, with its check code"""
        change = self.make_exchange(self.make_deposit(self.unit), self.unit_3)
        with self.assertRaises(UserError):
            self.page(change, "request")
        change.action_request()
        page = self.page(change, "request")
        self.assertWords(
            page,
            *("换房申请单", self.unit.name, self.unit_3.name, change.name),
            *("1,000,000.00", "1,200,000.00", "200,000.00", "1,180,000.00"),
            *(change.check_code, "尚未批准", "楼层或朝向不满意"),
        )
        change.with_user(self.manager).validate_tier()
        self.assertNotIn("尚未批准", self.page(change, "request"))
        self.assertIn("manager", self.page(change, "request"))

    def test_cancellation(self):
        """E7: each line with its law, what was reckoned beside what was agreed, the
        refund in capitals"""
        contract = self.make_contract(self.unit, paid=280_000)
        change = self.make_cancel(contract.deposit_id)
        change.action_request()
        forfeited = change.line_ids[0]
        forfeited.with_user(self.manager).write(
            {"amount": 5_000, "edit_reason": "协商退还"}
        )
        page = self.page(change, "settlement")
        self.assertWords(
            page,
            *("退款结算单", "《民法典》第587条", "《民法典》第566条", "定金：没收"),
            *("285,000.00", "贰拾捌万伍仟元整", "15,000.00", "300,000.00"),
            *("协商： 协商退还", "系统核算 0.00", "买方"),
        )
        self.assertWords(self.page(change, "request"), "退房申请单", "285,000.00")

    def test_rename(self):
        """E8: the new purchasers with share, kinship and proof"""
        son = self.env["res.partner"].create({"name": "王小明"})
        change = self.make_rename(
            self.make_deposit(self.unit), (son, 100, "child", "户口本 0012")
        )
        change.action_request()
        page = self.page(change, "request")
        self.assertWords(page, "更名申请单", "王小明", "子女", "户口本 0012", "100")

    def test_one_page(self):
        """E6, E7: one page each, as a PDF"""
        contract = self.make_contract(self.unit, paid=280_000)
        change = self.make_cancel(contract.deposit_id, "seller", note="说明\n" * 4)
        change.action_request()
        reports = self.env["ir.actions.report"].with_user(self.clerk)
        for paper in ("request", "settlement"):
            with self.allow_pdf_render():
                content = reports.with_context(
                    force_report_rendering=True
                )._render_qweb_pdf(
                    f"{MODULE}.report_property_change_{paper}", change.ids
                )[0]
            self.assertEqual(len(PdfReader(io.BytesIO(content)).pages), 1, paper)

    def test_code_stands_for_the_amount(self):
        """E7: a paper of another amount has another code"""
        change = self.make_cancel(self.make_deposit(self.unit))
        change.action_request()
        code = change.check_code
        change.line_ids.with_user(self.manager).write(
            {"amount": 1, "edit_reason": "Agreed"}
        )
        self.assertNotEqual(change.check_code, code)

    def test_receipt_of_before_a_rename(self):
        """E8, F2: printed again it names who paid; a later one the new purchaser."""
        with freeze_time("2026-03-10 02:00:00"):
            contract = self.make_contract(self.unit)
            receipt = contract.receipt_ids
        old = contract.partner_id.name
        wife = self.env["res.partner"].create({"name": "Wife of His"})
        with freeze_time("2026-03-12 02:00:00"):
            self.do(
                self.make_rename(contract.deposit_id, (wife, 100, "spouse", "结婚证"))
            )
        with freeze_time("2026-03-14 02:00:00"):
            later = self.pay(contract, 1_000)
        self.assertEqual(receipt.with_user(self.rep_a)._payer_name(), old)
        for paper, name, other in ((receipt, old, wife.name), (later, wife.name, old)):
            content = self.env["ir.actions.report"]._render_qweb_html(
                f"{MODULE}.report_receipt", paper.ids
            )[0]
            page = html.fromstring(content).text_content()
            self.assertIn(name, page)
            self.assertNotIn(other, page)
