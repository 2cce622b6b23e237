from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .property_interaction import CALL_KINDS, IDENTITY_WAYS
from .property_roster_turn import RECEPTION_TURNS


class PropertyInteraction(models.Model):
    """What the desk knows of a reception: whose turn, how a call was answered, how
    identity was verified."""

    _inherit = "property.interaction"  # pylint: disable=consider-merging-classes-inherited

    # What the register of calls asks besides (G18)
    answered_in_time = fields.Selection(
        [("yes", "In Time"), ("no", "Not in Time")],
        help="Whether a call was taken at once, as the office wants it.",
    )
    visit_date = fields.Datetime(
        "Visit Agreed For", help="When a caller said that he would come."
    )

    # B11: how, by whom, when
    identity_check = fields.Selection(IDENTITY_WAYS, "Identity Verified By")
    identity_user_id = fields.Many2one(
        "res.users",
        "Identity Checked By",
        compute="_compute_identity",
        store=True,
        precompute=True,
    )
    identity_date = fields.Datetime(
        "Identity Checked On",
        compute="_compute_identity",
        store=True,
        precompute=True,
    )

    @api.depends("identity_check")
    def _compute_identity(self):
        for entry in self:
            checked = bool(entry.identity_check)
            entry.identity_user_id = checked and self.env.user
            entry.identity_date = checked and fields.Datetime.now()

    @api.constrains("visit_date", "date")
    def _check_visit_date(self):
        for entry in self:
            if entry.visit_date and entry.visit_date < entry.date:
                raise ValidationError(
                    self.env._("The visit is agreed for a time after the call.")
                )

    @api.constrains("turn_id", "user_id", "project_id", "kind")
    def _check_turn(self):
        """Nobody counts a reception on a colleague's turn or on another ring's."""
        for entry in self.filtered("turn_id"):
            turn = entry.turn_id.sudo()
            ring = "call" if entry.kind in CALL_KINDS else "visit"
            if (
                turn.kind not in RECEPTION_TURNS
                or turn.user_id != entry.user_id
                or turn.project_id != entry.project_id
                or turn.ring != ring
            ):
                raise ValidationError(
                    self.env._(
                        "%(turn)s is not a turn for this reception.",
                        turn=turn.display_name,
                    )
                )
