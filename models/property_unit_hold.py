from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

OFFICE = (
    "crm_property_sales.group_control,crm_property_sales.group_supervisor,"
    "crm_property_sales.group_hq"
)


class PropertyUnit(models.Model):
    """Holding and releasing units (A4)."""

    _inherit = "property.unit"  # pylint: disable=consider-merging-classes-inherited

    hold_ids = fields.One2many(
        "property.hold", "unit_id", "Holds", readonly=True, groups=OFFICE
    )
    hold_id = fields.Many2one(
        "property.hold",
        compute="_compute_hold_id",
        search="_search_hold_id",
        groups=OFFICE,
    )
    planned_release = fields.Date(
        compute="_compute_planned_release", search="_search_planned_release"
    )
    # The average over any group of units is its hold ratio.
    held_percent = fields.Float(
        "Hold Ratio (%)",
        compute="_compute_held_percent",
        store=True,
        aggregator="avg",
        help="Share of units that are held.",
    )

    @api.depends("hold_ids.released_date")
    def _compute_hold_id(self):
        holds = self.env["property.hold"].sudo()._open_of(self)
        by_unit = {hold.unit_id.id: hold.id for hold in holds}
        for unit in self:
            unit.hold_id = by_unit.get(unit.id)

    def _search_hold_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        holds = self._open_holds()
        domain = Domain(
            "id", "in", holds.filtered_domain([("id", "in", value)]).unit_id.ids
        )
        if False in value:
            domain |= Domain("id", "not in", holds.unit_id.ids)
        return domain

    def _open_holds(self):
        holds = self.env["property.hold"].sudo()
        return holds.search([("released_date", "=", False)])

    @api.depends("hold_ids.planned_release", "hold_ids.released_date")
    def _compute_planned_release(self):
        for unit in self:
            unit.planned_release = unit.sudo().hold_id.planned_release

    def _search_planned_release(self, operator, value):
        if operator not in ("in", "<", "<=", ">", ">="):
            return NotImplemented
        planned = self._open_holds().filtered("planned_release")
        found = planned.filtered_domain([("planned_release", operator, value)])
        domain = Domain("id", "in", found.unit_id.ids)
        if operator == "in" and False in value:
            domain |= Domain("id", "not in", planned.unit_id.ids)
        return domain

    @api.depends("state")
    def _compute_held_percent(self):
        for unit in self:
            unit.held_percent = 100.0 if unit.state == "held" else 0.0

    # === The door ===

    def _move(self, to_state, origin=None, reason=None, **links):
        result = super()._move(to_state, origin, reason, **links)
        if to_state == "held":
            self.env["property.hold"].sudo().create(
                [
                    {"unit_id": unit.id, "user_id": self.env.uid, "reason": reason}
                    for unit in self
                ]
            )
        return result

    def _announce(self, from_states, to_state):
        held = self.filtered(lambda unit: from_states[unit.id] == "held")
        if held:
            self.env["property.hold"].sudo()._open_of(held)._end()
        return super()._announce(from_states, to_state)

    # === Actions ===

    def action_hold(self, reason=None, planned_release=None, approver_id=None):
        """Take the units off sale; without a reason the dialog asks for it (A4).

        :param planned_release: the day on which control is reminded of it
        :param approver_id: who said so, a supervisor or manager of the project; its
            manager when omitted
        :raise UserError: when more of a building would be held than the policy lets
            control hold; a manager may
        """
        self._check_role("control")
        self._check_free()
        if not reason:
            return self.env["ir.actions.act_window"]._for_xml_id(
                "crm_property_sales.property_unit_hold_action"
            ) | {"context": {"default_unit_ids": self.ids, "dialog_size": "medium"}}
        for project, units in self.grouped("project_id").items():
            approver = units._hold_approver(project, approver_id)
            units._check_held_share(project)
            units._move("held", reason=reason)
            self.env["property.hold"].sudo()._open_of(units)._write_through(
                {"approver_id": approver.id, "planned_release": planned_release}
            )
        return True

    def _hold_approver(self, project, approver_id):
        if not approver_id:
            is_superior = self.env.user._has_office_role("supervisor")
            return self.env.user if is_superior else project.manager_id
        approver = project._hold_approvers().filtered(
            lambda user: user.id == approver_id
        )
        if not approver:
            raise UserError(
                self.env._(
                    "Only a supervisor or manager of %s approves a hold.", project.name
                )
            )
        return approver

    def _check_held_share(self, project):
        if self.env.user._has_office_role("manager") or self.env.su:
            return
        limit = project.policy().hold_max_percent
        units = self.sudo().search([("building_id", "in", self.building_id.ids)])
        for building, of_building in units.grouped("building_id").items():
            held = of_building.filtered(lambda unit: unit.state == "held") | (
                self.filtered(lambda unit, its=building: unit.building_id == its)
            )
            percent = 100 * len(held) / len(of_building)
            if percent > limit:
                raise UserError(
                    self.env._(
                        "%(percent).0f %% of building %(building)s would be held; "
                        "control may hold %(limit)g %%. Ask a manager to hold more.",
                        percent=percent,
                        building=building.name,
                        limit=limit,
                    )
                )


class PropertyProject(models.Model):
    _inherit = "property.project"  # pylint: disable=consider-merging-classes-inherited

    @api.private
    def _hold_approvers(self):
        """Who may say that a unit is held: supervisors and managers who work here."""
        superiors = self.env.ref("crm_property_sales.group_supervisor").all_user_ids
        return self.sudo().user_ids & superiors.sudo()
