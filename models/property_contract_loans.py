from odoo import api, fields, models
from odoo.exceptions import UserError

from .property_mortgage import LOAN_KINDS


class PropertyContract(models.Model):
    """A signed contract opens a case for each of its loans (F4)."""

    _inherit = "property.contract"  # pylint: disable=consider-merging-classes-inherited

    mortgage_ids = fields.One2many("property.mortgage", "contract_id")
    mortgage_amount = fields.Monetary(
        "Of It Mortgage Loan", compute="_compute_loan_amounts"
    )
    provident_amount = fields.Monetary(
        "Of It Provident Fund Loan",
        compute="_compute_loan_amounts",
        inverse="_inverse_provident_amount",
        help="Of a combined loan: what the fund does not lend, the bank does.",
    )

    @api.depends("installment_ids.kind", "installment_ids.amount")
    def _compute_loan_amounts(self):
        for contract in self:
            for kind, field in (
                ("mortgage", "mortgage_amount"),
                ("provident", "provident_amount"),
            ):
                loans = contract.installment_ids.filtered(
                    lambda one, kind=kind: one.kind == kind
                )
                contract[field] = sum(loans.mapped("amount"))

    def _inverse_provident_amount(self):
        """The bank's part of a combined loan gives or takes what the fund's does."""
        for contract in self:
            wanted = contract.provident_amount
            loans = contract.installment_ids.grouped("kind")
            fund, bank = loans.get("provident"), loans.get("mortgage")
            if not fund or not bank or len(fund) > 1 or len(bank) > 1:
                raise UserError(
                    self.env._(
                        "Generate the instalments of a combined loan first: one of the "
                        "fund, one of the bank."
                    )
                )
            both = fund.amount + bank.amount
            if not 0 < wanted < both:
                raise UserError(
                    self.env._("Both loans are of %(both).2f together.", both=both)
                )
            fund.amount = wanted
            bank.amount = contract.currency_id.round(both - wanted)

    def action_sign(self):
        result = super().action_sign()
        self._open_loans()
        return result

    def _open_loans(self):
        """Open the cases that the loan instalments of the contracts still lack."""
        for contract in self:
            cased = contract.sudo().mortgage_ids.filtered(
                lambda case: case.state in ("open", "paid")
            )
            for installment in contract.installment_ids:
                if (
                    installment.kind in dict(LOAN_KINDS)
                    and installment.residual > 0
                    and installment not in cased.installment_id
                ):
                    contract._open_loan(installment)

    def _open_loan(self, installment, clerk=None):
        """:return: a new case for the loan that pays `installment`"""
        self.ensure_one()
        if not installment:
            raise UserError(self.env._("The contract has no such loan any more."))
        case = (
            self.env["property.mortgage"]
            .sudo()
            .create(
                {
                    "contract_id": self.id,
                    "installment_id": installment.id,
                    "kind": installment.kind,
                    "amount": installment.residual,
                    "clerk_id": (clerk or self._loan_clerk()).id,
                }
            )
        )
        return case.with_env(self.env)

    def _loan_clerk(self):
        """Who looks after the loan: who signs, or the project's first clerk."""
        if self.env.user._has_office_role("clerk"):
            return self.env.user
        clerks = self.project_id.sudo().user_ids.filtered(
            lambda user: user._has_office_role("clerk")
        )
        return clerks[:1]

    def _regenerate_installments(self, plan=None, price=None, date=None):
        result = super()._regenerate_installments(plan=plan, price=price, date=date)
        self.filtered(lambda one: one.state in ("signed", "filed"))._relink_loans()
        return result

    def _relink_loans(self):
        """Cases go on with the loans of the new plan; what it has none for ends."""
        for contract in self.sudo():
            loans = contract.installment_ids.grouped("kind")
            for case in contract.mortgage_ids.filtered(
                lambda one: one.state in ("open", "paid") and not one.installment_id
            ):
                loan = loans.get(case.kind, case.installment_id)[:1]
                if case.state == "paid":
                    case._write_through({"installment_id": loan.id})
                elif loan.residual > 0:
                    case._write_through(
                        {"installment_id": loan.id, "amount": loan.residual}
                    )
                else:
                    case._end("withdrawn", self.env._("The plan has no such loan now."))
            contract._open_loans()

    def _end_loans(self, reason):
        """Withdraw the loans still under way; what is paid out is settled otherwise."""
        cases = self.sudo().mortgage_ids.filtered(lambda case: case.state == "open")
        if cases:
            cases._end("withdrawn", reason)

    def _cancel(self, change):
        result = super()._cancel(change)
        self._end_loans(self.env._("The contract is cancelled."))
        return result
