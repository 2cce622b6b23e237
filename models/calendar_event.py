from odoo import api, fields, models


class CalendarEvent(models.Model):
    """活动: an event of the office, with the clients invited to it (D1)."""

    _inherit = "calendar.event"

    property_project_id = fields.Many2one(
        "property.project", "Project", index="btree_not_null", ondelete="restrict"
    )
    property_guest_ids = fields.One2many(
        "property.event.guest", "event_id", "Invited Clients"
    )
    invited_count = fields.Integer("Invited", compute="_compute_guest_counts")
    attended_count = fields.Integer("Attended", compute="_compute_guest_counts")

    @api.depends("property_guest_ids.state")
    @api.depends_context("uid")
    def _compute_guest_counts(self):
        """Of the clients the user sees: a rep's own."""
        guests = self.env["property.event.guest"]
        counts = {}
        if guests.has_access("read"):
            for event, state, count in guests._read_group(
                [("event_id", "in", self.ids)], ["event_id", "state"], ["__count"]
            ):
                counts.setdefault(event.id, {})[state] = count
        for event in self:
            states = counts.get(event._origin.id, {})
            event.invited_count = sum(states.values())
            event.attended_count = states.get("attended", 0)
