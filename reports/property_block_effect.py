from collections import defaultdict
from dataclasses import replace

from odoo import models
from odoo.tools import SQL

from ..models.property_interaction import CALL_KINDS, RECEPTION_KINDS
from .form_table import Chart, Column, Figure, Section
from .metric_reading import DAY, Stretches
from .property_block_channels import CHANNEL_METRICS


class PropertyBlockChannels(models.AbstractModel):
    """Calls and visits by concern and hour, and what advertising cost for each."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "property.block.channels"

    # === By hour ===

    def _hours(self, scope):
        windows = self._windows(scope)
        section = Section(
            self.env._("By Hour"),
            [
                Column("hour", self.env._("Hour"), width=12),
                *self._window_columns(windows),
            ],
            adds="hours",
        )
        by_hour = self._by_window(windows, "hour")
        busy = [
            hour
            for hour, tallies in by_hour.items()
            if any(t.get("calls") or t.get("visits") for t in tallies.values())
        ]
        labels, series = [], defaultdict(list)
        for hour in range(min(busy, default=9), max(busy, default=17) + 1):
            tallies = by_hour[hour]
            section.add(
                f"{hour}:00–{hour + 1}:00",
                *self._windowed(windows, tallies, [("hour", "=", hour)]),
            )
            labels.append(f"{hour}:00")
            for name in ("calls", "visits"):
                series[name].append(tallies["now"].get(name))
        total = self._sum_windows(windows, by_hour.values())
        section.add(
            self.env._("Total"), *self._windowed(windows, total, []), level="total"
        )
        section.charts.append(
            self._reception_chart(section.title, "line", labels, series)
        )
        return section

    # === By concern ===

    def _concerns(self, scope):
        """Calls and visits that named a concern; one entry may name several."""
        windows = self._windows(scope)
        section = Section(
            self.env._("By Concern"),
            [
                Column("concern", self.env._("Concern"), width=14),
                *self._window_columns(windows),
            ],
            note=self.env._("One call or visit may name several concerns."),
            adds="concerns",
        )
        counts = self._concern_counts(windows)
        named = {one for by in counts.values() for one, _name in by}
        concerns = self.env["property.concern"].browse(filter(None, named)).sorted()
        domains = {
            (name, key): self._entries(period, name)
            for key, _heading, period, _n in windows
            for name in ("calls", "visits")
        }
        labels, series = [], defaultdict(list)
        for concern in [*concerns, concerns.browse()]:
            values = self._in_windows(
                windows,
                lambda name, key, _period, concern=concern: Figure.where(
                    counts[key][concern.id, name],
                    "property.interaction",
                    [
                        *domains[name, key],
                        ("concern_ids", "in", concern.ids or [False]),
                    ],
                ),
            )
            if any(figure and figure.value for figure in values):
                section.add(concern.name or self.env._("None Named"), *values)
                labels.append(concern.name or self.env._("None Named"))
                for name in ("calls", "visits"):
                    series[name].append(counts["now"][concern.id, name])
        section.charts.append(
            self._reception_chart(section.title, "bar", labels, series)
        )
        return section

    def _concern_counts(self, windows):
        """{window key: {(concern id or False, "calls" or "visits"): entries}}, all read
        in one query."""
        # Who made the entry decides, as everywhere in the metrics; record rules of the
        # register go by whose client it is now.
        entries = self.env["property.interaction"].sudo()
        scopes = [period for _key, _heading, period, _divisor in windows]
        stretches = Stretches.of(scopes)
        first, end = stretches.days[0], stretches.days[-1]
        whole = replace(scopes[0], date_from=first, date_to=end - DAY)
        query = entries._search(self._entries(whole))
        concern = entries._read_group_groupby(entries._table, "concern_ids", query)
        date, kind = (
            entries._field_to_sql(entries._table, name, query)
            for name in ("date", "kind")
        )
        query.groupby = SQL("1, 2, 3")
        counts = {key: defaultdict(int) for key, *_rest in windows}
        for place, concern_id, of_kind, number in self.env.execute_query(
            query.select(stretches.number(date, False), concern, kind, SQL("COUNT(*)"))
        ):
            name = "calls" if of_kind in CALL_KINDS else "visits"
            for key, _heading, period, _divisor in windows:
                if place in stretches.places(period):
                    counts[key][concern_id or False, name] += number
        return counts

    def _entries(self, scope, name=None):
        """The effective calls and visits of a scope in the register: a domain."""
        start, end = scope.bounds
        domain = [
            ("project_id", "=", scope.project.id),
            ("date", ">=", str(start)),
            ("date", "<", str(end)),
            ("kind", "in", RECEPTION_KINDS),
            *self.env["property.interaction"]._effective_domain(),
        ]
        if name:
            domain.append(("kind", "in" if name == "calls" else "not in", CALL_KINDS))
        if scope.user:
            domain.append(("user_id", "=", scope.user.id))
        if self._is_partial():
            domain.append(("user_id", "in", self.env.user._office_rep_ids()))
        return domain

    # === Advertising ===

    def _advertising(self, scope):
        """What each channel and campaign cost for a call, a visit, a deposit."""
        section = Section(
            self.env._("Advertising Effect"),
            self._advertising_columns(),
            note=self.env._(
                "Cost, calls, visits and deposits from %(first)s to %(last)s.",
                first=scope.date_from,
                last=scope.date_to,
            ),
        )
        costs = self.env["property.advertising"]._costs(
            scope.project, scope.date_from, scope.date_to
        )
        domain = self._facts(scope)
        by_source, by_campaign = (
            self._tallies(scope, *names, metrics=CHANNEL_METRICS)
            for names in (("source_id",), ("source_id", "campaign_id"))
        )
        spent = defaultdict(lambda: [0, self.env["property.advertising"]])
        for (source, _campaign), (amount, records) in costs.items():
            spent[source][0] += amount
            spent[source][1] |= records
        sources = sorted(
            {*spent, *by_source}, key=lambda one: (-spent[one][0], one.name or "~")
        )
        for source in sources:
            own = [*domain, ("source_id", "=", source.id)]
            parts = {of: cost for of, cost in costs.items() if of[0] == source}
            for (_source, campaign), (amount, records) in parts.items():
                if campaign or len(parts) > 1:
                    section.add(
                        self._channel_name(source),
                        campaign.name or self.env._("No Campaign"),
                        *self._effect(
                            round(amount, 2),
                            records,
                            by_campaign.get((source, campaign)) or self._sum(()),
                            [*own, ("campaign_id", "=", campaign.id)],
                        ),
                    )
            section.add(
                self._channel_name(source),
                "",
                *self._effect(
                    round(spent[source][0], 2),
                    spent[source][1],
                    by_source.get(source) or self._sum(()),
                    own,
                ),
                level="subtotal",
            )
        section.add(
            self.env._("Total"),
            "",
            *self._effect(
                round(sum(amount for amount, _records in spent.values()), 2),
                self.env["property.advertising"].union(
                    *(records for _amount, records in spent.values())
                ),
                self._sum(by_source.values()),
                domain,
            ),
            level="total",
        )
        section.charts.append(self._cost_chart(section))
        return section

    def _advertising_columns(self):
        cost = self.env._("Cost of One (yuan)")
        return [
            Column("channel", self.env._("Channel"), width=12),
            Column("campaign", self.env._("Campaign"), width=14),
            Column("cost", self.env._("Cost (yuan)"), "yuan", 11),
            Column("calls", self.env._("Calls"), "integer", 7),
            Column("visits", self.env._("Visits"), "integer", 7),
            Column("deposits", self.env._("Deposits"), "integer", 7),
            Column("per_call", self.env._("Call"), "yuan", 9, cost),
            Column("per_visit", self.env._("Visit"), "yuan", 9, cost),
            Column("per_deposit", self.env._("Deposit"), "yuan", 9, cost),
        ]

    def _effect(self, cost, records, tally, domain):
        names = ("calls", "visits", "deposits")
        return [
            Figure.of(cost, records),
            *(self._figure(tally, domain, name) for name in names),
            *(
                round(cost / tally.get(name), 2) if cost and tally.get(name) else None
                for name in names
            ),
        ]

    def _cost_chart(self, section):
        keys = [column.key for column in section.columns]
        place = keys.index("per_visit")
        rows = [
            row.values
            for row in section.rows
            if row.level == "subtotal" and row.values[place]
        ]
        title = self.env._("Cost of a Visit (yuan)")
        return Chart(
            title,
            "bar",
            [values[0] for values in rows],
            [(title, [values[place] for values in rows])],
        )
