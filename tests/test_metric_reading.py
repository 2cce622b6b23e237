from datetime import date
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from ..reports.form_scope import FormScope
from ..reports.metric_reading import Stretches
from .test_form import G2, G3, G4, G5, G6
from .test_metric import figures_of
from .test_statistics import DAY, StatisticsCommon


@tagged("post_install", "-at_install")
class TestReading(StatisticsCommon, TransactionCase):
    """performance.md §8.8, §10: a form reads the metrics once, and adds up."""

    def readings(self, form, **options):
        metrics = type(self.env["property.metric"])
        read = metrics._read_stretches
        calls = []

        def counted(this, *args):
            calls.append(args)
            return read(this, *args)

        with patch.object(metrics, "_read_stretches", counted):
            if form == "property.dashboard":
                self.env[form].with_user(self.manager).figures(self.project.id)
            else:
                self.compile(form, self.manager, DAY, **options)
        return len(calls)

    def test_a_form_reads_once(self):
        """Of the month also the year's sums and the money since opening are read."""
        for form, most in ((G2, 1), (G3, 0), (G4, 1), (G5, 1), (G6, 3)):
            with self.subTest(form=form):
                self.assertEqual(self.readings(form), most)
        self.assertEqual(self.readings("property.dashboard"), 1)

    def test_what_was_not_read_is_asked_for(self):
        """A section need not know what its form has read"""
        scope = self.scope(date(2026, 3, 10), date(2026, 3, 10))
        block = self.env["property.block"].with_user(self.manager)
        read = block._read(scope, [scope], ("hour",), metrics=("calls",))
        for other in (read, read.since_month()):
            for names in ((), ("hour",), ("user_id",)):
                expected = self.env["property.metric"]._tally(
                    block._facts(other), names
                )
                found = block._tallies(other, *names)
                self.assertEqual(figures_of(found), figures_of(expected))

    def scope(self, first, last):
        users, buildings = self.env["res.users"], self.env["property.building"]
        return FormScope(self.project, first, last, users, buildings)

    def test_context_of_a_client_is_no_stretch(self):
        """What comes by RPC never is one"""
        metrics = self.env["property.metric"].with_user(self.manager)
        domain = [("project_id", "=", self.project.id)]
        for junk in (True, {"days": []}, "1"):
            facts = metrics.with_context(metric_stretches=junk).search_count(domain)
            self.assertEqual(facts, metrics.search_count(domain))

    def test_only_the_tables_asked_for(self):
        scope = self.scope(date(2026, 3, 1), date(2026, 3, 31))
        stretches = Stretches.of([scope], ("receipts",))
        metrics = self.env["property.metric"].with_context(metric_stretches=stretches)
        query = str(metrics._table_query.code)
        self.assertIn("property_receipt fact", query)
        self.assertNotIn("property_interaction", query)

    def test_figures_that_find_their_records(self):
        """G3: what is looked up when opened is what was counted"""
        form = self.env[G3].with_user(self.manager)
        options = {"project_id": self.project.id, "date_to": "2026-03-11"}
        opened = 0
        for section in form._sections(form._scope(options)):
            keys = [column.key for column in section.columns]
            for row in section.rows[::3]:  # numbers
                for key, figure in zip(keys, row.values, strict=True):
                    if key in ("total", "contracted", "available") or "_" in key:
                        if "ratio" in key or key == "sell_through" or not figure.value:
                            continue
                        ids = figure.records_domain()[0][2]
                        self.assertEqual(len(ids), figure.value, (section.title, key))
                        opened += 1
        self.assertGreater(opened, 20)
