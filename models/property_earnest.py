from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .property_door import lock_rows


class PropertyEarnest(models.Model):
    """诚意金: a client's money before he has a unit, returned in full at any time (E2).

    It becomes deposit money when he takes a unit, and never otherwise.
    """

    _name = "property.earnest"
    _description = "Earnest Money"
    _inherit = ["property.deal.mixin", "property.door.mixin"]
    _order = "date DESC, id DESC"
    _door_fields = ("state", "name", "deposit_id", "reason", "partner_id")
    _frozen_fields = dict.fromkeys(("lead_id", "amount", "date"), ("draft",))

    lead_id = fields.Many2one(
        required=True,
        index=True,
        domain="[('project_id', '!=', False)]",
        ondelete="restrict",
    )
    project_id = fields.Many2one(
        related="lead_id.project_id", store=True, precompute=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Purchaser",
        readonly=True,
        copy=False,
        index=True,
        ondelete="restrict",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("paid", "Paid"),
            ("confirmed", "Confirmed"),
            ("converted", "Converted into a Deposit"),
            ("returned", "Returned"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    amount = fields.Monetary(required=True)
    note = fields.Char(help="What the client has in mind: building, type, floor.")
    paid_amount = fields.Monetary(compute="_compute_paid_amount", store=True)
    receipt_ids = fields.One2many("property.receipt", "earnest_id")
    deposit_id = fields.Many2one(
        "property.deposit", "Became Deposit", readonly=True, copy=False
    )
    reason = fields.Char("Reason It Ended", readonly=True, copy=False)

    _name_uniq = models.UniqueIndex("(name) WHERE name IS NOT NULL")
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "The amount of earnest money must be positive."
    )

    @api.depends("receipt_ids.state", "receipt_ids.signed_amount")
    def _compute_paid_amount(self):
        for earnest in self:
            earnest.paid_amount = earnest.receipt_ids._confirmed_sum()

    @api.depends("name", "partner_id.name")
    def _compute_display_name(self):
        for earnest in self:
            number = earnest.name or self.env._("New Earnest Money")
            earnest.display_name = f"{number} · {earnest.partner_id.name or ''}"

    @api.constrains("lead_id")
    def _check_project(self):
        for earnest in self:
            if not earnest.project_id:
                raise ValidationError(
                    self.env._("Register the client in a project first.")
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(earnest.state != "draft" for earnest in self):
            raise UserError(
                self.env._("Earnest money that was paid is returned, not deleted.")
            )

    # === Steps ===

    def action_register_payment(self, method="transfer", date=None):
        """Record that the client has paid; finance still confirms.

        :return: the draft `property.receipt`
        :raise UserError: when the office takes none, or has no presale permit yet
        """
        self._check_role("clerk", "control", "finance")
        self.ensure_one()
        self._check_state("draft")
        day = fields.Date.to_date(date) or self.project_id.local_day()
        self._check_allowed(day)
        partner = self.lead_id.sudo()._get_client_partner()
        self.sudo()._write_through(  # finance may not see the client's file
            {
                "name": self._next_number("property.earnest"),
                "state": "paid",
                "partner_id": partner.id,
            }
        )
        receipt = self.receipt_ids.sudo().create(
            {
                "earnest_id": self.id,
                "amount": self.amount,
                "method": method,
                "date": day,
            }
        )
        return receipt.with_env(self.env)

    def _check_allowed(self, day):
        if not self.project_id.policy(day).earnest_allowed:
            raise UserError(
                self.env._(
                    "The policy of %s takes no earnest money.", self.project_id.name
                )
            )
        permits = self.project_id.sudo().permit_ids
        if not any(permit.is_valid_on(day) for permit in permits):
            raise UserError(
                self.env._(
                    "%s has no presale permit yet: until then no money may be taken "
                    "from buyers in any form (建房〔2010〕53号).",
                    self.project_id.name,
                )
            )

    def action_confirm(self):
        """Finance has the money."""
        self._check_role("finance")
        self._check_state("paid")
        for earnest in self:
            earnest.receipt_ids.filtered(
                lambda receipt: receipt.state == "draft"
            ).action_confirm()
            if earnest.currency_id.compare_amounts(earnest.paid_amount, earnest.amount):
                raise UserError(
                    self.env._(
                        "%(paid).2f of the %(amount).2f of %(earnest)s are received: "
                        "enter the missing receipt first.",
                        paid=earnest.paid_amount,
                        amount=earnest.amount,
                        earnest=earnest.display_name,
                    )
                )
        self._write_through({"state": "confirmed"})
        return True

    def action_convert(self, deposit=None):
        """The client takes a unit: the money goes to his slip, which counts as paid.

        What it lacks of the deposit is a draft receipt for finance; what it exceeds the
        deposit by is paid of the price.

        :param deposit: an open slip of the same client; his latest when omitted
        :raise UserError: when he has none, or the slip is another's
        """
        self._check_role("clerk", "control", "finance")
        self.ensure_one()
        lock_rows(self)
        self._check_state("confirmed")
        deposit = deposit or self.lead_id.sudo().deposit_ids.filtered(
            lambda one: one.state == "slip"
        ).sorted("id")[-1:].with_env(self.env)
        if not deposit:
            raise UserError(self.env._("Open a slip for the client first."))
        deposit._check_state("slip")
        if deposit.lead_id != self.lead_id:
            raise UserError(
                self.env._(
                    "%(earnest)s and %(deposit)s are of different clients.",
                    earnest=self.display_name,
                    deposit=deposit.display_name,
                )
            )
        receipts = self.env["property.receipt"]
        receipts._carry(self, deposit, self.paid_amount, deposit.name)
        self._write_through({"state": "converted", "deposit_id": deposit.id})
        deposit.action_register_payment()
        return True

    def action_cancel(self, reason=None):
        """Withdraw what finance has not confirmed."""
        self._check_role("clerk", "control")
        self._check_state("draft", "paid")
        self.sudo().receipt_ids.action_cancel()
        self._write_through({"state": "cancelled", "reason": reason})
        return True
