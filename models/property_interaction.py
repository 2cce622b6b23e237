from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .phone import clean_phone

INTERACTION_KINDS = [
    ("call_in", "Inbound Call"),
    ("visit_first", "First Visit"),
    ("visit_called", "Visit after Call"),
    ("visit_return", "Return Visit"),
    ("followup_call", "Follow-up Call"),
    ("followup_message", "Follow-up Message"),
    ("followup_home", "Home Visit"),
    ("care", "Care"),
]
CALL_KINDS = ("call_in",)
VISIT_KINDS = ("visit_first", "visit_called", "visit_return")
FOLLOWUP_KINDS = ("followup_call", "followup_message", "followup_home")
RECEPTION_KINDS = CALL_KINDS + VISIT_KINDS
PURPOSES = [
    ("live", "To Live In"),
    ("upgrade", "To Improve"),
    ("invest", "To Invest"),
    ("school", "For a School Place"),
    ("retire", "For Parents or Retirement"),
    ("business", "For Business"),
]
HORIZONS = [
    ("now", "At Once"),
    ("month", "Within a Month"),
    ("quarter", "Within Three Months"),
    ("half", "Within Half a Year"),
    ("later", "Later"),
]
# What a client's dates and counts are read from.
CLIENT_FACTS = {"lead_id", "kind", "date", "user_id", "is_valid", "next_date"}
# How a client's identity was verified (B11).
IDENTITY_WAYS = [
    ("appointment", "Appointment with Signed Agreement"),
    ("callback", "Call Back"),
    ("id_shown", "ID Shown on Site"),
]
GRADES = [("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")]


