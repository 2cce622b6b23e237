from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class PropertyBand(models.Model):
    """A band of area, floor or price by which forms group units (A6, G3)."""

    _name = "property.band"
    _description = "Area, Floor or Price Band"
    _order = "project_id, dimension, lower"

    project_id = fields.Many2one(
        "property.project", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    dimension = fields.Selection(
        [("area", "Area (㎡)"), ("floor", "Floor"), ("price", "Price (yuan)")],
        required=True,
    )
    name = fields.Char(required=True)
    lower = fields.Float("From", help="Included.")
    upper = fields.Float("Below", help="Not included; 0: without an end.")

    @api.constrains("dimension", "lower", "upper", "project_id")
    def _check_no_overlap(self):
        for band in self:
            top = band.upper or float("inf")
            if band.lower >= top:
                raise ValidationError(
                    self.env._("Band %s ends before it begins.", band.name)
                )
            for other in band.project_id.band_ids - band:
                if (
                    other.dimension == band.dimension
                    and other.lower < top
                    and band.lower < (other.upper or float("inf"))
                ):
                    raise ValidationError(
                        self.env._(
                            "Bands %(one)s and %(other)s overlap: each unit belongs "
                            "to one band.",
                            one=band.name,
                            other=other.name,
                        )
                    )

    def _key_sql(self, value):
        """The band among these that covers the SQL `value`, as SQL of its id."""
        if not self:
            return SQL("NULL::int4")
        return SQL(
            "CASE %s END",
            SQL(" ").join(
                SQL(
                    "WHEN %s <= %s AND %s THEN %s",
                    *(band.lower, value),
                    SQL("%s < %s", value, band.upper) if band.upper else SQL("TRUE"),
                    band.id,
                )
                for band in self
            ),
        )

    @api.private
    def covers(self, value):
        """Whether `value` (㎡, floor number or yuan) falls into this band."""
        self.ensure_one()
        return self.lower <= value and (not self.upper or value < self.upper)
