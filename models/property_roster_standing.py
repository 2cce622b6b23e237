"""Who stands where in a ring, read off the ledger; `property_roster.py` writes it."""

from dataclasses import dataclass

from odoo import models
from odoo.tools import SQL

from .property_roster_turn import RING_TURNS


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
    _inherit = "property.roster"

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
