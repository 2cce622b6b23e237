from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# Of the money that a change moves: approved with it.
APPROVED = {"kind", "nature", "amount", "deposit_id", "contract_id", "earnest_id"}


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

    change_id = fields.Many2one(
        "property.change",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The exchange or cancellation that moved this money.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("change_id") for vals in vals_list):
            raise UserError(self._door_message("change_id"))
        return super().create(vals_list)

    def write(self, vals):
        """What an approved change pays back is paid out as it was approved."""
        if not self.env.su and self.change_id:
            for name in APPROVED & vals.keys():
                self.filtered("change_id")._check_frozen(name, vals[name], ())
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        if self.change_id:
            raise UserError(
                self.env._("What an approved change pays back is not deleted.")
            )

    @api.constrains("nature", "change_id")
    def _check_compensation(self):
        """The office owes it by a cancellation, approved as one with its fault (E7)."""
        if self.filtered(
            lambda one: one.nature == "compensation" and not one.change_id
        ):
            raise ValidationError(
                self.env._(
                    "Compensation is paid for a sale that is cancelled by the "
                    "seller's fault: record that cancellation; once approved and "
                    "executed it drafts the refund."
                )
            )

    def action_cancel(self, reason=None):
        """What an approved change pays back is given up by finance or manager, who say
        why; the change shows it, and the manager is told."""
        moved = self.filtered(lambda one: one.change_id and one.state == "draft")
        if moved and not self.env.su:
            may = self.env.user._has_office_role("finance", "manager")
            if not may or not (reason or "").strip():
                raise UserError(
                    self.env._(
                        "This refund belongs to %s: finance pays it out as it was "
                        "approved. Only finance or the manager may cancel it, and "
                        "gives a reason; the manager is told.",
                        moved[:1].change_id.sudo().display_name,
                    )
                )
        result = super().action_cancel(reason)
        for receipt in moved.sudo():
            receipt._report_cancelled(reason)
        return result

    def _report_cancelled(self, reason):
        """On the change, for all who read it; the manager gets it as a thing to do."""
        change, manager = self.change_id, self.project_id.manager_id
        change.message_post(body=self._cancelled_news(reason))
        if manager and manager != self.env.user:
            change.activity_schedule(
                "mail.mail_activity_data_todo",
                change.project_id.local_day(),
                summary=self.with_context(lang=manager.lang)._cancelled_news(reason),
                user_id=manager.id,
            )

    def _cancelled_news(self, reason):
        natures = dict(self._fields["nature"]._description_selection(self.env))
        return self.env._(
            "A refund was cancelled and is not paid out: %(nature)s, %(amount).2f. "
            "%(reason)s",
            nature=natures[self.nature],
            amount=self.amount,
            reason=reason or "",
        )

    def _open_states(self, name):
        """Which change moved it is said by the change."""
        return () if name == "change_id" else super()._open_states(name)

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
