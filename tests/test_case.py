from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..models.property_case_telling import ACTIVITY
from .common import PropertyCommon

WORKERS = {"rep", "service", "supervisor", "manager"}
HEADS = {"service", "supervisor", "manager"}
UNSOLVED = ("open", "working", "reopened")
# Every transition there is: step → (roles, {state before: state after}). What is not
# here is refused, whoever asks.
STEPS = {
    "action_start": (WORKERS, {"open": "working", "reopened": "working"}),
    "action_note": (WORKERS, {one: one for one in (*UNSOLVED, "solved")}),
    "action_solve": (WORKERS, dict.fromkeys(UNSOLVED, "solved")),
    "action_close": (HEADS, {"solved": "closed"}),
    "action_reopen": (WORKERS, {"solved": "reopened", "closed": "reopened"}),
}
ARGUMENTS = {step: ["Words"] for step in ("action_note", "action_solve")}
ARGUMENTS["action_reopen"] = ["Words"]


class CaseCommon(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make_client(cls.rep_a)
        cls.contract = cls.sell(cls.client, cls.unit)
        cls.today = cls.project.local_day()

    @classmethod
    def raise_case(cls, user=None, **vals):
        cases = cls.env["property.case"].with_user(user or cls.rep_a)
        defaults = {"lead_id": cls.client.id, "problem": "The lift is noisy"}
        return cases.create(defaults | vals)

    @classmethod
    def case_in(cls, state):
        """A case that went to `state` by its own steps."""
        case = cls.raise_case()
        if state == "working":
            case.action_start()
        elif state != "open":
            case.action_solve("Silenced")
        if state in ("closed", "reopened"):
            case.with_user(cls.manager).action_close()
        if state == "reopened":
            case.action_reopen("Noisy again")
        return case

    def told(self, case, user):
        """The activities `user` has with the case"""
        return case.sudo().activity_ids.filtered(
            lambda one: (
                one.user_id == user and one.activity_type_id == self.env.ref(ACTIVITY)
            )
        )


@tagged("post_install", "-at_install")
class TestCase(CaseCommon):
    """D6: problem clients, reported at once to a named superior, until solved."""

    # === Raised ===

    def test_raised(self):
        """D6: numbered, of the client's rep, reported to the manager, with a deadline
        by the policy of the day and the kind (K1)."""
        self.env["property.policy"].create(
            {
                "project_id": self.project.id,
                "date_start": self.today - timedelta(days=5),
                "complaint_days": 2,
                "repair_days": 20,
            }
        )
        case = self.raise_case(self.service, kind="complaint")
        self.assertRegex(case.name, r"^KF\d{4}-\d{5}$")
        self.assertRecordValues(
            case,
            [
                {
                    "state": "open",
                    "project_id": self.project.id,
                    "unit_id": self.unit.id,
                    "user_id": self.rep_a.id,
                    "responsible_id": self.rep_a.id,
                    "superior_id": self.manager.id,
                    "raised_date": self.today,
                    "deadline": self.today + timedelta(days=2),
                    "is_overdue": False,
                }
            ],
        )
        self.assertEqual(
            self.raise_case(kind="repair").deadline, self.today + timedelta(days=20)
        )
        before = self.today - timedelta(days=10)
        self.assertEqual(
            self.raise_case(raised_date=before, kind="complaint").deadline,
            before + timedelta(days=3),
        )

    def test_raised_near_midnight(self):
        """D6: half past midnight in Shanghai is the new day, whoever asks."""
        self.service.tz = "UTC"
        with freeze_time("2026-11-22 16:30:00"):
            case = self.raise_case(self.service)
        self.assertEqual(str(case.raised_date), "2026-11-23")

    def test_not_before_its_day(self):
        """D6: a problem is not entered for tomorrow."""
        with self.assertRefused("not raised before its day"):
            self.raise_case(raised_date=self.today + timedelta(days=1))

    def test_not_without_project(self):
        """D6: leads of CRM have no cases."""
        lead = self.env["crm.lead"].create({"name": "Pipeline"})
        with self.assertRefused("Register the client in a project first"):
            self.env["property.case"].create(
                {
                    "lead_id": lead.id,
                    "problem": "X",
                    "superior_id": self.manager.id,
                    "raised_date": self.today,
                }
            )

    def test_people(self):
        """D6: who answers for a case can see the client, who is told of it is a
        superior, and another than the responsible."""
        for vals, message in (
            ({"responsible_id": self.rep_b.id}, "cannot be in charge"),
            ({"responsible_id": self.finance.id}, "cannot be in charge"),
            ({"superior_id": self.service.id}, "cannot be in charge"),
            ({"superior_id": self.supervisor_b.id}, "cannot be in charge"),
            ({"superior_id": self.rep_a.id}, "cannot be in charge"),
            ({"responsible_id": self.manager.id}, "report to somebody else"),
        ):
            with self.subTest(vals=vals), self.assertRefused(message):
                self.raise_case(**vals)
        for superior in (self.supervisor_a, self.hq):
            case = self.raise_case(superior_id=superior.id)
            self.assertTrue(self.told(case, superior))

    def test_of_archived_client(self):
        """D6: a lost client's case is still his rep's to solve."""
        case = self.raise_case()
        self.client.sudo().active = False
        self.assertIn(case, self.env["property.case"].with_user(self.rep_a).search([]))

    # === Told ===

    def test_told_at_once(self):
        """D6: responsible and superior have it to do from the moment it is raised."""
        case = self.raise_case()
        self.assertEqual(self.told(case, self.manager).date_deadline, self.today)
        self.assertEqual(self.told(case, self.rep_a).date_deadline, case.deadline)
        self.assertNotIn(self.client.contact_name, case.display_name)

    def test_told_again_when_late(self):
        """D6: when the last day is over in the project, the superior is told again;
        once, by a step on record."""
        with freeze_time("2026-11-22 02:00:00"):
            case = self.raise_case()
            self.assertEqual(str(case.deadline), "2026-11-25")
            self.told(case, self.manager).action_feedback()
            self.assertFalse(self.told(case, self.manager))
        with freeze_time("2026-11-25 15:30:00"):  # half an hour to go
            self.run_cron("ir_cron_escalate_cases")
            self.assertFalse(self.told(case, self.manager))
            self.assertNotIn(case, case.search([("is_overdue", "=", True)]))
        with freeze_time("2026-11-25 16:30:00"):  # the 26th in Shanghai
            case.invalidate_recordset()
            self.assertTrue(case.is_overdue)
            self.assertIn(case, case.search([("is_overdue", "=", True)]))
            self.run_cron("ir_cron_escalate_cases")
            self.run_cron("ir_cron_escalate_cases")
            self.assertIn("deadline is over", self.told(case, self.manager).summary)
            self.assertEqual(case.step_ids.mapped("action"), ["raised", "overdue"])
            case.action_solve("Silenced")
            self.assertFalse(case.is_overdue)

    def test_late_anew(self):
        """D6: a reopened case has days from then on, and is reported late once more."""
        with freeze_time("2026-11-02 02:00:00"):
            case = self.raise_case()
        with freeze_time("2026-11-10 02:00:00"):
            self.run_cron("ir_cron_escalate_cases")
            case.action_solve("Silenced")
            case.action_reopen("Noisy again")
            self.assertEqual(str(case.deadline), "2026-11-13")
            self.assertTrue(self.told(case, self.manager))
        with freeze_time("2026-11-14 02:00:00"):
            self.run_cron("ir_cron_escalate_cases")
        actions = case.step_ids.mapped("action")
        self.assertEqual(
            actions, ["raised", "overdue", "solved", "reopened", "overdue"]
        )

    def test_until_solved(self):
        """D6: solved, the superior has the result to look at; closed, nobody more."""
        case = self.raise_case()
        case.action_solve("Silenced")
        self.assertFalse(self.told(case, self.rep_a))
        self.assertIn("Look at the result", self.told(case, self.manager).summary)
        case.with_user(self.manager).action_close()
        self.assertFalse(case.sudo().activity_ids)

    # === Steps ===

    def test_on_record(self):
        """D6: each step with who, when, what, and how the case stood after it; none is
        changed or deleted."""
        case = self.raise_case()
        case.action_start()
        case.action_note("Called the maker")
        case.with_user(self.service).action_solve("Silenced")
        self.assertEqual(
            [(s.action, s.state, s.actor_id, s.note) for s in case.step_ids],
            [
                ("raised", "open", self.rep_a, False),
                ("started", "working", self.rep_a, False),
                ("noted", "working", self.rep_a, "Called the maker"),
                ("solved", "solved", self.service, "Silenced"),
            ],
        )
        self.assertEqual(case.result, "Silenced")
        step = case.step_ids[-1].with_user(self.manager)
        with self.assertRaises(UserError):
            step.sudo().note = "Nothing"
        with self.assertRaises(UserError):
            step.sudo().unlink()
        with self.assertRaises(AccessError):
            step.create({"case_id": case.id, "action": "closed", "state": "closed"})
        with self.assertRefused("closed, not deleted"):
            case.sudo().unlink()

    def test_words_are_needed(self):
        """D6: nothing is solved or reopened without saying how or why."""
        case = self.raise_case()
        for step in ("action_note", "action_solve"):
            with self.subTest(step=step), self.assertRefused("Say what was done"):
                getattr(case, step)(" ")
        case.action_solve("Silenced")
        with self.assertRefused("Say what was done"):
            case.action_reopen("")

    def test_not_closed_by_the_responsible(self):
        """D6: who solved it does not say himself that the client is satisfied."""
        case = self.raise_case(responsible_id=self.service.id)
        case.with_user(self.service).action_solve("Silenced")
        self.assertFalse(case.with_user(self.service).can_close)
        with self.assertRaises(AccessError):
            case.with_user(self.service).action_close()
        self.assertTrue(case.with_user(self.supervisor_a).can_close)
        case.with_user(self.supervisor_a).action_close()
        self.assertEqual(case.closed_date, self.today)

    def test_dialog(self):
        """D6: notes, results and reasons are typed in the dialog of the button."""
        case = self.raise_case()
        for step, state in (
            ("case_note", "open"),
            ("case_solve", "solved"),
            ("case_reopen", "reopened"),
        ):
            dialog = self.env["property.reason"].with_user(self.rep_a)
            dialog.create(
                {"step": step, "case_id": case.id, "reason": step}
            ).action_take()
            self.assertEqual((case.state, case.step_ids[-1].note), (state, step))

    # === Whose it is ===

    def test_put_in_charge(self):
        """D6: heads name another responsible or superior, on record; a rep does not."""
        case = self.raise_case()
        with self.assertRaises(AccessError), self.cr.savepoint():
            case.superior_id = self.supervisor_a
        case.invalidate_recordset()
        head = case.with_user(self.service)
        head.write(
            {"responsible_id": self.service.id, "superior_id": self.supervisor_a.id}
        )
        self.assertFalse(self.told(case, self.manager) | self.told(case, self.rep_a))
        self.assertTrue(self.told(case, self.supervisor_a))
        self.assertTrue(self.told(case, self.service))
        self.assertEqual(case.step_ids[-1].action, "assigned")
        self.assertEqual(case.step_ids[-1].superior_id, self.supervisor_a)
        with self.assertRefused("cannot be in charge"):
            head.responsible_id = self.rep_b
        head.write({"responsible_id": self.service.id})
        self.assertEqual(len(case.step_ids), 2)  # nothing changed

    def test_goes_along_with_the_client(self):
        """J1, D6: a former rep sees nothing of it and answers for it no more."""
        case = self.raise_case()
        done = self.case_in("closed")
        client = self.client.sudo()
        client._transfer(self.rep_b, "reassigned")
        cases = case | done
        for user, sees in ((self.rep_a, False), (self.rep_b, True)):
            mine = self.env["property.case"].with_user(user)
            self.assertEqual(mine.search([("id", "in", cases.ids)]) == cases, sees)
            self.assertEqual(bool(mine.env["property.case.step"].search([])), sees)
        self.assertEqual(case.sudo().responsible_id, self.rep_b)
        self.assertFalse(self.told(case, self.rep_a))
        self.assertTrue(self.told(case, self.rep_b))
        self.assertEqual(done.sudo().responsible_id, self.rep_a)
        client._transfer(self.env["res.users"], "reassigned")
        self.assertEqual(case.sudo().responsible_id, self.manager)
        self.assertTrue(self.told(case, self.manager))

    def test_others_than_the_owner_keep_it(self):
        """D6: what customer service answers for does not change with the rep."""
        case = self.raise_case(responsible_id=self.service.id)
        self.client.sudo()._transfer(self.rep_b, "reassigned")
        self.assertEqual(case.sudo().responsible_id, self.service)

    def test_count_on_the_file(self):
        """D6: the client's file shows how many there are, to who may see them."""
        self.raise_case()
        self.raise_case()
        for user in (self.rep_a, self.service, self.manager, self.hq):
            self.assertEqual(self.client.with_user(user).case_count, 2)
        action = self.client.with_user(self.service).action_open_cases()
        found = self.env["property.case"].search(action["domain"])
        self.assertEqual(len(found), 2)
        with self.assertRaises(AccessError):
            self.client.with_user(self.clerk).read(["case_count"])


@tagged("post_install", "-at_install")
class TestCaseTable(CaseCommon):
    """D6: every step that is not in the table is refused for every role, by its name
    and by write() as a remote caller reaches them."""

    def attempt(self, record, user, method, *args):
        """Call as a remote caller does; nothing of it stays.

        :return: the state afterwards, or None when it was refused
        """
        with self.cr.savepoint() as savepoint:
            try:
                model = self.env[record._name].with_user(user)
                call_kw(model, method, [record.ids, *args], {})
                self.env.flush_all()
                state = record.sudo().state
            except (UserError, AccessError, ValidationError):
                state = None
            savepoint.rollback()
        self.env.invalidate_all()
        return state

    def test_table(self):
        for before in (*UNSOLVED, "solved", "closed"):
            case = self.case_in(before)
            self.assertEqual(case.state, before)
            for step, (roles, states) in STEPS.items():
                for role, user in self.actors.items():
                    with self.subTest(state=before, step=step, role=role):
                        after = self.attempt(case, user, step, *ARGUMENTS.get(step, ()))
                        allowed = role in roles and before in states
                        self.assertEqual(after, states[before] if allowed else None)

    def test_write_is_no_way(self):
        """No role writes state, number, deadline, result or what was said at first."""
        case = self.case_in("solved")
        closed = self.case_in("closed")
        for vals in (
            {"state": "closed"},
            {"name": "KF1"},
            {"deadline": "2099-01-01"},
            {"result": "Fine"},
            {"closed_date": "2020-01-01"},
            {"is_told_late": True},
            {"problem": "Nothing"},
            {"raised_date": "2020-01-01"},
            {"kind": "repair"},
            {"lead_id": self.make_client(self.rep_a).id},
            {"unit_id": self.unit_2.id},
            {"responsible_id": self.service.id},
        ):
            for role, user in self.actors.items():
                for record in (case, closed):
                    with self.subTest(vals=vals, role=role):
                        self.assertIsNone(self.attempt(record, user, "write", vals))

    def test_private_steps(self):
        """No remote caller reaches what the steps use."""
        case = self.case_in("open")
        for method in ("_write_through", "_step", "_take", "_follow_client", "_replan"):
            with self.subTest(method=method):
                self.assertIsNone(self.attempt(case, self.manager, method))

    def test_created_open(self):
        """A case begins open, whatever the caller says of its state."""
        for vals in ({"state": "closed"}, {"result": "X"}, {"deadline": "2099-01-01"}):
            with self.subTest(vals=vals), self.assertRefused("not written directly"):
                self.raise_case(**vals)
        for user in (self.rep_b, self.clerk, self.control, self.finance, self.hq):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                with self.cr.savepoint():
                    self.raise_case(user)
