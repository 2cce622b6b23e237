from odoo import api, models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    def write(self, vals):
        if not {"user_id", "member_ids", "crm_team_member_ids"}.isdisjoint(vals):
            self.env.registry.clear_cache()
        return super().write(vals)


class CrmTeamMember(models.Model):
    """Who is in a team decides what its leader sees: rules are cached by user."""

    _inherit = "crm.team.member"

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
