from odoo import api, models
from odoo.exceptions import UserError

from .chinese_amount import capital_amount


class PropertyReceipt(models.Model):
    """What a printed receipt says, and what proves it (F2)."""

    _name = "property.receipt"
    _inherit = ["property.receipt", "property.proof.mixin"]
    _proof_scope = "property-receipt"

    def _proof_facts(self):
        return self.name, self.kind, f"{self.amount:.2f}", str(self.date)

    @api.depends("kind", "amount", "date")
    def _compute_check_code(self):
        return super()._compute_check_code()

    def _qr_code(self):
        if not self.name:
            raise UserError(
                self.env._("A receipt is printed once finance has confirmed it.")
            )
        return super()._qr_code()

    def _payer_name(self):
        """Who was the purchaser when the money was confirmed: a paper that is printed
        again after a change of name says what it said (E8)."""
        deposit = self.deposit_id
        if not deposit or not self.confirm_date:
            return self.partner_id.name
        return deposit._purchasers_at(self.confirm_date)[deposit].name

    def _capital_amount(self):
        return capital_amount(self.amount)

    def _paper_title(self):
        if self.kind == "refund":
            return self.env._("Refund Slip")
        return {
            "deposit": self.env._("Deposit Receipt"),
            "earnest": self.env._("Earnest Money Receipt"),
            "fee": self.env._("Receipt of Fees Collected for Others"),
        }.get(self.nature) or self.env._("Payment Receipt")

    def _paper_clause(self):
        """The sentence of law under the table, by the kind of money."""
        if self.kind == "refund":
            return self.env._(
                "The client has received the amount above; it is taken off what he "
                "has paid."
            )
        return {
            "deposit": self.env._(
                "Deposit in the sense of article 587 of the Civil Code: counted to the "
                "price on performance; a buyer who defaults cannot claim it back, a "
                "seller who defaults returns it twofold."
            ),
            "earnest": self.env._(
                "Earnest money is no deposit: it is returned in full whenever the "
                "client asks for it."
            ),
            "fee": self.env._(
                "Collected for others and passed on to them; no part of the price."
            ),
        }.get(self.nature) or self.env._("Part of the price of the unit.")


class PropertyReminderSent(models.Model):
    _inherit = "property.reminder.sent"

    def _capital_amount(self):
        return capital_amount(self.residual)

    def _opening(self):
        return self.env._(
            "By the contract %(contract)s of %(date)s on unit %(unit)s of %(project)s "
            "the following is due:",
            contract=self.contract_id.name,
            date=self.contract_id.sign_date,
            unit=self.unit_id.name,
            project=self.project_id.name,
        )

    def _accounts(self):
        """Where to pay: the price into the supervised account, fees into another."""
        accounts = self.env["property.bank.account"].sudo()
        mine = accounts.search([("project_id", "=", self.project_id.id)])
        fee = self.installment_id.kind == "fee"
        return mine.filtered(lambda one: one.is_supervised != fee)[:1] or mine[:1]
