from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertyPriceRule(models.Model):
    """A step of a price version by rule: a base, or what is added to it (A7).

    The price per ㎡ of a unit is the last base that fits it (else what it costs now)
    plus everything that is added. Percentages are of the base, so that the order of the
    rules does not matter.
    """

    _name = "property.price.rule"
    _description = "Price Rule"
    _order = "version_id, sequence, id"

    version_id = fields.Many2one(
        "property.price.version", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(
        related="version_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("base", "Base Price"),
            ("add", "Add"),
            ("step", "Add for Each Floor"),
        ],
        required=True,
        default="base",
    )
    value = fields.Float(digits=(16, 2), help="Negative: taken off.")
    measure = fields.Selection(
        [("yuan", "yuan/㎡"), ("percent", "% of the base")],
        required=True,
        default="yuan",
    )

    # For which units; empty: for all
    building_id = fields.Many2one(
        "property.building",
        domain="[('project_id', '=', project_id)]",
        ondelete="cascade",
    )
    unit_type_id = fields.Many2one(
        "property.unit.type",
        domain="[('project_id', '=', project_id)]",
        ondelete="cascade",
    )
    orientation = fields.Char(help="As it is written on the units: 南, 东南.")
    floor_from = fields.Integer(
        "From Floor",
        aggregator=None,
        help="A step counts the floors above this one; 0: from the ground.",
    )
    floor_to = fields.Integer("To Floor", aggregator=None, help="0: to the top.")

    _base_positive = models.Constraint(
        "CHECK(kind != 'base' OR (value > 0 AND measure = 'yuan'))",
        "A base price is in yuan per ㎡ and positive.",
    )
    _floors_in_order = models.Constraint(
        "CHECK(floor_to = 0 OR floor_to >= floor_from)",
        "A rule's floors run from the lower to the higher.",
    )

    @api.constrains("building_id", "unit_type_id", "version_id")
    def _check_project(self):
        for rule in self:
            project = rule.version_id.project_id
            for place in (rule.building_id, rule.unit_type_id):
                if place and place.project_id != project:
                    raise ValidationError(
                        self.env._(
                            "%(place)s is not of project %(project)s.",
                            place=place.display_name,
                            project=project.name,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules.version_id._check_draft()
        return rules

    def write(self, vals):
        self.version_id._check_draft()
        result = super().write(vals)
        self.version_id._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_requested(self):
        self.version_id._check_draft()

    def _fits(self, unit):
        return (
            (not self.building_id or self.building_id == unit.building_id)
            and (not self.unit_type_id or self.unit_type_id == unit.unit_type_id)
            and (not self.orientation or self.orientation == unit.orientation)
            and (not self.floor_from or unit.floor >= self.floor_from)
            and (not self.floor_to or unit.floor <= self.floor_to)
        )

    def _price_sqm(self, unit):
        """What a ㎡ of `unit` costs by these rules; None when none of them fits it"""
        rules = self.filtered(lambda rule: rule._fits(unit))
        if not rules:
            return None
        bases = rules.filtered(lambda rule: rule.kind == "base")
        base = bases[-1:].value or (
            unit.list_price / unit.area_gross if unit.area_gross else 0
        )
        return base + sum(rule._addition(base, unit) for rule in rules - bases)

    def _addition(self, base, unit):
        value = base * self.value / 100 if self.measure == "percent" else self.value
        if self.kind == "step":
            return value * (unit.floor - self.floor_from)
        return value
