from contextlib import closing
from datetime import date
from types import SimpleNamespace
from unittest.mock import patch

from odoo import Command, api, sql_db
from odoo.exceptions import AccessError, UserError
from odoo.service import model as service
from odoo.tests import BaseCase, Form, get_db_name, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .common import MODULE
from .test_ownership import OwnershipCommon
from .test_rpc_isolation import EXTRA_RIGHTS, NAME, RpcCommon

# What a row of the pool may say; the fields of `base` besides.
POOL_FIELDS = {
    "project_id",
    "company_id",
    "currency_id",
    "client_class",
    "grade",
    "unit_type_ids",
    "purpose",
    "horizon",
    "budget_min",
    "budget_max",
    "last_contact_date",
    "days_unseen",
    "visit_count",
    "followup_count",
    "free_since",
    "is_claimable",
}


class PoolCommon(OwnershipCommon):
    def make_free(self, owner=None, **vals):
        """A client whom `owner` (rep_a) has let lapse."""
        client = self.make_client(owner or self.rep_a, **vals).sudo()
        client._transfer(self.env["res.users"], "expired", clause="C3")
        return client

    def pool(self, user):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["property.pool"].with_user(user)

    def in_pool(self, user, clients, *domain):
        found = self.pool(user).search([("id", "in", clients.ids), *domain])
        return clients.browse(found.ids)

    def claim(self, user, client):
        return self.pool(user).browse(client.id).action_claim()


