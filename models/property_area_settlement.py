from odoo import api, fields, models
from odoo.exceptions import UserError

from .area_maths import is_beyond, settle
from .property_door import lock_rows


class PropertyAreaSettlement(models.Model):
    """面积补差: what the difference of a contract's area comes to, line by line (D7).

    Confirmed by finance: the buyer owes an instalment more, or his instalments are
    lowered and what he paid beyond them goes back to him.
    """

    _name = "property.area.settlement"
    _description = "Area Settlement"
    _inherit = [
        "property.unit.deal.mixin",
        "property.door.mixin",
        "property.receipt.order.mixin",
    ]
    _order = "id DESC"
    _door_fields = ("state", "name", "confirm_date", "confirm_user_id")
    _frozen_fields = {"date": ("draft",), "due_date": ("draft",)} | dict.fromkeys(
        (
            *("contract_id", "survey_id", "clause_id"),
            *("contract_area", "measured_area", "price"),
        ),
        (),  # made once, of the survey
    )

    name = fields.Char("Letter No.")
    contract_id = fields.Many2one(
        "property.contract",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    survey_id = fields.Many2one(
        "property.area.survey", readonly=True, index=True, ondelete="restrict"
    )
    clause_id = fields.Many2one(
        "property.area.clause", required=True, readonly=True, ondelete="restrict"
    )
    unit_id = fields.Many2one(
        related="contract_id.unit_id", store=True, precompute=True, index=True
    )
    project_id = fields.Many2one(index=True)
    lead_id = fields.Many2one(
        related="contract_id.lead_id", store=True, precompute=True, index=True
    )
    user_id = fields.Many2one(related="contract_id.user_id")
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Purchaser")
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
        tracking=True,
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    due_date = fields.Date(
        "To Be Paid By",
        required=True,
        default=lambda self: fields.Date.add(fields.Date.context_today(self), days=15),
    )

    # The case, as it was when it was settled
    contract_area = fields.Float(digits=(12, 2), readonly=True)
    measured_area = fields.Float(digits=(12, 2), readonly=True)
    price = fields.Monetary("Contract Price", readonly=True)
    price_sqm = fields.Monetary("Price per ㎡", compute="_compute_price_sqm")
    difference = fields.Float(
        "Difference (㎡)", digits=(12, 2), compute="_compute_ratio", store=True
    )
    ratio = fields.Float(
        "Difference (%)",
        digits=(8, 2),
        compute="_compute_ratio",
        store=True,
        aggregator="avg",
    )
    may_cancel = fields.Boolean(
        "Buyer May Return the Unit", compute="_compute_ratio", store=True
    )
    line_ids = fields.One2many(
        "property.area.settlement.line", "settlement_id", readonly=True
    )
    amount = fields.Monetary(
        "To Pay (+) or Return (−)", compute="_compute_amount", store=True
    )
    confirm_date = fields.Datetime(readonly=True, copy=False)
    confirm_user_id = fields.Many2one("res.users", readonly=True, copy=False)
    receipt_ids = fields.One2many(
        "property.receipt", "area_settlement_id", "Refund", readonly=True
    )

    _one_live = models.UniqueIndex(
        "(contract_id) WHERE state != 'cancelled'",
        "The areas of this contract are settled already.",
    )

    @api.depends("contract_area", "price")
    def _compute_price_sqm(self):
        for one in self:
            one.price_sqm = one.contract_area and one.price / one.contract_area

    @api.depends("contract_area", "measured_area", "clause_id")
    def _compute_ratio(self):
        for one in self:
            area = one.contract_area
            one.difference = one.measured_area - area
            one.ratio = area and 100 * one.difference / area
            clause = one.clause_id
            one.may_cancel = bool(
                area
                and clause.method == "limit"
                and is_beyond(area, one.measured_area, clause.limit_percent)
            )

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for one in self:
            one.amount = sum(one.line_ids.mapped("amount"))

    def _draft_name(self):
        return self.env._("Area Settlement")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A settlement is cancelled, not deleted."))

    def _prepare_lines(self):
        clause = self.clause_id
        words = {
            "within": self.env._("Within %g %%, by price", clause.limit_percent),
            "beyond_larger": self.env._(
                "Beyond %g %%: borne by the seller", clause.limit_percent
            ),
            "beyond_smaller": self.env._(
                "Beyond %g %%: returned twice over", clause.limit_percent
            ),
            "whole": self.env._("The whole difference, by price"),
            "none": self.env._("Not settled"),
        }
        parts = settle(
            self.price,
            self.contract_area,
            self.measured_area,
            clause.method,
            clause.limit_percent,
        )
        return [
            {
                "name": words[part.kind],
                "area": float(part.area),
                "value": float(part.value),
                "amount": float(part.amount),
                "law": clause.law,
            }
            for part in parts
        ]

    # === Steps ===

    def action_confirm(self):
        """Finance confirms: the difference becomes due, or goes back to the buyer."""
        self._check_role("finance")
        lock_rows(self)
        self._check_state("draft")
        for one in self:
            contract = one.contract_id.sudo()
            lock_rows(contract)
            contract._check_state("signed", "filed", "delivered")
            one._write_through(
                {
                    "state": "confirmed",
                    "confirm_date": fields.Datetime.now(),
                    "confirm_user_id": self.env.uid,
                }
            )
            contract._apply_area_settlement()
            one._refund()
        return True

    def _refund(self):
        """The draft that finance pays out: what was paid beyond the lowered price."""
        if self.currency_id.compare_amounts(self.amount, 0) >= 0:
            return
        contract = self.contract_id.sudo()
        due = contract.installment_ids._price_sum()
        surplus = min(contract.paid_amount - due, -self.amount)
        if self.currency_id.compare_amounts(surplus, 0) > 0:
            self.env["property.receipt"].sudo().create(
                {
                    "contract_id": contract.id,
                    "area_settlement_id": self.id,
                    "kind": "refund",
                    "nature": "price",
                    "amount": self.currency_id.round(surplus),
                    "date": self.project_id.local_day(),
                    "note": self.display_name,
                }
            )

    def action_cancel(self):
        """Give up a settlement: measured anew, or the buyer returns the unit.

        He may where the difference is beyond the limit; the return itself is a
        cancellation of the contract.
        """
        self._check_role("finance", "clerk")
        lock_rows(self)
        self._check_state("draft")
        self._write_through({"state": "cancelled"})
        return True


class PropertyAreaSettlementLine(models.Model):
    _name = "property.area.settlement.line"
    _description = "Area Settlement Line"
    _inherit = ["property.ledger.mixin"]
    _order = "settlement_id, id"

    settlement_id = fields.Many2one(
        "property.area.settlement", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(
        related="settlement_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id")
    currency_id = fields.Many2one(related="project_id.currency_id")
    lead_id = fields.Many2one(
        related="settlement_id.lead_id", store=True, precompute=True
    )
    user_id = fields.Many2one(related="settlement_id.user_id", store=True, index=True)
    name = fields.Char("Part", required=True)
    area = fields.Float("Area (㎡)", digits=(12, 4))
    value = fields.Monetary("At the Contract's Price")
    amount = fields.Monetary("To Pay (+) or Return (−)")
    law = fields.Char("Law or Clause")
