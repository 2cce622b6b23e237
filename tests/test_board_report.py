from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_board import NAME, BoardCommon

REPORT = "crm_property_sales.report_property_board"


@tagged("post_install", "-at_install")
class TestBoardReport(BoardCommon):
    """A3: the board on A3 paper."""

    def html(self, buildings, user):
        reports = self.env["ir.actions.report"].with_user(user)
        return reports._render_qweb_html(REPORT, buildings.ids)[0].decode()

    def test_every_unit_and_no_name(self):
        """A3: each unit with its state and price, counts; no client"""
        self.open_slip(self.client, self.unit)
        page = self.html(self.building | self.building_2, self.rep_a)
        for unit in self.units:
            self.assertEqual(page.count(f"<b>{unit.room}</b>"), 2, unit.name)
            self.assertIn(f"{unit.list_price:,.0f}", page)
        self.assertIn("Slip", page)
        self.assertNotIn(NAME, page)
        self.assertNotIn("950,000", page, "no floor price")

    def test_own_projects_only(self):
        """H1: no paper of another project's building"""
        with self.assertRaises(AccessError):
            self.html(self.other_building, self.rep_a)

    def test_pdf_is_one_page_a_building(self):
        """A3: A3 across, one building a page"""
        action = self.building.with_user(self.rep_a).action_print_board()
        self.assertEqual(action["report_name"], REPORT)
        with self.allow_pdf_render():
            content, kind = (
                self.env["ir.actions.report"]
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf(REPORT, (self.building | self.building_2).ids)
            )
        self.assertEqual(kind, "pdf")
        self.assertEqual(content.count(b"/Type /Page\n"), 2)
