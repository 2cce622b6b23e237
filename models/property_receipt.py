from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .property_door import lock_rows

RECEIPT_METHODS = [
    ("cash", "Cash"),
    ("card", "Card"),
    ("transfer", "Bank Transfer"),
    ("cheque", "Cheque"),
    ("loan", "Loan Paid Out"),
    ("carried", "Carried Over"),
]
# Deposits that take money; on a slip it would lapse with the money in it.
PAYABLE = ("paid", "confirmed", "signed")


class PropertyReceipt(models.Model):
    """Money received or returned, confirmed by finance (F2)."""

    _name = "property.receipt"
    _description = "Receipt"
    _inherit = ["property.deal.mixin", "property.door.mixin"]
    _order = "date DESC, id DESC"
    _rec_names_search = ["name", "partner_id.name"]
    _door_fields = (
        *("state", "name", "confirm_date", "confirm_user_id"),
        *("entered_user_id", "carry_id"),
    )
    _frozen_fields = dict.fromkeys(
        (
            "kind",
            "nature",
            "method",
            "amount",
            "date",
            "deposit_id",
            "contract_id",
            "earnest_id",
        ),
        ("draft",),
    )

    name = fields.Char("Receipt No.")
    kind = fields.Selection(
        [("receipt", "Receipt"), ("refund", "Refund")], required=True, default="receipt"
    )
    nature = fields.Selection(
        [
            ("deposit", "Deposit Money"),
            ("earnest", "Earnest Money"),
            ("price", "Price of the Unit"),
            ("fee", "Fee Collected for Others"),
            ("compensation", "Compensation Paid to the Client"),
        ],
        compute="_compute_nature",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Deposit money can be forfeited or doubled, earnest money is always "
        "returned in full, a fee is passed on and pays nothing of the price. What the "
        "seller pays on top of what he returns, as for a doubled deposit, is "
        "compensation.",
    )
    date = fields.Date(
        required=True, default=fields.Date.context_today, help="Day of payment."
    )
    method = fields.Selection(RECEIPT_METHODS, required=True, default="transfer")
    amount = fields.Monetary(required=True)
    signed_amount = fields.Monetary(
        "Net Receipts", compute="_compute_signed_amount", store=True
    )
    note = fields.Char()
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("confirmed", "Confirmed"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    confirm_date = fields.Datetime(readonly=True, copy=False)
    confirm_user_id = fields.Many2one("res.users", readonly=True, copy=False)

    # For what: a deposit (with its contract, once there is one) or earnest money
    deposit_id = fields.Many2one(
        "property.deposit",
        index=True,
        compute="_compute_deposit_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    contract_id = fields.Many2one("property.contract", index=True, ondelete="restrict")
    earnest_id = fields.Many2one(
        "property.earnest", "Earnest Money", index=True, ondelete="restrict"
    )
    project_id = fields.Many2one(
        compute="_compute_document", store=True, precompute=True
    )
    lead_id = fields.Many2one(compute="_compute_document", store=True, precompute=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Purchaser",
        compute="_compute_document",
        store=True,
        precompute=True,
    )
    user_id = fields.Many2one(
        "res.users", related=None, compute="_compute_user_id", store=True
    )
    unit_id = fields.Many2one(related="deposit_id.unit_id")
    line_ids = fields.One2many("property.receipt.line", "receipt_id", "Allocation")
    carry_id = fields.Many2one(
        "property.receipt",
        "Carried From or To",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _confirmed_idx = models.Index(
        "(project_id, confirm_date) INCLUDE (user_id, signed_amount) "
        "WHERE state = 'confirmed'"
    )
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "The amount of a receipt must be positive."
    )
    _has_document = models.Constraint(
        "CHECK((deposit_id IS NULL) != (earnest_id IS NULL))",
        "A receipt is for one deposit, contract or earnest money: choose it.",
    )
    _earnest_nature = models.Constraint(
        "CHECK((nature = 'earnest') = (earnest_id IS NOT NULL))",
        "Earnest money is received and returned as such, nothing else is.",
    )

    _compensation_goes_out = models.Constraint(
        "CHECK(nature != 'compensation' OR kind = 'refund')",
        "Compensation is paid to the client: it is a refund.",
    )

    @api.depends("amount", "kind")
    def _compute_signed_amount(self):
        for receipt in self:
            sign = -1 if receipt.kind == "refund" else 1
            receipt.signed_amount = sign * receipt.amount

    @api.depends("contract_id")
    def _compute_deposit_id(self):
        for receipt in self.filtered("contract_id"):
            receipt.deposit_id = receipt.contract_id.deposit_id

    @api.depends("contract_id", "deposit_id", "earnest_id")
    def _compute_nature(self):
        """Proposed by the document; deposit money stays what it is on the contract."""
        for receipt in self:
            if receipt.id:  # on record: said once
                continue
            if receipt.earnest_id:
                receipt.nature = "earnest"
            else:
                receipt.nature = "price" if receipt.contract_id else "deposit"

    @api.depends(
        *("deposit_id.project_id", "deposit_id.lead_id", "deposit_id.partner_id"),
        *("earnest_id.project_id", "earnest_id.lead_id", "earnest_id.partner_id"),
    )
    def _compute_document(self):
        for receipt in self:
            document = receipt.deposit_id or receipt.earnest_id
            receipt.project_id = document.project_id
            receipt.lead_id = document.lead_id
            receipt.partner_id = document.partner_id

    @api.depends("deposit_id.user_id", "earnest_id.user_id")
    def _compute_user_id(self):
        for receipt in self:
            receipt.user_id = (receipt.deposit_id or receipt.earnest_id).user_id

    def _compute_display_name(self):
        for receipt in self:
            receipt.display_name = receipt.name or self.env._("Draft Receipt")

    def _document(self):
        """The deposit, contract or earnest money that this money is for."""
        self.ensure_one()
        return self.contract_id or self.deposit_id or self.earnest_id

    def _purse(self):
        """Which money this counts to: the price's, fees', or compensation.

        Deposit money and the rest of the price are one: on performance the deposit is
        counted to the price (Civil Code of the PRC, article 587).
        """
        return self.nature if self.nature in ("fee", "compensation") else "price"

    def _confirmed_sum(self, purse="price"):
        """What finance confirmed of these receipts in one purse, refunds taken off."""
        return sum(
            receipt.signed_amount
            for receipt in self
            if receipt.state == "confirmed" and receipt._purse() == purse
        )

    @api.constrains("amount", "kind", "nature", "state")
    def _check_refund(self):
        for receipt in self:
            purse = receipt._purse()
            if (receipt.kind, receipt.state) != ("refund", "confirmed"):
                continue
            left = receipt._document().receipt_ids._confirmed_sum(purse)
            if (
                purse != "compensation"
                and receipt.currency_id.compare_amounts(left, 0) < 0
            ):
                raise ValidationError(
                    self.env._("More would be returned than was received.")
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(receipt.state != "draft" for receipt in self):
            raise UserError(self.env._("A numbered receipt is cancelled, not deleted."))

    # === Steps ===

    def action_confirm(self):
        """Finance has seen the money: number it and count it to the instalments (F2).

        :raise AccessError: for anyone but finance
        :raise UserError: for who entered it himself, where policy wants two people
        """
        self._check_role("finance")
        self._lock()
        self._check_state("draft")
        self._check_four_eyes()
        if "carried" in self.mapped("method"):
            raise UserError(
                self.env._(
                    "Only a step of the documents carries money over: choose how it "
                    "was paid."
                )
            )
        incoming = self.filtered(lambda receipt: receipt.kind == "receipt")
        incoming.deposit_id._check_state(*PAYABLE)
        incoming.earnest_id._check_state("paid", "confirmed")
        self._post()
        return True

    def _lock(self):
        """One at a time: on a receipt, and on the money of a document."""
        lock_rows(self)
        for documents in (self.deposit_id, self.contract_id, self.earnest_id):
            lock_rows(documents.sudo())

    def _post(self):
        """Number and count the money; the caller has checked role and documents."""
        for receipt in self:
            contract = receipt.contract_id or receipt.deposit_id.sudo().contract_id
            receipt._write_through(
                {
                    # Money brought for the deposit after signing pays the contract.
                    "contract_id": contract.state != "draft" and contract.id,
                    "name": receipt._next_number("property.receipt"),
                    "state": "confirmed",
                    "confirm_date": fields.Datetime.now(),
                    "confirm_user_id": self.env.uid,
                }
            )
            receipt._allocate()

    def action_cancel(self, reason=None):
        """Withdraw drafts; what finance confirmed is returned by a refund instead.

        :param reason: why, asked of what an approved change pays back
        """
        self.check_access("write")
        self._lock()
        if any(receipt.state == "confirmed" for receipt in self):
            raise UserError(
                self.env._("A confirmed receipt stays: return the money by a refund.")
            )
        self._write_through({"state": "cancelled"})
        return True
