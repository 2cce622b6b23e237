from odoo.tests import tagged

from .common import PropertyCommon

LIST_FIELDS = {
    name: {}
    for name in (
        "project_id",
        "company_id",
        "active",
        "registration_number",
        "contact_name",
        "phone",
        "grade",
        "client_class",
        "next_date",
        "owned_until",
        "ownership_state",
        "followup_progress",
    )
} | {name: {"fields": {"display_name": {}}} for name in ("user_id", "source_id")}


@tagged("post_install", "-at_install")
class TestQueryBudget(PropertyCommon):
    """How often a screen or a door asks the database (performance.md §9 row 24): the
    same for ten clients and for a million, so what is saved here stays saved.

    Counted with an empty cache of records, as each request begins, and warm caches of
    the registry.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make_client(cls.rep_a, source_id=cls.source.id)
        for _number in range(30):
            cls.make_client(cls.rep_a, source_id=cls.source.id)
        cls.leads = cls.env["crm.lead"].with_user(cls.rep_a)
        cls.entries = cls.env["property.interaction"].with_user(cls.rep_a)

    def assertBudget(self, budget, step, *args):
        """`step` with an empty cache, once to warm up, then counted."""
        with self.cr.savepoint() as savepoint:
            step(*args)
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        result = step(*args)
        self.env.flush_all()
        count = self.cr.sql_log_count - before
        self.assertLessEqual(count, budget)
        # A budget that is not used up is one that no longer guards.
        self.assertGreaterEqual(count, budget - 1)
        return result

    def values(self, number):
        return {
            "project_id": self.project.id,
            "contact_name": f"Budget {number}",
            "phone": f"139{number:08}",
            "unit_type_ids": self.type_two.ids,
            "source_id": self.source.id,
        }

    def entry(self, client):
        return {
            "kind": "followup_call",
            "project_id": self.project.id,
            "lead_id": client.id,
        }

    def test_list(self):
        domain = [("project_id", "!=", False)]
        self.assertBudget(
            6, lambda: self.leads.web_search_read(domain, LIST_FIELDS, limit=80)
        )

    def test_register_one(self):
        self.assertBudget(20, lambda: self.leads.create(self.values(1)))

    def test_register_many(self):
        self.assertBudget(
            23, lambda: self.leads.create([self.values(n) for n in range(200)])
        )

    def test_move_to_next_stage(self):
        stage = self.env["crm.stage"].search([], limit=2)[1]
        client = self.leads.browse(self.client.id)
        self.assertBudget(3, lambda: client.write({"stage_id": stage.id}))

    def test_log_a_call(self):
        self.assertBudget(8, lambda: self.entries.create(self.entry(self.client)))

    def test_log_many_calls(self):
        clients = self.leads.search([("user_id", "=", self.rep_a.id)])
        self.assertBudget(
            9,
            lambda: self.entries.create(
                [self.entry(client) for client in clients for _number in range(4)]
            ),
        )

    def test_check_a_number(self):
        self.assertBudget(
            5, lambda: self.leads._check_phone(self.project, "13910000000")
        )

    def test_lapse(self):
        """The same for one client and for thirty."""
        clients = self.leads.sudo().search([("user_id", "=", self.rep_a.id)])
        self.assertBudget(
            16, lambda: clients._transfer(self.env["res.users"], "expired", "C3")
        )
