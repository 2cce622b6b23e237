import multiprocessing

from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import tagged

from ..models import property_deposit_slip, property_discount_use
from .race import PATIENCE, CommittedCase, own_connection, request


def compete(database, module_name, user_id, model, record_id, method, barrier, channel):
    """One of two who do the same at one moment: both meet where each is about to count,
    amid a transaction that has seen the other's deed not yet done."""
    own_connection(database)
    module = {
        "slip": property_deposit_slip,
        "discount": property_discount_use,
    }[module_name]
    passed, waited = module.take_turn, []

    def gate(record):
        if not waited:
            waited.append(record)
            barrier.wait(PATIENCE)
        return passed(record)

    module.take_turn = gate
    try:
        request(
            database,
            user_id,
            lambda env: getattr(env[model].browse(record_id), method)(),
        )
        channel.send(None)
    except (UserError, RedirectWarning) as refusal:
        channel.send(refusal.args[0])


@tagged("post_install", "-at_install")
class TestSlipRace(CommittedCase):
    """E1, E4: what is counted stays within its limit when two come at one moment."""

    def contest(self, module, user, records, method):
        barrier = multiprocessing.get_context("fork").Barrier(2)
        return self.fork(
            compete,
            [
                (
                    self.database,
                    module,
                    user.id,
                    record._name,
                    record.id,
                    method,
                    barrier,
                )
                for record in records
            ],
        )

    def check_one(self, results, words):
        refusals = [result for result in results if result]
        self.assertEqual(len(refusals), 1, results)
        self.assertIn(words, refusals[0])

    def set_policy(self, **numbers):
        policy = self.env["property.policy"].search(
            [("project_id", "=", self.project.id)]
        )
        policy.write(numbers)
        self.commit()

    def draft(self, pairs):
        for client in self.clients:  # the first slip would make his person: a lock
            client._get_client_partner()
        slips = self.env["property.deposit"].create(
            [{"unit_id": unit.id, "lead_id": client.id} for unit, client in pairs]
        )
        self.commit()
        return slips

    def test_slips_of_one_client(self):
        """E1: of two slips beyond the client's maximum at one moment one is opened."""
        self.make_office(2, clients=1, roles=("manager",))
        self.set_policy(slips_per_client=1)
        slips = self.draft([(unit, self.clients) for unit in self.units])
        results = self.contest(
            "slip", self.people["manager"], slips, "action_open_slip"
        )
        self.check_one(results, "client has 1 slips already")
        self.assertEqual(sorted(slips.mapped("state")), ["draft", "slip"])
        self.assertEqual(sorted(self.units.mapped("state")), ["available", "slip"])

    def test_slips_of_one_rep(self):
        """E1: so beyond the rep's maximum, of two clients of his."""
        self.make_office(2, clients=2, roles=("manager",))
        self.set_policy(slips_per_rep=1)
        slips = self.draft(zip(self.units, self.clients, strict=True))
        results = self.contest(
            "slip", self.people["manager"], slips, "action_open_slip"
        )
        self.check_one(results, "has 1 slips already")
        self.assertEqual(sorted(slips.mapped("state")), ["draft", "slip"])

    def test_one_budget(self):
        """E4: two approvals at one moment do not overdraw a budget."""
        self.make_office(2, clients=1, roles=("supervisor", "manager"))
        level = self.env.ref("crm_property_sales.tier_discount_supervisor")
        today = self.project.local_day()
        budget = self.env["property.discount.budget"].create(
            {
                "project_id": self.project.id,
                "level_id": level.id,
                "date_start": today,
                "date_end": today,
                "amount": 9_000,
            }
        )
        discounts = (
            self.env["property.discount"]
            .with_user(self.people["rep"])
            .create(
                [
                    {
                        "unit_id": unit.id,
                        "lead_id": self.clients.id,
                        "extra_amount": 6_000,
                        "reason": "x",
                    }
                    for unit in self.units
                ]
            )
        )
        discounts.action_request()
        self.commit()
        results = self.contest(
            "discount", self.people["manager"], discounts, "validate_tier"
        )
        self.check_one(results, "3000.00 are left")
        self.assertEqual(sorted(discounts.mapped("state")), ["approved", "draft"])
        self.assertEqual((budget.used, budget.left), (6_000, 3_000))
