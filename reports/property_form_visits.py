from odoo import models

from ..models.property_interaction import VISIT_KINDS
from .form_table import Column


class PropertyFormVisits(models.AbstractModel):
    """G18 客户来访登记表: every visit of the period, as the register has it (B6, B9).

    Occupation and district of work are the client's own, as his file says them now:
    they keep no history.
    """

    _name = "property.form.visits"
    _inherit = ["property.register.days"]
    _description = "Register of Visits"

    _kinds = VISIT_KINDS

    def _own_columns(self):
        return [
            Column("party", self.env._("Party Size"), "integer", 4),
            Column("horizon", self.env._("Horizon"), width=7),
            Column("occupation", self.env._("Occupation"), width=7),
            Column("work_district", self.env._("Works In"), width=8),
            Column("identity", self.env._("Identity Verified By"), width=8),
            Column("reviewer", self.env._("Reviewed By"), width=7),
        ]

    def _own_fetched(self):
        return {
            "party": "party_size",
            "horizon": "horizon",
            "occupation": "lead_id.partner_id.occupation",
            "work_district": "lead_id.partner_id.work_district",
            "identity": "identity_check",
            "reviewer": "day_id.closed_by_id.name",
        }

    def _own_values(self, entry, labels, project):
        return [
            entry["party"] or None,
            labels["horizon"].get(entry["horizon"]),
            entry["occupation"],
            entry["work_district"],
            labels["identity_check"].get(entry["identity"]),
            entry["reviewer"],
        ]
