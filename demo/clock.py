from contextlib import contextmanager
from datetime import datetime, timedelta

from freezegun import freeze_time

SHANGHAI = timedelta(hours=8)  # no summer time since 1991


def local(moment):
    """The office's wall clock at `moment` (naive UTC)."""
    return moment + SHANGHAI


def utc(day, hour, minute=0):
    """The naive UTC moment of a wall clock time of the office."""
    return datetime(day.year, day.month, day.day, hour, minute) - SHANGHAI


class Clock:
    """What Odoo takes for now, in Python and in the dates it stamps on records."""

    def __init__(self, cr, frozen):
        self._cr = cr
        self._frozen = frozen

    def set(self, moment):
        self._frozen.move_to(moment)
        self._cr._now = moment


@contextmanager
def clock(env):
    """One freezer for the whole story: starting one looks through all modules."""
    with freeze_time(datetime.now()) as frozen:
        try:
            yield Clock(env.cr, frozen)
        finally:
            env.cr._now = None
