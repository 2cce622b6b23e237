from odoo import api, fields, models
from odoo.exceptions import UserError

from .loan_maths import Repayment, equal_payments, equal_principal
from .property_quote import PROVIDENT

YEAR = 12


class PropertyQuote(models.Model):
    """What follows from a quote's terms: payments, taxes, the printed sheet (A7)."""

    _inherit = "property.quote"

    # 等额本息 and 等额本金, both loans together
    monthly_even = fields.Monetary(
        "Equal Payments: a Month", compute="_compute_monthly"
    )
    interest_even = fields.Monetary(
        "Equal Payments: Interest", compute="_compute_monthly"
    )
    monthly_falling = fields.Monetary(
        "Equal Principal: First Month", compute="_compute_monthly"
    )
    decrease_falling = fields.Monetary(
        "Equal Principal: Less Each Month", compute="_compute_monthly"
    )
    interest_falling = fields.Monetary(
        "Equal Principal: Interest", compute="_compute_monthly"
    )

    # Estimate of what comes on top
    deed_tax_percent = fields.Float(
        "Deed Tax (%)", compute="_compute_taxes", store=True
    )
    deed_tax = fields.Monetary(compute="_compute_taxes", store=True)
    maintenance_fund = fields.Monetary(compute="_compute_taxes", store=True)
    first_outlay = fields.Monetary(
        "Needed at First",
        compute="_compute_taxes",
        store=True,
        help="Down payment, deed tax and maintenance fund.",
    )

    def _loans(self):
        """:return: [(label, amount, rate, years, equal payments, equal principal)]"""
        self.ensure_one()
        provident = self.payment_method in PROVIDENT and self.provident_amount
        loans = (
            (
                self.env._("Commercial Loan"),
                self.commercial_amount,
                self.commercial_rate,
                self.commercial_years,
            ),
            (
                self.env._("Provident Fund Loan"),
                provident,
                self.provident_rate,
                self.provident_years,
            ),
        )
        return [
            (
                *(label, amount, rate, years),
                equal_payments(amount, rate, years * YEAR),
                equal_principal(amount, rate, years * YEAR),
            )
            for label, amount, rate, years in loans
            if amount > 0 and years > 0
        ]

    @api.depends(
        *("payment_method", "commercial_amount", "commercial_rate"),
        *("commercial_years", "provident_amount", "provident_rate", "provident_years"),
    )
    def _compute_monthly(self):
        for quote in self:
            loans = quote._loans()
            even = sum((loan[4] for loan in loans), Repayment())
            falling = sum((loan[5] for loan in loans), Repayment())
            quote.monthly_even = even.first
            quote.interest_even = even.interest
            quote.monthly_falling = falling.first
            quote.decrease_falling = falling.decrease
            quote.interest_falling = falling.interest

    @api.depends("price", "home", "unit_id", "down_payment")
    def _compute_taxes(self):
        for quote in self:
            if not quote.unit_id:
                quote.update(
                    dict.fromkeys(
                        ("deed_tax_percent", "deed_tax", "maintenance_fund"), 0
                    )
                )
                quote.first_outlay = 0
                continue
            policy, area = quote._policy(), quote.unit_id.area_gross
            percent = policy._deed_tax_percent(quote.home, area)
            taxed = quote.price / (1 + policy.vat_percent / 100)
            round_ = quote.currency_id.round
            quote.deed_tax_percent = percent
            quote.deed_tax = round_(taxed * percent / 100)
            quote.maintenance_fund = round_(area * policy.maintenance_fund_sqm)
            quote.first_outlay = (
                quote.down_payment + quote.deed_tax + quote.maintenance_fund
            )

    def _sheet_plan(self):
        """The instalments as the plan has them, for print"""
        self.ensure_one()
        if not self.plan_id:
            return []
        return self.plan_id.installments(self.price, self.date, self.unit_id)

    def _label(self, name):
        """The word for the value of selection field `name`."""
        return dict(self._fields[name]._description_selection(self.env))[self[name]]

    def _sheet_number(self):
        """:raise UserError: for a draft, which nobody is bound by"""
        if self.state == "draft":
            raise UserError(self.env._("A quote is printed once it has been issued."))
        return self.name


class PropertyUnit(models.Model):
    _inherit = "property.unit"  # pylint: disable=consider-merging-classes-inherited

    def action_new_quote(self):
        """The form of a new quote on this unit (A7)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Purchase Plan"),
            "res_model": "property.quote",
            "view_mode": "form",
            "context": {"default_unit_id": self.id},
        }
