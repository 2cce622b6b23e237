from odoo import fields, models

from .price_list import MONEY_FIELDS, WAN, YUAN

TARGETS = [
    ("building", "Building"),
    ("entrance", "Entrance"),
    ("floor", "Floor"),
    ("room", "Room"),
    ("label", "Whole Label (29-1-1802)"),
    ("unit_type", "Unit Type"),
    ("orientation", "Orientation"),
    ("note", "Note"),
    ("area_gross", "Gross Area"),
    ("area_net", "Net Area"),
    ("list_price", "List Price"),
    ("list_price_sqm", "List Price per ㎡"),
    ("filed_price", "Filed Price"),
    ("filed_price_sqm", "Filed Price per ㎡"),
    ("floor_price", "Floor Price"),
    ("floor_price_sqm", "Floor Price per ㎡"),
]


class PropertyUnitImportColumn(models.TransientModel):
    """What a column of the file is read as."""

    _name = "property.unit.import.column"
    _description = "Column of a Price List"

    import_id = fields.Many2one(
        "property.unit.import", required=True, index=True, ondelete="cascade"
    )
    label = fields.Char("Column", required=True)
    sample = fields.Char("First Value")
    target = fields.Selection(TARGETS, "Read As", help="Empty: not read.")
    unit = fields.Selection([(YUAN, YUAN), (WAN, WAN)], help="Of the column's figures.")

    def _saved(self):
        """:return: {label: what it is read as}, in the form `read_price_list` takes"""
        return {
            column.label: {"field": column.target, "unit": column.unit or ""}
            if column.target in MONEY_FIELDS
            else column.target or ""
            for column in self
        }
