from odoo import fields, models


class PropertyDayCheckItem(models.Model):
    """What is looked at every morning before the office opens (B13)."""

    _name = "property.day.check.item"
    _description = "Opening Check Item"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex("(name)", "This item is on the list already.")
