from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare

# A deposit in one of these holds its unit; at most one per unit (E2).
LIVE_STATES = ("slip", "paid", "confirmed", "signed")


class PropertyDeposit(models.Model):
    """From the slip to the confirmed deposit: 房位确认 → 认购 (E1, E2)."""

    _name = "property.deposit"
    _description = "Slip and Deposit"
    _inherit = ["property.door.mixin"]
    _order = "date DESC, id DESC"
    _door_fields = (
        "state",
        "name",
        "reason",
        "slip_expires",
        "sign_deadline",
        "confirm_date",
        "confirm_user_id",
    )
    _frozen_fields = {
        "unit_id": ("draft",),
        "lead_id": ("draft",),
        "partner_id": ("draft",),
        "price": ("draft",),
        "date": ("draft",),
        "amount": ("draft", "slip"),
        "plan_id": ("draft", "slip", "paid", "confirmed"),
    }

    name = fields.Char("Number", readonly=True, copy=False)
    unit_id = fields.Many2one("property.unit", required=True, ondelete="restrict")
    project_id = fields.Many2one(
        related="unit_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    currency_id = fields.Many2one(related="project_id.currency_id")
    lead_id = fields.Many2one(
        "crm.lead",
        "Client",
        required=True,
        index=True,
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        "res.partner", "Purchaser", index=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        related="lead_id.user_id", store=True, index=True, string="Salesperson"
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

    @api.depends("unit_id")
    def _compute_price(self):
        for deposit in self:
            if deposit.state == "draft":
                deposit.price = deposit.unit_id.list_price

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

    @api.depends("name", "unit_id.name")
    def _compute_display_name(self):
        for deposit in self:
            number = deposit.name or self.env._("New Slip")
            deposit.display_name = f"{number} · {deposit.unit_id.name or ''}"

    @api.constrains("lead_id", "unit_id", "plan_id")
    def _check_same_project(self):
        for deposit in self:
            project = deposit.unit_id.project_id
            if deposit.lead_id.sudo().project_id != project or (
                deposit.plan_id and deposit.plan_id.project_id != project
            ):
                raise ValidationError(
                    self.env._(
                        "Unit, client and payment plan must be of one project: "
                        "register the client in %s first.",
                        project.name,
                    )
                )

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

    def action_open_slip(self):
        """Open the slip: freeze the price and lock the unit for the policy's time (E1).

        :raise UserError: when the unit is taken, blocked, without permit, or the price
            is above the filed or below the floor price (A2, A7)
        """
        self._check_role("control")
        self._check_state("draft")
        for deposit in self:
            deposit._check_price()
            unit = deposit.unit_id.sudo()
            unit._move("slip", origin=deposit, deposit_id=deposit.id)
            # The client may be another's: control reads the file, its owner writes it.
            partner = deposit.partner_id or deposit.lead_id.sudo()._get_client_partner()
            now = fields.Datetime.now()
            deposit._write_through(
                {
                    "name": deposit._next_number("property.deposit"),
                    "state": "slip",
                    "date": now,
                    "slip_expires": fields.Datetime.add(
                        now, hours=deposit.project_id.policy().slip_hours
                    ),
                    "partner_id": partner.id,
                }
            )
        return True

    def _check_price(self):
        unit = self.unit_id.sudo()
        precision = {"precision_rounding": self.currency_id.rounding}
        if float_compare(self.price, 0, **precision) <= 0:
            raise UserError(
                self.env._("%s has no price: control enters one first.", unit.name)
            )
        if not unit.filed_price:
            raise UserError(
                self.env._(
                    "%s has no filed price: it may not be sold before its price is "
                    "on record.",
                    unit.name,
                )
            )
        if float_compare(self.price, unit.filed_price, **precision) > 0:
            raise UserError(
                self.env._(
                    "The price of %(unit)s may not exceed the filed %(price).2f.",
                    unit=unit.name,
                    price=unit.filed_price,
                )
            )
        if float_compare(self.price, unit.floor_price, **precision) < 0:
            raise UserError(
                self.env._(
                    "The price of %s is below the floor: it needs an approved special "
                    "discount.",
                    unit.name,
                )
            )

    def action_register_payment(self, method="transfer", date=None):
        """Record that the client has paid the deposit; finance still confirms (E2).

        :param method: one of `property.receipt.method`
        :param date: the day of payment; the project's today when omitted
        :return: the draft `property.receipt`
        """
        self._check_role("clerk", "control", "finance")
        self.ensure_one()
        self._check_state("slip")
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise UserError(self.env._("Enter the amount of the deposit first."))
        receipt = (
            self.env["property.receipt"]
            .sudo()
            .create(
                {
                    "deposit_id": self.id,
                    "amount": self.amount,
                    "method": method,
                    "date": date or self.project_id.local_day(),
                }
            )
        )
        self._write_through({"state": "paid"})
        return receipt.with_env(self.env)

    def action_confirm(self):
        """Finance has the money: the unit turns sold, the buyer is on the list (E2)."""
        self._check_role("finance")
        self._check_state("paid")
        for deposit in self:
            project = deposit.project_id
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
                    "sign_deadline": fields.Date.add(
                        project.local_day(), days=project.policy().sign_days
                    ),
                }
            )
            deposit.unit_id.sudo()._move("deposit", origin=deposit)
            lead = deposit.lead_id.sudo()
            lead._transfer(lead.user_id, "sold", reason=deposit.name)
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

    def action_lapse(self, reason=None):
        """Give up a slip that nobody paid: the unit is free again (E1)."""
        self._check_role("control")
        self._check_state("slip")
        self._release("lapsed", reason or self.env._("The slip has ended."))
        return True

    def action_cancel(self, reason=None):
        """Withdraw a slip, or one whose payment finance has not confirmed."""
        self._check_role("control")
        self._check_state("slip", "paid")
        self.sudo().receipt_ids.action_cancel()
        self._release("cancelled", reason or self.env._("Withdrawn."))
        return True

    def _release(self, state, reason):
        for deposit in self:
            deposit._write_through({"state": state, "reason": reason})
            deposit.unit_id.sudo()._free(origin=deposit, reason=reason)

    @api.model
    def _cron_lapse_slips(self, batch_size=100):
        """Lapse the slips whose time is over."""
        domain = [
            ("state", "=", "slip"),
            ("slip_expires", "<=", fields.Datetime.now()),
        ]
        slips = self.search(domain, limit=batch_size)
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self.search_count(domain))
        for slip in slips:
            if slip.try_lock_for_update().filtered_domain(domain):
                slip.action_lapse()
                if not progress(1):
                    break
