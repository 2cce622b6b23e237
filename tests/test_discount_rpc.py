import json
from contextlib import suppress

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_discount import DiscountCommon


@tagged("post_install", "-at_install")
class TestDiscountRpc(DiscountCommon):
    """E4: a rep cannot skip a level by any call: what a remote caller could try, as the
    server takes it in (`call_kw`)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.discount = cls.request()
        cls.reviews = cls.discount.sudo().review_ids

    def rpc(self, user, model, method, *args, **kwargs):
        return call_kw(self.env[model].with_user(user), method, list(args), kwargs)

    def assertStays(self, user, model, method, *args, **kwargs):
        """The call is refused or without effect: state and reviews stay."""
        with self.cr.savepoint() as savepoint:
            with suppress(UserError, ValueError, KeyError, TypeError):
                self.rpc(user, model, method, *args, **kwargs)
                self.env.flush_all()
            self.env.invalidate_all()
            state = self.discount.sudo().state
            reviews = self.discount.sudo().review_ids.mapped("status")
            amount = self.discount.sudo().extra_amount
            levels = len(self.discount.sudo().review_ids.exists())
            savepoint.rollback()
        self.env.invalidate_all()
        self.assertEqual(state, "draft")
        self.assertEqual((levels, set(reviews)), (3, {"pending", "waiting"}))
        self.assertEqual(amount, 40_000)

    def test_reviews_are_not_written(self):
        """E4: neither rep nor reviewer writes, makes or deletes a review."""
        review = self.reviews[0]
        vals = {"status": "approved", "done_by": self.supervisor_a.id}
        for user in (*self.actors.values(), self.env.ref("base.user_admin")):
            for name, args in (
                ("write", (self.reviews.ids, {"status": "approved"})),
                ("write", (review.ids, vals)),
                ("write", (review.ids, {"reviewer_ids": [(6, 0, user.ids)]})),
                ("write", (review.ids, {"res_id": 0})),
                ("write", (review.ids, {"model": "res.partner"})),
                ("write", (review.ids, {"sequence": 99})),
                ("write", (review.ids, {"requested_by": self.hq.id})),
                ("unlink", (self.reviews.ids,)),
                ("web_save", (review.ids, {"status": "approved"}, {})),
            ):
                with self.subTest(user=user.login, name=name, args=args):
                    self.assertStays(user, "tier.review", name, *args)

    def test_reviews_through_the_document(self):
        """E4: nor through the discount, in draft or when it is created."""
        review = self.reviews[0]
        for commands in (
            [(1, review.id, {"status": "approved"})],
            [(5, 0, 0)],
            [(2, review.id, 0)],
            [(0, 0, {"status": "approved", "sequence": 0})],
        ):
            for user in (self.rep_a, self.supervisor_a, self.manager):
                with self.subTest(commands=commands, user=user.login):
                    self.assertStays(
                        user,
                        "property.discount",
                        "write",
                        self.discount.ids,
                        {"review_ids": commands},
                    )
        with self.assertRaises(UserError):
            self.rpc(
                self.rep_a,
                "property.discount",
                "create",
                {
                    "unit_id": self.unit_2.id,
                    "lead_id": self.client.id,
                    "extra_amount": 1,
                    "reason": "x",
                    "review_ids": [
                        (0, 0, {"status": "approved", "model": "property.discount"})
                    ],
                },
            )

    def test_comment_dialog(self):
        """E4: OCA's comment dialog approves nothing for who it is not the turn of."""
        for user in self.actors.values():
            if user == self.supervisor_a or user == self.manager:
                continue
            for decision in ("validate", "reject"):
                with self.subTest(user=user.login, decision=decision):
                    with self.cr.savepoint() as savepoint:
                        try:
                            dialog = self.rpc(
                                user,
                                "comment.wizard",
                                "create",
                                {
                                    "validate_reject": decision,
                                    "res_model": "property.discount",
                                    "res_id": self.discount.id,
                                    "review_ids": [(6, 0, self.reviews.ids)],
                                    "comment": "ok",
                                },
                            )
                        except (UserError, AccessError):
                            dialog = [0]
                        ids = dialog if isinstance(dialog, list) else [dialog]
                        self.assertStays(user, "comment.wizard", "add_comment", ids)
                        savepoint.rollback()

    def test_wrong_people(self):
        """E4: the steps are for whose turn it is: no level before, none twice, none of
        another project or team, never who requested it."""
        wrong = (
            self.rep_a, self.rep_b, self.rep_c, self.clerk, self.control, self.finance,
            self.service, self.hq, self.supervisor_b,
        )  # fmt: skip
        for user in wrong:
            for step in ("validate_tier", "reject_tier", "action_cancel"):
                with self.subTest(user=user.login, step=step):
                    self.assertStays(user, "property.discount", step, self.discount.ids)
        self.discount.with_user(self.supervisor_a).validate_tier()
        with self.assertRaises(AccessError):
            self.discount.with_user(self.supervisor_a).validate_tier()
        with self.assertRaises(AccessError):
            self.discount.with_user(self.hq).validate_tier()

    def test_no_context_opens_it(self):
        """E4: no key of a caller's context approves, skips or unfreezes."""
        keys = {
            "skip_validation": True,
            "skip_validation_check": True,
            "tier_validation_defer_compute_can_review": True,
            "default_state": "approved",
            "install_mode": True,
        }
        for vals in ({"extra_amount": 1}, {"state": "approved"}, {"reason": "y"}):
            with self.subTest(vals=vals):
                self.assertStays(
                    self.rep_a,
                    "property.discount",
                    "write",
                    self.discount.ids,
                    vals,
                    context=keys,
                )
        made = self.rpc(
            self.rep_a,
            "property.discount",
            "create",
            {
                "unit_id": self.unit_2.id,
                "lead_id": self.client.id,
                "extra_amount": 1_000,
                "reason": "x",
            },
            context=keys
            | {
                "default_valid_until": "2999-01-01",
                "default_approved_date": "2026-01-01",
            },
        )
        ids = made if isinstance(made, list) else [made]
        self.assertRecordValues(
            self.env["property.discount"].browse(ids),
            [{"state": "draft", "valid_until": False, "approved_date": False}],
        )

    def test_figures_stay(self):
        """E4: what the levels look at is derived: neither it nor the amount is written
        while it is being approved or afterwards; a client or unit is not exchanged."""
        self.make_client(self.rep_a)
        for state in ("pending", "approved"):
            for vals in (
                {"extra_amount": 1},
                {"extra_rate": 0.1},
                {"extra_percent": 0.1},
                {"price": 1},
                {"list_price": 9_000_000},
                {"discount_amount": 1},
                {"standard_percent": 0},
                {"unit_id": self.unit_2.id},
                {"lead_id": self.make_client(self.rep_a).id},
                {"valid_until": "2999-01-01"},
                {"level_id": self.levels[0].id},
                {"budget_id": False},
                {"user_id": self.rep_b.id},
                {"company_id": False},
                {"project_id": self.other_project.id},
                {"name": "YH"},
            ):
                for user in (self.rep_a, self.manager):
                    with self.subTest(state=state, vals=vals, user=user.login):
                        with self.assertRaises(UserError), self.cr.savepoint():
                            self.rpc(
                                user,
                                "property.discount",
                                "write",
                                self.discount.ids,
                                vals,
                            )
                            self.env.flush_all()
                        self.env.invalidate_all()
            if state == "pending":
                self.approve(self.discount)
        self.assertEqual(self.discount.price, 940_000)

    def test_derived_figures_are_not_created(self):
        """E4: nor are they made up when it is created: the levels are of the amount."""
        made = self.rpc(
            self.rep_a,
            "property.discount",
            "create",
            {
                "unit_id": self.unit_2.id,
                "lead_id": self.client.id,
                "extra_amount": 90_000,
                "reason": "x",
                "extra_percent": 0.1,
                "price": 1_099_999,
                "list_price": 90_000_000,
            },
        )
        discount = self.env["property.discount"].browse(
            made if isinstance(made, list) else [made]
        )
        discount.with_user(self.rep_a).action_request()
        self.assertEqual(len(discount.sudo().review_ids), 3)

    def test_levels_are_no_reps_business(self):
        """E4: a rep changes neither levels nor budgets."""
        budget = self.make_budget(self.levels[0], 1)
        for user in (self.rep_a, self.supervisor_a, self.manager, self.control):
            for model, record, vals in (
                ("tier.definition", self.levels[2], {"active": False}),
                (
                    "tier.definition",
                    self.levels[0],
                    {"definition_domain": "[(0,'=',1)]"},
                ),
                ("property.discount.budget", budget, {"amount": 1e9}),
            ):
                with (
                    self.subTest(user=user.login, model=model),
                    self.assertRaises(AccessError),
                ):
                    self.rpc(user, model, "write", record.ids, vals)

    def test_after_a_change_of_levels(self):
        """E4: a level switched off while it is asked still has to approve."""
        self.levels[2].active = False
        self.discount.with_user(self.supervisor_a).validate_tier()
        self.discount.with_user(self.manager).validate_tier()
        self.assertEqual(self.discount.state, "draft")
        self.discount.with_user(self.hq).validate_tier()
        self.assertEqual(self.discount.state, "approved")

    def test_own_request(self):
        """E4: a supervisor's or manager's own request is approved by others only."""
        discount = self.make_discount(unit=self.unit_2, extra=5_000).with_user(
            self.supervisor_a
        )
        discount.action_request()
        with self.assertRaises(AccessError):
            discount.validate_tier()
        discount.with_user(self.manager).validate_tier()
        self.assertEqual(discount.state, "approved")


