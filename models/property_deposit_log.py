from odoo import fields, models

from .property_deposit_deadline import LAPSE_RULES


class PropertyDepositLog(models.Model):
    """What was granted beyond the rules, to whom, by whom and why (E1)."""

    _name = "property.deposit.log"
    _description = "Slip Log"
    _inherit = ["property.ledger.mixin"]
    _order = "date DESC, id DESC"
    _rec_name = "unit_id"

    deposit_id = fields.Many2one(
        "property.deposit", "Slip", index=True, ondelete="set null"
    )
    unit_id = fields.Many2one("property.unit", required=True, ondelete="cascade")
    project_id = fields.Many2one("property.project", required=True)
    company_id = fields.Many2one(related="project_id.company_id")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    kind = fields.Selection(
        [
            ("extended", "Slip Extended"),
            ("lifted", "Cool-down Lifted"),
            ("granted", "Time Granted"),
        ],
        required=True,
    )
    rep_id = fields.Many2one("res.users", "Salesperson")
    user_id = fields.Many2one(
        "res.users", "Granted By", required=True, default=lambda self: self.env.user
    )
    until = fields.Datetime()
    rule = fields.Selection(
        LAPSE_RULES, "Time For", help="What is missing, of time that was granted."
    )
    day_before = fields.Date("Last Day Before")
    reason = fields.Char(required=True)

    _unit_idx = models.Index("(unit_id, rep_id, date DESC)")
    _project_idx = models.Index("(project_id, date DESC, id DESC)")
