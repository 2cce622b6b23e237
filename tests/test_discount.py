from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MODULE
from .test_slip_limits import SlipLimitsCommon


class DiscountCommon(SlipLimitsCommon):
    """`unit` costs 1,000,000, its floor is 950,000; standard discount 2 %."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_policy(discount_standard_percent=2, discount_days=7)
        cls.levels = [
            cls.env.ref(f"crm_property_sales.tier_discount_{name}")
            for name in ("supervisor", "manager", "hq")
        ]

    @classmethod
    def make_discount(cls, extra=40_000, unit=None, client=None, **vals):
        defaults = {
            "unit_id": (unit or cls.unit).id,
            "lead_id": (client or cls.client).id,
            "extra_amount": extra,
            "reason": "Her sister lives here",
        }
        cls.env.flush_all()  # as between two requests
        discounts = cls.env["property.discount"].with_user(cls.rep_a)
        return discounts.create(defaults | vals)

    @classmethod
    def request(cls, *args, **kwargs):
        discount = cls.make_discount(*args, **kwargs)
        discount.action_request()
        return discount

    @classmethod
    def approve(cls, discount):
        """Each level in its turn."""
        for user in (cls.supervisor_a, cls.manager, cls.hq):
            if discount.state == "draft":
                discount.with_user(user).validate_tier()
        return discount

    @classmethod
    def approved(cls, *args, **kwargs):
        return cls.approve(cls.request(*args, **kwargs))

    @classmethod
    def make_budget(cls, level, amount, **vals):
        today = cls.project.local_day()
        defaults = {
            "project_id": cls.project.id,
            "level_id": level.id,
            "date_start": today.replace(day=1),
            "date_end": today + timedelta(days=31),
            "amount": amount,
        }
        budgets = cls.env["property.discount.budget"].with_user(cls.hq)
        return budgets.create(defaults | vals)

    def levels_of(self, discount):
        return [review.definition_id for review in discount.sudo().review_ids]


@tagged("post_install", "-at_install")
class TestDiscount(DiscountCommon):
    """E4: special discounts, approved along levels by amount."""

    def test_figures(self):
        """E4: standard and extra discount, price before and after."""
        with Form(self.env["property.discount"].with_user(self.rep_a)) as form:
            form.unit_id = self.unit
            form.lead_id = self.client
            form.reason = "Regular"
            form.extra_rate = 1.5
            self.assertEqual(form.extra_amount, 15_000)
            form.extra_amount = 40_000
            self.assertEqual(form.extra_rate, 4)
        self.assertRecordValues(
            form.record,
            [
                {
                    "list_price": 1_000_000,
                    "standard_percent": 2,
                    "standard_price": 980_000,
                    "extra_percent": 4,
                    "price": 940_000,
                    "discount_amount": 60_000,
                    "user_id": self.rep_a.id,
                    "state": "draft",
                }
            ],
        )
        form.record.extra_rate = 1
        self.assertEqual(form.record.price, 970_000)

    def test_limits(self):
        """E4: the standard one is the policy's at most, the extra one is something,
        the price more than nothing, unit and client of one project."""
        for vals in (
            {"standard_percent": 2.1},
            {"standard_percent": -1},
            {"extra_amount": 980_000},
            {"lead_id": self.make_client(self.rep_c).id},
        ):
            base = {
                "unit_id": self.unit.id,
                "lead_id": self.client.id,
                "extra_amount": 1,
                "reason": "x",
            }
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self.env["property.discount"].create(base | vals)

    def test_manager_elsewhere(self):
        """E4, H1: who has the rights of managers and of head office decides as head
        office in every project, as manager where he works."""
        groups = f"{MODULE}.group_manager,{MODULE}.group_hq"
        both = new_test_user(self.env, login="both", groups=groups)
        for project, levels in (
            (self.other_project, self.levels[2:]),
            (self.project, self.levels),
        ):
            project.user_ids |= both
            discount = self.request(30_001)
            reviews = discount.sudo().review_ids
            his = reviews.filtered(lambda review: both in review.reviewer_ids)
            self.assertEqual([review.definition_id for review in his], levels)
            discount.restart_validation()
            discount.action_cancel()

    def test_levels(self):
        """E4: one level up to 1 %, two up to 3 %, three beyond; in that order."""
        for extra, count in ((10_000, 1), (10_001, 2), (30_000, 2), (30_001, 3)):
            with self.subTest(extra=extra):
                discount = self.request(extra)
                self.assertEqual(self.levels_of(discount), self.levels[:count])
                discount.restart_validation()
                discount.action_cancel()
        # By amount, where the percentage is small: 20,001 of 2,100,000.
        self.unit_2.write(self.prices(2_100_000))
        discount = self.request(20_001, unit=self.unit_2)
        self.assertEqual(self.levels_of(discount), self.levels[:2])

    def test_approval(self):
        """E4: on the last approval it is valid for the policy's days; the rep hears."""
        discount = self.request()
        self.assertTrue(discount.name)
        for user in (self.supervisor_a, self.manager):
            discount.with_user(user).validate_tier()
            self.assertEqual((discount.state, discount.valid_until), ("draft", False))
        discount.with_user(self.hq).validate_tier()
        self.assertRecordValues(
            discount,
            [
                {
                    "state": "approved",
                    "valid_until": self.project.local_day() + timedelta(days=7),
                    "level_id": self.levels[2].id,
                }
            ],
        )
        note = self.env["mail.message"].search(
            [("model", "=", discount._name), ("res_id", "=", discount.id)]
        )
        self.assertEqual(note.partner_ids, self.rep_a.partner_id)
        self.assertNotIn(self.client.contact_name, note.body)

    def test_refused(self):
        """E4: a level that refuses ends it, with its words; a new one may be asked."""
        discount = self.request()
        discount.with_user(self.supervisor_a).validate_tier()
        discount.with_user(self.manager).action_refuse_request("Too much")
        self.assertRecordValues(
            discount, [{"state": "refused", "refusal_reason": "Too much"}]
        )
        self.request(10_000)

    @mute_logger("odoo.sql_db")
    def test_one_open(self):
        """E4: a client has one special discount on a unit at a time."""
        self.make_discount()
        with self.assertRaises(IntegrityError):
            self.make_discount()

    def test_request_is_of_today(self):
        """E4: asked for on the list price of the day, of a unit that can be had."""
        discount = self.make_discount()
        self.unit.write(self.prices(1_200_000))
        with self.assertRefused("list price of 1-101 is 1200000.00 now"):
            discount.action_request()
        other = self.make_discount(unit=self.unit_2)
        self.open_slip(self.make_client(self.rep_b), self.unit_2)
        with self.assertRefused("not for sale"):
            other.action_request()

    def test_requested_is_not_deleted(self):
        """E4: a draft may go, a request is withdrawn."""
        self.make_discount().unlink()
        with self.assertRaises(UserError):
            self.request().unlink()
        discount = self.approved(unit=self.unit_2)
        with self.assertRaises(UserError):
            discount.unlink()
        with self.assertRefused("withdrawn, not deleted"):
            discount.sudo().unlink()
        discount.action_cancel()
        self.assertEqual(discount.state, "cancelled")

    def test_what_is_withdrawn(self):
        """E4: a draft nobody approves, an approved one nobody uses"""
        discount = self.request()
        with self.assertRefused("is being approved"):
            discount.action_cancel()
        self.approve(discount)
        self.open_slip(self.client, self.unit, discount_id=discount.id)
        with self.assertRefused("is 'Used'"):
            discount.action_cancel()
        self.assertEqual(discount.state, "used")

    # === Budgets ===

    def test_budget(self):
        """E4: what is approved uses the last level's budget; what lapses returns."""
        budget = self.make_budget(self.levels[0], 15_000)
        discount = self.approved(9_000)
        self.assertEqual(discount.sudo().budget_id, budget)
        self.assertRecordValues(
            budget, [{"used": 9_000, "left": 6_000, "used_percent": 60}]
        )
        with freeze_time(fields.Datetime.now() + timedelta(days=9)):
            self.run_cron("ir_cron_lapse_discounts")
        self.assertRecordValues(budget, [{"used": 0, "left": 15_000}])

    def test_over_budget(self):
        """E4: over a level's budget the next one is asked too; over all: refused."""
        for level, amount in zip(self.levels, (8_000, 9_000, 9_500), strict=True):
            self.make_budget(level, amount)
        for extra, count in ((8_000, 1), (8_001, 2), (9_001, 3)):
            with self.subTest(extra=extra):
                discount = self.request(extra)
                self.assertEqual(self.levels_of(discount), self.levels[:count])
                discount.restart_validation()
                discount.action_cancel()
        with self.assertRefused("used up at every level"):
            self.request(9_501)

    def test_used_up_meanwhile(self):
        """E4: of two requests within the budget the second is not approved over it;
        made again it goes a level higher."""
        self.make_budget(self.levels[0], 10_000)
        first = self.request(6_000)
        second = self.request(6_000, unit=self.unit_2)
        self.approve(first)
        with self.assertRefused("4000.00 are left .* 6000.00 are needed"):
            second.with_user(self.supervisor_a).validate_tier()
        self.assertEqual(second.state, "draft")
        second.restart_validation()
        second.action_request()
        self.assertEqual(self.levels_of(second), self.levels[:2])
        self.approve(second)
        self.assertEqual(second.state, "approved")

    def test_budget_of_its_days(self):
        """E4: one budget per level and day; another project's, another period's do not
        count."""
        self.make_budget(self.levels[0], 0, project_id=self.other_project.id)
        today = self.project.local_day()
        past = self.make_budget(
            self.levels[0], 0, date_start="2020-01-01", date_end="2020-12-31"
        )
        self.make_budget(
            self.levels[0],
            0,
            date_start=today + timedelta(days=400),
            date_end=today + timedelta(days=500),
        )
        discount = self.request(5_000)
        self.assertEqual(self.levels_of(discount), self.levels[:1])
        with self.assertRefused("budget for some of these days"):
            past.date_end = today
            self.make_budget(self.levels[0], 1)
        with self.assertRaises(UserError):
            self.env["property.discount.budget"].with_user(self.manager).create(
                {
                    "project_id": self.project.id,
                    "level_id": self.levels[1].id,
                    "date_start": today,
                    "date_end": today,
                    "amount": 1,
                }
            )

    # === Use ===

    def test_below_the_floor(self):
        """E4, A7: below the floor only with an approved discount that covers it."""
        discount = self.request()
        slip = self.make_slip(self.client, self.unit, price=940_000, amount=1)
        with self.assertRefused("below the floor"):
            slip.action_open_slip()
        slip.discount_id = discount
        with self.assertRefused("is 'Draft'"):
            slip.action_open_slip()
        self.approve(discount)
        slip.price = 939_999
        with self.assertRefused("covers a price of 940000.00"):
            slip.action_open_slip()
        slip.price = 940_000
        slip.action_open_slip()
        self.assertEqual(discount.state, "used")

    def test_price_follows(self):
        """E4: choosing the discount sets the deal price."""
        discount = self.approved()
        slip = self.make_slip(self.client, self.unit, discount_id=discount.id)
        self.assertEqual(slip.price, 940_000)

    def test_expired(self):
        """E4: it is valid to the end of its last day, then lapses by itself; a slip of
        the day after gets nothing, cron or not."""
        discount = self.approved()
        slip = self.make_slip(self.client, self.unit, discount_id=discount.id)
        end = self.project.day_bounds(discount.valid_until)[1]
        with freeze_time(end - timedelta(minutes=1)):
            self.run_cron("ir_cron_lapse_discounts")
            self.assertEqual(discount.state, "approved")
            discount.sudo()._check_covers(slip)
        with freeze_time(end):
            with self.assertRefused("was valid until"):
                slip.action_open_slip()
            self.run_cron("ir_cron_lapse_discounts")
            self.assertEqual(discount.state, "lapsed")
            with self.assertRefused("is 'Lapsed'"):
                slip.action_open_slip()

    def test_used_does_not_lapse(self):
        """E4: what a deal was made with stays used."""
        discount = self.approved()
        deposit = self.open_slip(self.client, self.unit, discount_id=discount.id)
        self.confirm_deposit(deposit)
        with freeze_time(fields.Datetime.now() + timedelta(days=30)):
            self.run_cron("ir_cron_lapse_discounts")
        self.assertEqual(discount.state, "used")

    def test_not_handed_on(self):
        """E4: a discount is for one client and one unit, and for one slip."""
        discount = self.approved()
        other = self.make_client(self.rep_a)
        for client, unit in ((other, self.unit), (self.client, self.unit_2)):
            slip = self.make_slip(
                client, unit, discount_id=discount.id, price=unit.floor_price - 1
            )
            with self.assertRefused("another client or unit"):
                slip.action_open_slip()
        self.open_slip(self.client, self.unit, discount_id=discount.id)
        self.assertEqual(discount.state, "used")
        again = self.make_slip(self.client, self.unit, discount_id=discount.id)
        with self.assertRefused("is 'Used'"):
            again.action_open_slip()

    @mute_logger("odoo.sql_db")
    def test_one_live_deposit_per_discount(self):
        """E4: the database itself lets a discount be used once."""
        discount = self.approved()
        self.open_slip(self.client, self.unit, discount_id=discount.id)
        second = self.make_slip(self.client, self.unit_2, discount_id=discount.id)
        with self.assertRaises(IntegrityError):
            second._write_through({"state": "slip"})
            self.env.flush_all()

    def test_given_back(self):
        """E4: a slip that came to nothing gives it back while it is valid."""
        discount = self.approved()
        now = fields.Datetime.now()
        slip = self.open_slip(self.client, self.unit, discount_id=discount.id)
        slip.action_cancel()
        self.assertEqual(discount.state, "approved")
        slip = self.open_slip(self.client, self.unit, discount_id=discount.id)
        with freeze_time(now + timedelta(days=10)):
            slip.action_lapse()
        self.assertEqual(discount.state, "lapsed")

    def test_cancelled_deal_frees_the_budget(self):
        """E4, E6, E7: a confirmed or signed sale that is cancelled or exchanged gives
        its discount back to the budget of its days; the client may not use it again."""
        budget = self.make_budget(self.levels[2], 90_000)
        for stage, kind in (
            ("confirmed", "cancel"),
            ("signed", "cancel"),
            ("signed", "exchange"),
        ):
            with self.subTest(stage=stage, kind=kind):
                savepoint = self.cr.savepoint()
                discount = self.approved()
                deposit = self.open_slip(
                    self.client, self.unit, discount_id=discount.id
                )
                self.confirm_deposit(deposit)
                if stage == "signed":
                    self.sign_contract(deposit)
                self.assertRecordValues(budget, [{"used": 40_000, "left": 50_000}])
                change = self.change_sale(deposit, kind)
                self.assertEqual(budget.left, 50_000)
                change.with_user(self.control).action_execute()
                self.assertEqual(discount.state, "lapsed")
                self.assertRecordValues(budget, [{"used": 0, "left": 90_000}])
                self.env.flush_all()
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def change_sale(self, deposit, kind):
        """A change of the sale, approved and not yet carried out."""
        reason = {"cancel": "cancel_regret", "exchange": "exchange_floor"}[kind]
        change = (
            self.env["property.change"]
            .with_user(self.clerk)
            .create(
                {
                    "kind": kind,
                    "deposit_id": deposit.id,
                    "reason_id": self.env.ref(
                        f"{MODULE}.property_change_reason_{reason}"
                    ).id,
                    "new_unit_id": kind == "exchange" and self.unit_2.id,
                }
            )
        )
        change.action_request()
        change.with_user(self.manager).validate_tier()
        return change

    def test_printed(self):
        """E4: the printed request: figures, levels with who decided, check code."""
        discount = self.approved()
        html = (
            self.env["ir.actions.report"]
            .with_user(self.rep_a)
            ._render_qweb_html(
                "crm_property_sales.report_property_discount", discount.ids
            )[0]
            .decode()
        )
        for text in (
            discount.name,
            "1-101",
            "940,000.00",
            "Her sister lives here",
            "supervisor_a",
            "manager",
            discount.check_code,
        ):
            self.assertIn(text, html)
