import base64

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import MODULE, PropertyCommon
from .test_unit_import import workbook

HEAD = ("房号", "预测建筑面积", "实测建筑面积", "实测套内面积")


@tagged("post_install", "-at_install")
class TestArea(PropertyCommon):
    """Sold: units 101 to 201 of building 1, 100 ㎡ at 1.0 to 1.2 million."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contracts = [
            cls.sell(cls.make_client(cls.rep_a), unit).sudo()
            for unit in (cls.unit, cls.unit_2, cls.unit_3)
        ]
        cls.free = cls.units[3]

    def survey(self, *rows, head=HEAD, read=True):
        surveys = self.env["property.area.survey"].with_user(self.control)
        survey = surveys.create(
            {
                "name": "S-1",
                "building_id": self.building.id,
                "data": base64.b64encode(workbook(Sheet1=[head, *rows])),
                "filename": "areas.xlsx",
            }
        )
        if read:
            survey.action_read()
        return survey

    def apply(self, *areas):
        """The areas measured of 101, 102, … in turn."""
        rooms = ("101", "102", "201", "202")
        survey = self.survey(
            *((room, 100, area, 80) for room, area in zip(rooms, areas, strict=False))
        )
        survey.action_apply()
        return survey.sudo().settlement_ids

    # === Survey ===

    def test_read(self):
        """D7: measured areas beside those so far, the forecast's column not read"""
        survey = self.survey(("101", 77, 102.5, 82), ("202", 77, 100, 80))
        self.assertRecordValues(
            survey.line_ids,
            [
                {
                    "unit_id": self.unit.id,
                    "old_gross": 100.0,
                    "area_gross": 102.5,
                    "area_net": 82.0,
                    "difference": 2.5,
                    "ratio": 2.5,
                },
                {
                    "unit_id": self.free.id,
                    "old_gross": 100.0,
                    "area_gross": 100.0,
                    "area_net": 80.0,
                    "difference": 0.0,
                    "ratio": 0.0,
                },
            ],
        )
        self.assertFalse(self.unit.area_measured, "a preview writes nothing")

    def test_rows_that_are_wrong(self):
        """D7: named by row; nothing of the file is taken"""
        survey = self.survey(
            ("101", 100, 102, 80),
            ("909", 100, 102, 80),
            ("101", 100, 103, 80),
            ("102", 100, None, 80),
            ("201", 100, 80, 90),
            read=False,
        )
        for words in (
            "row 3: No such unit.*909",
            "row 4: Unit 1-101 is in the file twice",
            "row 5: The measured gross area is missing",
            "row 6: The net area is larger",
        ):
            with self.assertRefused(f"(?s){words}"):
                survey.action_read()
        self.assertFalse(survey.line_ids)
        other = self.survey(
            ("2号楼", "101", 102, 80),
            head=("幢号", "房号", "建筑面积", "套内面积"),
            read=False,
        )
        with self.assertRefused("of building 2号楼"):
            other.action_read()

    def test_apply(self):
        """D7: on file for all; a free unit is sold by it from now on"""
        settlements = self.apply(102, 100, 97, 101)
        self.assertEqual(
            self.units[:4].mapped("area_measured"), [102.0, 100.0, 97.0, 101.0]
        )
        self.assertEqual(
            self.units[:4].mapped("area_gross"), [100.0, 100.0, 100.0, 101.0]
        )
        self.assertEqual(settlements.unit_id, self.unit | self.unit_3)
        survey = settlements.survey_id.with_user(self.control)
        with self.assertRefused("needs 'Draft'"):
            survey.action_apply()
        with self.assertRefused("needs 'Draft'"):
            survey.line_ids[0].area_gross = 1
        with self.assertRefused("not written directly"):
            survey.state = "draft"

    def test_roles(self):
        """D7, H1: control loads and applies, finance confirms"""
        survey = self.survey(("101", 100, 102, 80))
        for role in ("rep", "clerk", "finance", "service", "supervisor", "hq"):
            user = self.actors[role]
            with self.subTest(role=role), self.assertRaises(AccessError):
                survey.with_user(user).action_apply()
        survey.action_apply()
        settlement = survey.sudo().settlement_ids
        for role in ("rep", "clerk", "control", "service", "supervisor", "hq"):
            user = self.actors[role]
            with self.subTest(role=role), self.assertRaises(AccessError):
                settlement.with_user(user).action_confirm()

    # === Settlement ===

    def test_by_law(self):
        """D7: 商品房销售管理办法 art. 20 of each contract, line by line with the law"""
        larger, smaller, within = self.apply(105, 95, 102.99).sorted("id")
        law = self.env.ref(f"{MODULE}.property_area_clause_law").law
        self.assertEqual(set((larger | smaller | within).line_ids.mapped("law")), {law})
        self.assertEqual(larger.line_ids.mapped("amount"), [30_000.0, 0.0])
        self.assertEqual(larger.line_ids.mapped("value"), [30_000.0, 20_000.0])
        self.assertEqual(smaller.line_ids.mapped("amount"), [-33_000.0, -44_000.0])
        self.assertEqual(within.line_ids.mapped("amount"), [35_880.0])
        self.assertEqual(
            (larger | smaller | within).mapped("may_cancel"), [True, True, False]
        )
        self.assertEqual(
            (larger | smaller | within).mapped("amount"),
            [30_000.0, -77_000.0, 35_880.0],
        )
        self.assertTrue(all((larger | smaller | within).mapped("name")))

    def test_by_clause(self):
        """D7: what the contract says goes before the law"""
        actual = self.env.ref(f"{MODULE}.property_area_clause_actual")
        none = self.env.ref(f"{MODULE}.property_area_clause_none")
        net = actual.copy({"basis": "net"})
        for contract, clause in zip(self.contracts, (actual, none, net), strict=True):
            contract._write_through({"area_clause_id": clause.id})
        self.unit_3._write_through({"area_net": 75})
        first, second, third = self.apply(105, 105, 105).sorted("id")
        self.assertEqual(first.line_ids.mapped("amount"), [50_000.0])
        self.assertEqual(second.line_ids.mapped("amount"), [0.0])
        self.assertEqual(third.contract_area, 75)
        self.assertEqual(third.amount, 80_000)  # 1.2 million / 75 ㎡ x 5 ㎡
        self.assertFalse((first | second | third).filtered("may_cancel"))

    def test_clause_is_agreed_before_signing(self):
        with self.assertRefused("no longer be changed"):
            self.contracts[0].with_user(self.clerk).area_clause_id = self.env.ref(
                f"{MODULE}.property_area_clause_none"
            )

    def confirm(self, settlement):
        settlement.with_user(self.finance).action_confirm()

    def assertTies(self, contract):
        """What is due is the price and the difference; what is paid lies on it."""
        due = sum(contract.installment_ids.mapped("amount"))
        self.assertEqual(due, contract.price + contract.area_amount)
        self.assertEqual(contract.residual, due - contract.paid_amount)
        on_it = sum(contract.installment_ids.mapped("paid_amount"))
        self.assertEqual(on_it, min(contract.paid_amount, due))

    def test_buyer_pays(self):
        """D7: one instalment more, paid like any other; another plan keeps it"""
        contract = self.contracts[0]
        settlement = self.apply(102)
        self.pay(contract, contract.residual)
        self.assertEqual(contract.residual, 0)
        self.confirm(settlement)
        extra = contract.installment_ids.sorted("sequence")[-1]
        self.assertEqual((extra.amount, extra.residual), (20_000, 20_000))
        self.assertEqual(extra.due_date, settlement.due_date)
        self.assertEqual(contract.residual, 20_000)
        self.assertTies(contract)
        self.pay(contract, 15_000)
        self.assertEqual(extra.residual, 5_000)
        self.assertTies(contract)
        contract._regenerate_installments(self.plan_instalments)
        self.assertEqual(len(contract.installment_ids), 4)
        self.assertEqual(contract.residual, 5_000)
        self.assertTies(contract)

    def test_buyer_gets_back(self):
        """D7: who has paid all gets the money back; finance confirms the refund"""
        contract = self.contracts[0]
        self.pay(contract, contract.residual)
        settlement = self.apply(95)  # 30,000 and twice 20,000
        self.confirm(settlement)
        refund = settlement.receipt_ids
        self.assertRecordValues(
            refund,
            [{"kind": "refund", "state": "draft", "amount": 70_000.0}],
        )
        self.assertEqual(contract.residual, -70_000)
        self.assertTies(contract)
        refund.with_user(self.finance).action_confirm()
        self.assertEqual(contract.residual, 0)
        self.assertTies(contract)
        self.assertFalse(
            contract.installment_ids.filtered(lambda one: one.state == "overdue")
        )
        contract._regenerate_installments(self.plan_instalments)
        self.assertEqual(contract.residual, 0)
        self.assertTies(contract)

    def test_refund_cancelled(self):
        """D7, F2: the refund of a settlement is paid out as it was confirmed; given up
        it is by finance or the manager, who say why, and the manager is told"""
        contract = self.contracts[0]
        self.pay(contract, contract.residual)
        settlement = self.apply(95)
        self.confirm(settlement)
        refund = settlement.receipt_ids
        for user in (self.clerk, self.finance, self.manager):
            for reason in ("", "Waived") if user == self.clerk else ("", " "):
                with self.subTest(user=user.login, reason=reason):
                    with self.assertRefused("Only finance or the manager may cancel"):
                        refund.with_user(user).action_cancel(reason)
            with self.assertRefused("can no longer be changed"):
                refund.with_user(user).amount = 1
            with self.assertRefused("can no longer be changed"):
                refund.with_user(user).area_settlement_id = False
            with self.assertRefused("is not deleted"):
                refund.with_user(user).unlink()
            with self.assertRefused("not written directly"):
                self.make_receipt(contract, 5, area_settlement_id=settlement.id)
        refund.with_user(self.finance).action_cancel("Waived")
        self.assertEqual(refund.state, "cancelled")
        self.assertRegex(settlement.message_ids[0].body, r"70000\.00.*Waived")
        self.assertEqual(settlement.activity_ids.user_id, self.manager)

    def test_buyer_still_owes(self):
        """D7: it is set off against what is due last, nothing is paid out"""
        contract = self.contracts[0]
        settlement = self.apply(98)
        before = contract.residual
        self.confirm(settlement)
        self.assertFalse(settlement.receipt_ids)
        self.assertEqual(contract.residual, before - 20_000)
        self.assertTies(contract)

    def test_once(self):
        """D7: confirmed once; a later survey leaves what is settled alone"""
        settlement = self.apply(102)
        self.confirm(settlement)
        with self.assertRefused("needs 'Draft'"):
            self.confirm(settlement)
        with self.assertRefused("needs 'Draft'"):
            settlement.with_user(self.finance).action_cancel()
        with self.assertRefused("no longer be changed"):
            settlement.with_user(self.finance).write({"measured_area": 101})
        with self.assertRefused("not written directly"):
            settlement.with_user(self.finance).write({"state": "cancelled"})
        self.assertFalse(self.apply(103))
        self.assertEqual(self.contracts[0].area_amount, 20_000)

    def test_measured_again(self):
        """D7: a draft is made anew by a later survey"""
        first = self.apply(102)
        second = self.apply(101)
        self.assertEqual((first.state, second.state), ("cancelled", "draft"))
        self.assertEqual(second.amount, 10_000)

    def test_signed_after_the_survey(self):
        """D7: a unit reserved when it was measured is settled when it is signed for"""
        deposit = self.confirm_deposit(
            self.open_slip(self.make_client(self.rep_a), self.free)
        )
        self.assertFalse(self.apply(100, 100, 100, 101))
        contract = self.sign_contract(deposit).sudo()
        self.assertEqual(contract.area_settlement_ids.amount, 13_000)

    def test_letter(self):
        """D7: the letter says areas, each part with the law, the sum in capitals"""
        settlement = self.apply(95)
        report = self.env["ir.actions.report"].with_user(self.clerk)
        html = report._render_qweb_html(
            f"{MODULE}.report_property_area_letter", settlement.ids
        )[0].decode()
        for words in (
            settlement.name,
            "100.00",
            "95.00",
            "-5.00",
            "70,000.00",
            "柒万元整",
            "article 20",
            "you may return the unit",
        ):
            self.assertIn(words, html)
