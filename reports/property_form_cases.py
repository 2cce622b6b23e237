from odoo import models

from ..models.property_case import OPEN_STATES
from .form_table import Column, Figure, Section


class PropertyFormCases(models.AbstractModel):
    """G16 问题客户一览表: what clients raised in the period, and what was not closed
    when it began (D6).

    Each case stands as it did at the close of the period, read off its steps. The
    client's name and the rep asked for are today's.
    """

    _name = "property.form.cases"
    _inherit = ["property.form"]
    _description = "Problem Clients"

    _code = "G16"
    _period = "range"
    _personal = True
    _filters = ("user",)
    _roles = ("rep", "service", "hq")

    def _sections(self, scope):
        standings = self._standings(scope)
        return [self._list(scope, standings), self._summary(standings)]

    def _standings(self, scope):
        """[(case, its steps until the close of the period, the last of them, days
        overdue then)]"""
        cases = self.env["property.case"].search(self._domain(scope), order="id")
        steps = self.env["property.case.step"].search([("case_id", "in", cases.ids)])
        steps = steps.grouped("case_id")
        start, end = scope.bounds
        close = scope.closing_day
        standings = []
        for case in cases.sorted(lambda one: (one.raised_date, one.id)):
            taken = steps[case].filtered(lambda step: step.date < end)
            # Entered after the day on which it was raised: as it was entered.
            last = taken[-1:] or steps[case][:1]
            ended_before = last.state == "closed" and last.date < start
            if ended_before and case.raised_date < scope.date_from:
                continue
            late = (close - last.deadline).days if last.state in OPEN_STATES else 0
            standings.append((case, taken, last, max(late, 0)))
        return standings

    def _domain(self, scope):
        domain = [
            ("project_id", "=", scope.project.id),
            ("raised_date", "<=", scope.date_to),
            "|",
            ("raised_date", ">=", scope.date_from),
            "|",
            ("closed_date", "=", False),
            ("closed_date", ">=", scope.date_from),
        ]
        if scope.user:
            domain.append(("user_id", "=", scope.user.id))
        return domain

    def _labels(self, model, name):
        return dict(self.env[model]._fields[name]._description_selection(self.env))

    # === One by one ===

    def _list(self, scope, standings):
        section = Section(self._title(), self._columns())
        kinds = self._labels("property.case", "kind")
        states = self._labels("property.case", "state")
        for case, taken, last, late in standings:
            state = states[last.state]
            if late:
                state = self.env._(
                    "%(state)s, %(days)s days overdue", state=state, days=late
                )
            solved = taken.filtered(lambda step: step.action == "solved")
            section.add(
                Figure.of(case.lead_id.contact_name, case),
                case.unit_id.name,
                f"[{kinds[case.kind]}] {case.problem}",
                case.raised_date,
                last.responsible_id.name,
                last.superior_id.name,
                last.deadline,
                self._course(scope, taken),
                solved[-1:].note if last.state in ("solved", "closed") else None,
                state,
            )
        total = self._counted(
            self.env._("Total"),
            Figure.of(len(standings), self._records(standings)),
            self.env._("cases: %s"),
        )
        section.add(total, *[None] * 9, level="total")
        return section

    def _course(self, scope, taken):
        """What was done, a line a step; the result has a column of its own."""
        actions = self._labels("property.case.step", "action")
        lines = []
        for step in taken:
            if step.action == "raised":
                continue
            day = scope.project.local_day(step.date)
            who = "" if step.action == "overdue" else step.actor_id.name
            words = [f"{day:%m-%d}", who, actions[step.action]]
            if step.action == "assigned":
                words.append(step.responsible_id.name)
            elif step.action != "solved":
                words.append(step.note)
            lines.append(" ".join(filter(None, words)))
        return "\n".join(lines)

    def _columns(self):
        return [
            Column("client", self.env._("Client"), width=9),
            Column("unit", self.env._("Unit No."), width=10),
            Column("problem", self.env._("Problem"), width=24),
            Column("raised", self.env._("Raised On"), "date", 10),
            Column("responsible", self.env._("Person Responsible"), width=8),
            Column("superior", self.env._("Reported To"), width=8),
            Column("deadline", self.env._("Deadline"), "date", 10),
            Column("course", self.env._("Steps Taken"), width=32),
            Column("result", self.env._("Result"), width=20),
            Column("state", self.env._("State"), width=10),
        ]

    # === By state ===

    def _summary(self, standings):
        section = Section(self.env._("Cases by State"), self._summary_columns())
        for state, label in self._labels("property.case", "state").items():
            some = [one for one in standings if one[2].state == state]
            section.add(label, *self._counts(some))
        section.add(self.env._("Total"), *self._counts(standings), level="total")
        return section

    def _counts(self, standings):
        """How many of each kind, of all, and overdue."""
        groups = [
            [one for one in standings if one[0].kind == kind]
            for kind in self._labels("property.case", "kind")
        ]
        groups += [standings, [one for one in standings if one[3]]]
        return [Figure.of(len(some), self._records(some)) for some in groups]

    def _records(self, standings):
        return self.env["property.case"].union(*(one[0] for one in standings))

    def _summary_columns(self):
        kinds = self._labels("property.case", "kind")
        return [
            Column("state", self.env._("State"), width=14),
            *(Column(kind, label, "integer", 8) for kind, label in kinds.items()),
            Column("total", self.env._("Total"), "integer", 8),
            Column("overdue", self.env._("Overdue"), "integer", 8),
        ]
