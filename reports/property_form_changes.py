from odoo import models


class PropertyFormChanges(models.AbstractModel):
    """G9 客户换房、退房一览表: the exchanges and cancellations done in the period.

    As many as `property.metric` counts: of sales whose deposit was confirmed. What is
    settled is what was approved; when it was paid out, the receipts say.
    """

    _name = "property.form.changes"
    _inherit = ["property.form", "property.block.changes"]
    _description = "List of Exchanges and Cancellations"

    _code = "G9"
    _period = "range"
    _personal = True
    _filters = ("user",)
    _roles = ("rep", "clerk", "control", "finance", "supervisor", "manager", "hq")

    def _sections(self, scope):
        return [self._change_list(self._title(), scope, tuple(self._change_kinds()))]
