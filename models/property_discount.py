from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class PropertyDiscount(models.Model):
    """特殊优惠: what a client is given beyond the standard discount, approved along
    levels by amount; nobody skips one (E4)."""

    _name = "property.discount"
    _description = "Special Discount"
    _inherit = [
        "property.unit.deal.mixin",
        "property.approval.mixin",
        "property.notice.mixin",
    ]
    _order = "create_date DESC, id DESC"
    _door_fields = (
        "state",
        "name",
        "refusal_reason",
        "approved_date",
        "valid_until",
        "level_id",
        "budget_id",
    )
    _frozen_fields = dict.fromkeys(
        (
            "unit_id",
            "lead_id",
            "standard_percent",
            "extra_amount",
            "extra_rate",
            "kind",
            "reason",
        ),
        ("draft",),
    )
    _approval_roles = ("rep",)

    unit_id = fields.Many2one(required=True, index=True, ondelete="restrict")
    project_id = fields.Many2one(index=True)
    lead_id = fields.Many2one(
        required=True,
        index=True,
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("approved", "Approved"),
            ("used", "Used"),
            ("lapsed", "Lapsed"),
            ("refused", "Refused"),
            ("cancelled", "Withdrawn"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        group_expand=True,
    )

    # Why
    kind = fields.Selection(
        [
            ("owner", "Owner Buys Again or Recommends"),
            ("staff", "Staff or Kin of Staff"),
            ("partner", "Business Partner"),
            ("group", "Group Purchase"),
            ("payment", "Pays at Once"),
            ("competition", "Competing Offer"),
            ("other", "Other"),
        ],
        "Relation",
        required=True,
        default="other",
    )
    reason = fields.Text(required=True)

    # How much: what the levels look at is derived from the amount alone.
    list_price = fields.Monetary(
        compute="_compute_list_price", store=True, precompute=True
    )
    standard_percent = fields.Float(
        "Standard Discount (%)",
        compute="_compute_standard_percent",
        store=True,
        readonly=False,
        precompute=True,
        aggregator=None,
    )
    standard_price = fields.Monetary(
        "Price after Standard Discount", compute="_compute_price", store=True
    )
    extra_amount = fields.Monetary("Extra Discount", required=True)
    extra_rate = fields.Float(
        "Extra Discount (%)",
        compute="_compute_extra_rate",
        inverse="_inverse_extra_rate",
    )
    extra_percent = fields.Float(
        "Extra (% of list price)",
        compute="_compute_price",
        store=True,
        digits=(8, 4),
        aggregator="avg",
    )
    price = fields.Monetary(
        "Price after Discount", compute="_compute_price", store=True
    )
    discount_amount = fields.Monetary(
        "All Discounts", compute="_compute_price", store=True
    )

    # Approval and use
    approved_date = fields.Datetime("Approved On", readonly=True, copy=False)
    valid_until = fields.Date(readonly=True, copy=False)
    level_id = fields.Many2one(
        "tier.definition", "Approved At Level", readonly=True, copy=False
    )
    budget_id = fields.Many2one(
        "property.discount.budget", readonly=True, copy=False, index=True
    )
    deposit_ids = fields.One2many("property.deposit", "discount_id", "Deposits")

    _one_open = models.UniqueIndex(
        "(unit_id, lead_id) WHERE state IN ('draft', 'approved', 'used')",
        "The client has a special discount on this unit: change or withdraw it.",
    )
    _name_uniq = models.UniqueIndex("(name) WHERE name IS NOT NULL")
    _valid_idx = models.Index("(project_id, valid_until) WHERE state = 'approved'")
    _extra_not_negative = models.Constraint(
        "CHECK(extra_amount > 0)",
        "Enter how much is given beyond the standard discount.",
    )

    @api.depends("unit_id")
    def _compute_list_price(self):
        for discount in self:
            discount.list_price = discount.unit_id.list_price

    @api.depends("unit_id")
    def _compute_standard_percent(self):
        for discount in self:
            project = discount.unit_id.project_id
            discount.standard_percent = (
                project and project.policy().discount_standard_percent
            )

    @api.depends("list_price", "standard_percent", "extra_amount")
    def _compute_price(self):
        for discount in self:
            list_price = discount.list_price
            standard = list_price * (1 - discount.standard_percent / 100)
            discount.standard_price = round(standard, 2)
            discount.price = discount.standard_price - discount.extra_amount
            discount.discount_amount = list_price - discount.price
            discount.extra_percent = (
                list_price and 100 * discount.extra_amount / list_price
            )

    @api.depends("list_price", "extra_amount")
    def _compute_extra_rate(self):
        for discount in self:
            discount.extra_rate = (
                discount.list_price
                and 100 * discount.extra_amount / discount.list_price
            )

    @api.onchange("extra_rate")
    def _inverse_extra_rate(self):
        for discount in self:
            amount = discount.list_price * discount.extra_rate / 100
            discount.extra_amount = round(amount, 2)

    def _draft_name(self):
        return self.env._("New Discount")

    @api.constrains("standard_percent", "unit_id")
    def _check_standard(self):
        for discount in self:
            limit = discount.project_id.policy().discount_standard_percent
            if not 0 <= discount.standard_percent <= limit:
                raise ValidationError(
                    self.env._(
                        "The standard discount is %g %% at most; the rest is the extra "
                        "discount.",
                        limit,
                    )
                )

    @api.constrains("price")
    def _check_price(self):
        for discount in self:
            if discount.price <= 0:
                raise ValidationError(
                    self.env._("%s would cost nothing.", discount.unit_id.name)
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        for discount in self:
            if discount.state != "draft" or discount.sudo().review_ids or discount.name:
                raise UserError(
                    self.env._(
                        "A discount that was requested is withdrawn, not deleted."
                    )
                )

    # === Levels ===

    def _levels(self):
        """The levels that are asked, first to last: those that the amount needs and, as
        long as the budget of the last one does not suffice, the next above it."""
        self.ensure_one()
        levels = self.env["tier.definition"].search(
            [
                ("model", "=", self._name),
                ("company_id", "in", [False, *self.company_id.ids]),
            ],
            order="sequence DESC",
        )
        matched = [level for level in levels if self._is_due_to_amount(level)]
        if not matched:
            return levels.browse()
        last = list(levels).index(matched[-1])
        while last < len(levels) and not self._within_budget(levels[last]):
            last += 1
        return levels[: last + 1]

    def _is_due_to_amount(self, level):
        # pylint: disable-next=super-method-mismatch
        return super().evaluate_tier(level)

    def _within_budget(self, level):
        budget = self._budget(level)
        return not budget or (
            self.currency_id.compare_amounts(self.extra_amount, budget.left) <= 0
        )

    def _budget(self, level):
        return self.env["property.discount.budget"]._of(
            self.project_id, level, self.project_id.local_day()
        )

    def evaluate_tier(self, tier):
        return self.filtered(lambda discount: tier in discount._levels())
