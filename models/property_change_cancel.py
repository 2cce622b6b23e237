from odoo import api, fields, models
from odoo.exceptions import UserError

from . import settlement

FORFEITED = ("deposit_forfeited",)


class PropertyChange(models.Model):
    """退房: who gets what back, then the unit is free and the client unsold (E7)."""

    _inherit = "property.change"  # pylint: disable=consider-merging-classes-inherited

    fee_remitted = fields.Monetary(
        "Fees Passed On",
        help="Of the fees collected for others, what they already have: claimed back "
        "from them, not from the office.",
    )
    line_ids = fields.One2many("property.change.line", "change_id", "Settlement")
    refund_amount = fields.Monetary(
        "Refund",
        compute="_compute_settlement",
        store=True,
        help="What the client gets back, compensation included.",
    )
    forfeited_amount = fields.Monetary(
        "Forfeited", compute="_compute_settlement", store=True
    )
    compensation_amount = fields.Monetary(
        "Compensation",
        compute="_compute_settlement",
        store=True,
        help="What the office pays on top of what it received.",
    )
    owed_amount = fields.Monetary(
        "Still Owed by the Client", compute="_compute_settlement", store=True
    )

    @api.depends("line_ids.base", "line_ids.amount", "to_refund")
    def _compute_settlement(self):
        for change in self:
            refunds, owed = settlement.refunds(change.line_ids)
            change.refund_amount = float(sum(refunds.values())) or change.to_refund
            change.compensation_amount = refunds.get(settlement.COMPENSATION, 0)
            change.forfeited_amount = sum(
                line.kept for line in change.line_ids if line.kind in FORFEITED
            )
            change.owed_amount = owed

    # === Facts ===

    def _payments(self, deposit=None):
        """The money finance has confirmed on the sale, with its nature and its day.

        What was carried over keeps the days of its payments. Compensation is no
        payment of the client's. Until finance confirms the deposit, earnest money in it
        is only lent to it.
        """
        deposit = deposit or self.deposit_id
        lent = deposit.state in ("slip", "paid")
        return [
            settlement.Payment(
                "earnest" if lent and receipt.carry_id.earnest_id else receipt.nature,
                settlement.cents(amount),
                day,
            )
            for receipt in deposit.receipt_ids
            if receipt.state == "confirmed" and receipt.nature != "compensation"
            for day, amount in receipt._dated_parts()
        ]

    def _paid_by_nature(self, deposit=None):
        payments = self._payments(deposit)
        return {
            nature: float(sum(one.amount for one in payments if one.nature == nature))
            for nature in settlement.NATURES
        }

    def _sale(self):
        deposit = self.deposit_id
        return settlement.Sale(
            fault=self.fault,
            price=settlement.cents(deposit.price),
            payments=tuple(self._payments()),
            is_confirmed=deposit.state in ("confirmed", "signed"),
            is_signed=deposit.contract_id.state in ("signed", "filed"),
            day=self.project_id.local_day(),
            fee_remitted=settlement.cents(self.fee_remitted),
        )

    def _terms(self):
        """The clauses of the policy of the day on which the sale was agreed (K1)."""
        deposit = self.deposit_id
        moment = deposit.confirm_date or deposit.date
        policy = self.project_id.policy(self.project_id.local_day(moment))
        return settlement.Terms(
            deposit_limit=policy.deposit_max_percent,
            deposit_stays=policy.deposit_after_signing == "stays",
            buyer_penalty=policy.buyer_penalty_percent,
            seller_penalty=policy.seller_penalty_percent,
            interest=policy.refund_interest_percent,
        )

    # === Settlement ===

    def action_settle(self):
        """Reckon who gets what back; amounts set by hand stay where nothing changed."""
        self._check_role("clerk", "control")
        self._check_drafter()
        self._check_draft()
        self.sudo()._settle()
        return True

    def _settle(self):
        for change in self.filtered(lambda change: change.kind == "cancel"):
            lines = settlement.settle(change._sale(), change._terms())
            new = [(one.kind, float(one.base), float(one.amount)) for one in lines]
            if new == [(one.kind, one.base, one.proposed) for one in change.line_ids]:
                continue
            change.line_ids.unlink()
            self.env["property.change.line"].create(
                [
                    {
                        "change_id": change.id,
                        "sequence": number,
                        "kind": one.kind,
                        "nature": one.nature,
                        "base": float(one.base),
                        "proposed": float(one.amount),
                    }
                    for number, one in enumerate(lines, 1)
                ]
            )

    def _check_turn(self):
        """While it is being approved, an amount is set by whose turn it is alone."""
        for change in self:
            if change.sudo().review_ids:
                change._my_reviews()

    def _check_levels(self):
        """:raise UserError: when other levels would have to approve than were asked"""
        for change in self.filtered("review_ids"):
            asked = change.review_ids.definition_id
            levels = self.env["tier.definition"].search(
                [
                    ("model", "=", self._name),
                    ("company_id", "in", [False, *change.company_id.ids]),
                ]
            )
            if levels.filtered(change.evaluate_tier) - asked:
                raise UserError(
                    self.env._(
                        "With this amount %s needs another level's approval: take the "
                        "request back first.",
                        change.display_name,
                    )
                )

    def _note_amount(self, line, amount, reason):
        labels = dict(line._fields["kind"]._description_selection(self.env))
        self.message_post(
            body=self.env._(
                "%(line)s: %(new).2f instead of %(old).2f. %(reason)s",
                line=labels[line.kind],
                new=amount,
                old=line.amount,
                reason=reason,
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        changes.sudo()._settle()
        return changes

    def write(self, vals):
        result = super().write(vals)
        if not {"fault", "reason_id", "fee_remitted"}.isdisjoint(vals):
            self.filtered(lambda change: change.state == "draft").sudo()._settle()
        return result

    def _check_cancel(self):
        self._settle()

    # === Execution ===

    def _check_no_drafts(self):
        drafts = self.deposit_id.receipt_ids.filtered(lambda one: one.state == "draft")
        if drafts:
            raise UserError(
                self.env._(
                    "%s has money that finance has not dealt with: confirm or cancel "
                    "the draft receipts first.",
                    self.deposit_id.display_name,
                )
            )

    def _check_facts(self):
        """:raise UserError: when something was paid or signed since the approval"""
        lines = settlement.settle(self._sale(), self._terms())
        now = [(one.kind, one.base) for one in lines if one.base]
        then = [
            (one.kind, settlement.cents(one.base)) for one in self.line_ids if one.base
        ]
        if now != then:
            raise UserError(
                self.env._(
                    "Something was paid, returned or signed since %s was approved: "
                    "withdraw it and request it anew.",
                    self.display_name,
                )
            )

    def _execute_cancel(self):
        deposit, contract = self.deposit_id, self.deposit_id.contract_id
        if deposit.state == "paid":
            drafts = deposit.receipt_ids.filtered(lambda one: one.state == "draft")
            drafts.action_cancel()
        self._check_no_drafts()
        self._check_facts()
        payer = contract if contract.state == "signed" else deposit
        if contract:
            contract._cancel(self)
        self._return_earnest()
        self._end_deposit("cancelled")
        deposit.unit_id._free(origin=self, reason=self.reason_id.name)
        refunds, _owed = settlement.refunds(self.line_ids)
        self._draft_refunds(payer, refunds)
        self._unsell()
        self._reverse_commission()

    def _return_earnest(self):
        """What was only lent to the deposit is earnest money again, to be returned."""
        if self.deposit_id.state == "paid":
            mine = [("deposit_id", "=", self.deposit_id.id)]
            lent = self.env["property.earnest"].search(mine)
            for earnest in lent.filtered(lambda one: one.state == "converted"):
                earnest._take_back(self.name)

    def _unsell(self):
        """The client is his owner's again as before the sale, unless he has another."""
        lead = self.lead_id
        others = lead.deposit_ids.filtered(
            lambda one: one.state in ("confirmed", "signed")
        )
        if lead.is_sold and not others:
            lead._transfer(lead.user_id, "unsold", clause="E7", reason=self.name)
