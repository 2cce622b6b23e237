from datetime import date, datetime

from freezegun import freeze_time
from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, tagged
from odoo.tools.safe_eval import safe_eval

from ..wizards.property_followup import OUTCOMES
from .common import MODULE, PropertyCommon

MORNING = "2026-03-02 02:00:00"  # Monday, ten o'clock in Shanghai


class FollowupCommon(PropertyCommon):
    def visit(self, client, user=None, **vals):
        return self.enter(client, "visit_return", user, **vals)

    def enter(self, client, kind, user=None, **vals):
        defaults = {"kind": kind, "lead_id": client.id}
        defaults["project_id"] = client.project_id.id
        entries = self.env["property.interaction"].with_user(user or self.rep_a)
        return entries.create(defaults | vals)

    def latest(self, client):
        client.invalidate_recordset(["interaction_ids"])
        return client.interaction_ids[:1]

    def open_activities(self, client):
        return self.env["mail.activity"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", client.id)],
            order="date_deadline, id",
        )

    def plan(self, client, *days, kind="call", **vals):
        """Activities of the client due on these days of March 2026"""
        values = {
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "res_id": client.id,
            "activity_type_id": self.env.ref(f"{MODULE}.mail_activity_type_{kind}").id,
            "user_id": client.user_id.id,
        }
        return self.env["mail.activity"].create(
            [values | {"date_deadline": date(2026, 3, day)} | vals for day in days]
        )

    def dialog(self, client, user=None):
        """The dialog as it opens from card, row and form."""
        action = client.with_user(user or self.rep_a).action_followup()
        dialogs = self.env[action["res_model"]].with_user(user or self.rep_a)
        return Form(dialogs.with_context(**action["context"]))

    def press(self, dialog, outcome):
        return dialog.record.with_context(outcome=outcome).action_save()