@tagged("post_install", "-at_install")
class TestDiscountHttp(DiscountCommon, HttpCase):
    """E4: the same through the server's own door, as a script with the rep's password
    would try it."""

    def call(self, model, method, *args, **kwargs):
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "params": {
                        "model": model,
                        "method": method,
                        "args": list(args),
                        "kwargs": kwargs,
                    },
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()

    @mute_logger("odoo.http")
    def test_a_reps_script(self):
        """E4: every call is refused; the discount waits for its first level."""
        discount = self.request()
        reviews = discount.sudo().review_ids
        self.authenticate("rep_a", "rep_axxx")
        for model, method, args in (
            ("tier.review", "write", [reviews.ids, {"status": "approved"}]),
            ("tier.review", "unlink", [reviews.ids]),
            ("property.discount", "write", [discount.ids, {"state": "approved"}]),
            ("property.discount", "write", [discount.ids, {"extra_amount": 1}]),
            ("property.discount", "validate_tier", [discount.ids]),
            (
                "property.discount",
                "_write_through",
                [discount.ids, {"state": "approved"}],
            ),
            ("property.discount", "_on_approved", [discount.ids]),
            ("property.discount", "_validate_tier", [discount.ids]),
        ):
            with self.subTest(model=model, method=method):
                self.assertIn("error", self.call(model, method, *args))
        self.env.invalidate_all()
        self.assertEqual(discount.state, "draft")
        self.assertEqual(
            reviews.exists().mapped("status"), ["pending", "waiting", "waiting"]
        )
