from odoo.tests import tagged

from .common import MODULE, PropertyCommon

CLIENTS = [("project_id", "!=", False)]
RULE_FIELDS = {"project_id", "company_id"}  # invisible, for the record rules
BAR = {
    "field": "client_class",
    "colors": dict.fromkeys(("buyer", "prospect", "potential")),
}


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
        # As the web client sends it: nobody has to look the company up.
        cls.env = cls.env(context={"allowed_company_ids": cls.env.company.ids})
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

    def columns(self, view, kind):
        """What the client reads of a view, without the lists inside a form."""
        views = self.env["crm.lead"].get_views(
            [(self.env.ref(f"{MODULE}.{view}").id, kind)]
        )
        names = views["models"]["crm.lead"]["fields"]
        columns = dict.fromkeys(names, {})
        for name in set(names) - RULE_FIELDS:
            if self.leads._fields[name].relational:
                columns[name] = {"fields": {"display_name": {}}}
        return columns

    # === Screens ===

    def test_list(self):
        columns = self.columns("crm_lead_view_list_client", "list")
        self.assertBudget(
            9, lambda: self.leads.web_search_read(CLIENTS, columns, limit=20)
        )

    def test_search(self):
        columns = self.columns("crm_lead_view_list_client", "list")
        phone = [*CLIENTS, ("phone_sanitized", "=", self.client.phone_sanitized)]
        self.assertBudget(
            8, lambda: self.leads.web_search_read(phone, columns, limit=20)
        )

    def test_kanban(self):
        columns = self.columns("crm_lead_view_kanban_client", "kanban")

        def open_kanban():
            self.leads.web_read_group(
                CLIENTS,
                ["stage_id"],
                auto_unfold=True,
                unfold_read_specification=columns,
            )
            self.leads.read_progress_bar(CLIENTS, "stage_id", BAR)

        self.assertBudget(9, open_kanban)

    def test_form(self):
        """Each list inside it costs two."""
        columns = self.columns("crm_lead_view_form_client", "form")
        client = self.leads.browse(self.client.id)
        self.assertBudget(18, lambda: client.web_read(columns))

    def test_desk(self):
        desk = self.env["property.desk"].with_user(self.clerk)
        self.assertBudget(45, lambda: desk.screen(self.project.id))
        self.assertBudget(27, lambda: desk.live(self.project.id))

    def test_board(self):
        """A3: one query for all units, one for any past moment."""
        board = self.env["property.board"].with_user(self.rep_a)
        project = self.project.id
        self.assertBudget(7, lambda: board.screen(project))
        self.assertBudget(2, lambda: board.live(project, self.units.ids))
        self.assertBudget(3, lambda: board.at(project, "2999-01-01 00:00:00"))
        self.assertBudget(7, lambda: board.card(self.unit.id))

    # === Doors ===

    def test_register_one(self):
        self.assertBudget(20, lambda: self.leads.create(self.values(1)))

    def test_register_many(self):
        self.assertBudget(
            23, lambda: self.leads.create([self.values(n) for n in range(200)])
        )

    def test_move_to_next_stage(self):
        stage = self.env["crm.stage"].search([], limit=2)[1]
        client = self.leads.browse(self.client.id)
        self.assertBudget(5, lambda: client.write({"stage_id": stage.id}))

    def test_log_a_call(self):
        self.assertBudget(5, lambda: self.entries.create(self.entry(self.client)))

    def test_log_many_calls(self):
        clients = self.leads.search([("user_id", "=", self.rep_a.id)])
        self.assertBudget(
            6,
            lambda: self.entries.create(
                [self.entry(client) for client in clients for _number in range(4)]
            ),
        )

    def test_log_planned_calls(self):
        """D1: what was planned is ended, its owner's counter told."""
        clients = self.leads.search([("user_id", "=", self.rep_a.id)])
        for client in clients:
            client.activity_schedule(
                f"{MODULE}.mail_activity_type_call", user_id=self.rep_a.id
            )
        entries = [self.entry(client) for client in clients]
        self.assertBudget(7, lambda: self.entries.create(entries))
        self.assertFalse(clients.activity_ids)

    def test_check_a_number(self):
        self.assertBudget(
            3, lambda: self.leads._check_phone(self.project, "13910000000")
        )
        desk = self.env["property.desk"].with_user(self.clerk)
        self.assertBudget(
            9, lambda: desk.check_phone(self.project.id, self.client.phone)
        )

    def test_next_in_the_ring(self):
        rosters = self.env["property.roster"].with_user(self.clerk)
        roster = rosters._ring(self.project, "visit")
        self.assertBudget(14, lambda: roster._advance())

    def test_claim(self):
        client = self.make_client(self.rep_b)
        client.sudo()._transfer(self.env["res.users"], "expired")
        # One of them for each table whose rows carry the client's owner.
        self.assertBudget(32, lambda: self.leads.browse(client.id)._claim())

    def test_lapse(self):
        """The same for one client and for thirty."""
        clients = self.leads.sudo().search([("user_id", "=", self.rep_a.id)])
        self.assertBudget(
            21, lambda: clients._transfer(self.env["res.users"], "expired", "C3")
        )
