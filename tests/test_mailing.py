import io
from unittest.mock import patch
from zipfile import BadZipFile

import msoffcrypto
import openpyxl
from freezegun import freeze_time
from pypdf import PdfReader

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from ..reports.form_table import cell_kind, written
from .common import PropertyCommon
from .smtp_sink import smtp_sink
from .test_form import G1, G3, G8

QUIET = "odoo.addons.crm_property_sales.models.property_mailing_delivery"


def workbook(raw, password=None):
    if password:
        office = msoffcrypto.OfficeFile(io.BytesIO(raw))
        office.load_key(password=password)
        out = io.BytesIO()
        office.decrypt(out)
        raw = out.getvalue()
    return openpyxl.load_workbook(io.BytesIO(raw))


class MailingCommon(PropertyCommon):
    """A mail server of our own takes what is sent, by real SMTP."""

    @classmethod
    def setUpClass(cls):
        with freeze_time("2026-03-01 02:00:00"):
            super().setUpClass()
        cls.env["ir.mail_server"].search([]).active = False
        cls.env.company.email = "office@example.com"
        cls.sink = cls.enterClassContext(smtp_sink())
        cls.startClassPatcher(patch.object(IrMail_Server, "_disable_send", lambda _: 0))
        cls.server = cls.env["ir.mail_server"].create(
            {"name": "Sink", "smtp_host": "127.0.0.1", "smtp_port": cls.sink.port}
        )
        cls.mailing = cls.make_mailing(G3)

    def setUp(self):
        super().setUp()
        self.sink.mails.clear()
        self.sink.recipients.clear()
        self.sink.refuses = False

    @classmethod
    def make_mailing(cls, form, **vals):
        defaults = {
            "project_id": cls.project.id,
            "form": form,
            "hour": 18.5,
            "user_ids": (cls.manager | cls.hq).ids,
            "sender_id": cls.manager.id,
            "date_start": "2026-03-10",
        }
        return cls.env["property.mailing"].create(defaults | vals)

    def run_at(self, moment):
        """The mails that the scheduler sends at `moment` (UTC)."""
        before = len(self.sink.mails)
        with freeze_time(moment):
            self.run_cron("ir_cron_mail_forms")
        return self.sink.mails[before:]

    def send_at(self, mailing, moment):
        """The mail with a real PDF: in tests Odoo makes none unless asked to."""
        with freeze_time(moment):
            mailing = mailing.with_user(self.manager)
            mailing.with_context(force_report_rendering=True).action_send_now()
        return self.sink.mails[-1]

    def sent_days(self, mailing=None):
        deliveries = (mailing or self.mailing).delivery_ids.filtered(
            lambda one: one.state == "sent"
        )
        return [str(one.period_end) for one in deliveries.sorted("period_end")]


