from odoo import fields, models


class PropertyReason(models.TransientModel):
    """Why a step is taken that nobody takes without saying so."""

    _name = "property.reason"
    _description = "Reason of a Step"

    step = fields.Selection(
        [
            ("cancel_filing", "Cancel the Filing"),
            ("refuse", "Refused by the Bank"),
            ("withdraw", "Withdraw the Case"),
            ("case_note", "What Was Done"),
            ("case_solve", "Solved"),
            ("case_reopen", "Reopen"),
            ("cancel_refund", "Cancel the Refund"),
        ],
        required=True,
        readonly=True,
    )
    contract_id = fields.Many2one("property.contract", readonly=True)
    mortgage_id = fields.Many2one("property.mortgage", "Loan Case", readonly=True)
    case_id = fields.Many2one("property.case", "Client Case", readonly=True)
    receipt_id = fields.Many2one("property.receipt", readonly=True)
    reason = fields.Text(required=True)
    next_step = fields.Selection(
        lambda self: self.env["property.mortgage"]._fields["next_step"].selection,
        default="other_bank",
    )

    def action_take(self):
        """Take the step; the document itself checks who may, and when."""
        self.ensure_one()
        match self.step:
            case "cancel_filing":
                self.contract_id.action_cancel_filing(self.reason)
            case "refuse":
                self.mortgage_id.action_refuse(self.reason, self.next_step)
            case "withdraw":
                self.mortgage_id.action_withdraw(self.reason)
            case "case_note":
                self.case_id.action_note(self.reason)
            case "case_solve":
                self.case_id.action_solve(self.reason)
            case "case_reopen":
                self.case_id.action_reopen(self.reason)
            case "cancel_refund":
                self.receipt_id.action_cancel(self.reason)
        return {"type": "ir.actions.act_window_close"}