@tagged("post_install", "-at_install")
class TestPool(PoolCommon):
    """C3: a lapsed client is free for the next one who asks for him."""

    def test_who_is_in_the_pool(self):
        """C3: free clients of one's projects; neither owned nor sold nor archived."""
        free, owned, archived, sold = (
            self.make_client(self.rep_a).sudo() for _client in range(4)
        )
        other = self.make_client(self.rep_c).sudo()
        self.sell(sold, self.unit)
        (free | archived | sold | other)._transfer(self.env["res.users"], "expired")
        archived.active = False
        lead = self.env["crm.lead"].create({"name": "Pipeline", "user_id": False})
        everyone = free | owned | archived | sold | other | lead
        for user in (self.rep_a, self.rep_b, self.supervisor_b, self.manager):
            with self.subTest(user=user.login):
                self.assertEqual(self.in_pool(user, everyone), free)
        self.assertEqual(self.in_pool(self.rep_c, everyone), other)
        self.assertEqual(self.in_pool(self.hq, everyone), free | other)
        for user in (self.clerk, self.control, self.finance, self.service):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.in_pool(user, everyone)

    def test_row_says_what_he_wants_and_when_he_was_seen(self):
        """C3: class, grade, types, budget, last contact, times seen; corrected entries
        and invalid ones are not counted twice."""
        with self.at("2026-01-10"):
            client = self.make_client(
                self.rep_a,
                grade="b",
                purpose="invest",
                horizon="month",
                budget_min=900_000,
                budget_max=1_200_000,
                unit_type_ids=(self.type_two | self.type_three).ids,
            )
            visit = self.enter(self.rep_a, "visit_return", client)
            self.close_entries(visit)
            self.enter(self.rep_a, "visit_return", client, corrects_id=visit.id)
            self.enter(
                self.rep_a,
                "followup_call",
                client,
                is_valid=False,
                invalid_reason="other",
            )
        with self.at("2026-01-12"):
            self.enter(self.rep_a, "followup_call", client)
            self.enter(self.rep_a, "followup_message", client)
        with self.at("2026-02-20"):
            client.sudo()._lapse()
            row = self.pool(self.rep_b).browse(client.id)
            self.assertRecordValues(
                row,
                [
                    {
                        "project_id": self.project.id,
                        "client_class": "potential",
                        "grade": "b",
                        "purpose": "invest",
                        "horizon": "month",
                        "budget_min": 900_000,
                        "budget_max": 1_200_000,
                        "last_contact_date": date(2026, 1, 12),
                        "days_unseen": 39,
                        "visit_count": 1,
                        "followup_count": 2,
                        "free_since": client.sudo().ownership_ids[:1].date,
                        "display_name": "B · B2, C3",
                    }
                ],
            )
            self.assertEqual(row.unit_type_ids, self.type_two | self.type_three)

    def test_filters_and_groups(self):
        """Every filter of the screen finds by what the client wants."""
        near = self.make_free(grade="a")
        far = self.make_free(grade="c", unit_type_ids=self.type_three.ids)
        for domain, found in (
            ([("grade", "=", "a")], near),
            ([("client_class", "=", "potential")], near | far),
            ([("unit_type_ids", "in", self.type_three.ids)], far),
            ([("last_contact_date", "=", False)], near | far),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self.in_pool(self.rep_b, near | far, *domain), found)
        groups = self.pool(self.rep_b).formatted_read_group(
            [("id", "in", (near | far).ids)], ["unit_type_ids"], ["__count"]
        )
        self.assertEqual([group["__count"] for group in groups], [1, 1])

    # === Claims ===

    def test_claim(self):
        """C3: one click makes him the rep's, with his whole history and a new month."""
        with self.at("2026-01-10"):
            client = self.make_client(self.rep_a)
            entries = self.enter(self.rep_a, "visit_return", client)
            entries |= self.enter(self.supervisor_a, "followup_call", client)
        with self.at("2026-03-02"):
            client.sudo()._lapse()
            self.assertFalse(client.with_user(self.rep_b).has_access("read"))
            action = self.claim(self.rep_b, client)
            self.assertEqual(action["res_model"], "crm.lead")
            self.assertEqual(action["res_id"], client.id)
            self.assertRecordValues(
                client.with_user(self.rep_b),
                [
                    {
                        "user_id": self.rep_b.id,
                        "ownership_state": "owned",
                        "owned_until": date(2026, 4, 2),
                        "registered_user_id": self.rep_a.id,
                    }
                ],
            )
            self.assertRecordValues(
                client.sudo().ownership_ids[0],
                [
                    {
                        "user_id": self.rep_b.id,
                        "basis": "claimed",
                        "clause": "C3",
                        "author_id": self.rep_b.id,
                    }
                ],
            )
        history = self.env["property.interaction"].with_user(self.rep_b)
        self.assertEqual(history.search([("lead_id", "=", client.id)]), entries)
        self.assertEqual(entries.sudo().owner_id, self.rep_b)
        self.assertFalse(entries.with_user(self.rep_a).has_access("read"))
        self.assertFalse(self.in_pool(self.rep_b, client))

    def test_only_free_clients_are_claimed(self):
        """C3, J1: a guessed id gives nothing: owned, sold, archived, of another project
        or no client at all; and the refusal is the same for all."""
        owned = self.make_client(self.rep_a)
        sold, archived = self.make_client(self.rep_a), self.make_free()
        self.sell(sold, self.unit)
        sold.sudo()._transfer(self.env["res.users"], "expired")
        other = self.make_client(self.rep_c).sudo()
        other._transfer(self.env["res.users"], "expired")
        archived.active = False
        lead = self.env["crm.lead"].create({"name": "Pipeline", "user_id": False})
        gone = lead.browse(lead.id + 1_000_000)
        for client in (owned, archived, sold, other, lead, gone):
            with (
                self.subTest(client=client.id),
                self.assertRefused("not free any more"),
            ):
                self.claim(self.rep_b, client)

    def test_only_reps_claim(self):
        """C3: for himself a rep or supervisor claims; nobody else."""
        client = self.make_free()
        for user in (self.clerk, self.control, self.finance, self.service, self.hq):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.claim(user, client)
        self.claim(self.supervisor_b, client)
        self.assertEqual(client.user_id, self.supervisor_b)

    def test_claims_per_day(self):
        """C3: as many a day as the policy allows, a day of the project's."""
        self.env["property.policy"].create(
            {
                "project_id": self.project.id,
                "date_start": "2026-01-01",
                "claims_per_day": 2,
            }
        )
        clients = [self.make_free() for _client in range(4)]
        # 23:00 and 23:59 are one day in Shanghai, 15:00 and 15:59 in UTC.
        with self.at("2026-03-02", "23:00"):
            self.claim(self.rep_b, clients[0])
        with self.at("2026-03-02", "23:59"):
            self.claim(self.rep_b, clients[1])
            with self.assertRefused("You have claimed 2 clients today"):
                self.claim(self.rep_b, clients[2])
            self.claim(self.supervisor_b, clients[3])  # each has his own
        with self.at("2026-03-03", "00:00"):
            self.claim(self.rep_b, clients[2])

    def test_former_owner_waits(self):
        """C3: who let a client lapse claims him again only after the policy's days."""
        with self.at("2026-01-10"):
            client = self.make_client(self.rep_a).sudo()
            fresh = self.make_client(self.clerk).sudo()  # was never anybody's
        with self.at("2026-02-11", "09:00"):  # free since midnight
            client._lapse()
            self.assertFalse(self.pool(self.rep_a).browse(client.id).is_claimable)
            self.assertTrue(self.pool(self.rep_b).browse(client.id).is_claimable)
            self.assertTrue(self.pool(self.rep_a).browse(fresh.id).is_claimable)
            with self.assertRefused("for 7 days only a colleague"):
                self.claim(self.rep_a, client)
        for day, claimable in (("2026-02-17", False), ("2026-02-18", True)):
            with self.at(day, "00:30"):
                both = client | fresh
                self.assertEqual(
                    self.in_pool(self.rep_a, both, ("is_claimable", "=", True)),
                    both if claimable else fresh,
                )
                self.assertEqual(
                    self.in_pool(self.rep_a, both, ("is_claimable", "=", False)),
                    client.browse() if claimable else client,
                )
        with self.at("2026-02-18", "00:30"):
            self.claim(self.rep_a, client)
        self.assertEqual(client.user_id, self.rep_a)

    def test_no_wait_by_policy(self):
        """K1: the waiting time is the policy's; none is none."""
        self.env["property.policy"].create(
            {
                "project_id": self.project.id,
                "date_start": "2026-01-01",
                "claim_cooldown_days": 0,
            }
        )
        with self.at("2026-03-02"):
            self.claim(self.rep_a, self.make_free())

    def test_queries_of_the_screen(self):
        """The screen asks as often for forty clients as for one."""
        clients = self.make_free()
        fields = {
            name: {"fields": {"display_name": {}}} if field.relational else {}
            for name, field in self.env["property.pool"]._fields.items()
            if name in POOL_FIELDS
        }
        counts = []
        for more in (0, 0, 39):  # the first time fills caches
            for _client in range(more):
                clients |= self.make_free()
            pool = self.pool(self.rep_b)
            start = self.cr.sql_log_count
            found = pool.web_search_read(
                [("id", "in", clients.ids), ("is_claimable", "=", True)], fields
            )
            counts.append(self.cr.sql_log_count - start)
            self.assertEqual(found["length"], len(clients))
        self.assertEqual(counts[1], counts[2])

    # === A manager assigns ===

    def assign(self, user, clients, to, reason="New rep"):
        wizards = self.env["property.pool.assign"].with_user(user)
        context = {"active_model": "property.pool", "active_ids": clients.ids}
        with Form(wizards.with_context(**context)) as form:
            form.user_id = to
            form.reason = reason
        return form.record.action_assign()

    def test_manager_assigns(self):
        """C3: a manager gives free clients to a rep, with the reason in the ledger."""
        clients = self.make_free() | self.make_free()
        self.assign(self.manager, clients, self.rep_b)
        self.assertEqual(clients.user_id, self.rep_b)
        for client in clients:
            self.assertRecordValues(
                client.ownership_ids[0],
                [{"basis": "reassigned", "clause": "C3", "reason": "New rep"}],
            )
        with self.assertRefused("not free any more"):
            self.assign(self.manager, clients, self.rep_a)

    def test_assigned_to_a_rep_of_the_project(self):
        """C3: not to who would not see him."""
        client = self.make_free()
        for user, message in (
            (self.rep_c, "rep_c does not work in Test Garden"),
            (self.clerk, "clerk is not a rep"),
        ):
            with self.subTest(user=user.login), self.assertRefused(message):
                self.assign(self.manager, client, user)
        self.assertFalse(client.user_id)

    def test_only_a_manager_assigns(self):
        """C3: a rep or supervisor gives no client to anybody."""
        client = self.make_free()
        for user in (self.rep_a, self.supervisor_a, self.clerk, self.hq):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.assign(user, client, self.rep_b)