@tagged("post_install", "-at_install")
class TestMailing(MailingCommon, TransactionCase):
    """G21: after closing the form goes out once, with both files, on the local day."""

    def test_waits_for_closing(self):
        self.assertFalse(self.run_at("2026-03-10 10:29:00"))  # 18:29 in Shanghai
        self.assertTrue(self.run_at("2026-03-10 10:31:00"))
        self.assertEqual(self.sent_days(), ["2026-03-10"])

    def test_once_a_day(self):
        self.assertTrue(self.run_at("2026-03-10 10:31:00"))
        self.assertFalse(self.run_at("2026-03-10 15:59:00"))
        self.assertFalse(self.run_at("2026-03-11 10:00:00"))
        self.assertTrue(self.run_at("2026-03-11 10:31:00"))

    def test_missed_closing_is_made_up_for_the_day(self):
        """The server was down at 18:30: at 00:30 it is still the day before's form."""
        self.assertTrue(self.run_at("2026-03-10 16:30:00"))
        self.assertEqual(self.sent_days(), ["2026-03-10"])

    def test_both_files_opened_and_read(self):
        """Must show 6: real SMTP, both attachments, each figure that of the screen."""
        mail = self.send_at(self.mailing, "2026-03-10 10:31:00")
        self.assertEqual(set(self.sink.recipients), {self.manager.email, self.hq.email})
        self.assertIn("Test Garden_2026-03-10", mail["subject"])
        files = {
            part.get_content_type(): part.get_content()
            for part in mail.iter_attachments()
        }
        pdf, xlsx = (
            files["application/pdf"],
            next(raw for kind, raw in files.items() if "spreadsheet" in kind),
        )
        with freeze_time("2026-03-10 10:31:00"):
            form = (
                self.env[G3]
                .with_user(self.manager)
                .compile({"project_id": self.project.id, "date_to": "2026-03-10"})
            )
        sheets = workbook(xlsx).worksheets
        for sheet, section in zip(sheets, form["sections"], strict=True):
            for line, row in enumerate(section["rows"], 6):
                for place, value in enumerate(row["values"], 1):
                    self.assertEqual(sheet.cell(line, place).value, value)
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
        text = text.replace("\n", "").replace(" ", "")
        for section in form["sections"]:
            for row in section["rows"]:
                for column, value in zip(
                    section["columns"], row["values"], strict=True
                ):
                    figure = written(value, cell_kind(column, row))
                    self.assertIn(figure.replace(" ", ""), text)

    def test_rhythms(self):
        """The week on its last day, the month on its last; nothing of before."""
        for rhythm, moment, sent in (
            ("week", "2026-03-15 10:29:00", []),
            ("week", "2026-03-15 10:31:00", ["2026-03-15"]),  # Sunday
            ("month", "2026-03-31 10:29:00", []),
            ("month", "2026-03-31 10:31:00", ["2026-03-31"]),
        ):
            mailing = self.make_mailing("property.form.fairness", rhythm=rhythm)
            self.run_at(moment)
            self.assertEqual(self.sent_days(mailing), sent, (rhythm, moment))

    def test_rhythm_of_the_form(self):
        with self.assertRaises(ValidationError):
            self.make_mailing(G3, rhythm="week")

    def test_holidays(self):
        """No form of a closed day; the week's goes out on the next open one."""
        self.env["property.closed.day"].create(
            {"name": "Festival", "date_from": "2026-03-14", "date_to": "2026-03-16"}
        )
        week = self.make_mailing("property.form.fairness", rhythm="week")
        for moment, days, weeks in (
            ("2026-03-13 10:31:00", ["2026-03-13"], []),
            ("2026-03-14 10:31:00", ["2026-03-13"], []),
            ("2026-03-16 10:31:00", ["2026-03-13"], []),
            ("2026-03-17 10:29:00", ["2026-03-13"], []),
            ("2026-03-17 10:31:00", ["2026-03-13", "2026-03-17"], ["2026-03-15"]),
        ):
            self.run_at(moment)
            self.assertEqual(self.sent_days(), days, moment)
            self.assertEqual(self.sent_days(week), weeks, moment)

    # === What goes wrong ===

    def test_failure_is_shown_and_tried_again(self):
        self.sink.refuses = True
        with mute_logger(QUIET, "odoo.addons.base.models.ir_mail_server"):
            self.assertFalse(self.run_at("2026-03-10 10:31:00"))
            delivery = self.mailing.delivery_ids
            self.assertEqual((delivery.state, delivery.attempts), ("failed", 1))
            self.assertIn("no such user", delivery.error)
            self.assertEqual(self.mailing.last_state, "failed")
            self.assertFalse(self.run_at("2026-03-10 10:35:00"))
            self.assertEqual(delivery.attempts, 1)  # the next try is later
        self.sink.refuses = False
        self.assertTrue(self.run_at("2026-03-10 10:42:00"))
        self.assertEqual((delivery.state, delivery.attempts), ("sent", 2))
        self.assertFalse(delivery.error)

    def test_given_up_in_the_end(self):
        self.sink.refuses = True
        delivery = self.env["property.mailing.delivery"]._of(
            self.mailing, "2026-03-10", "2026-03-10"
        )
        with mute_logger(QUIET, "odoo.addons.base.models.ir_mail_server"):
            for _try in range(8):
                delivery._deliver()
        self.assertEqual(delivery.state, "given_up")
        self.sink.refuses = False
        delivery.with_user(self.manager).action_retry()
        self.assertEqual(delivery.state, "sent")

    def test_one_failure_does_not_keep_back_the_others(self):
        other = self.mailing.copy({"sender_id": self.manager.id})
        self.mailing.sender_id = self.rep_c  # works elsewhere: may not compile it
        with mute_logger(QUIET):
            self.assertEqual(len(self.run_at("2026-03-10 10:31:00")), 1)
        self.assertEqual(self.sent_days(other), ["2026-03-10"])
        self.assertEqual(self.mailing.delivery_ids.state, "failed")

    def test_receivers_need_an_address(self):
        self.hq.email = False
        with self.assertRaises(ValidationError):
            self.mailing.copy()

    def test_nobody_mails_with_anothers_eyes(self):
        """J1: the receivers see what the sender may see."""
        mailings = self.env["property.mailing"].with_user(self.manager)
        values = {
            "project_id": self.project.id,
            "form": G8,
            "user_ids": self.manager.ids,
            "rhythm": "month",
        }
        self.assertEqual(mailings.create(values).sender_id, self.manager)
        with self.assertRaises(ValidationError):
            mailings.create(values | {"sender_id": self.hq.id})


