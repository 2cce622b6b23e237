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

    def _rep_section(self, title, scope):
        """One line a rep, and the total."""
        measures = self._measures()
        columns = [
            Column("rep", self.env._("Rep"), width=8),
            *self._columns_of(measures),
        ]
        section = Section(title, columns)
        domain = self._facts(scope)
        tallies = self._tally(domain, "user_id")
        for user in self._reps(scope, tallies):
            tally = tallies.get(user) or self._sum(())
            own = [*domain, ("user_id", "=", user.id)]
            section.add(self._rep_name(user), *self._figures_of(measures, tally, own))
        self._add_total(section, measures, self._sum(tallies.values()), domain)
        return section

    def _add_total(self, section, measures, tally, domain, label=None):
        section.add(
            label or self.env._("Total"),
            *self._figures_of(measures, tally, domain),
            level="total",
        )

    def _rep_name(self, user):
        return user.name or self.env._("Nobody")

    # === Against an earlier period ===

    def _add_difference(self, section, measures, domain, earlier, label):
        """Below the total: the earlier period, and what has changed since."""
        now = self._sum(self._tally(domain).values())
        before = self._sum(self._tally(earlier).values())
        self._add_total(section, measures, before, earlier, label)
        section.add(
            self.env._("Difference"),
            *(
                self._change(
                    now.get(one.name, one.measure), before.get(one.name, one.measure)
                )
                for one in measures
            ),
            level="subtotal",
        )

    @staticmethod
    def _change(now, before):
        return None if now is None or before is None else round(now - before, 4)
