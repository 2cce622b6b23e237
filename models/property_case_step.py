from odoo import fields, models

from .property_case import CASE_STATES


class PropertyCaseStep(models.Model):
    """Ledger of the cases: who did what when, and how the case stood after it (D6)."""

    _name = "property.case.step"
    _description = "Step of a Client Case"
    _inherit = ["property.ledger.mixin"]
    _order = "id"
    _rec_name = "action"

    case_id = fields.Many2one(
        "property.case", required=True, index=True, ondelete="restrict"
    )
    lead_id = fields.Many2one(related="case_id.lead_id", store=True, index=True)
    project_id = fields.Many2one(related="case_id.project_id", store=True)
    company_id = fields.Many2one(related="project_id.company_id")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    actor_id = fields.Many2one(
        "res.users", "By", required=True, default=lambda self: self.env.user
    )
    action = fields.Selection(
        [
            ("raised", "Case Raised"),
            ("assigned", "Put in Charge"),
            ("started", "Begun"),
            ("noted", "Measure Taken"),
            ("solved", "Solved"),
            ("closed", "Case Closed"),
            ("reopened", "Reopened"),
            ("overdue", "Deadline Over"),
        ],
        "Step",
        required=True,
    )
    note = fields.Text()

    # As the case was after the step
    state = fields.Selection(CASE_STATES, required=True)
    responsible_id = fields.Many2one("res.users", "Person Responsible", required=True)
    superior_id = fields.Many2one("res.users", "Reported To", required=True)
    deadline = fields.Date(required=True)
