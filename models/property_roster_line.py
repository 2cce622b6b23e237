from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

PLACES = [
    ("next", "Next"),
    ("waiting", "Waiting"),
    ("away", "Away"),
    ("suspended", "Turn Suspended"),
    ("off_duty", "Off Duty"),
]


class PropertyRosterLine(models.Model):
    """A rep's place in a ring. Who leaves is archived: the ring goes on behind the
    place of who was last, also when he has gone."""

    _name = "property.roster.line"
    _description = "Place in a Ring"
    _inherit = ["property.door.mixin"]
    _order = "roster_id, sequence, id"
    _rec_name = "user_id"
    _door_fields = ("suspended_by_id", "suspension_note")

    roster_id = fields.Many2one(
        "property.roster", "Ring", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(related="roster_id.project_id", store=True)
    company_id = fields.Many2one(related="project_id.company_id")
    sequence = fields.Integer(default=100)
    user_id = fields.Many2one("res.users", "Rep", required=True)
    active = fields.Boolean(default=True)

    # A pending suspension of the next turn (B4)
    suspended_by_id = fields.Many2one("res.users", readonly=True)
    suspension_note = fields.Char("Suspended Because", readonly=True)

    status = fields.Selection(PLACES, compute="_compute_standing")
    owed = fields.Integer("Turns Owed", compute="_compute_standing")

    _user_uniq = models.UniqueIndex(
        "(roster_id, user_id)",
        "The rep has a place in this ring already; it may be archived.",
    )

    @api.depends("roster_id.last_number", "sequence", "active", "suspended_by_id")
    def _compute_standing(self):
        for roster, lines in self.grouped("roster_id").items():
            standing = {place["user_id"]: place for place in roster._queue()}
            for line in lines:
                place = standing.get(line.user_id.id, {})
                line.status = place.get("status")
                line.owed = place.get("owed")

    @api.constrains("user_id", "roster_id")
    def _check_works_here(self):
        for line in self:
            if line.user_id not in line.project_id.user_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s does not work in %(project)s.",
                        user=line.user_id.name,
                        project=line.project_id.name,
                    )
                )

    def write(self, vals):
        if {"user_id", "roster_id"} & vals.keys():
            raise UserError(
                self.env._(
                    "A place stays its rep's: archive it and add the new rep's own."
                )
            )
        return super().write(vals)

    def _turn(self, kind, **vals):
        """Values of a turn of this rep."""
        return {"user_id": self.user_id.id, "kind": kind} | vals

    def _pass(self, reason):
        """Values of a turn for which this rep is passed, with what becomes of it."""
        effect = reason._effect(self.roster_id.ring)
        return self._turn("skipped", reason_id=reason.id, effect=effect)

    def _suspend(self, supervisor, note=None):
        """Suspend the rep's next turn, or lift what is pending (`supervisor` None)."""
        self._write_through(
            {
                "suspended_by_id": supervisor and supervisor.id,
                "suspension_note": note,
            }
        )
