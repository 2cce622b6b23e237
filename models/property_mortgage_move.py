from odoo import fields, models


class PropertyMortgageMove(models.Model):
    """Ledger of the stages of loans: which, since when, by whom (F4)."""

    _name = "property.mortgage.move"
    _description = "Stage a Loan Reached"
    _inherit = ["property.ledger.mixin"]
    _order = "id DESC"
    _rec_name = "stage_id"

    mortgage_id = fields.Many2one(
        "property.mortgage", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(related="mortgage_id.project_id", store=True)
    company_id = fields.Many2one(related="project_id.company_id")
    lead_id = fields.Many2one(related="mortgage_id.lead_id", store=True)
    user_id = fields.Many2one(related="mortgage_id.user_id", store=True, index=True)
    date = fields.Datetime(default=fields.Datetime.now, required=True)
    mover_id = fields.Many2one(
        "res.users", "Moved By", default=lambda self: self.env.user, required=True
    )
    stage_id = fields.Many2one(
        "property.mortgage.stage", required=True, ondelete="restrict"
    )
    days_late = fields.Integer(
        help="How late the stage before was left, by its deadline."
    )
