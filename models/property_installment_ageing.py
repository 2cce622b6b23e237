from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

AGEING = [
    ("not_due", "Not Yet Due"),
    ("d30", "1–30 Days"),
    ("d60", "31–60 Days"),
    ("d90", "61–90 Days"),
    ("over", "Over 90 Days"),
]
# The first day late of each band; none for what is not due.
FIRST_DAY = {"d30": 1, "d60": 31, "d90": 61, "over": 91}


class PropertyInstallment(models.Model):
    """账龄: how late the unpaid is, by the project's today (F3).

    Never stored: it would age at midnight. What is deferred is not late while the
    promise holds; broken, it is as late as it ever was.
    """

    _inherit = "property.installment"  # pylint: disable=consider-merging-classes-inherited

    overdue_days = fields.Integer("Days Late", compute="_compute_ageing")
    ageing = fields.Selection(
        AGEING, compute="_compute_ageing", search="_search_ageing"
    )

    @api.depends("residual", "due_date", "deferred_until")
    def _compute_ageing(self):
        for one in self:
            one.overdue_days = 0
            one.ageing = False
            if not one.contract_id or one.currency_id.is_zero(one.residual):
                continue
            one.ageing = "not_due"
            if one.state == "overdue":
                today = one.project_id.local_day()
                one.overdue_days = (today - one.due_date).days
                one.ageing = [
                    band
                    for band, first in FIRST_DAY.items()
                    if one.overdue_days >= first
                ][-1]

    def _search_ageing(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(
            Domain("residual", "<=", 0) if not band else self._band_domain(band)
            for band in value
        )

    def _band_domain(self, band):
        domain = Domain("residual", ">", 0)
        if band == "not_due":
            return domain & ~Domain("state", "=", "overdue")
        days = sorted(FIRST_DAY.values())
        first = FIRST_DAY.get(band)
        if not first:
            return Domain.FALSE
        after = next((day for day in days if day > first), None)
        return (
            domain
            & Domain("state", "=", "overdue")
            & Domain.OR(
                Domain("project_id", "=", project.id)
                & Domain("due_date", "<=", today - timedelta(days=first))
                & (
                    Domain("due_date", ">", today - timedelta(days=after))
                    if after
                    else Domain.TRUE
                )
                for project, today in self._todays()
            )
        )

    @api.model
    def _todays(self):
        """[(project, its today)]: projects may lie in different time zones."""
        projects = self.env["property.project"].sudo().with_context(active_test=False)
        return [
            (project, project.local_day())
            for project in projects.search_fetch([], ["tz"])
        ]
