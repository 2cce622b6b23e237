from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_round

from .property_payment_plan import PAYMENT_METHODS

LOAN_STEP = 1_000  # banks lend whole thousands
COMMERCIAL = ("mortgage", "combined")
PROVIDENT = ("provident", "combined")
MOST_YEARS = 30
USUAL_DOWN_PERCENT = 30


class PropertyQuote(models.Model):
    """置业计划: what a unit costs a client, now and every month (A7).

    Once issued it stays as it was: its price, rates and taxes are its own.
    """

    _name = "property.quote"
    _description = "Purchase Plan"
    _inherit = ["property.unit.deal.mixin", "property.door.mixin"]
    _order = "date DESC, id DESC"
    _door_fields = ("state", "name", "date", "valid_until")
    _frozen_fields = dict.fromkeys(
        (
            "unit_id",
            "lead_id",
            "price",
            "payment_method",
            "plan_id",
            "down_percent",
            "commercial_rate",
            "commercial_years",
            "provident_amount",
            "provident_rate",
            "provident_years",
            "home",
        ),
        ("draft",),
    )

    unit_id = fields.Many2one(required=True, index=True, ondelete="restrict")
    project_id = fields.Many2one(index=True)
    lead_id = fields.Many2one(
        index="btree_not_null",
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
        help="Empty: for somebody who is not registered yet.",
    )
    user_id = fields.Many2one(
        "res.users",
        related=None,
        compute="_compute_user_id",
        store=True,
        precompute=True,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("issued", "Issued")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    date = fields.Date(
        required=True, default=fields.Date.context_today, readonly=True, copy=False
    )
    valid_until = fields.Date(readonly=True, copy=False)

    # Price
    list_price = fields.Monetary(compute="_compute_list_price", store=True)
    price = fields.Monetary(
        "Quoted Price", compute="_compute_price", store=True, readonly=False
    )
    discount = fields.Monetary(compute="_compute_discount")
    payment_method = fields.Selection(
        PAYMENT_METHODS, required=True, default="mortgage"
    )
    plan_id = fields.Many2one(
        "property.payment.plan",
        domain="[('project_id', '=', project_id), "
        "('payment_method', '=', payment_method)]",
        ondelete="restrict",
        help="Its instalments are printed.",
    )

    # Loans
    down_percent = fields.Float(
        "Down Payment (%)",
        digits=(5, 2),
        compute="_compute_down_percent",
        store=True,
        readonly=False,
    )
    down_payment = fields.Monetary(compute="_compute_loans", store=True)
    commercial_amount = fields.Monetary(
        "Commercial Loan", compute="_compute_loans", store=True
    )
    commercial_rate = fields.Float(
        "Commercial Rate (%)",
        digits=(6, 3),
        compute="_compute_commercial_rate",
        store=True,
        readonly=False,
    )
    commercial_years = fields.Integer(default=MOST_YEARS, required=True)
    provident_amount = fields.Monetary(
        "Provident Fund Loan",
        compute="_compute_provident_amount",
        store=True,
        readonly=False,
    )
    provident_rate = fields.Float(
        "Provident Fund Rate (%)",
        digits=(6, 3),
        compute="_compute_provident_rate",
        store=True,
        readonly=False,
    )
    provident_years = fields.Integer(default=MOST_YEARS, required=True)
    home = fields.Selection(
        [
            ("first", "First Home"),
            ("second", "Second Home"),
            ("other", "Third Home, Shop"),
        ],
        "For the Family",
        required=True,
        default="first",
    )

    _years_sound = models.Constraint(
        f"CHECK(commercial_years BETWEEN 1 AND {MOST_YEARS} "
        f"AND provident_years BETWEEN 1 AND {MOST_YEARS})",
        "A loan runs for 1 to 30 years.",
    )
    _rates_sound = models.Constraint(
        "CHECK(commercial_rate BETWEEN 0 AND 30 AND provident_rate BETWEEN 0 AND 30 "
        "AND down_percent BETWEEN 0 AND 100 AND provident_amount >= 0 AND price >= 0)",
        "Rates, shares and amounts of a quote must not be negative or absurd.",
    )

    def _policy(self):
        return self.project_id.policy(self.date)

    @api.depends("lead_id.user_id")
    def _compute_user_id(self):
        """With the client the quote goes to his owner; without one it is its maker's"""
        for quote in self:
            if quote.lead_id:
                quote.user_id = quote.lead_id.sudo().user_id
            else:
                quote.user_id = quote.create_uid or self.env.user

    @api.depends("unit_id")
    def _compute_list_price(self):
        for quote in self:
            quote.list_price = quote.unit_id.list_price

    @api.depends("unit_id")
    def _compute_price(self):
        for quote in self:
            quote.price = quote.unit_id.list_price

    @api.depends("price", "list_price")
    def _compute_discount(self):
        for quote in self:
            quote.discount = quote.list_price - quote.price

    @api.depends("unit_id")
    def _compute_down_percent(self):
        for quote in self:
            least = quote.unit_id and quote._policy().down_payment_percent
            quote.down_percent = max(least or 0, USUAL_DOWN_PERCENT)

    @api.depends("unit_id")
    def _compute_commercial_rate(self):
        for quote in self:
            quote.commercial_rate = quote.unit_id and quote._policy().commercial_rate

    @api.depends("unit_id")
    def _compute_provident_rate(self):
        for quote in self:
            quote.provident_rate = quote.unit_id and quote._policy().provident_rate

    @api.depends("unit_id", "price", "down_percent", "payment_method")
    def _compute_provident_amount(self):
        """As much as the policy and the down payment leave room for"""
        for quote in self:
            most = quote._to_borrow() if quote.payment_method in PROVIDENT else 0
            limit = quote.project_id and quote._policy().provident_max
            quote.provident_amount = min(most, limit) if limit else most

    def _to_borrow(self):
        return float_round(
            self.price * (100 - self.down_percent) / 100,
            precision_rounding=LOAN_STEP,
            rounding_method="DOWN",
        )

    @api.depends("price", "down_percent", "payment_method", "provident_amount")
    def _compute_loans(self):
        for quote in self:
            method = quote.payment_method
            provident = quote.provident_amount if method in PROVIDENT else 0
            commercial = quote._to_borrow() if method in COMMERCIAL else 0
            quote.commercial_amount = max(commercial - provident, 0)
            quote.down_payment = quote.price - quote.commercial_amount - provident

    @api.constrains("plan_id", "payment_method")
    def _check_plan(self):
        for quote in self:
            plan = quote.plan_id
            if plan and plan.payment_method != quote.payment_method:
                raise ValidationError(
                    self.env._("Plan %s is for another way of payment.", plan.name)
                )

    def _draft_name(self):
        return self.env._("New Quote")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(quote.state != "draft" for quote in self):
            raise UserError(self.env._("A quote that was given out stays on record."))

    # === Steps ===

    def action_issue(self):
        """Number the quote and freeze it; it is on record what the client was told.

        :raise UserError: when the unit is not on sale, or its price, down payment or
            loan is none that may be given
        """
        self._check_role("rep", "control")
        self._check_state("draft")
        for quote in self:
            today = quote.project_id.local_day()
            quote._write_through({"date": today})
            quote._check_unit()
            quote._check_price()
            quote._check_terms()
            quote._write_through(
                {
                    "name": quote._next_number("property.quote"),
                    "state": "issued",
                    "valid_until": fields.Date.add(
                        today, days=quote._policy().quote_days
                    ),
                }
            )
            if quote.lead_id:
                quote.lead_id.sudo().message_post(
                    body=self.env._(
                        "Quote %(number)s: %(unit)s at %(price)s.",
                        number=quote.name,
                        unit=quote.unit_id.name,
                        price=f"{quote.price:,.2f}",
                    )
                )
        return True

    def action_print(self):
        """The printed sheet; a draft is issued by it."""
        self.filtered(lambda quote: quote.state == "draft").action_issue()
        return self.env.ref(
            "crm_property_sales.action_report_property_quote"
        ).report_action(self)

    def _check_unit(self):
        """On sale, or reserved by this very client."""
        unit = self.unit_id.sudo()
        if unit.state == "available" and not unit.block_reason:
            return
        if self.lead_id and unit.deposit_id.lead_id == self.lead_id:
            return
        raise UserError(self.env._("%s is not on sale now.", unit.name))

    def _check_price(self):
        unit, compare = self.unit_id.sudo(), self.currency_id.compare_amounts
        if compare(self.price, 0) <= 0:
            raise UserError(self.env._("%s has no price yet.", unit.name))
        if unit.filed_price and compare(self.price, unit.filed_price) > 0:
            raise UserError(
                self.env._(
                    "The price of %(unit)s may not exceed the filed %(price).2f.",
                    unit=unit.name,
                    price=unit.filed_price,
                )
            )
        if compare(self.price, unit.floor_price) < 0:
            raise UserError(
                self.env._(
                    "So low a price of %s needs an approved special discount: quote a "
                    "higher one.",
                    unit.name,
                )
            )

    def _check_terms(self):
        if self.payment_method not in (*COMMERCIAL, *PROVIDENT):
            return
        policy = self._policy()
        if self.down_percent < policy.down_payment_percent:
            raise UserError(
                self.env._(
                    "The down payment is at least %g %% of the price.",
                    policy.down_payment_percent,
                )
            )
        provident = self.payment_method in PROVIDENT and self.provident_amount
        if policy.provident_max and provident > policy.provident_max:
            raise UserError(
                self.env._(
                    "The provident fund lends %.2f at most.", policy.provident_max
                )
            )
        if provident > self._to_borrow():
            raise UserError(
                self.env._(
                    "The loan is more than the down payment of %g %% leaves.",
                    self.down_percent,
                )
            )
