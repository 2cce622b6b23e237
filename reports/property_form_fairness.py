from collections import defaultdict
from statistics import pstdev

from odoo import models

from ..models.property_roster_turn import RECEPTION_TURNS, RINGS
from .form_table import Column, Figure, Section

SPREAD_COLUMNS = ("turns", "effective")


class PropertyFormFairness(models.AbstractModel):
    """Fairness of the rings (B1-B4): who had how many turns, who was passed and why.

    For everyone of the project, reps too: it is the answer to who feels passed over.
    Figures open turns, never the register, so no client shows.
    """

    _name = "property.form.fairness"
    _inherit = ["property.form"]
    _description = "Fairness of the Rings"

    _code = "B4"
    _period = "range"
    _filters = ("user",)
    _roles = ("rep", "clerk", "supervisor", "manager", "hq")

    def _sections(self, scope):
        turns = self._turns(scope)
        effective = self._effective(scope)
        labels = dict(turns._fields["ring"]._description_selection(self.env))
        sections = [
            self._figures(
                labels[ring],
                scope,
                ring,
                turns.filtered(lambda turn, ring=ring: turn.ring == ring),
                effective,
            )
            for ring, _label in RINGS
        ]
        return [*sections, self._record(scope, turns, labels)]

    # === What was ===

    def _turns(self, scope):
        return self.env["property.roster.turn"].search(
            scope.happened("date"), order="date, id"
        )

    def _effective(self, scope):
        """The turns whose reception stands as valid in the register."""
        entries = self.env["property.interaction"].sudo()
        groups = entries._read_group(
            [("turn_id", "any", scope.happened("date")), ("is_valid", "=", True)],
            ["turn_id"],
        )
        return self.env["property.roster.turn"].union(*(turn for (turn,) in groups))

    def _duty(self, scope):
        """{user: duty lists of the period that name him}"""
        duty = self.env["property.duty"]
        lists = duty.search(
            [
                ("project_id", "=", scope.project.id),
                ("date", ">=", scope.date_from),
                ("date", "<=", scope.date_to),
            ]
        )
        days = defaultdict(duty.browse)
        for day in lists:
            for user in day.user_ids:
                days[user] |= day
        return days

    # === Figures of a ring ===

    def _figures(self, title, scope, ring, turns, effective):
        reasons = turns.reason_id.sorted()
        section = Section(title, self._columns(reasons))
        duty = self._duty(scope)
        of_rep = turns.grouped("user_id")
        table = {
            user: self._rep_figures(
                of_rep.get(user, turns.browse()),
                effective,
                reasons,
                duty.get(user, self.env["property.duty"]),
            )
            for user in self._reps(scope, ring) | turns.user_id
        }
        for user, figures in table.items():
            section.add(user.name, *figures)
        total = self._rep_figures(turns, effective, reasons, self.env["property.duty"])
        section.add(self.env._("Total"), None, *total[1:], level="total")
        self._add_spread(section, list(table.values()))
        return section

    def _reps(self, scope, ring):
        """Who has a place in the ring, with turns or without."""
        if scope.user:
            return scope.user
        roster = self.env["property.roster"].search(
            [("project_id", "=", scope.project.id), ("ring", "=", ring)]
        )
        return roster.line_ids.user_id

    def _rep_figures(self, turns, effective, reasons, duty):
        def kind(*kinds):
            return turns.filtered(lambda turn: turn.kind in kinds)

        receptions, passed = kind(*RECEPTION_TURNS), kind("skipped")
        groups = (
            duty,
            receptions,
            receptions & effective,
            receptions.filtered("is_ahead"),
            kind("make_up"),
            kind("returned"),
            kind("suspended"),
            *(passed.filtered(lambda turn, r=r: turn.reason_id == r) for r in reasons),
            passed.filtered(lambda turn: not turn.reason_id),
        )
        return [Figure.of(len(group), group) for group in groups]

    def _add_spread(self, section, table):
        """How far the reps are apart; over one rep there is no spread."""
        if len(table) < 2:
            return
        keys = [column.key for column in section.columns[1:]]
        counts = {
            key: [figures[keys.index(key)].value for figures in table]
            for key in SPREAD_COLUMNS
        }
        for label, kind, measure in (
            (self.env._("Most − Least"), "integer", lambda some: max(some) - min(some)),
            (
                self.env._("Standard Deviation"),
                "area",
                lambda some: round(pstdev(some), 2),
            ),
        ):
            values = [measure(counts[k]) if k in counts else None for k in keys]
            section.add(label, *values, level="subtotal", kind=kind)

    def _columns(self, reasons):
        passed = self.env._("Passed")
        return [
            Column("rep", self.env._("Rep"), width=12),
            Column("duty", self.env._("Days on Duty"), "measure", 7),
            Column("turns", self.env._("Turns"), "measure", 7),
            Column("effective", self.env._("Effective"), "measure", 7),
            Column("ahead", self.env._("Out of Order"), "measure", 7),
            Column("made_up", self.env._("Made Up"), "measure", 7),
            Column("returned", self.env._("Given Back"), "measure", 7),
            Column("suspended", self.env._("Suspended"), "measure", 7),
            *(
                Column(f"reason_{reason.id}", reason.name, "measure", 8, passed)
                for reason in reasons
            ),
            Column("ahead_passed", self.env._("For One Ahead"), "measure", 8, passed),
        ]

    # === The record ===

    def _record(self, scope, turns, rings):
        """Every turn that was not simply taken, with reason and author."""
        section = Section(
            self.env._("Passes, Suspensions, Made-up Turns"),
            [
                Column("number", self.env._("No."), "integer", 5),
                Column("time", self.env._("Time"), width=11),
                Column("ring", self.env._("Ring"), width=6),
                Column("rep", self.env._("Rep"), width=9),
                Column("kind", self.env._("Kind"), width=8),
                Column("reason", self.env._("Reason"), width=14),
                Column("effect", self.env._("Effect"), width=11),
                Column("note", self.env._("Note"), width=20),
                Column("author", self.env._("Decided By"), width=9),
            ],
        )
        kinds, effects = (
            dict(turns._fields[name]._description_selection(self.env))
            for name in ("kind", "effect")
        )
        for turn in turns:
            if turn.kind == "taken" and not turn.is_ahead:
                continue
            section.add(
                Figure.of(turn.number, turn),
                f"{scope.project.local_time(turn.date):%Y-%m-%d %H:%M}",
                rings[turn.ring],
                turn.user_id.name,
                self.env._("Out of Order")
                if turn.kind == "taken"
                else kinds[turn.kind],
                self._because(turn),
                effects.get(turn.effect),
                turn.note,
                turn.author_id.name,
            )
        return section

    def _because(self, turn):
        """The reason of a turn, else the number of the earlier turn that it settles."""
        if turn.settles_id and not turn.reason_id:
            return f"#{turn.settles_id.number}"
        return turn.reason_id.name
