from odoo.tests import HttpCase, tagged

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestDeskTour(PropertyCommon, HttpCase):
    """The reception desk in a browser."""

    def test_keyboard_only(self):
        """B2, B3, B5–B7: a call, the caller's visit and a new visitor, no mouse."""
        self.clerk.property_project_ids = self.project
        self.start_tour(
            "/odoo/property-desk", "property_desk_keyboard", login=self.clerk.login
        )
        new, called, call = self.env["property.interaction"].search(
            [("project_id", "=", self.project.id)], limit=3
        )
        self.assertRecordValues(
            call | called | new,
            [
                {
                    "kind": "call_in",
                    "user_id": self.rep_a.id,
                    "source_id": self.source.id,
                    "district": "Wuhou",
                    "note": False,
                    "grade": False,
                    "area_wanted": 0,
                    "budget": 0,
                    "party_size": 1,
                },
                {
                    "kind": "visit_called",
                    "user_id": self.rep_a.id,
                    "source_id": False,
                    "district": False,
                    "note": False,
                    "grade": False,
                    "area_wanted": 0,
                    "budget": 0,
                    "party_size": 1,
                },
                {
                    "kind": "visit_first",
                    "user_id": self.rep_a.id,
                    "source_id": self.source.id,
                    "district": False,
                    "note": "Came by bus",
                    "grade": "a",
                    "area_wanted": 90,
                    "budget": 1500000,
                    "party_size": 3,
                },
            ],
        )
        self.assertEqual(call.lead_id, called.lead_id)
        self.assertEqual((called | new).lead_id.user_id, self.rep_a)
        self.assertEqual(new.unit_type_ids, self.type_three)
        self.assertEqual(len(new.concern_ids), 1)
        self.assertFalse(called.turn_id)
        self.assertTrue(call.turn_id and new.turn_id)
