"""What the month is to bring, and what advertising it costs (H6, G4, G6)."""

from datetime import timedelta
from random import Random

from .words import CAMPAIGNS

# Yuan a month: what each channel costs, and its campaign above that.
COSTS = {
    "户外广告": (48_000, 30_000),
    "网络平台": (60_000, 42_000),
    "派单": (18_000, 12_000),
    "短信": (6_000, 4_000),
    "报纸": (25_000, 0),
    "电台": (20_000, 0),
    "老带新": (0, 15_000),
    "中介分销": (36_000, 0),
}
# Sales of a month, by project and by rep, that are aimed at.
PROJECTS = {"卓越南城": (34, 1_120_000), "锦江春晓": (13, 1_720_000)}


class Targets:
    """Set by each project's manager before the month begins."""

    def __init__(self, office):
        self.office, self.env = office, office.env
        self.rng = Random(office.start.toordinal())  # the story goes on as without
        for month in self._months():
            self.set(month)

    def _months(self):
        day = self.office.start.replace(day=1)
        while day <= self.office.today:
            yield day
            day = (day + timedelta(days=31)).replace(day=1)

    def set(self, month):
        for project in self.office.projects:
            self._targets(project, month)
            self._advertise(project, month)

    def _targets(self, project, month):
        count, price = PROJECTS[project.name]
        reps = project.team_ids.member_ids & project.user_ids
        targets = self.office.as_(project.manager_id, self.env["property.target"])
        targets.create(
            [
                self._target(project, month, number, price) | {"user_id": user.id}
                for user, number in (
                    (reps.browse(), count),
                    *((rep, -(-count // len(reps))) for rep in reps.sorted("id")),
                )
            ]
        )

    def _target(self, project, month, count, price):
        signed = max(count * 9 // 10, 1)
        return {
            "project_id": project.id,
            "month": month,
            "deposit_number": count,
            "deposit_area": count * 95,
            "deposit_amount": count * price,
            "contract_number": signed,
            "contract_area": signed * 95,
            "contract_amount": signed * price,
            "receipt_amount": signed * price * 6 // 10,
        }

    def _advertise(self, project, month):
        office = self.office
        last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        share = 1 if project == office.projects[0] else 0.5
        costs = office.as_(project.manager_id, self.env["property.advertising"])
        for channel, (lasting, campaign) in COSTS.items():
            if lasting:
                costs.create(self._cost(project, channel, month, last, lasting * share))
            if campaign:
                first = month + timedelta(days=self.rng.randint(0, 9))
                costs.create(
                    self._cost(
                        project,
                        channel,
                        first,
                        first + timedelta(days=13),
                        campaign * share,
                    )
                    | {"campaign_id": office.campaigns[CAMPAIGNS[channel]].id}
                )

    def _cost(self, project, channel, first, last, amount):
        return {
            "project_id": project.id,
            "source_id": self.office.sources[channel].id,
            "date_from": first,
            "date_to": last,
            "amount": round(amount * self.rng.uniform(0.9, 1.1), -2),
        }
