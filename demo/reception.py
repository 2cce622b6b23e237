"""Calls, visits and follow-ups: the register and the client files."""

from collections import defaultdict
from dataclasses import dataclass, field

from ..models.property_interaction import VISIT_KINDS
from .clock import local, utc
from .words import (
    ASKED,
    CAMPAIGNS,
    CARED,
    CHANNELS,
    DISTRICTS,
    FEMALE,
    FOLLOWED,
    HORIZONS,
    MALE,
    PURPOSES,
    RESULTS,
    RETURNED,
    RIVALS,
    SEEN,
    SURNAMES,
)

# Calls and first visits on an average day of each project.
FLOW = {"卓越南城": (3.1, 3.3), "锦江春晓": (1.6, 1.3)}
WEEKEND, WEEKDAY = 1.7, 0.75
FOLLOW_UPS = {"followup_call": 68, "followup_message": 29, "followup_home": 3}
BUYS, WISHES = 0.82, 0.68  # how keen one must be


@dataclass
class Client:
    project: object
    rep: object
    name: str
    female: bool
    phone: str
    source: str
    district: str
    purpose: str
    unit_type: object
    budget: int
    keen: float  # 0 will never buy … 1 has come to buy
    lead: object = None
    turn: object = None  # by which he came to the rep, until it is entered
    follow_ups: int = 0  # still to come
    visits: int = 0
    followed: bool = False
    bought: bool = False
    seen: object = None  # day of the last contact
    facts: dict = field(default_factory=dict)

    @property
    def title(self):
        return self.name[0] + ("女士" if self.female else "先生")

    @property
    def is_open(self):
        """Somebody's client, and not yet a buyer."""
        return not self.bought and bool(self.lead.sudo().user_id)


