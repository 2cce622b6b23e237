from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyContract(models.Model):
    """The instalments of a contract, made anew without losing what is paid (F1)."""

    _inherit = "property.contract"  # pylint: disable=consider-merging-classes-inherited

    fee_amount = fields.Monetary(
        "Fees Due", compute="_compute_fee_amount", store=True, help="Not of the price."
    )
    fee_paid_amount = fields.Monetary(
        "Fees Paid", compute="_compute_fee_paid_amount", store=True
    )

    @api.depends("installment_ids.amount", "installment_ids.kind")
    def _compute_fee_amount(self):
        for contract in self:
            fees = contract.installment_ids.filtered(lambda one: one.kind == "fee")
            contract.fee_amount = sum(fees.mapped("amount"))

    @api.depends("receipt_ids.state", "receipt_ids.signed_amount")
    def _compute_fee_paid_amount(self):
        for contract in self:
            contract.fee_paid_amount = contract.receipt_ids._confirmed_sum("fee")

    def _regenerate_installments(self, plan=None, price=None, date=None):
        """Make the instalments anew and lay on them what is paid, oldest due first.

        The caller has checked role and state. Allocations of drafts are dropped.

        :param plan: the contract's when omitted; becomes the contract's
        :param price: what they add up to, fees on top; the contract's price if omitted
        :param date: the day from which the plan counts; the day of signing if omitted
        """
        installments = self.env["property.installment"].sudo()
        for contract in self.sudo():
            if plan and plan != contract.plan_id:
                contract._write_through(
                    {"plan_id": plan.id, "payment_method": plan.payment_method}
                )
            values = contract.plan_id.installments(
                contract.price if price is None else price,
                date or contract.sign_date,
                contract.unit_id,
            )
            contract._before_regenerate()
            contract.installment_ids.unlink()
            installments.create([one | {"contract_id": contract.id} for one in values])
            contract._lay_receipts()

    def action_change_plan(self, plan, reason, date=None):
        """Another plan after signing, by the manager and with a reason (F1).

        :param date: the day from which the plan counts; the day of signing if omitted
        :raise UserError: without a reason
        """
        self._check_role("manager")
        self._check_state("signed", "filed")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the payment plan changes."))
        for contract in self:
            before = contract.plan_id.name
            contract._regenerate_installments(plan, date=date)
            contract.message_post(
                body=self.env._(
                    "The payment plan changed from %(before)s to %(after)s, counted "
                    "from %(date)s. Reason: %(reason)s",
                    before=before,
                    after=plan.name,
                    date=date or contract.sign_date,
                    reason=reason,
                )
            )
        return True

    def _before_regenerate(self):
        """Hook: what hangs on the instalments lets go of them."""

    def _lay_receipts(self):
        """Lay all confirmed money on the instalments, in the order it came in."""
        confirmed = self.receipt_ids.filtered(lambda one: one.state == "confirmed")
        confirmed.sorted(lambda one: (one.confirm_date, one.id))._allocate()


class PropertyDeposit(models.Model):
    _inherit = "property.deposit"  # pylint: disable=consider-merging-classes-inherited

    fee_paid_amount = fields.Monetary(
        "Fees Paid", compute="_compute_fee_paid_amount", store=True
    )

    @api.depends("receipt_ids.state", "receipt_ids.signed_amount")
    def _compute_fee_paid_amount(self):
        for deposit in self:
            deposit.fee_paid_amount = deposit.receipt_ids._confirmed_sum("fee")
