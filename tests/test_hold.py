from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MODULE, PropertyCommon

ACTIVITY = "crm_property_sales.mail_activity_type_hold"


class HoldCommon(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.project.local_day()
        cls.day = timedelta(days=1)

    def hold(self, units, user=None, reason="Show flat", **vals):
        units.with_user(user or self.control).action_hold(reason, **vals)
        return units.hold_id


@tagged("post_install", "-at_install")
class TestHold(HoldCommon):
    """A4: why a unit is off sale, who said so, until when."""

    # === Holds ===

    def test_hold_and_release(self):
        """A4: reason, approver, planned day; the release ends it and says who did"""
        hold = self.hold(
            self.unit,
            planned_release=self.today + self.day,
            approver_id=self.supervisor_a.id,
        )
        self.assertRecordValues(
            hold,
            [
                {
                    "user_id": self.control.id,
                    "reason": "Show flat",
                    "approver_id": self.supervisor_a.id,
                    "planned_release": self.today + self.day,
                    "project_id": self.project.id,
                    "released_date": False,
                }
            ],
        )
        self.assertEqual(self.unit.planned_release, self.today + self.day)
        self.unit.with_user(self.manager).action_release()
        self.assertTrue(hold.released_date)
        self.assertEqual(hold.released_by, self.manager)
        self.assertFalse(self.unit.hold_id)
        again = self.hold(self.unit, reason="Again")
        self.assertNotEqual(again, hold)

    def test_who_holds_what(self):
        """A4, H1: control and the manager hold, and nothing that is reserved"""
        for role, user in self.actors.items():
            may = role in ("control", "manager")
            with self.subTest(role=role):
                try:
                    with self.cr.savepoint() as savepoint:
                        self.hold(self.unit, user=user)
                        state = self.unit.state
                        savepoint.rollback()
                except AccessError:
                    state = "available"
                self.assertEqual(state, "held" if may else "available")
                self.env.invalidate_all()
        self.open_slip(self.make_client(self.rep_a), self.unit)
        with self.assertRefused("1-101 is taken"):
            self.hold(self.unit)
        with self.assertRefused("1-101 is taken"):
            self.unit.with_user(self.control).action_hold()  # before the dialog asks

    def test_held_means_one_open_hold(self):
        """A4: however a unit comes to control or leaves it, its hold goes along"""
        slip = self.open_slip(self.make_client(self.rep_a), self.unit)
        self.project.policy().freed_to = "held"
        slip.action_cancel("changed his mind")
        self.assertEqual(self.unit.state, "held")
        self.assertEqual(self.unit.hold_id.reason, "changed his mind")
        self.unit._move("unreleased")
        self.assertFalse(self.unit.hold_id)
        self.assertEqual(len(self.unit.hold_ids), 1)

    @mute_logger("odoo.sql_db")
    def test_the_database_decides(self):
        """A4: there is no second open hold of a unit"""
        self.hold(self.unit)
        with self.assertRaises(IntegrityError):
            self.env["property.hold"].create(
                {"unit_id": self.unit.id, "user_id": self.control.id}
            )

    def test_dialog(self):
        """A4: without a reason the dialog asks; it proposes the project's manager"""
        action = (self.unit | self.unit_2).with_user(self.control).action_hold()
        self.assertEqual(self.unit.state, "available")
        dialogs = self.env["property.unit.hold"].with_user(self.control)
        form = Form(dialogs.with_context(**action["context"]))
        self.assertEqual(form.approver_id, self.manager)
        form.reason = "For the bank"
        with self.assertRefused("30 %"):
            form.save().action_hold()
        action = self.unit.with_user(self.control).action_hold()
        form = Form(dialogs.with_context(**action["context"]))
        form.reason = "For the bank"
        form.planned_release = self.today + self.day
        form.save().action_hold()
        self.assertEqual(self.unit.hold_id.reason, "For the bank")
        self.assertEqual(self.unit.hold_id.planned_release, self.today + self.day)

    def test_approver_is_a_superior_of_the_project(self):
        """A4: a rep, a colleague or another project's supervisor approves no hold"""
        self.project.user_ids -= self.supervisor_b
        for user in (self.rep_a, self.control, self.supervisor_b, self.hq):
            with self.subTest(user=user.login), self.assertRefused("supervisor"):
                self.hold(self.unit, approver_id=user.id)
        hold = self.hold(self.unit, user=self.manager)
        self.assertEqual(hold.approver_id, self.manager, "who may approve did")

    def test_share_of_a_building(self):
        """A4: control holds so much of a building, a manager more; per policy"""
        self.hold(self.unit)
        with self.assertRefused("50 % of building 1号楼.*manager"):
            self.hold(self.unit_2)
        self.assertEqual(self.unit_2.state, "available")
        self.hold(self.units[4])  # the other building
        self.hold(self.unit_2, user=self.manager)
        both = new_test_user(
            self.env,
            login="both",
            groups=f"{MODULE}.group_control,{MODULE}.group_supervisor",
        )
        self.project.user_ids += both
        with self.assertRefused("75 % of building"):
            self.hold(self.unit_3, user=both)
        self.project.policy().hold_max_percent = 75
        self.hold(self.unit_3)

    @mute_logger("odoo.sql_db")
    def test_share_is_a_percentage(self):
        """K1: no more than all of a building can be held"""
        for percent in (-1, 101):
            with self.subTest(percent=percent), self.assertRaises(IntegrityError):
                self.project.policy().hold_max_percent = percent
                self.env.flush_all()

    def test_nothing_is_written_but_the_planned_day(self):
        """A4: control plans another day; nobody rewrites who held why"""
        hold = self.hold(self.unit)
        for user in (self.control, self.manager, self.env.ref("base.user_admin")):
            mine = hold.with_user(user)
            for vals in (
                {"reason": "x"},
                {"user_id": self.rep_a.id},
                {"approver_id": self.manager.id},
                {"unit_id": self.unit_2.id},
                {"released_date": "2026-01-01"},
                {"date": "2026-01-01"},
                {"reminded": True},
            ):
                with self.subTest(user=user.login, vals=vals), self.assertRefused(""):
                    mine.write(vals)
        hold.with_user(self.control).planned_release = self.today
        with self.assertRaises(AccessError):
            hold.with_user(self.supervisor_a).planned_release = self.today
        with self.assertRaises(AccessError):
            self.env["property.hold"].with_user(self.control).create(
                {"unit_id": self.unit_2.id, "user_id": self.control.id}
            )
        self.unit._move("available")
        with self.assertRefused("ended"):
            hold.with_user(self.control).planned_release = self.today

    # === The planned day ===

    def reminders(self, holds):
        return holds.activity_ids.filtered(
            lambda one: one.activity_type_id == self.env.ref(ACTIVITY)
        )

    def test_reminder_when_the_day_is_over(self):
        """A4: control is reminded once for all of a reason and day; nothing is freed"""
        planned = {"planned_release": self.today}
        holds = self.hold(self.unit | self.units[4], **planned)
        holds |= self.hold(self.units[5], user=self.manager, reason="Other", **planned)
        self.run_cron("ir_cron_remind_holds")
        self.assertFalse(self.reminders(holds), "the planned day is not over")
        late = self.project.utc_moment(self.today + self.day)
        with freeze_time(late - timedelta(seconds=1)):
            self.run_cron("ir_cron_remind_holds")
        self.assertFalse(self.reminders(holds), "it ends at midnight in Shanghai")
        with freeze_time(late):
            self.run_cron("ir_cron_remind_holds")
            self.run_cron("ir_cron_remind_holds")
        told = self.reminders(holds)
        self.assertEqual(told.user_id, self.control)
        self.assertEqual(sorted(told.mapped("summary")), ["1-101, 2-101", "2-102"])
        self.assertEqual(set(holds.unit_id.mapped("state")), {"held"})

    def test_reminder_goes_with_the_hold(self):
        """A4: another day or the release takes it away; the new day reminds again"""
        hold = self.hold(self.unit, planned_release=self.today - self.day)
        self.run_cron("ir_cron_remind_holds")
        self.assertTrue(self.reminders(hold))
        hold.with_user(self.control).planned_release = self.today + self.day
        self.assertFalse(self.reminders(hold))
        with freeze_time(self.project.utc_moment(self.today + 3 * self.day)):
            self.run_cron("ir_cron_remind_holds")
            self.assertTrue(self.reminders(hold))
            self.unit.with_user(self.control).action_release()
            self.assertFalse(self.reminders(hold))

    # === Ratio ===

    def test_ratio_by_building_and_type(self):
        """A4: the average over any group of units is its hold ratio"""
        self.hold(self.unit)
        groups = self.env["property.unit"]._read_group(
            [("project_id", "=", self.project.id)],
            ["building_id", "unit_type_id"],
            ["held_percent:avg"],
        )
        self.assertEqual(
            groups,
            [
                (self.building, self.type_two, 25.0),
                (self.building_2, self.type_three, 0.0),
            ],
        )

    def test_search_by_planned_release(self):
        """A4: units are found by the planned day of their open hold"""
        self.hold(self.unit, planned_release=self.today)
        units = self.env["property.unit"].with_user(self.control)
        domain = [("planned_release", "<=", self.today)]
        self.assertEqual(units.search(domain), self.unit)
        self.assertEqual(units.search([("hold_id", "!=", False)]), self.unit)
        free = units.search([("hold_id", "=", False)])
        self.assertEqual(free, self.units - self.unit)
        self.assertEqual(units.search([("planned_release", "=", False)]), free)
        self.unit._move("available")
        self.assertFalse(units.search(domain))


@tagged("post_install", "-at_install")
class TestReleasePlan(HoldCommon):
    """A4: rolling release by plan."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.waves = [cls.units[:1], cls.units[1:3]]
        cls.units[:3]._move("held", reason="Second wave")
        cls.plan = cls.make_plan()

    @classmethod
    def make_plan(cls):
        return (
            cls.env["property.release.plan"]
            .with_user(cls.control)
            .create(
                {
                    "name": "Second wave",
                    "project_id": cls.project.id,
                    "line_ids": [
                        Command.create(
                            {"date": cls.today + days * cls.day, "unit_ids": units.ids}
                        )
                        for days, units in zip((1, 2), cls.waves, strict=True)
                    ],
                }
            )
        )

    def approve(self):
        self.plan.action_request()
        self.plan.with_user(self.manager).validate_tier()
        self.assertEqual(self.plan.state, "approved")

    def run_on(self, days):
        with freeze_time(self.project.utc_moment(self.today + days * self.day)):
            self.run_cron("ir_cron_release_plans")

    def states(self):
        return self.units[:3].mapped("state")

    def test_released_by_the_project_s_days(self):
        """A4: each wave on its day, from midnight in Shanghai; done with the last"""
        self.approve()
        self.run_cron("ir_cron_release_plans")
        self.assertEqual(self.states(), ["held"] * 3)
        with freeze_time(
            self.project.utc_moment(self.today + self.day) - timedelta(seconds=1)
        ):
            self.run_cron("ir_cron_release_plans")
        self.assertEqual(self.states(), ["held"] * 3)
        self.run_on(1)
        self.assertEqual(self.states(), ["available", "held", "held"])
        self.assertEqual(self.plan.state, "approved")
        self.assertEqual(self.plan.next_date, self.today + 2 * self.day)
        self.hold(self.unit, user=self.manager)
        self.run_on(1)
        self.assertEqual(self.states(), ["held"] * 3, "each wave once")
        self.unit.with_user(self.control).action_release()
        self.run_on(2)
        self.assertEqual(self.states(), ["available"] * 3)
        self.assertEqual(self.plan.state, "done")
        event = self.unit_2.event_ids.sorted("id")[-1]
        self.assertEqual((event.origin, event.reason), (self.plan, "Second wave"))
        self.assertFalse(self.units.hold_id)

    def test_only_what_is_off_sale(self):
        """A4: what was released and sold meanwhile is left alone, and not counted"""
        self.approve()
        self.unit._move("available")
        slip = self.open_slip(self.make_client(self.rep_a), self.unit)
        self.run_on(5)
        self.assertEqual(self.states(), ["slip", "available", "available"])
        self.assertEqual(self.unit.deposit_id, slip)
        self.assertEqual(self.plan.line_ids.mapped("released_count"), [0, 2])

    def test_not_before_it_is_approved(self):
        """A4: a draft, a request and a refused plan release nothing"""
        self.run_on(5)
        self.plan.action_request()
        self.run_on(5)
        with self.assertRaises(AccessError):
            self.plan.validate_tier()  # control, who asked
        with self.assertRaises(AccessError):
            self.plan.with_user(self.supervisor_a).validate_tier()
        self.plan.with_user(self.manager).action_refuse_request("too early")
        self.assertEqual(self.plan.state, "refused")
        self.run_on(5)
        self.assertEqual(self.states(), ["held"] * 3)

    def test_what_is_approved_stays(self):
        """A4: neither days nor units change once the plan was requested"""
        self.plan.action_request()
        line = self.plan.line_ids[0]
        draft = self.make_plan()
        new = {"date": self.today, "unit_ids": self.units[4].ids}
        for step in range(2):
            for change in (
                lambda: line.write({"date": self.today}),
                lambda: line.write({"unit_ids": [Command.clear()]}),
                line.unlink,
                lambda: line.copy({"plan_id": self.plan.id}),
                lambda: line.create(new | {"plan_id": self.plan.id}),
                lambda: line.write(
                    {"plan_id": draft.id, "unit_ids": self.units[4].ids}
                ),
                lambda: self.plan.write({"name": "x"}),
                lambda: self.plan.write({"state": "done"}),
                lambda: self.plan.write({"line_ids": [Command.clear()]}),
                lambda: line.write({"released_count": 5}),
            ):
                with self.assertRefused(""):
                    change()
            if not step:
                self.plan.with_user(self.manager).validate_tier()
        with self.assertRefused(""):
            self.plan.unlink()
        with self.assertRefused("stays on record"):
            self.plan.sudo().unlink()
        draft.unlink()

    def test_what_cannot_be_requested(self):
        """A4: a plan has units, of its project, each once, and days to come"""
        with self.assertRaises(ValidationError):
            self.plan.sudo().line_ids[0].unit_ids = self.other_unit.ids
        with self.assertRaises(ValidationError):
            self.plan.line_ids[0].unit_ids = self.units[:2].ids
        self.plan.line_ids[0].date = self.today - self.day
        with self.assertRefused("over"):
            self.plan.action_request()
        self.plan.line_ids.unlink()
        with self.assertRefused("days and units"):
            self.plan.action_request()
        with self.assertRaises(UserError):
            self.plan.with_user(self.supervisor_a).action_request()
