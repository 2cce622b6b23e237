from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestQuote(PropertyCommon):
    """The unit: 100 ㎡ at a million, filed at 1,050,000, floor price 950,000."""

    def quote(self, user=None, **vals):
        quotes = self.env["property.quote"].with_user(user or self.rep_a)
        return quotes.create({"unit_id": self.unit.id, **vals})

    def policy(self, **vals):
        return self.env["property.policy"].create(
            {"project_id": self.project.id, "date_start": "2000-01-02"} | vals
        )

    def test_combined_loan(self):
        """A7: down payment, both loans, monthly payments both ways, taxes"""
        self.policy(provident_max=400_000, commercial_rate=4.9, provident_rate=0)
        quote = self.quote(
            payment_method="combined", down_percent=30, provident_years=10
        )
        self.assertRecordValues(
            quote,
            [
                {
                    "price": 1_000_000.0,
                    "down_payment": 300_000.0,
                    "provident_amount": 400_000.0,
                    "commercial_amount": 300_000.0,
                    # 5307.27 x 0.3 = 1592.18; 400,000 / 120 = 3333.33
                    "monthly_even": 4_925.51,
                    "interest_even": 273_184.86,
                    # 0.3 x 6861.11 = 2058.33; 0.3 x 11.34 = 3.40
                    "monthly_falling": 5_391.66,
                    "decrease_falling": 3.40,
                    "interest_falling": 221_112.50,
                    # a million / 1.09 = 917,431.19, 1 % of it; 100 a ㎡
                    "deed_tax": 9_174.31,
                    "maintenance_fund": 100 * self.unit.area_gross,
                    "first_outlay": 309_174.31 + 100 * self.unit.area_gross,
                }
            ],
        )

    def test_other_ways(self):
        """A7: commercial only, provident fund only, no loan"""
        for method, commercial, provident in (
            ("mortgage", 700_000, 0),
            ("provident", 0, 600_000),
            ("lump_sum", 0, 0),
            ("instalment", 0, 0),
        ):
            with self.subTest(method=method):
                quote = self.quote(payment_method=method)
                loans = quote.provident_amount * (method == "provident")
                self.assertEqual(
                    (quote.commercial_amount, loans), (commercial, provident)
                )
                self.assertEqual(quote.down_payment, 1_000_000 - commercial - provident)
                self.assertEqual(bool(quote.monthly_even), bool(commercial + provident))

    def test_whole_thousands(self):
        """A7: a loan is in whole thousands, the down payment takes the rest"""
        quote = self.quote(price=998_765.43, payment_method="mortgage")
        self.assertEqual(quote.commercial_amount, 699_000)
        self.assertEqual(quote.down_payment, 299_765.43)

    def test_deed_tax(self):
        """A7: by the home's size and the family's homes, as the policy says"""
        policy = self.policy(deed_tax_area=100)
        for home, area, percent in (
            ("first", 100, 1),
            ("first", 100.01, 1.5),
            ("second", 100, 1),
            ("second", 100.01, 2),
            ("other", 90, 3),
        ):
            with self.subTest(home=home, area=area):
                self.assertEqual(policy._deed_tax_percent(home, area), percent)
        self.assertEqual(self.quote(home="other").deed_tax_percent, 3)

    def test_price_limits(self):
        """A7: a rep's discount stays above the floor price, and nobody's below it"""
        for price, message in (
            (949_999.99, "special discount"),
            (1_050_000.01, "filed"),
            (0, "no price"),
        ):
            with self.subTest(price=price), self.assertRefused(message):
                self.quote(price=price).action_issue()
        quote = self.quote(price=950_000)
        quote.action_issue()
        self.assertEqual(quote.discount, 50_000)

    def test_terms(self):
        """A7: no less down, no more from the fund than the policy allows"""
        self.policy(down_payment_percent=20, provident_max=500_000)
        for vals, message in (
            ({"down_percent": 19.99}, "at least 20 %"),
            (
                {"payment_method": "provident", "provident_amount": 500_001},
                "500000.00 at most",
            ),
            (
                {
                    "payment_method": "combined",
                    "down_percent": 60,
                    "provident_amount": 400_001,
                },
                "more than the down payment",
            ),
        ):
            with self.subTest(vals=vals), self.assertRefused(message):
                self.quote(**vals).action_issue()
        self.quote(payment_method="lump_sum", down_percent=0).action_issue()

    def test_issued_stays(self):
        """A7: numbered, valid for the policy's days, frozen, on the client's record"""
        client = self.make_client(self.rep_a)
        quote = self.quote(lead_id=client.id)
        with self.assertRefused("once it has been issued"):
            quote._sheet_number()
        quote.action_issue()
        today = self.project.local_day()
        self.assertEqual(quote.date, today)
        self.assertEqual(quote.valid_until, fields.Date.add(today, days=3))
        self.assertIn(quote.name, client.message_ids[0].body)
        for vals in (
            {"price": 960_000},
            {"commercial_rate": 1},
            {"unit_id": self.unit_2.id},
            {"home": "second"},
        ):
            with self.subTest(vals=vals), self.assertRefused("no longer be changed"):
                quote.write(vals)
        with self.assertRefused("not written directly"):
            quote.valid_until = "2999-12-31"
        with self.assertRefused("stays on record"):
            quote.sudo().unlink()
        with self.assertRefused("needs 'Draft'"):
            quote.action_issue()
        before = quote.monthly_even, quote.deed_tax
        self.policy(commercial_rate=9, deed_tax_small_percent=9)
        self.unit.list_price = 1_040_000
        self.assertEqual((quote.monthly_even, quote.deed_tax), before)
        self.assertEqual(quote.list_price, 1_000_000)

    def test_only_what_is_on_sale(self):
        """A7: or what the client himself has reserved"""
        mine, other = self.make_client(self.rep_a), self.make_client(self.rep_a)
        self.open_slip(mine, self.unit)
        for lead in (other, other.browse()):
            with self.assertRefused("not on sale"):
                self.quote(lead_id=lead.id).action_issue()
        self.quote(lead_id=mine.id).action_issue()
        self.unit_2.block_reason = "Court"
        with self.assertRefused("not on sale"):
            self.quote(unit_id=self.unit_2.id).action_issue()

    def test_owner(self):
        """J1: a quote goes with its client; without one it is its maker's"""
        client = self.make_client(self.rep_a)
        with_client, without = self.quote(lead_id=client.id), self.quote()
        self.assertEqual((with_client | without).user_id, self.rep_a)
        client._transfer(self.rep_b, "reassigned")
        self.assertEqual(with_client.sudo().user_id, self.rep_b)
        seen = self.env["property.quote"].with_user(self.rep_a).search([])
        self.assertEqual(seen & (with_client | without), without)
        with self.assertRaises(AccessError):
            self.quote(user=self.rep_a, lead_id=self.make_client(self.rep_b).id)
        for user in (self.finance, self.clerk, self.service):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.quote(user=user)

    def test_other_project(self):
        with self.assertRefused("of one project"):
            self.quote(unit_id=self.unit.id, plan_id=self.other_plan().id)
        with self.assertRefused("another way of payment"):
            self.quote(plan_id=self.plan_lump.id)

    def other_plan(self):
        return self.env["property.payment.plan"].create(
            {
                "name": "Elsewhere",
                "project_id": self.other_project.id,
                "payment_method": "mortgage",
                "line_ids": [
                    fields.Command.create({"name": "All", "value": "balance"})
                ],
            }
        )

    def test_form(self):
        """A7: what the screen shows while it is typed"""
        action = self.unit.with_user(self.rep_a).action_new_quote()
        quotes = self.env[action["res_model"]].with_user(self.rep_a)
        with Form(quotes.with_context(**action["context"])) as form:
            self.assertEqual(form.price, 1_000_000)
            self.assertEqual(form.commercial_amount, 700_000)
            form.down_percent = 50
            self.assertEqual(form.commercial_amount, 500_000)
            self.assertEqual(form.down_payment, 500_000)
            form.payment_method = "combined"
            self.assertEqual(form.provident_amount, 500_000)
            self.assertEqual(form.commercial_amount, 0)

    def test_paper(self):
        """A7: one page with price, loans, plan and until when it holds"""
        quote = self.quote(payment_method="mortgage", plan_id=self.plan_mortgage.id)
        action = quote.action_print()
        report = self.env["ir.actions.report"].with_user(self.rep_a)
        html = report._render_qweb_html(action["report_name"], quote.ids)[0].decode()
        for words in (
            quote.name,
            "1,000,000.00",
            "700,000.00",
            f"{quote.monthly_even:,.2f}",
            f"{quote.monthly_falling:,.2f}",
            f"{quote.deed_tax:,.2f}",
            "Down payment",
            str(quote.valid_until),
        ):
            self.assertIn(words, html)
