from odoo import fields, models
from odoo.fields import Domain

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

    # === What a user sees: the one source of every record rule (H1, J1) ===
    # The rules are global: a rule of a group could be widened by any other group, for
    # instance CRM's "all documents". Values are literal so that indexes serve them.

    def _office_project_ids(self, company_ids):
        """Projects the user works in; HQ: all those of its companies."""
        if self._has_office_role("hq"):
            projects = (
                self.env["property.project"]
                .sudo()
                .with_context(active_test=False)
                .search([("company_id", "in", company_ids)])
            )
        else:
            projects = self.sudo().with_context(active_test=False).property_project_ids
        return projects.filtered(lambda p: p.company_id.id in company_ids).ids

    def _office_project_domain(self, company_ids, field="project_id", common=False):
        """Rows that belong to the user's projects, whatever client they concern.

        :param common: also the rows of no project, which hold for all
        """
        if not self._has_office_role(*ROLES):
            return Domain.FALSE
        projects = self._office_project_ids(company_ids)
        return Domain(field, "in", projects + [False] * common)

    def _office_domain(self, company_ids, *wide, owner="user_id", lead="lead_id"):
        """Rows that hang on a client: of the user's projects, and of those

        - for a role named in `wide`: all;
        - for a supervisor: his teams' clients and his own;
        - for a rep: his own clients and those shared with him;
        - for any other: none.

        :param owner: the field with the client's owner
        :param lead: the field with the client, False where there is none
        """
        domain = self._office_project_domain(company_ids)
        if self._has_office_role(*wide):
            return domain
        if not self._has_office_role("rep"):
            return Domain.FALSE
        teams = self.env["crm.team"].sudo().search([("user_id", "=", self.id)])
        if self._has_office_role("supervisor") and teams:
            clients = Domain(owner, "in", (teams.member_ids | self).ids)
        else:
            clients = Domain(owner, "=", self.id)
        shares = self.env["property.share"].sudo().search([("user_id", "=", self.id)])
        if lead and shares:
            clients |= Domain(lead, "in", shares.lead_id.ids)
        return domain & clients

    def _office_lead_domain(self, company_ids):
        """`crm.lead`: client files as above; leads of no project as CRM's rules say."""
        clients = self._office_domain(
            company_ids, "clerk", "control", "manager", "hq", lead="id"
        )
        if self._has_office_role("service"):
            clients |= self._office_project_domain(company_ids) & Domain(
                "client_class", "=", "buyer"
            )
        return Domain("project_id", "=", False) | clients

    def _office_deal_domain(self, company_ids):
        """Deals and money: reps their own, everyone who handles deals all."""
        return self._office_domain(
            company_ids, "clerk", "control", "finance", "service", "manager", "hq"
        )

    def _office_partner_domain(self, company_ids):
        """`res.partner`: a client's person only for who sees a file or deal of his."""
        leads = self._office_lead_domain(company_ids) & Domain(
            "project_id", "!=", False
        )
        deals = self._office_deal_domain(company_ids)
        return (
            Domain("is_property_client", "=", False)
            | Domain("property_lead_ids", "any", leads)
            | Domain("property_deposit_ids", "any", deals)
            | Domain("property_buyer_ids", "any", deals)
        )
