from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import MODULE, PropertyCommon


@tagged("post_install", "-at_install")
class TestWish(PropertyCommon):
    """C9: control knows of two clients on one unit before they meet there."""

    def notices(self, client):
        kind = self.env.ref(f"{MODULE}.mail_activity_type_wish")
        return self.env["mail.activity"].search(
            [
                ("activity_type_id", "=", kind.id),
                ("res_model", "=", "crm.lead"),
                ("res_id", "=", client.id),
            ]
        )

    def wish(self, user, unit=None, **vals):
        units = unit if unit is not None else self.unit
        return self.make_client(user, wanted_unit_ids=units.ids, **vals)

    def test_list_by_unit(self):
        """C9: control sees who wants which unit, and finds those wanted by several."""
        first = self.wish(self.rep_a)
        second = self.wish(self.rep_b, self.unit | self.unit_2)
        units = self.env["property.unit"].with_user(self.control)
        unit, other, third = (
            one.with_user(self.control) for one in (self.unit, self.unit_2, self.unit_3)
        )
        self.assertEqual(unit.wish_lead_ids, first | second)
        self.assertEqual((unit.wish_count, other.wish_count), (2, 1))
        self.assertFalse(third.wish_count)
        self.assertEqual(units.search([("wish_count", ">", 0)]), unit | other)
        self.assertEqual(units.search([("wish_count", ">=", 2)]), unit)

    def test_what_is_a_firm_wish(self):
        """C9: of who has an owner and has not bought."""
        lapsed, buyer = self.wish(self.rep_a), self.wish(self.rep_a)
        gone = self.wish(self.rep_a)
        lapsed.sudo()._transfer(self.env["res.users"], "expired")
        self.sell(buyer, self.unit_2)
        gone.action_archive()
        self.wish(self.clerk, phone="13700137000")
        self.assertFalse(self.unit.with_user(self.control).wish_count)

    def test_second_wish_tells_control(self):
        """C9: at once, in his activities, on the file of who came second."""
        first = self.wish(self.rep_a)
        self.assertFalse(self.notices(first))
        second = self.make_client(self.rep_b)
        second.wanted_unit_ids = self.unit | self.unit_2
        notice = self.notices(second)
        self.assertEqual(notice.user_id, self.control)
        self.assertEqual(notice.summary, self.unit.name)
        self.assertNotIn(self.control.partner_id, second.message_partner_ids)
        third = self.wish(self.rep_b)
        self.assertEqual(len(self.notices(third)), 1)

    def test_told_once(self):
        self.wish(self.rep_a)
        second = self.wish(self.rep_b)
        second.write({"wanted_unit_ids": self.unit.ids, "grade": "a"})
        second.wanted_unit_ids |= self.unit_2
        self.assertEqual(len(self.notices(second)), 1)

    def test_manager_where_nobody_is_control(self):
        """C9: somebody is always told."""
        self.project.user_ids -= self.control
        self.wish(self.rep_a)
        self.assertEqual(self.notices(self.wish(self.rep_b)).user_id, self.manager)

    def test_no_quarrel_over_a_unit_that_is_gone(self):
        """C9: of a unit with a slip control knows; one not yet released is open."""
        self.wish(self.rep_a)
        self.unit._move("held")
        self.assertTrue(self.notices(self.wish(self.rep_b)))
        self.unit._move("available")
        self.open_slip(self.make_client(self.rep_a), self.unit)
        self.assertFalse(self.notices(self.wish(self.rep_b)))

    def test_rep_is_warned_neutrally(self):
        """C9, J1: the rep learns that he should ask control, and nothing else."""
        secret = self.wish(self.rep_b, contact_name="Zhuge Kongming")
        view = f"{MODULE}.crm_lead_view_form_client"
        leads = self.env["crm.lead"].with_user(self.rep_a)
        client = self.make_client(self.rep_a)
        for record in (client.with_user(self.rep_a), leads):
            result = record.onchange(
                {"wanted_unit_ids": [(4, self.unit.id)], "project_id": self.project.id},
                ["wanted_unit_ids"],
                {"wanted_unit_ids": {}},
            )
            with self.subTest(record=record):
                self.assertIn(self.unit.name, result["warning"]["message"])
                self.assertNotIn(secret.contact_name, str(result))
                self.assertNotIn(self.rep_b.name, str(result))
        with self.assertLogs("odoo.tests.form.onchange", "WARNING"):
            with Form(client.with_user(self.rep_a), view=view) as form:
                form.wanted_unit_ids.add(self.unit)
        messages = client.message_ids.mapped("body")
        notes = self.notices(client).mapped("note")
        self.assertNotIn(secret.contact_name, f"{messages} {notes}")

    def test_own_wish_is_no_conflict(self):
        client = self.wish(self.rep_a)
        result = client.with_user(self.rep_a).onchange(
            {"wanted_unit_ids": [(4, self.unit_2.id)]},
            ["wanted_unit_ids"],
            {"wanted_unit_ids": {}},
        )
        self.assertNotIn("warning", result)

    def test_reps_see_no_wishes(self):
        """J1: neither how many nor whose, by field, search or grouping."""
        self.wish(self.rep_b)
        for user in (self.rep_a, self.supervisor_a, self.clerk, self.finance):
            unit = self.unit.with_user(user)
            for name in ("wish_count", "wish_lead_ids"):
                with self.subTest(user.login, name=name):
                    with self.assertRaises(AccessError):
                        unit.read([name])
            action = self.env.ref(f"{MODULE}.menu_property_wish").with_user(user)
            self.assertFalse(action._filter_visible_menus())

        for user in (self.rep_a, self.supervisor_a):
            units = self.env["property.unit"].with_user(user)
            self.assertFalse(units.search([("wish_count", ">", 0)]))

    def test_wishes_are_not_written_on_the_unit(self):
        """J1: the unit's side of it is read only: control changes no client's file."""
        client = self.wish(self.rep_a)
        unit = self.unit.with_user(self.control)
        unit.write({"wish_lead_ids": [(5,)]})
        self.assertEqual(client.wanted_unit_ids, self.unit)
