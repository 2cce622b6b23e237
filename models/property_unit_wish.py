from operator import ge, gt

from odoo import api, fields, models
from odoo.fields import Domain

CONTROL = "crm_property_sales.group_control,crm_property_sales.group_hq"
COMPARISONS = {">": gt, ">=": ge}


class PropertyUnit(models.Model):
    """Who wants the unit: for control, so that two clients are not led to it (C9)."""

    _inherit = "property.unit"  # pylint: disable=consider-merging-classes-inherited

    wish_lead_ids = fields.Many2many(
        "crm.lead", string="Wanted By", compute="_compute_wishes", groups=CONTROL
    )
    wish_count = fields.Integer(
        "Firm Wishes",
        compute="_compute_wishes",
        search="_search_wish_count",
        groups=CONTROL,
    )

    def _compute_wishes(self):
        leads = self.env["crm.lead"]
        clients = leads.search(leads._firm_wishes(self))
        for unit in self:
            wishing = clients.filtered_domain([("wanted_unit_ids", "in", unit.ids)])
            unit.wish_lead_ids = wishing
            unit.wish_count = len(wishing)

    @api.model
    def _search_wish_count(self, operator, value):
        if operator not in COMPARISONS:
            return NotImplemented
        leads = self.env["crm.lead"]
        groups = leads._read_group(
            leads._firm_wishes(), ["wanted_unit_ids"], ["__count"]
        )
        compare = COMPARISONS[operator]
        units = [unit.id for unit, count in groups if unit and compare(count, value)]
        return Domain("id", "in", units)
