import json
from datetime import timedelta

from psycopg2 import DatabaseError

from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger, split_every

from .common import MODULE, PropertyCommon

# What must not come out: each spelling of a phone that Odoo stores or shows.
NAME = "诸葛孔明"
PHONES = ("13900139761", "+8613900139761", "+86 139 0013 9761", "139 0013 9761")
SECRETS = (NAME, *PHONES, "kongming@shu.example", "51010419900307151X", "黄月英")
SOUGHT = (NAME, PHONES[0][3:], *SECRETS[-3:])
NONSENSE = "qqqxyzzy"
# More rights than a rep should have: none of them may widen his view.
EXTRA_RIGHTS = (
    "sales_team.group_sale_manager",
    "survey.group_survey_user",
    "base.group_partner_manager",
    "base.group_allow_export",
    "base.group_no_one",
)
# What rep_a knows himself when he enters a client with the same phone and e-mail.
TYPED_IN = (*PHONES, SECRETS[-3])
TEXT = ("char", "text", "html")
CLIENT_PATHS = {
    "res.partner": ("name", "phone", "email", "phone_sanitized", "id_number"),
    "crm.lead": ("name", "contact_name", "phone", "email_from", "partner_id.phone"),
    "property.interaction": ("partner_name", "phone"),
    "property.deposit": ("partner_id.phone", "lead_id.phone"),
    "property.collision": ("client_label", "lead_id.phone"),
    "property.contract": ("partner_id.phone", "buyer_ids.partner_id.email"),
    "calendar.event": ("name", "partner_ids.phone"),
    "mail.message": ("body", "author_id.phone"),
}


# Where a client stands in stock Odoo and here.
EVERYWHERE = {
    "crm.lead",
    "res.partner",
    "mail.message",
    "mail.followers",
    "mail.activity",
    "mail.notification",
    "calendar.event",
    "calendar.attendee",
    "ir.attachment",
    "res.partner.bank",
    "property.interaction",
    "property.family.member",
    "property.quote",
    "property.discount",
    "property.deferral",
    "property.change",
    "property.earnest",
    "property.mortgage",
    "property.case",
    "property.case.step",
    "property.event.guest",
}


def secrets_in(answer, but=()):
    """Each secret with the words around it, for whoever has to close the leak"""
    text = json.dumps(answer, ensure_ascii=False)
    places = ((one, text.find(one)) for one in SECRETS if one not in but)
    return [
        f"{secret}: {text[max(0, at - 60) : at + 60]}"
        for secret, at in places
        if at >= 0
    ]


