import logging
from datetime import timedelta

from odoo import api, fields, models

_logger = logging.getLogger(__name__)


class PropertyFiling(models.Model):
    """The schedule: what is due is made, overdue is told, moved is found."""

    _inherit = "property.filing"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _cron_make(self):
        """Put on the list what must be filed by now, and propose the policy's penalty
        for what is missing."""
        rules = self.env["property.filing.rule"].search([("active", "=", True)])
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(rules) + 1)
        for rule in rules:
            self._make_due(rule)
            if not progress(1):
                return
        self._mark_missing()
        progress(1)

    @api.model
    def _make_due(self, rule):
        """Every period of the rule that ends today or has ended, once; a day form of a
        day on which the office was closed is not due."""
        project = rule.project_id
        today = project.local_day()
        last = self.search(
            [
                ("project_id", "=", project.id),
                ("form", "=", rule.form),
                ("rhythm", "=", rule.rhythm),
                ("restatement_of", "=", False),
            ],
            order="period_end DESC",
            limit=1,
        ).period_end
        day = rule.date_start
        if last and last >= day:
            day = last + timedelta(days=1)
        closed = project.closed_days(day, today) if day <= today else set()
        values = []
        while (period := project.period_of(rule.rhythm, day))[1] <= today:
            if rule.rhythm != "day" or day not in closed:
                values.append(self._due_values(rule, *period))
            day = period[1] + timedelta(days=1)
        filings = self.create(values)
        filings._remind()
        return filings

    def _due_values(self, rule, period_start, period_end):
        return {
            "rule_id": rule.id,
            "form": rule.form,
            "rhythm": rule.rhythm,
            "project_id": rule.project_id.id,
            "period_start": period_start,
            "period_end": period_end,
            "approver_role": rule.approver_role,
            "responsible_id": rule._responsible().id,
            "deadline": rule._deadline(period_end),
        }

    def _remind(self):
        for filing in self:
            filing.activity_schedule(
                "crm_property_sales.mail_activity_type_filing",
                filing.project_id.local_day(filing.deadline),
                user_id=filing.responsible_id.id,
            )

    def _mark_missing(self):
        """Who has not filed days after the deadline: the proposal, and a word to the
        superior."""
        missing = self.search(
            [("is_missing", "=", True), ("penalty_reason", "=", False)]
        )
        for filing in missing:
            project = filing.project_id
            policy = project.policy(project.local_day(filing.deadline))
            days = timedelta(days=policy.filing_missing_days)
            if fields.Datetime.now() < filing.deadline + days:
                continue
            filing._write_through(filing._penalty("missing"))
            superior = project.manager_id
            if superior and superior != filing.responsible_id:
                filing.activity_schedule(
                    "crm_property_sales.mail_activity_type_filing",
                    project.local_day(),
                    user_id=superior.id,
                    summary=self.env._(
                        "%s has not filed this", filing.responsible_id.name
                    ),
                )

    @api.model
    def _cron_restate(self):
        """Compare the filed forms of the last days (policy) with the records of now."""
        roots = self.browse()
        for project in self.env["property.project"].search([("active", "=", True)]):
            today = project.local_day()
            days = project.policy(today).filing_recheck_days
            roots |= self.search(
                [
                    ("project_id", "=", project.id),
                    ("restatement_of", "=", False),
                    ("state", "in", ("filed", "approved")),
                    ("period_end", ">=", today - timedelta(days=days)),
                ]
            )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(roots))
        for root in roots:
            try:
                with self.env.cr.savepoint():
                    root._restate()
            except Exception:
                # One form that cannot be made must not keep back the others.
                _logger.exception("Filing %s could not be checked", root.id)
            if not progress(1):
                break
