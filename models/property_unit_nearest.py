from odoo import models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class PropertyUnit(models.Model):
    """What to offer instead of a unit that somebody else was quicker to take (E2)."""

    _inherit = "property.unit"  # pylint: disable=consider-merging-classes-inherited

    def _nearest_equal(self, limit=5):
        """The free units of the project most like this one: those of its type first,
        then by the difference in area, in floor, in price.

        Blocked units and those without a valid permit are not offered.
        """
        self.ensure_one()
        for name in ("property.unit", "property.building", "property.permit"):
            self.env[name].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT unit.id
                     FROM property_unit unit
                     JOIN property_building building ON building.id = unit.building_id
                     JOIN property_permit permit ON permit.id = building.permit_id
                    WHERE unit.project_id = %(project)s AND unit.id != %(unit)s
                      AND unit.state = 'available' AND unit.active IS TRUE
                      AND COALESCE(unit.block_reason, '') = ''
                      AND permit.issue_date <= %(today)s
                      AND COALESCE(permit.date_end, %(today)s) >= %(today)s
                    ORDER BY COALESCE(unit.unit_type_id, 0) != %(type)s,
                             abs(COALESCE(unit.area_gross, 0) - %(area)s),
                             abs(COALESCE(unit.floor, 0) - %(floor)s),
                             abs(COALESCE(unit.list_price, 0) - %(price)s), unit.id
                    LIMIT %(limit)s""",
                project=self.project_id.id,
                unit=self.id,
                today=self.project_id.local_day(),
                type=self.unit_type_id.id or 0,
                area=self.area_gross,
                floor=self.floor,
                price=self.list_price,
                limit=limit,
            )
        )
        return self.browse(row[0] for row in rows)

    def action_take_instead(self):
        """Open the slip of the dialog's draft on this unit instead of its own (E2)."""
        self.ensure_one()
        deposit = self.env["property.deposit"].browse(
            self.env.context.get("property_deposit_id")
        )
        if not deposit:
            raise AccessError(self.env._("Open the slip first that wants a unit."))
        deposit.unit_id = self  # the draft's price follows
        deposit.action_open_slip()
        return {
            "type": "ir.actions.act_window",
            "res_model": "property.deposit",
            "res_id": deposit.id,
            "view_mode": "form",
        }
