"""Whose turn it is: who is out, who is passed, whose turn is suspended (B1–B4, H5)."""

from datetime import timedelta

from .clock import utc

SUSPENDED_FOR = ("未佩戴胸卡", "着装不符合规范", "销售道具未准备好")
ERRANDS = {"errand": "去银行递交按揭资料", "meeting": "总部产品培训"}
PASSED_FOR = {"busy": 6, "absent": 3, "unready": 1}
DAYS_AHEAD = 7


class Rings:
    def __init__(self, office):
        self.office, self.env = office, office.env

    def _ring(self, project, ring):
        roster = self.env["property.roster"]._ring(project, ring)
        return self.office.by("clerk", roster)

    def _reason(self, name):
        return self.env.ref(f"crm_property_sales.property_roster_reason_{name}")

    def turn(self, project, ring):
        """The next turn; now and then the desk has to pass somebody before it."""
        roster = self._ring(project, ring)
        if self.office.chance(0.05):
            reason = self._reason(self.office.pick(PASSED_FOR))
            roster.action_pass(roster.next_user_id.id, reason.id)
        return roster._advance()

    def plan_duty(self, first, last):
        """The duty list: each rep has one day off in seven."""
        for project in self.office.projects:
            reps = self._ring(project, "visit").line_ids.user_id
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
        office = self.office
        for project in office.projects:
            office.at(utc(day, 12, office.rng.randint(0, 20)), self.leave, project)
            if office.chance(0.2):
                office.at(office.open_hour(day), self.leave, project, "errand")
            if office.chance(0.1):
                office.at(office.open_hour(day), self.leave, project, "meeting")
            if office.chance(0.04):
                office.at(office.open_hour(day), self.suspend, project)

    def leave(self, project, reason="lunch"):
        """One of the reps is out for a while; somebody has to stay."""
        office = self.office
        places = [
            place["user_id"]
            for place in self._ring(project, "visit")._queue()
            if place["status"] in ("next", "waiting")
        ]
        if len(places) < 3:
            return
        rep = self.env["res.users"].browse(office.rng.choice(places))
        minutes = office.rng.randint(25, 50) * (1 if reason == "lunch" else 3)
        absence = office.as_(rep, self.env["property.absence"]).create(
            {
                "project_id": project.id,
                "reason_id": self._reason(reason).id,
                "note": ERRANDS.get(reason),
                "date_to": office.moment + timedelta(minutes=minutes),
            }
        )
        office.as_(project.manager_id, absence).action_approve()
        office.at(office.moment + timedelta(minutes=minutes), self.come_back, absence)

    def come_back(self, absence):
        absence.action_back()

    def suspend(self, project):
        office = self.office
        ring = office.as_(project.manager_id, self._ring(project, "visit"))
        rep = office.rng.choice(ring.line_ids.user_id)
        ring.action_suspend(rep.id, office.rng.choice(SUSPENDED_FOR))
