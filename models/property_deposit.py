from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# A deposit in one of these holds its unit; at most one per unit (E2).
LIVE_STATES = ("slip", "paid", "confirmed", "signed")


class PropertyDeposit(models.Model):
    """From the slip to the confirmed deposit: 房位确认 → 认购 (E1, E2)."""

    _name = "property.deposit"
    _description = "Slip and Deposit"
    _inherit = ["property.unit.deal.mixin", "property.door.mixin"]
    _order = "date DESC, id DESC"
    _door_fields = (
        "state",
        "name",
        "reason",
        "slip_expires",
        "slip_user_id",
        "extension_count",
        "end_date",
        "fee_deadline",
        "papers_deadline",
        "papers_date",
        "sign_deadline",
        "warned_date",
        "proposed_date",
        "confirm_date",
        "confirm_user_id",
        "exchanged_from_id",
    )
    _frozen_fields = {
        "unit_id": ("draft",),
        "lead_id": ("draft",),
        "partner_id": ("draft",),
        "price": ("draft",),
        "discount_id": ("draft",),
        "date": ("draft",),
        "amount": ("draft", "slip"),
        "plan_id": ("draft", "slip", "paid", "confirmed"),
    }

    unit_id = fields.Many2one(required=True, ondelete="restrict")
    lead_id = fields.Many2one(
        required=True,
        index=True,
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        "res.partner", "Purchaser", index=True, ondelete="restrict"
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("slip", "Slip"),
            ("paid", "Paid"),
            ("confirmed", "Confirmed"),
            ("signed", "Signed"),
            ("cancelled", "Cancelled"),
            ("lapsed", "Lapsed"),
            ("exchanged", "Exchanged"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        group_expand=True,
    )

    # Slip
    date = fields.Datetime(
        "Slip Opened", required=True, default=fields.Datetime.now, copy=False
    )
    slip_expires = fields.Datetime("Slip Ends", readonly=True, copy=False)
    price = fields.Monetary(
        "Deal Price",
        compute="_compute_price",
        store=True,
        readonly=False,
        precompute=True,
        help="Frozen when the slip opens; later price lists do not touch it.",
    )
    price_sqm = fields.Monetary(
        "Deal Price per ㎡", compute="_compute_price_sqm", aggregator="avg"
    )
    area_gross = fields.Float(related="unit_id.area_gross", store=True)
    end_date = fields.Datetime("Ended", readonly=True, copy=False)
    reason = fields.Char("Reason It Ended", readonly=True, copy=False)

    # Deposit
    amount = fields.Monetary("Deposit Amount")
    paid_amount = fields.Monetary(compute="_compute_paid_amount", store=True)
    plan_id = fields.Many2one(
        "property.payment.plan",
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
    )
    confirm_date = fields.Datetime(readonly=True, copy=False)
    confirm_user_id = fields.Many2one("res.users", readonly=True, copy=False)
    sign_deadline = fields.Date("Sign By", readonly=True, copy=False)
    receipt_ids = fields.One2many("property.receipt", "deposit_id")
    contract_ids = fields.One2many("property.contract", "deposit_id", "All Contracts")
    contract_id = fields.Many2one(
        "property.contract",
        compute="_compute_contract_id",
        search="_search_contract_id",
    )

    _one_live_per_unit = models.UniqueIndex(
        "(unit_id) WHERE state IN ('slip', 'paid', 'confirmed', 'signed')",
        "This unit was just taken by another client: choose another unit.",
    )
    _name_uniq = models.UniqueIndex("(name) WHERE name IS NOT NULL")
    _confirmed_idx = models.Index(
        "(project_id, confirm_date) INCLUDE (user_id) WHERE confirm_date IS NOT NULL"
    )
    _opened_idx = models.Index("(project_id, date) WHERE name IS NOT NULL")
    _expiry_idx = models.Index("(slip_expires) WHERE state = 'slip'")
    _amounts_not_negative = models.Constraint(
        "CHECK(amount >= 0 AND price >= 0)", "Amounts cannot be negative."
    )

    @api.depends("unit_id", "discount_id")
    def _compute_price(self):
        for deposit in self:
            if deposit.state == "draft":
                deposit.price = deposit.discount_id.price or deposit.unit_id.list_price

    @api.depends("price", "unit_id.area_gross")
    def _compute_price_sqm(self):
        for deposit in self:
            area = deposit.unit_id.area_gross
            deposit.price_sqm = area and deposit.price / area

    @api.depends("receipt_ids.state", "receipt_ids.signed_amount")
    def _compute_paid_amount(self):
        for deposit in self:
            deposit.paid_amount = deposit.receipt_ids._confirmed_sum()

    @api.depends("contract_ids.state")
    def _compute_contract_id(self):
        for deposit in self:
            deposit.contract_id = deposit.contract_ids.filtered(
                lambda contract: contract.state != "cancelled"
            )[:1]

    def _search_contract_id(self, operator, value):
        return [("contract_ids", operator, value)]

    def _draft_name(self):
        return self.env._("New Slip")

    @api.constrains("amount", "price", "unit_id", "date")
    def _check_deposit_limit(self):
        for deposit in self.filtered("amount"):
            policy = deposit.project_id.policy(
                deposit.project_id.local_day(deposit.date)
            )
            limit = deposit.price * policy.deposit_max_percent / 100
            if deposit.currency_id.compare_amounts(deposit.amount, limit) > 0:
                raise ValidationError(
                    self.env._(
                        "The deposit may be at most %(percent)g %% of the price: "
                        "%(limit).2f (Civil Code of the PRC, article 586).",
                        percent=policy.deposit_max_percent,
                        limit=limit,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(deposit.state != "draft" for deposit in self):
            raise UserError(
                self.env._("A slip that was opened is cancelled, not deleted.")
            )

    # === Steps ===

    def action_register_payment(self, method="transfer", date=None):
        """Record that the client has paid the deposit; finance still confirms (E2).

        :param method: one of `property.receipt.method`
        :param date: the day of payment; the project's today when omitted
        :return: the draft `property.receipt`; none when nothing is missing
        """
        self._check_role("clerk", "control", "finance")
        self.ensure_one()
        self._check_state("slip")
        self._check_running()
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise UserError(self.env._("Enter the amount of the deposit first."))
        receipt = self.env["property.receipt"].sudo()
        missing = self.currency_id.round(self.amount - self.paid_amount)
        if missing > 0:  # earnest money may have paid of it already
            receipt = receipt.create(
                {
                    "deposit_id": self.id,
                    "amount": missing,
                    "method": method,
                    "date": date or self.project_id.local_day(),
                }
            )
        self._write_through({"state": "paid", "fee_deadline": self._fee_deadline()})
        return receipt.with_env(self.env)

    def action_confirm(self):
        """Finance has the money: the unit turns sold, the buyer is on the list (E2)."""
        self._check_role("finance")
        self._check_state("paid")
        for deposit in self:
            deposit.receipt_ids.filtered(
                lambda receipt: receipt.state == "draft"
            ).action_confirm()
            if (
                deposit.currency_id.compare_amounts(deposit.paid_amount, deposit.amount)
                < 0
            ):
                raise UserError(
                    self.env._(
                        "%(paid).2f of the %(amount).2f of %(deposit)s are received: "
                        "enter the missing receipt first.",
                        paid=deposit.paid_amount,
                        amount=deposit.amount,
                        deposit=deposit.display_name,
                    )
                )
            deposit._write_through(
                {
                    "state": "confirmed",
                    "confirm_date": fields.Datetime.now(),
                    "confirm_user_id": self.env.uid,
                    **deposit._confirmed_deadlines(),
                }
            )
            deposit.unit_id.sudo()._move("deposit", origin=deposit)
            lead = deposit.lead_id.sudo()
            lead._transfer(lead.user_id, "sold", reason=deposit.name)
            deposit._tell_office()
        return True

    def action_prepare_contract(self):
        """Open the contract of this deposit, drafted from its data (E5)."""
        self._check_role("clerk")
        contract = self._prepare_contract()
        return {
            "type": "ir.actions.act_window",
            "res_model": "property.contract",
            "res_id": contract.id,
            "view_mode": "form",
        }

    def _prepare_contract(self):
        self.ensure_one()
        self._check_state("confirmed")
        if self.contract_id:
            return self.contract_id
        if not self.plan_id:
            raise UserError(self.env._("Choose the payment plan first."))
        contract = self.env["property.contract"].create(
            {
                "deposit_id": self.id,
                "plan_id": self.plan_id.id,
                "payment_method": self.plan_id.payment_method,
                "sign_date": self.project_id.local_day(),
                "buyer_ids": [
                    fields.Command.create(
                        {"partner_id": self.partner_id.id, "share": 100.0}
                    )
                ],
            }
        )
        contract.action_generate_installments()
        return contract

    def action_sign(self):
        """Sign the contract of each deposit, drafting it where there is none (E5)."""
        self._check_role("clerk")
        for deposit in self:
            deposit._prepare_contract().action_sign()
        return True
