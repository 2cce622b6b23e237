from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from .test_statistics import DAY, StatisticsCommon


@tagged("post_install", "-at_install")
class TestDashboard(StatisticsCommon, TransactionCase):
    """H6: the day and the month of what the user answers for."""

    def load(self, user):
        with freeze_time(f"{DAY} 08:00:00"):
            board = (
                self.env["property.dashboard"]
                .with_user(user)
                .with_context(lang="en_US")
            )
            return board.figures(self.project.id)

    def cards(self, user):
        return {card["label"]: card for card in self.load(user)["cards"]}

    def test_scope_of_each_role(self):
        for user, calls, deposits, rows in (
            (self.rep_a, 1, 1, {"rep_a"}),
            (self.rep_b, 1, 0, {"rep_b"}),
            (self.supervisor_a, 1, 1, {"rep_a", "supervisor_a"}),
            (self.manager, 2, 1, {"rep_a", "rep_b", "supervisor_a", "supervisor_b"}),
            (self.clerk, 2, 1, {"rep_a", "rep_b", "supervisor_a", "supervisor_b"}),
            (self.finance, None, 1, {"rep_a"}),
        ):
            with self.subTest(user=user.login):
                board = self.load(user)
                cards = {card["label"]: card for card in board["cards"]}
                self.assertEqual(cards.get("Calls Today", {}).get("value"), calls)
                self.assertEqual(cards["Deposits Today"]["value"], deposits)
                self.assertEqual({row["name"] for row in board["ranking"]}, rows)
                self.assertEqual(board["table"], [])
        table = self.load(self.hq)["table"]
        self.assertIn(self.project.name, [row["name"] for row in table])

    def test_every_card_opens_what_it_counts(self):
        for user in self.actors.values():
            for card in self.load(user)["cards"]:
                if card["kind"] != "integer":
                    continue
                action = card["action"]
                records = self.env[action["res_model"]].with_user(user)
                with self.subTest(user=user.login, card=card["label"]):
                    with freeze_time(f"{DAY} 08:00:00"):
                        count = records.search_count(action["domain"])
                    self.assertEqual(count, card["value"])

    def test_funnel_and_yesterday(self):
        board = self.load(self.manager)
        self.assertEqual(
            [step["value"] for step in board["funnel"]], [4, 2, 1, 0, 20_000]
        )
        self.assertEqual(self.cards(self.manager)["Calls Today"]["before"], 1)
        self.assertEqual(len(board["charts"][0]["labels"]), 30)

    def test_target(self):
        self.env["property.target"].create(
            [
                {
                    "project_id": self.project.id,
                    "month": DAY,
                    "user_id": user.id,
                    "deposit_number": number,
                }
                for user, number in ((self.rep_a, 2), (self.env["res.users"], 10))
            ]
        )
        for user, rates in (
            (self.rep_a, [50]),
            (self.rep_b, []),
            (self.manager, [10]),
            (self.supervisor_b, [10]),
            (self.finance, []),
        ):
            rows = self.load(user)["targets"]
            with self.subTest(user=user.login):
                self.assertEqual([row["rate"] for row in rows], rates)

    def test_who_has_no_role(self):
        crm = new_test_user(
            self.env, "crm_only", groups="sales_team.group_sale_manager"
        )
        with self.assertRaises(AccessError):
            self.load(crm)

    def test_without_a_project(self):
        self.project.user_ids -= self.rep_a
        board = self.env["property.dashboard"].with_user(self.rep_a).figures()
        self.assertEqual((board["projects"], board["cards"]), ([], []))