class Reception:
    def __init__(self, office):
        self.office, self.env, self.rng = office, office.env, office.rng
        self.clients, self.callers = [], []
        self._entries = []  # the day's, written at closing
        self._phones = iter(self.rng.sample(range(10_000), 10_000))
        self._reps = {
            project: project.team_ids.member_ids.sorted("id")
            for project in office.projects
        }

    def plan_day(self, day):
        factor = WEEKEND if day.weekday() > 4 else WEEKDAY
        for project in self.office.projects:
            calls, visits = FLOW[project.name]
            for mean, step in ((calls, self.call), (visits, self.first_visit)):
                for _client in range(self._draw(mean * factor)):
                    self.office.at(self.office.open_hour(day), step, project)
        self.office.at(utc(day, 8, 40), self.open_day)
        self.office.at(utc(day, 18, 25), self.close_day, day)
        if day.weekday() == 6:
            self.office.at(utc(day, 18, 26), self.review)

    def _draw(self, mean):
        return sum(self.rng.random() < mean / 30 for _try in range(30))

    # === Who comes ===

    def _somebody(self, project, ring):
        office, rng = self.office, self.rng
        female = office.chance(0.46)
        types = project.unit_type_ids.sorted("id")
        homes = types.filtered("rooms")
        unit_type = rng.choice(types if office.chance(0.06) else homes)
        sqm = 13_000 if project == office.projects[0] else 15_500
        turn = office.rings.turn(project, ring)
        budget = int(unit_type.area_gross * sqm * rng.uniform(0.85, 1.1)) // 50_000
        return Client(
            project=project,
            rep=turn.user_id.with_env(self.env),
            turn=turn,
            name=rng.choice(SURNAMES) + rng.choice(FEMALE if female else MALE),
            female=female,
            phone=f"1990000{next(self._phones):04}",
            source=office.pick(CHANNELS),
            district=rng.choice(list(DISTRICTS)),
            purpose=office.pick(PURPOSES),
            unit_type=unit_type,
            budget=max(budget, 8) * 50_000,
            keen=rng.random(),
        )

    # === The register ===

    def _enter(self, client, kind, note, **values):
        """An entry of now; the day's are written at once, when the office closes."""
        office, rng = self.office, self.rng
        entry = {
            "kind": kind,
            "date": office.moment,
            "project_id": client.project.id,
            "lead_id": client.lead and client.lead.id,
            "partner_name": client.lead and client.name or client.title,
            "phone": client.phone,
            "user_id": client.rep.id,
            "note": note,
        }
        if kind == "call_in" or kind in VISIT_KINDS:
            campaign = CAMPAIGNS.get(client.source)
            entry |= {
                "source_id": office.sources[client.source].id,
                "campaign_id": campaign and office.campaigns[campaign].id,
                "concern_ids": rng.sample(office.concerns.ids, rng.randint(1, 3)),
                "unit_type_ids": client.unit_type.ids,
                "area_wanted": round(client.unit_type.area_gross),
                "budget": client.budget,
                "purpose": client.purpose,
                "district": client.district,
                "party_size": 1 if kind == "call_in" else rng.randint(1, 4),
            }
        if client.turn:
            entry["turn_id"], client.turn = client.turn.id, None
        client.seen = office.day
        self._entries.append(entry | values)

    def _enter_invalid(self, project, kind, ring):
        """The reception did not count: its turn is given back."""
        client = self._somebody(project, ring)
        client.turn._give_back("无效接待")
        client.turn = None
        reason = self.office.pick({"survey": 5, "wrong": 2, "agent": 3})
        if reason == "wrong" and kind != "call_in":
            reason = "agent"
        note = {
            "survey": "同行市调，询问成交均价和折扣。",
            "wrong": "打错电话。",
            "agent": "推销装修材料。",
        }[reason]
        values = {"is_valid": False, "invalid_reason": reason}
        if reason == "survey":
            values["surveyor"] = self.rng.choice(RIVALS)
        self._enter(client, kind, note, **values)

    def call(self, project):
        if self.office.chance(0.08):
            return self._enter_invalid(project, "call_in", "call")
        client = self._somebody(project, "call")
        comes = client.keen > 0.7
        self._enter(
            client,
            "call_in",
            self.rng.choice(ASKED),
            result="约到访" if comes else self.rng.choice(RESULTS),
            answered_in_time="no" if client.keen < 0.05 else "yes",
        )
        if comes:
            self.callers.append(client)
            when = self.office.in_days(1, 6)
            self._entries[-1]["visit_date"] = when.replace(minute=0, second=0)
            self.office.at(when, self.register, client, "visit_called")

    def first_visit(self, project):
        if self.office.chance(0.05):
            return self._enter_invalid(project, "visit_first", "visit")
        self.register(self._somebody(project, "visit"), "visit_first")

    def register(self, client, kind):
        """A first visit ends in a client file (C2)."""
        office = self.office
        client.facts = {
            "grade": "abcd"[3 - min(int(client.keen * 4.2), 3)],
            "purpose": client.purpose,
            "horizon": office.pick(HORIZONS),
            "district": client.district,
        }
        campaign = CAMPAIGNS.get(client.source)
        client.lead = office.as_(client.rep, self.env["crm.lead"]).create(
            {
                "project_id": client.project.id,
                "contact_name": client.name,
                "phone": client.phone,
                "source_id": office.sources[client.source].id,
                "campaign_id": campaign and office.campaigns[campaign].id,
                "unit_type_ids": client.unit_type.ids,
                "area_wanted": client.unit_type.area_gross,
                "budget_min": client.budget - 100_000,
                "budget_max": client.budget + 100_000,
                "priority": "3210"["abcd".index(client.facts["grade"])],
                **client.facts,
            }
        )
        self.clients.append(client)
        self._receive(client, kind, SEEN)

    def return_visit(self, client):
        if client.is_open:
            self._receive(client, "visit_return", RETURNED)

    def _receive(self, client, kind, notes):
        """A visit, and what comes of it: follow-ups, another visit, a purchase."""
        office, rng = self.office, self.rng
        client.visits += 1
        client.follow_ups = (
            rng.randint(0, 2) if client.keen < 0.3 else rng.randint(2, 4)
        )
        helpers = self._reps[client.project] - client.rep
        buys = client.keen > BUYS and office.chance(0.23 * client.visits)
        if buys:
            client.bought, client.follow_ups = True, 0
        self._enter(
            client,
            kind,
            rng.choice(notes),
            result="意向较强" if client.keen > BUYS else rng.choice(RESULTS),
            grade=client.facts["grade"],
            horizon=client.facts["horizon"],
            helper_ids=[rng.choice(helpers).id] if office.chance(0.07) else [],
            next_date=self._plan_follow_up(client, 1, 2),
            **self._verified(client, kind),
        )
        if buys:
            office.at(office.soon(20, 60), office.deals.open_slip, client)
        elif client.keen > WISHES or office.chance(0.1):
            if client.visits > 1:
                office.deals.wish(client)
            if client.visits < 3 or client.keen > BUYS:
                office.at(office.in_days(4, 14), self.return_visit, client)

    def _verified(self, client, kind):
        """How identity was verified (B11): of who comes again or means it."""
        way = {"visit_called": "appointment", "visit_return": "callback"}.get(kind)
        if client.keen > WISHES:
            way = "id_shown"
        if not way:
            return {}
        return {
            "identity_check": way,
            "identity_user_id": client.rep.id,
            "identity_date": self.office.moment,
        }

    # === Follow-up ===

    def _plan_follow_up(self, client, first, last):
        """:return: the day agreed upon, none when the rep does not mean to call"""
        office = self.office
        if client.follow_ups <= 0:
            return False
        client.follow_ups -= 1
        when = office.in_days(first, last)
        if not office.chance(0.07):  # forgotten
            office.at(when, self.follow_up, client, client.visits)
        return local(when).date()

    def console(self, client):
        """He did not buy after all: one more call is due."""
        client.follow_ups = 1
        self._plan_follow_up(client, 1, 4)

    def follow_up(self, client, visits):
        """:param visits: how often he had come when this was planned"""
        office = self.office
        if not client.is_open or client.visits != visits:
            return
        client.followed = True
        if client.keen > BUYS and office.chance(0.3):
            client.follow_ups += 1
        self._enter(
            client,
            office.pick(FOLLOW_UPS),
            self.rng.choice(FOLLOWED),
            result=self.rng.choice(RESULTS),
            next_date=self._plan_follow_up(client, 3, 9),
        )

    def care(self, client):
        self._enter(client, "care", self.rng.choice(CARED), result="满意")

    # === Morning and evening ===

    def open_day(self):
        """The opening check: now and then someone forgets to sign."""
        office = self.office
        for project in office.projects:
            day = self.env["property.day"]._of(project)
            office.by("control", day.check_ids).action_toggle()
            for user in self._reps[project]:
                if office.chance(0.95):
                    office.as_(user, day).action_sign()
            if office.chance(0.97):
                office.as_(project.manager_id, day).action_sign()

    def close_day(self, date):
        self._write_entries()
        for project in self.office.projects:
            day = self.env["property.day"]._of(project, date)
            self.office.as_(project.team_ids.user_id[:1], day).action_close()

    def _write_entries(self):
        """Write the day's entries, each of who was there, when he was."""
        entries = sorted(self._entries, key=lambda entry: entry["date"])
        self._entries = []
        written = self.env["property.interaction"].create(entries)
        written.flush_recordset()
        self.env.cr.execute(
            """UPDATE property_interaction
                  SET create_uid = user_id, write_uid = user_id,
                      create_date = LEAST(date + interval '7 minutes', %(now)s),
                      write_date = LEAST(date + interval '7 minutes', %(now)s)
                WHERE id = ANY(%(ids)s)""",
            {"now": self.office.moment, "ids": written.ids},
        )
        written.invalidate_recordset()

    def review(self):
        """Sunday evening: stages move on, lapses are written down (C3)."""
        self.advance()
        leads = self.env["crm.lead"]
        leads.search([("owned_until", "<", self.office.day)])._lapse()

    def advance(self):
        """The stages of CRM as the way to the purchase (C10)."""
        new, followed, wishing, won = self.env["crm.stage"].search([], limit=4)
        stages = defaultdict(list)
        for client in self.clients:
            lead = client.lead.sudo()
            if lead.ownership_state == "sold":
                stages[won].append(lead.id)
            elif lead.wanted_unit_ids:
                stages[wishing].append(lead.id)
            elif (
                lead.stage_id == new
                and client.seen > local(lead.registered_date).date()
            ):
                stages[followed].append(lead.id)
        for stage, ids in stages.items():
            leads = self.env["crm.lead"].browse(ids)
            leads.filtered(lambda lead, stage=stage: lead.stage_id != stage).write(
                {"stage_id": stage.id}
            )

    def finish(self):
        """Today's entries stay open."""
        self._write_entries()
        self.advance()
