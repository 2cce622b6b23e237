import ast

from freezegun import freeze_time
from lxml import etree

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import MODULE, PropertyCommon

RELATIONAL = ("many2one", "many2many", "one2many", "reference")
# What each role finds in its menus (H1, J2): the model behind every entry.
RECEPTION = {
    "property.interaction",
    "property.day",
    "property.roster",
    "property.roster.turn",
    "property.absence",
    "property.duty",
}
EVERYONE = {
    "res.partner",
    "property.unit",
    "property.project",
    "property.deposit",
    "property.contract",
    "property.change",
    "property.contract.document",
    "property.area.settlement",
    "property.installment",
    "property.receipt",
    "property.mortgage",
    "property.metric",
    "property.deferral",
    "property.collection.report",
    "property.reminder.sent",
}
SETTINGS = {
    "property.building",
    "property.unit.type",
    "property.permit",
    "property.payment.plan",
    "property.milestone",
    "property.policy",
}
CASES = {"property.case"}
EARNEST, ACCOUNT = {"property.earnest"}, {"property.bank.account"}
HEAD = {
    "property.document.type",
    "property.mortgage.stage",
    "crm.lead",
    "property.concern",
    "property.change.reason",
    "property.day.check.item",
    "utm.source",
    "property.mailing",
    "property.mailing.delivery",
    "property.filing.rule",
    "property.closed.day",
    "property.reminder",
    "property.policy.whatif",
    "property.client.handover",
    "property.share",
    "property.access.log",
    "property.roster.reason",
    "property.festival",
    "mail.activity.plan",
}
PRICES = {"property.price.version", "property.price.history"}
HOLDS = {"property.unit.event", "property.hold", "property.release.plan"}
INVENTORY = PRICES | HOLDS | {"property.unit.import", "property.unit.generate"}
FILING = {"property.filing"}
REPS = {
    "crm.lead",
    "property.collision",
    "property.pool",
    "calendar.event",
    "property.discount",
    "property.target",
}
AREAS = {"property.area.survey"}
QUOTES = {"property.quote"}
HEADS_OF_DEALS = {
    "property.discount.budget",
    "property.deposit.log",
    "property.advertising",
}
MENUS = {
    "rep": EVERYONE | RECEPTION | REPS | QUOTES | EARNEST | CASES,
    "clerk": EVERYONE
    | FILING
    | AREAS
    | RECEPTION
    | EARNEST
    | ACCOUNT
    | {"crm.lead", "calendar.event", "property.discount"}
    | {"property.target", "property.advertising"},
    "control": EVERYONE
    | FILING
    | AREAS
    | QUOTES
    | EARNEST
    | SETTINGS
    | INVENTORY
    | {"crm.lead", "property.day", "property.discount", "property.deposit.log"},
    "finance": EVERYONE | FILING | AREAS | EARNEST | ACCOUNT | {"property.discount"},
    "service": EVERYONE | FILING | AREAS | CASES | {"crm.lead"},
    "supervisor": EVERYONE
    | FILING
    | QUOTES
    | EARNEST
    | RECEPTION
    | CASES
    | REPS
    | HEADS_OF_DEALS
    | PRICES
    | HOLDS
    | {"property.client.handover"},
    "manager": EVERYONE
    | FILING
    | AREAS
    | QUOTES
    | EARNEST
    | ACCOUNT
    | RECEPTION
    | CASES
    | REPS
    | HEADS_OF_DEALS
    | SETTINGS
    | HEAD
    | INVENTORY
    | {"res.bank", "property.area.clause"},
    "hq": EVERYONE
    | FILING
    | AREAS
    | QUOTES
    | EARNEST
    | ACCOUNT
    | RECEPTION
    | CASES
    | REPS
    | HEADS_OF_DEALS
    | SETTINGS
    | HEAD
    | PRICES
    | HOLDS
    | {"tier.definition", "property.area.clause"},
}


