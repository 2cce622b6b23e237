from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from odoo import models

from ..models.metric import parts
from .form_table import Chart, Column, Section

CHANNEL_GROUPINGS = (("source_id", "campaign_id"), ("hour",))
# What is told of a channel; who asked for nothing else is in no line of its own.
CHANNEL_FIGURES = ("calls", "visits", "deposits")
CHANNEL_METRICS = parts(*CHANNEL_FIGURES)


class PropertyBlockChannels(models.AbstractModel):
    """The sections of G4: calls and visits by channel, concern and hour against an
    earlier period, and what advertising cost for each of them."""

    _name = "property.block.channels"
    _inherit = ["property.block"]
    _description = "Block of Channels"

    def _channel_periods(self, scope):
        """The periods that the sections of channels count."""
        periods = [period for _key, _heading, period, _divisor in self._windows(scope)]
        return [*periods, self._advertised(scope)]

    @staticmethod
    def _advertised(scope):
        is_day = scope.date_from == scope.date_to
        return scope.since_month() if is_day else scope

    def _channel_sections(self, scope):
        sections = [self._channels(scope), self._concerns(scope), self._hours(scope)]
        if not self._is_partial():  # part of the visits would bear all of the cost
            sections.append(self._advertising(self._advertised(scope)))
        return sections

    # === Periods that are set side by side ===

    def _windows(self, scope):
        """What a period is compared with: [(key, heading, scope, divisor)]."""
        before = scope.previous()
        if scope.date_from == scope.date_to:
            week = replace(before, date_from=before.date_to - timedelta(days=6))
            return [
                ("now", self.env._("Today"), scope, 1),
                ("before", self.env._("Yesterday"), before, 1),
                ("mean", self.env._("7-Day Mean"), week, 7),
            ]
        heading, earlier = {
            "week": (self.env._("This Week"), self.env._("Last Week")),
            "month": (self.env._("This Month"), self.env._("Last Month")),
        }[self._period]
        days = scope.each_day if self._period == "week" else ()
        return [
            *(
                (f"{day.date_to}", self._day_heading(day.date_to), day, 1)
                for day in days
            ),
            ("now", heading, scope, 1),
            ("before", earlier, before, 1),
        ]

    def _day_heading(self, day):
        names = (
            *(self.env._("Mon"), self.env._("Tue"), self.env._("Wed")),
            *(self.env._("Thu"), self.env._("Fri"), self.env._("Sat")),
            self.env._("Sun"),
        )
        return f"{names[day.weekday()]} {day:%m-%d}"

    def _window_columns(self, windows):
        return [
            Column(
                f"{name}_{key}",
                heading,
                "integer" if divisor == 1 else "area",
                7,
                group,
                key == "now",
            )
            for name, group in (
                ("calls", self.env._("Calls")),
                ("visits", self.env._("Visits")),
            )
            for key, heading, _scope, divisor in windows
        ]

    def _windowed(self, windows, tallies, more):
        """Calls and visits of a line in each window.

        :param tallies: {window key: Tally}
        :param more: the line's own conditions
        """
        return self._in_windows(
            windows,
            lambda name, key, scope: self._figure(
                tallies[key], [*self._facts(scope), *more], name
            ),
        )

    def _in_windows(self, windows, figure):
        """Calls and visits in each window; nothing of a day that has not come.

        :param figure: gives the figure of ("calls" or "visits", window key, scope)
        """
        return [
            self._mean(figure(name, key, scope), divisor) if scope.has_begun else None
            for name in ("calls", "visits")
            for key, _heading, scope, divisor in windows
        ]

    @staticmethod
    def _mean(figure, divisor):
        if divisor == 1:
            return figure
        return replace(figure, value=round(figure.value / divisor, 4))

    # === By channel and campaign ===

    def _channels(self, scope):
        """A line for each campaign of a channel, and the channel's sum."""
        windows = self._windows(scope)
        section = Section(
            self.env._("By Channel and Campaign"),
            [
                Column("channel", self.env._("Channel"), width=12),
                Column("campaign", self.env._("Campaign"), width=14),
                *self._window_columns(windows),
                *self._conversion_columns(),
            ],
            adds="channels",
        )
        by_key = self._by_window(windows, "source_id", "campaign_id")
        labels, series = [], defaultdict(list)
        for source, lines in self._grouped(by_key).items():
            more = [("source_id", "=", source.id)]
            for campaign, tallies in lines.items():
                if len(lines) > 1 or campaign:
                    section.add(
                        self._channel_name(source),
                        campaign.name or self.env._("No Campaign"),
                        *self._channel_line(
                            windows, tallies, [*more, ("campaign_id", "=", campaign.id)]
                        ),
                    )
            total = self._sum_windows(windows, lines.values())
            section.add(
                self._channel_name(source),
                self.env._("Together") if len(lines) > 1 or campaign else "",
                *self._channel_line(windows, total, more),
                level="subtotal",
            )
            labels.append(self._channel_name(source))
            for name in ("calls", "visits"):
                series[name].append(total["now"].get(name))
        section.add(
            self.env._("Total"),
            "",
            *self._channel_line(
                windows, self._sum_windows(windows, by_key.values()), []
            ),
            level="total",
        )
        section.charts.append(
            self._reception_chart(section.title, "bar", labels, series)
        )
        return section

    def _channel_name(self, source):
        return source.name or self.env._("Not Asked")

    def _grouped(self, by_key):
        """{source: {campaign: tallies}}, the busiest channel first."""
        grouped = defaultdict(dict)
        for (source, campaign), tallies in by_key.items():
            grouped[source][campaign] = tallies

        def busy(item):
            now = self._sum(tallies["now"] for tallies in item[1].values())
            return -now.get("calls") - now.get("visits"), item[0].name or "~"

        return {
            source: dict(sorted(lines.items(), key=lambda line: line[0].name or ""))
            for source, lines in sorted(grouped.items(), key=busy)
        }

    def _conversion_columns(self):
        return [
            Column("deposits", self.env._("Deposits"), "integer", 6),
            Column("deposit_rate", self.env._("First Visit → Deposit"), "percent", 9),
        ]

    def _channel_line(self, windows, tallies, more):
        [scope] = (scope for key, _heading, scope, _divisor in windows if key == "now")
        now = [*self._facts(scope), *more]
        return [
            *self._windowed(windows, tallies, more),
            *(
                self._figure(tallies["now"], now, name)
                for name in ("deposits", "deposit_rate")
            ),
        ]

    def _by_window(self, windows, *groupby):
        """{group: {window key: Tally}} of every group with a fact in any window."""
        groups = defaultdict(lambda: {key: self._sum(()) for key, *_rest in windows})
        for key, _heading, scope, _divisor in windows:
            for group, tally in self._tallies(
                scope, *groupby, metrics=CHANNEL_METRICS
            ).items():
                if any(tally.get(name) for name in CHANNEL_FIGURES):
                    groups[group][key] = tally
        return groups

    def _sum_windows(self, windows, groups):
        groups = list(groups)
        return {
            key: self._sum(tallies[key] for tallies in groups)
            for key, *_rest in windows
        }

    def _reception_chart(self, title, kind, labels, series):
        return Chart(
            title,
            kind,
            labels,
            [
                (self.env._("Calls"), series["calls"]),
                (self.env._("Visits"), series["visits"]),
            ],
        )
