from odoo import fields, models

NO_ENTRANCE = "-"


class PropertyUnitGenerateLine(models.TransientModel):
    """A room that every floor has, or some floors."""

    _name = "property.unit.generate.line"
    _description = "Room to Generate"

    generate_id = fields.Many2one(
        "property.unit.generate", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(related="generate_id.project_id")
    currency_id = fields.Many2one(related="generate_id.currency_id")
    suffix = fields.Char(
        "Room", required=True, help="What follows the floor: 02 gives 1802 on floor 18."
    )
    entrance = fields.Char(
        help="Empty: in each of the building's entrances; - for a room in none."
    )
    floor_from = fields.Integer("From Floor", help="0: the building's lowest.")
    floor_to = fields.Integer("To Floor", help="0: the building's highest.")
    unit_type_id = fields.Many2one(
        "property.unit.type", domain="[('project_id', '=', project_id)]"
    )
    area_gross = fields.Float("Gross Area (㎡)", digits=(12, 2))
    area_net = fields.Float("Net Area (㎡)", digits=(12, 2))
    orientation = fields.Char()
    price_sqm = fields.Monetary("Price per ㎡")

    def _prepare_units(self, floors, entrances):
        """:return: values of the line's units, but for their building

        :param floors: the floors of the building, those to skip left out
        :param entrances: the entrances of the building
        """
        self.ensure_one()
        if self.entrance:
            entrances = ["" if self.entrance == NO_ENTRANCE else self.entrance]
        price = self.currency_id.round(self.area_gross * self.price_sqm)
        return [
            {
                "entrance": entrance,
                "floor": floor,
                "room": f"{floor:02d}{self.suffix}"
                if floor > 0
                else f"B{-floor}{self.suffix}",
                "unit_type_id": self.unit_type_id.id,
                "area_gross": self.area_gross,
                "area_net": self.area_net,
                "orientation": self.orientation,
                "list_price": price,
            }
            for entrance in entrances
            for floor in floors
        ]
