from odoo import fields, models
from odoo.fields import Domain

from .metric import DEAL_METRICS

ROLES = (
    "rep",
    "clerk",
    "control",
    "finance",
    "service",
    "supervisor",
    "manager",
    "hq",
)


class ResUsers(models.Model):
    _inherit = "res.users"

    property_project_ids = fields.Many2many(
        "property.project",
        "property_project_user_rel",
        "user_id",
        "project_id",
        string="Property Projects",
    )

    def _get_invalidation_fields(self):
        """Record rules are cached by user and read where he works."""
        return super()._get_invalidation_fields() | {"property_project_ids"}

    def _has_office_role(self, *roles):
        return any(self.has_group(f"crm_property_sales.group_{role}") for role in roles)

    def write(self, vals):
        result = super().write(vals)
        if "property_project_ids" in vals:
            self.env.registry.clear_cache()  # see property.visibility.mixin
        return result

    # === What a user sees: the one source of every record rule (H1, J1) ===
    # The rules are global: a rule of a group could be widened by any other group, for
    # instance CRM's "all documents". Values are literal so that indexes serve them;
    # what they are read from clears the cache of rules (property.visibility.mixin).

    def _office_project_ids(self, company_ids):
        """Projects the user works in, archived ones too; HQ: all of its companies."""
        domain = Domain("company_id", "in", company_ids)
        if not self._has_office_role("hq"):
            domain &= Domain("user_ids", "in", self.ids)
        projects = self.env["property.project"].sudo().with_context(active_test=False)
        return projects.search(domain).ids

    def _office_project_domain(self, company_ids, field="project_id", common=False):
        """Rows that belong to the user's projects, whatever client they concern.

        :param common: also the rows of no project, which hold for all
        """
        if not self._has_office_role(*ROLES):
            return Domain.FALSE
        projects = self._office_project_ids(company_ids)
        return Domain(field, "in", projects + [False] * common)

    def _office_rep_ids(self):
        """Whose clients he sees: a rep his own, a supervisor his teams' too."""
        if not self._has_office_role("rep"):
            return []
        reps = self
        if self._has_office_role("supervisor"):
            teams = self.env["crm.team"].sudo().search([("user_id", "=", self.id)])
            reps |= teams.member_ids
        return reps.ids

    def _office_domain(self, company_ids, *wide, owner="user_id", lead="lead_id"):
        """Rows that hang on a client: of the user's projects, and of those

        - for a role named in `wide`: all;
        - for a supervisor: his teams' clients and his own;
        - for a rep: his own clients;
        - for everyone: the clients shared with him.

        :param owner: the field with the client's owner
        :param lead: the field with the client; None for rows that name none
        """
        domain = self._office_project_domain(company_ids)
        if self._has_office_role(*wide):
            return domain
        clients = Domain(owner, "in", self._office_rep_ids())
        shares = self.env["property.share"].sudo().search([("user_id", "=", self.id)])
        if shares and lead:
            clients |= Domain(lead, "in", shares.lead_id.ids)
        return domain & clients

    def _office_client_domain(self, company_ids):
        """`crm.lead` with a project, that is the client files."""
        domain = self._office_domain(
            company_ids, "clerk", "control", "manager", "hq", lead="id"
        )
        if self._has_office_role("service"):
            domain |= self._office_project_domain(company_ids) & Domain(
                "client_class", "=", "buyer"
            )
        return domain

    def _office_lead_domain(self, company_ids, change=False):
        """`crm.lead`: client files as above; leads of no project as CRM's rules say.

        :param change: what may be written; who only looks up gains no more from a CRM
            right
        """
        if change:
            clients = self._office_domain(company_ids, "clerk", "manager", lead="id")
        else:
            clients = self._office_client_domain(company_ids)
        return Domain("project_id", "=", False) | clients

    def _office_handover_line_domain(self, company_ids):
        """Who got whom is for the leaver's superiors, never for himself (C12)."""
        superiors = self._office_domain(company_ids, "manager", "hq")
        return superiors & Domain("user_id", "!=", self.id)

    def _office_deal_domain(self, company_ids):
        """Deals and money: reps their own, everyone who handles deals all."""
        return self._office_domain(
            company_ids, "clerk", "control", "finance", "service", "manager", "hq"
        )

    def _office_metric_domain(self, company_ids):
        """`property.metric`: a rep what he did, a supervisor what his teams did; who
        handles deals and no clients, the deals of all."""
        domain = self._office_domain(company_ids, "clerk", "manager", "hq", lead=None)
        if self._has_office_role("clerk", "manager", "hq"):
            return domain
        if self._has_office_role("control", "finance", "service"):
            deals = Domain("metric", "in", DEAL_METRICS)
            domain |= deals & self._office_project_domain(company_ids)
        return domain

    def _office_target_domain(self, company_ids):
        """`property.target`: a rep his own; a supervisor his teams' too"""
        domain = self._office_project_domain(company_ids)
        if self._has_office_role("clerk", "manager", "hq"):
            return domain
        whole = [False] * self._has_office_role("supervisor")
        return domain & Domain("user_id", "in", self._office_rep_ids() + whole)

    def _office_filing_domain(self, company_ids):
        """Filings are of whole projects: the responsible's, and the superiors' all."""
        domain = self._office_project_domain(company_ids)
        if self._has_office_role("manager", "hq"):
            return domain
        return domain & Domain("responsible_id", "=", self.id)

    def _office_collision_domain(self, company_ids):
        """`property.collision`: both parties, their supervisors, and who sees all."""
        domain = self._office_project_domain(company_ids)
        if self._has_office_role("manager", "hq"):
            return domain
        reps = self._office_rep_ids()
        return domain & (
            Domain("claimant_id", "in", reps) | Domain("holder_id", "in", reps)
        )

    def _office_partner_domain(self, company_ids):
        """`res.partner`: a client's person only for who sees a file or deal of his.

        Users stay visible to each other, also the one who buys a unit.
        """
        deals = self._office_deal_domain(company_ids)
        clients = (
            Domain("property_lead_ids", "any", self._office_client_domain(company_ids))
            | Domain("property_deposit_ids", "any", deals)
            | Domain("property_buyer_ids", "any", deals)
            | Domain("property_earnest_ids", "any", deals)
        )
        return (
            Domain("is_property_client", "=", False)
            | Domain("partner_share", "=", False)
            | clients
            | Domain("parent_id", "any", clients)
        )

    def _office_partner_row_domain(self, company_ids):
        """Rows of any model that name a person in `partner_id`."""
        return Domain("partner_id", "=", False) | Domain(
            "partner_id", "any", self._office_partner_domain(company_ids)
        )

    def _office_event_domain(self, company_ids):
        """`calendar.event`: meetings of clients the user sees; those with a client's
        person and without his file also for who is invited to them. An office's event
        is for who works there."""
        leads = self._office_lead_domain(company_ids)
        persons = self._office_partner_domain(company_ids)
        office = self._office_project_domain(company_ids, field="property_project_id")
        return (
            (Domain("property_project_id", "=", False) | office)
            & (
                Domain("opportunity_id", "=", False)
                | Domain("opportunity_id", "any", leads)
            )
            & (
                Domain("partner_ids", "not any", ~persons)
                | Domain("partner_ids", "in", self.partner_id.ids)
            )
        )
