import base64
from datetime import date, datetime

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import MODULE, PropertyCommon
from .test_care import TRACKED


@tagged("post_install", "-at_install")
class TestFacts(PropertyCommon):
    """B11, C11: how surely a client is known, and who may change what was confirmed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make_client(
            cls.rep_a, contact_name="Ms Wang", phone="13812345678"
        )
        cls.as_rep = cls.client.with_user(cls.rep_a)
        cls.as_manager = cls.client.with_user(cls.manager)

    def verify(self, user=None, **vals):
        dialogs = self.env["property.identity"].with_user(user or self.rep_a)
        dialog = dialogs.create({"lead_id": self.client.id} | vals)
        dialog.action_verify()

    def track(self):
        """What a commit does: write down what was changed."""
        self.env.flush_all()
        self.cr.flush()

    def last_change(self):
        """{field: (old, new)} and the words of the last tracked change"""
        self.track()
        message = self.client.sudo().message_ids.filtered("tracking_value_ids")[:1]
        values = {
            value.field_id.name: (value.old_value_char, value.new_value_char)
            for value in message.sudo().tracking_value_ids
        }
        return values, message

    # === Identity ===

    def test_identity(self):
        """B11: how, by whom, when."""
        self.assertEqual(self.client.identity_state, "none")
        with freeze_time("2026-03-02 02:00:00"):
            self.verify(way="callback")
        self.assertRecordValues(
            self.client,
            [
                {
                    "identity_state": "callback",
                    "identity_by_id": self.rep_a.id,
                    "identity_date": datetime(2026, 3, 2, 2),
                }
            ],
        )

    def test_identity_of_the_register(self):
        """B11: what the desk enters with the visit is in the client's file too, also
        when the visit makes it; an earlier one does not replace a later one."""
        values = {
            "kind": "visit_first",
            "project_id": self.project.id,
            "user_id": self.rep_a.id,
            "partner_name": "Mr Li",
            "phone": "13800001111",
            "unit_type_ids": self.type_two.ids,
            "source_id": self.source.id,
            "identity_check": "id_shown",
        }
        entries = self.env["property.interaction"].with_user(self.clerk)
        visit = entries.create(values)
        client = visit._register_client().sudo()
        self.assertEqual(client.identity_state, "id_shown")
        self.assertEqual(client.identity_by_id, self.clerk)
        followup = {"kind": "followup_call", "lead_id": client.id}
        entry = entries.create(followup | {"project_id": self.project.id})
        self.assertEqual(client.identity_state, "id_shown")
        entry.identity_check = "callback"
        self.assertEqual(client.identity_state, "callback")
        with freeze_time("2020-01-01"):
            visit.identity_check = "appointment"
        self.assertEqual(client.identity_state, "callback")

    def test_appointment_has_its_agreement(self):
        """B11: an appointment verifies with the agreement that was signed."""
        with self.assertRefused("agreement"):
            self.verify(way="appointment")
        self.assertEqual(self.client.identity_state, "none")
        content = base64.b64encode(b"signed")
        self.verify(way="appointment", agreement=content, agreement_name="a.pdf")
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", self.client.id)]
        )
        self.assertEqual((attachment.name, attachment.raw), ("a.pdf", b"signed"))
        self.assertFalse(
            attachment.with_user(self.rep_b).search([("id", "=", attachment.id)])
        )

    def test_identity_is_not_written(self):
        """B11: by the action only; not with the registration either."""
        for vals in (
            {"identity_state": "id_shown"},
            {"identity_by_id": self.manager.id},
            {"identity_date": datetime(2026, 1, 1)},
            {"facts_confirmed_date": False},
            {"facts_confirmed_by_id": self.manager.id},
            {"fact_check_date": date(2030, 1, 1)},
        ):
            with self.subTest(vals):
                for user in (self.rep_a, self.manager):
                    with self.assertRefused("not written directly"):
                        self.client.with_user(user).write(vals)
                client = self.make_client(self.rep_a, **vals)
                self.assertEqual(client.identity_state, "none")
                self.assertFalse(client.identity_by_id or client.identity_date)
                self.assertFalse(client.facts_confirmed_date)
        leads = self.env["crm.lead"].with_context(default_identity_state="id_shown")
        values = {"contact_name": "Mr Li", "phone": "13899998888"}
        values |= {"project_id": self.project.id, "unit_type_ids": self.type_two.ids}
        client = leads.with_user(self.rep_a).create(values)
        self.assertEqual(client.identity_state, "none")

    def test_who_verifies(self):
        """B11, H1: who works on the client; not who only looks him up."""
        for user in (self.rep_b, self.control, self.service, self.hq):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.verify(user, way="id_shown")
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.client.with_user(user).action_check_facts()
        self.verify(self.clerk, way="id_shown")

    # === Confirmed facts ===

    def test_check_is_due(self):
        """C11: so many days after registration and after each check, by the policy of
        that day, the project's days."""
        self.env["property.policy"].create(
            {
                "project_id": self.project.id,
                "date_start": "2026-04-01",
                "fact_check_days": 30,
            }
        )
        with freeze_time("2026-03-02 16:30:00"):  # the 3rd in Shanghai
            client = self.make_client(self.rep_a)
            self.assertEqual(client.fact_check_date, date(2026, 6, 1))
        with freeze_time("2026-04-10 02:00:00"):
            client.action_check_facts()
            self.assertEqual(client.fact_check_date, date(2026, 5, 10))
        self.assertEqual(client.facts_confirmed_by_id, self.rep_a)

    def test_rep_changes_before_the_check(self):
        self.as_rep.write({"contact_name": "Mrs Wang", "phone": "13812345679"})
        self.as_rep.write({"source_id": self.source.id})
        self.as_rep.write({"source_id": False})

    def test_rep_adds_and_never_changes(self):
        """C11: once confirmed, an empty fact is filled, a filled one stands, whatever
        door is used; what the client wishes goes on being entered."""
        self.as_rep.action_check_facts()
        self.as_rep.source_id = self.source
        other = self.env["utm.source"].create({"name": "Test Radio"})
        person = self.env["res.partner"].create({"name": "Somebody Else"})
        self.as_rep._get_client_partner()
        for vals in (
            {"contact_name": "Mr Wang"},
            {"phone": "13812345679"},
            {"phone": False},
            {"source_id": other.id},
            {"source_id": False},
            {"partner_id": person.id},
            {"phone": "13812345679", "change_reason": "He says so"},
        ):
            for user in (self.rep_a, self.supervisor_a, self.clerk):
                with self.subTest(vals, user=user.login):
                    with self.assertRefused("only a manager"):
                        self.client.with_user(user).write(vals)
        self.as_rep.write({"grade": "b", "phone": "13812345678", "district": "Wuhou"})

    def test_person_of_confirmed_facts(self):
        """C11: the person's name, number and papers are confirmed with the file; CRM
        would carry a phone from the person to the file."""
        person = self.as_rep._get_client_partner()
        person.id_number = "11010519491231002X"
        self.as_rep.action_check_facts()
        for vals in (
            {"name": "Mr Wang"},
            {"phone": "13812345679"},
            {"id_number": "440524188001010014"},
            {"id_type": "passport"},
            {"birth_date": "1950-01-01"},
        ):
            with self.subTest(vals), self.assertRefused("only a manager"):
                person.with_user(self.rep_a).write(vals)
        person.with_user(self.rep_a).occupation = "Teacher"
        with self.assertRefused("reason"):
            person.with_user(self.manager).phone = "13812345679"
        person.with_user(self.manager).write(
            {"phone": "13812345679", "change_reason": "New number"}
        )
        self.assertEqual(self.client.phone, "13812345679")

    def test_manager_changes_with_a_reason(self):
        """C11: old, new, who, when and why are on record."""
        self.as_rep._get_client_partner()
        self.as_rep.action_check_facts()
        with self.assertRefused("reason"):
            self.as_manager.phone = "13812345679"
        for blank in ("", "  ", False):
            with self.subTest(blank), self.assertRefused("reason"):
                self.as_manager.write({"phone": "138", "change_reason": blank})
        self.track()
        client = self.client.with_context(**TRACKED).with_user(self.manager)
        client.write(
            {"phone": "13812345679", "change_reason": "Showed the contract of his SIM"}
        )
        values, message = self.last_change()
        self.assertEqual(values["phone"], ("13812345678", "13812345679"))
        self.assertIn("Showed the contract of his SIM", message.body)
        self.assertEqual(message.author_id, self.manager.partner_id)
        self.assertEqual(self.client.partner_id.phone, "13812345679")

    def test_every_change_is_tracked(self):
        """C11: what a client wishes changes often: old, new, who and when."""
        self.track()  # the registration itself is not tracked
        client = self.client.with_context(**TRACKED).with_user(self.rep_a)
        client.write({"grade": "b", "district": "Wuhou"})
        values, message = self.last_change()
        self.assertEqual(values["grade"][1], "B")
        self.assertEqual(values["district"][1], "Wuhou")
        self.assertEqual(message.author_id, self.rep_a.partner_id)
        for vals in (
            {"wanted_unit_ids": self.unit_2},
            {"unit_type_ids": self.type_three},
        ):
            with self.subTest(vals=vals):
                ((name, wishes),) = vals.items()
                client.write({"grade": "a"})
                client.write({name: [Command.link(wishes.id)]})
                values, _message = self.last_change()
                self.assertIn(wishes.display_name, values[name][1])

    def test_form_of_a_manager(self):
        """C11: he is asked for the reason in the form; a rep finds the facts closed."""
        view = f"{MODULE}.crm_lead_view_form_client"
        self.as_rep.action_check_facts()
        form = Form(self.as_manager, view=view)
        form.contact_name = "Mrs Wang"
        form.change_reason = "Married"
        form.save()
        self.assertEqual(self.client.contact_name, "Mrs Wang")
        form = Form(self.as_rep, view=view)
        with self.assertRaises(AssertionError):
            form.contact_name = "Mr Wang"

    def test_step_of_the_system(self):
        """A contract, a hand-over… write with full rights and need no reason."""
        self.as_rep.action_check_facts()
        self.client.sudo().contact_name = "Wang Xiaoli"
        self.sell(self.client, self.unit)

    def test_ordinary_leads_are_free(self):
        lead = self.env["crm.lead"].create({"name": "Lift", "phone": "02812345678"})
        lead.write({"phone": "02812345679", "contact_name": "Otis"})
        contact = self.env["res.partner"].create({"name": "Otis"})
        contact.write({"name": "Schindler"})
