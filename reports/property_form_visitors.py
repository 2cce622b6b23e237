from collections import defaultdict

from odoo import models

from .form_table import Column, Figure, Section


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
        entries = self.env["property.interaction"].search(domain, order="date, id")
        labels = self._labels()
        register = Section(self._title(), self._columns())
        for number, entry in enumerate(entries, 1):
            register.add(*self._values(number, entry, labels))
        return [
            register,
            self._summary(
                self.env._("By Kind"),
                entries,
                lambda entry: labels["kind"][entry.kind],
            ),
            self._summary(
                self.env._("By Channel"),
                entries,
                lambda entry: entry.source_id.name or self.env._("Not Asked"),
            ),
            self._summary(
                self.env._("By Rep"), entries, lambda entry: entry.user_id.name
            ),
        ]

    def _summary(self, title, entries, key):
        """Effective calls and visits, and what does not count, by `key`."""
        section = Section(
            title,
            [
                Column("label", "", width=20),
                Column("calls", self.env._("Calls"), "integer"),
                Column("visits", self.env._("Visits"), "integer"),
                Column("invalid", self.env._("Not Counted"), "integer"),
                Column("total", self.env._("Total"), "integer"),
            ],
        )
        groups = defaultdict(entries.browse)
        for entry in entries:
            groups[key(entry)] |= entry
        for label, group in sorted(groups.items()):
            section.add(label, *self._counts(group))
        section.add(self.env._("Total"), *self._counts(entries), level="total")
        return section

    def _counts(self, entries):
        valid = entries.filtered("is_valid")
        calls = valid.filtered(lambda entry: entry.kind == "call_in")
        return [
            Figure.of(len(group), group)
            for group in (calls, valid - calls, entries - valid, entries)
        ]
