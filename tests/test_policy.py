from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PropertyCommon


@tagged("post_install", "-at_install")
class TestPolicy(PropertyCommon):
    """K1: numbers that vary are data with a start date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.default = cls.env.ref("crm_property_sales.property_policy_default")

    def add_policy(self, project, date_start, **vals):
        return self.env["property.policy"].create(
            {"project_id": project.id, "date_start": date_start} | vals
        )

    def test_policy_of_the_day(self):
        """K1: a day has the policy that began last, the project's own before any."""
        nobody = self.env["property.project"]
        default_2025 = self.add_policy(nobody, "2025-01-01")
        own_2024 = self.add_policy(self.project, "2024-06-01")
        own_2026 = self.add_policy(self.project, "2026-06-01")
        for day, policy, other_policy in (
            (date(2024, 5, 31), self.default, self.default),
            (date(2024, 6, 1), own_2024, self.default),
            (date(2024, 12, 31), own_2024, self.default),
            (date(2025, 1, 1), own_2024, default_2025),
            (date(2026, 5, 31), own_2024, default_2025),
            (date(2026, 6, 1), own_2026, default_2025),
        ):
            with self.subTest(day=day):
                self.assertEqual(self.project.policy(day), policy)
                self.assertEqual(self.other_project.policy(day), other_policy)

    def test_no_policy(self):
        """K1: where no policy has begun, no number is guessed."""
        self.default.date_start = "2020-01-02"
        with self.assertRefused("Test Garden.*2020-01-01"):
            self.project.policy(date(2020, 1, 1))
        self.assertEqual(self.project.policy(date(2020, 1, 2)), self.default)

    def test_everyone_is_judged_by_it(self):
        """K1: who may not read policies is judged by them as well."""
        user = self.env.ref("base.public_user")
        project = self.project.with_user(user).sudo().with_user(user)
        self.assertEqual(project.policy(date(2026, 1, 1)), self.default)

    @mute_logger("odoo.sql_db")
    def test_numbers_are_lawful(self):
        """E2, K1: no deposit above 20 % (Civil Code 586), no time of nothing."""
        for vals in (
            {"deposit_max_percent": 20.01},
            {"deposit_max_percent": 0},
            {"slip_hours": 0},
            {"sign_days": 0},
            {"ownership_months": -1},
        ):
            with self.subTest(vals), self.assertRaises(IntegrityError):
                self.add_policy(self.project, "2026-01-01", **vals)
        self.add_policy(self.project, "2026-01-01", deposit_max_percent=20)

    @mute_logger("odoo.sql_db")
    def test_one_policy_a_day(self):
        """K1: two policies cannot begin on one day, neither of a project nor of all."""
        self.add_policy(self.project, "2026-01-01")
        self.add_policy(self.other_project, "2026-01-01")
        for project in (self.project, self.env["property.project"]):
            with self.subTest(project=project.name), self.assertRaises(IntegrityError):
                self.add_policy(project, "2026-01-01" if project else "2000-01-01")

    def test_case_is_judged_by_its_day(self):
        """K1: a new policy does not touch the slip that was opened before it."""
        today = self.project.local_day()
        self.add_policy(self.project, today, slip_hours=48, sign_days=3)
        deposit = self.open_slip(self.make_client(self.rep_a), self.unit)
        self.assertEqual(deposit.slip_expires - deposit.date, timedelta(hours=48))
        self.project.policy_ids.slip_hours = 1
        self.assertEqual(deposit.slip_expires - deposit.date, timedelta(hours=48))
        self.confirm_deposit(deposit)
        self.assertEqual((deposit.sign_deadline - today).days, 3)
