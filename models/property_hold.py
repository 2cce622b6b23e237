from odoo import api, fields, models
from odoo.exceptions import UserError

from .crm_lead_ownership import QUIET

NAMED = 20  # units named in a reminder


class PropertyHold(models.Model):
    """Why a unit is off sale, who said so, until when (A4).

    A unit is held as long as it has an open hold: `property.unit._move()` opens and
    ends them. A planned day that is over frees nothing, it reminds control.
    """

    _name = "property.hold"
    _description = "Hold"
    _inherit = ["mail.thread", "mail.activity.mixin", "property.door.mixin"]
    _order = "released_date DESC, planned_release, id DESC"  # open ones first
    _door_fields = ("approver_id", "released_date", "released_by", "reminded")

    unit_id = fields.Many2one(
        "property.unit", required=True, index=True, ondelete="cascade"
    )
    building_id = fields.Many2one(related="unit_id.building_id", store=True)
    project_id = fields.Many2one(
        related="unit_id.project_id", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    unit_type_id = fields.Many2one(related="unit_id.unit_type_id")
    date = fields.Datetime("Held Since", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", "Held By", required=True)
    reason = fields.Char()
    approver_id = fields.Many2one("res.users", help="Supervisor or manager who said so")
    planned_release = fields.Date()
    released_date = fields.Datetime("Released", readonly=True)
    released_by = fields.Many2one("res.users", readonly=True)
    reminded = fields.Boolean(export_string_translation=False)

    _one_open_per_unit = models.UniqueIndex(
        "(unit_id) WHERE released_date IS NULL", "This unit is held already."
    )
    _overdue_idx = models.Index(
        "(planned_release) WHERE released_date IS NULL AND reminded IS NOT TRUE"
    )

    @api.depends("unit_id.name")
    def _compute_display_name(self):
        for hold in self:
            hold.display_name = hold.unit_id.name

    def write(self, vals):
        """Only the planned day is changed, by control, as long as it is held."""
        for name in vals.keys() - {"planned_release"}:
            raise UserError(self._door_message(name))
        self._check_role("control")
        if self.filtered("released_date"):
            raise UserError(self.env._("This hold has ended already."))
        self.sudo()._forget_reminder()  # another day, another reminder
        return super().write(vals)

    def _forget_reminder(self):
        self.activity_unlink(["crm_property_sales.mail_activity_type_hold"])
        self._write_through({"reminded": False})

    def action_release(self):
        """Put the units of these holds on sale."""
        self.unit_id.action_release()
        return True

    @api.model
    def _open_of(self, units):
        return self.search(
            [("unit_id", "in", units.ids), ("released_date", "=", False)]
        )

    def _end(self):
        self._forget_reminder()
        self._write_through(
            {"released_date": fields.Datetime.now(), "released_by": self.env.uid}
        )
        self.flush_recordset()  # before the unit's next hold is inserted

    @api.model
    def _cron_remind(self):
        """Remind control once of the holds whose planned day is over, those of one
        reason and day together."""
        open_holds = self.search(
            [
                ("released_date", "=", False),
                ("planned_release", "!=", False),
                ("reminded", "=", False),
            ]
        )
        for project, holds in open_holds.grouped("project_id").items():
            today = project.local_day()
            late = holds.filtered(lambda hold, day=today: hold.planned_release < day)
            for _key, group in late.grouped(
                lambda hold: (hold.reason, hold.planned_release)
            ).items():
                group._remind(today)

    def _remind(self, today):
        names = ", ".join(sorted(self.unit_id.mapped("name"))[:NAMED])
        if len(self) > NAMED:
            names += "…"
        for officer in self.project_id._control_officers():
            self[0].with_context(**QUIET).activity_schedule(
                "crm_property_sales.mail_activity_type_hold",
                today,
                summary=names,
                user_id=officer.id,
            )
        self._write_through({"reminded": True})
