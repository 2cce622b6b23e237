from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

OPEN_STATES = ("draft", "approved")


class PropertyDeferral(models.Model):
    """延期付款: a client asks to pay later, and keeps the new day or not (F5).

    The contract's due date stays; the instalment counts as deferred, not as overdue,
    until the day that was promised is over.
    """

    _name = "property.deferral"
    _description = "Deferral of a Payment"
    _inherit = [
        "property.unit.deal.mixin",
        "property.approval.mixin",
        "mail.thread",
    ]
    _order = "promise_date DESC, id DESC"
    _approval_roles = ("rep", "clerk")
    _door_fields = (
        *("state", "refusal_reason", "name", "times"),
        *("original_date", "amount", "judged_date"),
        *("approved_date", "approver_id"),
    )
    _frozen_fields = dict.fromkeys(
        ("installment_id", "contract_id", "promise_date", "reason"), ("draft",)
    )

    name = fields.Char("Request No.")
    installment_id = fields.Many2one(
        "property.installment",
        index=True,
        domain="[('contract_id.state', 'in', ('signed', 'filed')), "
        "('residual', '>', 0)]",
        ondelete="set null",
    )
    # Its own: instalments are made anew when the plan changes, the promise stays.
    contract_id = fields.Many2one(
        "property.contract",
        compute="_compute_contract_id",
        store=True,
        precompute=True,
        required=True,
        index=True,
        ondelete="restrict",
    )
    payment = fields.Char(
        "Item of Payment",
        compute="_compute_contract_id",
        store=True,
        precompute=True,
    )
    unit_id = fields.Many2one(
        related="contract_id.unit_id", store=True, precompute=True
    )
    project_id = fields.Many2one(index=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Purchaser")
    lead_id = fields.Many2one(
        related="contract_id.lead_id", store=True, precompute=True
    )
    user_id = fields.Many2one(related="contract_id.user_id")

    original_date = fields.Date(
        "Due On", readonly=True, copy=False, help="As the contract says."
    )
    amount = fields.Monetary(
        "Amount Deferred", readonly=True, copy=False, help="Unpaid at the request."
    )
    promise_date = fields.Date("Promised Until", required=True, tracking=True)
    days = fields.Integer("Days Deferred", compute="_compute_days", store=True)
    reason = fields.Text(required=True)
    times = fields.Integer(
        "Nth Deferral",
        readonly=True,
        copy=False,
        help="How often this payment was deferred.",
    )
    approved_date = fields.Datetime("Approved On", readonly=True, copy=False)
    approver_id = fields.Many2one(
        "res.users", "Approved by", readonly=True, copy=False, help="At the last level."
    )
    judged_date = fields.Date(
        "Judged On",
        readonly=True,
        copy=False,
        help="When the promise was kept or broken, or had no object any more.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("approved", "Approved"),
            ("kept", "Promise Kept"),
            ("broken", "Promise Broken"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )

    _one_open_per_installment = models.UniqueIndex(
        "(installment_id) WHERE state IN ('draft', 'approved')",
        "A deferral of this payment is under way already.",
    )
    _promise_idx = models.Index("(project_id, promise_date) WHERE state = 'approved'")
    _approved_idx = models.Index(
        "(project_id, approved_date) WHERE approved_date IS NOT NULL"
    )

    @api.depends("installment_id")
    def _compute_contract_id(self):
        for deferral in self:
            if installment := deferral.installment_id:
                deferral.contract_id = installment.contract_id
                deferral.payment = installment.name
            else:  # made anew
                deferral.contract_id = deferral.contract_id
                deferral.payment = deferral.payment

    @api.depends("promise_date", "original_date")
    def _compute_days(self):
        for deferral in self:
            due = deferral.original_date
            deferral.days = due and (deferral.promise_date - due).days

    @api.depends("name", "contract_id.unit_id.name", "payment")
    def _compute_display_name(self):
        for deferral in self:
            number = deferral.name or self.env._("New Deferral")
            unit = deferral.contract_id.unit_id.name or ""
            deferral.display_name = f"{number} · {unit} {deferral.payment or ''}"

    @api.constrains("promise_date", "installment_id")
    def _check_promise_date(self):
        for deferral in self.filtered("installment_id"):
            due = deferral._due_date()
            if not due or deferral.promise_date <= due:
                raise ValidationError(
                    self.env._(
                        "A payment is deferred beyond the day it is due: %s.",
                        due or self.env._("not due yet"),
                    )
                )

    def _due_date(self):
        """When the payment is due now: by the contract, or by the last promise."""
        installment = self.installment_id
        dates = (installment.due_date, installment.deferred_until)
        return max((day for day in dates if day), default=False)

    @api.model_create_multi
    def create(self, vals_list):
        self.flush_model(["state"])  # one that just ended makes room in the index
        deferrals = super().create(vals_list)
        deferrals._note_facts()
        return deferrals

    def write(self, vals):
        result = super().write(vals)
        if "installment_id" in vals:
            self._note_facts()
        return result

    def _note_facts(self):
        """What is deferred, as it is on the day of the request."""
        for deferral in self:
            installment = deferral.installment_id
            installment.contract_id._check_state("signed", "filed")
            deferral._write_through(
                {
                    "original_date": installment.due_date,
                    "amount": installment.residual,
                }
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        for deferral in self:
            if deferral.state != "draft" or deferral.sudo().review_ids:
                raise UserError(
                    self.env._("A deferral that was requested stays on record.")
                )

    # === Approval ===

    def _check_request(self):
        today = self.project_id.local_day()
        if self.promise_date < today:
            raise UserError(self.env._("The day that is promised is over already."))
        self._note_facts()
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise UserError(self.env._("Nothing is left to pay of %s.", self.payment))
        if not self.name:
            self._write_through({"name": self._next_number("property.deferral")})

    def _on_approved(self):
        before = self.search_count(
            [
                ("installment_id", "=", self.installment_id.id),
                ("state", "in", ("kept", "broken")),
            ]
        )
        self._write_through(
            {
                "times": before + 1,
                "approved_date": fields.Datetime.now(),
                "approver_id": self.env.uid,
            }
        )
        self.installment_id._defer(self.promise_date)
        self._judge()

    # === Kept or broken ===

    def _judge(self):
        """Kept: all of the payment came, by its day of payment, within the promise.
        Broken: the day is over in the project, and it did not. Money paid in time and
        confirmed later mends a broken one."""
        for deferral in self.filtered(lambda one: one.state in ("approved", "broken")):
            promise = deferral.promise_date
            installment = deferral.installment_id
            in_time = installment.line_ids.filtered(
                lambda line, day=promise: line.receipt_id.date <= day
            )
            today = deferral.project_id.local_day()
            if (
                deferral.currency_id.compare_amounts(
                    in_time._paid_sum(), installment.amount
                )
                >= 0
            ):
                deferral._write_through({"state": "kept", "judged_date": today})
            elif deferral.state == "approved" and promise < today:
                deferral._write_through({"state": "broken", "judged_date": today})

    @api.model
    def _cron_judge(self):
        """Judge the promises whose day is over in their project's time zone."""
        domain = [("state", "=", "approved")]
        for project, deferrals in self.search(domain).grouped("project_id").items():
            today = project.local_day()
            deferrals.filtered(lambda one, day=today: one.promise_date < day)._judge()

    def _end(self):
        """What was asked or promised has no object any more."""
        for deferral in self.filtered(lambda one: one.state in OPEN_STATES):
            today = deferral.project_id.local_day()
            deferral._write_through({"state": "cancelled", "judged_date": today})
