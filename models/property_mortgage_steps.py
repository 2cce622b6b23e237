from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .property_door import lock_rows
from .property_mortgage import LOAN_ROLES

REMINDER = "crm_property_sales.mail_activity_type_loan"


class PropertyMortgage(models.Model):
    """The steps of a loan: stage by stage, paid out or refused (F4)."""

    _inherit = "property.mortgage"

    document_ids = fields.Many2many(
        "property.contract.document", compute="_compute_document_ids"
    )
    missing_documents = fields.Char(compute="_compute_document_ids")
    has_missing_documents = fields.Boolean(
        "Papers Missing",
        compute="_compute_document_ids",
        search="_search_has_missing_documents",
    )

    @api.depends("contract_id.document_ids.state", "kind")
    def _compute_document_ids(self):
        for case in self:
            case.document_ids = case.contract_id.document_ids.filtered(
                lambda one, kind=case.kind: one.purpose == kind
            )
            case.missing_documents = case.contract_id._missing(case.kind)
            case.has_missing_documents = bool(case.missing_documents)

    def _search_has_missing_documents(self, operator, value):
        if operator != "in":
            return NotImplemented
        missing = Domain.OR(
            Domain("kind", "=", kind)
            & Domain(
                "contract_id.document_ids",
                "any",
                [("purpose", "=", kind), ("state", "=", "missing")],
            )
            for kind in ("mortgage", "provident")
        )
        return Domain.OR(missing if one else ~missing for one in value)

    # === Stages ===

    def write(self, vals):
        """A card dragged to another column takes the step of the button."""
        if "stage_id" not in vals:
            return super().write(vals)
        vals = dict(vals)
        stage = self.env["property.mortgage.stage"].browse(vals.pop("stage_id"))
        result = super().write(vals)
        for case in self.filtered(lambda case: case.stage_id != stage):
            case._enter(stage)
        return result

    def action_next_stage(self):
        """On to the next stage; to the last one with the money."""
        for case in self:
            case._enter(case.stage_id._following()[:1])
        return True

    def action_pay_out(self):
        """The bank has paid the loan: the receipt is drafted for finance to confirm."""
        final = self.env["property.mortgage.stage"]._all()[-1:]
        for case in self:
            case._enter(final)
        return True

    def _enter(self, stage):
        """The door: stages are passed one by one, and back to any earlier one.

        :raise UserError: when stages would be left out, papers are missing, no bank is
            chosen, or the case is over
        """
        self.ensure_one()
        self._check_role(*LOAN_ROLES)
        lock_rows(self)
        self._check_state("open")
        following = self.stage_id._following()
        if stage in following[1:] or not stage:
            raise UserError(
                self.env._(
                    "%(case)s goes from '%(stage)s' to '%(next)s' first.",
                    case=self.display_name,
                    stage=self.stage_id.name,
                    next=following[:1].name,
                )
            )
        if stage in following:
            self._check_ready()
        self._arrive(stage)
        if stage.is_final:
            self._pay_out()

    def _check_ready(self):
        """:raise UserError: for what keeps the case in its stage"""
        if not self.bank_id:
            raise UserError(
                self.env._("Choose the bank of %s first.", self.display_name)
            )
        if self.stage_id.needs_documents and self.missing_documents:
            raise UserError(
                self.env._(
                    "Papers of %(case)s are missing: %(missing)s.",
                    case=self.display_name,
                    missing=self.missing_documents,
                )
            )

    def _arrive(self, stage):
        """Note that the case is in `stage` from today on."""
        today = self.project_id.local_day()
        late = self.deadline and (today - self.deadline).days
        self.env["property.mortgage.move"].sudo().create(
            {
                "mortgage_id": self.id,
                "stage_id": stage.id,
                "days_late": max(late or 0, 0),
            }
        )
        self._write_through(
            {
                "stage_id": stage.id,
                "stage_date": today,
                "deadline": fields.Date.add(today, days=stage.days),
            }
        )
        self._end_reminders()

    def _pay_out(self):
        """Draft the receipt of the loan, for the instalment it was taken for."""
        installment = self.installment_id
        owed = min(self.amount, installment.residual)
        lines = [{"installment_id": installment.id, "amount": owed}] if owed > 0 else []
        # The price of what is sold before completion goes to the supervised account.
        account = (
            self.env["property.bank.account"]
            .sudo()
            .search(
                [
                    ("project_id", "=", self.project_id.id),
                    ("is_supervised", "=", True),
                ],
                limit=1,
            )
        )
        receipt = (
            self.env["property.receipt"]
            .sudo()
            .create(
                {
                    "contract_id": self.contract_id.id,
                    "amount": self.amount,
                    "method": "loan",
                    "account_id": account.id,
                    "date": self.project_id.local_day(),
                    "note": f"{self.name} {self.bank_id.name}",
                    "line_ids": [fields.Command.create(line) for line in lines],
                }
            )
        )
        self._write_through({"state": "paid", "receipt_id": receipt.id})

    # === Ends ===

    def action_refuse(self, reason, next_step="other_bank"):
        """The bank says no.

        :param reason: what the bank gave as its reason
        :param next_step: one of `next_step`: what is agreed with the client
        """
        self._check_role(*LOAN_ROLES)
        return self._end("refused", reason, next_step)

    def action_withdraw(self, reason):
        """The case is given up for a reason that is not the bank's."""
        self._check_role("manager")
        return self._end("withdrawn", reason)

    def _end(self, state, reason, next_step=False):
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the loan case ends."))
        lock_rows(self)
        self._check_state("open")
        self._write_through({"state": state, "reason": reason, "next_step": next_step})
        self._end_reminders()
        return True

    def action_reopen(self):
        """The receipt was withdrawn, the money has not come: the case goes on."""
        self._check_role(*LOAN_ROLES)
        self._check_state("paid")
        for case in self:
            if case.receipt_id.state in ("draft", "confirmed"):
                raise UserError(
                    self.env._(
                        "%s has its receipt: withdraw the receipt first.",
                        case.display_name,
                    )
                )
            case._write_through({"state": "open", "receipt_id": False})
            stages = self.env["property.mortgage.stage"]._all()
            case._arrive(stages.filtered(lambda stage: not stage.is_final)[-1:])
        return True

    def action_resubmit(self):
        """A refused loan is asked for at another bank: a new case, from the start.

        :return: the action that opens it
        """
        self.ensure_one()
        self._check_role(*LOAN_ROLES)
        self._check_state("refused")
        contract = self.contract_id
        contract._check_state("signed", "filed")
        case = contract._open_loan(self.installment_id, clerk=self.clerk_id)
        case._write_through({"previous_id": self.id})
        case.write({"rate": self.rate, "years": self.years})
        return case._get_records_action()

    # === Reminders ===

    def _end_reminders(self):
        self.sudo().activity_unlink([REMINDER])

    @api.model
    def _cron_remind(self):
        """Tell who is responsible of what is due today or late, once a stage."""
        for project in self.env["property.project"].search([("active", "=", True)]):
            today = project.local_day()
            cases = self.search(
                [
                    ("project_id", "=", project.id),
                    ("state", "=", "open"),
                    ("deadline", "<=", today),
                ]
            )
            reminded = self.env["mail.activity"].search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", cases.ids),
                    ("activity_type_id", "=", self.env.ref(REMINDER).id),
                ]
            )
            for case in cases - cases.browse(reminded.mapped("res_id")):
                user = case.clerk_id or project.manager_id
                case = case.with_context(lang=user.lang)
                case.activity_schedule(
                    REMINDER,
                    date_deadline=case.deadline,
                    summary=case.stage_id.name,
                    note=case.missing_documents or False,
                    user_id=user.id,
                )
