from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare

from .property_payment_plan import PAYMENT_METHODS


class PropertyContract(models.Model):
    """契约: buyers, price, plan, signing, filing (E5)."""

    _name = "property.contract"
    _description = "Contract"
    _inherit = ["property.door.mixin", "mail.thread"]
    _order = "sign_date DESC, id DESC"
    _door_fields = ("state", "name")
    _frozen_fields = dict.fromkeys(
        ("deposit_id", "plan_id", "payment_method", "special_clauses", "sign_date"),
        ("draft",),
    ) | dict.fromkeys(("filing_number", "filing_date"), ("draft", "signed"))

    name = fields.Char("Contract No.", readonly=True, copy=False)
    deposit_id = fields.Many2one(
        "property.deposit", required=True, index=True, ondelete="restrict"
    )
    unit_id = fields.Many2one(
        related="deposit_id.unit_id", store=True, precompute=True, index=True
    )
    project_id = fields.Many2one(
        related="deposit_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    currency_id = fields.Many2one(related="project_id.currency_id")
    lead_id = fields.Many2one(
        related="deposit_id.lead_id", store=True, precompute=True, index=True
    )
    partner_id = fields.Many2one(related="deposit_id.partner_id", string="Purchaser")
    user_id = fields.Many2one(
        related="deposit_id.user_id", store=True, index=True, string="Salesperson"
    )
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
    payment_method = fields.Selection(PAYMENT_METHODS, required=True)
    special_clauses = fields.Text()
    sign_date = fields.Date(required=True, tracking=True)
    filing_number = fields.Char(tracking=True, copy=False)
    filing_date = fields.Date(tracking=True, copy=False)

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

    @api.depends("name", "unit_id.name")
    def _compute_display_name(self):
        for contract in self:
            number = contract.name or self.env._("Draft Contract")
            contract.display_name = f"{number} · {contract.unit_id.name or ''}"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(contract.state != "draft" for contract in self):
            raise UserError(self.env._("A signed contract is cancelled, not deleted."))

    def action_generate_installments(self):
        """Make the instalments of the plan anew, from the day of signing (F1)."""
        self._check_role("clerk")
        self._check_state("draft")
        for contract in self:
            contract.installment_ids.unlink()
            self.env["property.installment"].create(
                [
                    values | {"contract_id": contract.id}
                    for values in contract.plan_id.installments(
                        contract.price, contract.sign_date
                    )
                ]
            )

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
            receipts.filtered(lambda receipt: receipt.state == "confirmed")._allocate()
        return True

    def _check_complete(self):
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
        planned = sum(self.installment_ids.mapped("amount"))
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

    def action_file(self):
        """The contract is filed online: number and date are on it (网签)."""
        self._check_role("clerk")
        self._check_state("signed")
        for contract in self:
            if not contract.filing_number or not contract.filing_date:
                raise UserError(self.env._("Enter the filing number and date first."))
        self._write_through({"state": "filed"})
        return True

    def action_open_receipt(self):
        """The form of a new receipt on this contract."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "property.receipt",
            "view_mode": "form",
            "context": {"default_contract_id": self.id},
        }


class PropertyContractBuyer(models.Model):
    _name = "property.contract.buyer"
    _description = "Buyer of a Contract"
    _inherit = ["property.door.mixin"]
    _door_fields = ()
    _order = "contract_id, share DESC, id"
    _rec_name = "partner_id"

    contract_id = fields.Many2one(
        "property.contract", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(
        related="contract_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id")
    user_id = fields.Many2one(related="contract_id.user_id", store=True, index=True)
    lead_id = fields.Many2one(
        related="contract_id.lead_id", store=True, precompute=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Purchaser", required=True, index=True, ondelete="restrict"
    )
    share = fields.Float("Share (%)", digits=(5, 2), default=100.0)

    _buyer_uniq = models.UniqueIndex(
        "(contract_id, partner_id)", "A buyer is on the contract once."
    )
    _share_sound = models.Constraint(
        "CHECK(share > 0 AND share <= 100)", "A share lies between 0 and 100 %."
    )

    @api.model_create_multi
    def create(self, vals_list):
        buyers = super().create(vals_list)
        buyers.contract_id._check_state("draft")
        return buyers

    def write(self, vals):
        self.contract_id._check_state("draft")
        return super().write(vals)

    def unlink(self):
        """Who is taken off a draft is no client by it: the clerk may add him again."""
        partners = self.partner_id
        result = super().unlink()
        partners.sudo()._forget_buyer()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        if any(buyer.contract_id.state != "draft" for buyer in self):
            raise ValidationError(
                self.env._("Buyers of a signed contract change by a rename only.")
            )
