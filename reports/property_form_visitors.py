from collections import defaultdict

from odoo import models

from ..models.property_interaction import RECEPTION_KINDS
from .form_table import Column, Figure, Section


class PropertyFormVisitors(models.AbstractModel):
    """G1 来电来访客户记录: the day's calls and visits, with sub-totals.

    Of a corrected entry the correction alone is shown (B9).
    """

    _name = "property.form.visitors"
    _inherit = ["property.form"]
    _description = "Calls and Visits of the Day"

    _code = "G1"
    _personal = True
    _filters = ("user",)
    _roles = ("rep", "clerk", "supervisor", "manager", "hq")

    def _sections(self, scope):
        entries = self._entries(scope)
        selections = {
            name: dict(entries._fields[name]._description_selection(self.env))
            for name in ("kind", "purpose", "grade", "invalid_reason")
        }
        register = Section(self._title(), self._columns())
        for number, entry in enumerate(entries, 1):
            register.add(
                Figure.of(number, entry),
                f"{scope.project.local_time(entry.date):%H:%M}",
                selections["kind"][entry.kind],
                entry.partner_name,
                entry.phone,
                entry.source_id.name,
                "、".join(entry.unit_type_ids.mapped("name")),
                Figure.of(entry.area_wanted or None, entry),
                Figure.of(entry.budget or None, entry),
                selections["purpose"].get(entry.purpose),
                entry.district,
                "、".join(entry.concern_ids.mapped("name")),
                entry.user_id.name,
                "、".join(entry.helper_ids.mapped("name")),
                selections["grade"].get(entry.grade),
                self._validity(entry, selections["invalid_reason"]),
                entry.note,
            )
        return [
            register,
            self._summary(
                self.env._("By Kind"),
                entries,
                lambda entry: selections["kind"][entry.kind],
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

    def _entries(self, scope):
        start, end = scope.bounds
        domain = [
            ("project_id", "=", scope.project.id),
            ("date", ">=", start),
            ("date", "<", end),
            ("kind", "in", RECEPTION_KINDS),
            ("is_corrected", "=", False),
        ]
        if scope.user:
            domain.append(("user_id", "=", scope.user.id))
        return self.env["property.interaction"].search(domain, order="date, id")

    def _validity(self, entry, reasons):
        if entry.is_valid:
            return self.env._("Yes")
        return " ".join(
            filter(None, (reasons.get(entry.invalid_reason), entry.surveyor))
        )

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

    def _columns(self):
        return [
            Column("number", self.env._("No."), "integer", 4),
            Column("time", self.env._("Time"), width=5),
            Column("kind", self.env._("Kind"), width=7),
            Column("partner_name", self.env._("Client"), width=9),
            Column("phone", self.env._("Phone"), width=13),
            Column("source", self.env._("Channel"), width=9),
            Column("types", self.env._("Wanted Type"), width=13),
            Column("area", self.env._("Wanted Area (㎡)"), "area", 8),
            Column("budget", self.env._("Budget (yuan)"), "yuan", 11),
            Column("purpose", self.env._("Purpose"), width=7),
            Column("district", self.env._("Lives In"), width=8),
            Column("concerns", self.env._("Concerns"), width=12),
            Column("host", self.env._("Host"), width=8),
            Column("helpers", self.env._("Helpers"), width=7),
            Column("grade", self.env._("Grade"), width=4),
            Column("valid", self.env._("Effective"), width=8),
            Column("note", self.env._("Note"), width=14),
        ]
