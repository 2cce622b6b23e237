from odoo import api, fields, models


class PropertyDepositStep(models.TransientModel):
    """A step of a slip or deposit that needs a reason; the step itself checks who may
    take it and when."""

    _name = "property.deposit.step"
    _description = "Step of a Slip"

    deposit_id = fields.Many2one("property.deposit", "Slip", required=True)
    step = fields.Selection(
        [
            ("extend", "Extend"),
            ("cancel", "Cancel"),
            ("lift", "Lift Cool-down"),
            ("grant", "Grant Time"),
        ],
        required=True,
    )
    hours = fields.Float(
        compute="_compute_hours", store=True, readonly=False, precompute=True
    )
    until = fields.Date("New Last Day")
    reason = fields.Char(required=True)

    @api.depends("deposit_id")
    def _compute_hours(self):
        for dialog in self:
            project = dialog.deposit_id.project_id
            dialog.hours = project and project.policy().extension_hours

    def action_apply(self):
        self.ensure_one()
        deposit = self.deposit_id
        match self.step:
            case "extend":
                deposit.action_extend(self.hours, self.reason)
            case "cancel":
                deposit.action_cancel(self.reason)
            case "lift":
                deposit.action_lift_cooldown(self.reason)
            case "grant":
                deposit.action_grant_time(self.until, self.reason)
        return {"type": "ir.actions.act_window_close"}
