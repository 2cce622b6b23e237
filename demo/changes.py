"""Clients change hands: free ones are claimed (C3), a rep hands his over (C12)."""

from datetime import timedelta

from odoo import Command

from .clock import utc

LEAVER = "rep12"


class Changes:
    def __init__(self, office):
        self.office, self.env = office, office.env
        # Reckoned from the end of the story: it can still be undone.
        office.at(utc(office.today - timedelta(days=3), 17, 30), self.hand_over)

    def plan_day(self, day):
        for project in self.office.projects:
            if self.office.chance(0.25):
                self.office.at(self.office.open_hour(day), self.claim, project)

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
