from odoo import fields, models


class PropertyPriceHistory(models.Model):
    """Every price a unit ever had: who set it, when, by which version (A7)."""

    _name = "property.price.history"
    _description = "Unit Price History"
    _inherit = ["property.ledger.mixin"]
    _order = "date DESC, id DESC"

    unit_id = fields.Many2one("property.unit", required=True, ondelete="cascade")
    project_id = fields.Many2one("property.project", required=True)
    company_id = fields.Many2one(related="project_id.company_id")
    currency_id = fields.Many2one(related="project_id.currency_id")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", required=True)
    version_id = fields.Many2one(
        "property.price.version",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: entered before the unit was on sale.",
    )
    list_price = fields.Monetary()
    list_change = fields.Monetary("Change of List Price")
    filed_price = fields.Monetary()
    floor_price = fields.Monetary()

    _unit_idx = models.Index("(unit_id, date DESC, id DESC)")
    _project_idx = models.Index("(project_id, date)")

    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.unit_id.name} · {row.list_price:,.2f}"
