from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import Form, tagged

from .common import PropertyCommon


class SlipLimitsCommon(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make_client(cls.rep_a)

    @classmethod
    def set_policy(cls, **numbers):
        policy = cls.env["property.policy"].search(
            [("project_id", "=", cls.project.id)], limit=1
        )
        if not policy:
            policy = policy.create({"project_id": cls.project.id})
        policy.write(numbers)


@tagged("post_install", "-at_install")
class TestSlipLimits(SlipLimitsCommon):
    """E1: how many slips there may be, and how long they run."""

    def test_slips_of_a_client(self):
        """E1: a client has as many slips at a time as the policy says, no more."""
        self.set_policy(slips_per_client=1)
        first = self.open_slip(self.client, self.unit)
        second = self.make_slip(self.client, self.unit_2)
        with self.assertRefused("client has 1 slips already"):
            second.action_open_slip()
        self.assertEqual(self.unit_2.state, "available")
        first.action_register_payment()
        second.action_open_slip()
        self.assertEqual(second.state, "slip", "what is paid is no slip any more")

    def test_slips_of_a_rep(self):
        """E1: so for a rep, over all his clients; a colleague's do not count, nor those
        of another project."""
        self.set_policy(slips_per_rep=2)
        self.other_project.user_ids += self.rep_a | self.control
        elsewhere = self.make_client(
            self.rep_a,
            project_id=self.other_project.id,
            unit_type_ids=self.other_type.ids,
        )
        self.open_slip(elsewhere, self.other_unit, plan_id=False)
        for unit in self.units[:2]:
            self.open_slip(self.make_client(self.rep_a), unit)
        self.open_slip(self.make_client(self.rep_b), self.units[3])
        with self.assertRefused("rep_a has 2 slips already"):
            self.open_slip(self.client, self.unit_3)
        self.set_policy(slips_per_rep=0)
        self.open_slip(self.client, self.unit_3)

    def test_exchange_counts_for_nothing(self):
        """E6: the slip of an exchange has no limit, no timer, and is no attempt."""
        self.set_policy(slips_per_client=1, slips_per_rep=1, squat_attempts=1)
        exchanging = self.make_client(self.rep_b)
        self.make_slip(exchanging, self.units[3])._open_for_exchange(self.unit)
        self.open_slip(exchanging, self.units[4])
        self.open_slip(self.client, self.unit)
        new = self.make_slip(self.client, self.unit_2)
        new._open_for_exchange(self.unit)  # any document stands for the change here
        self.assertEqual(self.unit_2.state, "slip")
        self.assertFalse(new.slip_expires or new.slip_user_id)
        with freeze_time(fields.Datetime.now() + timedelta(days=30)):
            self.run_cron("ir_cron_lapse_slips")
        self.assertEqual(new.state, "slip", "it ends with the change")
        new.action_lapse()
        self.make_slip(self.client, self.unit_2)._check_cooldown()
        with self.assertRefused("exchange"):
            other = self.make_slip(self.client, self.unit_3)
            other._open_for_exchange(self.unit)
            other.with_user(self.manager).action_extend(1, "Reason")

    # === Time ===

    def test_extension(self):
        """E1: by whom the policy names, as often and as long as it says, with a reason
        that stays on record."""
        slip = self.open_slip(self.client, self.unit)
        end = slip.slip_expires
        for user in (self.rep_a, self.control, self.clerk, self.finance):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                slip.with_user(user).action_extend(1, "He is on his way")
        for hours in (0, -1, 24.5):
            with self.subTest(hours=hours), self.assertRefused("24 hours"):
                slip.with_user(self.supervisor_a).action_extend(hours, "Reason")
        with self.assertRefused("reason"):
            slip.with_user(self.supervisor_a).action_extend(24, " ")
        slip.with_user(self.supervisor_a).action_extend(24, "The bank is closed")
        self.assertEqual(slip.slip_expires, end + timedelta(hours=24))
        self.assertRecordValues(
            slip.log_ids,
            [
                {
                    "kind": "extended",
                    "reason": "The bank is closed",
                    "user_id": self.supervisor_a.id,
                    "rep_id": self.rep_a.id,
                    "until": slip.slip_expires,
                }
            ],
        )
        with self.assertRefused("1 times already"):
            slip.with_user(self.manager).action_extend(1, "Once more")
        self.set_policy(extensions_max=2, extension_role="control")
        with self.assertRaises(AccessError):
            slip.with_user(self.supervisor_a).action_extend(1, "Once more")
        slip.with_user(self.control).action_extend(1, "Once more")
        self.assertEqual(slip.extension_count, 2)

    def test_another_team(self):
        """E1, J1: a supervisor extends slips of his team only."""
        slip = self.open_slip(self.make_client(self.rep_b), self.unit)
        with self.assertRaises(AccessError):
            slip.with_user(self.supervisor_a).action_extend(1, "Reason")

    def test_time_is_over(self):
        """E1: a slip whose time is over is over, written down or not."""
        slip = self.open_slip(self.client, self.unit)
        with freeze_time(slip.slip_expires):
            for step in (
                slip.action_register_payment,
                lambda: slip.with_user(self.manager).action_extend(1, "Reason"),
            ):
                with self.assertRefused("time of .* was over"):
                    step()
        with freeze_time(slip.slip_expires + timedelta(hours=3)):
            self.run_cron("ir_cron_lapse_slips")
        self.assertEqual(slip.end_date, slip.slip_expires)
        note = self.env["mail.message"].search(
            [("model", "=", slip._name), ("res_id", "=", slip.id)]
        )
        self.assertEqual(note.partner_ids, self.rep_a.partner_id)
        self.assertIn("lapsed", note.body)
        self.assertNotIn(self.client.contact_name, note.body)

    def test_sold_notice(self):
        """E2: rep and control hear of the sale, without the client's name."""
        deposit = self.confirm_deposit(self.open_slip(self.client, self.unit))
        notes = self.env["mail.message"].search(
            [("model", "=", deposit._name), ("res_id", "=", deposit.id)]
        )
        self.assertEqual(notes.partner_ids, (self.rep_a | self.control).partner_id)
        for note in notes:
            self.assertIn(f"{self.unit.name} is sold", note.body)
            self.assertNotIn(self.client.contact_name, note.body)

    def test_the_dialog(self):
        """E1: extension by the dialog, which proposes what the policy allows."""
        slip = self.open_slip(self.client, self.unit)
        end = slip.slip_expires
        dialogs = self.env["property.deposit.step"].with_user(self.supervisor_a)
        with Form(
            dialogs.with_context(default_deposit_id=slip.id, default_step="extend")
        ) as form:
            self.assertEqual(form.hours, 24)
            form.hours = 2
            form.reason = "On his way"
        form.record.action_apply()
        self.assertEqual(slip.slip_expires, end + timedelta(hours=2))
        dialogs.with_user(self.control).create(
            {"deposit_id": slip.id, "step": "cancel", "reason": "Changed his mind"}
        ).action_apply()
        self.assertRecordValues(
            slip, [{"state": "cancelled", "reason": "Changed his mind"}]
        )


@tagged("post_install", "-at_install")
class TestCooldown(SlipLimitsCommon):
    """E1: nobody keeps a unit off sale by one slip after the other."""

    def in_vain(self, times=1, unit=None, rep=None):
        for number in range(times):
            client = self.make_client(rep or self.rep_a)
            slip = self.open_slip(client, unit or self.unit)
            slip.action_lapse() if number % 2 else slip.action_cancel()

    def test_cooldown(self):
        """E1: after so many slips in vain the unit is closed to the rep for hours."""
        self.set_policy(squat_attempts=3, squat_days=7, squat_cooldown_hours=24)
        now = fields.Datetime.now()
        with freeze_time(now):
            self.in_vain(2)
            slip = self.make_slip(self.client, self.unit)
            self.assertFalse(slip.cooldown_until)
            self.in_vain(1)
            slip.invalidate_recordset()
            self.assertEqual(slip.cooldown_until, now + timedelta(hours=24))
            with self.assertRefused(
                f"3 slips of rep_a on {self.unit.name} came to nothing within 7 days"
            ):
                slip.action_open_slip()
        with freeze_time(now + timedelta(hours=23, minutes=59)):
            with self.assertRefused("closed"):
                slip.action_open_slip()
        with freeze_time(now + timedelta(hours=24)):
            slip.action_open_slip()
            slip.action_cancel()
            with self.assertRefused("4 slips"):
                self.open_slip(self.client, self.unit)

    def test_who_is_not_meant(self):
        """E1: another unit, a colleague, an attempt long ago, a sale are not meant."""
        self.set_policy(squat_attempts=2, squat_days=7, squat_cooldown_hours=999)
        now = fields.Datetime.now()
        with freeze_time(now - timedelta(days=7, minutes=1)):
            self.in_vain(1)
        with freeze_time(now):
            self.in_vain(1)
            self.in_vain(1, unit=self.unit_2)
            self.open_slip(self.client, self.unit).action_cancel()
            with self.assertRefused("closed"):
                self.open_slip(self.client, self.unit)
            self.open_slip(self.make_client(self.rep_b), self.unit)
            self.open_slip(self.client, self.unit_2)

    def test_handed_over(self):
        """E1: attempts stay with the rep who made them when the client moves on."""
        self.set_policy(squat_attempts=1)
        self.open_slip(self.client, self.unit).action_cancel()
        self.client.sudo()._transfer(self.rep_b, "handover")
        self.open_slip(self.client, self.unit)

    def test_off(self):
        """E1: with 0 in the policy no unit is closed to anyone."""
        self.set_policy(squat_attempts=0)
        self.in_vain(4)
        self.open_slip(self.client, self.unit)

    def test_lift(self):
        """E1: a supervisor lifts it with a reason, which stays; then it counts anew."""
        self.set_policy(squat_attempts=2)
        self.in_vain(2)
        slip = self.make_slip(self.client, self.unit)
        for user in (self.rep_a, self.control, self.clerk):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                slip.with_user(user).action_lift_cooldown("Please")
        with self.assertRefused("reason"):
            slip.with_user(self.supervisor_a).action_lift_cooldown("")
        with freeze_time(fields.Datetime.now() + timedelta(seconds=1)):
            slip.with_user(self.supervisor_a).action_lift_cooldown("A real buyer")
            self.assertRecordValues(
                slip.log_ids,
                [
                    {
                        "kind": "lifted",
                        "unit_id": self.unit.id,
                        "rep_id": self.rep_a.id,
                        "user_id": self.supervisor_a.id,
                        "reason": "A real buyer",
                    }
                ],
            )
            slip.action_open_slip()
        with freeze_time(fields.Datetime.now() + timedelta(seconds=2)):
            slip.action_cancel()
            self.in_vain(1)
            with self.assertRefused("2 slips"):
                self.open_slip(self.client, self.unit)
        other = self.make_slip(self.client, self.unit_3)
        with self.assertRefused("not closed"):
            other.with_user(self.supervisor_a).action_lift_cooldown("Why not")


@tagged("post_install", "-at_install")
class TestNearestEqual(SlipLimitsCommon):
    """E2: who is too late is told by whom and until when, and what else there is."""

    def test_order(self):
        """E2: the same type first, then area, floor, price; only what can be sold."""
        # 1-101, 1-102, 1-201, 1-202 of type B2; 2-101 … 2-202 of type C3.
        self.units[1].area_gross += 5
        self.assertEqual(
            self.unit._nearest_equal(limit=9).mapped("name"),
            ["1-201", "1-202", "1-102", "2-101", "2-102", "2-201", "2-202"],
        )
        self.assertEqual(
            self.unit._nearest_equal(limit=2), self.units[2] | self.units[3]
        )
        self.units[2].block_reason = "Court order"
        self.units[3].action_hold("For the boss")
        self.units[5].active = False
        self.building_2.permit_id.date_end = self.project.local_day() - timedelta(
            days=1
        )
        self.assertFalse(self.unit._nearest_equal())
        self.building_2.permit_id.date_end = self.project.local_day()
        self.assertEqual(
            self.unit._nearest_equal().mapped("name"),
            ["1-102", "2-101", "2-201", "2-202"],
        )

    def test_refusal(self):
        """E2: unit, state, rep, since, until; the nearest units; no client."""
        slip = self.open_slip(self.client, self.unit)
        late = self.make_slip(self.make_client(self.rep_b), self.unit)
        with self.assertRaises(RedirectWarning) as caught:
            late.action_open_slip()
        message, action, _button, context = caught.exception.args
        until = self.project.local_time(slip.slip_expires)
        for part in (
            "1-101",
            "Slip by rep_a",
            f"until {until:%Y-%m-%d %H:%M}",
            "1-102, 1-201, 1-202, 2-101, 2-102",
        ):
            self.assertIn(part, message)
        self.assertNotIn(self.client.contact_name, message)
        self.assertNotIn(self.client.phone, message)
        self.assertEqual(context, {"default_deposit_id": late.id})
        self.assertEqual(
            self.env["ir.actions.act_window"].browse(action).res_model,
            "property.deposit.other",
        )

    def test_nothing_else(self):
        """E2: with nothing else free he is told who has it, as before."""
        self.open_slip(self.client, self.unit)
        (self.units - self.unit).action_hold("Gone")
        late = self.make_slip(self.make_client(self.rep_b), self.unit)
        with self.assertRaisesRegex(UserError, "1-101 is taken"):
            late.action_open_slip()

    def test_one_click(self):
        """E2: the dialog opens the slip on another unit, at that unit's price."""
        self.open_slip(self.client, self.unit)
        late = self.make_slip(self.make_client(self.rep_b), self.unit)
        dialog = (
            self.env["property.deposit.other"]
            .with_user(self.control)
            .create({"deposit_id": late.id})
        )
        self.assertEqual(dialog.unit_ids[:1], self.unit_2)
        self.unit_2.with_user(self.control).with_context(
            property_deposit_id=late.id
        ).action_take_instead()
        self.assertRecordValues(
            late,
            [{"state": "slip", "unit_id": self.unit_2.id, "price": 1_100_000}],
        )

    def test_the_click_opens_no_door(self):
        """E2: whatever a remote caller names there, only a draft of control moves."""
        slip = self.open_slip(self.client, self.unit)
        for user, deposit in ((self.rep_a, slip), (self.control, slip)):
            unit = self.unit_2.with_user(user).with_context(
                property_deposit_id=deposit.id
            )
            with self.subTest(user=user.login), self.assertRaises(UserError):
                unit.action_take_instead()
        with self.assertRaises(UserError):
            self.unit_2.with_user(self.control).action_take_instead()
