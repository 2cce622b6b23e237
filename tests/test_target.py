from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .test_metric import MetricCommon


@tagged("post_install", "-at_install")
class TestTarget(MetricCommon, TransactionCase):
    """H6: what a project and its reps are to reach in a month."""

    @classmethod
    def setUpClass(cls):
        with freeze_time("2026-03-01 02:00:00"):
            super().setUpClass()
        with freeze_time("2026-03-31 15:59:00"):  # the last minute of March
            cls.contract = cls.make_contract(cls.unit, paid=180_000)
        with freeze_time("2026-03-31 16:01:00"):
            cls.make_deposit(cls.unit_2)

    def make_target(self, user=None, project=None, **vals):
        targets = self.env["property.target"].with_user(user or self.manager)
        return targets.create(
            {
                "project_id": (project or self.project).id,
                "month": "2026-03-17",
                "deposit_number": 4,
                "contract_amount": 2_000_000,
                "receipt_amount": 400_000,
            }
            | vals
        )

    def test_result_and_rate(self):
        target = self.make_target()
        self.assertEqual(str(target.month), "2026-03-01")
        self.assertEqual((target.deposit_done, target.deposit_rate), (1, 25))
        self.assertEqual((target.contract_done, target.contract_rate), (1_000_000, 50))
        self.assertEqual((target.receipt_done, target.receipt_rate), (200_000, 50))
        self.assertEqual(self.make_target(month="2026-04-01").deposit_done, 1)

    def test_of_a_rep(self):
        done = [
            self.make_target(user_id=rep.id).deposit_done
            for rep in (self.rep_a, self.rep_b)
        ]
        self.assertEqual(done, [1, 0])

    def test_once_a_month(self):
        self.make_target()
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            with self.cr.savepoint():
                self.make_target(month="2026-03-31")
        self.make_target(user_id=self.rep_a.id)
        self.make_target(month="2026-04-01")

    def test_only_of_reps_who_work_there(self):
        for user in (self.finance, self.rep_c):
            with self.assertRaises(UserError):
                self.make_target(user_id=user.id)

    def test_sum_of_months(self):
        self.make_target()
        self.make_target(month="2026-04-01", deposit_number=5)
        self.make_target(user_id=self.rep_a.id, deposit_number=100)
        targets = self.env["property.target"]
        planned, records = targets._aims(
            self.project,
            self.contract.sign_date.replace(month=1),
            self.contract.sign_date.replace(month=4, day=2),
        )
        self.assertEqual((planned["deposit_number"], len(records)), (9, 2))

    def test_who_sees_which(self):
        """H1: a rep his own, a supervisor his team's and the project's; results are
        whole, also for who does not see each sale"""
        targets = self.make_target()
        for rep in (self.rep_a, self.rep_b):
            targets |= self.make_target(user_id=rep.id)
        whole, of_a, of_b = targets
        for user, seen in (
            (self.rep_a, of_a),
            (self.rep_b, of_b),
            (self.supervisor_b, whole | of_b),
            (self.clerk, targets),
            (self.hq, targets),
            (self.rep_c, targets.browse()),
        ):
            found = targets.with_user(user).search([("id", "in", targets.ids)])
            with self.subTest(user=user.login):
                self.assertEqual(found.sudo().sorted("id"), seen.sudo().sorted("id"))
        self.assertEqual(whole.with_user(self.supervisor_b).deposit_done, 1)
        for user in (self.rep_a, self.supervisor_a, self.clerk):
            with self.assertRaises(AccessError):
                whole.with_user(user).write({"deposit_number": 1})
