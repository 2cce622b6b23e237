from odoo import models

from ..models.property_interaction import CALL_KINDS
from .form_table import Column


class PropertyFormCalls(models.AbstractModel):
    """G18 接电登记表: every call of the period, as the register has it (B5, B9)."""

    _name = "property.form.calls"
    _inherit = ["property.register.days"]
    _description = "Register of Calls"

    _kinds = CALL_KINDS

    def _own_columns(self):
        return [
            Column("answered", self.env._("Answered in Time"), width=6),
            Column("visit", self.env._("Visit Agreed For"), "datetime", 12),
            Column("surveyor", self.env._("Surveying Firm"), width=9),
        ]

    def _own_fetched(self):
        return {"answered": "answered_in_time", "visit": "visit_date"}

    def _own_values(self, entry, labels, project):
        return [
            labels["answered_in_time"].get(entry["answered"]),
            entry["visit"] and project.local_time(entry["visit"]),
            entry["surveyor"],
        ]

    def _validity(self, entry, reasons):
        """The firm has a column of its own."""
        return reasons.get(entry["invalid_reason"]) or self.env._("Yes")
