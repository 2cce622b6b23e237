from collections import namedtuple
from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from .form_table import Column, Figure, Section
from .property_register_form import ENTRIES, FETCHED

# What is counted of the entries that were written.
COUNTED = {
    "written": [],
    "effective": [("is_valid", "=", True), ("is_corrected", "=", False)],
    "invalid": [("is_valid", "=", False), ("is_corrected", "=", False)],
    "corrected": [("is_corrected", "=", True)],
    "corrections": [("corrects_id", "!=", False)],
    "late": [("is_late", "=", True), ("corrects_id", "=", False)],
}
Written = namedtuple("Written", "number is_correction is_effective")
Closing = namedtuple("Closing", "date moment user last_number chain_value")


class PropertyRegisterDays(models.AbstractModel):
    """G18: a register as it was written, day by day, with the proof of each day (B9).

    What was corrected, what corrects it and what was added late all stand here, marked;
    the counts at the end tell what of it is effective, as the statistics count it. A
    day's chain value is that of the closing that took it in.
    """

    _name = "property.register.days"
    _inherit = ["property.register.form"]
    _description = "Register by Day"

    _code = "G18"
    _period = "range"

    def _sections(self, scope):
        return [self._list(scope), self._counts(scope)]

    # === What was written ===

    def _time_column(self):
        return Column("time", self.env._("Time"), "datetime", 12)

    def _time(self, moment):
        return moment

    def _columns(self):
        return [
            *super()._columns(),
            *self._own_columns(),
            Column("register_number", self.env._("Register No."), width=6),
            Column("mark", self.env._("Correction, Late Entry"), width=10),
        ]

    def _fetched(self):
        correction = SQL(
            "FROM property_interaction c WHERE c.corrects_id = property_interaction.id"
        )
        return {
            **FETCHED,
            **self._own_fetched(),
            "number": "chain_number",
            "is_late": "is_late",
            "is_correction": SQL("property_interaction.corrects_id IS NOT NULL"),
            "corrects": "corrects_id.chain_number",
            "is_corrected": SQL("EXISTS (SELECT %s)", correction),
            "correction": SQL("(SELECT c.chain_number %s)", correction),
        }

    def _values(self, number, entry, labels, project):
        return [
            *super()._values(number, entry, labels, project),
            *self._own_values(entry, labels, project),
            entry["number"] or None,
            self._mark(entry),
        ]

    def _own_columns(self):
        """What this register has besides the columns of all."""
        return []

    def _own_fetched(self):
        """What is read for them."""
        return {}

    def _own_values(self, entry, labels, project):
        return []

    def _mark(self, entry):
        """How an entry stands to others; a number is a register number. Whoever may
        see an entry may know which one took its place."""
        marks = []
        if entry["corrects"]:
            marks.append(self.env._("Corrects No. %s", entry["corrects"]))
        elif entry["is_late"]:
            marks.append(self.env._("Late Entry"))
        if entry["correction"]:
            marks.append(self.env._("Corrected by No. %s", entry["correction"]))
        elif entry["is_corrected"]:
            marks.append(self.env._("Corrected, still open"))
        return "\n".join(marks)

    # === Day by day ===

    def _list(self, scope):
        section = Section(self._title(), self._columns())
        section.rows = self._rows(section, scope)
        return section

    def _rows(self, section, scope):
        """The lines, each day's closed by a line of its own."""
        labels, closings = self._labels(), self._closings(scope)
        entries = self._rows_of(
            ENTRIES, self._domain(scope), self._fetched(), order="date, id"
        )
        project, day, written = scope.project, scope.date_from, []
        for number, entry in enumerate(entries, 1):
            while day < project.local_day(entry["date"]):
                yield from self._day_line(section, scope, closings, day, written)
                day, written = day + timedelta(days=1), []
            written.append(
                Written(
                    entry["number"],
                    entry["is_correction"],
                    entry["is_valid"] and not entry["is_corrected"],
                )
            )
            yield section.row(*self._values(number, entry, labels, project))
        while day <= scope.date_to:
            yield from self._day_line(section, scope, closings, day, written)
            day, written = day + timedelta(days=1), []

    def _closings(self, scope):
        """The closings since the first day, the latest first. They prove the register
        and tell of no client, whoever reads."""
        days = self.env["property.day"].sudo()
        return [
            Closing(
                day.date,
                scope.project.local_time(day.closed_date),
                day.closed_by_id.name,
                day.last_number,
                day.chain_value,
            )
            for day in days.search(
                [
                    ("project_id", "=", scope.project.id),
                    ("state", "=", "closed"),
                    ("date", ">=", scope.date_from),
                ],
                order="date DESC",
            )
        ]

    def _day_line(self, section, scope, closings, day, written):
        """How a day ends: entries, and what proves them; a day without any is shown
        when it was closed, in the register as a whole.

        :param written: list of `Written`
        """
        while closings and closings[-1].date < day:
            closings.pop()
        closing = closings[-1] if closings else None
        whole = not scope.user and not self.env["property.block"]._is_partial()
        if not written and not (whole and closing and closing.date == day):
            return
        words = self.env._(
            "%(day)s · entries: %(shown)s%(after)s, effective: %(effective)s",
            day=day,
            shown=len(written),
            after=self._after(closing, written) or "",
            effective=sum(one.is_effective for one in written),
        )
        if closing is None:
            proof = self.env._("not closed yet")
        else:
            proof = self.env._(
                "closed on %(moment)s by %(user)s, up to register no. %(number)s · "
                "tamper check %(value)s",
                moment=f"{closing.moment:%Y-%m-%d %H:%M}",
                user=closing.user,
                number=closing.last_number,
                value=closing.chain_value,
            )
        blanks = [None] * (len(section.columns) - 1)
        yield section.row(f"{words} · {proof}", *blanks, level="words")

    def _after(self, closing, written):
        """How many of a day's entries its closing did not take in, as they were written
        later: without them they are those that it counted."""
        if not closing:
            return None
        after = [
            one.is_correction
            for one in written
            if not 0 < (one.number or 0) <= closing.last_number
        ]
        return after and self.env._(
            " (after the closing: corrections: %(corrections)s, added late: %(late)s)",
            corrections=sum(after),
            late=len(after) - sum(after),
        )

    # === What of it counts ===

    def _counts(self, scope):
        labels = {
            "written": self.env._("Entries"),
            "effective": self.env._("Effective"),
            "invalid": self.env._("Not Counted"),
            "corrected": self.env._("Corrected"),
            "corrections": self.env._("Corrections"),
            "late": self.env._("Late Entries"),
        }
        section = Section(
            self.env._("Counts"),
            [
                Column("kind", self.env._("Kind"), width=14),
                *(Column(key, labels[key], "integer", 10) for key in COUNTED),
            ],
        )
        written, found = self._domain(scope), []
        for condition in COUNTED.values():
            domain = [*written, *condition]
            groups = self.env[ENTRIES]._read_group(domain, ["kind"], ["__count"])
            found.append((domain, dict(groups)))
        kinds = self._labels()["kind"]
        for kind in self._kinds:
            section.add(
                kinds[kind],
                *(
                    Figure.where(
                        counts.get(kind, 0), ENTRIES, [*domain, ("kind", "=", kind)]
                    )
                    for domain, counts in found
                ),
            )
        section.add(
            self.env._("Total"),
            *(
                Figure.where(sum(counts.values()), ENTRIES, domain)
                for domain, counts in found
            ),
            level="total",
        )
        return section
