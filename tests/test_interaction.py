from psycopg2 import IntegrityError

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models.property_interaction import INTERACTION_KINDS
from .common import PropertyCommon

KINDS = {kind for kind, _label in INTERACTION_KINDS}
ASKED = {"call_in", "visit_first"}  # of whom the channel must be asked
RECEIVED = ASKED | {"visit_called", "visit_return"}  # the office's own two registers


@tagged("post_install", "-at_install")
class TestInteraction(PropertyCommon):
    """B5, B6: the register of calls, visits and follow-ups."""

    def register(self, user=None, **vals):
        defaults = {
            "kind": "call_in",
            "project_id": self.project.id,
            "partner_name": "Ms Zhao",
            "phone": "13800000001",
            "source_id": self.source.id,
        }
        entries = self.env["property.interaction"].with_user(user or self.rep_a)
        return entries.create(defaults | vals)

    def test_entry_of_a_rep(self):
        """B5: an entry is of its host, now, in the host's project, open."""
        with Form(self.env["property.interaction"].with_user(self.rep_a)) as form:
            form.kind = "call_in"
            form.partner_name = "Ms Zhao"
            form.source_id = self.source
        self.assertRecordValues(
            form.record,
            [
                {
                    "user_id": self.rep_a.id,
                    "owner_id": self.rep_a.id,
                    "project_id": self.project.id,
                    "state": "open",
                    "is_valid": True,
                }
            ],
        )

    def test_columns_filled(self):
        """B5, B6: who it was, and of a new contact the channel, must be entered."""
        client = self.make_client(self.rep_a)
        for kind in sorted(KINDS):
            lead_id = kind not in RECEIVED and client.id
            with self.subTest(kind=kind, missing="channel"):
                if kind in ASKED:
                    with self.assertRefused("channel"):
                        self.register(kind=kind, lead_id=lead_id, source_id=False)
                else:
                    self.register(kind=kind, lead_id=lead_id, source_id=False)
            if kind in RECEIVED:
                with (
                    self.subTest(kind=kind, missing="appellation"),
                    self.assertRefused("addressed"),
                ):
                    self.register(kind=kind, partner_name=False)
        entry = self.register()
        with self.assertRefused("channel"):
            entry.source_id = False

    @mute_logger("odoo.sql_db")
    def test_invalid_entry_has_a_reason(self):
        """B5: an entry that does not count says why; a survey names its firm."""
        for vals in (
            {"is_valid": False},
            {"is_valid": False, "invalid_reason": "survey"},
            {"is_valid": True, "invalid_reason": "survey"},
        ):
            with self.subTest(vals), self.assertRaises(IntegrityError):
                self.register(**vals)
        survey = self.register(
            is_valid=False,
            invalid_reason="survey",
            surveyor="Rival Estates",
            partner_name=False,
            source_id=False,
        )
        self.assertFalse(survey.is_valid, "a survey needs neither name nor channel")

    def test_no_survey_becomes_valid(self):
        """B5: what was entered without the columns cannot be made to count later."""
        entry = self.register(is_valid=False, invalid_reason="wrong", source_id=False)
        with self.assertRefused("channel"):
            entry.is_valid = True

    def test_followup_needs_a_client(self):
        """C4: a follow-up is of a client; a call or visit may be of a stranger."""
        for kind in sorted(KINDS):
            with self.subTest(kind=kind):
                if kind in RECEIVED:
                    self.assertFalse(self.register(kind=kind).lead_id)
                else:
                    with self.assertRefused("choose one"):
                        self.register(kind=kind)

    def test_client_of_this_project(self):
        """C14: an entry is of a client registered in the same project."""
        other = self.make_client(self.rep_c)
        self.other_project.user_ids |= self.manager
        with self.assertRefused("another project"):
            self.register(self.manager, lead_id=other.id)

    def test_project_of_another_rep(self):
        """H1: a rep enters nothing into the register of another project."""
        with self.assertRaises(AccessError):
            self.register(self.rep_c)
        with self.assertRaises(AccessError):
            self.register(project_id=self.other_project.id)

    def test_entry_takes_name_and_phone_from_client(self):
        """B6: a known client's entry has his name and number."""
        client = self.make_client(self.rep_a, contact_name="Mr Li", phone="13912345678")
        entry = self.env["property.interaction"].create(
            {
                "kind": "visit_return",
                "lead_id": client.id,
                "project_id": self.project.id,
            }
        )
        self.assertRecordValues(
            entry,
            [
                {
                    "partner_name": "Mr Li",
                    "phone": "13912345678",
                    "phone_sanitized": "+8613912345678",
                }
            ],
        )

    def test_phone_is_sanitised(self):
        """B5: however typed, a number is stored in one spelling to be found by, that
        of China wherever the company is."""
        self.env.company.country_id = self.env.ref("base.fr")
        for typed, stored in (
            ("13800000001", "+8613800000001"),
            ("138-0000 0001", "+8613800000001"),
            ("+86 138 0000 0001", "+8613800000001"),
            ("021-62345678", "+862162345678"),
            ("+852 6123 4567", "+85261234567"),
            ("unknown", False),
            (False, False),
        ):
            with self.subTest(typed=typed):
                self.assertEqual(self.register(phone=typed).phone_sanitized, stored)

    def test_owner_follows_the_client(self):
        """J1, C12: who owns the client sees his history, the earlier part too."""
        client = self.make_client(self.rep_a)
        entry = self.register(lead_id=client.id, kind="visit_return")
        stranger = self.register(partner_name="Stranger")
        self.assertFalse(entry.with_user(self.rep_b).has_access("read"))
        client.sudo()._transfer(self.rep_b, "reassigned")
        self.assertEqual(entry.owner_id, self.rep_b)
        self.assertEqual(entry.user_id, self.rep_a, "the host stays who it was")
        self.assertTrue(entry.with_user(self.rep_b).has_access("read"))
        self.assertFalse(entry.with_user(self.rep_a).has_access("read"))
        self.assertEqual(stranger.owner_id, self.rep_a)
        client.sudo()._transfer(self.env["res.users"], "expired")
        self.assertFalse(entry.owner_id)

    def test_owner_is_not_written(self):
        """J1: nobody shows an entry to others, or hides it, by writing its owner."""
        entry = self.register(owner_id=self.rep_b.id)
        self.assertEqual(entry.owner_id, self.rep_a)
        with self.assertRaises(UserError):
            entry.owner_id = self.rep_b

    def test_closed_entry_is_immutable(self):
        """B9: nobody changes or deletes a closed entry; only its owner still moves."""
        client = self.make_client(self.rep_a)
        entry = self.register(lead_id=client.id, note="two rooms")
        entry.note = "three rooms"
        self.close_entries(entry)
        fields = {
            name
            for name, field in entry._fields.items()
            if field.store and name not in models.MAGIC_COLUMNS
        }
        other = {
            "boolean": not entry.is_valid,
            "many2one": False,
            "many2many": [(4, self.rep_b.id)],
            "selection": "care",
            "datetime": "2020-01-01 00:00:00",
            "date": "2020-01-01",
            "integer": 77,
            "float": 77.0,
            "monetary": 77.0,
        }
        values = {
            "horizon": "now",
            "purpose": "live",
            "grade": "a",
            "invalid_reason": "wrong",
            "state": "open",
            "identity_check": "id_shown",
            "answered_in_time": "yes",
            "turn_id": 1,
            "concern_ids": [(4, self.env["property.concern"].search([], limit=1).id)],
            "unit_type_ids": [(4, self.type_two.id)],
            "project_id": self.other_project.id,
            "corrects_id": self.register().id,
            "correction_ids": [(4, self.register().id)],
            "introduced_by_id": client.id,
            "campaign_id": self.env["utm.campaign"].create({"name": "Test"}).id,
        }
        for user in (self.rep_a, self.clerk, self.manager, self.env.user):
            for name in sorted(fields):
                value = values.get(name, other.get(entry._fields[name].type, "other"))
                with (
                    self.subTest(user=user.login, field=name),
                    self.assertRaises(UserError),
                ):
                    entry.with_user(user).write({name: value})
            with self.subTest(user=user.login), self.assertRaises(UserError):
                entry.with_user(user).unlink()
        self.assertEqual(entry.note, "three rooms")
        client.sudo()._transfer(self.rep_b, "reassigned")
        self.assertEqual(entry.owner_id, self.rep_b)

    def test_form_of_closed_entry_saves_unchanged(self):
        """B9: saving what was not changed is no change."""
        entry = self.register(concern_ids=self.env["property.concern"].search([]).ids)
        self.close_entries(entry)
        entry.write({"note": entry.note, "source_id": self.source.id})
        self.assertEqual(entry.state, "closed")

    def test_entry_is_not_born_closed(self):
        """B9: closing is a step of its own, by values and by context alike."""
        with self.assertRaises(UserError):
            self.register(state="closed")
        entries = self.env["property.interaction"].with_context(default_state="closed")
        entry = entries.create(
            {
                "partner_name": "X",
                "source_id": self.source.id,
                "project_id": self.project.id,
            }
        )
        self.assertEqual(entry.state, "open")

    def test_correction_names_the_original(self):
        """B9: a closed entry is corrected by an added one."""
        entry = self.register()
        self.close_entries(entry)
        correction = self.register(corrects_id=entry.id, partner_name="Ms Zhou")
        self.assertEqual(correction.corrects_id, entry)
        self.assertEqual(entry.partner_name, "Ms Zhao")

    def test_register_from_entry(self):
        """B8, C2: who is complete is registered at once; what is missing is asked for
        in the form of a new client, filled from the visit."""
        entry = self.register(kind="visit_first")
        action = entry.action_register_client()
        leads = self.env["crm.lead"].with_user(self.rep_a)
        form = Form(leads.with_context(**action["context"]), action["views"][0][0])
        form.unit_type_ids.add(self.type_two)
        client = form.save()
        self.assertEqual(entry.lead_id, client)
        self.assertRecordValues(
            client,
            [
                {
                    "contact_name": "Ms Zhao",
                    "phone_sanitized": "+8613800000001",
                    "source_id": self.source.id,
                    "unit_type_ids": self.type_two.ids,
                    "user_id": self.rep_a.id,
                }
            ],
        )
        complete = self.register(
            kind="visit_first", phone="13800000002", unit_type_ids=self.type_two.ids
        )
        action = complete.action_register_client()
        self.assertEqual(complete.lead_id.id, action["res_id"])
        self.assertEqual(complete.lead_id.user_id, self.rep_a)
