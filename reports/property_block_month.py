from dataclasses import replace
from datetime import timedelta

from odoo import models

from ..models.metric import parts, percent
from ..models.property_target import AIMS
from .form_table import Chart, Column, Figure, Section

# What is told of the year to date.
YEAR_METRICS = parts(*(name for name, _measure in AIMS.values()), "fees")


class PropertyBlockMonth(models.AbstractModel):
    """A month as a whole: against its target, week by week, rep against rep."""

    _name = "property.block.month"
    _inherit = ["property.block.reps", "property.block.channels"]
    _description = "Block of a Month"

    # === Target and result ===

    def _targets(self, scope):
        """Plan, actual and rate of the month and of the year to its end."""
        periods = [
            ("month", self.env._("This Month"), scope),
            ("year", self.env._("Year to Date"), scope.since_year()),
        ]
        section = Section(
            self.env._("Target and Result"),
            [
                Column("label", "", width=12),
                Column("measure", self.env._("Measure"), width=6),
                *(
                    Column(f"{name}_{key}", heading, kind, 13, group)
                    for key, group, _period in periods
                    for name, heading, kind in (
                        ("plan", self.env._("Target"), "measure"),
                        ("actual", self.env._("Actual"), "measure"),
                        ("rate", self.env._("Rate"), "percent"),
                    )
                ),
            ],
        )
        results = [
            (
                self._aims(period),
                self._tallies(period, metrics=YEAR_METRICS)[()],
                self._facts(period),
            )
            for _key, _group, period in periods
        ]
        labels = {
            "net_deposits": self.env._("Net Deposits"),
            "net_contracts": self.env._("Net Contracts"),
            "net_receipts": self.env._("Net Receipts"),
        }
        measures = {
            "number": (self.env._("units"), "integer"),
            "area": ("㎡", "area"),
            "amount": (self.env._("yuan"), "yuan"),
        }
        rates = []
        for aim, (name, measure) in AIMS.items():
            heading, kind = measures[measure]
            values = []
            for (planned, targets), tally, domain in results:
                figure = self._figure(tally, domain, name, measure)
                values += [
                    Figure.of(planned[aim], targets),
                    figure,
                    percent(figure.value, planned[aim]),
                ]
            section.add(labels[name], heading, *values, kind=kind)
            if measure == "amount":
                rates.append((labels[name], values[2] or 0))
        section.charts.append(
            Chart(
                self.env._("Reached (%)"),
                "bar",
                [label for label, _rate in rates],
                [(self.env._("This Month"), [rate for _label, rate in rates])],
            )
        )
        return section

    def _aims(self, scope):
        """The project's target, or of a rep's form the rep's."""
        return self.env["property.target"]._aims(
            scope.project, scope.date_from, scope.date_to, scope.user
        )

    # === Weeks side by side ===

    def _weeks(self, scope):
        """Each week's part of the month: they add up to it. A week that has not begun
        is empty."""
        weeks = self._weeks_of(scope)
        section = Section(
            self.env._("Weeks Side by Side"),
            [
                Column("figure", self.env._("Figure"), width=18),
                *(
                    Column(
                        f"week_{number}",
                        f"{week.date_from:%m-%d} – {week.date_to:%m-%d}",
                        "measure",
                        13,
                    )
                    for number, week in enumerate(weeks, 1)
                ),
                Column("month", self.env._("This Month"), "measure", 13),
                Column("before", self.env._("Last Month"), "measure", 13),
                Column("change", self.env._("Difference"), "measure", 13),
            ],
        )
        domains = [self._facts(week) for week in weeks]
        tallies = [self._tallies(week)[()] for week in weeks]
        begun = sum(week.has_begun for week in weeks)
        before = scope.previous()
        domains += [self._facts(scope), self._facts(before)]
        tallies += [self._sum(tallies), self._tallies(before)[()]]
        for one in self._measures():
            values = [
                self._figure(tally, domain, one.name, one.measure)
                for tally, domain in zip(tallies, domains, strict=True)
            ]
            values[begun : len(weeks)] = [None] * (len(weeks) - begun)
            section.add(
                one.label,
                *values,
                self._change(values[-2].value, values[-1].value),
                kind=one.kind,
            )
        heads = [column.label for column in section.columns[1 : begun + 1]]
        section.charts.append(
            Chart(
                section.title,
                "line",
                heads,
                [
                    (label, [tally.get(name) for tally in tallies[:begun]])
                    for label, name in (
                        (self.env._("Visits"), "visits"),
                        (self.env._("Deposits"), "deposits"),
                        (self.env._("Contracts"), "contracts"),
                    )
                ],
            )
        )
        return section

    @staticmethod
    def _weeks_of(scope):
        weeks, day = [], scope.date_from
        while day <= scope.date_to:
            end = min(scope.project.week_bounds(day)[1], scope.date_to)
            weeks.append(replace(scope, date_from=day, date_to=end))
            day = end + timedelta(days=1)
        return weeks

    # === Districts ===

    def _districts(self, scope):
        windows = self._windows(scope)
        section = Section(
            self.env._("By District"),
            [
                Column("district", self.env._("Lives In"), width=14),
                *self._window_columns(windows),
                *self._conversion_columns(),
            ],
        )
        by_district = self._by_window(windows, "district")
        for district, tallies in sorted(
            by_district.items(),
            key=lambda item: (-item[1]["now"].get("visits"), item[0] or "~"),
        ):
            section.add(
                district or self.env._("Not Asked"),
                *self._channel_line(windows, tallies, [("district", "=", district)]),
            )
        total = self._sum_windows(windows, by_district.values())
        section.add(
            self.env._("Total"), *self._channel_line(windows, total, []), level="total"
        )
        return section

    # === Ranking ===

    def _ranking(self, scope):
        """Reps by what they sold, with their targets and their diligence (H6)."""
        section = Section(self.env._("Ranking of Reps"), self._ranking_columns())
        domain = self._facts(scope)
        tallies = self._tallies(scope, "user_id")
        lines = [
            (user, tallies.get(user) or self._sum(()))
            for user in self._reps(scope, tallies)
        ]
        of_rep = self.env["property.target"]._of_reps(
            scope.project, scope.date_from, scope.date_to
        )
        lines.sort(
            key=lambda line: (
                -line[1].get("net_deposits", "amount"),
                -line[1].get("net_contracts", "amount"),
                -line[1].get("visits"),
            )
        )
        for rank, (user, tally) in enumerate(lines, 1):
            own = [*domain, ("user_id", "=", user.id)]
            targets = of_rep.get(user, self.env["property.target"])
            planned = sum(targets.mapped("deposit_amount"))
            section.add(
                rank,
                self._rep_name(user),
                *self._ranking_figures(tally, own),
                Figure.of(planned or None, targets),
                percent(tally.get("net_deposits", "amount"), planned),
            )
        total = self._sum(tallies.values())
        section.add(
            None,
            self.env._("Total"),
            *self._ranking_figures(total, domain),
            None,
            None,
            level="total",
        )
        section.charts.append(
            Chart(
                self.env._("Net Deposits (yuan)"),
                "bar",
                [self._rep_name(user) for user, _tally in lines],
                [
                    (
                        self.env._("Net Deposits"),
                        [tally.get("net_deposits", "amount") for _user, tally in lines],
                    )
                ],
            )
        )
        return section

    def _ranked(self):
        return [
            ("visits", "number", self.env._("Visits"), "integer", 6),
            ("net_deposits", "number", self.env._("Net Deposits"), "integer", 7),
            ("net_deposits", "amount", self.env._("Net Deposits (yuan)"), "yuan", 12),
            ("net_contracts", "number", self.env._("Net Contracts"), "integer", 7),
            ("net_contracts", "amount", self.env._("Net Contracts (yuan)"), "yuan", 12),
            ("filed", "number", self.env._("Filed Online"), "integer", 6),
            ("net_receipts", "amount", self.env._("Net Receipts"), "yuan", 12),
            ("call_rate", "number", self.env._("Call → Visit"), "percent", 8),
            ("deposit_rate", "number", self.env._("Visit → Deposit"), "percent", 8),
            ("contract_rate", "number", self.env._("Deposit → Contract"), "percent", 8),
            ("due", "number", self.env._("Agreed Follow-ups"), "integer", 7),
            ("kept_rate", "number", self.env._("Made"), "percent", 7),
        ]

    def _ranking_columns(self):
        return [
            Column("rank", self.env._("Rank"), "integer", 4),
            Column("rep", self.env._("Rep"), width=8),
            *(
                Column(f"{name}_{measure}", heading, kind, width)
                for name, measure, heading, kind, width in self._ranked()
            ),
            Column("target", self.env._("Target (yuan)"), "yuan", 12),
            Column("reached", self.env._("Reached"), "percent", 7),
        ]

    def _ranking_figures(self, tally, domain):
        return [
            self._figure(tally, domain, name, measure)
            for name, measure, *_rest in self._ranked()
        ]
