from dataclasses import dataclass

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .property_door import lock_rows
from .property_roster_turn import RING_TURNS, RINGS


@dataclass
class Place:
    """How a rep stands in a ring at this moment."""

    line: models.BaseModel
    status: str  # waiting, away, suspended or off_duty
    reason: models.BaseModel  # of his absence
    owed: models.BaseModel  # open turns that he is owed, oldest first
    due: models.BaseModel  # those of them he may take now
    ahead: models.BaseModel  # receptions before their turn, for which he will be passed

    @property
    def user(self):
        return self.line.user_id


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

    # === Who stands where ===

    def _queue(self):
        """The ring as the desk shows it: who is owed a turn, then the ring in order.

        :return: a dict for each rep: `user_id`, `name`, `status` ('next', 'waiting',
            'away', 'suspended', 'off_duty'), `reason` (why he is away or suspended),
            `owed` (turns he is owed), `ahead` (turns he has received before their time)
        """
        self.ensure_one()
        places = self._places()
        rows = self._next_rows(places)
        next_user = rows and rows[-1]["user_id"]
        first = [place for _turn, place in self._due(places)]
        unique = {id(place): place for place in first + places}
        return [
            {
                "user_id": place.user.id,
                "name": place.user.name,
                "status": "next" if place.user.id == next_user else place.status,
                "reason": place.reason.name or place.line.suspension_note or "",
                "owed": len(place.owed),
                "ahead": len(place.ahead),
            }
            for place in unique.values()
        ]

    def _places(self):
        """The `Place` of each rep, in the order in which the ring goes on."""
        ring = self.sudo()
        lines = ring.with_context(active_test=False).line_ids
        turns = self.env["property.roster.turn"].sudo()
        last = turns.search_fetch(
            [
                ("roster_id", "=", ring.id),
                ("kind", "in", RING_TURNS),
                ("is_ahead", "=", False),
            ],
            ["user_id"],
            order="number DESC",
            limit=1,
        )
        start = 1 + next(
            (n for n, line in enumerate(lines) if line.user_id == last.user_id), -1
        )
        duty = self.env["property.duty"]._on_duty(ring.project_id)
        away = self.env["property.absence"]._away(ring.project_id)
        opened, due = ring._open_turns()
        places = []
        for line in lines[start:] + lines[:start]:
            user = line.user_id
            if not line.active or user not in ring.project_id.user_ids:
                continue
            if duty is not None and user not in duty:
                status = "off_duty"
            elif line.suspended_by_id:
                status = "suspended"
            else:
                status = "away" if user in away else "waiting"
            own = opened.filtered(lambda turn, user=user: turn.user_id == user)
            owed = own.filtered("effect")
            places.append(
                Place(
                    line=line,
                    status=status,
                    reason=away.get(user, self.env["property.roster.reason"]),
                    owed=owed,
                    due=owed & due,
                    ahead=own - owed,
                )
            )
        return places

    def _open_turns(self):
        """The open rows of the ledger, oldest first, and those of them that are due.

        A turn given back is due at once; a kept one after the next reception (whoever
        was passed is not asked again for the same client); one to make up after the
        rep's next ordinary turn.
        """
        opened = self.open_turn_ids.sorted("number")
        if not opened:
            return opened, opened
        due = self.env.execute_query(
            SQL(
                """SELECT turn.id
                     FROM property_roster_turn turn
                    WHERE turn.id IN %s AND (turn.kind = 'returned' OR EXISTS (
                        SELECT FROM property_roster_turn later
                         WHERE later.roster_id = turn.roster_id
                           AND later.number > turn.number
                           AND CASE turn.effect
                               WHEN 'keep' THEN later.kind IN ('taken', 'make_up')
                               ELSE later.kind = 'taken'
                                AND later.is_ahead IS NOT TRUE
                                AND later.user_id = turn.user_id
                               END))""",
                tuple(opened.ids),
            )
        )
        return opened, opened.browse(id_ for (id_,) in due)

    def _due(self, places):
        """(turn, place) of each owed turn that can be taken now, oldest first."""
        return sorted(
            (
                (turn, place)
                for place in places
                if place.status == "waiting"
                for turn in place.due
            ),
            key=lambda credit: credit[0].number,
        )

    def _next_rows(self, places):
        """The rows that the next reception adds to the ledger, its own one last.

        The ring is walked until somebody can receive. Whom it meets before is passed on
        record, each for one reason: a suspended turn; a reception he had ahead of this
        one; an absence. Who is off duty has no turn. Who was passed only for a
        reception ahead is met again when everybody else is out.

        :return: values of turns; none when nobody can receive
        """
        for credit, place in self._due(places):
            return [place.line._turn("make_up", settles_id=credit.id)]
        rows, walk = [], [(place, list(place.ahead)) for place in places]
        for place, ahead in walk:
            line = place.line
            if place.status == "suspended":
                rows.append(
                    line._turn(
                        "suspended",
                        note=line.suspension_note,
                        author_id=line.suspended_by_id.id,
                    )
                )
            elif place.status != "off_duty" and ahead:
                rows.append(
                    line._turn("skipped", effect="lose", settles_id=ahead[0].id)
                )
                walk.append((place, ahead[1:]))
            elif place.status == "away":
                rows.append(line._pass(place.reason))
            elif place.status == "waiting":
                return [*rows, line._turn("taken")]
        return []

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
