from datetime import date, timedelta

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import PropertyCommon

FIRST, LAST = date(2026, 2, 27), date(2026, 3, 5)  # seven days, two months


@tagged("post_install", "-at_install")
class TestAdvertising(PropertyCommon, TransactionCase):
    """G4, G6: what advertising cost, spread over the days it ran."""

    def make_cost(self, amount=1_000, **vals):
        costs = self.env["property.advertising"].with_user(self.clerk)
        return costs.create(
            {
                "project_id": self.project.id,
                "source_id": self.source.id,
                "date_from": FIRST,
                "date_to": LAST,
                "amount": amount,
            }
            | vals
        )

    def cost(self, first, last):
        costs = self.env["property.advertising"]._costs(self.project, first, last)
        return round(sum(amount for amount, _records in costs.values()), 2)

    def test_days_add_up(self):
        """A thousand over seven days: to the cent, day by day and month by month"""
        self.make_cost()
        days = [FIRST + timedelta(days=number) for number in range(7)]
        by_day = [self.cost(day, day) for day in days]
        self.assertEqual(round(sum(by_day), 2), 1_000)
        self.assertLessEqual(max(by_day) - min(by_day), 0.02)
        february = self.cost(date(2026, 2, 1), date(2026, 2, 28))
        march = self.cost(date(2026, 3, 1), date(2026, 3, 31))
        self.assertEqual(round(february + march, 2), 1_000)
        self.assertEqual(february, round(sum(by_day[:2]), 2))
        self.assertEqual(self.cost(LAST + timedelta(days=1), date(2026, 12, 31)), 0)

    def test_by_channel_and_campaign(self):
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        first, second, third = (
            self.make_cost(amount, **vals)
            for amount, vals in (
                (100, {}),
                (50, {}),
                (30, {"campaign_id": campaign.id}),
            )
        )
        costs = self.env["property.advertising"]._costs(self.project, FIRST, LAST)
        none = campaign.browse()
        self.assertEqual(costs[self.source, none], (150, second + first))
        self.assertEqual(costs[self.source, campaign], (30, third))

    @mute_logger("odoo.sql_db")
    def test_dates_and_amount(self):
        for vals in ({"date_to": FIRST - timedelta(days=1)}, {"amount": -1}):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                self.make_cost(**vals).flush_recordset()

    def test_who_enters_it(self):
        for user in (self.rep_a, self.finance, self.hq):
            with self.assertRaises(AccessError):
                self.env["property.advertising"].with_user(user).create({})
