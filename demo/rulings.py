"""A client of one rep is received by another: rulings in every state (C6, C7)."""

from datetime import timedelta
from random import Random

from .clock import utc

# How many days ago, and what the supervisor says; None: nobody has decided yet.
CASES = (
    (66, {}),
    (52, {"verdict": "claimant", "reason": "来电登记在先，接电人当日外出未能接访。"}),
    (39, {"snatched_by": "claimant", "reason": "明知客户已有登记仍主动邀约。"}),
    (27, {"verdict": "split", "reason": "双方同日接待，经协商各计一部分。"}),
    (16, {}),
    (7, {"reason": "登记在有效期内，跟进记录完整。"}),
    (2, {}),
    (1, {}),
    (1, None),
    (0, None),
)
APPEALS = {
    52: "客户首次到访由我登记，请经理复核。",
    2: "客户由我介绍到访，请经理复核。",
}


class Rulings:
    def __init__(self, office):
        self.office = office
        self.rng = Random(6)  # its own, so that the rest of the story stays

    def plan(self):
        for ago, ruling in CASES:
            day = self.office.today - timedelta(days=ago)
            self.office.at(utc(day, 10, 10), self.receive, ago, ruling)

    def receive(self, ago, ruling):
        """A first visit, until the desk types the number."""
        office = self.office
        known = [
            one
            for one in office.reception.clients
            if one.is_open and one.seen and one.seen < office.day
        ]
        client = self.rng.choice(known[-40:-6])
        reps = client.project.team_ids.member_ids - client.lead.sudo().user_id
        claimant = self.rng.choice(reps.sorted("id"))
        visit = office.as_(claimant, office.env["property.interaction"]).create(
            {
                "kind": "visit_first",
                "project_id": client.project.id,
                "partner_name": client.title,
                "phone": client.phone,
                "source_id": office.sources[client.source].id,
                "unit_type_ids": client.unit_type.ids,
                "note": "到访后发现号码已登记，提请判定归属。",
            }
        )
        office.at(utc(office.day, 18, 26), visit.sudo()._close)
        case = office.env["property.collision"]._open(client.lead, claimant, visit)
        if ruling is not None:
            office.at(office.soon(40, 120), self.decide, client, case, ago, ruling)

    def decide(self, client, case, ago, ruling):
        office = self.office
        supervisor = case._supervisors()[:1]
        office.as_(supervisor, case).action_decide(**ruling)
        client.rep = client.lead.sudo().user_id
        if ago in APPEALS:
            office.at(office.soon(60, 180), self.appeal, case, APPEALS[ago])
        else:
            after = case.appeal_until + timedelta(days=1)
            office.at(utc(after, 0, 10), case._cron_finalize)

    def appeal(self, case, reason):
        party = case.holder_id if case.verdict == "claimant" else case.claimant_id
        self.office.as_(party, case).action_appeal(reason)
        self.office.at(self.office.in_days(3, 4), self.hear, case)

    def hear(self, case):
        manager = case._managers()[:1]
        self.office.as_(manager, case).action_finalize(reason="维持主管判定。")
