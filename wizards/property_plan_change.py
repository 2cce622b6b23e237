from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyPlanChange(models.TransientModel):
    """Another payment plan for a signed contract: what it would be, then why (F1)."""

    _name = "property.plan.change"
    _description = "Change of a Payment Plan"

    contract_id = fields.Many2one("property.contract", required=True, readonly=True)
    project_id = fields.Many2one(related="contract_id.project_id")
    currency_id = fields.Many2one(related="project_id.currency_id")
    price = fields.Monetary(related="contract_id.price")
    paid_amount = fields.Monetary(related="contract_id.paid_amount")
    plan_id = fields.Many2one(
        "property.payment.plan",
        required=True,
        domain="[('project_id', '=', project_id)]",
    )
    date = fields.Date("Counted From", required=True, default=fields.Date.context_today)
    reason = fields.Char(required=True)
    preview = fields.Html("Instalments to Be", compute="_compute_preview")

    @api.depends("plan_id", "date")
    def _compute_preview(self):
        for change in self:
            chosen = change.plan_id and change.date
            change.preview = change._preview() if chosen else False

    def _preview(self):
        contract = self.contract_id
        try:
            rows = self.plan_id.installments(
                contract.price, self.date, contract.unit_id
            )
        except UserError as refusal:
            return Markup("<p class='text-danger'>%s</p>") % str(refusal)
        row = Markup("<tr><td>%s</td><td>%s</td><td class='text-end'>%s</td></tr>")
        return Markup("<table class='table table-sm'>%s</table>") % Markup("").join(
            row % (one["name"], one.get("due_date") or "…", f"{one['amount']:,.2f}")
            for one in rows
        )

    def action_apply(self):
        return self.contract_id.action_change_plan(self.plan_id, self.reason, self.date)
