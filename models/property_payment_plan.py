from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

INSTALLMENT_KINDS = [
    ("deposit", "Deposit Amount"),
    ("down_payment", "Down Payment"),
    ("installment", "Instalment Payment"),
    ("mortgage", "Mortgage Loan"),
    ("provident", "Provident Fund Loan"),
    ("fee", "Fee Collected for Others"),
]
PAYMENT_METHODS = [
    ("lump_sum", "Lump Sum"),
    ("instalment", "Instalments"),
    ("mortgage", "Mortgage"),
    ("provident", "Provident Fund"),
    ("combined", "Combined Loan"),
]


class PropertyPaymentPlan(models.Model):
    """Template of the instalments of a contract (F1)."""

    _name = "property.payment.plan"
    _description = "Payment Plan"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    project_id = fields.Many2one(
        "property.project", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    currency_id = fields.Many2one(related="project_id.currency_id")
    payment_method = fields.Selection(
        PAYMENT_METHODS, required=True, default="lump_sum"
    )
    line_ids = fields.One2many("property.payment.plan.line", "plan_id", copy=True)

    @api.constrains("line_ids")
    def _check_lines(self):
        for plan in self:
            balances = plan.line_ids.filtered(lambda line: line.value == "balance")
            percent = sum(
                plan.line_ids.filtered(lambda line: line.value == "percent").mapped(
                    "percent"
                )
            )
            if len(balances) != 1 or balances != plan.line_ids.sorted()[-1:]:
                raise ValidationError(
                    self.env._(
                        "The last line of plan %s must be the balance: it takes what "
                        "is left of the price, and the rounding.",
                        plan.name,
                    )
                )
            if percent > 100:
                raise ValidationError(
                    self.env._("The percentages of plan %s exceed 100.", plan.name)
                )

    @api.private
    def installments(self, price, sign_date):
        """The instalments of a contract at `price`, signed on `sign_date`.

        :param price: whole price in the project's currency
        :return: list of values of `property.installment`; the amounts add up to the
            price to the cent, the last one takes the rounding
        :raise ValidationError: when the fixed amounts leave nothing for the balance
        """
        self.ensure_one()
        self._check_lines()  # a line may have been changed without its plan
        left = price
        values = []
        for line in self.line_ids.sorted():
            amount = line._amount(price, left)
            if self.currency_id.compare_amounts(amount, 0) <= 0:
                raise ValidationError(
                    self.env._(
                        "Plan %(plan)s does not fit a price of %(price)s: nothing is "
                        "left for line %(line)s.",
                        plan=self.name,
                        price=price,
                        line=line.name,
                    )
                )
            left = self.currency_id.round(left - amount)
            values.append(
                {
                    "sequence": len(values) + 1,
                    "kind": line.kind,
                    "name": line.name,
                    "due_date": line.date or sign_date + timedelta(days=line.days),
                    "amount": amount,
                }
            )
        return values


class PropertyPaymentPlanLine(models.Model):
    _name = "property.payment.plan.line"
    _description = "Payment Plan Line"
    _order = "sequence, id"

    plan_id = fields.Many2one(
        "property.payment.plan", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(related="plan_id.project_id", store=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(INSTALLMENT_KINDS, required=True, default="installment")
    value = fields.Selection(
        [("percent", "Percent"), ("amount", "Amount"), ("balance", "Balance")],
        required=True,
        default="percent",
    )
    percent = fields.Float(digits=(5, 2))
    amount = fields.Monetary()
    days = fields.Integer("Days after Signing")
    date = fields.Date("Fixed Date", help="Used instead of the days when filled.")

    _value_positive = models.Constraint(
        "CHECK((value != 'percent' OR percent > 0) AND "
        "(value != 'amount' OR amount > 0) AND days >= 0)",
        "Percentages and amounts of a plan must be positive.",
    )

    def _amount(self, price, left):
        """What this line takes of `price`, when `left` of it is not yet planned."""
        if self.value == "balance":
            return left
        if self.value == "amount":
            return self.amount
        return self.currency_id.round(price * self.percent / 100)
