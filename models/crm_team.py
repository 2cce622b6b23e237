from odoo import models


class CrmTeam(models.Model):
    """Whom a supervisor leads decides what he sees."""

    _name = "crm.team"
    _inherit = ["crm.team", "property.visibility.mixin"]
    _visibility_fields = ("user_id", "member_ids", "crm_team_member_ids", "active")


class CrmTeamMember(models.Model):
    _name = "crm.team.member"
    _inherit = ["crm.team.member", "property.visibility.mixin"]
