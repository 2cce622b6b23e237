from odoo import api, fields, models
from odoo.exceptions import UserError

from .property_roster_reason import EFFECTS

RINGS = [("call", "Calls"), ("visit", "Visits")]
TURN_KINDS = [
    ("taken", "Taken"),
    ("make_up", "Made Up"),
    ("skipped", "Passed"),
    ("suspended", "Suspended"),
    ("returned", "Given Back"),
]
RECEPTION_TURNS = ("taken", "make_up")
# These move the ring: it goes on behind the rep of the last one.
RING_TURNS = ("taken", "skipped", "suspended")


class PropertyRosterTurn(models.Model):
    """The ledger of turns; `property.roster._advance()` alone adds to it (B1-B4).

    It is the proof of fairness and open to everyone of the project, so it says nothing
    of a client: who received whom stands in the register, under the register's rules.
    """

    _name = "property.roster.turn"
    _description = "Turn"
    _inherit = ["property.ledger.mixin"]
    _order = "id DESC"

    roster_id = fields.Many2one("property.roster", required=True, ondelete="restrict")
    project_id = fields.Many2one("property.project", required=True)
    company_id = fields.Many2one(related="project_id.company_id")
    ring = fields.Selection(related="roster_id.ring", store=True, precompute=True)
    number = fields.Integer(required=True, aggregator=None)
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", "Rep", required=True)
    kind = fields.Selection(TURN_KINDS, required=True)
    is_ahead = fields.Boolean(
        "Out of Order",
        help="The ring did not move: a reception ahead of its turn, or an owed turn "
        "for which the rep was passed.",
    )
    reason_id = fields.Many2one("property.roster.reason", ondelete="restrict")
    effect = fields.Selection(
        EFFECTS, help="What became of the turn that was passed or given back."
    )
    note = fields.Char(help="Everyone of the project reads it: name no client.")
    settles_id = fields.Many2one(
        "property.roster.turn",
        ondelete="restrict",
        index="btree_not_null",
        help="The earlier row that this one makes good: an owed turn, a reception "
        "ahead of its turn, or the turn that is given back.",
    )
    settled_by_ids = fields.One2many("property.roster.turn", "settles_id")
    interaction_ids = fields.One2many(
        "property.interaction",
        "turn_id",
        "Reception",
        help="Shown to who may see the client.",
    )
    author_id = fields.Many2one(
        "res.users",
        "Decided By",
        required=True,
        help="Who pressed; for a suspension the supervisor who ordered it.",
    )

    _number_uniq = models.UniqueIndex(
        "(roster_id, number)", "Somebody else took this turn at the same moment."
    )
    _settles_uniq = models.UniqueIndex(
        "(settles_id) WHERE settles_id IS NOT NULL",
        "This turn was settled at the same moment.",
    )
    _ring_idx = models.Index(
        "(roster_id, number DESC) "
        "WHERE kind IN ('taken', 'skipped', 'suspended') AND is_ahead IS NOT TRUE"
    )
    _user_idx = models.Index("(roster_id, user_id, number)")
    _date_idx = models.Index("(project_id, date)")

    @api.depends("number", "user_id")
    def _compute_display_name(self):
        for turn in self:
            turn.display_name = f"#{turn.number} {turn.user_id.name}"

    def _is_open(self):
        """Whether the row, until another settles it, owes the rep a turn or has him owe
        one."""
        return self.effect in ("keep", "make_up") or (
            self.kind == "taken" and self.is_ahead
        )

    def action_give_back(self):
        """The reception did not count (a survey, somebody's client): its rep gets the
        turn back and is the next one (B3). Once for a turn.

        :raise UserError: when the row is no reception or was given back before
        """
        self.roster_id._check_role("clerk", "supervisor")
        for turn in self:
            turn._give_back()

    def _give_back(self, note=None):
        """As `action_give_back`, for who has checked the role; returns the row."""
        self.ensure_one()
        return self.roster_id._advance(note=note, kind="returned", turn=self)

    def _given_back(self):
        """What a row `returned` for this turn settles, and whether the turn is owed.

        A reception ahead of its turn that was not yet paid for is simply forgotten;
        once the rep was passed for it, that pass is made good.

        :return: (turn, effect)
        """
        self.ensure_one()
        if self.kind not in RECEPTION_TURNS:
            raise UserError(
                self.env._(
                    "%s is no reception: only a turn that was taken is given back.",
                    self.display_name,
                )
            )
        turn, ahead = self, self.is_ahead
        if ahead and turn.settled_by_ids.kind == "skipped":
            turn, ahead = turn.settled_by_ids, False
        if turn.settled_by_ids:
            raise UserError(self.env._("%s was given back already.", self.display_name))
        return turn, "lose" if ahead else "keep"

    def _is_given_back(self):
        """Whether the reception was given back, itself or the pass that paid for it."""
        followed = self.settled_by_ids
        return "returned" in (followed | followed.settled_by_ids).mapped("kind")
