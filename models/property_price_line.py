from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .property_price_unit import PRICES
from .property_unit import RESERVED_STATES


class PropertyPriceLine(models.Model):
    """A unit in a price version: what it costs now and what it will (A7)."""

    _name = "property.price.line"
    _description = "Price Version Line"
    _inherit = ["property.door.mixin"]
    _door_fields = (
        "state",
        "reason",
        "old_list_price",
        "old_filed_price",
        "old_floor_price",
    )
    _order = "version_id, building_id, unit_id, id"
    _rec_name = "unit_id"

    version_id = fields.Many2one(
        "property.price.version", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(
        related="version_id.project_id", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="project_id.company_id")
    currency_id = fields.Many2one(related="project_id.currency_id")
    unit_id = fields.Many2one(
        "property.unit",
        required=True,
        index=True,
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
    )
    building_id = fields.Many2one(
        related="unit_id.building_id", store=True, precompute=True
    )
    unit_type_id = fields.Many2one(
        related="unit_id.unit_type_id", store=True, precompute=True
    )
    floor = fields.Integer(related="unit_id.floor", store=True, aggregator=None)
    area_gross = fields.Float(related="unit_id.area_gross", store=True)

    # Now: read off the unit, the last time when the version is executed
    old_list_price = fields.Monetary("List Price Now", readonly=True)
    old_filed_price = fields.Monetary("Filed Price Now", readonly=True)
    old_floor_price = fields.Monetary("Floor Price Now", readonly=True)

    # To be
    list_price = fields.Monetary("New List Price", required=True)
    filed_price = fields.Monetary("New Filed Price")
    floor_price = fields.Monetary("New Floor Price")
    list_price_sqm = fields.Monetary(
        "New Price per ㎡",
        compute="_compute_difference",
        store=True,
        aggregator="avg",
    )
    difference = fields.Monetary(compute="_compute_difference", store=True)
    change_percent = fields.Float(
        "Change (%)",
        compute="_compute_difference",
        store=True,
        digits=(8, 2),
        aggregator="avg",
    )
    state = fields.Selection(
        [
            ("planned", "To Be Executed"),
            ("executed", "Executed"),
            ("skipped", "Keeps Its Price"),
        ],
        default="planned",
        required=True,
        readonly=True,
        copy=False,
    )
    reason = fields.Char("Why It Keeps Its Price", readonly=True, copy=False)
    problem = fields.Char(compute="_compute_problem")

    _unit_uniq = models.UniqueIndex(
        "(version_id, unit_id)", "A unit is in a price version once."
    )
    _prices_not_negative = models.Constraint(
        "CHECK(list_price >= 0 AND filed_price >= 0 AND floor_price >= 0)",
        "Prices cannot be negative.",
    )

    @api.depends("list_price", "old_list_price", "area_gross")
    def _compute_difference(self):
        for line in self:
            old, new = line.old_list_price, line.list_price
            line.difference = new - old
            line.change_percent = old and 100 * (new - old) / old
            line.list_price_sqm = line.area_gross and new / line.area_gross

    @api.depends("list_price", "filed_price", "floor_price", "unit_id")
    def _compute_problem(self):
        for line in self:
            line.problem = line._unsound()

    @api.constrains("unit_id", "version_id")
    def _check_project(self):
        for line in self:
            if line.unit_id.project_id != line.version_id.project_id:
                raise ValidationError(
                    self.env._(
                        "%(unit)s is not of project %(project)s.",
                        unit=line.unit_id.name,
                        project=line.version_id.project_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.version_id._check_draft()
        lines._look_at_units()
        return lines

    def write(self, vals):
        self.version_id._check_draft()
        result = super().write(vals)
        if "unit_id" in vals or "version_id" in vals:
            self.version_id._check_draft()
            self._look_at_units()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_requested(self):
        self.version_id._check_draft()

    def _unsound(self):
        """Why the new prices cannot stand, False when they can (A7)."""
        return self.unit_id.sudo()._price_problem(self)

    def _kept(self):
        """Why the unit keeps the price it has, False when it takes the new one."""
        unit = self.unit_id
        if unit.state in RESERVED_STATES:
            labels = dict(
                self.env["property.unit"]
                ._fields["state"]
                ._description_selection(self.env)
            )
            return self.env._("The unit is reserved: %s.", labels[unit.state])
        return False

    def _look_at_units(self):
        """Take down what the units cost now and which of them keep their price."""
        for line in self.sudo():
            reason = line._kept()
            line._write_through(
                {
                    **{f"old_{name}": line.unit_id[name] for name in PRICES},
                    "state": "skipped" if reason else "planned",
                    "reason": reason,
                }
            )

    def _execute(self):
        """Judge each line by its unit as it is now (locked), and set the prices."""
        prices = {}
        for line in self:
            unit = line.unit_id
            new = unit._new_prices(line)
            reason = line._kept() or line._unsound()
            line._write_through(
                {
                    **{f"old_{name}": unit[name] for name in PRICES},
                    "state": "skipped" if reason else "executed",
                    "reason": reason,
                }
            )
            if not reason:
                prices[unit.id] = new
        units = self.env["property.unit"].browse(prices)
        units._set_prices(prices, self.version_id)
