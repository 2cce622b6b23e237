from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PropertyCommon

NOON = datetime(2026, 3, 10, 4)
PHONE = "13800000001"


@tagged("post_install", "-at_install")
class TestAccessLog(PropertyCommon):
    """J8: who asked for which number; so many an hour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.project.policy()
        cls.policy.checks_per_hour = 3

    def check(self, user, phone=PHONE):
        desk = self.env["property.desk"].with_user(user)
        return desk.check_phone(self.project.id, phone)

    def rows(self, user):
        return self.env["property.access.log"].search([("user_id", "=", user.id)])

    def test_each_check_is_on_record(self):
        """J8: user, project, time, the last four digits and the answer."""
        self.make_client(self.rep_b, phone=PHONE)
        with freeze_time(NOON):
            self.check(self.rep_a)
        self.assertRecordValues(
            self.rows(self.rep_a),
            [
                {
                    "kind": "check",
                    "project_id": self.project.id,
                    "date": NOON,
                    "phone_tail": PHONE[-4:],
                    "result": "owned",
                }
            ],
        )
        self.assertEqual(self.rows(self.rep_a).create_uid, self.rep_a)

    def test_limit_is_of_the_last_hour(self):
        """So many checks in any sixty minutes; the answer says when the next may be."""
        for minutes in (0, 20, 40):
            with freeze_time(NOON + timedelta(minutes=minutes)):
                self.assertEqual(self.check(self.rep_a)["status"], "new")
        with freeze_time(NOON + timedelta(minutes=45, seconds=30)):
            answer = self.check(self.rep_a)
            self.assertEqual((answer["status"], answer["minutes"]), ("limited", 15))
            # A colleague has his own hour.
            self.assertEqual(self.check(self.rep_b)["status"], "new")
        with freeze_time(NOON + timedelta(minutes=59, seconds=59)):
            self.assertEqual(self.check(self.rep_a)["minutes"], 1)
        with freeze_time(NOON + timedelta(minutes=60)):
            self.assertEqual(self.check(self.rep_a)["status"], "new")
            self.assertEqual(self.check(self.rep_a)["minutes"], 20)

    def test_denied_is_on_record_and_does_not_count(self):
        """The denied try is kept, and does not put off the next check."""
        with freeze_time(NOON):
            for _number in range(5):
                self.check(self.rep_a)
        self.assertEqual(
            self.rows(self.rep_a).mapped("kind"), ["denied"] * 2 + ["check"] * 3
        )
        self.assertFalse(self.rows(self.rep_a)[0].result)
        with freeze_time(NOON + timedelta(minutes=60)):
            self.assertEqual(self.check(self.rep_a)["status"], "new")

    def test_what_is_no_number_costs_nothing(self):
        """A typing error looks nothing up."""
        for phone in ("", "12", "hello", None, 13800000001, ["13800000001"]):
            self.assertEqual(self.check(self.rep_a, phone)["status"], "invalid")
        self.assertFalse(self.rows(self.rep_a))

    def test_limit_is_the_policy_of_the_day(self):
        """K1: another policy, another limit."""
        self.policy.copy({"project_id": self.project.id, "checks_per_hour": 1})
        self.assertEqual(self.check(self.rep_a)["status"], "new")
        self.assertEqual(self.check(self.rep_a)["status"], "limited")

    def test_log_is_a_ledger(self):
        """J8: nobody adds to it by hand, changes or deletes it."""
        self.check(self.rep_a)
        row = self.rows(self.rep_a)
        with self.assertRefused("never changed"):
            row.kind = "print"
        with self.assertRefused("never deleted"):
            row.unlink()
        for user in self.actors.values():
            with self.assertRaises(UserError):
                row.with_user(user).create(
                    {"project_id": self.project.id, "kind": "check"}
                )