@tagged("post_install", "-at_install")
class TestPersonalMail(MailingCommon, TransactionCase):
    """J1, J4: clients' data stay in the company, and their files are closed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sell(cls.make_client(cls.rep_a, contact_name="Ms Secret"), cls.unit)
        cls.outside = cls.env["res.partner"].create(
            {"name": "Agency", "email": "agent@elsewhere.test"}
        )

    def test_files_are_closed_by_the_password(self):
        today = self.project.local_day()
        mailing = self.make_mailing(G8, date_start=today, hour=0)
        mail = self.send_at(mailing, fields.Datetime.now())
        password = self.project.file_password
        self.assertGreaterEqual(len(password), 12)
        self.assertNotIn(password, mail.as_string())
        self.assertNotIn(password, mail.get_body(("plain", "html")).get_content())
        for part in mail.iter_attachments():
            raw = part.get_content()
            if part.get_content_type() == "application/pdf":
                reader = PdfReader(io.BytesIO(raw))
                self.assertTrue(reader.is_encrypted)
                self.assertFalse(reader.decrypt("wrong"))
                self.assertTrue(reader.decrypt(password))
                self.assertEqual(reader._encryption.V, 5)  # AES-256
                self.assertIn("Ms Secret", reader.pages[0].extract_text())
            else:
                with self.assertRaises(BadZipFile):
                    openpyxl.load_workbook(io.BytesIO(raw))
                with self.assertRaises(msoffcrypto.exceptions.InvalidKeyError):
                    workbook(raw, "wrong")
                sheet = workbook(raw, password).worksheets[0]
                self.assertEqual(sheet["E5"].value, "Ms Secret")

    def test_other_forms_are_open(self):
        self.run_at("2026-03-10 10:31:00")
        [mail] = self.sink.mails
        for part in mail.iter_attachments():
            if "spreadsheet" in part.get_content_type():
                self.assertTrue(workbook(part.get_content()))

    def test_nobody_outside(self):
        """Refused in words when it is written…"""
        for name, vals in (
            ("partner", {"partner_ids": self.outside.ids}),
            ("copy", {"partner_ids": (self.outside | self.hq.partner_id).ids}),
        ):
            with self.subTest(name):
                with self.assertRaisesRegex(ValidationError, "agent@elsewhere.test"):
                    self.make_mailing(G1, **vals)
        self.assertTrue(self.make_mailing(G3, partner_ids=self.outside.ids))

    def test_nobody_outside_later(self):
        """… and when the address, or the list, changed since: shown and logged, not
        tried again."""
        mailing = self.make_mailing(G8, date_start="2026-03-10")
        self.hq.partner_id.email = "hq@elsewhere.test"
        with mute_logger(QUIET):
            self.assertEqual(len(self.run_at("2026-03-10 10:31:00")), 1)  # G3 alone
        delivery = mailing.delivery_ids
        self.assertEqual(delivery.state, "refused")
        self.assertIn("hq@elsewhere.test", delivery.error)
        log = self.env["property.access.log"].search([("kind", "=", "denied")])
        self.assertIn("Register of Owners", log.note)
        self.assertFalse(self.run_at("2026-03-10 20:00:00"))

    def test_domains_of_the_company(self):
        company = self.env.company
        for domains, address, inside in (
            (False, "a@example.com", True),
            (False, "a@example.com.elsewhere.test", False),
            (False, "a@elsewhere.test", False),
            ("@head.test; other.test", "a@HEAD.test", True),
            ("@head.test; other.test", "a@example.com", False),
            (False, '"a@example.com" <b@elsewhere.test>', False),
            (False, "a@example.com, b@elsewhere.test", False),
            (False, "", False),
        ):
            company.property_mail_domains = domains
            self.assertEqual(company._is_inside(address), inside, (domains, address))

    def test_who_reads_the_password(self):
        """Those who work in the project: nobody of another, and never by a read."""
        password = self.project.file_password
        for user in (self.rep_a, self.clerk, self.manager, self.hq):
            self.assertEqual(
                self.project.with_user(user).read_file_password(), password
            )
        with self.assertRaises(AccessError):
            self.project.with_user(self.rep_c).read_file_password()
        with self.assertRaises(AccessError):
            self.project.with_user(self.rep_a).read(["file_password"])
        self.project.with_user(self.manager).action_renew_file_password()
        self.assertNotEqual(self.project.file_password, password)
        with self.assertRaises(UserError):
            self.project.with_user(self.rep_a).action_renew_file_password()
