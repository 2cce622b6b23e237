from odoo import fields, models


class PropertyOwnership(models.Model):
    """The ledger of whose client it was; `crm.lead._transfer()` alone adds to it."""

    _name = "property.ownership"
    _description = "Client Ownership"
    _inherit = ["property.ledger.mixin"]
    _order = "date DESC, id DESC"

    lead_id = fields.Many2one(
        "crm.lead", "Client", required=True, index=True, ondelete="restrict"
    )
    project_id = fields.Many2one("property.project", required=True)
    company_id = fields.Many2one(related="project_id.company_id")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", "Owner", help="Empty: a free client.")
    basis = fields.Selection(
        [
            ("registered", "Registered"),
            ("followed_up", "Followed Up"),
            ("expired", "Expired"),
            ("reassigned", "Reassigned"),
            ("handover", "Handed Over"),
            ("adjudicated", "Adjudicated"),
            ("claimed", "Claimed"),
            ("sold", "Sold"),
            ("unsold", "Sale Cancelled"),
        ],
        required=True,
    )
    clause = fields.Char()
    reason = fields.Char()
    policy_id = fields.Many2one("property.policy")
    author_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.user
    )

    _replay_idx = models.Index("(lead_id, date DESC, id DESC) INCLUDE (user_id)")
    _user_idx = models.Index("(user_id, date DESC)")
