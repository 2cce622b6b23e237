from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .property_door import lock_rows
from .property_roster_turn import RINGS


class PropertyRoster(models.Model):
    """A ring: the reps of a project who receive in turn, calls or visits (B1).

    Whose turn it is is read off the ledger and nothing starts anew in the morning. The
    ring goes on behind the rep of the last row that moves it (`RING_TURNS`, unless out
    of order); owed turns come before it and do not move it. `_advance()` is the door.
    """

    _name = "property.roster"
    _description = "Ring"
    _inherit = ["property.door.mixin", "mail.thread"]
    _order = "project_id, ring"
    _door_fields = ("last_number", "open_turn_ids")

    project_id = fields.Many2one("property.project", required=True, ondelete="restrict")
    company_id = fields.Many2one(related="project_id.company_id")
    ring = fields.Selection(RINGS, required=True)
    line_ids = fields.One2many("property.roster.line", "roster_id", "Reps in Order")
    order = fields.Char(
        compute="_compute_order",
        store=True,
        tracking=True,
        help="Who changed the order of the reps, and when, stands in the history.",
    )
    last_number = fields.Integer("Turns on Record", readonly=True)
    open_turn_ids = fields.Many2many(
        "property.roster.turn",
        "property_roster_open_turn_rel",
        string="Open Turns",
        readonly=True,
        help="Rows of the ledger that no later row has settled: found at once however "
        "long the ledger is.",
    )
    next_user_id = fields.Many2one("res.users", compute="_compute_next_user_id")

    _ring_uniq = models.UniqueIndex(
        "(project_id, ring)", "The project has this ring already."
    )

    @api.depends("ring", "project_id")
    def _compute_display_name(self):
        rings = dict(self._fields["ring"]._description_selection(self.env))
        for roster in self:
            roster.display_name = f"{roster.project_id.name} · {rings.get(roster.ring)}"

    @api.depends("line_ids.sequence", "line_ids.active", "line_ids.user_id.name")
    def _compute_order(self):
        for roster in self:
            roster.order = " → ".join(roster.line_ids.sorted().user_id.mapped("name"))

    @api.depends(
        "last_number",
        "line_ids.sequence",
        "line_ids.active",
        "line_ids.suspended_by_id",
    )
    def _compute_next_user_id(self):
        for roster in self:
            rows = roster._next_rows(roster._places()) if roster.id else []
            roster.next_user_id = rows and rows[-1]["user_id"]

    @api.model
    def _ring(self, project, ring):
        """The ring 'call' or 'visit' of `project`; a new one begins with its reps."""
        roster = self.search([("project_id", "=", project.id), ("ring", "=", ring)])
        if roster:
            return roster
        reps = project.sudo().user_ids.filtered(
            lambda user: (
                user._has_office_role("rep") and not user._has_office_role("supervisor")
            )
        )
        lines = [
            {"user_id": user.id, "sequence": number}
            for number, user in enumerate(reps.sorted("id"))
        ]
        roster = self.sudo().create(
            {
                "project_id": project.id,
                "ring": ring,
                "line_ids": [Command.create(line) for line in lines],
            }
        )
        return roster.with_env(self.env)

    # === The door ===

    def _advance(self, user=None, reason=None, note=None, kind="taken", turn=None):
        """Add to the ledger of turns: the only way a turn comes into being.

        Locks the ring, reads who is next, appends, tells the desks. Whoever waited for
        the lock runs again and meets the new order.

        - `taken`: the next rep receives. Those whom the ring passes on the way to him
          are on record before him. With a `user` who is not next: he received ahead of
          his turn (an old client's friend, B3); the ring stays, and passes him once.
        - `skipped`: the desk passes `user`, who must be the next one, for `reason`.
        - `returned`: the reception of `turn` did not count; its rep gets it back.

        :param user: the rep, for `taken` optional
        :param reason: `property.roster.reason` of a pass
        :param note: words for the ledger
        :return: the new `property.roster.turn`
        :raise UserError: when nobody can receive, `user` has no place in the ring, is
            no longer the next one, or `turn` cannot be given back; nothing is written
        """
        self.ensure_one()
        lock_rows(self)
        if kind == "taken":
            rows = self._rows_taken(user)
        elif kind == "skipped":
            rows = self._rows_skipped(user, reason)
        else:
            settles, effect = turn.sudo()._given_back()
            rows = [
                {
                    "user_id": turn.user_id.id,
                    "kind": "returned",
                    "settles_id": settles.id,
                    "effect": effect,
                }
            ]
        if note:
            rows[-1]["note"] = note
        return self._append(rows)

    def _rows_taken(self, user):
        places = self._places()
        rows = self._next_rows(places)
        if not user and not rows:
            raise UserError(self._nobody(places))
        if not user or (rows and rows[-1]["user_id"] == user.id):
            return rows
        for place in places:
            if place.user == user:
                return [place.line._turn("taken", is_ahead=True)]
        raise UserError(
            self.env._(
                "%(user)s has no place in the ring %(ring)s.",
                user=user.name,
                ring=self.display_name,
            )
        )

    def _rows_skipped(self, user, reason):
        if not reason:
            raise UserError(
                self.env._("Choose the reason why %s is passed.", user.name)
            )
        places = self._places()
        rows = self._next_rows(places)
        if not rows or rows[-1]["user_id"] != user.id:
            next_user = user.browse(rows and rows[-1]["user_id"])
            raise UserError(
                self.env._(
                    "%(user)s is no longer the next one, it is %(next)s now: somebody "
                    "else has just changed the ring. Look at it again.",
                    user=user.name,
                    next=next_user.name or self.env._("nobody"),
                )
            )
        line = next(place.line for place in places if place.user == user)
        row = line._pass(reason)
        if credit := rows[-1].get("settles_id"):
            row |= {"settles_id": credit, "is_ahead": True}
        return [*rows[:-1], row]

    def _nobody(self, places):
        labels = dict(
            self.env["property.roster.line"]
            ._fields["status"]
            ._description_selection(self.env)
        )
        return self.env._(
            "Nobody in the ring %(ring)s can receive: %(reps)s. Mark who is back, lift "
            "a suspension, or name who receives.",
            ring=self.display_name,
            reps=", ".join(
                f"{place.user.name} ({place.reason.name or labels[place.status]})"
                for place in places
            )
            or self.env._("it has no reps"),
        )

    def _append(self, rows):
        """Write `rows` to the ledger, and what follows from them to the ring."""
        ring = self.sudo()
        turns = ring.open_turn_ids.create(
            [
                {
                    "roster_id": self.id,
                    "project_id": ring.project_id.id,
                    "number": number,
                    "author_id": self.env.uid,
                }
                | row
                for number, row in enumerate(rows, ring.last_number + 1)
            ]
        )
        opened = turns.filtered(lambda turn: turn._is_open())
        # The number changes with every row: who waited for the lock is run again.
        ring._write_through(
            {
                "last_number": turns[-1].number,
                "open_turn_ids": [
                    *(Command.unlink(turn.id) for turn in turns.settles_id),
                    *(Command.link(turn.id) for turn in opened),
                ],
            }
        )
        served = turns.filtered(lambda turn: turn.kind == "suspended").user_id
        ring.line_ids.filtered(lambda line: line.user_id in served)._suspend(None)
        self.project_id._notify_desk()
        return turns[-1:].with_env(self.env)

    # === Actions ===

    def action_next(self):
        """The next rep receives: desk staff or a supervisor press (B1)."""
        self._check_role("clerk", "supervisor")
        self._advance()
        return True

    def action_pass(self, user_id, reason_id, note=None):
        """Pass the one who is next, for a reason whose effect the ledger keeps (B3).

        :param user_id: whom the desk sees as the next one
        :raise UserError: when meanwhile somebody else is next
        """
        self._check_role("clerk", "supervisor")
        user = self.env["res.users"].browse(user_id)
        reason = self.env["property.roster.reason"].browse(reason_id)
        self._advance(user, reason, note, kind="skipped")
        return True

    def action_suspend(self, user_id, note):
        """Take the next turn in the ring from a rep (取消本轮接客资格, B4).

        It is on record when the ring passes him, and then served. Until then he gets no
        turn in this ring, not even one that he is owed.

        :param note: why, for the ledger
        """
        self._check_role("supervisor")
        if not (note and note.strip()):
            raise UserError(self.env._("Say why the turn is suspended."))
        self._set_suspension(user_id, self.env.user, note.strip())
        return True

    def action_lift(self, user_id):
        """Lift a suspension that was not yet served."""
        self._check_role("supervisor")
        self._set_suspension(user_id, None, None)
        return True

    def _set_suspension(self, user_id, supervisor, note):
        """Order or lift a suspension; the ring's history says who did."""
        line = self._line(user_id)
        line._suspend(supervisor, note)
        if supervisor:
            text = self.env._(
                "Turn of %(rep)s suspended: %(why)s", rep=line.user_id.name, why=note
            )
        else:
            text = self.env._("Suspension of %s lifted", line.user_id.name)
        self._message_log(body=text)
        self.project_id._notify_desk()

    def action_open_turns(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_property_sales.property_roster_turn_action"
        )
        return action | {"domain": [("roster_id", "in", self.ids)]}

    def action_open_fairness(self):
        return self.env["ir.actions.client"]._for_xml_id(
            "crm_property_sales.property_form_fairness_action"
        )

    def _line(self, user_id):
        self.ensure_one()
        line = self.sudo().line_ids.filtered(lambda line: line.user_id.id == user_id)
        if not line:
            raise UserError(self.env._("This rep has no place in the ring."))
        return line
