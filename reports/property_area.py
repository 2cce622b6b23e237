from odoo import models

from .chinese_amount import capital_amount


class PropertyAreaSettlement(models.Model):
    """What the letter to the buyer says (D7)."""

    _inherit = "property.area.settlement"

    def _capital_amount(self):
        return capital_amount(abs(self.amount))

    def _label(self):
        clause = self.clause_id
        labels = clause._fields["basis"]._description_selection(self.env)
        return dict(labels)[clause.basis]
