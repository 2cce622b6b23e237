from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class PropertyDeposit(models.Model):
    """How slips and unconfirmed deposits end, and who is told (E1, E2)."""

    _name = "property.deposit"
    _inherit = ["property.deposit", "property.notice.mixin"]

    def action_lapse(self, reason=None):
        """Give up a slip that nobody paid: the unit is free again (E1)."""
        self._check_role("control")
        self._check_state("slip")
        self._release("lapsed", reason or self.env._("The slip has ended."))
        return True

    def action_cancel(self, reason=None):
        """Withdraw a slip, or one whose payment finance has not confirmed."""
        self._check_role("control")
        self._check_state("slip", "paid")
        if any(self.mapped("paid_amount")):
            raise UserError(
                self.env._("A confirmed receipt stays: return the money by a refund.")
            )
        receipts = self.sudo().receipt_ids
        receipts.filtered(lambda receipt: receipt.state == "draft").action_cancel()
        self._release("cancelled", reason or self.env._("Withdrawn."))
        return True

    def _release(self, state, reason):
        """End the documents and free their units.

        A slip whose time is over has ended with it, however late it is written down.
        """
        now = fields.Datetime.now()
        for deposit in self:
            is_over = deposit.state == "slip" and deposit.slip_expires
            end_date = min(now, deposit.slip_expires) if is_over else now
            deposit._write_through(
                {"state": state, "reason": reason, "end_date": end_date}
            )
            deposit.unit_id.sudo()._free(origin=deposit, reason=reason)

    @api.model
    def _cron_lapse_slips(self, batch_size=100):
        """Lapse the slips whose time is over."""
        domain = [
            ("state", "=", "slip"),
            ("slip_expires", "<=", fields.Datetime.now()),
        ]
        slips = self.search(domain, limit=batch_size)
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self.search_count(domain))
        for slip in slips:
            if slip.try_lock_for_update().filtered_domain(domain):
                slip.action_lapse()
                slip._tell(slip.user_id)
                if not progress(1):
                    break

    @api.model
    def _standing_domain(self, end):
        """The sales that stood just before the moment `end`: confirmed by then and not
        ended; what an exchange gave, from the exchange on.

        :param end: naive UTC, as of `property.project.day_bounds()`
        """
        went_on = Domain("end_date", "=", False) | Domain("end_date", ">=", end)
        came = Domain("exchanged_from_id", "=", False) | Domain(
            "exchanged_from_id.end_date", "<", end
        )
        return Domain("confirm_date", "<", end) & went_on & came

    # === Who is told ===

    def _tell_office(self):
        """Rep and control hear at once that the unit is sold, or free again (E2)."""
        for deposit in self:
            officers = deposit.project_id.sudo()._control_officers()
            deposit._tell(deposit.user_id | officers)

    def _news(self):
        values = {"unit": self.unit_id.name, "number": self.name}
        if self.state == "confirmed":
            return self.env._(
                "%(unit)s is sold: finance has confirmed deposit %(number)s.", **values
            )
        return self.env._(
            "%(number)s has lapsed: %(reason)s %(unit)s is free again.",
            reason=self.reason,
            **values,
        )
