"""Two reps and one client: rulings asked for, decided, appealed (C6, C7)."""

from .clock import utc

A_MONTH_OF = 4  # rulings in thirty days of each project
APPEALED_FOR = "客户系本人朋友介绍，首次来访前已电话联系"
CHANGED_FOR = "经核对通话记录，客户确由对方先行接待，双方按比例分成"


class Quarrels:
    def __init__(self, office):
        self.office, self.env = office, office.env

    def plan_day(self, day):
        for project in self.office.projects:
            if self.office.chance(A_MONTH_OF / 30):
                self.office.at(self.office.open_hour(day), self.claim, project)

    def claim(self, project):
        """A rep takes somebody's client for a new one and asks for a ruling."""
        office = self.office
        clients = [
            client
            for client in office.reception.clients[-60:]
            if client.project == project and client.is_open
        ]
        if not clients:
            return
        client = office.rng.choice(clients)
        lead = client.lead.sudo()
        reps = project.team_ids.member_ids - lead.user_id
        claimant = office.rng.choice(reps.sorted("id"))
        rulings = self.env["property.collision"]
        ruling = office.as_(claimant, rulings)._open(lead, claimant, phone=lead.phone)
        day = office.day
        if office.chance(0.9):
            office.at(max(utc(day, 18), office.moment), self.decide, ruling)

    def decide(self, ruling):
        if ruling.state != "proposed":
            return
        judge = ruling.project_id.manager_id
        self.office.as_(judge, ruling).action_decide()
        if self.office.chance(0.2):
            self.office.at(self.office.in_days(1, 2), self.appeal, ruling)

    def appeal(self, ruling):
        if ruling.state != "decided":
            return
        office = self.office
        loser = ruling.holder_id if ruling.verdict == "claimant" else ruling.claimant_id
        office.as_(loser, ruling).action_appeal(APPEALED_FOR)
        if office.chance(0.7):
            office.at(office.in_days(1, 2), self.finalize, ruling)

    def finalize(self, ruling):
        manager = self.office.as_(ruling.project_id.manager_id, ruling)
        if self.office.chance(0.5):
            manager.action_finalize("split", reason=CHANGED_FOR)
        else:
            manager.action_finalize()

    def finish(self):
        """What nobody appealed against in time is final."""
        rulings = self.env["property.collision"].search([("state", "=", "decided")])
        for ruling in rulings:
            if ruling.appeal_until < self.office.day:
                ruling._finalize({}, ruling.verdict, ruling.snatched_by)
