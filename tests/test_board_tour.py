from odoo.tests import HttpCase, tagged

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestBoardTour(PropertyCommon, HttpCase):
    """The sales-control board in a browser."""

    def test_keyboard_only(self):
        """A3, A4: control finds a unit and holds it, no mouse"""
        self.start_tour(
            "/odoo/property-board", "property_board_keyboard", login=self.control.login
        )
        held = self.units.filtered(lambda unit: unit.state == "held")
        self.assertEqual(held.name, "2-202")
        self.assertRecordValues(
            held.hold_id,
            [
                {
                    "reason": "Show flat",
                    "user_id": self.control.id,
                    "approver_id": self.manager.id,
                }
            ],
        )
