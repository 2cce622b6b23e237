from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .property_interaction import GRADES, HORIZONS, PURPOSES

CLIENT_CLASSES = [
    ("potential", "Potential"),
    ("prospect", "Prospect"),
    ("buyer", "Buyer"),
]


class CrmLead(models.Model):
    """A lead with a project is one client in that project: 客户登记 (C1, C14)."""

    _inherit = "crm.lead"

    project_id = fields.Many2one(
        "property.project", index="btree_not_null", ondelete="restrict", copy=False
    )

    # What the client wants
    client_class = fields.Selection(
        CLIENT_CLASSES,
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
    deposit_ids = fields.One2many("property.deposit", "lead_id", "Deposits")

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

    def action_client_file(self):
        """The sold client's whole file, as a form (G17)."""
        return self._open_form("client_file")

    def action_followup_record(self):
        """All follow-ups of the client, as a form (G20)."""
        first = self.project_id.local_day(self.registered_date)
        return self._open_form("followups", date_from=first.isoformat())

    def _open_form(self, name, **options):
        self.ensure_one()
        action = self.env.ref(f"crm_property_sales.property_form_{name}_action")
        today = self.project_id.local_day().isoformat()
        options = {
            "project_id": self.project_id.id,
            "client_id": self.id,
            "date_from": today,
            "date_to": today,
        } | options
        form = f"property.form.{name}"
        return action._get_action_dict() | {
            "params": {"form": form, "options": options}
        }
