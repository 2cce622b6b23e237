from odoo import models
from odoo.tools import SQL

from ..models.metric import parts, percent
from .form_table import Column, Figure, Section
from .property_block_claims import PRICE

MONEY_METRICS = parts("net_receipts", "fees")


class PropertyBlockMoney(models.AbstractModel):
    """Money had, of what was due: section 8 of the monthly report; what is still due
    by its age is in `property_block_claims.py`."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "property.block.money"

    def _collections(self, scope):
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
        self._add_collection_rate(section, scope, tallies[-1])
        return section

    def _add_collection_rate(self, section, scope, tally):
        """回款率: the net receipts to date of the amounts due to date."""
        [(amount, ids)] = self.env.execute_query(
            SQL(
                "SELECT COALESCE(SUM(amount), 0), array_agg(id) FROM (%s) claim "
                "WHERE due_date <= %s",
                self._claims_sql(scope, PRICE),
                scope.closing_day,
            )
        )
        due = Figure(round(amount, 2), "property.installment", tuple(ids or ()))
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