@tagged("post_install", "-at_install")
class TestPoolSecrecy(RpcCommon):
    """J1: the pool tells a rep nothing of who the free client is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # He gave his flat back: all that hangs on a client hangs on a free one.
        cls.client_b._write_through({"is_sold": False})
        cls.client_b._transfer(cls.env["res.users"], "expired")

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"))

    def test_fields(self):
        """No field of the pool is, or leads to, a name, number or address."""
        pool = self.env["property.pool"]
        own = pool._fields.keys() - {"id", "display_name"}
        self.assertEqual(own, POOL_FIELDS)
        self.assertEqual(
            {field.comodel_name for field in pool._fields.values()} - {None},
            {"property.project", "property.unit.type", "res.company", "res.currency"},
        )

    def test_nothing_is_found(self):
        """No read, search, count, group, export or name of the pool, of the files or of
        the register tells a rep who he is, whatever other rights he has."""
        rights = map(self.env.ref, EXTRA_RIGHTS)
        self.rep_a.group_ids |= self.env["res.groups"].union(*rights)
        self.login(self.rep_a)
        rows, _error = self.call("property.pool", "search_read", [], ["grade"])
        self.assertIn(self.client_b.id, [row["id"] for row in rows])
        for model in ("property.pool", *self.hidden):
            with self.subTest(model=model):
                if self.env(user=self.rep_a)[model].has_access("read"):
                    self.assertEqual(self.harvest(self.rep_a, model), {})
        for model, method in (
            ("property.pool", "read"),
            ("property.pool", "get_formview_action"),
            ("property.pool", "export_data"),
            ("crm.lead", "read"),
        ):
            with self.subTest(model=model, method=method):
                fields = [["display_name"]] if "form" not in method else []
                answer = self.call(model, method, self.client_b.ids, *fields)
                self.assertNotIn(NAME, str(answer))

    def test_claimed_he_is_known(self):
        """The questions have teeth: who has claimed him reads his name."""
        self.login(self.rep_a)
        self.call("property.pool", "action_claim", self.client_b.ids)
        [row], _error = self.call(
            "crm.lead", "read", self.client_b.ids, ["contact_name"]
        )
        self.assertEqual(row["contact_name"], NAME)


@tagged("post_install", "-at_install")
class TestClaimRace(BaseCase):
    """C3: two reps click at one moment, and one of them is told so.

    Two connections on committed data, each with a snapshot of its own from before the
    other's claim; what was committed is deleted at the end.
    """

    def setUp(self):
        super().setUp()
        self.database = get_db_name()
        self.env = self.connect(api.SUPERUSER_ID)
        self.reps = [
            new_test_user(self.env, f"racer_{number}", groups=f"{MODULE}.group_rep")
            for number in (1, 2)
        ]
        self.project = self.env["property.project"].create(
            {
                "name": "Race",
                "code": "POOL",
                "user_ids": [Command.set([rep.id for rep in self.reps])],
            }
        )
        unit_type = self.env["property.unit.type"].create(
            {"name": "A", "project_id": self.project.id}
        )
        self.env["property.policy"].create(
            {
                "project_id": self.project.id,
                "date_start": "2020-01-01",
                "claims_per_day": 1,
            }
        )
        self.clients = self.env["crm.lead"].create(
            [
                {
                    "project_id": self.project.id,
                    "contact_name": f"Racer {number}",
                    "phone": f"1390000000{number}",
                    "unit_type_ids": unit_type.ids,
                    "user_id": False,
                }
                for number in (1, 2)
            ]
        )
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.addCleanup(self.clean_up)

    def connect(self, user_id):
        cr = self.enterContext(closing(sql_db.db_connect(self.database).cursor()))
        return api.Environment(cr, user_id, {})

    def clean_up(self):
        self.env.cr.rollback()
        self.env.cr.execute(
            SQL("DELETE FROM property_ownership WHERE project_id = %s", self.project.id)
        )
        self.env.invalidate_all()
        policies = self.project.policy_ids
        for records in (self.clients, policies, self.project, *self.reps):
            records.unlink()
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def claim(self, env, client):
        """As the server does: once more when the database says the facts were old."""
        pool = env["property.pool"].browse(client.id)
        with patch.object(service, "time", SimpleNamespace(sleep=lambda seconds: None)):
            service.retrying(pool.action_claim, env)

    def at_once(self, first, second):
        """Both look at the pool, then claim: (rep, client) each."""
        envs = [self.connect(rep.id) for rep, _client in (first, second)]
        for env in envs:
            rows = env["property.pool"].search([("project_id", "=", self.project.id)])
            self.assertEqual(len(rows), 2)
        self.claim(envs[0], first[1])
        self.claim(envs[1], second[1])

    def owners(self):
        self.env.cr.rollback()
        self.env.invalidate_all()
        return [client.user_id for client in self.clients]

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_reps_one_client(self):
        """C3: the first has him; the other is told, and the ledger has one claim."""
        client = self.clients[0]
        with self.assertRaisesRegex(UserError, "a colleague was faster"):
            self.at_once((self.reps[0], client), (self.reps[1], client))
        self.assertEqual(self.owners()[0], self.reps[0])
        ledger = client.ownership_ids.filtered(lambda one: one.basis == "claimed")
        self.assertEqual(len(ledger), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_rep_two_screens(self):
        """C3: two screens do not double the policy's claims a day."""
        rep = self.reps[0]
        with self.assertRaisesRegex(UserError, "You have claimed 1 clients today"):
            self.at_once((rep, self.clients[0]), (rep, self.clients[1]))
        self.assertEqual(self.owners(), [rep, rep.browse()])
