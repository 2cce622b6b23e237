from odoo import fields, models
from odoo.exceptions import UserError


class PropertyDeposit(models.Model):
    """What was changed of a sale (E6–E8)."""

    _inherit = "property.deposit"  # pylint: disable=consider-merging-classes-inherited

    change_ids = fields.One2many("property.change", "deposit_id", "Changes")
    new_change_ids = fields.One2many(
        "property.change", "new_deposit_id", "Exchange It Comes From"
    )
    exchanged_from_id = fields.Many2one(
        "property.deposit",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The deposit whose unit was exchanged for this one.",
    )

    def _check_not_exchanging(self):
        """:raise UserError: for the slip of an exchange, which ends with it alone"""
        for slip in self.filtered(lambda one: one.state == "slip"):
            change = slip.sudo().new_change_ids[:1]
            if change:
                raise UserError(
                    self.env._(
                        "%(slip)s is held for exchange %(change)s: execute or withdraw "
                        "that one.",
                        slip=slip.display_name,
                        change=change.display_name,
                    )
                )

    def action_lapse(self, reason=None):
        self._check_not_exchanging()
        return super().action_lapse(reason)

    def action_cancel(self, reason=None):
        self._check_not_exchanging()
        return super().action_cancel(reason)

    def action_register_payment(self, method="transfer", date=None):
        self._check_not_exchanging()
        return super().action_register_payment(method, date)

    def action_new_change(self):
        """The form of a new change of the kind in the context."""
        self.ensure_one()
        dialog = self.env.ref("crm_property_sales.property_change_view_form_new")
        return {
            "type": "ir.actions.act_window",
            "res_model": "property.change",
            "name": self.env._("Change the Sale"),
            "view_mode": "form",
            "views": [(dialog.id, "form")],
            "target": "new",
            "context": {
                "default_deposit_id": self.id,
                "default_kind": self.env.context.get("change_kind"),
            },
        }


class PropertyContract(models.Model):
    _inherit = "property.contract"  # pylint: disable=consider-merging-classes-inherited

    change_ids = fields.One2many("property.change", "contract_id", "Changes")

    def action_new_change(self):
        self.ensure_one()
        return self.deposit_id.action_new_change()


class PropertyReceipt(models.Model):
    _inherit = "property.receipt"  # pylint: disable=consider-merging-classes-inherited

    def _dated_parts(self):
        """[(day paid, signed amount)]: what was carried over keeps its payments' days,
        the oldest first."""
        self.ensure_one()
        source = self.carry_id
        if self.kind == "refund" or not source:
            return [(self.date, self.signed_amount)]
        left, parts = self.amount, []
        document = source.contract_id or source.deposit_id or source.earnest_id
        paid = document.receipt_ids.filtered(
            lambda one: (
                one.state == "confirmed"
                and one.kind == "receipt"
                and one.nature == source.nature
            )
        )
        for day, amount in sorted(
            part for receipt in paid for part in receipt._dated_parts()
        ):
            part = min(left, amount)
            if part > 0:
                parts.append((day, part))
                left = self.currency_id.round(left - part)
        return [*parts, (self.date, left)] if left > 0 else parts


class PropertyPolicy(models.Model):
    """The clauses by which a sale is changed or undone (E6, E7, K1)."""

    _inherit = "property.policy"  # pylint: disable=consider-merging-classes-inherited

    exchange_hold_hours = fields.Float(
        "Exchange Holds the New Unit (hours)",
        default=72.0,
        required=True,
        tracking=True,
    )
    deposit_after_signing = fields.Selection(
        [
            ("stays", "Stays a Deposit"),
            ("price", "Becomes Part of the Price"),
        ],
        "A Deposit after Signing",
        default="stays",
        required=True,
        tracking=True,
        help="As the contract says (定金抵作房价款). What has become part of the price "
        "is neither forfeited nor doubled.",
    )
    buyer_penalty_percent = fields.Float(
        "Penalty of the Buyer (% of price)",
        default=0.0,
        required=True,
        tracking=True,
        help="By the contract's clause, once it is signed; where it is higher than the "
        "deposit it takes its place (Civil Code of the PRC, article 588).",
    )
    seller_penalty_percent = fields.Float(
        "Penalty of the Seller (% of price)", default=0.0, required=True, tracking=True
    )
    refund_interest_percent = fields.Float(
        "Interest on Refunds (% a year)",
        default=3.0,
        required=True,
        tracking=True,
        help="On the price that is returned, where the buyer is not at fault.",
    )

    _change_numbers = models.Constraint(
        "CHECK(exchange_hold_hours > 0 AND buyer_penalty_percent >= 0 "
        "AND buyer_penalty_percent <= 100 AND seller_penalty_percent >= 0 "
        "AND seller_penalty_percent <= 100 AND refund_interest_percent >= 0 "
        "AND refund_interest_percent <= 24)",
        "Penalties and interest of a policy are between 0 and 100, and 24 %.",
    )
