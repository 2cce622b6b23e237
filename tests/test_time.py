from datetime import date, datetime, time, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import PropertyCommon

# Half an hour on either side of midnight in Shanghai: one and the same day in UTC.
EVENING = datetime(2026, 3, 31, 15, 30)  # 23:30 on 31 March
NIGHT = datetime(2026, 3, 31, 16, 30)  # 00:30 on 1 April
MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 1)


@tagged("post_install", "-at_install")
class TestTime(PropertyCommon):
    """Days are those of the project's time zone, whoever asks and whatever his own."""

    def each_side(self):
        """Each side of midnight, in turn; yields (moment, the project's day)."""
        for moment, day in ((EVENING, MARCH), (NIGHT, APRIL)):
            with self.subTest(day=day), freeze_time(moment):
                yield moment, day

    def test_local_day(self):
        """Brief 6: the day turns at midnight in Shanghai."""
        for moment, day in self.each_side():
            self.assertEqual(self.project.local_day(), day)
            self.assertEqual(self.project.local_day(moment), day)
            for user in (self.env.user, self.rep_a, self.env.ref("base.user_root")):
                project = self.project.with_user(user).with_context(tz=False)
                self.assertEqual(project.sudo().local_day(), day)
        self.assertEqual(self.project.local_time(NIGHT), datetime(2026, 4, 1, 0, 30))

    def test_day_bounds(self):
        """Brief 6: a day is from midnight to midnight; weeks and months follow."""
        start, end = self.project.day_bounds(MARCH)
        self.assertEqual(start, datetime(2026, 3, 30, 16))
        self.assertEqual(end, datetime(2026, 3, 31, 16))
        self.assertTrue(start <= EVENING < end <= NIGHT)
        self.assertEqual(self.project.day_bounds(APRIL)[0], end, "days leave no gap")
        self.assertEqual(
            self.project.day_bounds(date(2026, 3, 1), MARCH),
            (datetime(2026, 2, 28, 16), datetime(2026, 3, 31, 16)),
        )
        self.assertEqual(
            self.project.utc_moment(MARCH, time(18, 30)), datetime(2026, 3, 31, 10, 30)
        )

    def test_day_bounds_with_summer_time(self):
        """A day of 23 or 25 hours is a whole day too."""
        self.project.tz = "America/New_York"
        for day, hours in (
            (date(2026, 3, 7), 24),
            (date(2026, 3, 8), 23),
            (date(2026, 11, 1), 25),
        ):
            with self.subTest(day=day):
                start, end = self.project.day_bounds(day)
                self.assertEqual(end - start, timedelta(hours=hours))

    def test_policy_of_the_day(self):
        """K1: a policy begins at midnight in Shanghai."""
        before = self.project.policy(MARCH)
        after = self.env["property.policy"].create(
            {"project_id": self.project.id, "date_start": APRIL}
        )
        for _moment, day in self.each_side():
            self.assertEqual(self.project.policy(), after if day == APRIL else before)

    def test_permit_of_the_day(self):
        """A2: a permit is valid from midnight to midnight in Shanghai."""
        client = self.make_client(self.rep_a)
        self.permit.issue_date = APRIL
        for _moment, day in self.each_side():
            if day == MARCH:
                with self.assertRefused("permit"):
                    self.open_slip(client, self.unit)
            else:
                self.open_slip(client, self.unit)
        self.assertEqual(self.unit.state, "slip")

    def test_ownership(self):
        """C3: a calendar month from the project's day of registration."""
        for _moment, day in self.each_side():
            self.assertEqual(
                self.make_client(self.rep_a).owned_until,
                date(2026, 4, 30) if day == MARCH else date(2026, 5, 1),
            )

    def test_slip_and_sale(self):
        """E1, E2, E5, F2: a slip counts hours, a deal the project's days."""
        units = iter(self.units)
        for moment, day in self.each_side():
            deposit = self.open_slip(self.make_client(self.rep_a), next(units))
            self.assertEqual(deposit.slip_expires, moment + timedelta(hours=24))
            contract = self.sign_contract(self.confirm_deposit(deposit))
            self.assertEqual(deposit.sign_deadline, day + timedelta(days=7))
            self.assertEqual(contract.sign_date, day)
            self.assertEqual(contract.receipt_ids.date, day)
            self.assertEqual(
                contract.installment_ids[0].due_date, day + timedelta(days=7)
            )

    def test_overdue(self):
        """F3: overdue from midnight in Shanghai, for a user in UTC or New York too."""
        with freeze_time("2026-03-01 04:00:00"):
            contract = self.sell(self.make_client(self.rep_a), self.unit)
        contract.installment_ids.flush_recordset()
        self.env.cr.execute(
            "UPDATE property_installment SET due_date = %s WHERE contract_id = %s",
            (MARCH, contract.id),
        )
        for _moment, day in self.each_side():
            for tz in (False, "UTC", "America/New_York", "Asia/Shanghai"):
                self.env.invalidate_all()
                installments = contract.installment_ids.with_context(tz=tz)
                overdue = installments.search(
                    [("contract_id", "=", contract.id), ("state", "=", "overdue")]
                )
                if day == APRIL:
                    self.assertEqual(set(installments.mapped("state")), {"overdue"})
                    self.assertEqual(overdue, installments)
                else:
                    self.assertNotIn("overdue", installments.mapped("state"))
                    self.assertFalse(overdue)

    def test_projects_have_their_own_day(self):
        """At one moment it is April in Shanghai and still March in Ürümqi."""
        self.other_project.tz = "Asia/Urumqi"
        with freeze_time(NIGHT):
            self.assertEqual(self.project.local_day(), APRIL)
            self.assertEqual(self.other_project.local_day(), MARCH)

    def test_cron_has_no_time_zone(self):
        """Brief 6: the crons run as a user without a time zone, in UTC; a slip lapses
        at its hour and a share at the project's midnight all the same."""
        cron_user = self.env.ref("crm_property_sales.ir_cron_end_shares").user_id
        self.assertFalse(cron_user.tz)
        with freeze_time(EVENING - timedelta(hours=24)):
            client = self.make_client(self.rep_a)
            deposit = self.open_slip(client, self.unit)
            share = self.env["property.share"].create(
                {
                    "lead_id": client.id,
                    "user_id": self.rep_b.id,
                    "reason": "test",
                    "date_end": MARCH,
                }
            )
        for moment, slip_state, shared in (
            (EVENING - timedelta(seconds=1), "slip", True),
            (EVENING, "lapsed", True),
            (NIGHT - timedelta(minutes=31), "lapsed", True),
            (NIGHT - timedelta(minutes=30), "lapsed", False),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                self.run_cron("ir_cron_lapse_slips")
                self.run_cron("ir_cron_end_shares")
                self.assertEqual(deposit.state, slip_state)
                self.assertEqual(share.active, shared)
