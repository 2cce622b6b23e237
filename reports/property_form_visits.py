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

    def _own_values(self, entry, labels):
        person = entry.sudo().lead_id.partner_id  # of a client whose entry is shown
        return [
            entry.party_size or None,
            labels["horizon"].get(entry.horizon),
            person.occupation,
            person.work_district,
            labels["identity_check"].get(entry.identity_check),
            entry.sudo().day_id.closed_by_id.name,
        ]
