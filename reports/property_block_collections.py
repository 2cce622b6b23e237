from collections import defaultdict
from dataclasses import replace
from datetime import date

from odoo import models
from odoo.tools import SQL

from ..models.metric import percent
from .form_table import Chart, Column, Figure, Section

# The last day late of each band; the last has no end.
AGES = {"not_due": 0, "d30": 30, "d60": 60, "d90": 90, "over": None}


class PropertyBlockMoney(models.AbstractModel):
    """Money had and money still due: section 8 of the monthly report.

    What was unpaid is replayed to the end of the period, so that a filed month stays
    what it was: instalments of the contracts that stood then, less the money confirmed
    by then.
    """

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
        opening = replace(scope, date_from=date.min)
        domains = [
            self._facts(period)
            for period in (scope, scope.previous(), scope.since_year())
        ]
        domains.append([one for one in self._facts(opening) if one[1] != ">="])
        tallies = [self._tally(domain)[()] for domain in domains]
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
        due = [one for one in self._claims(scope) if self._is_due(one, scope)]
        amount = round(sum(one["amount"] for one in due), 2)
        section.add(
            self.env._("Due to Date"),
            *[None] * 3,
            self._claim_figure(amount, due),
            kind="yuan",
        )
        section.add(
            self.env._("Collection Rate"),
            *[None] * 3,
            percent(tally.get("net_receipts", "amount"), amount),
            kind="percent",
        )

    def _ageing(self, scope):
        """What is unpaid at the close of the period, by how late it is then."""
        labels = {
            "not_due": self.env._("Not Yet Due"),
            "d30": self.env._("1–30 Days"),
            "d60": self.env._("31–60 Days"),
            "d90": self.env._("61–90 Days"),
            "over": self.env._("Over 90 Days"),
        }
        section = Section(
            self.env._("Ageing"),
            [
                Column("band", self.env._("Late"), width=16),
                Column("number", self.env._("Instalments"), "integer", 10),
                Column("unpaid", self.env._("Unpaid (yuan)"), "yuan", 14),
                Column("share", self.env._("Part of All"), "percent", 8),
            ],
        )
        unpaid = [one for one in self._claims(scope) if one["unpaid"] > 0]
        bands = defaultdict(list)
        for one in unpaid:
            bands[self._band(one, scope)].append(one)
        total = self._unpaid(unpaid)
        for band, label in labels.items():
            some = bands[band]
            section.add(
                label,
                self._claim_figure(len(some), some),
                self._claim_figure(self._unpaid(some), some),
                percent(self._unpaid(some), total),
            )
        section.add(
            self.env._("Total"),
            self._claim_figure(len(unpaid), unpaid),
            self._claim_figure(total, unpaid),
            percent(total, total),
            level="total",
        )
        section.charts.append(
            Chart(
                self.env._("Unpaid (yuan)"),
                "bar",
                list(labels.values()),
                [
                    (
                        self.env._("Unpaid (yuan)"),
                        [self._unpaid(bands[band]) for band in labels],
                    )
                ],
            )
        )
        return section

    # === Claims ===

    def _claims(self, scope):
        """The instalments of the contracts that stood when the period closed, and what
        of each was unpaid then: list of dicts."""
        day, end = scope.date_to, scope.bounds[1]
        for model in ("installment", "contract", "receipt", "receipt.line"):
            self.env[f"property.{model}"].flush_model()
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT claim.id, claim.due_date, claim.deferred_until, claim.amount,
                       claim.amount - COALESCE(SUM(
                           CASE receipt.kind WHEN 'refund' THEN -1 ELSE 1 END
                           * line.amount), 0) AS unpaid
                  FROM property_installment claim
                  JOIN property_contract contract ON contract.id = claim.contract_id
                  LEFT JOIN (property_receipt_line line
                             JOIN property_receipt receipt
                               ON receipt.id = line.receipt_id
                              AND receipt.state = 'confirmed'
                              AND receipt.confirm_date < %(end)s)
                         ON line.installment_id = claim.id
                 WHERE claim.project_id = %(project)s AND claim.kind != 'fee'
                   AND contract.name IS NOT NULL AND contract.sign_date <= %(day)s
                   AND (contract.cancel_date IS NULL OR contract.cancel_date > %(day)s)
                   AND %(rep)s
                 GROUP BY claim.id""",
                end=end,
                day=day,
                project=scope.project.id,
                rep=self._rep_sql(scope),
            )
        )

    def _rep_sql(self, scope):
        """Whose contracts the reader sees, as record rules have it."""
        reps = scope.user.ids or (
            self._is_partial() and (self.env.user._office_rep_ids() or [0])
        )
        if not reps:
            return SQL("TRUE")
        return SQL("contract.user_id IN %s", tuple(reps))

    def _is_due(self, claim, scope):
        return claim["due_date"] and claim["due_date"] <= scope.date_to

    def _band(self, claim, scope):
        """A deferred instalment is not late while the promise holds."""
        promised = claim["deferred_until"]
        if not claim["due_date"] or (promised and promised >= scope.date_to):
            return "not_due"
        late = (scope.date_to - claim["due_date"]).days
        return next(band for band, last in AGES.items() if last is None or late <= last)

    @staticmethod
    def _unpaid(claims):
        return round(sum(one["unpaid"] for one in claims), 2)

    def _claim_figure(self, value, claims):
        return Figure(value, "property.installment", tuple(one["id"] for one in claims))
