import io

import openpyxl
from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCase

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestMailing(PropertyCommon, MailCase, TransactionCase):
    """G21: after closing the form goes out once, with both files, on the local day."""

    @classmethod
    def setUpClass(cls):
        with freeze_time("2026-03-01 02:00:00"):
            super().setUpClass()
        cls.mailing = cls.env["property.mailing"].create(
            {
                "project_id": cls.project.id,
                "form": "property.form.sales_daily",
                "hour": 18.5,
                "user_ids": (cls.manager | cls.hq).ids,
                "sender_id": cls.manager.id,
            }
        )
        cls.mailing.last_day = "2026-03-09"

    def run_at(self, moment):
        """The mails that the scheduler makes at `moment` (UTC)."""
        with freeze_time(moment), self.mock_mail_gateway():
            self.run_cron("ir_cron_mail_forms")
            return self._new_mails

    def test_waits_for_closing(self):
        self.assertFalse(self.run_at("2026-03-10 10:29:00"))  # 18:29 in Shanghai
        self.assertTrue(self.run_at("2026-03-10 10:31:00"))
        self.assertEqual(str(self.mailing.last_day), "2026-03-10")

    def test_once_a_day(self):
        self.assertTrue(self.run_at("2026-03-10 10:31:00"))
        self.assertFalse(self.run_at("2026-03-10 15:59:00"))
        self.assertFalse(self.run_at("2026-03-11 10:00:00"))
        self.assertTrue(self.run_at("2026-03-11 10:31:00"))

    def test_missed_closing_is_made_up_for_the_day(self):
        """The server was down at 18:30: at 00:30 it is still the day before's form."""
        self.assertTrue(self.run_at("2026-03-10 16:30:00"))
        self.assertEqual(str(self.mailing.last_day), "2026-03-10")

    def test_both_files_to_all_receivers(self):
        mail = self.run_at("2026-03-10 10:31:00")
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, (self.manager | self.hq).partner_id)
        self.assertIn("Test Garden_2026-03-10", mail.subject)
        files = {
            attachment.name.rpartition(".")[2]: attachment.raw
            for attachment in mail.attachment_ids
        }
        self.assertEqual(files.keys(), {"pdf", "xlsx"})
        book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
        self.assertIn("2026-03-10", book.worksheets[0]["A2"].value)
        self.assertEqual(book.worksheets[0]["C6"].value, 4)

    def test_one_failure_does_not_keep_back_the_others(self):
        other = self.mailing.copy({"sender_id": self.manager.id})
        other.last_day = "2026-03-09"
        self.mailing.sender_id = self.rep_c  # works elsewhere: may not compile it
        with mute_logger("odoo.addons.crm_property_sales.models.property_mailing"):
            mails = self.run_at("2026-03-10 10:31:00")
        self.assertEqual(len(mails), 1)
        self.assertEqual(str(other.last_day), "2026-03-10")
        self.assertEqual(str(self.mailing.last_day), "2026-03-09")

    def test_receivers_need_an_address(self):
        self.hq.email = False
        with self.assertRaises(ValidationError):
            self.mailing.copy()

    def test_nobody_mails_with_anothers_eyes(self):
        """J1: the receivers see what the sender may see."""
        mailings = self.env["property.mailing"].with_user(self.manager)
        values = {
            "project_id": self.project.id,
            "form": "property.form.owners",
            "user_ids": self.manager.ids,
        }
        self.assertEqual(mailings.create(values).sender_id, self.manager)
        with self.assertRaises(ValidationError):
            mailings.create(values | {"sender_id": self.hq.id})
