from odoo import fields, models


class PropertyConcern(models.Model):
    """What a caller or visitor asks about: traffic, school, price… (关注问题)."""

    _name = "property.concern"
    _description = "Concern"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()

    _name_uniq = models.UniqueIndex("(name)", "This concern is on the list already.")
