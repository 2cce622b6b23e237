from odoo import api, models
from odoo.fields import Domain

from .crm_lead_ownership import QUIET

# A unit in one of these may still go to either.
OPEN_STATES = ("available", "held")


class CrmLead(models.Model):
    """Firm wishes are reported to control, the second one on a unit at once (C9).

    The rep learns that somebody else wants the unit, never who.
    """

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _firm_wishes(self, units=None):
        """Files whose owner reports a wish for one of `units` (any when omitted)."""
        wanted = ("in", units.ids) if units is not None else ("!=", False)
        return (
            Domain("wanted_unit_ids", *wanted)
            & Domain("user_id", "!=", False)
            & Domain("is_sold", "=", False)
        )

    def _contested(self, units):
        """:return: those of `units` that another client wants as well"""
        units = units.sudo().filtered(lambda unit: unit.state in OPEN_STATES)
        others = self.sudo().search(
            self._firm_wishes(units) & Domain("id", "not in", self._origin.ids)
        )
        return units & others.wanted_unit_ids

    @api.onchange("wanted_unit_ids")
    def _onchange_wanted_unit_ids(self):
        new = self.wanted_unit_ids._origin - self._origin.wanted_unit_ids
        contested = self._contested(new)
        if contested:
            return {
                "warning": {
                    "title": self.env._("Speak to control"),
                    "message": self.env._(
                        "Another client wants %s: speak to control before you show it.",
                        ", ".join(contested.mapped("name")),
                    ),
                }
            }
        return None

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        for lead in leads:
            lead._report_wishes(lead.wanted_unit_ids)
        return leads

    def write(self, vals):
        if "wanted_unit_ids" not in vals:
            return super().write(vals)
        before = {lead: lead.wanted_unit_ids for lead in self}
        result = super().write(vals)
        for lead in self:
            lead._report_wishes(lead.wanted_unit_ids - before[lead])
        return result

    def _report_wishes(self, units):
        """Tell control of the units that two clients want since this wish."""
        contested = units and self.user_id and self._contested(units)
        if not contested:
            return
        names = ", ".join(contested.mapped("name"))
        officers = self.project_id.sudo()._control_officers()
        kind = self.env.ref("crm_property_sales.mail_activity_type_wish")
        self.env["mail.activity"].sudo().with_context(**QUIET).create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": self.id,
                    "activity_type_id": kind.id,
                    "summary": names,
                    "user_id": officer.id,
                    "date_deadline": self.project_id.sudo().local_day(),
                    "automated": True,
                }
                for officer in officers
            ]
        )
        # An activity makes a follower: control need not hear every word on the client.
        self.sudo().message_unsubscribe(officers.partner_id.ids)
        for officer in officers:
            officer._bus_send(
                "simple_notification",
                {
                    "type": "warning",
                    "sticky": True,
                    "title": kind.with_context(lang=officer.lang).name,
                    "message": names,
                },
            )
