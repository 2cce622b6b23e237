from odoo import models

from .chinese_amount import capital_amount


class PropertyContract(models.Model):
    """What the printed draft of a contract says (E9)."""

    _inherit = "property.contract"  # pylint: disable=consider-merging-classes-inherited

    def _capital_price(self):
        return capital_amount(self.price)

    def _price_sqm(self):
        return self.area_gross and self.price / self.area_gross

    def _print_address(self, partner):
        return self.env["property.form.owners"]._address(partner)


class PropertyDeposit(models.Model):
    """What the printed subscription agreement says (E2)."""

    _inherit = "property.deposit"  # pylint: disable=consider-merging-classes-inherited

    def _capital_amounts(self):
        return capital_amount(self.price), capital_amount(self.amount)
