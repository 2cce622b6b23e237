from odoo import models

from ..models.property_interaction import RECEPTION_KINDS
from .form_table import Column, Figure

ENTRIES = "property.interaction"
SELECTIONS = (
    *("kind", "purpose", "grade", "invalid_reason"),
    *("horizon", "identity_check", "answered_in_time"),
)
# What `_values()` reads of an entry.
FETCHED = {
    **{
        name: name
        for name in (
            *("date", "kind", "partner_name", "phone", "area_wanted", "budget"),
            *("purpose", "district", "grade", "is_valid", "invalid_reason"),
            *("surveyor", "note"),
        )
    },
    "source": "source_id.name",
    "host": "user_id.name",
    "types": "unit_type_ids",
    "concerns": "concern_ids",
    "helpers": "helper_ids",
}


class PropertyRegisterForm(models.AbstractModel):
    """What the forms of calls and visits have in common: the columns of an entry (G1).

    An entry is shown as it was written; columns that a form has besides are its own.
    """

    _name = "property.register.form"
    _inherit = ["property.form"]
    _description = "Form of the Register"

    _personal = True
    _filters = ("user",)
    _roles = ("rep", "clerk", "supervisor", "manager", "hq")
    _kinds = RECEPTION_KINDS

    def _domain(self, scope):
        """All that was written of the period, corrected or not."""
        return [*scope.happened("date"), ("kind", "in", self._kinds)]

    def _labels(self):
        """{field: {value: label}} of the selections"""
        fields = self.env[ENTRIES]._fields
        return {
            name: dict(fields[name]._description_selection(self.env))
            for name in SELECTIONS
        }

    def _time_column(self):
        return Column("time", self.env._("Time"), width=5)

    def _time(self, moment):
        """:param moment: of an entry, on the project's clock"""
        return f"{moment:%H:%M}"

    def _columns(self):
        return [
            Column("number", self.env._("No."), "integer", 4),
            self._time_column(),
            Column("kind", self.env._("Kind"), width=7),
            Column("partner_name", self.env._("Appellation"), width=9),
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

    def _values(self, number, entry, labels, project):
        """The values of `_columns()` of one entry, as `_rows_of()` gives it."""
        return [
            Figure(number, ENTRIES, (entry["id"],)),
            self._time(project.local_time(entry["date"])),
            labels["kind"][entry["kind"]],
            entry["partner_name"],
            entry["phone"],
            entry["source"],
            "、".join(entry["types"]),
            Figure(entry["area_wanted"] or None, ENTRIES, (entry["id"],)),
            Figure(entry["budget"] or None, ENTRIES, (entry["id"],)),
            labels["purpose"].get(entry["purpose"]),
            entry["district"],
            "、".join(entry["concerns"]),
            entry["host"],
            "、".join(entry["helpers"]),
            labels["grade"].get(entry["grade"]),
            self._validity(entry, labels["invalid_reason"]),
            entry["note"],
        ]

    def _validity(self, entry, reasons):
        if entry["is_valid"]:
            return self.env._("Yes")
        return " ".join(
            filter(None, (reasons.get(entry["invalid_reason"]), entry["surveyor"]))
        )
