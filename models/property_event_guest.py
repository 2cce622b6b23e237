from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .property_interaction import VISIT_KINDS


class PropertyEventGuest(models.Model):
    """A client invited to an event, and whether he came (D1).

    A row is seen like its client: a rep sees and invites his own. Who attends has come
    to see the owner, so the register gets a return visit of his (C3), unless the
    client's visit of that day is in it already; for a client of nobody it gets none,
    the front desk enters whom he belongs to.
    """

    _name = "property.event.guest"
    _description = "Invited Client"
    _inherit = ["property.door.mixin"]
    _order = "event_id, state, id"
    _rec_name = "lead_id"
    _door_fields = ("state", "interaction_id")
    _frozen_fields = {"event_id": (), "lead_id": ()}

    event_id = fields.Many2one(
        "calendar.event", required=True, index=True, ondelete="cascade"
    )
    lead_id = fields.Many2one(
        "crm.lead", "Client", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(related="lead_id.project_id", store=True)
    company_id = fields.Many2one(related="project_id.company_id")
    user_id = fields.Many2one(
        related="lead_id.user_id", string="Owner", store=True, index=True
    )
    phone = fields.Char(related="lead_id.phone")
    state = fields.Selection(
        [
            ("invited", "Invited"),
            ("accepted", "Accepted"),
            ("attended", "Attended"),
            ("absent", "Absent"),
        ],
        default="invited",
        required=True,
        readonly=True,
    )
    interaction_id = fields.Many2one(
        "property.interaction", "Visit", readonly=True, ondelete="set null"
    )

    _guest_uniq = models.UniqueIndex(
        "(event_id, lead_id)", "This client is invited already."
    )

    @api.constrains("event_id", "lead_id")
    def _check_project(self):
        for guest in self:
            if guest.event_id.sudo().property_project_id != guest.project_id:
                raise ValidationError(
                    self.env._(
                        "%(client)s is a client of another project than %(event)s.",
                        client=guest.lead_id.display_name,
                        event=guest.event_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_attended(self):
        if any(guest.state == "attended" for guest in self):
            raise UserError(self.env._("Who attended stays on the list of the event."))

    def action_accept(self):
        self._check_state("invited", "absent")
        self._write_through({"state": "accepted"})

    def action_attend(self):
        """Record that the client is here, or was when the event was held.

        :raise UserError: before the day of the event, in the project's time zone
        """
        self.check_access("write")
        self._check_state("invited", "accepted", "absent")
        for guest in self:
            event, project = guest.event_id, guest.project_id
            if project.local_day() < project.local_day(event.start):
                raise UserError(
                    self.env._("%s has not begun: nobody is here yet.", event.name)
                )
            moment = min(fields.Datetime.now(), event.stop)
            visit = guest._visit_of_day(moment) or guest._enter_visit(moment)
            guest._write_through({"state": "attended", "interaction_id": visit.id})

    def action_absent(self):
        self._check_state("invited", "accepted")
        self._write_through({"state": "absent"})

    def _visit_of_day(self, moment):
        start, end = self.project_id.day_bounds(self.project_id.local_day(moment))
        domain = [
            ("lead_id", "=", self.lead_id.id),
            ("kind", "in", VISIT_KINDS),
            ("is_valid", "=", True),
            ("date", ">=", start),
            ("date", "<", end),
        ]
        return self.env["property.interaction"].search(domain, limit=1)

    def _enter_visit(self, moment):
        entries = self.env["property.interaction"]
        if not self.user_id:
            return entries
        return entries.create(
            {
                "kind": "visit_return",
                "date": moment,
                "lead_id": self.lead_id.id,
                "project_id": self.project_id.id,
                "user_id": self.user_id.id,
                "note": self.event_id.name,
            }
        )
