from odoo import models
from odoo.tools import SQL

from ..models.metric import parts, percent
from .form_table import Column, Section

MONEY_METRICS = parts("net_receipts", "fees")


class PropertyBlockMoney(models.AbstractModel):
    """Money had, of what was due: section 8 of the monthly report; what is still due
    by its age is in `property_block_claims.py`."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "property.block.money"

    def _collections(self, scope, sums):
        """:param sums: the scope's `_claim_sums()`"""
        section = Section(
            self.env._("Collections"),
            [
                Column("label", "", width=26),
                Column("month", self.env._("This Month"), "measure", 14),
                Column("before", self.env._("Last Month"), "measure", 14),
                Column("year", self.env._("Year to Date"), "measure", 14),
                Column("all", self.env._("Since Opening"), "measure", 14),
            ],
        )
        opening = scope.since_opening()
        periods = (scope, scope.previous(), scope.since_year(), opening)
        domains = [self._facts(period) for period in periods]
        tallies = [self._tallies(one, metrics=MONEY_METRICS)[()] for one in periods]
        for name, label in (
            ("receipts", self.env._("Receipts")),
            ("refunds", self.env._("Refunds")),
            ("net_receipts", self.env._("Net Receipts")),
            ("fees", self.env._("Fees Collected for Others")),
        ):
            section.add(
                label,
                *(
                    self._figure(tally, domain, name, "amount")
                    for tally, domain in zip(tallies, domains, strict=True)
                ),
                kind="yuan",
                level="subtotal" if name == "net_receipts" else "line",
            )
        self._add_collection_rate(section, scope, sums, tallies[-1])
        return section

    def _add_collection_rate(self, section, scope, sums, tally):
        """回款率: the net receipts to date of the amounts due to date."""
        amount = sum(one[-1] for (_band, is_due), one in sums.items() if is_due)
        due = self._claims_figure(scope, round(amount, 2), SQL("is_due"))
        section.add(
            self.env._("Due to Date"),
            *[None] * 3,
            due,
            kind="yuan",
        )
        section.add(
            self.env._("Collection Rate"),
            *[None] * 3,
            percent(tally.get("net_receipts", "amount"), amount),
            kind="percent",
        )
