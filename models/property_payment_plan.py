from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .property_milestone import MILESTONE_STAGES

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
            lines = plan._price_lines()
            balances = plan.line_ids.filtered(lambda line: line.value == "balance")
            percent = sum(
                lines.filtered(lambda line: line.value == "percent").mapped("percent")
            )
            if len(balances) != 1 or balances != lines[-1:]:
                raise ValidationError(
                    self.env._(
                        "The last line of plan %s, fees apart, must be the balance: it "
                        "takes what is left of the price, and the rounding.",
                        plan.name,
                    )
                )
            if percent > 100:
                raise ValidationError(
                    self.env._("The percentages of plan %s exceed 100.", plan.name)
                )

    def _price_lines(self):
        """The lines that make up the price, in order; fees come on top of it."""
        return self.line_ids.sorted().filtered(lambda line: line.kind != "fee")

    @api.private
    def installments(self, price, sign_date, unit=None):
        """The instalments of a contract at `price`, signed on `sign_date`.

        :param price: whole price in the project's currency
        :param unit: the unit, for fees per ㎡ and for milestones of its building
        :return: list of values of `property.installment`; the amounts of those that are
            no fees add up to the price to the cent, the last one takes the rounding
        :raise ValidationError: when the fixed amounts leave nothing for the balance
        :raise UserError: when the building lacks a milestone of the plan
        """
        self.ensure_one()
        self._check_lines()  # a line may have been changed without its plan
        left = price
        amounts = {}
        for line in self._price_lines():
            amounts[line] = line._amount(price, left)
            if self.currency_id.compare_amounts(amounts[line], 0) <= 0:
                raise ValidationError(
                    self.env._(
                        "Plan %(plan)s does not fit a price of %(price)s: nothing is "
                        "left for line %(line)s.",
                        plan=self.name,
                        price=price,
                        line=line.name,
                    )
                )
            left = self.currency_id.round(left - amounts[line])
        for line in self.line_ids.sorted() - self._price_lines():
            area = unit.area_gross if unit else 0
            amounts[line] = line._amount(price, area=area)
        return [
            {
                "sequence": number,
                "kind": line.kind,
                "name": line.name,
                "amount": amounts[line],
            }
            | line._due(sign_date, unit)
            for number, line in enumerate(self.line_ids.sorted(), 1)
            if amounts[line]
        ]


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
        [
            ("percent", "Percent"),
            ("amount", "Amount"),
            ("per_sqm", "Amount per ㎡"),
            ("balance", "Balance"),
        ],
        required=True,
        default="percent",
    )
    percent = fields.Float(digits=(5, 2))
    amount = fields.Monetary()
    days = fields.Integer("Days after Signing or Milestone")
    date = fields.Date("Fixed Date", help="Used instead of the days when filled.")
    milestone = fields.Selection(
        MILESTONE_STAGES, help="Due so many days after the building has reached it."
    )

    _value_positive = models.Constraint(
        "CHECK((value != 'percent' OR percent > 0) AND "
        "(value NOT IN ('amount', 'per_sqm') OR amount > 0) AND days >= 0)",
        "Percentages and amounts of a plan must be positive.",
    )
    _fee_apart = models.Constraint(
        "CHECK((kind = 'fee' AND value != 'balance') "
        "OR (kind != 'fee' AND value != 'per_sqm'))",
        "Fees are on top of the price: they take no balance of it, and only they go by "
        "the area.",
    )
    _one_date = models.Constraint(
        "CHECK(date IS NULL OR milestone IS NULL)",
        "A line is due on a date or after a milestone, not both.",
    )

    def _due(self, sign_date, unit):
        """When it is due, as values of an instalment."""
        if not self.milestone:
            return {"due_date": self.date or sign_date + timedelta(days=self.days)}
        building = unit.building_id if unit else self.env["property.building"]
        milestone = building.sudo().milestone_ids.filtered(
            lambda one: one.stage == self.milestone
        )
        if not milestone:
            raise UserError(
                self.env._(
                    "%(building)s has no milestone '%(stage)s': enter when it is "
                    "planned first.",
                    building=building.name or self.plan_id.project_id.name,
                    stage=dict(
                        self._fields["milestone"]._description_selection(self.env)
                    )[self.milestone],
                )
            )
        days = self.days
        if reached := milestone.reached_date:  # nothing is due before it is signed
            days = max(days, (sign_date - reached).days)
        return {"milestone_id": milestone.id, "milestone_days": days}

    def _amount(self, price, left=0, area=0):
        """What this line takes of `price`, when `left` of it is not yet planned."""
        if self.value == "balance":
            return left
        if self.value == "amount":
            return self.amount
        if self.value == "per_sqm":
            return self.currency_id.round(self.amount * area)
        return self.currency_id.round(price * self.percent / 100)
