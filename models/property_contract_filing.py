from odoo import api, models
from odoo.exceptions import UserError, ValidationError


class PropertyContract(models.Model):
    """What becomes of a signed contract: filed online, on record, another name, undone.

    A filed contract is with the authority: nothing of it changes before its filing is
    cancelled (E5, E8).
    """

    _inherit = "property.contract"  # pylint: disable=consider-merging-classes-inherited

    @api.constrains("sign_date", "filing_date", "record_date")
    def _check_dates(self):
        for contract in self:
            dates = [
                day
                for day in (
                    contract.sign_date,
                    contract.filing_date,
                    contract.record_date,
                )
                if day
            ]
            if dates != sorted(dates):
                raise ValidationError(
                    self.env._(
                        "%s is signed first, then filed online, then put on record: "
                        "check the dates.",
                        contract.display_name,
                    )
                )

    def action_file(self):
        """The contract is filed online: number and date are on it (网签)."""
        self._check_role("clerk")
        self._check_state("signed")
        for contract in self:
            if not contract.filing_number or not contract.filing_date:
                raise UserError(self.env._("Enter the filing number and date first."))
        self._write_through({"state": "filed"})
        return True

    def action_cancel_filing(self, reason):
        """Take the filing back, so that the contract can be changed or cancelled.

        :param reason: why, for the history
        :raise AccessError: for anyone but the manager
        """
        self._check_role("manager")
        self._check_state("filed")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the filing is cancelled."))
        for contract in self:
            contract.message_post(
                body=self.env._(
                    "Filing %(number)s of %(date)s cancelled: %(reason)s",
                    number=contract.filing_number,
                    date=contract.filing_date,
                    reason=reason,
                )
            )
        self._write_through(
            {
                "state": "signed",
                "filing_number": False,
                "filing_date": False,
                "record_number": False,
                "record_date": False,
            }
        )
        return True

    def _check_change(self, change):
        """:raise UserError: when `change` may not change these contracts"""
        for contract in self:
            if contract.state == "filed":
                raise UserError(
                    self.env._(
                        "%s is filed online: the manager cancels the filing first.",
                        contract.display_name,
                    )
                )
        if change.state != "approved":
            raise UserError(self.env._("The change is not approved."))

    def _cancel(self, change):
        """Undo the contracts as the approved `change` says; unit, deposit and money are
        the change's own affair (E6, E7).

        :raise UserError: while a contract is filed
        """
        self._check_change(change)
        self._check_state("draft", "signed")
        for contract in self:
            today = contract.project_id.local_day()
            contract._write_through({"state": "cancelled", "cancel_date": today})

    def _replace_buyers(self, change, buyers):
        """Another name on the contract (E8): who was on it stays as its former buyer.

        :param change: the approved `property.change`
        :param buyers: list of (`res.partner`, share); the first is the purchaser
        """
        self.ensure_one()
        self._check_change(change)
        self._check_state("draft", "signed")
        former = self.buyer_ids
        former._write_through({"active": False})
        former.flush_recordset()  # who stays is added anew
        self.env["property.contract.buyer"].sudo().create(
            [
                {"contract_id": self.id, "partner_id": partner.id, "share": share}
                for partner, share in buyers
            ]
        )
        self.deposit_id.sudo()._write_through({"partner_id": buyers[0][0].id})
        self._check_shares()
        self.message_post(
            body=self.env._(
                "Change of name: %(before)s → %(after)s",
                before=", ".join(former.partner_id.mapped("name")),
                after=", ".join(partner.name for partner, _share in buyers),
            )
        )
