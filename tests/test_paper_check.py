from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import HttpCase, new_test_user, tagged

from .test_discount import DiscountCommon


@tagged("post_install", "-at_install")
class TestPaperCheck(DiscountCommon, HttpCase):
    """E1, J8: number and code of a paper are checked on a page, by the office alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.slip = cls.open_slip(cls.client, cls.unit)
        cls.env["property.policy"].search([]).checks_per_hour = 50

    def login(self, user):
        self.authenticate(user.login, user.login.ljust(8, "x"))

    def open(self, number=None, code=None):
        number = number or self.slip.name
        return self.url_open(f"/property/check/{number}?code={code or ''}")

    def assertPage(self, verdict, number=None, code=None, without=()):
        page = self.open(number, code)
        self.assertEqual(page.status_code, 200)
        self.assertIn(f'class="verdict {verdict}"', page.text)
        for word in (self.client.contact_name, self.client.phone, *without):
            self.assertNotIn(word, page.text)
        return page.text

    def last_log(self):
        return self.env["property.access.log"].search(
            [("kind", "in", ("verify", "denied"))], limit=1
        )

    def test_the_qr_leads_here(self):
        """E1: the printed QR holds the address that proves the paper genuine."""
        self.login(self.control)
        page = self.url_open(self.slip._proof_url().removeprefix(self.base_url()))
        self.assertIn('class="verdict genuine"', page.text)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "crm_property_sales.report_property_slip", self.slip.ids
        )[0]
        self.assertIn(b"data:image/png", html)

    def test_verdicts(self):
        """E1: genuine, not genuine, no longer valid, unknown; each look is logged."""
        self.login(self.control)
        code = self.slip.check_code
        until = self.project.local_time(self.slip.slip_expires)
        text = self.assertPage("genuine", code=code.lower())
        for word in ("1-101", f"{until:%Y-%m-%d %H:%M}"):
            self.assertIn(word, text)
        for wrong in ("000000", "", code[:5]):
            self.assertPage("false", code=wrong, without=["1-101"])
        self.assertPage("unknown", number="RG2000-1", code=code)
        self.assertRecordValues(
            self.last_log(),
            [
                {
                    "user_id": self.control.id,
                    "kind": "verify",
                    "paper": "RG2000-1",
                    "result": "unknown",
                    "project_id": self.project.id,
                }
            ],
        )
        self.slip.action_cancel()
        self.assertPage("ended", code=code)
        self.assertEqual(self.last_log().result, "ended")

    def test_expired_slip(self):
        """E1: a slip whose time is over does not hold, written down or not."""
        self.assertTrue(self.slip._proof_is_valid())
        with freeze_time(self.slip.slip_expires + timedelta(seconds=1)):
            self.assertFalse(self.slip._proof_is_valid())

    def test_discount(self):
        """E4: the discount's paper is checked there too, by who sees the discount."""
        discount = self.approved(unit=self.unit_2)
        code = discount.check_code
        self.login(self.control)
        self.assertPage("genuine", number=discount.name, code=code)
        self.login(self.rep_b)
        self.assertPage("unknown", number=discount.name, code=code, without=["1-102"])

    def test_ruling(self):
        """C6: a ruling is unknown to who has no part in it."""
        ruling = self.env["property.collision"]._open(self.client.sudo(), self.rep_b)
        code = ruling.check_code
        self.login(self.manager)
        self.assertPage("genuine", number=ruling.name, code=code)
        self.login(self.control)
        self.assertPage("unknown", number=ruling.name, code=code)

    def test_nobody_else(self):
        """E1, J1: other projects hear nothing, strangers do not even find the page."""
        code = self.slip.check_code
        self.login(self.rep_c)
        self.assertPage("unknown", code=code, without=["1-101"])
        crm = new_test_user(
            self.env, "crm_only", groups="sales_team.group_sale_manager"
        )
        self.login(crm)
        self.assertEqual(self.open(code=code).status_code, 404)
        self.authenticate(None, None)
        page = self.open(code=code)
        self.assertIn("/web/login", page.url)
        self.assertNotIn("1-101", page.text)

    def test_not_by_trying(self):
        """E1, J8: who tries codes is stopped after the policy's checks an hour; the
        refusal is logged and a right code says nothing then."""
        self.env["property.policy"].search([]).checks_per_hour = 2
        self.login(self.control)
        for code in ("000000", "000001"):
            self.assertPage("false", code=code)
        page = self.open(code=self.slip.check_code)
        self.assertEqual(page.status_code, 429)
        self.assertIn('class="verdict wait"', page.text)
        self.assertNotIn("1-101", page.text)
        self.assertEqual(self.last_log().kind, "denied")

    def test_by_hand(self):
        """E1: without number the page asks for it."""
        self.login(self.control)
        page = self.url_open("/property/check")
        self.assertIn('name="number"', page.text)
        self.assertFalse(self.last_log())
