from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .property_change import OPEN_STATES


class PropertyChange(models.Model):
    """换房: the new unit is locked at the request; money and dates go over to it (E6).

    Until it is done the old sale goes on as it was: an exchange that dies leaves
    nothing but the record that it was asked for.
    """

    _inherit = "property.change"  # pylint: disable=consider-merging-classes-inherited

    new_unit_id = fields.Many2one(
        "property.unit",
        index="btree_not_null",
        domain="[('project_id', '=', project_id), ('state', '=', 'available')]",
        ondelete="restrict",
    )
    new_area = fields.Float("New Gross Area (㎡)", related="new_unit_id.area_gross")
    new_price = fields.Monetary(
        compute="_compute_new_price", store=True, readonly=False, precompute=True
    )
    new_plan_id = fields.Many2one(
        "property.payment.plan",
        "New Payment Plan",
        compute="_compute_new_plan_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
    )
    new_deposit_id = fields.Many2one(
        "property.deposit",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    hold_until = fields.Datetime(
        "New Unit Held Until", readonly=True, copy=False, index="btree_not_null"
    )

    # The difference
    price_difference = fields.Monetary(
        compute="_compute_difference",
        store=True,
        help="New price less old price.",
    )
    area_difference = fields.Float(
        "Area Difference (㎡)", compute="_compute_difference", store=True
    )
    to_pay = fields.Monetary(
        "Still to Pay",
        compute="_compute_difference",
        store=True,
        help="Of the new price, after all that was paid is counted to it.",
    )
    to_refund = fields.Monetary(
        "To Be Refunded",
        compute="_compute_difference",
        store=True,
        help="What was paid beyond the new price.",
    )

    @api.depends("new_unit_id")
    def _compute_new_price(self):
        for change in self:
            if change.state == "draft":
                change.new_price = change.new_unit_id.list_price

    @api.depends("deposit_id", "kind")
    def _compute_new_plan_id(self):
        for change in self.filtered(lambda change: change.kind == "exchange"):
            deposit = change.deposit_id
            change.new_plan_id = deposit.contract_id.plan_id or deposit.plan_id

    @api.depends(
        *("new_unit_id.area_gross", "unit_id.area_gross"),
        *("new_price", "price", "paid_amount"),
    )
    def _compute_difference(self):
        for change in self:
            is_exchange = change.kind == "exchange" and change.new_unit_id
            paid = change.paid_amount or change.deposit_id.paid_amount
            old, new = change.price, change.new_price
            change.price_difference = is_exchange and new - old
            change.area_difference = is_exchange and change.new_area - change.area_gross
            change.to_pay = is_exchange and max(new - paid, 0)
            change.to_refund = is_exchange and max(paid - new, 0)

    def _check_exchange(self):
        if not self.new_unit_id:
            raise UserError(self.env._("Choose the new unit first."))
        if self.new_unit_id == self.unit_id:
            raise UserError(self.env._("The new unit is the old one."))
        if not self.new_plan_id:
            raise UserError(self.env._("Choose the payment plan first."))

    # === Lock and let go ===

    def _on_requested(self):
        result = super()._on_requested()
        if self.kind == "exchange":
            self._lock_new_unit()
        return result

    def _lock_new_unit(self):
        """The new unit first: a slip on it that lives as long as the change."""
        self._write_through(
            {
                "hold_until": fields.Datetime.add(
                    fields.Datetime.now(),
                    hours=self.project_id.policy().exchange_hold_hours,
                )
            }
        )
        deposit = self.env["property.deposit"].create(
            {
                "unit_id": self.new_unit_id.id,
                "lead_id": self.lead_id.id,
                "partner_id": self.deposit_id.partner_id.id,
                "price": self.new_price,
                "plan_id": self.new_plan_id.id,
                "amount": self._new_amount(),
            }
        )
        deposit._write_through({"exchanged_from_id": self.deposit_id.id})
        self._write_through({"new_deposit_id": deposit.id})
        deposit._open_for_exchange(self)

    def _new_amount(self):
        """The same deposit, as far as the law allows it on the new price."""
        percent = self.project_id.policy().deposit_max_percent
        limit = self.currency_id.round(self.new_price * percent / 100)
        return min(self.deposit_id.amount, limit)

    def _unlock(self, reason):
        slip = self.new_deposit_id
        if slip.state == "slip":
            slip._release("lapsed", reason)
        return super()._unlock(reason)

    @api.model
    def _cron_expire(self, batch_size=100):
        """Exchanges whose time is over: the new unit is free, the old sale goes on."""
        domain = [
            ("state", "in", OPEN_STATES),
            ("hold_until", "<=", fields.Datetime.now()),
            ("new_deposit_id.state", "=", "slip"),
        ]
        changes = self.search(domain, limit=batch_size)
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self.search_count(domain))
        for change in changes:
            if change.try_lock_for_update().filtered_domain(domain):
                change._end(self.env._("The time of the exchange is over."))
                if not progress(1):
                    break

    # === Execution ===

    def _execute_exchange(self):
        old, new = self.deposit_id, self.new_deposit_id
        contract = old.contract_id
        self._check_in_time()
        self._check_no_drafts()
        new._check_state("slip")
        facts = self._facts_to_carry()
        new._write_through({"state": "confirmed"} | facts)
        new.unit_id._move("deposit", origin=new, reason=self.name)
        self._carry_money(contract if contract.state == "signed" else old, new)
        if contract:
            contract._cancel(self)
        self._end_deposit("exchanged")
        old.unit_id._free(origin=self, reason=self.name)
        if contract:
            self._draft_new_contract(contract)
        self._draft_refunds(new, self._excess())
        self._reverse_commission()

    def _check_in_time(self):
        if self.hold_until <= fields.Datetime.now():
            raise UserError(
                self.env._(
                    "The time of %s is over: the new unit is no longer held.",
                    self.display_name,
                )
            )

    def _facts_to_carry(self):
        """Who confirmed the sale and when, and until when it is to be signed."""
        names = (
            *("confirm_date", "confirm_user_id", "sign_deadline"),
            *("fee_deadline", "papers_deadline", "papers_date"),
        )
        old = self.deposit_id
        return {
            name: old._fields[name].convert_to_write(old[name], old) for name in names
        }

    def _carry_money(self, source, new):
        """All that was paid: the deposit as such, the rest to the price, fees as fees.

        What is above the new price comes along too, and is refunded from there.
        """
        carry = self.env["property.receipt"]._carry
        paid = self._paid_by_nature()
        deposit = min(paid["deposit"], new.amount)
        rest = self.currency_id.round(paid["deposit"] + paid["price"] - deposit)
        reason = self.name
        for amount, nature in ((deposit, None), (rest, "price"), (paid["fee"], "fee")):
            if amount > 0:
                carry(source, new, amount, reason, nature=nature)._write_through(
                    {"change_id": self.id}
                )

    def _excess(self):
        """What was paid beyond the new price, of the price first."""
        excess = self.to_refund
        new = self._paid_by_nature(self.new_deposit_id)
        price = min(excess, new["price"])
        return {"price": price, "deposit": self.currency_id.round(excess - price)}

    def _draft_new_contract(self, old):
        """For the clerk to sign: same buyers, way of payment and clauses."""
        contract = self.new_deposit_id._prepare_contract()
        contract.write(
            {
                "special_clauses": old.special_clauses,
                "buyer_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {"partner_id": buyer.partner_id.id, "share": buyer.share}
                        )
                        for buyer in old.buyer_ids
                    ),
                ],
            }
        )
