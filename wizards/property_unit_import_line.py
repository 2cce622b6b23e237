from odoo import fields, models


class PropertyUnitImportLine(models.TransientModel):
    """A row of the file and what becomes of it."""

    _name = "property.unit.import.line"
    _description = "Row of a Price List"

    import_id = fields.Many2one(
        "property.unit.import", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="import_id.currency_id")

    # Where it was read, and which unit it names
    sheet = fields.Char()
    row = fields.Integer(aggregator=None)
    building = fields.Char()
    entrance = fields.Char()
    room = fields.Char()
    area = fields.Float("Area (㎡)", digits=(12, 2))
    price = fields.Monetary()

    # What becomes of it
    unit_id = fields.Many2one("property.unit", "Existing Unit")
    verdict = fields.Selection(
        [
            ("new", "New"),
            ("update", "Update"),
            ("unchanged", "Unchanged"),
            ("warning", "Warning"),
            ("refused", "Refused"),
        ],
        "Check Result",
        required=True,
    )
    message = fields.Text()
    # The unit's values to create or write, the type by its name.
    values = fields.Json(export_string_translation=False)
