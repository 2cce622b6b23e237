from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .property_door import lock_rows
from .property_interaction import GRADES, HORIZONS, PURPOSES

# Facts of the ledger, in the file to be read and searched.
REGISTRATION_FIELDS = {
    "registration_number",
    "registered_date",
    "registered_user_id",
    "owned_until",
    "ownership_state",
    "client_class",
}


class CrmLead(models.Model):
    """A lead with a project is one client in that project: 客户登记 (C1, C14)."""

    _inherit = "crm.lead"

    project_id = fields.Many2one(
        "property.project", index="btree_not_null", ondelete="restrict", copy=False
    )

    # Registration and ownership: written by _register_client() and _transfer() only
    registration_number = fields.Char(readonly=True, copy=False)
    registered_date = fields.Datetime(readonly=True, copy=False)
    registered_user_id = fields.Many2one(
        "res.users", "First Registered By", readonly=True, copy=False
    )
    owned_until = fields.Date(readonly=True, copy=False)
    ownership_state = fields.Selection(
        [
            ("owned", "Owned"),
            ("expiring", "Expiring"),
            ("free", "Free"),
            ("sold", "Sold"),
        ],
        readonly=True,
        copy=False,
    )
    ownership_ids = fields.One2many("property.ownership", "lead_id", readonly=True)

    # What the client wants
    client_class = fields.Selection(
        [
            ("potential", "Potential"),
            ("prospect", "Prospect"),
            ("buyer", "Buyer"),
        ],
        compute="_compute_client_class",
        store=True,
        compute_sudo=True,
    )
    grade = fields.Selection(GRADES)
    purpose = fields.Selection(PURPOSES)
    horizon = fields.Selection(HORIZONS)
    budget_min = fields.Monetary(
        "Budget From", currency_field="company_currency", aggregator="avg"
    )
    budget_max = fields.Monetary(
        "Budget To", currency_field="company_currency", aggregator="avg"
    )
    area_wanted = fields.Float("Wanted Area (㎡)", digits=(12, 2), aggregator="avg")
    unit_type_ids = fields.Many2many(
        "property.unit.type",
        string="Wanted Types",
        domain="[('project_id', '=', project_id)]",
    )
    wanted_unit_ids = fields.Many2many(
        "property.unit",
        string="Wanted Units",
        domain="[('project_id', '=', project_id)]",
    )
    district = fields.Char("Lives In")
    phone_tail = fields.Char(
        "Last Four Digits",
        compute="_compute_phone_tail",
        store=True,
        export_string_translation=False,
    )

    # What hangs on the client
    family_ids = fields.One2many("property.family.member", "lead_id")
    shared_ids = fields.One2many("property.share", "lead_id", "Shares")
    interaction_ids = fields.One2many("property.interaction", "lead_id", "History")
    deposit_ids = fields.One2many("property.deposit", "lead_id", "Deposits")
    next_date = fields.Date(
        "Next Follow-up", compute="_compute_next_date", store=True, compute_sudo=True
    )

    _registration_uniq = models.UniqueIndex(
        "(project_id, registration_number) WHERE registration_number IS NOT NULL",
        "This registration number is taken.",
    )
    # performance.md §8.1: one index for each way a screen is opened.
    _owner_idx = models.Index(
        "(user_id, priority DESC, id DESC) INCLUDE (type, company_id, project_id) "
        "WHERE active IS TRUE"
    )
    _owner_stage_idx = models.Index(
        "(user_id, stage_id, priority DESC, id DESC) "
        "INCLUDE (type, company_id, project_id) WHERE active IS TRUE"
    )
    _owner_date_idx = models.Index(
        "(user_id, create_date DESC, id DESC) INCLUDE (type, company_id, project_id) "
        "WHERE active IS TRUE"
    )
    _stage_idx = models.Index(
        "(stage_id) INCLUDE (type, company_id, project_id) WHERE active IS TRUE"
    )
    _registered_idx = models.Index(
        "(project_id, registered_date) INCLUDE (user_id, source_id) "
        "WHERE project_id IS NOT NULL"
    )
    _phone_tail_idx = models.Index(
        "(phone_tail) INCLUDE (project_id, user_id) WHERE phone_tail IS NOT NULL"
    )
    _budget_ordered = models.Constraint(
        "CHECK(budget_max IS NULL OR budget_max = 0 OR budget_min <= budget_max)",
        "The budget ends below where it begins.",
    )

    @api.depends("wanted_unit_ids", "deposit_ids.state")
    def _compute_client_class(self):
        """C8: the class follows from facts."""
        for lead in self:
            states = set(lead.deposit_ids.mapped("state"))
            if states & {"confirmed", "signed"}:
                lead.client_class = "buyer"
            elif lead.wanted_unit_ids or states & {"slip", "paid"}:
                lead.client_class = "prospect"
            else:
                lead.client_class = "potential"

    @api.depends("contact_name", "project_id")
    def _compute_name(self):
        """A client file is called as the client is."""
        clients = self.filtered("project_id")
        for client in clients:
            client.name = client.contact_name
        return super(CrmLead, self - clients)._compute_name()

    @api.depends("phone_sanitized")
    def _compute_phone_tail(self):
        for lead in self:
            lead.phone_tail = (lead.phone_sanitized or "")[-4:] or False

    @api.depends("interaction_ids.next_date", "interaction_ids.date")
    def _compute_next_date(self):
        """What the latest contact agreed upon; a date, so that it does not age."""
        for lead in self:
            last = lead.interaction_ids.sorted(lambda one: (one.date, one.id))[-1:]
            lead.next_date = last.next_date

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

    @api.model
    def default_get(self, fields):
        """A file made from the office's menu is one of the user's first project."""
        defaults = super().default_get(fields)
        if self.env.context.get("property_client") and "project_id" in fields:
            defaults.setdefault("project_id", self.env.user.property_project_ids[:1].id)
        if defaults.get("project_id") and "user_id" in fields:
            defaults["user_id"] = self._default_owner().id
        return defaults

    @api.constrains("project_id", "unit_type_ids", "wanted_unit_ids")
    def _check_wishes_project(self):
        for lead in self.filtered("project_id"):
            wishes = lead.sudo().unit_type_ids.project_id
            wishes |= lead.sudo().wanted_unit_ids.project_id
            if wishes - lead.project_id:
                raise ValidationError(
                    self.env._(
                        "Wanted types and units of %s must be of his project.",
                        lead.contact_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("project_id"):
                self._prepare_client_values(vals)
        leads = super().create(vals_list)
        leads.filtered("project_id")._register_client()
        return leads

    def write(self, vals):
        clients = self.filtered("project_id")
        if clients and "project_id" in vals:
            raise UserError(
                self.env._(
                    "A client belongs to one project: register him in the other one."
                )
            )
        if clients and not REGISTRATION_FIELDS.isdisjoint(vals):
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
        result = super().write(vals)
        if vals.get("project_id"):
            (self - clients)._register_client()
        return result

    @api.model
    def _prepare_client_values(self, vals):
        """Fill what CRM would look up for each record (performance.md §8.7)."""
        project = self.env["property.project"].browse(vals["project_id"])
        owner = self.env["res.users"].browse(
            vals.setdefault("user_id", self._default_owner().id) or []
        )
        vals["type"] = "opportunity"
        vals["company_id"] = project.company_id.id
        if not vals.get("contact_name"):  # a default, or missing: refused below (B8)
            vals |= self.default_get(["contact_name"])
        vals["name"] = vals.get("contact_name") or "/"
        vals.setdefault("country_id", self.env.ref("base.cn").id)
        teams = owner.sudo().crm_team_ids & project.sudo().team_ids
        vals.setdefault("team_id", teams[:1].id)

    @api.model
    def _default_owner(self):
        """Who registers a client owns him; desk staff register for nobody."""
        user = self.env.user
        return user if user._has_office_role("rep") else user.browse()

    # === Registration and ownership ===

    def _write_through(self, vals):
        """Write what follows from registration and ownership; by these steps only."""
        # pylint: disable-next=super-method-mismatch
        return super().write(vals)

    def _register_client(self):
        """Number the clients and give them to who registered them first (C2)."""
        now = fields.Datetime.now()
        for lead in self:
            sequence = self.env["ir.sequence"].sudo().with_company(lead.company_id)
            lead._write_through(
                {
                    "registration_number": sequence.next_by_code("property.client"),
                    "registered_date": now,
                    "registered_user_id": lead.user_id.id,
                }
            )
        for owner, leads in self.grouped("user_id").items():
            leads._transfer(owner, "registered")

    def _transfer(self, user, basis, clause=None, reason=None):
        """Give the clients to `user` (empty: free): the only way an owner changes.

        Locks the files and appends to the ledger `property.ownership`; the rows that
        hang on a client follow through their stored owner.

        :param basis: one of `property.ownership.basis`
        """
        lock_rows(self)
        policies = {project: project.policy() for project in self.project_id}
        rows = []
        for lead in self:
            policy = policies[lead.project_id]
            rows.append(
                {
                    "lead_id": lead.id,
                    "project_id": lead.project_id.id,
                    "user_id": user.id,
                    "basis": basis,
                    "clause": clause,
                    "reason": reason,
                    "policy_id": policy.id,
                }
            )
            if basis == "sold":
                state, until = "sold", False
            elif user:
                state = "owned"
                until = fields.Date.add(
                    lead.project_id.local_day(), months=policy.ownership_months
                )
            else:
                state, until = "free", False
            # Who has an activity can read it: it goes along with the client.
            lead.activity_ids.filtered(
                lambda activity, owner=lead.user_id: activity.user_id == owner != user
            ).user_id = user
            lead._write_through(
                {
                    "user_id": user.id,
                    "ownership_state": state,
                    "owned_until": until,
                }
            )
        self.env["property.ownership"].sudo().create(rows)

    def owner_at(self, moment):
        """Whose client it was at `moment` (naive UTC): empty when free or unknown."""
        self.ensure_one()
        self.check_access("read")
        entry = (
            self.env["property.ownership"]
            .sudo()
            .search(
                [
                    ("lead_id", "=", self.id),
                    ("date", "<=", fields.Datetime.to_datetime(moment)),
                ],
                limit=1,
            )
        )
        return entry.user_id.with_env(self.env)

    def _get_client_partner(self):
        """The person behind the file, made on first need (a slip names one)."""
        self.ensure_one()
        if not self.partner_id:
            self._handle_partner_assignment(create_missing=True)
        return self.partner_id

    def get_formview_id(self, access_uid=None):
        """A link to a client opens the client file, not CRM's form."""
        if len(self) == 1 and self.project_id:
            return self.env.ref("crm_property_sales.crm_lead_view_form_client").id
        return super().get_formview_id(access_uid)

    def action_new_interaction(self):
        """The form of a new follow-up of this client."""
        self.ensure_one()
        return {
            "name": self.env._("New Follow-up"),
            "type": "ir.actions.act_window",
            "res_model": "property.interaction",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_lead_id": self.id,
                "default_project_id": self.project_id.id,
                "default_kind": "followup_call",
            },
        }

    def action_new_deposit(self):
        """The form of a new slip of this client (E1)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "property.deposit",
            "view_mode": "form",
            "context": {
                "default_lead_id": self.id,
                "default_unit_id": self.wanted_unit_ids.filtered(
                    lambda unit: unit.state == "available"
                )[:1].id,
            },
        }
