from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .property_change_reason import CHANGE_KINDS, FAULTS
from .property_door import lock_rows

OPEN_STATES = ("draft", "approved")
# Who drafts and requests, and who carries out; the manager has all these roles (E8).
DRAFTERS = {
    "exchange": ("rep", "clerk", "control"),
    "cancel": ("rep", "clerk", "control"),
    "rename": ("clerk",),
}
EXECUTORS = {"exchange": ("control",), "cancel": ("control",), "rename": ("clerk",)}
# The deposit's states in which a change of each kind makes sense.
DEPOSIT_STATES = {
    "exchange": ("confirmed", "signed"),
    "cancel": ("paid", "confirmed", "signed"),
    "rename": ("paid", "confirmed", "signed"),
}


class PropertyChange(models.Model):
    """换房, 退房, 更名: what was sold is changed, approved and in one piece (E6–E8).

    What each kind does is in `property_change_exchange.py`, `…_cancel.py` and
    `…_rename.py`: `_check_<kind>()` before the request, `_execute_<kind>()` after the
    approval. An execution is one transaction: it is done wholly or not at all.
    """

    _name = "property.change"
    _description = "Exchange, Cancellation, Rename"
    _inherit = [
        "property.unit.deal.mixin",
        "property.approval.mixin",
        "property.receipt.order.mixin",
    ]
    _order = "date DESC, id DESC"
    _door_fields = (
        "state",
        "refusal_reason",
        "name",
        "contract_id",
        "paid_amount",
        "end_reason",
        "request_date",
        "done_date",
        "done_user_id",
        "new_deposit_id",
        "hold_until",
    )
    _frozen_fields = {"kind": (), "deposit_id": ()} | dict.fromkeys(
        (
            "date",
            "reason_id",
            "fault",
            "note",
            "new_unit_id",
            "new_price",
            "new_plan_id",
            "fee_remitted",
            "buyer_ids",
        ),
        ("draft",),
    )
    _approval_roles = ("clerk", "control")

    kind = fields.Selection(CHANGE_KINDS, required=True, default="cancel")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("approved", "Approved"),
            ("done", "Done"),
            ("refused", "Refused"),
            ("cancelled", "Withdrawn"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )

    # What is changed
    deposit_id = fields.Many2one(
        "property.deposit", required=True, index=True, ondelete="restrict"
    )
    contract_id = fields.Many2one(
        "property.contract", readonly=True, copy=False, index="btree_not_null"
    )
    unit_id = fields.Many2one(
        related="deposit_id.unit_id", store=True, precompute=True, index=True
    )
    lead_id = fields.Many2one(
        related="deposit_id.lead_id", store=True, precompute=True, index=True
    )
    user_id = fields.Many2one(related="deposit_id.user_id")
    partner_id = fields.Many2one(
        "res.partner",
        "Purchaser",
        compute="_compute_partner_id",
        store=True,
        precompute=True,
        ondelete="restrict",
        help="At the time of the change.",
    )
    price = fields.Monetary(related="deposit_id.price", store=True)
    area_gross = fields.Float(related="unit_id.area_gross")
    paid_amount = fields.Monetary(
        readonly=True,
        copy=False,
        help="Of the price, when the change was requested, or last done.",
    )

    paid_now = fields.Monetary("Paid", related="deposit_id.paid_amount")

    # Why
    date = fields.Date(
        "Applied On", required=True, default=fields.Date.context_today, copy=False
    )
    reason_id = fields.Many2one(
        "property.change.reason",
        required=True,
        domain="[('kind', '=', kind)]",
        ondelete="restrict",
    )
    fault = fields.Selection(
        FAULTS,
        "At Fault",
        compute="_compute_fault",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    note = fields.Text("Details")

    # How it went
    request_date = fields.Datetime("Requested On", readonly=True, copy=False)
    done_date = fields.Datetime("Done On", readonly=True, copy=False)
    done_user_id = fields.Many2one("res.users", "Done By", readonly=True, copy=False)
    end_reason = fields.Char("Reason It Ended", readonly=True, copy=False)
    can_withdraw = fields.Boolean(
        compute="_compute_can_withdraw", export_string_translation=False
    )
    receipt_ids = fields.One2many("property.receipt", "change_id", "Money Moved")

    _one_open_per_deposit = models.UniqueIndex(
        "(deposit_id) WHERE state IN ('draft', 'approved')",
        "Another change of this sale is under way: finish or withdraw it first.",
    )
    _name_uniq = models.UniqueIndex("(name) WHERE name IS NOT NULL")
    _done_idx = models.Index(
        "(project_id, done_date) INCLUDE (user_id, kind) WHERE done_date IS NOT NULL"
    )

    @api.depends("deposit_id")
    def _compute_partner_id(self):
        for change in self:
            change.partner_id = change.deposit_id.partner_id

    @api.depends("reason_id")
    def _compute_fault(self):
        for change in self:
            change.fault = change.reason_id.fault or "none"

    @api.depends("name", "kind", "unit_id.name")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for change in self:
            number = change.name or kinds.get(change.kind, "")
            change.display_name = f"{number} · {change.unit_id.name or ''}"

    @api.constrains("reason_id", "kind")
    def _check_reason(self):
        for change in self:
            if change.reason_id.kind != change.kind:
                raise ValidationError(
                    self.env._(
                        "%(reason)s is not a reason of this kind of change.",
                        reason=change.reason_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        changes._check_drafter()
        for change in changes:
            change.deposit_id._check_state(*DEPOSIT_STATES[change.kind])
            change.sudo()._read_facts()
        return changes

    def write(self, vals):
        if not self._frozen_fields.keys().isdisjoint(vals):
            self._check_drafter()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        self._check_drafter()
        self._check_draft()

    def _check_drafter(self):
        """:raise AccessError: for a rep who touches a rename, and the like (E8)"""
        for kind, changes in self.grouped("kind").items():
            changes._check_role(*DRAFTERS[kind])

    # === Request ===

    def _check_request(self):
        self.ensure_one()
        self._check_drafter()
        self.deposit_id._check_state(*DEPOSIT_STATES[self.kind])
        self.sudo()._read_facts()
        self.sudo()._check_kind()

    def _check_kind(self):
        """:raise UserError: when what this kind of change needs is not there"""
        getattr(self, f"_check_{self.kind}")()

    def _read_facts(self):
        """Contract and money as they are now."""
        for change in self:
            deposit = change.deposit_id
            change._write_through(
                {
                    "contract_id": deposit.contract_id.id,
                    "paid_amount": sum(
                        payment.amount
                        for payment in change._payments()
                        if payment.nature != "fee"
                    ),
                }
            )

    def _on_requested(self):
        if not self.name:
            self._write_through({"name": self._next_number("property.change")})
        self._write_through({"request_date": fields.Datetime.now()})

    def action_request_and_open(self):
        self.action_request()
        return self.action_open()

    def action_open(self):
        """The whole form, after the dialog."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    # === Steps ===

    def action_execute(self):
        """Carry out what was approved, in one transaction: wholly or not at all.

        :raise UserError: when the contract is filed, the facts are no longer those that
            were approved, or the exchange's time is over
        """
        for change in self:
            change._check_role(*EXECUTORS[change.kind])
            change = change.sudo()
            lock_rows(change)
            change._check_state("approved")
            lock_rows(change.unit_id | change.new_unit_id)
            lock_rows(change.deposit_id | change.new_deposit_id)
            change.deposit_id._check_state(*DEPOSIT_STATES[change.kind])
            change._check_not_filed()
            change._read_facts()
            getattr(change, f"_execute_{change.kind}")()
            change._write_through(
                {
                    "state": "done",
                    "done_date": fields.Datetime.now(),
                    "done_user_id": self.env.uid,
                }
            )
        return True

    def _end_deposit(self, state):
        self.deposit_id._write_through(
            {
                "state": state,
                "reason": f"{self.name} {self.reason_id.name}",
                "end_date": fields.Datetime.now(),
            }
        )

    def _check_not_filed(self):
        contract = self.deposit_id.contract_id
        if contract.state == "filed":
            raise UserError(
                self.env._(
                    "%(contract)s is filed with the authority: the manager cancels the "
                    "filing first.",
                    contract=contract.display_name,
                )
            )
        if contract.state == "delivered":
            raise UserError(
                self.env._(
                    "%s is delivered: it is no longer changed.", contract.display_name
                )
            )

    @api.depends("state", "kind", "review_ids")
    @api.depends_context("uid")
    def _compute_can_withdraw(self):
        for change in self:
            roles = change._withdrawers()
            change.can_withdraw = change.state in OPEN_STATES and all(
                self.env.user._has_office_role(*some) for some in roles
            )

    def _withdrawers(self):
        """Of each of these groups of roles he needs one: who may draft it, and once it
        was requested who deals with it."""
        roles = [DRAFTERS.get(self.kind, ())]
        if self.state == "approved" or self.sudo().review_ids:
            roles.append(("clerk", "control"))
        return roles

    def action_withdraw(self, reason=None):
        """Give the change up: by who may draft it, until it is done (E6)."""
        for change in self:
            for roles in change._withdrawers():
                change._check_role(*roles)
            change._check_state(*OPEN_STATES)
            change.sudo()._end(reason or self.env._("Withdrawn."))
        return True

    def _end(self, reason):
        """The change dies: what it has locked is free again, the sale goes on."""
        lock_rows(self)
        self._check_state(*OPEN_STATES)
        if self.state == "draft" and self.review_ids:
            self.restart_validation()
        self._write_through({"state": "cancelled", "end_reason": reason})
        self._unlock(reason)

    def _on_refused(self):
        self._unlock(self.refusal_reason or self.env._("Refused."))

    def _on_taken_back(self):
        self._unlock(self.env._("The request was taken back."))

    def _unlock(self, reason):
        """Hook: let go of what the request has locked."""

    def _reverse_commission(self):
        """Hook: what was earned on the sale that is undone or moved."""
