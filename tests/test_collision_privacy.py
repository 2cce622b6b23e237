import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MODULE
from .test_collision import PHONE, CollisionCommon

CLIENT = ("诸葛孔明", PHONE, "139 0013 9761", "9761")
# What a party must neither read, search, group nor export.
HIDDEN_FIELDS = (
    "lead_id",
    "holder_id",
    "interaction_id",
    "facts",
    "appealed_by_id",
    "appeal_reason",
)
JUDGES_FIELDS = ("proposal", "proposal_clause", "snatched_by")
DISPLAY = {"fields": {"display_name": {}}}


@tagged("post_install", "-at_install")
class TestCollisionPrivacy(CollisionCommon):
    """C6, J1: nobody learns of the other's client because of a ruling.

    rep_b holds 诸葛孔明, rep_a claims him; supervisor_c is rep_a's colleague who may
    judge others, and claims him too.
    """

    def setUp(self):
        super().setUp()
        export = self.env.ref("base.group_allow_export")
        for user in (self.rep_a, self.rep_b, self.supervisor_a, self.supervisor_b):
            user.group_ids |= export
        self.rep_b.name = "Holder Huang"
        self.visit = self.enter(
            "2026-01-10 09:50", self.rep_a, "visit_first", partner_name="Mr Secretive"
        )
        self.lead = self.register("2026-01-05 10:00")
        self.enter(
            "2026-01-06 10:00", self.rep_b, "followup_home", lead_id=self.lead.id
        )
        self.ruling = self.claim("2026-01-10 10:00", self.lead, interaction=self.visit)
        self.own = self.claim("2026-01-10 10:00", self.lead, self.supervisor_a)
        self.env.invalidate_all()

    def everything(self, user, ruling):
        """All that the web client, an export or a script can read of the ruling."""
        ruling = ruling.with_user(user)
        names = ruling.fields_get()
        specification = {
            name: DISPLAY if field["type"] in ("many2one", "many2many") else {}
            for name, field in names.items()
        }
        domain = [("id", "=", ruling.id)]
        context = {"active_test": False}
        answers = [
            ruling.read(),
            ruling.web_read(specification),
            ruling.with_context(**context).web_search_read(domain, specification),
            ruling.export_data([*names]),
            ruling.name_search(ruling.name),
            [
                ruling.formatted_read_group(
                    domain,
                    [f"{name}:day" if field["type"].startswith("date") else name],
                    ["__count"],
                )
                for name, field in names.items()
                if field.get("groupable")
            ],
        ]
        messages = self.env["mail.message"].with_user(user)
        about = [("model", "=", ruling._name), ("res_id", "=", ruling.id)]
        answers.append(messages.search_read(about))
        for model in ("mail.activity", "mail.followers"):
            rows = self.env[model].with_user(user)
            if rows.has_access("read"):
                answers.append(rows.search_read([("res_model", "=", ruling._name)]))
        return json.dumps(answers, default=str, ensure_ascii=False)

    def assertSilent(self, user, ruling, *secrets):
        told = self.everything(user, ruling)
        for secret in secrets:
            at = told.find(secret)
            self.assertEqual(at, -1, told[max(0, at - 80) : at + 80])

    def assertClosed(self, user, ruling, fields_):
        """No door of the ORM gives the fields."""
        rulings = ruling.with_user(user)
        for name in fields_:
            self.assertNotIn(name, rulings.fields_get())
            relation = rulings._fields[name].comodel_name
            paths = [name] + ([f"{name}.display_name"] if relation else [])
            asks = {
                "search": lambda path: rulings.search([(path, "=", 1)]),
                "count": lambda path: rulings.search_count([(path, "ilike", "诸")]),
                "order": lambda path: rulings.search([], order=path),
                "group": lambda path: rulings._read_group([], [path]),
                "web group": lambda path: rulings.formatted_read_group([], [path]),
                "export": lambda path: rulings.export_data([path]),
                "read": lambda path: rulings.read([path]),
                "mapped": lambda path: rulings.mapped(path),
                "filter": lambda path: rulings.filtered_domain([(path, "=", 1)]),
            }
            for way, ask in asks.items():
                for path in paths:
                    with self.subTest(user=user.name, path=path, way=way):
                        self.assertIsNone(self.answer(ask, path))

    def answer(self, ask, path):
        """What comes of asking; None when it is refused"""
        with mute_logger("odoo.models", "odoo.sql_db"):
            try:
                with self.cr.savepoint():
                    return ask(path)
            except (UserError, ValueError, KeyError):
                return None

    def test_judge_sees_it_whole(self):
        """The questions below have teeth: to the judge they tell all."""
        told = self.everything(self.supervisor_b, self.ruling)
        for secret in ("诸葛孔明", "Holder Huang", "Home Visit"):
            self.assertIn(secret, told)

    def test_claimant(self):
        """He sees his claim: not the client, not who holds him, nor what he did"""
        self.assertSilent(
            self.rep_a, self.ruling, *CLIENT, "Holder Huang", "Home Visit"
        )
        self.assertClosed(self.rep_a, self.ruling, HIDDEN_FIELDS + JUDGES_FIELDS)
        ruling = self.ruling.with_user(self.rep_a)
        self.assertEqual(ruling.client_label, "Confidential")
        self.assertEqual(ruling.my_side, "claimant")
        rows = ruling._timeline()["rows"]
        self.assertEqual({row["side"] for row in rows}, {"claimant"})
        for path in ("lead_id.phone", "lead_id.user_id", "holder_id.login"):
            with self.subTest(path=path), self.assertRaises(AccessError):
                ruling.search([(path, "!=", False)])

    def test_claimant_who_is_a_supervisor(self):
        """A judge of others is a party here: he sees no more than a rep"""
        self.assertSilent(
            self.supervisor_a, self.own, *CLIENT, "Holder Huang", "Home Visit"
        )
        self.assertClosed(self.supervisor_a, self.own, HIDDEN_FIELDS)
        self.assertIn("诸葛孔明", self.everything(self.supervisor_b, self.own))

    def test_claimant_after_an_appeal(self):
        """Not even the appeal tells him who it was"""
        with self.at("2026-01-10 11:00"):
            self.ruling.with_user(self.supervisor_b).action_decide("split", reason="x")
            self.ruling.with_user(self.rep_b).action_appeal("诸葛孔明 is mine")
        self.env.invalidate_all()
        self.assertEqual(self.ruling.appealed_by_id, self.rep_b)
        self.assertSilent(self.rep_a, self.ruling, *CLIENT, "Holder Huang")

    def test_claimant_who_wins(self):
        """Decided for him, the client is his to see, and who had him"""
        with self.at("2026-01-10 11:00"):
            self.ruling.with_user(self.supervisor_b).action_decide(
                "claimant", reason="x"
            )
        ruling = self.ruling.with_user(self.rep_a)
        self.assertIn("诸葛孔明", ruling.client_label)
        self.assertEqual(ruling.holder_label, "Holder Huang")
        self.assertTrue(ruling.action_open_client())
        former = self.ruling.with_user(self.rep_b)
        self.assertEqual(former.client_label, "Confidential")
        self.assertEqual(former.holder_label, "Holder Huang")

    def test_holder(self):
        """He knows his client; of the claimant's dealings he sees nothing"""
        self.assertSilent(self.rep_b, self.ruling, "Mr Secretive", "First Visit")
        self.assertClosed(self.rep_b, self.ruling, HIDDEN_FIELDS + JUDGES_FIELDS)
        ruling = self.ruling.with_user(self.rep_b)
        self.assertIn("诸葛孔明", ruling.client_label)
        rows = ruling._timeline()["rows"]
        self.assertEqual({row["side"] for row in rows}, {"holder"})

    def test_others(self):
        """Neither another rep, nor a supervisor of another team, desk or finance"""
        outsider = self.env["res.users"].create(
            {
                "name": "Outsider",
                "login": "outsider",
                "group_ids": self.supervisor_a.group_ids.ids,
                "property_project_ids": self.project.ids,
            }
        )
        for user in (outsider, self.rep_c, self.clerk, self.finance, self.control):
            with self.subTest(user=user.name):
                self.assertFalse(self.ruling.with_user(user).has_access("read"))
        for user in (self.supervisor_a, self.supervisor_b, self.manager, self.hq):
            with self.subTest(user=user.name):
                self.assertTrue(self.ruling.with_user(user).has_access("read"))
                self.assertTrue(self.ruling.with_user(user).is_judge)

    def test_mine(self):
        """The filter finds both sides, and asks for no field that is closed"""
        for user, side in ((self.rep_a, "claimant"), (self.rep_b, "holder")):
            rulings = self.collisions.with_user(user)
            other = "holder" if side == "claimant" else "claimant"
            self.assertIn(self.ruling, rulings.search([("my_side", "=", side)]))
            self.assertFalse(rulings.search([("my_side", "=", other)]))

    def test_client_is_opened_by_who_may(self):
        """The way to the file is no way around its rule"""
        for user in (self.rep_a, self.supervisor_a):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.ruling.with_user(user).action_open_client()
        self.assertTrue(self.ruling.with_user(self.manager).action_open_client())

    def test_paper_is_for_judges(self):
        """It names the client, and whoever prints it is no party"""
        report = self.env["ir.actions.report"]
        ref = f"{MODULE}.action_report_property_collision"
        for user, ruling in (
            (self.rep_a, self.ruling),
            (self.rep_b, self.ruling),
            (self.supervisor_a, self.own),
        ):
            with self.subTest(user=user.name), self.assertRaises(UserError):
                report.with_user(user)._render_qweb_html(ref, ruling.ids)
        judge = report.with_user(self.supervisor_b)
        html = judge._render_qweb_html(ref, self.ruling.ids)[0].decode()
        for word in ("诸葛孔明", "Holder Huang", self.ruling.check_code, "Home Visit"):
            self.assertIn(word, html)

    def test_paper_is_the_same_whenever_printed(self):
        """Same input, same answer: byte for byte, whatever came in between"""
        report = self.env["ir.actions.report"].with_user(self.supervisor_b)
        ref = f"{MODULE}.action_report_property_collision"
        first = report._render_qweb_html(ref, self.ruling.ids)[0]
        self.enter("2026-01-04 10:00", self.rep_a, recorded="2026-01-12 10:00")
        with self.at("2026-03-01 10:00"):
            self.lead._lapse()
        self.project.policy().write({"split_percent": 10, "call_claim_days": 30})
        self.env.invalidate_all()
        self.assertEqual(report._render_qweb_html(ref, self.ruling.ids)[0], first)
