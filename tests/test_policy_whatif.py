from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .test_ownership import OwnershipCommon


@tagged("post_install", "-at_install")
class TestPolicyWhatif(OwnershipCommon):
    """K1: other numbers of the policy, put to the register of the past."""

    def setUp(self):
        super().setUp()
        self.clients = {}

    def story(self, name, *events):
        """A client of rep_a: 'kind day [rep]' for each of his entries."""
        client = None
        for event in events:
            kind, day, *host = event.split()
            rep = self.rep_b if host == ["b"] else self.rep_a
            with self.at(day):
                client = client or self.make_client(self.rep_a).sudo()
                self.enter(self.clerk, kind, client, user_id=rep.id)
        self.clients[client.id] = name

    def what_if(self, user=None, **values):
        whatif = self.env["property.policy.whatif"].with_user(user or self.manager)
        period = {"date_from": "2026-02-01", "date_to": "2026-02-28"}
        return whatif.create({"project_id": self.project.id} | period | values)

    def names(self, whatif, values=None):
        """{measure: the clients behind its figure}"""
        return {
            measure: sorted(self.clients[id_] for id_ in ids)
            for measure, ids in whatif._clients(values or whatif).items()
        }

    def tell(self):
        self.story("kept", "visit_first 2026-01-20", "followup_call 2026-02-10")
        self.story("month end", "visit_first 2026-01-31")  # owned to 28 February
        self.story("lapses", "visit_first 2026-01-15")
        self.story("lapsed before", "visit_first 2025-12-10")
        self.story("taken over", "visit_first 2026-01-10", "visit_return 2026-02-12 b")
        self.story("fought for", "visit_first 2026-02-01", "visit_return 2026-02-05 b")
        self.story("called", "call_in 2026-02-02 b", "visit_first 2026-02-08")
        self.story(
            "cared for",
            "visit_first 2026-02-20",
            "followup_call 2026-02-21",
            "followup_message 2026-02-22",
        )
        self.story("bought", "visit_first 2026-02-01")
        for id_, name in self.clients.items():
            if name == "bought":
                client = self.env["crm.lead"].browse(id_)
                self.confirm_deposit(self.open_slip(client, self.unit))

    def test_by_hand(self):
        """The table is written by hand from the stories above."""
        self.tell()
        whatif = self.what_if()
        in_force = {
            "owned": [
                "called",
                "cared for",
                "fought for",
                "kept",
                "month end",
                "taken over",
            ],
            "lapsed": ["lapses", "taken over"],
            "colliding": ["called", "fought for"],
            "short": ["called", "cared for", "fought for", "taken over"],
        }
        self.assertEqual(self.names(whatif), in_force)
        self.assertEqual(self.names(whatif, whatif.policy_id), in_force)
        longer = self.what_if(
            ownership_months=2, call_claim_days=5, followups_required=2
        )
        self.assertEqual(
            self.names(longer),
            {
                "owned": [*in_force["owned"][:4], "lapses", *in_force["owned"][4:]],
                "lapsed": ["lapsed before"],
                "colliding": ["fought for", "taken over"],
                "short": ["called", "fought for", "taken over"],
            },
        )

    def test_figures_open_their_clients(self):
        self.tell()
        with Form(self.env["property.policy.whatif"].with_user(self.manager)) as form:
            form.project_id = self.project
            form.date_from, form.date_to = "2026-02-01", "2026-02-28"
            self.assertEqual(form.ownership_months, 1)
            form.ownership_months = 2
        whatif = form.record
        whatif.action_calculate()
        for line in whatif.line_ids:
            for count, action in (
                (line.count_now, line.action_open_now()),
                (line.count_then, line.action_open_then()),
            ):
                leads = self.env["crm.lead"].with_user(self.manager)
                found = leads.with_context(**action["context"]).search(action["domain"])
                self.assertEqual(len(found), count)
        owned = whatif.line_ids[0]
        self.assertEqual((owned.count_now, owned.count_then), (6, 7))
        self.assertEqual(owned.difference, 1)

    def test_period_is_ordered(self):
        with self.assertRefused("ends before"):
            self.what_if(date_from="2026-03-01")

    def test_of_his_projects_by_managers(self):
        """K1, H1: managers only, of the projects they work in."""
        for user in (self.rep_a, self.clerk, self.supervisor_a, self.control):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.what_if(user)
        other = self.what_if(project_id=self.project.id)
        other.sudo().project_id = self.other_project
        with self.assertRaises(AccessError):
            other.action_calculate()