class RpcCommon(PropertyCommon, HttpCase):
    """rep_b's client, with everything that can hang on a client in Odoo and here."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.make_client(cls.rep_a, contact_name="刘备")
        client = cls.make_client(
            cls.rep_b,
            contact_name=NAME,
            phone=PHONES[0],
            email_from=SECRETS[-3],
            partner_name="草庐书院",
            description=f"{NAME} {PHONES[0]}",
        )
        cls.contract = cls.sell(client, cls.unit)
        cls.client_b = client = client.sudo()
        cls.partner_b = partner = client.partner_id
        partner.id_number = SECRETS[-2]
        as_rep = client.with_user(cls.rep_b)
        as_rep.message_post(body=f"{NAME} called from {PHONES[0]}")
        as_rep.message_subscribe(partner.ids)
        as_rep.district = "Wuhou"  # tracked or not: the chatter of the file
        cls.activity = as_rep.activity_schedule(
            "mail.mail_activity_data_call", summary=f"Call {NAME}", note=PHONES[0]
        )
        cls.contract.message_post(body=f"Signed with {NAME}")
        # rep_a may read that he claims him, and no more of it.
        cls.env["property.collision"]._open(client, cls.rep_a)
        cls.hidden = {
            record._name: record.sudo()
            for record in (
                client,
                partner,
                cls.contract,
                cls.contract.buyer_ids,
                cls.contract.installment_ids[:1],
                cls.contract.deposit_id,
                cls.contract.receipt_ids,
                cls.activity,
                client.message_ids[:1],
                client.ownership_ids[:1],
                client.message_follower_ids[:1],
                *cls._hang_more_on(client, partner),
                *cls._hang_deals_on(client),
            )
        }

    @classmethod
    def _hang_more_on(cls, client, partner):
        def make(model, **vals):
            return cls.env[model].with_user(cls.rep_b).create(vals)

        event = make(
            "calendar.event",
            name=f"Show the flat to {NAME}",
            opportunity_id=client.id,
            partner_ids=[Command.link(partner.id)],
            start="2026-01-05 08:00",
            stop="2026-01-05 09:00",
        )
        make(
            "calendar.event",
            name=f"Dinner with {NAME}",
            partner_ids=[Command.link(partner.id)],
            start="2026-01-05 18:00",
            stop="2026-01-05 19:00",
        )
        survey = cls.env["survey.survey"].create({"title": "Satisfied?"})
        return (
            event,
            event.attendee_ids.filtered(lambda one: one.partner_id == partner),
            make(
                "property.interaction",
                kind="followup_call",
                lead_id=client.id,
                project_id=client.project_id.id,
                note=f"{NAME} hesitates",
            ),
            make(
                "property.family.member",
                lead_id=client.id,
                name=SECRETS[-1],
                relation="spouse",
                phone=PHONES[0],
                id_number=SECRETS[-2],
            ),
            make(
                "ir.attachment",
                name=f"{NAME}.txt",
                raw=NAME.encode(),
                res_model="crm.lead",
                res_id=client.id,
            ),
            cls.env["res.partner.bank"].create(
                {"acc_number": "6222 0000", "partner_id": partner.id}
            ),
            cls.env["survey.user_input"].create(
                {"survey_id": survey.id, "partner_id": partner.id}
                | {"email": SECRETS[-3], "nickname": NAME}
            ),
        )

    @classmethod
    def _hang_deals_on(cls, client):
        """What a sale makes besides: quote, discount, loan, deferral, change…"""

        def make(model, user=cls.rep_b, **vals):
            return cls.env[model].with_user(user).create(vals)

        on_unit = {"unit_id": cls.unit_2.id, "lead_id": client.id}
        quote = make("property.quote", **on_unit)
        quote.action_issue()
        discount = make("property.discount", **on_unit, extra_amount=9, reason=NAME)
        discount.action_request()
        installment = cls.contract.installment_ids[:1]
        deferral = make(
            "property.deferral",
            installment_id=installment.id,
            promise_date=installment.due_date + timedelta(30),
            reason=f"{NAME} waits for a bonus",
        )
        deferral.action_request()
        reason = cls.env.ref(f"{MODULE}.property_change_reason_cancel_regret")
        change = make(
            "property.change",
            cls.clerk,
            kind="cancel",
            deposit_id=cls.contract.deposit_id.id,
            reason_id=reason.id,
            note=f"{NAME} regrets",
        )
        change.action_request()
        earnest = make(
            "property.earnest", cls.clerk, lead_id=client.id, amount=5, note=NAME
        )
        day = make(
            "calendar.event",
            cls.clerk,
            name="Family Day",
            property_project_id=cls.project.id,
            start="2026-03-08 02:00:00",
            stop="2026-03-08 08:00:00",
        )
        guest = make("property.event.guest", event_id=day.id, lead_id=client.id)
        loan = cls.contract.sudo().mortgage_ids
        case = make("property.case", lead_id=client.id, problem=f"{NAME} is angry")
        case.action_note(f"Called {NAME}")
        documents = (quote, discount, deferral, change, change.line_ids, earnest, guest)
        return (
            *documents,
            case,
            case.step_ids[-1],
            loan[:1],
            cls.contract.sudo().document_ids[:1],
        )

    # === A session ===

    def login(self, user):
        self.authenticate(user.login, user.login.ljust(8, "x"))
        self.url_open("/odoo?debug=1")  # Odoo says more then, in its refusals too

    def post(self, route, params):
        """The result or the words of the refusal, as the browser gets them."""
        answer = self.url_open(
            route,
            data=json.dumps({"jsonrpc": "2.0", "params": params}),
            headers={"Content-Type": "application/json"},
            timeout=120,
        ).json()
        if "error" in answer:
            data = answer["error"].get("data", {})
            return None, data.get("message", "") + str(data.get("arguments"))
        return answer.get("result"), None

    def call(self, model, method, /, *args, **kwargs):
        return self.post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    # === The ways to ask a model for what it holds ===

    def readable_models(self, user):
        env = self.env(user=user)
        return [
            model
            for model in sorted(env)
            if not env[model]._abstract
            and env[model].browse().has_access("read")
            and (env[model]._auto or env[model]._table_query)
        ]

    def harvest(self, user, model, but=()):
        """{way: secrets that come out} of one model"""
        env = self.env(user=user)
        fields = env[model].fields_get()
        searchable = {n: f for n, f in fields.items() if f.get("searchable")}
        context = {
            "active_test": False,
            "show_address": True,
            "show_email": True,
            "show_vat": True,
            "formatted_display_name": True,
        }
        found = {}

        def note(way, answer):
            if secrets := secrets_in(answer, but):
                found[way] = secrets

        def ask(way, method, *args, **kwargs):
            result, refusal = self.call(model, method, *args, context=context, **kwargs)
            note(way, [result, refusal])
            return result

        names = [
            n
            for n, f in fields.items()
            if f["type"] != "binary"
            and ("relation" not in f or env[f["relation"]].has_access("read"))
        ]
        rows = ask("search_read", "search_read", [], names, 0, 40, "id desc")
        if rows is None:  # a computed field that not everyone may compute
            names = [n for n in names if fields[n].get("store")]
            rows = ask("search_read", "search_read", [], names, 0, 40, "id desc")
        relational = ("many2one", "many2many", "one2many")
        display = {"fields": {"display_name": {}}}
        specification = {
            n: display if fields[n]["type"] in relational else {} for n in names
        }
        ask(
            "web_search_read",
            "web_search_read",
            [],
            specification,
            limit=40,
            order="id desc",
        )
        groups = [
            [n]
            for n, f in fields.items()
            if f.get("groupable") and f["type"] in (*TEXT, *relational)
        ]
        for some in split_every(20, groups, list):
            sets = "formatted_read_grouping_sets"
            if ask("grouping", sets, [], some, ["__count"]) is None:
                for group in some:  # one of them cannot be grouped by
                    ask("grouping", sets, [], [group], ["__count"])
        if groups:
            ask("read_group", "read_group", [], ["__count"], groups[0])
        if rows:
            paths = [n for n in names if fields[n]["type"] in (*TEXT, "many2one")]
            ids = [row["id"] for row in rows]
            ask("export", "export_data", ids, paths)
        for secret in (NAME, SECRETS[-3]):
            ask("name_search", "name_search", secret)
        ask("web_name_search", "web_name_search", NAME, {"display_name": {}})
        self._ask_oracles(user, model, searchable, found, context)
        return found

    def _ask_oracles(self, user, model, fields, found, context):
        """Counts must not tell a secret from nonsense, over no path."""
        paths = [n for n, f in fields.items() if f["type"] in (*TEXT, "many2one")]
        for name, field in fields.items():
            below = CLIENT_PATHS.get(field.get("relation"), ())
            paths += [f"{name}.{path}" for path in below]
        everything = self.env[model].with_context(**context)
        asking = everything.with_user(user)
        paths = [
            path
            for path in paths
            if (not self._is_stored(model, path) or self._counts(everything, path))
            and self._counts(asking, path) is not None
        ]
        for some in split_every(8, paths, list):  # more in one query: minutes
            if self._tells_apart(model, some, context):
                found["count"] = found.get("count", []) + some

    def _is_stored(self, model, path):
        """Whether it is read off columns alone. What full rights do not find in them
        (see above) nobody's do; a search of its own may find what it likes."""
        for name in path.split("."):
            field = self.env[model]._fields[name]
            if not field.store or field.company_dependent:
                return False
            model = field.comodel_name
        return True

    def _counts(self, records, path):
        """Whether a secret is found over `path`; None where it cannot be asked."""
        domain = Domain.OR(Domain(path, "ilike", word) for word in SOUGHT)
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                return bool(records.search_count(domain, limit=1))
        except (UserError, ValueError, KeyError, NotImplementedError, DatabaseError):
            return None

    def _tells_apart(self, model, paths, context):
        """Whether a caller can tell the secrets from nonsense by counting."""
        for junction, operator in (("|", "ilike"), ("&", "not ilike")):
            counts = set()
            for asked in (SOUGHT, (NONSENSE,)):
                terms = [(path, operator, word) for path in paths for word in asked]
                domain = [junction] * (len(terms) - 1) + terms
                counts.add(self.call(model, "search_count", domain, context=context))
            if len(counts) > 1:
                return True
        return False


