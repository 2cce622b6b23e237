"""The rings: whose turn it is, who is out or off duty, who was suspended."""

from datetime import timedelta
from random import Random

from .clock import utc

# Why reps leave: how often a day, the hours at which they go, minutes out.
OUT = {
    "lunch": (0.9, (11, 12), (25, 50)),
    "errand": (0.25, (10, 14), (60, 150)),
    "meeting": (0.12, (9, 14), (45, 90)),
    "leave": (0.05, (13, 14), (150, 200)),
}
WHERE = {
    "lunch": "用餐",
    "errand": ("去房管局递交资料", "陪客户去银行", "送合同到公司"),
    "meeting": ("公司例会", "产品培训"),
    "leave": "家中有事",
}
UNREADY = ("未佩戴工牌", "未着工装", "销售资料未备齐")
BUSY, SUSPENDED = 0.06, 0.1
DAYS_AHEAD = 7
ENOUGH = 3  # so many must stay


class Rings:
    def __init__(self, office):
        self.office, self.env = office, office.env
        # A die of its own: the rest of the story does not hang on it.
        self.rng = Random(2024)
        rosters = self.env["property.roster"]
        self._rings = {
            (project, ring): rosters._ring(project, ring)
            for project in office.projects
            for ring in ("call", "visit")
        }

    def _reason(self, name):
        return self.env.ref(f"crm_property_sales.property_roster_reason_{name}")

    def take(self, project, ring):
        """The turn of who receives next; now and then the desk passes who is busy."""
        roster = self.office.by("clerk", self._rings[project, ring])
        if self.rng.random() < BUSY and self._present(roster) > ENOUGH:
            roster.action_pass(roster.next_user_id.id, self._reason("busy").id)
        return roster._advance()

    def _present(self, roster):
        return sum(place["status"] in ("next", "waiting") for place in roster._queue())

    # === Days ===

    def plan_duty(self, first, last):
        """Each rep has one day off in seven."""
        for project in self.office.projects:
            reps = self._rings[project, "visit"].line_ids.user_id
            self.env["property.duty"].create(
                [
                    {
                        "project_id": project.id,
                        "date": day,
                        "user_ids": [
                            rep.id
                            for place, rep in enumerate(reps)
                            if (day.toordinal() + place) % 7
                        ],
                    }
                    for day in (
                        first + timedelta(days=number)
                        for number in range((last - first).days + DAYS_AHEAD)
                    )
                ]
            )

    def plan_day(self, day):
        rng, at = self.rng, self.office.at
        for project in self.office.projects:
            for reason, (often, hours, minutes) in OUT.items():
                if rng.random() < often:
                    when = utc(day, rng.choice(hours), rng.randrange(60))
                    at(when, self.leave, project, reason, rng.randint(*minutes))
            if rng.random() < SUSPENDED:
                at(utc(day, 9, rng.randrange(60)), self.suspend, project)

    def _somebody(self, project):
        """One of those who wait, and will not be missed."""
        queue = self._rings[project, "visit"]._queue()
        waiting = [place["user_id"] for place in queue if place["status"] == "waiting"]
        if len(waiting) < ENOUGH:
            return None
        return self.env["res.users"].browse(self.rng.choice(waiting))

    def leave(self, project, reason, minutes):
        """A rep asks, his supervisor agrees, and some time later he is back (H5)."""
        if not (rep := self._somebody(project)):
            return
        where = WHERE[reason]
        absence = self.office.as_(rep, self.env["property.absence"]).create(
            {
                "project_id": project.id,
                "reason_id": self._reason(reason).id,
                "note": where if isinstance(where, str) else self.rng.choice(where),
                "date_to": self.office.moment + timedelta(minutes=minutes),
            }
        )
        self.office.as_(rep.crm_team_ids.user_id, absence).action_approve()
        later = self.office.moment + timedelta(
            minutes=minutes + self.rng.randint(-9, 9)
        )
        self.office.at(later, absence.action_back)

    def suspend(self, project):
        if rep := self._somebody(project):
            ring = self.office.as_(
                rep.crm_team_ids.user_id, self._rings[project, "visit"]
            )
            ring.action_suspend(rep.id, self.rng.choice(UNREADY))
