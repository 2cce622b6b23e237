from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from .phone import clean_phone
from .property_collision_clauses import CLAUSES
from .property_interaction import VISIT_KINDS

# The numbers a case is judged by, as they are on its day (K1).
NUMBERS = (
    "ownership_months",
    "call_claim_days",
    "followups_required",
    "appeal_days",
    "split_percent",
)


class PropertyCollision(models.Model):
    """The facts of a case, and what the clauses make of them.

    `_collect_facts()` reads ledger and register once, when the claim is made; from then
    on everything is read off the facts, which name users and clients by id only.
    """

    _inherit = "property.collision"  # pylint: disable=consider-merging-classes-inherited

    # === Facts ===

    def _collect_facts(self, phone):
        """What is on record of the client and both parties at the moment of the claim.

        :param phone: the number the client was recognised by, in any spelling
        """
        self.ensure_one()
        lead = self.lead_id
        clean = clean_phone(phone)
        events = sorted(
            self._ledger_events() + self._register_events(clean),
            key=lambda event: event["date"],
        )
        since = self._held_since(events)
        facts = {
            "family": bool(clean) and clean != lead.phone_sanitized,
            "since": since,
            "sold": lead.is_sold,
            "in_force": bool(lead.user_id),  # what is over has been written down
            "last_day": fields.Date.to_string(self._last_day()),
            "numbers": {name: self.policy_id[name] for name in NUMBERS},
            "events": events,
        }
        return facts | {"answers": self._answers(facts)}

    def _ledger_events(self):
        """Who got the client when and how: rows of nobody stand with who lost him."""
        ledger = self.env["property.ownership"].search(
            [("lead_id", "=", self.lead_id.id), ("date", "<=", self.date)],
            order="date, id",
        )
        events, owner = [], self.holder_id
        for entry in ledger:
            owner = entry.user_id or owner
            events.append(
                self._event(entry, entry.basis, owner) | {"free": not entry.user_id}
            )
        return events

    def _register_events(self, phone):
        """Effective entries of the client, and of either party with one of his numbers
        that led to no file (B7)."""
        lead = self.lead_id
        phones = {
            lead.phone_sanitized,
            phone,
            *lead.family_ids.mapped("phone_sanitized"),
        }
        parties = self.claimant_id | self.holder_id
        entries = self.env["property.interaction"].search(
            Domain("project_id", "=", self.project_id.id)
            & Domain("date", "<=", self.date)
            & Domain("is_valid", "=", True)
            & (
                Domain("lead_id", "=", lead.id)
                | Domain("lead_id", "=", False)
                & Domain("phone_sanitized", "in", [*phones - {False}])
                & Domain("user_id", "in", parties.ids)
            ),
            order="date, id",
        )
        corrections = self.env["property.interaction"].search(
            [("corrects_id", "in", entries.ids)]
        )
        return [
            self._event(entry, entry.kind, entry.user_id)
            for entry in entries - corrections.corrects_id
        ]

    def _event(self, record, kind, user):
        return {
            "date": fields.Datetime.to_string(record.date),
            "recorded": fields.Datetime.to_string(record.create_date),
            "side": "claimant" if user == self.claimant_id else "holder",
            "kind": kind,
            "user": user.id,
        }

    def _held_since(self, events):
        """When the client came to the holder's side last: he, or who handed him over,
        registered him then (C2). None when the ledger leaves him free."""
        since = None
        for event in events:
            if "free" in event:
                since = None if event["free"] else since or event["date"]
        return since

    def _last_day(self):
        """C3: the last day of the ownership; none while a buyer stays."""
        lead = self.lead_id
        lapse = self.env["property.ownership"].search(
            [("lead_id", "=", lead.id), ("user_id", "=", False)], limit=1
        )
        if lead.user_id or not lapse:
            return lead.owned_until
        return self.project_id.local_day(lapse.date - timedelta(seconds=1))

    # === Judgement ===

    def _answers(self, facts):
        """{key of a clause: whether it holds}"""
        since, events = facts["since"], facts["events"]
        first_day = since and self._day(since)
        before = [event for event in events if since and event["date"] < since]
        days = timedelta(days=facts["numbers"]["call_claim_days"])
        calls = [
            event["side"]
            for event in before
            if event["kind"] == "call_in"
            and self._day(event["date"]) + days >= first_day
        ]
        return {
            "sold": facts["sold"],
            "family": facts["family"] and facts["in_force"],
            "call": calls[:1] == ["claimant"],
            "same_day": any(
                event["side"] == "claimant"
                and event["kind"] in VISIT_KINDS
                and self._day(event["date"]) == first_day
                for event in before
            ),
            "first": facts["in_force"],
            "lapsed": True,
        }

    def _propose(self):
        """What the clauses say of the facts.

        :return: (verdict, key of the clause, explanation for the judge)
        """
        self.ensure_one()
        case = self.sudo()
        clause = next(one for one in CLAUSES if case.facts["answers"][one.key])
        return clause.verdict, clause.key, case._explanation(clause.key)

    def _clause(self):
        """The clause of the verdict"""
        return next(one for one in CLAUSES if one.key == self.verdict_clause)

    def _day(self, moment):
        """The project's day of a moment as the facts spell it."""
        return self.project_id.local_day(fields.Datetime.to_datetime(moment))

    # === Words ===

    def _clause_text(self, key):
        """The regulation behind a clause, with the numbers in force."""
        numbers = self.sudo().facts["numbers"]
        return {
            "sold": self.env._(
                "A client who has bought stays with who sold to him, whoever receives "
                "him later."
            ),
            "family": self.env._(
                "Husband and wife, partners, parents and children are one client: the "
                "registration of one holds for all."
            ),
            "call": self.env._(
                "A call is no registration, but a caller who comes within %s days is "
                "the client of who took the first call.",
                numbers["call_claim_days"],
            ),
            "same_day": self.env._(
                "Who was received by both on one day before anyone had registered him "
                "counts for both: the claimant's part is %g %%.",
                numbers["split_percent"],
            ),
            "first": self.env._(
                "The first valid registration decides; it holds for %s month(s) after "
                "the last valid visit or follow-up of the owner.",
                numbers["ownership_months"],
            ),
            "lapsed": self.env._(
                "Ownership lapses %s month(s) after the owner's last valid visit or "
                "follow-up; then whoever registers the client next owns him.",
                numbers["ownership_months"],
            ),
        }[key]

    def _explanation(self, key):
        """Which facts make the clause hold."""
        facts = self.facts
        values = {
            "holder": self.holder_id.name,
            "claimant": self.claimant_id.name,
            "since": facts["since"] and self._day(facts["since"]),
            "last_day": facts["last_day"],
        }
        return {
            "sold": self.env._("The client bought with %(holder)s.", **values),
            "family": self.env._(
                "The number is a relative's of the client whom %(holder)s holds since "
                "%(since)s.",
                **values,
            ),
            "call": self.env._(
                "%(claimant)s took the first call from the client, before %(holder)s "
                "registered him on %(since)s.",
                **values,
            ),
            "same_day": self.env._(
                "%(claimant)s received the client on %(since)s, before %(holder)s "
                "registered him on the same day.",
                **values,
            ),
            "first": self.env._(
                "%(holder)s holds the client since %(since)s, until %(last_day)s at "
                "least.",
                **values,
            ),
            "lapsed": self.env._(
                "The client was free: the ownership of %(holder)s ended with "
                "%(last_day)s.",
                **values,
            ),
        }[key]
