"""What a form is asked for: whose figures of which days."""

from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from odoo import models

OPENING = date(1980, 1, 1)  # nothing was sold before


def month_bounds(day):
    """First and last day of the month of `day`."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


@dataclass(frozen=True)
class FormScope:
    """A project, its local days from-to, maybe one rep, building or client."""

    project: models.BaseModel
    date_from: date
    date_to: date
    user: models.BaseModel
    building: models.BaseModel
    client: models.BaseModel | None = None
    # What was read for the whole form at once: `metric_reading.Reading`s
    readings: tuple = field(default=(), compare=False, repr=False)

    @property
    def domain(self):
        """Whose facts, as a domain of `property.metric`."""
        whose = (
            *(("project_id", self.project), ("user_id", self.user)),
            ("building_id", self.building),
        )
        return [(name, "=", record.id) for name, record in whose if record]

    @property
    def bounds(self):
        """[start, end) of the period in naive UTC."""
        return self.project.day_bounds(self.date_from, self.date_to)

    def happened(self, moment):
        """A domain of documents of the project and the rep, `moment` the field that
        falls within the period."""
        start, end = self.bounds
        domain = [
            ("project_id", "=", self.project.id),
            (moment, ">=", start),
            (moment, "<", end),
        ]
        if self.user:
            domain.append(("user_id", "=", self.user.id))
        return domain

    @property
    def closing_day(self):
        """The last day, or today while the period runs: nothing is late before its day
        has come."""
        return min(self.date_to, self.project.local_day())

    @property
    def has_begun(self):
        """Of what has not there are no figures yet, not even none."""
        return self.date_from <= self.project.local_day()

    @property
    def days(self):
        """The days of the period, in order."""
        count = (self.date_to - self.date_from).days + 1
        return [self.date_from + timedelta(days=number) for number in range(count)]

    @property
    def each_day(self):
        """A scope for each day of the period, in order."""
        return [replace(self, date_from=day, date_to=day) for day in self.days]

    def since_month(self):
        """From the first day of the month to the last day of this scope."""
        return replace(self, date_from=self.date_to.replace(day=1))

    def since_year(self):
        """From 1 January to the last day of this scope."""
        return replace(self, date_from=self.date_to.replace(month=1, day=1))

    def since_opening(self):
        """From before there was any project to the last day of this scope."""
        return replace(self, date_from=OPENING)

    def previous(self):
        """The period before this one: as long, before a whole month the month."""
        last = self.date_from - timedelta(days=1)
        if (self.date_from, self.date_to) == month_bounds(self.date_to):
            first = last.replace(day=1)
        else:
            first = last - (self.date_to - self.date_from)
        return replace(self, date_from=first, date_to=last)
