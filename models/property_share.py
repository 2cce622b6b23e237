from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertyShare(models.Model):
    """A client shown to a second user, for a reason, until a date (C13)."""

    _name = "property.share"
    _description = "Shared Client"
    _inherit = ["property.visibility.mixin", "property.door.mixin"]
    _order = "id DESC"
    _door_fields = ("approved_by",)

    lead_id = fields.Many2one(
        "crm.lead", "Client", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(related="lead_id.project_id", store=True)
    company_id = fields.Many2one(related="project_id.company_id")
    user_id = fields.Many2one("res.users", "Shared With", required=True, index=True)
    reason = fields.Char(required=True)
    date_end = fields.Date("Until", required=True)
    approved_by = fields.Many2one(
        "res.users", required=True, readonly=True, default=lambda self: self.env.user
    )
    active = fields.Boolean(default=True)

    @api.constrains("user_id", "lead_id")
    def _check_same_project(self):
        for share in self:
            if share.user_id not in share.project_id.user_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s does not work in %(project)s.",
                        user=share.user_id.name,
                        project=share.project_id.name,
                    )
                )

    @api.constrains("date_end", "active")
    def _check_not_over(self):
        for share in self.filtered("active"):
            if share.date_end < share.project_id.local_day():
                raise ValidationError(
                    self.env._(
                        "A client is shared until today or later: %s is over.",
                        share.date_end,
                    )
                )

    @api.model
    def _cron_end(self):
        """End the shares whose last day is over in their project's time zone."""
        for project, shares in (
            self.search([("active", "=", True)]).grouped("project_id").items()
        ):
            today = project.local_day()
            shares.filtered(
                lambda share, day=today: share.date_end < day
            ).active = False
