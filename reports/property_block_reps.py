from dataclasses import dataclass

from odoo import models

from .form_table import Column, Section


@dataclass(frozen=True)
class Measure:
    """A figure of the dictionary as the forms by rep show it."""

    name: str
    measure: str
    kind: str
    group: str
    heading: str
    width: int = 6

    @property
    def key(self):
        return f"{self.name}_{self.measure}"

    @property
    def label(self):
        """Group and heading in one, for forms that have a line for each."""
        return " · ".join(filter(None, (self.group, self.heading)))


class PropertyBlockReps(models.AbstractModel):
    """The lines of G2: what each rep did, and all of them together."""

    _name = "property.block.reps"
    _inherit = ["property.block"]
    _description = "Block of Reps"

    def _measures(self):
        """The columns of G2."""
        visits, deposits, contracts, ended, conversion = (
            self.env._("Visits"),
            self.env._("Deposits"),
            self.env._("Contracts"),
            self.env._("Cancellations"),
            self.env._("Conversion (%)"),
        )

        def counts(group, *names):
            return [
                Measure(name, "number", "integer", group, heading)
                for name, heading in names
            ]

        def deals(name, group):
            return [
                Measure(name, "number", "integer", group, self.env._("units"), 5),
                Measure(name, "area", "area", group, "㎡", 9),
                Measure(name, "amount", "yuan", group, self.env._("yuan"), 11),
            ]

        def rates(*names):
            return [
                Measure(name, "number", "percent", conversion, heading, 8)
                for name, heading in names
            ]

        return [
            *counts("", ("calls", self.env._("Calls"))),
            *counts(
                visits,
                ("first", self.env._("First")),
                ("called", self.env._("After Call")),
                ("returns", self.env._("Return")),
            ),
            *counts(
                "",
                ("registrations", self.env._("Registrations")),
                ("followups", self.env._("Follow-ups")),
                ("missed", self.env._("Not Followed Up")),
                ("slips", self.env._("Slips")),
            ),
            *deals("deposits", deposits),
            *deals("contracts", contracts),
            *counts(contracts, ("filed", self.env._("Filed Online"))),
            *counts(
                ended,
                ("cancelled_deposits", self.env._("of Deposits")),
                ("cancelled_contracts", self.env._("of Contracts")),
            ),
            *counts("", ("exchanges", self.env._("Exchanges"))),
            Measure("receipts", "amount", "yuan", "", self.env._("Receipts"), 11),
            Measure("refunds", "amount", "yuan", "", self.env._("Refunds"), 10),
            *rates(
                ("call_rate", self.env._("Call → Visit")),
                ("deposit_rate", self.env._("Visit → Deposit")),
                ("contract_rate", self.env._("Deposit → Contract")),
            ),
        ]

    def _columns_of(self, measures):
        return [
            Column(one.key, one.heading, one.kind, one.width, one.group)
            for one in measures
        ]

    def _figures_of(self, measures, tally, domain):
        return [self._figure(tally, domain, one.name, one.measure) for one in measures]

    def _rep_section(self, title, scope, adds=""):
        """One line a rep, and the total.

        :param adds: "reps" for the period itself: weeks and months are checked against
            the filed days
        """
        measures = self._measures()
        columns = [
            Column("rep", self.env._("Rep"), width=8),
            *self._columns_of(measures),
        ]
        section = Section(title, columns, adds=adds)
        domain = self._facts(scope)
        tallies = self._tallies(scope, "user_id")
        for user in self._reps(scope, tallies):
            tally = tallies.get(user) or self._sum(())
            own = [*domain, ("user_id", "=", user.id)]
            section.add(self._rep_name(user), *self._figures_of(measures, tally, own))
        total = self._sum(tallies.values())
        section.add(
            self.env._("Total"),
            *self._figures_of(measures, total, domain),
            level="total",
        )
        return section

    def _rep_name(self, user):
        return user.name or self.env._("Nobody")

    # === Against an earlier period ===

    def _comparison(self, scope, title, labels):
        """The period, the one before it, and what has changed.

        :param labels: what the two periods are called
        """
        measures = self._measures()
        columns = [
            Column("period", "", width=10),
            *self._columns_of(measures),
        ]
        section = Section(title, columns)
        tallies = []
        for label, period in zip(labels, (scope, scope.previous()), strict=True):
            domain = self._facts(period)
            tallies.append(self._tallies(period)[()])
            section.add(label, *self._figures_of(measures, tallies[-1], domain))
        section.add(
            self.env._("Difference"),
            *(
                self._change(*(tally.get(one.name, one.measure) for tally in tallies))
                for one in measures
            ),
            level="subtotal",
        )
        return section

    @staticmethod
    def _change(now, before):
        return None if now is None or before is None else round(now - before, 4)