class PropertyInteraction(models.Model):
    """The register: every call, visit and follow-up, one table (B5, B6).

    The big table: no mail.thread, the owner stored on every row.
    """

    _name = "property.interaction"
    _description = "Call, Visit or Follow-up"
    _inherit = ["property.door.mixin"]
    _order = "date DESC, id DESC"
    _rec_name = "partner_name"
    _door_fields = (
        "state",
        "day_id",
        "chain_number",
        "chain_value",
        "salt",
        "personal_digest",
        "anonymized_date",
    )

    kind = fields.Selection(INTERACTION_KINDS, required=True, default="visit_first")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        default="open",
        required=True,
        copy=False,
    )
    project_id = fields.Many2one(
        "property.project",
        required=True,
        default=lambda self: self.env.user.property_project_ids[:1],
    )
    company_id = fields.Many2one(related="project_id.company_id")
    currency_id = fields.Many2one(related="project_id.currency_id")

    # Who
    lead_id = fields.Many2one(
        "crm.lead",
        "Client",
        index="btree_not_null",
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
    )
    partner_name = fields.Char(
        "Appellation",
        compute="_compute_from_lead",
        store=True,
        readonly=False,
        precompute=True,
    )
    phone = fields.Char(
        compute="_compute_from_lead", store=True, readonly=False, precompute=True
    )
    phone_sanitized = fields.Char(
        compute="_compute_phone_sanitized",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    user_id = fields.Many2one(
        "res.users", "Host", required=True, default=lambda self: self.env.user
    )
    helper_ids = fields.Many2many("res.users", string="Helpers", ondelete="restrict")
    turn_id = fields.Many2one(
        "property.roster.turn",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    introduced_by_id = fields.Many2one(
        "crm.lead",
        "Brought by Client",
        index="btree_not_null",
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
        help="A client who brings a new one: the reception is his owner's (B3).",
    )
    owner_id = fields.Many2one(
        "res.users",
        compute="_compute_owner_id",
        store=True,
        precompute=True,
        help="Who sees this row: the client's owner; without a client, the host.",
    )

    # What was asked and learnt
    # restrict: what the register names is not deleted, it would be gone from there (B9)
    source_id = fields.Many2one("utm.source", "Channel", ondelete="restrict")
    campaign_id = fields.Many2one("utm.campaign", ondelete="restrict")
    concern_ids = fields.Many2many(
        "property.concern", string="Concerns", ondelete="restrict"
    )
    unit_type_ids = fields.Many2many(
        "property.unit.type",
        string="Wanted Types",
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
    )
    area_wanted = fields.Float("Wanted Area (㎡)", digits=(12, 2), aggregator="avg")
    budget = fields.Monetary(aggregator="avg")
    purpose = fields.Selection(PURPOSES)
    horizon = fields.Selection(HORIZONS)
    grade = fields.Selection(GRADES)
    district = fields.Char("Lives In")
    party_size = fields.Integer(default=1, aggregator="avg")
    note = fields.Text(prefetch=False)
    result = fields.Char()
    next_date = fields.Date("Next Follow-up")

    # Validity
    is_valid = fields.Boolean("Effective", default=True)
    invalid_reason = fields.Selection(
        [
            ("survey", "Competitor Survey"),
            ("wrong", "Wrong Number"),
            ("agent", "Agent or Salesman"),
            ("unreached", "Not Reached"),
            ("other", "Other"),
        ]
    )
    surveyor = fields.Char("Surveying Firm")

    _client_idx = models.Index(
        "(lead_id, date DESC, id DESC) INCLUDE (kind, user_id, is_valid, next_date) "
        "WHERE lead_id IS NOT NULL"
    )
    _owner_idx = models.Index(
        "(owner_id, date DESC, id DESC) INCLUDE (project_id, kind)"
    )
    _day_idx = models.Index(
        "(project_id, date DESC, id DESC) INCLUDE (kind, user_id, source_id, is_valid)"
    )
    _promise_idx = models.Index(
        "(project_id, next_date, id) INCLUDE (user_id, lead_id, date, is_valid) "
        "WHERE next_date IS NOT NULL"
    )
    _turn_uniq = models.UniqueIndex(
        "(turn_id) WHERE turn_id IS NOT NULL",
        "This turn has an entry in the register already.",
    )
    _invalid_has_reason = models.Constraint(
        "CHECK(is_valid OR invalid_reason IS NOT NULL)",
        "Say why the entry does not count.",
    )
    _survey_has_firm = models.Constraint(
        "CHECK(invalid_reason IS DISTINCT FROM 'survey' OR surveyor IS NOT NULL)",
        "Name the firm that made the survey.",
    )

    @api.depends("lead_id")
    def _compute_from_lead(self):
        for entry in self.filtered(lambda one: one.lead_id and one.state == "open"):
            entry.partner_name = entry.lead_id.contact_name
            entry.phone = entry.lead_id.phone

    @api.depends("phone")
    def _compute_phone_sanitized(self):
        for entry in self:
            entry.phone_sanitized = clean_phone(entry.phone)

    @api.depends("lead_id.user_id", "user_id")
    def _compute_owner_id(self):
        for entry in self:
            entry.owner_id = entry.lead_id.user_id if entry.lead_id else entry.user_id

    @api.constrains("kind", "is_valid", "source_id", "partner_name")
    def _check_columns_filled(self):
        """B5: the channel must be asked, and the register says who it was."""
        for entry in self:
            if not entry.is_valid or entry.kind not in RECEPTION_KINDS:
                continue
            if not entry.partner_name:
                raise ValidationError(
                    self.env._("Enter how the caller or visitor is addressed.")
                )
            if entry.kind in ("call_in", "visit_first") and not entry.source_id:
                raise ValidationError(
                    self.env._("Ask by which channel the client heard of the project.")
                )

    @api.constrains("lead_id", "kind", "project_id")
    def _check_lead(self):
        for entry in self:
            if entry.lead_id and entry.lead_id.project_id != entry.project_id:
                raise ValidationError(
                    self.env._("The client is registered in another project.")
                )
            if not entry.lead_id and entry.kind not in RECEPTION_KINDS:
                raise ValidationError(
                    self.env._("A follow-up is of a client: choose one.")
                )

    @api.constrains("date")
    def _check_not_ahead(self):
        limit = fields.Datetime.add(fields.Datetime.now(), minutes=5)
        if any(entry.date > limit for entry in self):
            raise ValidationError(
                self.env._("The register is of what has happened: the date is ahead.")
            )

    # === What the client's file takes from the register ===

    @api.model
    def _effective_sql(self, alias):
        """Entries that count: valid, and not replaced by a correction (B9)."""
        entry = SQL.identifier(alias)
        return SQL(
            "%s.is_valid AND NOT EXISTS (SELECT FROM property_interaction correction "
            "WHERE correction.corrects_id = %s.id)",
            entry,
            entry,
        )

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        facts = (entries | entries.corrects_id).lead_id._sync_register()
        entries._on_entered(facts)
        return entries

    def _on_entered(self, facts):
        """Hook: new entries are counted.

        :param facts: what the register now says of their clients (`_read_register()`)
        """

    def write(self, vals):
        if vals.keys().isdisjoint(CLIENT_FACTS):
            return super().write(vals)
        clients = self.lead_id
        result = super().write(vals)
        (clients | self.lead_id)._sync_register()
        return result

    def unlink(self):
        clients = (self | self.corrects_id).lead_id
        result = super().unlink()
        clients._sync_register()
        return result

    def _link_client(self, lead):
        """The calls that led to a client are his history from now on (B7)."""
        if self:
            self._write_through({"lead_id": lead.id})
            lead._sync_register()

    # === Registration ===

    def _register_client(self):
        """Register the visitor for the entry's host, or take him over when he is free.

        :return: the client's file
        :raise UserError: for a call (B7), an invalid entry (B8) or a client of somebody
            else (C2)
        """
        self.ensure_one()
        if self.lead_id:
            return self.lead_id
        if self.kind not in VISIT_KINDS or not self.is_valid:
            raise UserError(
                self.env._(
                    "Only an effective visit registers a client: a call is kept as a "
                    "call and claims the caller's visit."
                )
            )
        values = self._registration_values()
        lead = self.env["crm.lead"]._register_or_take_over(values)
        self.sudo()._link_client(lead)
        return lead

    def _registration_values(self):
        return {
            "project_id": self.project_id.id,
            "user_id": self.user_id.id,
            "contact_name": self.partner_name,
            "phone": self.phone,
            "source_id": self.source_id.id,
            "campaign_id": self.campaign_id.id,
            "unit_type_ids": [Command.set(self.unit_type_ids.ids)],
            "area_wanted": self.area_wanted,
            "budget_max": self.budget,
            "purpose": self.purpose,
            "horizon": self.horizon,
            "grade": self.grade,
            "district": self.district,
        }

    def action_ask_ruling(self):
        """The host of a visit claims who came, whoever's client he is (C6)."""
        self.ensure_one()
        if self.lead_id or not self.is_valid or self.kind not in VISIT_KINDS:
            raise UserError(
                self.env._(
                    "A ruling is asked for on an effective visit that is in no "
                    "client's file yet."
                )
            )
        rulings = self.env["property.collision"]
        return rulings._ask(self.project_id, self.phone, self.user_id, self)

    def action_register_client(self):
        """Register who came; what a registration needs and the entry lacks is asked for
        in the form of a new file (B8)."""
        self.ensure_one()
        form = self.env.ref("crm_property_sales.crm_lead_view_form_client")
        action = {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "view_mode": "form",
            "views": [(form.id, "form")],
        }
        if self.partner_name and self.phone and self.unit_type_ids:
            return action | {"res_id": self._register_client().id}
        values = self._registration_values()
        return action | {
            "context": {
                "default_type": "opportunity",
                "default_interaction_ids": [Command.link(self.id)],
                **{f"default_{name}": value for name, value in values.items() if value},
            }
        }
