from collections import defaultdict

from odoo import models

from .form_table import Chart, Column, Figure, Section


class PropertyFormFilings(models.AbstractModel):
    """G21 填报情况月报: what was to be filed in the month, what came late or not at
    all, and the penalty that the policy proposes. For the superior."""

    _name = "property.form.filings"
    _inherit = ["property.form"]
    _description = "Month of Filings"

    _code = "G21"
    _period = "month"
    _roles = ("manager", "hq")

    def _sections(self, scope):
        filings = self._filings(scope)
        titles = dict(self.env["property.form"]._selection())
        by_form = self._summary(
            self.env._("By Form"), filings, lambda one: titles[one.form]
        )
        by_person = self._summary(
            self.env._("By Responsible"), filings, lambda one: one.responsible_id.name
        )
        if filings:
            by_person.charts.append(
                Chart.of(
                    by_person,
                    self.env._("Late and Missing"),
                    "bar",
                    "label",
                    ["late", "missing"],
                )
            )
        return [by_form, by_person, self._list(scope, filings, titles)]

    def _filings(self, scope):
        """What the month's deadlines asked for: who was late in it is in it."""
        start, end = scope.bounds
        return self.env["property.filing"].search(
            [
                ("project_id", "=", scope.project.id),
                ("deadline", ">=", start),
                ("deadline", "<", end),
            ],
            order="deadline, form, id",
        )

    def _summary(self, title, filings, key):
        section = Section(
            title,
            [
                Column("label", "", width=24),
                Column("due", self.env._("To Be Filed"), "integer", 8),
                Column("on_time", self.env._("On Time"), "integer", 8),
                Column("late", self.env._("Late"), "integer", 8),
                Column("missing", self.env._("Missing"), "integer", 8),
                Column("open", self.env._("Not Due Yet"), "integer", 8),
                Column("rate", self.env._("On Time (%)"), "percent", 8),
                Column("approved", self.env._("Approved"), "integer", 8),
                Column("restated", self.env._("Restatements"), "integer", 8),
                Column("penalty", self.env._("Penalty Proposed (yuan)"), "yuan", 11),
            ],
        )
        groups = defaultdict(filings.browse)
        for filing in filings:
            groups[key(filing)] |= filing
        for label, group in groups.items():
            section.add(label, *self._counts(group))
        section.add(self.env._("Total"), *self._counts(filings), level="total")
        return section

    def _counts(self, filings):
        filed = filings.filtered(lambda one: one.state != "due")
        late = filed.filtered("filed_late")
        missing = filings.filtered("is_missing")
        over = filed | missing
        on_time = filed - late
        rate = round(100 * len(on_time) / len(over), 4) if over else None
        restated = filings.filtered("restatement_of")
        fined = filings.filtered("penalty")
        groups = (filings, on_time, late, missing, filings - over)
        return [
            *(Figure.of(len(group), group) for group in groups),
            Figure.of(rate, over),
            *(
                Figure.of(len(group), group)
                for group in (
                    filed.filtered(lambda one: one.state == "approved"),
                    restated,
                )
            ),
            Figure.of(sum(fined.mapped("penalty")), fined),
        ]

    def _list(self, scope, filings, titles):
        section = Section(
            self.env._("Late, Missing, Restated"),
            [
                Column("form", self.env._("Form"), width=18),
                Column("period", self.env._("Reporting Period"), width=14),
                Column("responsible", self.env._("Responsible"), width=9),
                Column("deadline", self.env._("Deadline"), "datetime", 13),
                Column("filed", self.env._("Filed On"), "datetime", 13),
                Column("status", self.env._("Status"), width=10),
                Column("number", self.env._("Filed No."), width=12),
                Column("penalty", self.env._("Penalty Proposed (yuan)"), "yuan", 11),
            ],
        )
        local = scope.project.local_time
        shown = filings.filtered(lambda one: one.is_late or one.restatement_of)
        for one in shown:
            days = dict.fromkeys((one.period_start, one.period_end))
            section.add(
                Figure.of(titles[one.form], one),
                " – ".join(f"{day:%m-%d}" for day in days),
                one.responsible_id.name,
                local(one.deadline),
                one.filed_date and local(one.filed_date),
                self._status(one),
                one.name,
                one.penalty or None,
            )
        section.add(
            self._counted(
                self.env._("Total"),
                Figure.of(len(shown), shown),
                self.env._("lines: %s"),
            ),
            *[None] * 6,
            Figure.of(sum(shown.mapped("penalty")), shown),
            level="total",
        )
        return section

    def _status(self, filing):
        if filing.is_missing:
            return self.env._("Missing")
        if filing.filed_late:
            return self.env._("Late")
        return self.env._("Restatement")