@tagged("post_install", "-at_install")
class TestRpcIsolation(RpcCommon):
    """J1: what rep_b's client is comes out of no session of rep_a."""

    def setUp(self):
        super().setUp()
        quiet = mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
        self.enterContext(quiet)

    def arm(self):
        """rep_a with rights that no rep should need"""
        rights = map(self.env.ref, EXTRA_RIGHTS)
        self.rep_a.group_ids |= self.env["res.groups"].union(*rights)
        self.login(self.rep_a)

    def test_manager_finds_all(self):
        """The questions below have teeth: who may see the client finds him by them."""
        rights = map(self.env.ref, EXTRA_RIGHTS)
        self.manager.group_ids |= self.env["res.groups"].union(*rights)
        self.login(self.manager)
        for model in self.hidden:
            with self.subTest(model=model):
                found = self.harvest(self.manager, model)
                self.assertIn("search_read", found)
                self.assertIn("count", found)

    def test_nothing_is_found(self):
        """No search, count, group, export or name search of any model tells of him."""
        self.arm()
        models = self.readable_models(self.rep_a)
        self.assertLess(self.hidden.keys() & EVERYWHERE, set(models))
        for model in models:
            with self.subTest(model=model):
                self.assertEqual(self.harvest(self.rep_a, model), {})

    def test_nothing_by_id(self):
        """Guessed ids are refused, and the refusal names nobody, in debug mode too."""
        self.arm()
        display = {"display_name": {}}
        for model, record in self.hidden.items():
            ids = record.ids
            for method, *args in (
                ("read", ids),
                ("web_read", ids, display),
                ("export_data", ids, ["display_name"]),
                ("copy", ids),
                ("write", ids, {}),
                ("web_save", ids, {}, display),
                ("unlink", ids),
                ("onchange", ids, {}, [], display),
                ("message_post", ids),
                ("message_get_followers", ids),
                ("get_formview_action", ids),
            ):
                with self.subTest(model=model, method=method):
                    self.assertEqual(secrets_in(self.call(model, method, *args)), [])
            self.assertTrue(record.exists())

    def test_nothing_by_pointing_at_him(self):
        """Records of one's own that point at a hidden client do not name him."""
        self.arm()
        partner, lead = self.partner_b.id, self.client_b.id
        lead_model = self.env["ir.model"]._get_id("crm.lead")
        times = {"start": "2026-01-06 08:00", "stop": "2026-01-06 09:00"}
        client = {
            "name": "x",
            "contact_name": "x",
            "phone": "13000000000",
            "project_id": self.project.id,
            "unit_type_ids": [Command.link(self.type_two.id)],
        }
        activity = {"res_model_id": lead_model, "res_id": lead}
        for model, vals in (
            ("crm.lead", {"name": "x", "partner_id": partner}),
            ("crm.lead", client | {"partner_id": partner}),
            ("crm.lead", client | {"partner_id": {"id": partner}}),
            ("property.interaction", {"lead_id": lead, "kind": "followup_call"}),
            ("property.family.member", {"lead_id": lead, "name": "x"}),
            ("res.partner", {"name": "x", "parent_id": partner}),
            ("res.partner", {"name": "x", "child_ids": [Command.link(partner)]}),
            ("res.partner.bank", {"acc_number": "1", "partner_id": partner}),
            ("calendar.event", times | {"name": "x", "partner_ids": [partner]}),
            (
                "calendar.event",
                times | {"name": "x", "partner_ids": [Command.link(partner)]},
            ),
            ("calendar.event", times | {"name": "x", "opportunity_id": lead}),
            ("calendar.filters", {"partner_id": partner}),
            ("mail.activity", activity),
            (
                "mail.compose.message",
                {"partner_ids": [Command.set([partner])], "model": "crm.lead"}
                | {"res_ids": str([lead]), "subject": "{{ object.phone }}"},
            ),
            (
                "mail.followers.edit",
                {"res_model": "crm.lead", "res_ids": str(self.own.ids)}
                | {"partner_ids": [Command.link(partner)]},
            ),
            ("sms.composer", {"res_model": "res.partner", "res_id": partner}),
            ("sms.composer", {"res_model": "crm.lead", "res_ids": str([lead])}),
            ("snailmail.letter", {"partner_id": partner, "model": "crm.lead"}),
            ("survey.invite", {"partner_ids": [Command.link(partner)]}),
            (
                "base.partner.merge.automatic.wizard",
                {"partner_ids": [Command.set([partner, self.rep_a.partner_id.id])]},
            ),
            ("crm.merge.opportunity", {"opportunity_ids": [lead, self.own.id]}),
            ("crm.lead2opportunity.partner", {"lead_id": lead}),
            ("crm.lead.lost", {"lead_ids": [Command.set([lead])]}),
        ):
            if model not in self.env:
                continue
            fields = self.env(user=self.rep_a)[model].fields_get()
            specification = {
                name: {"fields": {"display_name": {}}} if "relation" in field else {}
                for name, field in fields.items()
                if field["type"] != "binary"
            }
            defaults = {f"default_{name}": value for name, value in vals.items()}
            asked = {
                "onchange": ("onchange", [], vals, list(vals), specification),
                "create": ("web_save", [], vals, specification),
            }
            given = {"context": defaults}
            by_default = {
                "onchange": ("onchange", [], {}, [], specification),
                "create": ("web_save", [], {"name": "x"}, specification),
            }
            for ways, kwargs in ((asked, {}), (by_default, given)):
                for way, args in ways.items():
                    with self.subTest(model=model, way=way, vals=vals, **kwargs):
                        answer = self.call(model, *args, **kwargs)
                        self.assertEqual(secrets_in(answer), [])
        self.assertNothingGained()

    def test_nothing_by_methods_and_routes(self):
        """What runs with full rights inside Odoo tells nothing of him."""
        self.arm()
        partner, lead, own = self.partner_b.id, self.client_b.id, self.own.ids
        self.call("crm.lead", "write", own, {"phone": PHONES[0]})
        self.call("crm.lead", "write", own, {"email_from": SECRETS[-3]})
        event = self.hidden["calendar.event"].id
        for model, method, *args in (
            ("crm.lead", "write", own, {"partner_id": partner}),
            ("crm.lead", "message_subscribe", own, [partner]),
            ("crm.lead", "merge_opportunity", [lead, *own]),
            ("crm.lead", "action_show_potential_duplicates", own),
            ("crm.lead", "get_empty_list_help", "x"),
            ("crm.lead", "owner_at", [lead], "2026-01-01 00:00:00"),
            ("res.partner", "get_attendee_detail", [partner], [event]),
            ("res.partner", "get_mention_suggestions", NAME),
            ("res.partner", "search_for_channel_invite", NAME),
            ("res.partner", "find_or_create", SECRETS[-3]),
            ("res.partner", "schedule_meeting", [partner]),
            ("res.partner", "action_view_opportunity", [partner]),
            ("res.partner", "address_get", [partner]),
            ("property.unit", "action_new_deposit", self.unit.ids),
        ):
            with self.subTest(model=model, method=method):
                answer = self.call(model, method, *args)
                self.assertEqual(secrets_in(answer, but=TYPED_IN), [])
        for kwargs in (
            {"partner_ids": [partner], "body": "x"},
            {"body": "x", "model": "crm.lead", "partner_ids": [partner]},
        ):
            self.call("crm.lead", "message_post", own, **kwargs)
            self.call("crm.lead", "message_notify", own, **kwargs)
        thread = {"thread_model": "crm.lead", "thread_id": lead}
        mine = {"thread_model": "crm.lead", "thread_id": own[0]}
        mention = {"body": "x", "partner_ids": [partner]}
        mention |= {"partner_emails": [SECRETS[-3]]}
        for route, params in (
            ("/mail/thread/messages", thread),
            (
                "/mail/thread/messages",
                {"thread_model": "res.partner"} | {"thread_id": partner},
            ),
            ("/mail/thread/recipients", thread),
            ("/mail/thread/recipients", mine),
            ("/mail/partner/from_email", mine | {"emails": [SECRETS[-3]]}),
            (
                "/mail/thread/recipients/get_suggested_recipients",
                mine | {"partner_ids": [partner], "main_email": SECRETS[-3]},
            ),
            ("/mail/message/post", mine | {"post_data": mention}),
            (
                "/mail/data",
                {
                    "fetch_params": [
                        [
                            "mail.thread",
                            thread
                            | {
                                "request_list": [
                                    "followers",
                                    "activities",
                                    "suggestedRecipients",
                                    "attachments",
                                ]
                            },
                        ],
                        ["res.partner", {"id": partner}],
                        ["avatar_card", {"id": partner, "model": "res.partner"}],
                    ]
                },
            ),
        ):
            with self.subTest(route=route, params=str(params)[:40]):
                answer, refusal = self.post(route, params)
                told = secrets_in([answer, refusal], but=TYPED_IN)
                self.assertEqual(told, [])
        attachment = self.hidden["ir.attachment"].id
        for url in (
            f"/web/content/{attachment}",
            f"/web/image/{attachment}",
            f"/web/image/res.partner/{partner}/avatar_128",
            f"/web/content?model=res.partner&id={partner}&field=name",
        ):
            with self.subTest(url=url):
                response = self.url_open(url)
                self.assertNotIn(NAME[0], response.content.decode(errors="ignore"))
        self.assertNothingGained()

    def assertNothingGained(self):
        """After all that the rep finds no more than before."""
        for model in EVERYWHERE & {*self.readable_models(self.rep_a)}:
            with self.subTest(model=model, after="attacks"):
                found = self.harvest(self.rep_a, model, but=TYPED_IN)
                found.pop("count", None)  # counts what he typed in himself
                self.assertEqual(found, {})
        for record in self.hidden.values():
            self.assertFalse(record.with_user(self.rep_a).has_access("read"))

    def test_jsonrpc_with_password(self):
        """The same rules hold for the old door /jsonrpc."""

        def ask(user, domain):
            answer = self.post(
                "/jsonrpc",
                {
                    "service": "object",
                    "method": "execute_kw",
                    "args": [self.env.cr.dbname, user.id, user.login.ljust(8, "x")]
                    + ["res.partner", "search_read", [domain, ["name", "phone"]]],
                },
            )
            return secrets_in(answer)

        domain = [("phone", "like", PHONES[0][3:])]
        self.assertEqual(ask(self.rep_a, domain), [])
        self.assertTrue(ask(self.rep_b, domain))
