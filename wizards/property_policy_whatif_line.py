from odoo import api, fields, models

from .property_policy_whatif import MEASURES


class PropertyPolicyWhatifLine(models.TransientModel):
    _name = "property.policy.whatif.line"
    _description = "Policy What-if Figure"
    _order = "id"

    whatif_id = fields.Many2one(
        "property.policy.whatif", required=True, index=True, ondelete="cascade"
    )
    measure = fields.Selection(MEASURES, "Clients", required=True, readonly=True)
    count_now = fields.Integer("Policy in Force", readonly=True, aggregator=None)
    count_then = fields.Integer("With Other Values", readonly=True, aggregator=None)
    difference = fields.Integer(compute="_compute_difference")

    @api.depends("count_now", "count_then")
    def _compute_difference(self):
        for line in self:
            line.difference = line.count_then - line.count_now

    def action_open_now(self):
        return self._open(self.whatif_id.policy_id)

    def action_open_then(self):
        return self._open(self.whatif_id)

    def _open(self, values):
        """The clients behind a figure: every figure opens its records."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_property_sales.crm_lead_action_client"
        )
        ids = self.whatif_id._clients(values)[self.measure]
        return action | {
            "domain": [("id", "in", ids)],
            "context": {"active_test": False},
        }
