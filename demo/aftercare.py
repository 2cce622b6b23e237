"""What happens to clients beside visits and calls (C3, C5, C12, D1–D3): free ones are
claimed, consents noted, an event held, a rep hands his clients over."""

from datetime import date, timedelta

from odoo import Command

from .clock import utc

RELATIONS = {"spouse": 6, "parent": 3, "child": 2}
KIN = {"spouse": "爱人", "parent": "父亲", "child": "女儿"}
PROOF = "已签《客户信息使用同意书》"
LEAVER = "rep12"


class Aftercare:
    def __init__(self, office):
        self.office, self.env = office, office.env

    def plan(self):
        """Dates are reckoned from the end of the story: they are what one sees."""
        office = self.office
        office.at(utc(office.today - timedelta(days=9), 14), self.hold_event)
        office.at(utc(office.today - timedelta(days=3), 17, 30), self.hand_over)

    def plan_day(self, day):
        for project in self.office.projects:
            if self.office.chance(0.25):
                self.office.at(self.office.open_hour(day), self.claim, project)

    def note_facts(self, client):
        """What a first visit also tells: birthday, consent, family."""
        office, rng = self.office, self.office.rng
        if office.chance(0.45):
            client.lead.write(
                {
                    "birth_date": date(
                        rng.randint(1962, 2000), rng.randint(1, 12), rng.randint(1, 28)
                    ),
                    "care_consent_date": office.day,
                    "care_consent_proof": PROOF,
                }
            )
        if office.chance(0.12):
            relation = office.pick(RELATIONS)
            client.lead.family_ids = [
                Command.create(
                    {"name": client.name[0] + KIN[relation]} | {"relation": relation}
                )
            ]

    def claim(self, project):
        """A rep takes a client from the free pool and looks after him."""
        office = self.office
        rep = office.rng.choice(project.team_ids.member_ids.sorted("id"))
        pool = office.as_(rep, self.env["property.pool"])
        rows = pool.search(
            [("project_id", "=", project.id), ("is_claimable", "=", True)], limit=5
        )
        if not rows:
            return
        row = office.rng.choice(rows)
        row.action_claim()
        for client in office.reception.clients:
            if client.lead.id == row.id:
                self._now_of(client, rep)
                office.reception.console(client)

    def _now_of(self, client, rep):
        client.rep = rep.with_env(self.env)
        client.lead = client.lead and self.office.as_(rep, client.lead)

    def hold_event(self):
        """An afternoon for prospects; most of them come. The next one is announced."""
        office = self.office
        city = office.projects[0]
        clients = [
            client.lead.id
            for client in office.reception.clients
            if client.project == city and client.is_open and client.keen > 0.55
        ][-30:]
        events = self.env["calendar.event"].create(
            [
                {
                    "name": name,
                    "property_project_id": city.id,
                    "user_id": city.manager_id.id,
                    "partner_ids": [Command.set(city.manager_id.partner_id.ids)],
                    "start": start,
                    "stop": start + timedelta(hours=3),
                    "property_guest_ids": [
                        Command.create({"lead_id": lead_id}) for lead_id in guests
                    ],
                }
                for name, start, guests in (
                    ("样板间开放日", office.moment, clients),
                    ("业主家庭日", office.moment + timedelta(days=14), clients[:12]),
                )
            ]
        )
        for guest in events[0].property_guest_ids:
            if office.chance(0.6):
                guest.action_attend()
            else:
                guest.action_absent()

    def hand_over(self):
        """One rep leaves: his clients are spread over his team, both have signed."""
        office = self.office
        leaver = office.users[LEAVER]
        for project in leaver.property_project_ids.sorted("id"):
            manager = project.manager_id
            handover = office.as_(manager, self.env["property.client.handover"]).create(
                {
                    "project_id": project.id,
                    "user_id": leaver.id,
                    "reason": "transfer",
                    "note": "调往集团总部培训岗",
                    "receiver_ids": [
                        Command.set(
                            (leaver.crm_team_ids.member_ids - leaver)
                            .filtered(lambda user, p=project: user in p.user_ids)
                            .ids
                        )
                    ],
                }
            )
            handover.action_propose()
            if not handover.line_count:
                continue
            handover.with_user(leaver).action_sign()
            handover.action_sign()
            handover.action_execute()
            receivers = {
                (line.lead_id or line.interaction_id).phone: line.receiver_id
                for line in handover.sudo().line_ids
            }
            for client in office.reception.clients + office.reception.callers:
                if client.phone in receivers:
                    self._now_of(client, receivers[client.phone])
