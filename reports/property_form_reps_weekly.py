from odoo import models

from .form_table import Column, Section
from .property_block_channels import CHANNEL_GROUPINGS


class PropertyFormRepsWeekly(models.AbstractModel):
    """G5 销售周统计报表: G2 and G4 summed over the week, each day visible."""

    _name = "property.form.reps_weekly"
    _inherit = ["property.form", "property.block.reps", "property.block.channels"]
    _description = "Weekly Statistics"

    _code = "G5"
    _period = "week"
    _layout = 2
    _roles = ("clerk", "supervisor", "manager", "hq")
    _filters = ("user",)
    _adds_up = ("property.form.reps_daily", "property.form.channels_daily")

    def _unsettled(self):
        return self._filed_headings()

    def _sections(self, scope):
        periods = self._channel_periods(scope)
        scope = self._read(scope, periods, ("user_id",), *CHANNEL_GROUPINGS)
        this, last = self.env._("This Week"), self.env._("Last Week")
        return [
            self._rep_section(self.env._("Week by Rep"), scope, "reps"),
            self._comparison(scope, self.env._("Against Last Week"), (this, last)),
            self._days(scope),
            *self._channel_sections(scope),
        ]

    # === Each day's column ===

    def _days(self, scope):
        """A line for each figure of the project, then of each rep who has any; empty
        are the days that have not come."""
        section = Section(
            self.env._("Day by Day"),
            [
                Column("rep", self.env._("Rep"), width=8),
                Column("figure", self.env._("Figure"), width=18),
                *(
                    Column(day.isoformat(), self._day_heading(day), "measure", 11)
                    for day in scope.days
                ),
                Column("week", self.env._("This Week"), "measure", 12),
                Column("before", self.env._("Last Week"), "measure", 12),
                Column("change", self.env._("Difference"), "measure", 12),
            ],
        )
        domain, before = self._facts(scope), self._facts(scope.previous())
        now = {
            one.date_to: self._tallies(one, "user_id") if one.has_begun else None
            for one in scope.each_day
        }
        weeks = [self._tallies(one, "user_id") for one in (scope, scope.previous())]
        measures = self._measures()
        self._add_days(
            section,
            measures,
            self.env._("Total"),
            {
                day: by if by is None else self._sum(by.values())
                for day, by in now.items()
            },
            [self._sum(week.values()) for week in weeks],
            (domain, before),
            whole=True,
        )
        nothing = self._sum(())
        for user in self._reps(scope, weeks[0] | weeks[1]):
            own = [("user_id", "=", user.id)]
            self._add_days(
                section,
                measures,
                self._rep_name(user),
                {
                    day: by if by is None else by.get(user, nothing)
                    for day, by in now.items()
                },
                [week.get(user, nothing) for week in weeks],
                (domain + own, before + own),
            )
        return section

    def _add_days(self, section, measures, label, by_day, weeks, domains, whole=False):
        """The lines of a rep, or of all.

        :param by_day: {day: Tally, or None of a day that has not come}
        :param weeks: Tallies of the week and of the one before
        :param domains: the facts of each
        """
        (week, then), (domain, before) = weeks, domains
        of_days = [
            (tally, [*domain, ("day", "=", day.isoformat())])
            for day, tally in by_day.items()
        ]
        for one in measures:
            values = [self._figure(week, domain, one.name, one.measure)]
            values.append(self._figure(then, before, one.name, one.measure))
            now, earlier = (figure.value for figure in values)
            if not whole and not now and not earlier:
                continue
            section.add(
                label,
                one.label,
                *(
                    tally and self._figure(tally, of_day, one.name, one.measure)
                    for tally, of_day in of_days
                ),
                *values,
                self._change(now, earlier),
                level="total" if whole else "line",
                kind=one.kind,
            )
            label = ""
