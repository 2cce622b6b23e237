"""The metric dictionary of forms.md: what is counted, and what is reckoned from it.

Facts are counted by `property.metric`; every form, list and dashboard takes names,
nets and rates from here, so that a metric has one meaning everywhere.
"""

from functools import cache

# What one fact counts as. Receptions count when effective: valid, not corrected.
METRICS = [
    ("calls", "Calls"),
    ("first", "First Visits"),
    ("called", "Visits after Call"),
    ("returns", "Return Visits"),
    ("invalid", "Invalid Receptions"),
    ("registrations", "Registrations"),
    ("followups", "Follow-ups"),
    ("due", "Agreed Follow-ups"),
    ("missed", "Follow-ups Not Made"),
    ("slips", "Slips"),
    ("deposits", "Deposits"),
    ("contracts", "Contracts"),
    ("filed", "Filed Contracts"),
    ("cancelled_deposits", "Cancelled Deposits"),
    ("cancelled_contracts", "Cancelled Contracts"),
    ("exchanged_deposits", "Exchanges before Signing"),
    ("exchanged_contracts", "Exchanges after Signing"),
    ("receipts", "Receipts"),
    ("refunds", "Refunds"),
    ("fees", "Fees Collected for Others"),
]
REGISTER_METRICS = (
    *("calls", "first", "called", "returns", "invalid"),
    *("registrations", "followups", "due", "missed"),
)
DEAL_METRICS = tuple(name for name, _label in METRICS if name not in REGISTER_METRICS)

# What is reckoned: each part with what its number and its amount count for.
NETS = {
    "visits": (("first", 1, 1), ("called", 1, 1), ("returns", 1, 1)),
    "kept": (("due", 1, 1), ("missed", -1, -1)),
    "cancellations": (("cancelled_deposits", 1, 1), ("cancelled_contracts", 1, 1)),
    "exchanges": (("exchanged_deposits", 1, 1), ("exchanged_contracts", 1, 1)),
    # Counted once: an exchange is no sale more, its difference goes into the amount.
    "net_deposits": (
        ("deposits", 1, 1),
        ("cancelled_deposits", -1, -1),
        ("exchanged_deposits", 0, 1),
    ),
    "net_contracts": (
        ("contracts", 1, 1),
        ("cancelled_contracts", -1, -1),
        ("exchanged_contracts", 0, 1),
    ),
    "net_receipts": (("receipts", 1, 1), ("refunds", -1, -1)),
}
# Of a hundred of the second, how many the first are.
RATES = {
    "call_rate": ("called", "calls"),
    "deposit_rate": ("deposits", "first"),
    "contract_rate": ("contracts", "deposits"),
    "kept_rate": ("kept", "due"),
}
MEASURES = ("number", "area", "amount")
PLACES = {measure: place for place, measure in enumerate(MEASURES)}
NOTHING = (0, 0.0, 0.0)


@cache
def parts(*names):
    """The metrics whose facts make up the figures `names`."""
    found = []
    for name in names:
        found += parts(*RATES[name]) if name in RATES else _parts(name)
    return tuple(dict.fromkeys(found))


def _parts(name):
    return [part for part, *_signs in NETS.get(name, ((name,),))]


def percent(part, whole):
    """`part` of `whole` in percent; nothing of nothing is no rate."""
    return round(100 * part / whole, 4) if whole else None


class Tally:
    """Numbers, areas and amounts of one group of facts, by metric."""

    def __init__(self):
        self._sums = {}  # {metric: (number, area, amount)}

    def add(self, metric, number, area, amount):
        mine = self._sums.get(metric, NOTHING)
        self._sums[metric] = (
            mine[0] + (number or 0),
            mine[1] + (area or 0),
            mine[2] + (amount or 0),
        )

    def __iadd__(self, other):
        for metric, sums in other._sums.items():
            self.add(metric, *sums)
        return self

    def get(self, name, measure="number"):
        """A figure of the dictionary: a metric, a net or a rate.

        :param measure: one of `MEASURES`; a rate has none
        """
        if name in RATES:
            part, whole = RATES[name]
            return percent(self.get(part), self.get(whole))
        place, sums = PLACES[measure], self._sums
        if name in NETS:
            total = sum(
                (number if place == 0 else amount) * sums.get(metric, NOTHING)[place]
                for metric, number, amount in NETS[name]
            )
        else:
            total = sums.get(name, NOTHING)[place]
        return total if place == 0 else round(total, 2)

    @property
    def is_empty(self):
        return not any(any(sums) for sums in self._sums.values())