@tagged("post_install", "-at_install")
class TestFollowup(FollowupCommon):
    """C4, D1, D2: a follow-up in two clicks, and what it does to plan and counters."""

    # === Two clicks ===

    def test_two_clicks(self):
        """C4: opened and an outcome pressed, the follow-up is entered and counted."""
        with freeze_time(MORNING):
            client = self.make_client(self.rep_a)
            self.visit(client)
            dialog = self.dialog(client)
            self.assertEqual(dialog.kind, "followup_call")
            self.assertEqual(dialog.followup_progress, "0/3")
            dialog.save()
            action = self.press(dialog, "interested")
            self.assertRecordValues(
                self.latest(client),
                [
                    {
                        "kind": "followup_call",
                        "user_id": self.rep_a.id,
                        "is_valid": True,
                        "result": "Interested",
                        "next_date": date(2026, 3, 5),
                    }
                ],
            )
        self.assertEqual(client.followup_progress, "1/3")
        self.assertEqual(client.next_date, date(2026, 3, 5))
        self.assertIn("1/3", action["params"]["message"])

    def test_every_outcome(self):
        """C4, D2: each button's outcome is on record in words; who was not reached was
        not followed up; a day that was chosen stands."""
        client = self.make_client(self.rep_a)
        self.visit(client)
        for outcome, (label, days) in OUTCOMES.items():
            with self.subTest(outcome=outcome):
                dialog = self.dialog(client)
                dialog.save()
                self.press(dialog, outcome)
                entry = self.latest(client)
                self.assertEqual(entry.result, label._source)
                self.assertEqual(bool(entry.next_date), bool(days))
                self.assertEqual(entry.is_valid, outcome != "unreached")
        self.assertEqual(client.followup_count_since_visit, len(OUTCOMES) - 1)
        with self.assertRefused("what came of"):
            self.press(dialog, None)

    def test_chosen_day_stands(self):
        with freeze_time(MORNING):
            client = self.make_client(self.rep_a)
            dialog = self.dialog(client)
            dialog.kind = "followup_message"
            dialog.next_in = "14"
            self.assertEqual(dialog.next_date, date(2026, 3, 16))
            dialog.note = "Sent the plan of C3"
            dialog.save()
            self.press(dialog, "thinking")
        self.assertRecordValues(
            self.latest(client),
            [
                {
                    "kind": "followup_message",
                    "next_date": date(2026, 3, 16),
                    "note": "Sent the plan of C3",
                }
            ],
        )

    def test_days_are_the_project_s(self):
        """Half past midnight in Shanghai is still yesterday in UTC."""
        client = self.make_client(self.rep_a)
        with freeze_time("2026-03-02 16:30:00"):
            dialog = self.dialog(client)
            dialog.next_in = "1"
            self.assertEqual(dialog.next_date, date(2026, 3, 4))
            self.assertEqual(
                client.owned_days, (client.owned_until - date(2026, 3, 3)).days + 1
            )

    def test_dialog_shows_what_is_next(self):
        """D1: it proposes what is planned, and tells what was said last."""
        client = self.make_client(self.rep_a)
        self.visit(client, note="Wants a lower floor")
        self.plan(client, 9, kind="call")
        first = self.plan(client, 5, kind="home")
        dialog = self.dialog(client)
        self.assertEqual(dialog.planned_id, first)
        self.assertEqual(dialog.kind, "followup_home")
        self.assertEqual(dialog.last_note, "Wants a lower floor")

    def test_colleague_s_client(self):
        """J1: nobody opens the dialog on a client he does not see."""
        client = self.make_client(self.rep_b)
        dialogs = self.env["property.followup"].with_user(self.rep_a)
        with self.assertRaises(AccessError):
            dialogs.create({"lead_id": client.id})
        with self.assertRaises(AccessError):
            Form(dialogs.with_context(default_lead_id=client.id))

    # === Activity and entry ===

    def test_entry_ends_the_first_activity(self):
        """D1: a follow-up of any kind ends what was due first, and only that."""
        client, other = self.make_client(self.rep_a), self.make_client(self.rep_a)
        second, first = self.plan(client, 9, 5)
        greeting = self.plan(client, 3, kind="greeting")
        others = self.plan(other, 1)
        self.enter(client, "followup_message", result="Thinks it over")
        self.assertFalse(first.active)
        self.assertEqual(first.feedback, "Thinks it over")
        self.assertTrue(second.active and greeting.active and others.active)
        self.enter(client, "care")
        self.assertFalse(greeting.active)
        self.assertTrue(second.active)
        self.enter(client, "followup_call")
        self.assertFalse(second.active)

    def test_batch_ends_one_each(self):
        client = self.make_client(self.rep_a)
        activities = self.plan(client, 5, 6, 7)
        values = {"kind": "followup_call", "lead_id": client.id}
        values["project_id"] = self.project.id
        self.env["property.interaction"].create([values, values])
        self.assertEqual(activities.mapped("active"), [False, False, True])

    def test_what_does_not_end_an_activity(self):
        """C4: a visit is no follow-up, nor is a call that reached nobody; a follow-up
        ends no thing to do."""
        client = self.make_client(self.rep_a)
        activity = self.plan(client, 5)
        self.visit(client)
        self.enter(client, "followup_call", is_valid=False, invalid_reason="unreached")
        self.assertTrue(activity.active)
        self.assertEqual(client.followup_count_since_visit, 0)
        task = client.activity_schedule("mail.mail_activity_data_todo", "2026-03-01")
        self.enter(client, "followup_call")
        self.assertTrue(task.active)
        self.assertFalse(activity.active)

    def test_ticked_off_activity_is_an_entry(self):
        """C4: who ticks off the activity has followed up: it is in the register, once,
        and the next activity stays."""
        client = self.make_client(self.rep_a)
        self.visit(client)
        first, second = self.plan(client, 5, 9)
        first.with_user(self.rep_a).action_feedback("Comes on Sunday")
        self.assertRecordValues(
            self.latest(client),
            [
                {
                    "kind": "followup_call",
                    "note": "Comes on Sunday",
                    "user_id": self.rep_a.id,
                }
            ],
        )
        self.assertEqual(client.followup_progress, "1/3")
        self.assertFalse(first.active)
        self.assertTrue(second.active)

    def test_other_activities_make_no_entry(self):
        client = self.make_client(self.rep_a)
        lead = self.env["crm.lead"].create({"name": "Lift service"})
        for record, kind in ((client, "todo"), (lead, "call")):
            record.activity_schedule(f"mail.mail_activity_data_{kind}").action_done()
        self.assertFalse(client.interaction_ids)

    # === Plans ===

    def start_plans(self):
        self.run_cron("ir_cron_start_plans")

    def assertPlanned(self, client, *expected):
        activities = self.open_activities(client)
        self.assertEqual(
            [
                (one.activity_type_id.interaction_kind, one.date_deadline.isoformat())
                for one in activities
            ],
            list(expected),
        )
        self.assertEqual(activities.user_id, client.user_id)

    def test_plan_starts_after_visit_once(self):
        """D1, C4: three follow-ups for the owner after the visit, of the plan for his
        class; never twice for one visit, anew after the next."""
        with freeze_time(MORNING):
            client = self.make_client(self.rep_a)
            self.visit(client)
            self.assertFalse(self.open_activities(client))
            self.start_plans()
            planned = (
                ("followup_message", "2026-03-03"),
                ("followup_call", "2026-03-05"),
                ("followup_call", "2026-03-09"),
            )
            self.assertPlanned(client, *planned)
            self.start_plans()
            self.assertPlanned(client, *planned)
        with freeze_time("2026-03-06 02:00:00"):
            self.enter(client, "followup_call")
            self.start_plans()
            self.assertPlanned(client, *planned[1:])
            self.visit(client)
            self.start_plans()
            self.assertPlanned(
                client,
                ("followup_message", "2026-03-07"),
                ("followup_call", "2026-03-09"),
                ("followup_call", "2026-03-13"),
            )

    def test_plan_by_hand_is_kept(self):
        with freeze_time(MORNING):
            client = self.make_client(self.rep_a)
            self.start_plans()
            own = self.plan(client, 4)
            self.visit(client)
            self.start_plans()
        self.assertTrue(own.exists().active)
        self.assertEqual(len(self.open_activities(client)), 4)

    def test_plan_most_closely_made(self):
        """D1: project before grade before class; a plan for others never."""
        plans = self.env["mail.activity.plan"].search([("is_automatic", "=", True)])
        plans.is_automatic = False
        client = self.make_client(self.rep_a, grade="a")
        values = {"res_model": "crm.lead", "is_automatic": True, "name": "Plan"}
        fitting = (
            {},
            {"client_class": "potential"},
            {"grade": "a"},
            {"grade": "a", "client_class": "potential"},
            {"property_project_id": self.project.id},
            {"property_project_id": self.project.id, "grade": "a"},
        )
        for vals in (
            {"client_class": "buyer"},
            {"grade": "b"},
            {"property_project_id": self.other_project.id, "grade": "a"},
        ):
            plans |= plans.create(values | vals)
        self.assertFalse(plans.filtered("is_automatic")._for_client(client))
        for vals in fitting:
            plan = plans.create(values | vals)
            plans |= plan
            with self.subTest(vals):
                self.assertEqual(
                    plans.filtered("is_automatic")._for_client(client), plan
                )

    def test_buyer_s_plan(self):
        """D2: once he has bought, calls and a home visit; his visits start no more."""
        with freeze_time(MORNING):
            client = self.make_client(self.rep_a)
            self.visit(client)
            self.start_plans()
            self.sell(client, self.unit)
            self.start_plans()
            planned = (
                ("followup_message", "2026-03-03"),
                ("followup_call", "2026-03-09"),
                ("followup_call", "2026-04-01"),
                ("followup_home", "2026-05-31"),
            )
            self.assertPlanned(client, *planned)
            self.visit(client)
            self.start_plans()
            self.assertPlanned(client, *planned)
            dialog = self.dialog(client)
            dialog.kind = "followup_home"
            dialog.save()
            self.press(dialog, "satisfied")
        entry = self.latest(client)
        self.assertEqual((entry.kind, entry.result), ("followup_home", "Satisfied"))

    def test_no_plan_without_owner_or_for_the_past(self):
        """D1: nobody's client has none; a visit entered late, as from a list that was
        loaded, makes no heap of overdue calls."""
        with freeze_time(MORNING):
            free = self.make_client(self.clerk)
            late = self.make_client(self.rep_a)
        with freeze_time("2026-03-20 02:00:00"):
            self.visit(late, date=datetime(2026, 3, 12))
            self.start_plans()
            self.assertFalse(self.open_activities(late))
            self.assertFalse(self.open_activities(free))
            self.assertFalse(late.is_plan_due)
            self.assertFalse(free.is_plan_due)

    def test_plan_is_not_written(self):
        """C4: what says that a plan has started is the job's alone."""
        client = self.make_client(self.rep_a, plan_started="registered")
        self.assertTrue(client.is_plan_due)
        for name in ("plan_started", "is_plan_due"):
            with self.subTest(name), self.assertRefused("not written directly"):
                client.write({name: False})

    def test_plan_by_hand(self):
        """D1: Odoo's dialog offers the plans that fit, and gives steps to the owner."""
        client = self.make_client(self.rep_a)
        schedules = self.env["mail.activity.schedule"].with_user(self.rep_a)

        def offered(*clients):
            ids = [one.id for one in clients]
            schedule = schedules.with_context(active_model="crm.lead", active_ids=ids)
            return schedule.create({}).plan_available_ids

        potential, prospect = (
            self.env.ref(f"{MODULE}.mail_activity_plan_{name}")
            for name in ("potential", "prospect")
        )
        self.assertIn(potential, offered(client))
        self.assertNotIn(prospect, offered(client))
        keen = self.make_client(self.rep_a, wanted_unit_ids=self.unit.ids)
        self.assertFalse(offered(client, keen) & (potential | prospect))
        schedule = schedules.with_context(
            active_model="crm.lead", active_ids=client.ids
        ).create({"plan_id": potential.id, "plan_on_demand_user_id": self.rep_a.id})
        schedule.action_schedule_plan()
        self.assertEqual(self.open_activities(client).user_id, self.rep_a)
        self.assertEqual(len(self.open_activities(client)), 3)

    def test_manager_keeps_the_plans(self):
        """D1, H1: managers change the plans of clients, reps do not; those of another
        project are not shown."""
        plans = self.env["mail.activity.plan"].with_user(self.manager)
        plan = plans.create(
            {
                "name": "Grade A",
                "res_model": "crm.lead",
                "property_project_id": self.project.id,
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": self.env.ref(
                                f"{MODULE}.mail_activity_type_call"
                            ).id,
                            "responsible_type": "owner",
                        }
                    )
                ],
            }
        )
        plan.template_ids.delay_count = 2
        with self.assertRaises(AccessError):
            plan.with_user(self.rep_a).name = "Mine"
        self.assertTrue(plan.with_user(self.rep_a).has_access("read"))
        self.assertFalse(plan.with_user(self.rep_c).has_access("read"))

    # === Lists ===

    def found(self, name):
        """Clients of rep_a that the filter `name` shows him"""
        view = self.env.ref(f"{MODULE}.crm_lead_view_search_client")
        filter_ = etree.fromstring(view.arch).find(f".//filter[@name='{name}']")
        domain = safe_eval(filter_.get("domain"), {"uid": self.rep_a.id})
        return self.env["crm.lead"].with_user(self.rep_a).search(domain)

    def test_filters(self):
        """C4: the day's work: due by agreement or plan, too few follow-ups, ending
        soon, long not spoken to."""
        with freeze_time(MORNING):
            short, planned, agreed, done = (
                self.make_client(self.rep_a) for _client in range(4)
            )
            self.visit(short)
            self.plan(planned, 20)
            self.enter(agreed, "followup_call", next_date=date(2026, 3, 20))
            self.visit(done)
            for _number in range(3):
                self.enter(done, "followup_call")
            self.assertEqual(self.found("short"), short)
            self.assertFalse(self.found("due") | self.found("silent"))
            self.assertFalse(self.found("ending"))
        with freeze_time("2026-03-19 17:00:00"):  # the 20th in Shanghai
            self.assertEqual(self.found("due"), planned | agreed)
            self.enter(done, "followup_call")
            self.assertEqual(self.found("silent"), short | agreed)
        with freeze_time("2026-03-30 17:00:00"):
            self.assertEqual(self.found("ending"), short | planned | agreed)


@tagged("post_install", "-at_install")
class TestFollowupOnPhone(FollowupCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_card(self):
        """C4: two touches on a phone, from the card; then from row and form."""
        client = self.make_client(self.rep_a)
        self.visit(client)
        path = "/odoo/property-clients"
        self.start_tour(path, "property_followup_card", login=self.rep_a.login)
        self.browser_size, self.touch_enabled = "1366x768", False
        self.start_tour(path, "property_followup_row", login=self.rep_a.login)
        self.assertEqual(client.followup_progress, "3/3")
        results = {*client.interaction_ids.mapped("result")} - {False}
        self.assertEqual(len(results), 3)
