from unittest.mock import patch
from urllib.parse import urlsplit

import requests

from odoo import modules
from odoo.tests import tagged

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestCrmQuiet(PropertyCommon):
    """J1: what Odoo would send outside about clients stays inside once we are in."""

    def test_crons_are_off(self):
        """J1: neither the enrichment of leads nor the report to the publisher runs."""
        for xmlid in (
            "crm_iap_enrich.ir_cron_lead_enrichment",
            "mail.ir_cron_module_update_notification",
        ):
            if cron := self.env.ref(xmlid, raise_if_not_found=False):
                with self.subTest(xmlid):
                    self.assertFalse(cron.active)

    def test_new_client_is_not_enriched(self):
        """J1: registering a client with a mail address wakes no enrichment."""
        cron = self.env.ref(
            "crm_iap_enrich.ir_cron_lead_enrichment", raise_if_not_found=False
        )
        if not cron:
            self.skipTest("the enrichment is not installed")
        triggers = [("cron_id", "=", cron.id)]
        before = self.env["ir.cron.trigger"].search_count(triggers)
        self.make_client(self.rep_a, email_from="someone@example.com")
        self.assertEqual(self.env["ir.cron.trigger"].search_count(triggers), before)

    def test_typed_names_go_nowhere(self):
        """J1: what is typed into a partner's name is sent to no host that exists."""
        if "iap.autocomplete.api" not in self.env:
            self.skipTest("the autocompletion is not installed")
        hosts = []

        def request(_session, method, url, **_options):
            hosts.append(urlsplit(url).hostname)
            raise requests.exceptions.ConnectionError()

        self.env["iap.account"].sudo().get("partner_autocomplete")
        with (
            # Odoo itself asks nobody while a test runs.
            patch.object(modules.module, "current_test", False),
            patch.object(requests.Session, "request", request),
            self.assertLogs("odoo.addons.partner_autocomplete", "WARNING"),
        ):
            self.env["res.partner"].autocomplete_by_name("Mr Feng", 0)
        self.assertEqual(set(hosts), {"autocomplete.invalid"})
