from odoo import api, models
from odoo.exceptions import AccessError, RedirectWarning, UserError

from .phone import clean_phone
from .property_interaction import RECEPTION_KINDS
from .property_roster_turn import RECEPTION_TURNS, RINGS

ENTRIES_SHOWN = 60
COUNTED = {"call_in": "calls"}  # every other reception is a visit


class PropertyDesk(models.AbstractModel):
    """The reception desk: what its screen shows and asks (B1–B12, J1).

    Everyone who receives works at it. Whose client a number belongs to is told to desk
    staff only; a rep learns whether it is his own and nothing else. The rings are moved
    by `property.roster`'s own actions, entries are made in `enter()`.
    """

    _name = "property.desk"
    _description = "Reception Desk"

    # === What the screen shows ===

    @api.model
    def screen(self, project_id=None):
        """What stays the same for a day, with `live()` in key 'live'.

        :param project_id: the user's first project when omitted or no longer his
        :return: dict; without a key 'project' when the user works in no project
        """
        self._check_role()
        projects = self.env["property.project"].search([("active", "=", True)])
        project = projects.filtered(lambda one: one.id == project_id) or projects[:1]
        data = {"projects": [self._named(one) for one in projects]}
        if not project:
            return data
        return data | {
            "project": self._named(project)
            | {
                name: project[name] or ""
                for name in ("opening_hours", "call_greeting", "call_closing")
            },
            "user": self._named(self.env.user),
            "may": {
                "turn": self._is_desk(),
                "suspend": self.env.user._has_office_role("supervisor"),
            },
            "choices": self._choices(project),
            "live": self.live(project.id),
        }

    @api.model
    def live(self, project_id):
        """What changes by the minute: rings, duty, counts, today's entries."""
        project = self._project(project_id)
        bounds = project.day_bounds(project.local_day())
        today = [
            ("project_id", "=", project.id),
            ("date", ">=", bounds[0]),
            ("date", "<", bounds[1]),
            ("kind", "in", RECEPTION_KINDS),
        ]
        duty = self.env["property.duty"]._on_duty(project)
        return {
            "rings": [self._ring(project, ring) for ring, _label in RINGS],
            "duty": duty and duty.mapped("name"),
            "counts": self._counts(today),
            "entries": self._entries(project, today),
        }

    def _choices(self, project):
        entries = self.env["property.interaction"]

        def labels(name):
            return [
                {"id": value, "name": label}
                for value, label in entries._fields[name]._description_selection(
                    self.env
                )
            ]

        return {
            "kind": [one for one in labels("kind") if one["id"] in RECEPTION_KINDS],
            "source_id": self._named_all("utm.source"),
            "concern_ids": self._named_all("property.concern"),
            "unit_type_ids": self._named_all(
                "property.unit.type", [("project_id", "=", project.id)]
            ),
            "reason_id": self._named_all("property.roster.reason"),
            **{
                name: labels(name)
                for name in (
                    "purpose",
                    "horizon",
                    "grade",
                    "invalid_reason",
                    "identity_check",
                    "answered_in_time",
                )
            },
        }

    def _ring(self, project, ring):
        roster = self.env["property.roster"]._ring(project, ring)
        absences = self.env["property.absence"].search(
            [("project_id", "=", project.id), ("state", "=", "approved")]
        )
        back = {
            absence.user_id.id: absence.id
            for absence in absences
            if self._is_desk() or absence.user_id == self.env.user
        }
        return {
            "id": roster.id,
            "ring": ring,
            "queue": [
                place | {"absence_id": back.get(place["user_id"], False)}
                for place in roster._queue()
            ],
            "open_turns": [
                {
                    "id": turn.id,
                    "user_id": turn.user_id.id,
                    "name": turn.user_id.name,
                    "number": turn.number,
                    "time": self._time(project, turn.date),
                }
                for turn in self._open_turns(roster)
            ],
        }

    def _open_turns(self, roster):
        """Today's receptions that have no entry yet: the rep is with the client."""
        project = roster.project_id
        start, _end = project.day_bounds(project.local_day())
        turns = self.env["property.roster.turn"].search(
            [
                ("roster_id", "=", roster.id),
                ("kind", "in", RECEPTION_TURNS),
                ("date", ">=", start),
            ],
            order="number",
        )
        # Whether there is an entry is no secret, only whose.
        entered = (
            self.env["property.interaction"]
            .sudo()
            .search([("turn_id", "in", turns.ids)])
        )
        given_back = turns.filtered(lambda turn: turn._is_given_back())
        return turns - entered.turn_id - given_back

    def _counts(self, today):
        """The project's counts: of everyone's entries, for everyone."""
        counts = {"calls": 0, "visits": 0, "invalid": 0}
        for kind, is_valid, count in (
            self.env["property.interaction"]
            .sudo()
            ._read_group(today, ["kind", "is_valid"], ["__count"])
        ):
            counts[COUNTED.get(kind, "visits") if is_valid else "invalid"] += count
        return counts

    def _entries(self, project, today):
        """Today's entries under the user's own record rules."""
        entries = self.env["property.interaction"].search(today, limit=ENTRIES_SHOWN)
        return [
            {
                "id": entry.id,
                "time": self._time(project, entry.date),
                "kind": entry.kind,
                "name": entry.partner_name or entry.surveyor or "",
                "host": entry.user_id.name,
                "is_valid": entry.is_valid,
                "missing": entry.missing_columns,
            }
            for entry in entries
        ]

    # === Whose number is it? ===

    @api.model
    def check_phone(self, project_id, phone):
        """Whether a caller or visitor is known by `phone`.

        Each question is on record, and so many an hour are answered (J1, J8).

        :return: dict of always the same keys: status (new, yours, owned, free, claimed,
            invalid, limited), days (until an owned client is free again, else False),
            minutes (until the next check, when limited), owner and client as
            {'id', 'name'}, or False for who may not know
        """
        project = self._project(project_id)
        return self._answer(self._ask(project, phone))

    def _ask(self, project, phone):
        """`crm.lead._check_phone`, on record and within the limit."""
        logs = self.env["property.access.log"]
        leads = self.env["crm.lead"]
        clean = isinstance(phone, str) and clean_phone(phone)
        if not clean:
            return {"status": "invalid"}
        tail = clean[-4:]
        if minutes := logs._wait_minutes(project):
            # Nothing is raised: the row must stay.
            logs._log(project, "denied", phone_tail=tail)
            return {"status": "limited", "minutes": minutes}
        facts = leads._check_phone(project, clean)
        logs._log(project, "check", phone_tail=tail, result=facts["status"])
        return facts

    def _answer(self, facts):
        """What the user may know of the `facts`: the only way they leave the server."""
        owner = facts.get("owner")
        lead = facts.get("lead")
        return {
            "status": facts["status"],
            "days": facts.get("days") or False,
            "minutes": facts.get("minutes") or False,
            "owner": bool(owner) and self._is_desk() and self._named(owner),
            "client": bool(lead)
            and lead.with_env(self.env).has_access("read")
            and {"id": lead.id, "name": lead.contact_name},
        }

    @api.model
    def ask_ruling(self, project_id, phone, claimant_id=None):
        """Ask whose client a number belongs to: 撞单 (C6).

        :param claimant_id: for whom; reps always ask for themselves
        :return: dict of status 'done' with the `action` that opens the ruling, or
            'refused' as `enter()`
        """
        project = self._project(project_id)
        facts = self._ask(project, phone)
        if facts["status"] in ("limited", "invalid"):
            return {"status": "refused", "answer": self._answer(facts)}
        claimant = self.env.user
        if claimant_id and self._is_desk():
            claimant = project.sudo().user_ids.filtered(
                lambda user: user.id == claimant_id
            )
        return self._attempt(self._open_ruling, facts["lead"], claimant, phone)

    def _open_ruling(self, lead, claimant, phone):
        if not claimant or not lead:
            raise UserError(
                self.env._(
                    "No client file has this number: there is nothing to rule on."
                )
            )
        ruling = self.env["property.collision"]._open(lead, claimant, phone=phone)
        return {
            "status": "done",
            "action": {
                "type": "ir.actions.act_window",
                "res_model": ruling._name,
                "res_id": ruling.id,
                "views": [(False, "form")],
            },
        }

    def _attempt(self, method, *args):
        """Call `method`; an error in words is returned, and nothing else is undone.

        Were it raised, the row that says what the user had asked would be gone: every
        failure would be a free look at whose number it is.
        """
        try:
            with self.env.cr.savepoint():
                return method(*args)
        except (UserError, RedirectWarning) as error:
            return {"status": "refused", "message": str(error.args[0])}

    # === Who works here ===

    def _check_role(self):
        if not self.env.user._has_office_role("rep", "clerk"):
            raise AccessError(
                self.env._("The reception desk is for reps, clerks and managers.")
            )

    def _is_desk(self):
        """Desk staff: they move the rings, enter for every host, and call owners."""
        return self.env.user._has_office_role("clerk", "supervisor")

    def _project(self, project_id):
        """:raise AccessError: when the user does not receive in this project"""
        self._check_role()
        project = isinstance(project_id, int) and self.env["property.project"].search(
            [("id", "=", project_id)]
        )
        if not project:
            raise AccessError(self.env._("You do not work in this project."))
        return project

    # === Plain data ===

    def _named(self, record):
        return {"id": record.id, "name": record.name}

    def _named_all(self, model, domain=()):
        return [self._named(one) for one in self.env[model].search(list(domain))]

    def _time(self, project, moment):
        return project.local_time(moment).strftime("%H:%M")
