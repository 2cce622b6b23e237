from odoo import api, fields, models
from odoo.fields import Domain


class PropertyInstallment(models.Model):
    """Of a cancelled contract nothing is due any more (E6, E7)."""

    _inherit = "property.installment"  # pylint: disable=consider-merging-classes-inherited

    state = fields.Selection(selection_add=[("cancelled", "Cancelled")])

    @api.depends("contract_id.state")
    def _compute_paid_amount(self):
        result = super()._compute_paid_amount()
        self.filtered(lambda one: one.contract_id.state == "cancelled").residual = 0
        return result

    @api.depends("contract_id.state")
    def _compute_state(self):
        result = super()._compute_state()
        for installment in self:
            if installment.contract_id.state == "cancelled":
                installment.state = "cancelled"
        return result

    def _search_state(self, operator, value):
        domain = super()._search_state(operator, value)
        if domain is NotImplemented:
            return domain
        cancelled = Domain("contract_id.state", "=", "cancelled")
        if "paid" in value:  # of all others something is due
            domain &= ~cancelled
        return domain | cancelled if "cancelled" in value else domain


class PropertyContract(models.Model):
    _inherit = "property.contract"  # pylint: disable=consider-merging-classes-inherited

    @api.depends("state")
    def _compute_paid_amount(self):
        result = super()._compute_paid_amount()
        self.filtered(lambda one: one.state == "cancelled").residual = 0
        return result
