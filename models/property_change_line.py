from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

SETTLEMENT_KINDS = [
    ("deposit_unconfirmed", "Deposit Not Yet Confirmed: Returned"),
    ("deposit_excess", "Deposit above the Legal Limit: Returned"),
    ("deposit_credited", "Deposit Counted to the Price: Returned"),
    ("deposit_forfeited", "Deposit: Forfeited"),
    ("deposit_due_back", "Deposit: Returned"),
    ("deposit_doubled", "Deposit: Paid a Second Time"),
    ("deposit_returned", "Deposit: Returned, Nobody's Fault"),
    ("deposit_waived", "Deposit: Returned, the Penalty Is Asked For"),
    ("earnest_returned", "Earnest Money: Returned"),
    ("price_returned", "Price Paid: Returned"),
    ("interest", "Interest on the Price Paid"),
    ("penalty_buyer", "Penalty of the Buyer"),
    ("penalty_seller", "Penalty of the Seller"),
    ("fee_returned", "Fees Collected for Others: Returned"),
    ("fee_remitted", "Fees Passed On: Claimed from Who Has Them"),
]
# The law or the clause behind each line, as of 2021 (Civil Code of the PRC) and the
# Supreme Court's interpretations: on contracts (2023) and commercial housing (2020).
LAWS = {
    "deposit_unconfirmed": _lt(
        "Civil Code art. 586: a deposit is agreed when it is handed over"
    ),
    "deposit_excess": _lt("Civil Code art. 586: above 20 % it is no deposit"),
    "deposit_credited": _lt(
        "Civil Code art. 587 and 566: counted to the price, returned with it"
    ),
    "deposit_forfeited": _lt(
        "Civil Code art. 587: who gave it and is at fault gets nothing back"
    ),
    "deposit_due_back": _lt("Civil Code art. 587: first half of the doubled deposit"),
    "deposit_doubled": _lt(
        "Civil Code art. 587: who took it and is at fault returns it doubled"
    ),
    "deposit_returned": _lt(
        "Interpretation on Commercial Housing art. 4: returned where nobody is at fault"
    ),
    "deposit_waived": _lt(
        "Civil Code art. 588: either the deposit or the penalty, not both"
    ),
    "earnest_returned": _lt(
        "Interpretation on Contracts art. 67: not agreed as a deposit, so returned"
    ),
    "price_returned": _lt("Civil Code art. 566: after rescission, restitution"),
    "interest": _lt(
        "Civil Code art. 566, 577; Interpretation on Commercial Housing art. 19"
    ),
    "penalty_buyer": _lt("Contract clause; Civil Code art. 585"),
    "penalty_seller": _lt("Contract clause; Civil Code art. 585"),
    "fee_returned": _lt("Civil Code art. 927: what was held for the client is his"),
    "fee_remitted": _lt("Civil Code art. 927: claimed from the office that has it"),
}


class PropertyChangeLine(models.Model):
    """结算: what becomes of one part of the money (E7); reckoned by `settlement.py`.

    The manager may set another amount, with a reason: what was reckoned stays beside.
    """

    _name = "property.change.line"
    _description = "Settlement Line"
    _inherit = ["property.door.mixin"]
    _door_fields = ()
    _order = "change_id, sequence, id"
    _rec_name = "kind"

    change_id = fields.Many2one(
        "property.change", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(
        related="change_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id")
    currency_id = fields.Many2one(related="project_id.currency_id")
    lead_id = fields.Many2one(related="change_id.lead_id", store=True, precompute=True)
    user_id = fields.Many2one(related="change_id.user_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        SETTLEMENT_KINDS, "Kind of Money", required=True, readonly=True
    )
    nature = fields.Selection(
        lambda self: self.env["property.receipt"]._fields["nature"].selection,
        "Of Which Money",
        required=True,
        readonly=True,
    )
    base = fields.Monetary("Was Paid", readonly=True)
    proposed = fields.Monetary("Reckoned", readonly=True)
    amount = fields.Monetary("To the Client")
    kept = fields.Monetary(
        "Kept by the Office",
        compute="_compute_kept",
        help="Below zero: the office pays it of its own.",
    )
    law = fields.Char("Law or Clause", compute="_compute_law")
    edit_reason = fields.Char("Why Another Amount")
    edit_user_id = fields.Many2one("res.users", "Set By", readonly=True)
    edit_date = fields.Datetime("Set On", readonly=True)

    _amount_sign = models.Constraint(
        "CHECK(amount = 0 OR (amount < 0) = (kind = 'penalty_buyer'))",
        "A penalty is taken off what the client gets, everything else is given to him.",
    )

    @api.depends("base", "amount")
    def _compute_kept(self):
        for line in self:
            line.kept = line.base - line.amount

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_law(self):
        for line in self:
            line.law = line.kind and self.env._(LAWS[line.kind])

    @api.model_create_multi
    def create(self, vals_list):
        # The settlement makes them; nobody adds one by hand.
        for vals in vals_list:
            if not self.env.su:
                raise UserError(self.env._("Lines come of the settlement's reckoning."))
            vals.setdefault("amount", vals.get("proposed"))
        return super().create(vals_list)

    # pylint: disable-next=method-required-super
    def write(self, vals):
        """Another amount than reckoned: the manager's, with a reason, until approved.

        Both amounts and the reason are noted on the change.
        """
        for name in vals.keys() - {"amount", "edit_reason"}:
            raise UserError(self._door_message(name))
        self._check_role("manager")
        self.change_id._check_state("draft")
        self.change_id._check_turn()
        reason = (vals.get("edit_reason") or "").strip()
        for line in self:
            amount = vals.get("amount", line.amount)
            if line.currency_id.compare_amounts(amount, line.amount) and not reason:
                raise UserError(self.env._("Say why the amount is another one."))
            line.change_id.sudo()._note_amount(line, amount, reason)
        edit = {"edit_user_id": self.env.uid, "edit_date": fields.Datetime.now()}
        result = self._write_through(vals | edit)
        self.change_id.sudo()._check_levels()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_reckoned_anew(self):
        if not self.env.su:
            raise UserError(self.env._("Lines come of the settlement's reckoning."))
