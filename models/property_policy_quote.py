from odoo import fields, models


class PropertyPolicy(models.Model):
    """What a quote reckons with: loans, taxes, how long it holds (A7)."""

    _inherit = "property.policy"

    quote_days = fields.Integer(
        "A Quote Holds (days)", default=3, required=True, tracking=True
    )
    down_payment_percent = fields.Float(
        "Down Payment at Least (%)", default=15.0, required=True, tracking=True
    )
    commercial_rate = fields.Float(
        "Commercial Loan (% a year)",
        default=3.1,
        required=True,
        digits=(6, 3),
        tracking=True,
    )
    provident_rate = fields.Float(
        "Provident Fund Loan (% a year)",
        default=2.6,
        required=True,
        digits=(6, 3),
        tracking=True,
    )
    provident_max = fields.Float(
        "Provident Fund Loan at Most (yuan)",
        default=600_000.0,
        digits=(16, 2),
        tracking=True,
        help="0: no limit.",
    )

    # Deed tax is reckoned on the price without value-added tax
    vat_percent = fields.Float(
        "Value-added Tax in the Price (%)", default=9.0, required=True, tracking=True
    )
    deed_tax_area = fields.Float(
        "Small Homes up to (㎡)", default=140.0, required=True, tracking=True
    )
    deed_tax_small_percent = fields.Float(
        "Deed Tax, Small Home (%)", default=1.0, required=True, tracking=True
    )
    deed_tax_first_percent = fields.Float(
        "Deed Tax, Larger First Home (%)", default=1.5, required=True, tracking=True
    )
    deed_tax_second_percent = fields.Float(
        "Deed Tax, Larger Second Home (%)", default=2.0, required=True, tracking=True
    )
    deed_tax_other_percent = fields.Float(
        "Deed Tax, Others (%)", default=3.0, required=True, tracking=True
    )
    maintenance_fund_sqm = fields.Float(
        "Maintenance Fund (yuan/㎡)",
        default=100.0,
        required=True,
        digits=(16, 2),
        tracking=True,
    )

    _quote_sound = models.Constraint(
        "CHECK(quote_days >= 0 AND down_payment_percent >= 0 "
        "AND down_payment_percent < 100 AND commercial_rate >= 0 "
        "AND provident_rate >= 0 AND provident_max >= 0 AND vat_percent >= 0 "
        "AND deed_tax_small_percent >= 0 AND deed_tax_first_percent >= 0 "
        "AND deed_tax_second_percent >= 0 AND deed_tax_other_percent >= 0 "
        "AND maintenance_fund_sqm >= 0)",
        "Rates, taxes and days of a policy must not be negative.",
    )

    def _deed_tax_percent(self, home, area):
        """契税 of `home`: the family's first or second, or another"""
        if home == "other":
            return self.deed_tax_other_percent
        if area <= self.deed_tax_area:
            return self.deed_tax_small_percent
        if home == "first":
            return self.deed_tax_first_percent
        return self.deed_tax_second_percent
