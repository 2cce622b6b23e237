from odoo import api, fields, models
from odoo.tools import SQL

from .crm_lead import CLIENT_CLASSES
from .property_interaction import (
    FOLLOWUP_KINDS,
    GRADES,
    HORIZONS,
    PURPOSES,
    VISIT_KINDS,
)


class PropertyPool(models.Model):
    """公客池: the free clients of a project, as a rep sees them before he claims one.

    A row is a client's file under the file's id, with what he wants and how long ago he
    was seen. There is no name, number, address or source, and no link to the file or to
    the register: Odoo would show the name behind it (J1).
    """

    _name = "property.pool"
    _description = "Free Client"
    _auto = False
    _log_access = False
    _order = "last_contact_date DESC, id DESC"
    _depends = {
        "crm.lead": ["user_id", "active", "is_sold", "project_id", "last_contact_date"],
        "property.interaction": ["lead_id", "kind", "is_valid", "corrects_id"],
        "property.ownership": ["lead_id", "date"],
    }

    project_id = fields.Many2one("property.project", readonly=True)
    company_id = fields.Many2one(related="project_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    client_class = fields.Selection(CLIENT_CLASSES, readonly=True)
    grade = fields.Selection(GRADES, readonly=True)
    unit_type_ids = fields.Many2many(
        "property.unit.type",
        "crm_lead_property_unit_type_rel",
        "crm_lead_id",
        "property_unit_type_id",
        string="Wanted Types",
        readonly=True,
    )
    purpose = fields.Selection(PURPOSES, readonly=True)
    horizon = fields.Selection(HORIZONS, readonly=True)
    budget_min = fields.Monetary("Budget From", readonly=True, aggregator="avg")
    budget_max = fields.Monetary("Budget To", readonly=True, aggregator="avg")
    last_contact_date = fields.Date("Last Contact", readonly=True)
    days_unseen = fields.Integer(compute="_compute_days_unseen")
    visit_count = fields.Integer("Visits", readonly=True)
    followup_count = fields.Integer("Follow-ups", readonly=True)
    free_since = fields.Datetime(readonly=True)
    is_claimable = fields.Boolean(
        "Claimable by Me",
        compute="_compute_is_claimable",
        search="_search_is_claimable",
    )

    @property
    def _table_query(self):
        """Plain rows, so that every filter reaches `crm_lead._free_idx`; counts and
        dates are looked up for the rows shown only."""
        return SQL(
            """
            SELECT lead.id, lead.project_id, lead.client_class, lead.grade,
                   lead.purpose, lead.horizon, lead.budget_min, lead.budget_max,
                   lead.last_contact_date, %(visits)s AS visit_count,
                   %(followups)s AS followup_count,
                   (SELECT date FROM property_ownership
                     WHERE lead_id = lead.id
                     ORDER BY date DESC, id DESC LIMIT 1) AS free_since
              FROM crm_lead lead
             WHERE lead.project_id IS NOT NULL AND lead.user_id IS NULL
               AND lead.active IS TRUE AND lead.is_sold IS NOT TRUE""",
            visits=self._count_sql(VISIT_KINDS),
            followups=self._count_sql(FOLLOWUP_KINDS),
        )

    @api.model
    def _count_sql(self, kinds):
        return SQL(
            "(SELECT count(*) FROM property_interaction entry "
            "WHERE lead_id = lead.id AND kind IN %s AND %s)",
            kinds,
            self.env["property.interaction"]._effective_sql("entry"),
        )

    @api.depends("grade", "unit_type_ids")
    def _compute_display_name(self):
        grades = dict(GRADES)
        for row in self:
            types = ", ".join(row.unit_type_ids.mapped("name"))
            row.display_name = " · ".join(filter(None, [grades.get(row.grade), types]))

    @api.depends("last_contact_date")
    def _compute_days_unseen(self):
        for row in self:
            today = row.project_id.local_day()
            row.days_unseen = (today - (row.last_contact_date or today)).days

    @api.depends_context("uid")
    def _compute_is_claimable(self):
        barred = self.env["crm.lead"]._cooling_down(self.env.user, self.project_id)
        for row in self:
            row.is_claimable = row.id not in barred

    def _search_is_claimable(self, operator, value):
        if operator != "in":
            return NotImplemented
        projects = self.env["property.project"].search([("active", "=", True)])
        barred = self.env["crm.lead"]._cooling_down(self.env.user, projects)
        return [("id", "not in" if True in value else "in", list(barred))]

    def action_claim(self):
        """Make the free client the user's own and open his file: `crm.lead._claim()`.

        :raise UserError: when a colleague was faster, or the policy says no
        """
        self.ensure_one()
        lead = self.env["crm.lead"].browse(self.id)
        lead._claim()
        return lead.get_formview_action()