@tagged("post_install", "-at_install")
class TestViews(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make_client(cls.rep_a, wanted_unit_ids=cls.unit_2.ids)
        cls.client.with_user(cls.manager).write(
            {
                "family_ids": [Command.create({"name": "Kin", "relation": "spouse"})],
                "shared_ids": [
                    Command.create(
                        {
                            "user_id": cls.rep_b.id,
                            "reason": "Helps",
                            "date_end": "2099-01-01",
                        }
                    )
                ],
            }
        )
        cls.visit, cls.call = (
            cls.env["property.interaction"]
            .with_user(cls.rep_a)
            .create(
                [
                    {
                        "kind": kind,
                        "partner_name": "Ms Zhou",
                        "phone": "13911112222",
                        "source_id": cls.source.id,
                        "unit_type_ids": cls.type_two.ids,
                    }
                    for kind in ("visit_first", "call_in")
                ]
            )
        )
        cls.env["property.interaction"].with_user(cls.rep_a).create(
            {"kind": "followup_call", "lead_id": cls.client.id}
        )
        cls.env["property.collision"]._open(cls.client, cls.rep_b)
        cls.env["property.roster"]._ring(cls.project, "visit")._advance()
        contract = cls.sell(cls.client, cls.unit)
        cls.pay(contract, 100_000)
        cls.open_slip(cls.make_client(cls.rep_b), cls.unit_2)
        held = cls.units[-1]
        held.action_hold("Show flat", "2999-01-01")
        cls.env["property.release.plan"].create(
            {
                "name": "Show flat",
                "project_id": cls.project.id,
                "line_ids": [
                    Command.create({"date": "2999-01-01", "unit_ids": held.ids})
                ],
            }
        )

    def _menu_actions(self, user):
        """The window actions behind the office's menu entries that `user` sees."""
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        ids = [self.env.ref(f"{MODULE}.menu_property_root").id]
        actions = self.env["ir.actions.act_window"]
        for menu in (menus.get(id_, {}) for id_ in ids):
            ids += menu.get("children", [])
            if menu.get("action_model") == actions._name:
                actions |= actions.browse(menu["action_id"])
        return actions

    def _specification(self, node, model):
        """What the web client asks for to show the fields of the view `node`."""
        spec = {}
        for field in node.iterfind(".//field"):
            if next(field.iterancestors("field"), node) is not node:
                continue  # of a list within
            name = field.get("name")
            definition = model._fields[name]
            spec[name] = {}
            inner = field.find("list")
            if inner is not None:
                comodel = model.env[definition.comodel_name]
                spec[name]["fields"] = self._specification(inner, comodel)
            elif definition.type in RELATIONAL:
                spec[name]["fields"] = {"display_name": {}}
        return spec

    def _check_action(self, user, action):
        """Open every view of `action` as `user` and read what it shows."""
        context = ast.literal_eval(action.context or "{}")
        model = self.env[action.res_model].with_user(user).with_context(**context)
        domain = ast.literal_eval(action.domain or "[]")
        views = [*action.views, (action.search_view_id.id, "search")]
        arches = model.get_views(views)["views"]
        for kind in {"list", "kanban"} & arches.keys():
            spec = self._specification(etree.fromstring(arches[kind]["arch"]), model)
            model.web_search_read(domain, spec)
        self._check_panel(model, domain, etree.fromstring(arches["search"]["arch"]))
        if "form" not in arches:
            return
        view = arches["form"]["id"]
        form = etree.fromstring(arches["form"]["arch"])
        for record in model.search(domain, limit=3):
            Form(record, view=view)
        if model.has_access("create") and form.get("create") != "0":
            Form(model, view=view)

    def _check_panel(self, model, domain, search):
        for field in search.iterfind("searchpanel/field"):
            multi = field.get("select") == "multi"
            method = f"search_panel_select_{'multi_' * multi}range"
            options = {"search_domain": domain, "enable_counters": True}
            getattr(model, method)(field.get("name"), **options)

    def test_every_role_opens_its_menus(self):
        """H1, J2: a role sees the entries meant for it, and each of them opens."""
        for role, user in self.actors.items():
            actions = self._menu_actions(user)
            with self.subTest(role=role):
                self.assertEqual({action.res_model for action in actions}, MENUS[role])
            for action in actions:
                with self.subTest(role=role, action=action.path or action.name):
                    self._check_action(user, action)

    def test_addresses_are_readable(self):
        """Every entry of the menu has an address a person can type and share."""
        for action in self._menu_actions(self.hq):
            if action.get_external_id()[action.id].startswith(MODULE):
                with self.subTest(action=action.name):
                    self.assertRegex(action.path or "", "^property-")

    def test_stranger_has_no_menu(self):
        """J1: without a role there is no menu of the office, CRM rights or not."""
        stranger = self.rep_a.copy({"login": "stranger"})
        stranger.group_ids = self.env.ref("sales_team.group_sale_manager")
        self.assertFalse(self._menu_actions(stranger))

    def _client_form(self, user, record=None, **context):
        view = f"{MODULE}.crm_lead_view_form_client"
        leads = self.env["crm.lead"].with_user(user)
        return Form(record or leads.with_context(**context), view=view)

    def test_rep_registers_a_client(self):
        """B8, C2: three entries make a client file that is the rep's."""
        with self._client_form(self.rep_a, property_client=True) as form:
            self.assertEqual(form.project_id, self.project)
            form.contact_name = "Ms Wang"
            form.phone = "13812345678"
            form.unit_type_ids.add(self.type_two)
        client = form.record
        self.assertEqual(client.user_id, self.rep_a)
        self.assertTrue(client.registration_number)

    def test_clerk_registers_for_nobody(self):
        """C2: desk staff enter a client but do not own him."""
        form = self._client_form(self.clerk, property_client=True)
        self.assertFalse(form.user_id)

    def test_registration_wants_its_columns(self):
        """B8: the form asks for appellation, phone and type before it saves."""
        for missing in ("contact_name", "phone", "unit_type_ids"):
            with self.subTest(missing=missing):
                form = self._client_form(self.rep_a, property_client=True)
                if missing != "contact_name":
                    form.contact_name = "Ms Wang"
                if missing != "phone":
                    form.phone = "13812345678"
                if missing != "unit_type_ids":
                    form.unit_type_ids.add(self.type_two)
                message = f"{missing} is a required|Still missing: Wanted Types"
                with self.assertRaisesRegex((AssertionError, UserError), message):
                    form.save()

    def test_visit_becomes_a_client_file(self):
        """B6: 'Register Client' takes over what the visitor said, and the entry."""
        self.visit.unit_type_ids = False
        action = self.visit.action_register_client()
        with self._client_form(self.rep_a, **action["context"]) as form:
            self.assertEqual(form.contact_name, "Ms Zhou")
            form.unit_type_ids.add(self.type_two)
        self.assertEqual(self.visit.lead_id, form.record)
        self.assertEqual(form.record.source_id, self.source)

    def test_renamed_client_is_called_so(self):
        """C11: links to a client show the appellation on file."""
        with self._client_form(self.rep_a, self.client.with_user(self.rep_a)) as form:
            form.contact_name = "Ms Li"
        self.assertEqual(self.client.display_name, "Ms Li")

    def test_link_opens_client_file(self):
        """C1: a client opens in the office's form, CRM's leads in CRM's."""
        view = self.env.ref(f"{MODULE}.crm_lead_view_form_client")
        self.assertEqual(self.client.get_formview_id(), view.id)
        lead = self.env["crm.lead"].create({"name": "Pipeline"})
        self.assertNotEqual(lead.get_formview_id(), view.id)

    def test_pipeline_is_untouched(self):
        """CRM's own leads belong to no project."""
        self.manager.group_ids += self.env.ref("sales_team.group_sale_salesman")
        lead = self.env["crm.lead"].with_user(self.manager).create({"name": "Pipeline"})
        self.assertFalse(lead.project_id)

    def test_clerk_edits_a_draft_contract(self):
        """E5, F1: buyers and instalments are typed while the contract is a draft."""
        deposit = self.confirm_deposit(self.open_slip(self.client, self.unit_3))
        action = deposit.with_user(self.clerk).action_prepare_contract()
        contract = self.env["property.contract"].browse(action["res_id"])
        with Form(contract.with_user(self.clerk)) as form:
            with form.installment_ids.edit(1) as line:
                line.amount -= 1000
            with form.installment_ids.new() as line:
                line.name = "Last thousand"
                line.due_date = "2099-01-01"
                line.amount = 1000
        contract.with_user(self.clerk).action_sign()
        self.assertEqual(len(contract.installment_ids), 3)

    def _filtered(self, entries, name):
        """Those of `entries` that the filter `name` of the register shows."""
        view = self.env.ref(f"{MODULE}.property_interaction_view_search")
        filter_ = etree.fromstring(view.arch).find(f".//filter[@name='{name}']")
        return entries.search(ast.literal_eval(filter_.get("domain"))) & entries

    def test_filters_know_the_day(self):
        """B9: half past midnight on Monday is today and this week in Shanghai, where
        UTC, and a week that begins on Sunday, would say otherwise."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.rep_a.lang = "zh_CN"
        self.assertEqual(self.env["res.lang"]._get_data(code="zh_CN").week_start, "7")
        values = {"kind": "call_in", "partner_name": "X", "source_id": self.source.id}
        entries = (
            self.env["property.interaction"]
            .with_user(self.rep_a)
            .create(
                [
                    values | {"date": "2026-11-22 15:30:00"},
                    values | {"date": "2026-11-22 16:00:00"},
                ]
            )
        )
        sunday, monday = entries
        with freeze_time("2026-11-22 16:30:00"):  # Monday 23 November, 00:30
            self.assertEqual(self._filtered(entries, "today"), monday)
            self.assertEqual(self._filtered(entries, "yesterday"), sunday)
            self.assertEqual(self._filtered(entries, "this_week"), monday)
        with freeze_time("2026-11-29 15:30:00"):  # Sunday 29 November, 23:30
            self.assertEqual(self._filtered(entries, "this_week"), monday)

    def test_people_of_a_project_see_it_at_once(self):
        """H1: a project given on the user's form counts without a restart."""
        projects = self.env["property.project"].with_user(self.rep_c)
        self.assertNotIn(self.project, projects.search([]))
        self.rep_c.property_project_ids |= self.project
        self.assertIn(self.project, projects.search([]))
