from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from statistics import pstdev

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.property_roster_turn import RECEPTION_TURNS, RINGS
from .form_table import Column, Figure, Section

TURNS = "property.roster.turn"
KEYS = ("ring", "user_id", "kind", "is_ahead", "reason_id")
SPREAD_COLUMNS = ("turns", "effective")
# A reception out of order is no simple turn: it stands in the record too.
TOLD = Domain("kind", "!=", "taken") | Domain("is_ahead", "=", True)


@dataclass(frozen=True)
class Counted:
    """The turns that a column counts: of some kinds, maybe those alone where a field
    has a value."""

    kinds: tuple
    field: str = ""
    value: object = None

    def count(self, groups, measure=0):
        """:param groups: {(kind, is_ahead, reason): numbers}"""
        place = KEYS[2:].index(self.field) if self.field else None
        return sum(
            numbers[measure]
            for key, numbers in groups.items()
            if key[0] in self.kinds and (place is None or key[place] == self.value)
        )

    @property
    def domain(self):
        domain = [("kind", "in", self.kinds)]
        if self.field:
            domain.append((self.field, "=", getattr(self.value, "id", self.value)))
        return domain


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
        turns = self.env[TURNS]
        counts, duty = self._counts(scope), self._duty(scope)
        labels = dict(turns._fields["ring"]._description_selection(self.env))
        sections = [
            self._figures(labels[ring], scope, ring, counts[ring], duty)
            for ring, _label in RINGS
        ]
        return [*sections, self._record(scope, labels)]

    def _counts(self, scope):
        """{ring: {user: {(kind, is_ahead, reason): (number, effective)}}}

        Effective is a turn whose reception stands as valid in the register, once at
        most, whoever may see whose client it was.
        """
        turns, entries = self.env[TURNS], self.env["property.interaction"]
        query = turns._search(scope.happened("date"))
        turn_id, is_valid = (
            SQL.identifier("entry", name, to_flush=entries._fields[name])
            for name in ("turn_id", "is_valid")
        )
        of_turn = SQL("%s = %s", turn_id, SQL.identifier(turns._table, "id"))
        valid = SQL("%s AND %s", of_turn, is_valid)
        query.add_join("LEFT JOIN", "entry", entries._table, valid)
        terms = [turns._field_to_sql(turns._table, name, query) for name in KEYS]
        query.groupby = SQL(", ").join(terms)
        counts = defaultdict(lambda: defaultdict(dict))
        for ring, user, kind, is_ahead, reason, *measures in self.env.execute_query(
            query.select(*terms, SQL("COUNT(*)"), SQL("COUNT(%s)", turn_id))
        ):
            of_rep = counts[ring][self.env["res.users"].browse(user)]
            reason = self.env["property.roster.reason"].browse(reason or [])
            of_rep[kind, is_ahead, reason] = measures
        return counts

    # === Figures of a ring ===

    def _figures(self, title, scope, ring, counts, duty):
        """:param counts: of this ring: {user: {(kind, is_ahead, reason): numbers}}
        :param duty: {user: duty lists}
        """
        happened = [*scope.happened("date"), ("ring", "=", ring)]
        keys = {key for groups in counts.values() for key in groups}
        reasons = (
            self.env["property.roster.reason"]
            .union(*(reason for kind, _ahead, reason in keys if kind == "skipped"))
            .sorted()
        )
        section = Section(title, self._columns(reasons))
        lines = []
        for user in self._reps(scope, ring).union(*counts):
            own = [*happened, ("user_id", "=", user.id)]
            lines.append(
                [
                    Figure.of(len(duty[user]), duty[user]),
                    *self._rep_figures([counts[user]], own, reasons),
                ]
            )
            section.add(user.name, *lines[-1])
        section.add(
            self.env._("Total"),
            None,
            *self._rep_figures(counts.values(), happened, reasons),
            level="total",
        )
        self._add_spread(section, lines)
        return section

    def _duty(self, scope):
        """{user: duty lists of the period that name him}"""
        duty = self.env["property.duty"]
        domain = [
            ("project_id", "=", scope.project.id),
            ("date", ">=", scope.date_from),
            ("date", "<=", scope.date_to),
        ]
        groups = duty._read_group(domain, ["user_ids"], ["id:recordset"])
        return defaultdict(duty.browse, groups)

    def _reps(self, scope, ring):
        """Who has a place in the ring, with turns or without."""
        if scope.user:
            return scope.user
        roster = self.env["property.roster"].search(
            [("project_id", "=", scope.project.id), ("ring", "=", ring)]
        )
        return roster.line_ids.user_id

    def _rep_figures(self, groups, domain, reasons):
        """:param groups: some {(kind, is_ahead, reason): numbers} of the turns in
        `domain`"""
        receptions = Counted(RECEPTION_TURNS)
        columns = [
            Counted(RECEPTION_TURNS, "is_ahead", True),
            Counted(("make_up",)),
            Counted(("returned",)),
            Counted(("suspended",)),
            *(Counted(("skipped",), "reason_id", reason) for reason in reasons),
            Counted(("skipped",), "reason_id", reasons.browse()),
        ]
        effective = sum(receptions.count(one, measure=1) for one in groups)
        turns, *rest = (
            Figure.where(
                sum(column.count(one) for one in groups),
                TURNS,
                [*domain, *column.domain],
            )
            for column in (receptions, *columns)
        )
        find = partial(self._effective_ids, [*domain, *receptions.domain])
        return [turns, Figure.found(effective, TURNS, find), *rest]

    def _effective_ids(self, domain):
        entries = self.env["property.interaction"].sudo()
        valid = [("turn_id", "any", domain), ("is_valid", "=", True)]
        return entries.search(valid).turn_id.ids

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

    def _record(self, scope, rings):
        """Every turn that was not simply taken, with reason and author."""
        names = [
            *("number", "date", "ring", "user_id", "kind", "is_ahead", "reason_id"),
            *("settles_id", "effect", "note", "author_id"),
        ]
        turns = self.env[TURNS].search_fetch(
            Domain(scope.happened("date")) & TOLD, names, order="date, id"
        )
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
