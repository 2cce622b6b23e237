from odoo import fields, models


class PropertyAreaClause(models.Model):
    """How a contract settles the difference between sold and measured area (D7)."""

    _name = "property.area.clause"
    _description = "Area Clause"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    method = fields.Selection(
        [
            ("limit", "Up to a limit by price, beyond it by law"),
            ("actual", "The whole difference by price"),
            ("none", "No settlement"),
        ],
        required=True,
        default="limit",
    )
    basis = fields.Selection(
        [("gross", "Gross Area"), ("net", "Net Area")],
        "Priced by",
        required=True,
        default="gross",
    )
    limit_percent = fields.Float("Limit (%)", digits=(5, 2), default=3.0)
    law = fields.Char(
        "Law or Clause",
        required=True,
        translate=True,
        help="Stands beside every line of a settlement.",
    )

    _limit_sound = models.Constraint(
        "CHECK(limit_percent >= 0 AND limit_percent <= 100)",
        "A limit is between 0 and 100 %.",
    )
