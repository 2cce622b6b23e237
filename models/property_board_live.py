from odoo import api, models

# What a cell of the board shows; a change of it is told to open boards.
BOARD_FIELDS = {
    "name",
    "active",
    "building_id",
    "entrance",
    "floor",
    "floor_count",
    "room",
    "unit_type_id",
    "orientation",
    "area_gross",
    "list_price",
    "filed_price",
    "floor_price",
    "block_reason",
}
PENDING = "property_board"


class PropertyProject(models.Model):
    """Open boards and reps hear of what happens to units when it is committed (A5)."""

    _inherit = "property.project"

    @api.private
    def _notify_board(self, units, from_states=None):
        """Tell the boards of these projects that something of `units` changed.

        One message for each project and transaction, made when it commits: a unit that
        came and went within it, or whose change was undone, is not in it.

        :param from_states: {unit id: state before}, when they moved
        """
        pending = self.env.cr.precommit.data.get(PENDING)
        if pending is None:
            pending = self.env.cr.precommit.data[PENDING] = {}
            self.env.cr.precommit.add(self.sudo()._send_board)
        for unit in units.sudo():
            before, changed = pending.get(unit.id, (None, False))
            if from_states is None:
                changed = True
            elif before is None:
                before = from_states.get(unit.id)
            pending[unit.id] = (before, changed)

    def _send_board(self):
        """Send what is pending, as the rows are now. No client is in it."""
        pending = self.env.cr.precommit.data.pop(PENDING)
        units = self.env["property.unit"].sudo().with_context(active_test=False)
        told = (
            units.browse(pending)
            .exists()
            .filtered(
                lambda unit: pending[unit.id][1] or pending[unit.id][0] != unit.state
            )
        )
        for project, of_project in told.grouped("project_id").items():
            self.env["bus.bus"]._sendone(
                f"property_board_{project.id}",
                "property_board",
                {
                    "project_id": project.id,
                    "units": [
                        {
                            "id": unit.id,
                            "name": unit.name,
                            "state": unit.state,
                            "from": pending[unit.id][0] or unit.state,
                        }
                        for unit in of_project
                    ],
                },
            )


class PropertyUnit(models.Model):
    _inherit = "property.unit"  # pylint: disable=consider-merging-classes-inherited

    def _announce(self, from_states, to_state):
        self.project_id._notify_board(self, from_states)
        return super()._announce(from_states, to_state)

    @api.model_create_multi
    def create(self, vals_list):
        units = super().create(vals_list)
        units.project_id._notify_board(units)
        return units

    def write(self, vals):
        result = super().write(vals)
        if not BOARD_FIELDS.isdisjoint(vals):
            self.project_id._notify_board(self)
        return result
