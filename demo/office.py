import heapq
import itertools
from datetime import datetime, timedelta
from random import Random

from odoo import fields

from . import desk, stock
from .care import Care
from .changes import Changes
from .check import check
from .clock import clock, local, utc
from .collections import Collections
from .deals import Deals
from .discounts import Discounts
from .filings import Filings
from .inventory import build_projects
from .loans import Loans
from .people import hire
from .prices import Prices
from .quarrels import Quarrels
from .reception import Reception
from .rings import Rings
from .second_thoughts import SecondThoughts
from .targets import Targets
from .troubles import Troubles
from .words import CAMPAIGNS, CHANNELS

SEED = 20240520
DAYS = 92
QUIET = {
    "tracking_disable": True,
    "mail_activity_quick_update": True,
    "no_reset_password": True,
}
# How busy each hour is, from nine to six.
HOURS = {9: 8, 10: 15, 11: 13, 12: 5, 13: 8, 14: 15, 15: 16, 16: 13, 17: 7}


def open_office(env, now=None):
    """Fill an empty database with the demo office, up to this minute (or to `now`)."""
    now = now or fields.Datetime.now()
    if local(now).hour < 9:  # today has not begun: the story ends last evening
        now = utc(local(now).date() - timedelta(days=1), 18, 30)
    with clock(env) as frozen:
        Office(env(context=env.context | QUIET), now, frozen).tell()
        check(env)


class Office:
    """The office as a queue of what happens when; each step may queue later ones."""

    def __init__(self, env, now, clock_):
        self.env, self.now, self.clock = env, now, clock_
        self.today = local(now).date()
        self.start = self.today - timedelta(days=DAYS)
        self.rng = Random(SEED)
        self._queue, self._numbers = [], itertools.count()

    def tell(self):
        self.clock.set(utc(self.start - timedelta(days=30), 9))
        self.users, self.teams, places = hire(self.env)
        self.sources = self._by_name("utm.source", CHANNELS)
        self.campaigns = self._by_name("utm.campaign", CAMPAIGNS.values())
        self.concerns = self.env["property.concern"].search([])
        self.projects = build_projects(
            self.env, self.start, self.users, self.teams, places
        )
        desk.name_stages(self.env)
        self.deals = Deals(self)
        self.discounts = Discounts(self)
        self.reception = Reception(self)
        self.rings = Rings(self)
        self.rings.plan_duty(self.start, self.today)
        self.quarrels = Quarrels(self)
        self.changes = Changes(self)
        self.second_thoughts = SecondThoughts(self)
        self.care = Care(self)
        self.targets = Targets(self)
        self.filings = Filings(self)
        self.collections = Collections(self)
        self.loans = Loans(self)
        self.prices = Prices(self)
        self.troubles = Troubles(self)
        self.deals.plan()
        self.at(utc(self.today - timedelta(days=2), 11), self.filings.correct)
        for number in range(DAYS + 1):
            day = self.start + timedelta(days=number)
            for part in (
                *(self.reception, self.rings, self.quarrels, self.changes),
                *(self.collections, self.loans, self.prices),
                *(self.second_thoughts, self.discounts),
                *(self.filings, self.troubles),
            ):
                part.plan_day(day)
        self._run()
        for part in (
            *(self.second_thoughts, self.reception, self.quarrels),
            *(self.discounts, self.care, self.loans, self.troubles),
        ):
            self.clock.set(self.now)  # a job that commits lets go of it
            part.finish()
        self.clock.set(self.now)
        desk.finish(self)
        stock.finish(self)
        self.filings.finish()
        self.env.flush_all()

    def _run(self):
        while self._queue and self._queue[0][0] <= self.now:
            moment, _number, step, args = heapq.heappop(self._queue)
            self.clock.set(moment)
            step(*args)

    def _by_name(self, model, names):
        names = list(dict.fromkeys(names))
        return dict(
            zip(
                names,
                self.env[model].create([{"name": name} for name in names]),
                strict=True,
            )
        )

    # === What the story's parts use ===

    def at(self, moment, step, *args):
        """Queue `step`; what should have happened before now happens next."""
        moment = max(moment, self.moment)
        heapq.heappush(self._queue, (moment, next(self._numbers), step, args))

    @property
    def moment(self):
        return datetime.now()

    @property
    def day(self):
        return local(self.moment).date()

    def open_hour(self, day):
        """Some moment of the working day, later than now."""
        for _try in range(5):
            moment = utc(day, self.pick(HOURS), self.rng.randrange(60))
            if moment > self.moment:
                return moment
        return self.moment + timedelta(minutes=self.rng.randint(5, 40))

    def in_days(self, first, last):
        """A moment of a working day `first` to `last` days from now."""
        return self.open_hour(self.day + timedelta(days=self.rng.randint(first, last)))

    def soon(self, first, last):
        """`first` to `last` minutes from now, or the next morning after closing."""
        moment = self.moment + timedelta(minutes=self.rng.randint(first, last))
        if local(moment).hour < 18:
            return moment
        return utc(self.day + timedelta(days=1), 9, self.rng.randint(5, 59))

    def pick(self, weights):
        return self.rng.choices(list(weights), weights.values())[0]

    def chance(self, share):
        return self.rng.random() < share

    def as_(self, user, records):
        return records.with_user(user).with_context(**QUIET)

    def by(self, login, records):
        """`records` in the hands of the member with `login`."""
        return self.as_(self.users[login], records)
