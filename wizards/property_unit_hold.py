from odoo import Command, api, fields, models


class PropertyUnitHold(models.TransientModel):
    """Why units are taken off sale, by whose word, until when (A4)."""

    _name = "property.unit.hold"
    _description = "Hold Units"

    unit_ids = fields.Many2many("property.unit", required=True, readonly=True)
    project_id = fields.Many2one("property.project", compute="_compute_project_id")
    reason = fields.Char(required=True)
    planned_release = fields.Date(
        help="Nothing is released by itself: control is reminded on that day."
    )
    approver_id = fields.Many2one(
        "res.users",
        compute="_compute_approver_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', approver_ids)]",
    )
    approver_ids = fields.Many2many(
        "res.users", string="Approvers", compute="_compute_project_id"
    )

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        units = self.env.context.get("default_unit_ids", [])
        return defaults | {"unit_ids": [Command.set(units)]}

    @api.depends("unit_ids")
    def _compute_project_id(self):
        for hold in self:
            hold.project_id = hold.unit_ids.project_id[:1]
            hold.approver_ids = hold.project_id._hold_approvers()

    @api.depends("unit_ids")
    def _compute_approver_id(self):
        for hold in self:
            hold.approver_id = hold.unit_ids._hold_approver(hold.project_id, None)

    def action_hold(self):
        self.ensure_one()
        self.unit_ids.action_hold(
            self.reason, self.planned_release, self.approver_id.id
        )
        return {"type": "ir.actions.act_window_close"}
