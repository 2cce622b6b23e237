from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .crm_lead_ownership import QUIET

# Which date runs out, by the rule that watches it.
RULE_DATES = {
    "fee": "fee_deadline",
    "papers": "papers_deadline",
    "sign": "sign_deadline",
}

LAPSE_RULES = [
    ("fee", "Deposit not paid in full"),
    ("papers", "Papers missing"),
    ("sign", "Contract not signed"),
]


class PropertyDeposit(models.Model):
    """Rest of the deposit, papers, signing: each has its day; who forgets is warned,
    and a day that passes brings the lapse, or its proposal to the manager (E2).

    Money that finance has confirmed is never moved by a date: the manager starts a
    cancellation, or grants time.
    """

    _name = "property.deposit"
    _inherit = ["property.deposit", "mail.thread", "mail.activity.mixin"]

    fee_deadline = fields.Date("Paid in Full By", readonly=True, copy=False)
    papers_deadline = fields.Date("Papers By", readonly=True, copy=False)
    papers_date = fields.Date("Papers Complete", readonly=True, copy=False)
    lapse_date = fields.Date(
        "Lapses After",
        compute="_compute_lapse_date",
        store=True,
        help="The earliest of the days that the policy sets.",
    )
    lapse_rule = fields.Selection(
        LAPSE_RULES,
        "What Is Missing",
        compute="_compute_lapse_date",
        store=True,
    )
    warned_date = fields.Date(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The day of which rep and control have been warned.",
    )
    proposed_date = fields.Date(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The day after which the lapse was proposed to the manager.",
    )

    _lapse_idx = models.Index("(project_id, lapse_date) WHERE lapse_date IS NOT NULL")

    @api.depends(
        "state", "fee_deadline", "papers_deadline", "papers_date", "sign_deadline"
    )
    def _compute_lapse_date(self):
        for deposit in self:
            deposit.lapse_date, deposit.lapse_rule = min(
                deposit._open_deadlines(), default=(False, False)
            )

    def _open_deadlines(self):
        """[(last day, rule)] of what the deposit still waits for"""
        days = []
        if self.state == "paid" and self.fee_deadline:
            days.append((self.fee_deadline, "fee"))
        if self.state == "confirmed" and self.papers_deadline and not self.papers_date:
            days.append((self.papers_deadline, "papers"))
        if self.state == "confirmed" and self.sign_deadline:
            days.append((self.sign_deadline + timedelta(self._sign_grace()), "sign"))
        return days

    def _sign_grace(self):
        """Days of grace, by the policy of the day the deposit was confirmed."""
        project = self.project_id
        day = self.confirm_date and project.local_day(self.confirm_date)
        return project._policy_number(day or project.local_day(), "sign_grace_days")

    def _fee_deadline(self):
        project = self.project_id
        return fields.Date.add(project.local_day(), days=project.policy().fee_days)

    def _confirmed_deadlines(self):
        project = self.project_id
        policy, today = project.policy(), project.local_day()
        return {
            "papers_deadline": fields.Date.add(today, days=policy.papers_days),
            "sign_deadline": fields.Date.add(today, days=policy.sign_days),
        }

    def _write_through(self, vals):
        """What a step changes ends the warnings of an earlier day and moves the
        client's ownership (see `crm.lead._sync_register`)."""
        result = super()._write_through(vals)
        if not {"state", *RULE_DATES.values(), "papers_date"}.isdisjoint(vals):
            self.filtered(lambda one: one.warned_date or one.proposed_date)._settle()
        if not {"state", "slip_expires"}.isdisjoint(vals):
            self.sudo().lead_id._sync_register()
        return result

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Nobody follows a deposit: who hears of it changes with the client (J1)."""
        return True

    # === Steps ===

    def action_papers_complete(self):
        """The clerk has all papers that the purchase needs."""
        self._check_role("clerk")
        self._check_state("paid", "confirmed")
        for deposit in self:
            deposit._write_through({"papers_date": deposit.project_id.local_day()})
        return True

    def action_grant_time(self, until, reason):
        """The manager gives more time for what is missing, with a reason for the log.

        :param until: the new last day of what is missing
        """
        self._check_role("manager")
        self._check_state("paid", "confirmed")
        until = fields.Date.to_date(until)
        for deposit in self:
            if not deposit.lapse_rule:
                raise UserError(
                    self.env._("Nothing is missing on %s.", deposit.display_name)
                )
            rule = deposit.lapse_rule
            name = RULE_DATES[rule]
            if not until or until < deposit.project_id.local_day():
                raise UserError(self.env._("Enter a day that is still to come."))
            if until <= deposit[name]:
                raise UserError(
                    self.env._("There is time until %s already.", deposit[name])
                )
            before = deposit[name]
            deposit._write_through({name: until})
            end = deposit.project_id.day_bounds(until)[1]
            deposit._log_step(
                "granted", reason, until=end, rule=rule, day_before=before
            )
        return True

    # === The days ===

    @api.model
    def _cron_deadlines(self):
        """Warn before a day runs out; lapse or propose what has run out (E2)."""
        for project in self.env["property.project"].search([("active", "=", True)]):
            near = self._watch_deadlines(project)
            self.env["ir.cron"]._commit_progress(len(near))

    def _watch_deadlines(self, project):
        today = project.local_day()
        policy = project.policy()
        near = self.search(
            [
                ("project_id", "=", project.id),
                ("lapse_date", "<=", today + timedelta(policy.lapse_warn_days)),
            ]
        ).try_lock_for_update()
        for deposit in near:
            if deposit.lapse_date >= today:
                deposit._warn()
            elif policy.lapse_automatic and deposit._can_lapse():
                deposit.receipt_ids.action_cancel()
                deposit._release("lapsed", deposit._missing())
                deposit._tell_office()
            else:
                deposit._propose_lapse()
        return near

    def _missing(self):
        labels = dict(self._fields["lapse_rule"]._description_selection(self.env))
        return self.env._(
            "%(rule)s by %(day)s.",
            rule=labels[self.lapse_rule],
            day=self.lapse_date,
        )

    def _can_lapse(self):
        """Only where no money of the client's is with finance."""
        return self.state == "paid" and not any(
            receipt.state == "confirmed" for receipt in self.receipt_ids
        )

    def _warn(self):
        """Tell rep and control before the day, and again who took the client over."""
        users = self.user_id | self.project_id._control_officers()
        self._plan("mail_activity_type_deadline", users)
        self._write_through({"warned_date": self.lapse_date})

    def _propose_lapse(self):
        """Ask the manager: cancel, or grant time. Nothing is freed without him."""
        if self.proposed_date != self.lapse_date:
            self._plan("mail_activity_type_lapse_proposed", self._decider())
            self._write_through({"proposed_date": self.lapse_date})

    def _decider(self):
        project = self.project_id
        return project.manager_id or project._control_officers()

    def _plan(self, activity_type, users):
        """An activity for each of `users` who has none for this day, and no others."""
        activity_type = self.env.ref(f"crm_property_sales.{activity_type}")
        open_ = self._deadline_activities().filtered(
            lambda one: one.activity_type_id == activity_type
        )
        keep = open_.filtered(
            lambda one: one.user_id in users and one.date_deadline == self.lapse_date
        )
        (open_ - keep).unlink()
        self.env["mail.activity"].sudo().with_context(**QUIET).create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": self.id,
                    "activity_type_id": activity_type.id,
                    "summary": self.with_context(lang=user.lang)._missing(),
                    "user_id": user.id,
                    "date_deadline": self.lapse_date,
                }
                for user in users - keep.user_id
            ]
        )

    def _deadline_activities(self):
        types = [
            self.env.ref(f"crm_property_sales.mail_activity_type_{name}").id
            for name in ("deadline", "lapse_proposed")
        ]
        return (
            self.env["mail.activity"]
            .sudo()
            .with_context(**QUIET)
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("activity_type_id", "in", types),
                ]
            )
        )

    def _settle(self):
        """Drop what was planned for a day that no longer counts."""
        days = {deposit.id: deposit.lapse_date for deposit in self}
        self._deadline_activities().filtered(
            lambda one: one.date_deadline != days[one.res_id]
        ).unlink()
