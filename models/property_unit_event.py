from odoo import api, fields, models

from .property_unit import UNIT_STATES


class PropertyUnitEvent(models.Model):
    """The ledger of unit moves; `property.unit._move()` alone adds to it."""

    _name = "property.unit.event"
    _description = "Unit Move"
    _inherit = ["property.ledger.mixin"]
    _order = "date DESC, id DESC"

    unit_id = fields.Many2one(
        "property.unit", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one("property.project", required=True)
    company_id = fields.Many2one(related="project_id.company_id")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", required=True)
    from_state = fields.Selection(UNIT_STATES)
    to_state = fields.Selection(UNIT_STATES, required=True)
    price = fields.Float(
        digits=(16, 2), help="Deal price of a reserved unit; empty when it is not."
    )
    reason = fields.Char()
    origin = fields.Reference(selection="_selection_origin", string="Document")

    @api.model
    def _selection_origin(self):
        """The documents that move units."""
        names = (
            "property.deposit",
            "property.contract",
            "property.change",
            "property.hold",
            "property.release.plan",
        )
        return [
            (name, self.env[name]._description) for name in names if name in self.env
        ]

    _replay_idx = models.Index(
        "(unit_id, date DESC, id DESC) INCLUDE (to_state, price)"
    )
    _project_idx = models.Index("(project_id, date)")

    def _compute_display_name(self):
        labels = dict(self._fields["to_state"]._description_selection(self.env))
        for event in self:
            event.display_name = f"{event.unit_id.name} · {labels[event.to_state]}"
