from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from .property_payment_plan import PAYMENT_METHODS

# The loans that each way of payment has, by the kind of their instalments.
LOANS = {
    "mortgage": {"mortgage"},
    "provident": {"provident"},
    "combined": {"mortgage", "provident"},
}


class PropertyContract(models.Model):
    """契约: buyers, price, plan, signing (E5)."""

    _name = "property.contract"
    _description = "Contract"
    _inherit = ["property.unit.deal.mixin", "property.door.mixin", "mail.thread"]
    _order = "sign_date DESC, id DESC"
    _door_fields = ("state", "name", "cancel_date")
    _frozen_fields = (
        dict.fromkeys(
            ("deposit_id", "plan_id", "payment_method", "special_clauses", "sign_date"),
            ("draft",),
        )
        | dict.fromkeys(("filing_number", "filing_date"), ("draft", "signed"))
        | dict.fromkeys(("record_number", "record_date"), ("filed",))
    )

    name = fields.Char("Contract No.")
    deposit_id = fields.Many2one(
        "property.deposit", required=True, index=True, ondelete="restrict"
    )
    unit_id = fields.Many2one(
        related="deposit_id.unit_id", store=True, precompute=True, index=True
    )
    lead_id = fields.Many2one(
        related="deposit_id.lead_id", store=True, precompute=True, index=True
    )
    user_id = fields.Many2one(related="deposit_id.user_id")
    partner_id = fields.Many2one(related="deposit_id.partner_id", string="Purchaser")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("signed", "Signed"),
            ("filed", "Filed"),
            ("delivered", "Delivered"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )

    # Terms
    buyer_ids = fields.One2many("property.contract.buyer", "contract_id", "Purchasers")
    price = fields.Monetary(related="deposit_id.price", store=True)
    area_gross = fields.Float(related="unit_id.area_gross", store=True)
    plan_id = fields.Many2one(
        "property.payment.plan",
        required=True,
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
    )
    payment_method = fields.Selection(
        PAYMENT_METHODS,
        compute="_compute_payment_method",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    special_clauses = fields.Text()
    sign_deadline = fields.Date(related="deposit_id.sign_deadline")
    sign_date = fields.Date(required=True, tracking=True)
    filing_number = fields.Char(tracking=True, copy=False, help="Online (网签).")
    filing_date = fields.Date(tracking=True, copy=False)
    record_number = fields.Char(
        tracking=True, copy=False, help="With the authority (备案)."
    )
    record_date = fields.Date(tracking=True, copy=False)
    cancel_date = fields.Date("Cancelled On", readonly=True, copy=False)

    # Money
    installment_ids = fields.One2many("property.installment", "contract_id")
    receipt_ids = fields.One2many("property.receipt", "contract_id")
    paid_amount = fields.Monetary(compute="_compute_paid_amount", store=True)
    residual = fields.Monetary(compute="_compute_paid_amount", store=True)

    _one_live_per_deposit = models.UniqueIndex(
        "(deposit_id) WHERE state != 'cancelled'",
        "This deposit has a contract already.",
    )
    _filing_uniq = models.UniqueIndex(
        "(project_id, filing_number) WHERE filing_number IS NOT NULL",
        "This filing number belongs to another contract.",
    )
    _signed_idx = models.Index(
        "(project_id, sign_date) INCLUDE (user_id) WHERE state != 'draft'"
    )

    _filed_idx = models.Index("(project_id, filing_date) WHERE filing_date IS NOT NULL")

    @api.depends("receipt_ids.state", "receipt_ids.signed_amount", "price")
    def _compute_paid_amount(self):
        for contract in self:
            contract.paid_amount = contract.receipt_ids._confirmed_sum()
            contract.residual = contract.price - contract.paid_amount

    @api.depends("plan_id")
    def _compute_payment_method(self):
        for contract in self:
            contract.payment_method = contract.plan_id.payment_method

    def _draft_name(self):
        return self.env._("Draft Contract")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(contract.state != "draft" for contract in self):
            raise UserError(self.env._("A signed contract is cancelled, not deleted."))

    def action_generate_installments(self):
        """Make the instalments of the plan anew, from the day of signing (F1)."""
        self._check_role("clerk")
        self._check_state("draft")
        self._regenerate_installments()

    def action_sign(self):
        """Sign: number, unit contracted, what was paid counted to the instalments (E5).

        :raise UserError: when shares are not 100 % or the instalments do not add up to
            the price
        """
        self._check_role("clerk")
        self._check_state("draft")
        for contract in self:
            contract._check_complete()
            deposit = contract.deposit_id
            deposit._check_state("confirmed")
            contract._write_through(
                {
                    "name": contract._next_number("property.contract"),
                    "state": "signed",
                }
            )
            deposit._write_through({"state": "signed"})
            contract.unit_id.sudo()._move(
                "contracted", origin=contract, contract_id=contract.id
            )
            receipts = deposit.sudo().receipt_ids
            receipts._write_through({"contract_id": contract.id})
            contract._lay_receipts()
        return True

    def _check_complete(self):
        """:raise UserError: for what keeps the draft from being signed"""
        self.ensure_one()
        self._check_shares()
        self._check_purchaser()
        self._check_installments()

    def _check_shares(self):
        share = sum(self.buyer_ids.mapped("share"))
        if float_compare(share, 100, precision_digits=2):
            raise UserError(
                self.env._(
                    "The buyers' shares of %(contract)s add up to %(share)g %%, "
                    "not 100.",
                    contract=self.display_name,
                    share=share,
                )
            )

    def _check_purchaser(self):
        if self.partner_id not in self.buyer_ids.partner_id:
            raise UserError(
                self.env._(
                    "%s has paid the deposit and is not among the purchasers: another "
                    "name takes an approved change (E8).",
                    self.partner_id.name,
                )
            )

    def _check_installments(self):
        planned = self.installment_ids._price_sum()
        if self.currency_id.compare_amounts(planned, self.price):
            raise UserError(
                self.env._(
                    "The instalments of %(contract)s add up to %(planned).2f, "
                    "the price is %(price).2f.",
                    contract=self.display_name,
                    planned=planned,
                    price=self.price,
                )
            )
        loans = {"mortgage", "provident"} & set(self.installment_ids.mapped("kind"))
        if loans != LOANS.get(self.payment_method, set()):
            methods = dict(
                self._fields["payment_method"]._description_selection(self.env)
            )
            raise UserError(
                self.env._(
                    "The instalments of %(contract)s do not fit the payment method "
                    "'%(method)s': its loans are other ones. Generate them from a plan "
                    "of this method, or correct the method.",
                    contract=self.display_name,
                    method=methods[self.payment_method],
                )
            )

    def action_open_receipt(self):
        """The form of a new receipt on this contract."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "property.receipt",
            "view_mode": "form",
            "context": {"default_contract_id": self.id},
        }
