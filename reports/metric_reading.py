"""What a form counts, read at once: facts by stretch of days, summed to its periods."""

from dataclasses import dataclass
from datetime import timedelta

from odoo.tools import SQL

from ..models.metric import Tally

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stretches:
    """The days of a project, cut where the periods of a form begin and end.

    In the context of `property.metric` they bound each table by the column that it has:
    its moments or its days, as they are indexed, with no clock to convert.
    """

    days: tuple  # the first of each stretch; the last is the day after them all
    moments: tuple  # the same in naive UTC
    metrics: frozenset  # which are read; empty: all

    @classmethod
    def of(cls, scopes, metrics=()):
        days = {
            one for scope in scopes for one in (scope.date_from, scope.date_to + DAY)
        }
        days = tuple(sorted(days))
        moments = tuple(map(scopes[0].project.utc_moment, days))
        return cls(days, moments, frozenset(metrics))

    def places(self, scope):
        """The numbers of the stretches that make up the scope; None where it begins or
        ends within one."""
        first, end = scope.date_from, scope.date_to + DAY
        if first not in self.days or end not in self.days:
            return None
        return range(self.days.index(first) + 1, self.days.index(end) + 1)

    def has(self, metrics):
        """Whether all of these metrics are read; of none, all there are."""
        return not self.metrics or metrics and self.metrics.issuperset(metrics)

    def asks(self, metrics):
        return not self.metrics or not self.metrics.isdisjoint(metrics)

    def within(self, at, is_day):
        first, *_cuts, end = self.days if is_day else self.moments
        return SQL("%s >= %s AND %s < %s", at, first, at, end)

    def number(self, at, is_day):
        starts = [*(self.days if is_day else self.moments)][:-1]
        return SQL("width_bucket(%s, %s)", at, starts)


class Reading:
    """The figures of some periods of one scope, by some groupings of `property.metric`.

    :param scope: whose project, rep and building
    :param periods: scopes of the same but other days
    :param groupings: tuples of field names
    """

    def __init__(self, metrics, scope, periods, groupings, wanted=()):
        self._domain = scope.domain
        self._stretches = Stretches.of(periods, wanted)
        self._read = metrics._read_stretches(self._stretches, scope.domain, groupings)

    def tallies(self, scope, groupby, metrics=()):
        """:return: {key: Tally} of a scope, its key as `property.metric._tally` has it;
        None when it was not read
        """
        places = self._stretches.places(scope)
        read = next((one for one in self._read if {*groupby} <= {*one}), None)
        if not self._stretches.has(metrics):
            return None
        if places is None or read is None or scope.domain != self._domain:
            return None
        found = [self._read[read][place] for place in places]
        if read == tuple(groupby) and len(found) == 1:
            return self._keyed(found[0], groupby)
        picks = [read.index(name) for name in groupby]
        tallies = {}
        for of_place in found:
            for key, tally in of_place.items():
                mine = tuple(key[pick] for pick in picks)
                if mine not in tallies:
                    tallies[mine] = Tally()
                tallies[mine] += tally
        return self._keyed(tallies, groupby)

    @staticmethod
    def _keyed(tallies, groupby):
        """With the value of one field as the key, a tuple of more or none."""
        if not groupby:
            return tallies or {(): Tally()}
        if len(groupby) > 1:
            return tallies
        return {value: tally for (value,), tally in tallies.items()}
