from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertyBuilding(models.Model):
    _name = "property.building"
    _description = "Building"
    _order = "project_id, sequence, name"

    name = fields.Char(required=True)
    project_id = fields.Many2one(
        "property.project", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    permit_id = fields.Many2one(
        "property.permit",
        index=True,
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
    )
    promised_delivery_date = fields.Date()
    unit_ids = fields.One2many("property.unit", "building_id")
    milestone_ids = fields.One2many("property.milestone", "building_id")
    unit_count = fields.Integer(compute="_compute_unit_count")

    _name_uniq = models.UniqueIndex(
        "(project_id, name)", "The project has a building of this name already."
    )

    @api.constrains("permit_id", "project_id")
    def _check_permit_project(self):
        for building in self:
            permit = building.permit_id
            if permit and permit.project_id != building.project_id:
                raise ValidationError(
                    self.env._(
                        "Permit %(permit)s is of another project than %(building)s.",
                        permit=permit.number,
                        building=building.name,
                    )
                )

    @api.depends("unit_ids")
    def _compute_unit_count(self):
        counts = dict(
            self.env["property.unit"]._read_group(
                [("building_id", "in", self.ids)], ["building_id"], ["__count"]
            )
        )
        for building in self:
            building.unit_count = counts.get(building, 0)
