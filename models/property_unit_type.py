from odoo import fields, models


class PropertyUnitType(models.Model):
    _name = "property.unit.type"
    _description = "Unit Type"
    _order = "project_id, rooms, area_gross, name"

    name = fields.Char(required=True)
    project_id = fields.Many2one(
        "property.project", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    rooms = fields.Integer()
    area_gross = fields.Float("Gross Area (㎡)", digits=(12, 2))
    image = fields.Image("Floor Plan")

    _name_uniq = models.UniqueIndex(
        "(project_id, name)", "The project has a unit type of this name already."
    )
