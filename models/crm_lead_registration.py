from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.tools import SQL

from .crm_lead_ownership import QUIET
from .phone import clean_phone

# Facts of the ledgers, in the file to be read and searched.
REGISTRATION_FIELDS = {
    "registration_number",
    "registered_date",
    "registered_user_id",
    "owned_until",
    "is_sold",
    "warned_until",
    "last_contact_date",
    "last_visit_date",
    "next_date",
    "followup_count_since_visit",
    "followup_required",
    "followup_missing",
    "plan_started",
    "identity_by_id",
    "identity_date",
    "facts_confirmed_date",
    "facts_confirmed_by_id",
}
DERIVED_FIELDS = {
    "client_class",
    "is_followup_short",
    "ownership_state",
    "phone_sanitized",
    "phone_tail",
    "is_plan_due",
    "identity_state",
    "fact_check_date",
}


class CrmLead(models.Model):
    """Registration: the first who registers a client owns him (B7, B8, C2, C5)."""

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    registration_number = fields.Char(readonly=True, copy=False)
    registered_date = fields.Datetime(readonly=True, copy=False)
    registered_user_id = fields.Many2one(
        "res.users", "First Registered By", readonly=True, copy=False
    )

    _registration_uniq = models.UniqueIndex(
        "(project_id, registration_number) WHERE registration_number IS NOT NULL",
        "This registration number is taken.",
    )
    _phone_uniq = models.UniqueIndex(
        "(project_id, phone_sanitized) INCLUDE (user_id, owned_until, is_sold) "
        "WHERE project_id IS NOT NULL AND phone_sanitized IS NOT NULL",
        "This number is registered in the project already.",
    )
    _registered_idx = models.Index(
        "(project_id, registered_date) INCLUDE (registered_user_id, source_id) "
        "WHERE project_id IS NOT NULL"
    )

    @api.constrains("project_id", "contact_name", "phone", "unit_type_ids")
    def _check_registration(self):
        """B8: without appellation, phone and wanted type there is no registration."""
        for lead in self.filtered("project_id"):
            missing = [
                lead._fields[name]._description_string(self.env)
                for name in ("contact_name", "phone", "unit_type_ids")
                if not lead[name]
            ]
            if missing:
                raise ValidationError(
                    self.env._(
                        "A client is registered with appellation, phone and wanted "
                        "unit type. Still missing: %s.",
                        ", ".join(missing),
                    )
                )
            if not lead.phone_sanitized:
                raise ValidationError(
                    self.env._(
                        "%s is no telephone number: enter all digits, with area code "
                        "for a fixed line, with + and country for one abroad.",
                        lead.phone,
                    )
                )

    def _compute_phone_sanitized(self):
        """As the desk looks numbers up, whatever the client's country."""
        clients = self.filtered("project_id")
        for client in clients:
            client.phone_sanitized = clean_phone(client.phone)
        return super(CrmLead, self - clients)._compute_phone_sanitized()

    @api.model_create_multi
    def create(self, vals_list):
        clients = [vals for vals in vals_list if vals.get("project_id")]
        if not clients:
            return super().create(vals_list)
        self._prepare_client_values(clients)
        leads = super(CrmLead, self.with_context(**QUIET)).create(vals_list)
        leads.filtered("project_id")._after_registration()
        return leads.with_env(self.env)

    def write(self, vals):
        clients = self.filtered("project_id")
        if clients and "project_id" in vals:
            raise UserError(
                self.env._(
                    "A client belongs to one project: register him in the other one."
                )
            )
        if clients and not (REGISTRATION_FIELDS | DERIVED_FIELDS).isdisjoint(vals):
            raise UserError(
                self.env._("Registration and ownership are not written directly.")
            )
        if "user_id" in vals and any(
            lead.user_id.id != (vals["user_id"] or False) for lead in clients
        ):
            raise UserError(
                self.env._(
                    "The owner of a client is not written directly: ownership "
                    "follows from registration, follow-up and hand-over."
                )
            )
        if clients and "phone" in vals:
            for project in clients.project_id:
                self._check_unregistered(project, [vals["phone"]], clients)
        if not vals.get("project_id"):
            return super().write(vals)
        # An ordinary lead becomes a client.
        for lead in self:
            given = {
                name: lead[name].id if field.type == "many2one" else lead[name]
                for name, field in lead._fields.items()
                if name in ("contact_name", "phone", "user_id")
            }
            values = given | vals
            lead._prepare_client_values([values])
            super(CrmLead, lead).write(values)
        self._after_registration()
        return True

    @api.model
    def _prepare_client_values(self, vals_list):
        """What makes a lead a client, and what CRM would look up for each record
        (performance.md §8.7).

        Number, first owner and last day are given here whatever the caller sends.

        :raise UserError: when somebody in `vals_list` is a client already (C2, C5)
        """
        china = self.env["ir.model.data"]._xmlid_to_res_id("base.cn")
        by_project = {}
        for vals in vals_list:
            by_project.setdefault(vals["project_id"], []).append(vals)
        for project_id, some in by_project.items():
            project = self.env["property.project"].browse(project_id)
            project.check_access("read")
            project = project.sudo()
            phones = [vals["phone"] for vals in some if vals.get("phone")]
            self._check_unregistered(project, phones)
            claims = self._call_claims(project, phones)
            facts = dict.fromkeys(REGISTRATION_FIELDS, False) | {
                "registered_date": fields.Datetime.now(),
                "type": "opportunity",
                "identity_state": "none",
                "company_id": project.company_id.id,
            }
            last_day = project._owned_until(project.local_day())
            numbers = self._next_registration_numbers(project, len(some))
            stages = {}
            for vals, number in zip(some, numbers, strict=True):
                for name in DERIVED_FIELDS:
                    vals.pop(name, None)
                owner = self._first_owner(vals, claims)
                if not vals.get("contact_name"):  # a default, or refused below (B8)
                    vals |= self.default_get(["contact_name"])
                team_id = vals.get("team_id") or project._team_id(owner.id)
                if team_id not in stages:
                    stages[team_id] = self._stage_find(team_id, [("fold", "=", False)])
                vals |= facts | {
                    "registration_number": number,
                    "registered_user_id": owner.id,
                    "user_id": owner.id,
                    "owned_until": bool(owner) and last_day,
                    "name": vals.get("contact_name") or "/",
                    "team_id": team_id,
                    "stage_id": vals.get("stage_id") or stages[team_id].id,
                    "country_id": vals.get("country_id") or china,
                }

    @api.model
    def _first_owner(self, vals, claims):
        """Who registers, or who is named; else who took the call (B7).

        :raise UserError: when the call was a colleague's
        """
        owner = self.env["res.users"].browse(
            vals.get("user_id", self._default_owner().id) or []
        )
        claim = claims.get(clean_phone(vals.get("phone")))
        if claim and owner and owner != claim.owner_id:
            raise UserError(
                self.env._(
                    "A colleague took a call from this number a few days ago: the "
                    "visitor is his. Enter the visit at the reception desk."
                )
            )
        return owner or (claim and claim.owner_id) or owner

    @api.model
    def _next_registration_numbers(self, project, count):
        """As `next_by_code()`, for an import in one query."""
        sequence = (
            self.env["ir.sequence"]
            .sudo()
            .search_fetch(
                [
                    ("code", "=", "property.client"),
                    ("company_id", "in", [project.company_id.id, False]),
                ],
                order="company_id",
                limit=1,
            )
        )
        if sequence.implementation != "standard" or sequence.use_date_range:
            return [sequence.next_by_id() for _number in range(count)]
        name = f"ir_sequence_{sequence.id:03}"
        rows = self.env.execute_query(
            SQL("SELECT nextval(%s) FROM generate_series(1, %s)", name, count)
        )
        return [sequence.get_next_char(number) for (number,) in rows]

    def _after_registration(self):
        """Into the ledger, and the calls that led here into the history (B7)."""
        self.sudo()._append_ownership("registered", clause="C2")
        calls = self._unlinked_calls()
        for lead in self:
            calls.filtered(
                lambda call, lead=lead: (
                    call.project_id == lead.project_id
                    and call.phone_sanitized == lead.phone_sanitized
                    and call.owner_id == lead.user_id
                )
            )._link_client(lead)

    def _unlinked_calls(self):
        return (
            self.env["property.interaction"]
            .sudo()
            .search(
                [
                    ("phone_sanitized", "in", self.mapped("phone_sanitized")),
                    ("project_id", "in", self.project_id.ids),
                    ("lead_id", "=", False),
                ]
            )
        )

    @api.model
    def _default_owner(self):
        """Who registers a client owns him; desk staff register for nobody."""
        user = self.env.user
        return user if user._has_office_role("rep") else user.browse()

    # === Who is it? ===

    @api.model
    def _find_clients(self, project, phones):
        """Files that are known by these numbers, the client's own or his family's.

        :param phones: numbers in any spelling
        :return: {clean number: file}, read with full rights, archived ones too
        """
        clean = {clean_phone(phone) for phone in phones} - {False}
        if not clean:
            return {}
        domain = [("project_id", "=", project.id), ("phone_sanitized", "in", [*clean])]
        family = self.env["property.family.member"].sudo().search(domain)
        files = self.sudo().with_context(active_test=False).search(domain)
        found = {member.phone_sanitized: member.lead_id for member in family}
        return found | {lead.phone_sanitized: lead for lead in files}

    @api.model
    def _find_client(self, project, phone=None, id_number=None):
        """The client of `project` with this number of phone or ID, or with a relative
        who has it (C5).

        :return: `crm.lead` with full rights, or empty; archived ones too
        """
        lead = self.sudo().browse()
        for found in self._find_clients(project, [phone]).values():
            lead = found
        if not lead and id_number:
            number = self.env["res.partner"]._clean_id_number(id_number)
            domain = [("project_id", "=", project.id)]
            lead = (
                self.sudo()
                .with_context(active_test=False)
                .search([*domain, ("partner_id.id_number", "=", number)], limit=1)
                or self.env["property.family.member"]
                .sudo()
                .search([*domain, ("id_number", "=", number)], limit=1)
                .lead_id
            )
        return lead

    @api.model
    def _call_claims(self, project, phones):
        """B7: the first call that still claims the caller's visit, by clean number."""
        clean = {clean_phone(phone) for phone in phones} - {False}
        if not clean:
            return {}
        calls = (
            self.env["property.interaction"]
            .sudo()
            .search(
                [
                    ("phone_sanitized", "in", [*clean]),
                    *self._claiming_calls_domain(project),
                ],
                order="date DESC, id DESC",
            )
        )
        return {call.phone_sanitized: call for call in calls}

    @api.model
    def _claiming_calls_domain(self, project):
        """B7: calls of people without a file, young enough to claim their visit."""
        today = project.local_day()
        days = project._policy_number(today, "call_claim_days")
        since = project.utc_moment(today - timedelta(days=days))
        return [
            ("project_id", "=", project.id),
            ("kind", "=", "call_in"),
            ("is_valid", "=", True),
            ("lead_id", "=", False),
            ("date", ">=", since),
        ]

    @api.model
    def _check_phone(self, project, phone):
        """The rule behind the desk's answer (C2, C3, B7); logs nothing, hides nothing.

        :return: dict(status, days, lead, owner, call): status is invalid, new, yours,
            owned (`days` until free again, None for a buyer), free or claimed (by an
            earlier call); lead, owner and call are read with full rights: they never
            leave the server unfiltered
        """
        answer = {
            "status": "new",
            "days": None,
            "lead": self.sudo().browse(),
            "owner": self.env["res.users"].sudo(),
            "call": self.env["property.interaction"].sudo(),
        }
        clean = clean_phone(phone)
        if not clean:
            return answer | {"status": "invalid"}
        lead = self._find_client(project, clean)
        today = project.local_day()
        if lead.user_id and not lead._is_over(today):
            answer |= {"status": "owned", "lead": lead, "owner": lead.user_id}
            if lead.owned_until:
                answer["days"] = (lead.owned_until - today).days + 1
        elif lead.is_sold:
            answer |= {"status": "owned", "lead": lead}
        elif call := self._call_claims(project, [clean]).get(clean):
            answer |= {"status": "claimed", "call": call, "owner": call.owner_id}
        elif lead:
            answer |= {"status": "free"}
        answer["lead"] = lead
        if answer["owner"] == self.env.user:
            answer["status"] = "yours"
        return answer

    @api.model
    def _check_unregistered(self, project, phones, besides=None):
        """:raise UserError: when one of `phones` belongs to a client of the project,
        other than `besides`"""
        for phone, lead in self._find_clients(project, phones).items():
            if not besides or lead not in besides:
                lead.with_env(self.env)._refuse_registration(phone)

    def _refuse_registration(self, phone):
        """Say that he is a client already: never whose, nor his name (J1).

        A refusal tells as much as a check at the desk, so it counts as one (J8).
        """
        lead = self.sudo()
        project = lead.project_id
        lead._lapse()
        if lead.user_id == self.env.user:
            raise UserError(
                self.env._(
                    "%s is your client already: open his file.", lead.contact_name
                )
            )
        self.env["property.access.log"]._log_refusal(project, phone)
        if lead.user_id or lead.is_sold:
            raise RedirectWarning(
                self.env._(
                    "This number belongs to a client of a colleague or to a relative "
                    "of one. A supervisor can rule whose client he is."
                ),
                self.env.ref("crm_property_sales.property_collision_action_ask").id,
                self.env._("Ask for a Ruling"),
                {"property_project_id": project.id, "property_phone": phone},
            )
        raise UserError(
            self.env._(
                "This client is registered and free: take him over in the free pool, "
                "or enter his visit at the reception desk."
            )
        )

    @api.model
    def _register_or_take_over(self, vals):
        """Register a client or, when he is known and free, take him over (C2, C3).

        :param vals: as for `create`, with `user_id` the owner to be
        :return: the file, his own or his family's
        :raise UserError: when he is somebody else's
        """
        project = self.env["property.project"].browse(vals["project_id"])
        known = self._find_client(project, vals["phone"])
        if not known:
            return self.create(vals)
        known._lapse()
        owner = self.env["res.users"].browse(vals["user_id"])
        if known.user_id == owner:
            return known.with_env(self.env)
        if known.user_id or known.is_sold:
            known.with_env(self.env)._refuse_registration(vals["phone"])
        known._transfer(owner, "registered", clause="C3")
        news = {
            name: value
            for name, value in vals.items()
            if value and name in self._fields and not known[name]
        }
        known.write(news | {"active": True})
        return known.with_env(self.env)
