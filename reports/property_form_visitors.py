from collections import defaultdict

from odoo import models

from ..models.property_interaction import CALL_KINDS
from .form_table import Column, Figure, Section
from .property_register_form import ENTRIES, FETCHED


class PropertyFormVisitors(models.AbstractModel):
    """G1 来电来访客户记录: the day's calls and visits, with sub-totals.

    Of a corrected entry the correction alone is shown (B9).
    """

    _name = "property.form.visitors"
    _inherit = ["property.register.form"]
    _description = "Calls and Visits of the Day"

    _code = "G1"

    def _sections(self, scope):
        domain = [*self._domain(scope), ("is_corrected", "=", False)]
        entries = list(self._rows_of(ENTRIES, domain, FETCHED, order="date, id"))
        labels = self._labels()
        register = Section(self._title(), self._columns())
        for number, entry in enumerate(entries, 1):
            register.add(*self._values(number, entry, labels, scope.project))
        return [
            register,
            self._summary(
                self.env._("By Kind"),
                entries,
                lambda entry: labels["kind"][entry["kind"]],
            ),
            self._summary(
                self.env._("By Channel"),
                entries,
                lambda entry: entry["source"] or self.env._("Not Asked"),
            ),
            self._summary(self.env._("By Rep"), entries, lambda entry: entry["host"]),
        ]

    def _summary(self, title, entries, key):
        """Effective calls and visits, and what does not count, by `key`."""
        columns = {
            "calls": self.env._("Calls"),
            "visits": self.env._("Visits"),
            "invalid": self.env._("Not Counted"),
            "total": self.env._("Total"),
        }
        section = Section(
            title,
            [
                Column("label", "", width=20),
                *(Column(name, label, "integer") for name, label in columns.items()),
            ],
        )
        total = {name: [] for name in columns}
        groups = defaultdict(lambda: {name: [] for name in columns})
        for entry in entries:
            counted = "calls" if entry["kind"] in CALL_KINDS else "visits"
            for ids in (groups[key(entry)], total):
                ids[counted if entry["is_valid"] else "invalid"].append(entry["id"])
                ids["total"].append(entry["id"])
        for label, ids in sorted(groups.items()):
            section.add(label, *self._counts(ids))
        section.add(self.env._("Total"), *self._counts(total), level="total")
        return section

    def _counts(self, groups):
        return [Figure(len(ids), ENTRIES, tuple(ids)) for ids in groups.values()]
