from dataclasses import replace

from odoo import models

from ..models.metric import percent
from .form_scope import month_bounds
from .form_table import Chart, Column, Section
from .property_block_changes import CANCELLED


class PropertyFormCancellations(models.AbstractModel):
    """G10 销售退房情况一览表: cancelled sales by reason, by rep, month by month, and
    one by one as in G9. An exchange is no cancellation."""

    _name = "property.form.cancellations"
    _inherit = ["property.form", "property.block.changes"]
    _description = "Cancelled Sales"

    _code = "G10"
    _period = "range"
    _personal = True
    _filters = ("user",)
    _roles = ("clerk", "control", "finance", "supervisor", "manager", "hq")

    def _sections(self, scope):
        periods = [scope, scope.since_year(), *self._months_of(scope)]
        scope = self._read(scope, periods, (), metrics=CANCELLED)
        by_reason = self._counts(
            scope, self.env._("By Reason"), self.env._("Reason"), self._reason_of
        )
        by_rep = self._counts(
            scope, self.env._("By Rep"), self.env._("Rep"), self._rep_of
        )
        return [
            by_reason,
            by_rep,
            self._months(scope),
            self._change_list(self.env._("One by One"), scope, CANCELLED),
        ]

    def _counts(self, scope, title, heading, key):
        """Split by `key`, each kind, then both together."""
        section = self._change_counts(title, heading, scope, CANCELLED, key)
        domain = self._facts(scope)
        tally = self._tallies(scope, metrics=CANCELLED)[()]
        sums = self._change_sums(tally, domain, "cancellations")
        share = percent(sums[0].value, sums[0].value)
        section.add(self.env._("Total"), None, *sums, share, level="total")
        return section

    @staticmethod
    def _rep_of(fact, _change):
        return fact.user_id

    # === Months side by side ===

    def _months(self, scope):
        """The year's months up to the period's end: how much of what, and why."""
        year, months = scope.since_year(), self._months_of(scope)
        section = Section(
            self.env._("Months Side by Side"),
            [
                Column("label", self.env._("Figure"), width=18),
                Column("measure", self.env._("Measure"), width=5),
                *(
                    Column(
                        f"month_{one.date_from.month}",
                        f"{one.date_from:%Y-%m}",
                        "measure",
                        11,
                    )
                    for one in months
                ),
                Column("year", self.env._("Year to Date"), "measure", 12),
            ],
        )
        self._add_months_of_kinds(section, year, months)
        self._add_months_of_reasons(section, year)
        return section

    @staticmethod
    def _months_of(scope):
        """The months of the year to the scope's last day."""
        firsts = (
            scope.date_to.replace(day=1, month=number)
            for number in range(1, scope.date_to.month + 1)
        )
        return [
            replace(scope, date_from=first, date_to=min(last, scope.date_to))
            for first, last in map(month_bounds, firsts)
        ]

    def _add_months_of_kinds(self, section, year, months):
        cells = [
            (self._tallies(one, metrics=CANCELLED)[()], self._facts(one))
            for one in (*months, year)
        ]
        measures = (
            ("number", self.env._("units"), "integer"),
            ("area", "㎡", "area"),
            ("amount", self.env._("yuan"), "yuan"),
        )
        kinds = self._change_kinds()
        labels = {name: kinds[name] for name in CANCELLED}
        labels["cancellations"] = self.env._("Together")
        for name, label in labels.items():
            for measure, heading, kind in measures:
                section.add(
                    label,
                    heading,
                    *(
                        self._figure(tally, domain, name, measure)
                        for tally, domain in cells
                    ),
                    level="subtotal" if name == "cancellations" else "line",
                    kind=kind,
                )
        section.charts.append(
            Chart(
                section.title,
                "bar",
                [column.label for column in section.columns[2:-1]],
                [
                    (kinds[name], [tally.get(name) for tally, _domain in cells[:-1]])
                    for name in CANCELLED
                ],
            )
        )

    def _add_months_of_reasons(self, section, year):
        facts = self._change_facts(year, CANCELLED)
        changes = self._changes_of(facts)
        by_reason = facts.grouped(lambda fact: changes[fact.res_id].reason_id)
        for reason, some in sorted(by_reason.items(), key=lambda item: -len(item[1])):
            by_month = some.grouped(lambda fact: fact.day.month)
            section.add(
                reason.name,
                self.env._("units"),
                *(
                    self._changes_figure(by_month.get(number, some.browse()))
                    for number in range(1, year.date_to.month + 1)
                ),
                self._changes_figure(some),
            )
