"""What happens in an office in three years: who calls, comes, is followed up, buys."""

import random
from array import array
from bisect import bisect
from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

DAYS = 3 * 365
OWNERSHIP_MONTHS = 24  # a rep's list is then as long as in an office that never lapses
OVERDUE_DAYS = 10  # lapsed so lately that nobody has written it down yet
OPENS, CLOSES = 9 * 3600, 18 * 3600  # seconds of the local day
KINDS = (
    "call_in",
    "visit_first",
    "visit_called",
    "visit_return",
    "followup_call",
    "followup_message",
    "followup_home",
)
CALL, FIRST, CALLED, RETURN, FOLLOW = range(5)
SOLD = len(KINDS)  # no entry of the register
PREFIXES = (
    "130 131 132 133 135 136 137 138 139 150 151 152 153 157 158 159 177 180 186 188"
).split()


def local_today():
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def mobile(number):
    """The mobile number of person `number`: no two have the same, and neighbours' last
    digits have nothing in common."""
    turn, prefix = divmod(number, len(PREFIXES))
    return f"{PREFIXES[prefix]}{(turn * 48_271_037 + 12_345_678) % 10**8:08}"


def months_later(day, months):
    """As `fields.Date.add` counts: of 31 January, the last of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(1)).day
    return day.replace(year=year, month=month + 1, day=min(day.day, last))


class Life:
    """Entries of the register in the order of time, and what they come to for each
    client; whole numbers only, so that a million clients fit into memory.

    :param size: clients
    :param reps: how many; the first has the most clients, some ten times the median's
    :param today: nothing happens on it: the last day is the one before
    """

    def __init__(self, size, reps, today):
        self.size, self.today = size, today
        self.random = random.Random(size)
        self.days = [today - timedelta(DAYS - n) for n in range(DAYS)]
        self.weights = list(accumulate((n + 1) ** -0.5 for n in range(reps)))
        # Of each entry; client -1: a caller who never came.
        self.day, self.second = array("h"), array("i")
        self.kind, self.client, self.rep = array("b"), array("i"), array("h")
        self.caller = array("i")
        # Of each client
        self.owner = array("h", [0]) * size
        self.registered = array("i", [0]) * size  # its entry
        self.contact = array("h", [0]) * size  # days
        self.visit = array("h", [0]) * size
        self.followups = array("b", [0]) * size
        self.sold = array("h", [-1]) * size
        self._live()
        self.until = [months_later(day, OWNERSHIP_MONTHS) for day in self.days]

    def _live(self):
        known = callers = 0
        due = defaultdict(list)
        for day in range(DAYS):
            share = (self.size - known) // (DAYS - day)
            last = day == DAYS - 1
            for _n in range(self.size - known if last else share):
                self.owner[known] = self._rep()
                if not last and self.random.random() < 0.5:
                    due[day].append((CALL, known))
                    comes = min(day + self.random.randint(1, 6), DAYS - 1)
                    due[comes].append((CALLED, known))
                else:
                    due[day].append((FIRST, known))
                known += 1
            never = [(CALL, -1)] * round(share * 0.1)
            events = [
                (self.random.randrange(OPENS, CLOSES), *event)
                for event in due.pop(day, []) + never
            ]
            for second, kind, client in sorted(events):
                callers += client < 0
                caller = client if client >= 0 else self.size + callers
                self._happens(day, second, kind, client, caller, due)

    def _happens(self, day, second, kind, client, caller, due):
        if kind == SOLD:
            self.sold[client] = day
            return
        if kind in (FIRST, CALLED):
            self.registered[client] = len(self.day)
            self._plan(day, client, due)
        if kind != CALL:
            self.contact[client] = day
            if kind >= FOLLOW:
                self.followups[client] += 1
            else:
                self.visit[client], self.followups[client] = day, 0
        self.day.append(day)
        self.second.append(second)
        self.kind.append(kind)
        self.client.append(client)
        self.rep.append(self.owner[client] if client >= 0 else self._rep())
        self.caller.append(caller)

    def _plan(self, day, client, due):
        """What follows a registration."""
        chance = self.random.random()
        for _n in range(bisect((0.25, 0.55, 0.8, 0.95), self.random.random())):
            day += self.random.randint(2, 25)
            kind = self.random.choices(range(RETURN, SOLD), (20, 50, 22, 8))[0]
            due[day].append((kind, client))
        if chance < 0.07:
            due[day + self.random.randint(1, 40)].append((SOLD, client))

    def _rep(self):
        return bisect(self.weights, self.random.random() * self.weights[-1])

    # === What it comes to ===

    def owned_until(self, client):
        """The last day of the last owner, whether it is over or not."""
        return self.until[self.contact[client]]

    def is_free(self, client):
        """Lapsed, and the ledger says so."""
        lapsed = self.owned_until(client) < self.today - timedelta(OVERDUE_DAYS)
        return lapsed and self.sold[client] < 0
