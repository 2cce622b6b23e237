from odoo import models

from .form_table import Column, Figure, Section


class PropertyFormDeferrals(models.AbstractModel):
    """G15 延期付款客户一览表: what was deferred in a period, by whose approval, and
    whether the promise was kept by its close."""

    _name = "property.form.deferrals"
    _inherit = ["property.form", "property.block.deferrals"]
    _description = "Clients with Deferred Payments"

    _code = "G15"
    _period = "range"
    _personal = True
    _filters = ("user",)
    _roles = ("rep", "clerk", "finance", "supervisor", "manager", "hq")

    def _sections(self, scope):
        section = Section(self._title(), self._columns())
        deferrals = self._deferrals(scope)
        outcomes = self._outcomes()
        clients = deferrals.contract_id.deposit_id._purchasers_at(scope.bounds[1])
        for deferral in deferrals:
            section.add(
                Figure.of(clients[deferral.contract_id.deposit_id].name, deferral),
                deferral.unit_id.name,
                deferral.payment,
                deferral.original_date,
                Figure.of(deferral.amount, deferral),
                deferral.promise_date,
                deferral.reason,
                deferral.approver_id.name,
                outcomes[self._outcome(deferral, scope.closing_day)],
                deferral.times,
            )
        total = self._counted(
            self.env._("Total"),
            Figure.of(len(deferrals), deferrals),
            self.env._("lines: %s"),
        )
        section.add(
            total,
            *[None] * 3,
            Figure.of(round(sum(deferrals.mapped("amount")), 2), deferrals),
            *[None] * 5,
            level="total",
        )
        return [section, self._deferral_summary(scope)]

    def _columns(self):
        return [
            Column("client", self.env._("Client"), width=10),
            Column("unit", self.env._("Unit No."), width=12),
            Column("payment", self.env._("Item of Payment"), width=14),
            Column("due", self.env._("Due On"), "date", 12),
            Column("amount", self.env._("Amount (yuan)"), "money", 14),
            Column("until", self.env._("Promised Until"), "date", 12),
            Column("reason", self.env._("Reason"), width=26),
            Column("approver", self.env._("Approved by"), width=10),
            Column("outcome", self.env._("Promise Fulfilled"), width=10),
            Column("times", self.env._("Times"), "integer", 6, adds=False),
        ]
