"""Forms that must be filed (G21): on time, late, not at all, one restated, one due."""

from datetime import timedelta

from .clock import local, utc

DAYS = 14  # daily forms are filed for so long: each costs a PDF
# rhythm, forms (the first that there is), role, days after the period, hour
RULES = (
    ("day", ("reps_daily", "sales_daily"), "supervisor", 0, 20.0),
    ("day", ("visitors",), "clerk", 0, 20.0),
    ("week", ("reps_weekly", "fairness"), "supervisor", 1, 12.0),
    ("month", ("monthly", "owners"), "manager", 3, 18.0),
)
WORDS = (
    "本周到访较上周增加，老带新见效；下周重点跟进意向客户。",
    "来电减少，报纸广告效果下降，建议增加微信投放。",
    "节前到访集中，安排加班接待；催签三套逾期未签。",
)
HOLIDAYS = (("中秋节放假", 9, 25, 3), ("国庆节放假", 10, 1, 4), ("元旦放假", 1, 1, 1))


class Filings:
    def __init__(self, office):
        self.office, self.env = office, office.env
        self.forms = dict(self.env["property.form"]._selection())
        self._close_days()
        self.rules = self.env["property.filing.rule"]
        for project in office.projects:
            self._make_rules(project)

    def _close_days(self):
        """The office of the last days of the year before and of this one."""
        for year in (self.office.start.year, self.office.start.year + 1):
            for name, month, day, count in HOLIDAYS:
                first = self.office.start.replace(year=year, month=month, day=day)
                if first <= self.office.today:
                    continue  # then the demo's people were at work
                self.env["property.closed.day"].create(
                    {
                        "name": f"{year} 年{name}",
                        "date_from": first,
                        "date_to": first + timedelta(days=count - 1),
                    }
                )

    def _make_rules(self, project):
        office = self.office
        for rhythm, names, role, days, hour in RULES:
            form = next(
                name
                for name in (f"property.form.{one}" for one in names)
                if name in self.forms
            )
            start = office.today - timedelta(days=DAYS)
            self.rules |= self.rules.create(
                {
                    "project_id": project.id,
                    "form": form,
                    "rhythm": rhythm,
                    "role": role,
                    "deadline_days": days,
                    "deadline_hour": hour,
                    "approver_role": "hq" if role == "manager" else "manager",
                    "date_start": start if rhythm == "day" else office.start,
                }
            )

    def plan_day(self, day):
        self.office.at(utc(day, 18, 40), self.file_day, day)

    def file_day(self, day):
        """What is due today is filed in the evening, now and then a day late, once not
        at all; the superior looks at it the next morning."""
        office = self.office
        filings = self.env["property.filing"]
        for rule in self.rules:
            for filing in filings._make_due(rule):
                left = (office.today - day).days
                if rule.rhythm == "day" and left == 4 and rule == self.rules[0]:
                    continue  # nobody files this one
                late = office.chance(0.12)
                moment = utc(day, 18 if not late else 21, office.rng.randint(45, 59))
                office.at(moment, self.file, filing)
        filings._mark_missing()

    def file(self, filing):
        office = self.office
        filing = office.as_(filing.responsible_id, filing).with_context(lang="zh_CN")
        if filing.rhythm != "day":
            filing.text = office.rng.choice(WORDS)
        filing.action_file()
        approver = filing.project_id.sudo().manager_id
        if filing.approver_role == "hq":
            approver = office.users["hq"]
        if approver != filing.filed_by_id and office.chance(0.9):
            morning = utc(office.day + timedelta(days=1), 9, office.rng.randint(10, 50))
            office.at(morning, office.as_(approver, filing).action_approve)

    def correct(self):
        """Someone finds out that a caller of last week was a competitor's: what was
        filed stays, the restatement says what moved."""
        office = self.office
        filed = self.env["property.filing"].search(
            [
                ("form", "=", "property.form.visitors"),
                ("project_id", "=", office.projects[0].id),
                ("state", "!=", "due"),
            ]
        )
        entries = self.env["property.interaction"]
        for filing in filed:
            start, end = filing.project_id.day_bounds(filing.period_start)
            entry = entries.search(
                [
                    ("project_id", "=", filing.project_id.id),
                    ("date", ">=", start),
                    ("date", "<", end),
                    ("kind", "=", "call_in"),
                    ("is_valid", "=", True),
                    ("lead_id", "=", False),
                    ("state", "=", "closed"),
                    ("is_corrected", "=", False),
                ],
                limit=1,
            )
            if entry and (office.today - filing.period_start).days > 3:
                break
        else:
            return
        correction = office.as_(filing.project_id.manager_id, entry).copy_data()[0]
        correction |= {
            "corrects_id": entry.id,
            "is_valid": False,
            "invalid_reason": "survey",
            "surveyor": "锦城万象",
            "note": "回访时发现是同行市调",
        }
        office.as_(filing.project_id.manager_id, entries).create(correction)
        restatement = filing.with_context(lang="zh_CN")._restate()
        office.at(office.moment + timedelta(minutes=40), self.file, restatement)

    def finish(self):
        """What is due now, and what moved since it was filed."""
        filings = self.env["property.filing"]
        for rule in self.rules:
            filings._make_due(rule)
        filings._mark_missing()
        self._mailings()

    def _mailings(self):
        """The last week's deliveries; one was tried twice."""
        deliveries = self.env["property.mailing.delivery"]
        for mailing in self.env["property.mailing"].search([]):
            for number in range(7, 0, -1):
                day = local(self.office.now).date() - timedelta(days=number)
                delivery = deliveries._of(mailing, day, day)
                delivery._write_through(
                    {
                        "state": "sent",
                        "attempts": 2 if number == 3 else 1,
                        "sent_date": mailing._moment(day),
                        "addresses": ", ".join(mailing._recipients().mapped("email")),
                    }
                )
