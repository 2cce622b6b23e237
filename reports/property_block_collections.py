from odoo import models
from odoo.tools import SQL, groupby

from ..models.metric import parts, percent
from .form_table import Chart, Column, Figure, Section

MONEY_METRICS = parts("net_receipts", "fees")
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

    def _money_sections(self, scope):
        claims = self._claims(scope)
        return [self._collections(scope, claims), self._ageing(scope, claims)]

    def _collections(self, scope, claims):
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
        self._add_collection_rate(section, scope, claims, tallies[-1])
        return section

    def _add_collection_rate(self, section, scope, claims, tally):
        """回款率: the net receipts to date of the amounts due to date."""
        amount = round(sum(one["amount"] for one in claims if one["is_due"]), 2)
        section.add(
            self.env._("Due to Date"),
            *[None] * 3,
            self._claim_figure(scope, amount, SQL("claim.is_due")),
            kind="yuan",
        )
        section.add(
            self.env._("Collection Rate"),
            *[None] * 3,
            percent(tally.get("net_receipts", "amount"), amount),
            kind="percent",
        )

    def _ageing(self, scope, claims):
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
        bands = {band: (0, 0) for band in labels}
        for band, some in groupby(claims, lambda one: one["band"]):
            bands[band] = (
                sum(one["number"] for one in some),
                round(sum(one["unpaid"] for one in some), 2),
            )
        total = round(sum(unpaid for _number, unpaid in bands.values()), 2)
        for band, label in labels.items():
            some = SQL("claim.unpaid > 0 AND claim.band = %s", band)
            section.add(
                label,
                *(self._claim_figure(scope, value, some) for value in bands[band]),
                percent(bands[band][1], total),
            )
        section.add(
            self.env._("Total"),
            *(
                self._claim_figure(scope, value, SQL("claim.unpaid > 0"))
                for value in (sum(number for number, _sum in bands.values()), total)
            ),
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
                        [bands[band][1] for band in labels],
                    )
                ],
            )
        )
        return section

    # === Claims ===

    def _claims(self, scope):
        """The instalments of the contracts that stood when the period closed, and what
        of them was unpaid then, summed by how late they were.

        :return: list of dicts of `band`, `is_due`, sums of `amount` and `unpaid`, and
            the `number` that was unpaid
        """
        for model in ("installment", "contract", "receipt", "receipt.line"):
            self.env[f"property.{model}"].flush_model()
        return self.env.execute_query_dict(
            SQL(
                """SELECT band, is_due, SUM(amount) AS amount,
                          COALESCE(SUM(unpaid) FILTER (WHERE unpaid > 0), 0) AS unpaid,
                          COUNT(*) FILTER (WHERE unpaid > 0) AS number
                     FROM (%s) claim GROUP BY band, is_due ORDER BY band""",
                self._claims_sql(scope),
            )
        )

    def _claims_sql(self, scope):
        """A deferred instalment is not late while the promise holds."""
        *bands, last = AGES
        return SQL(
            """SELECT claim.id, claim.amount,
                      claim.amount - COALESCE(paid.amount, 0) AS unpaid,
                      COALESCE(claim.due_date <= %(day)s, FALSE) AS is_due,
                      CASE WHEN claim.due_date IS NULL
                             OR claim.deferred_until >= %(day)s
                           THEN %(first)s %(bands)s ELSE %(last)s END AS band
                 FROM property_installment claim
                 JOIN property_contract contract ON contract.id = claim.contract_id
                 LEFT JOIN (
                      SELECT line.installment_id,
                             SUM(CASE receipt.kind WHEN 'refund' THEN -1 ELSE 1 END
                                 * line.amount) AS amount
                        FROM property_receipt_line line
                        JOIN property_receipt receipt ON receipt.id = line.receipt_id
                       WHERE line.project_id = %(project)s
                         AND receipt.state = 'confirmed'
                         AND receipt.confirm_date < %(end)s
                       GROUP BY line.installment_id) paid
                   ON paid.installment_id = claim.id
                WHERE claim.project_id = %(project)s AND claim.kind != 'fee'
                  AND contract.name IS NOT NULL AND contract.sign_date <= %(day)s
                  AND (contract.cancel_date IS NULL OR contract.cancel_date > %(day)s)
                  AND %(rep)s""",
            first=bands[0],
            bands=SQL(" ").join(
                SQL(
                    "WHEN %s - claim.due_date <= %s THEN %s",
                    *(scope.date_to, AGES[band], band),
                )
                for band in bands
            ),
            last=last,
            day=scope.date_to,
            end=scope.bounds[1],
            project=scope.project.id,
            rep=self._rep_sql(scope),
        )

    def _rep_sql(self, scope):
        """Whose contracts the reader sees, as record rules have it."""
        reps = scope.user.ids or (
            self._is_partial() and (self.env.user._office_rep_ids() or [0])
        )
        if not reps:
            return SQL("TRUE")
        return SQL("contract.user_id IN %s", tuple(reps))

    def _claim_figure(self, scope, value, which):
        """:param which: SQL of a condition on `claim`"""

        def find():
            sql = SQL(
                "SELECT id FROM (%s) claim WHERE %s", self._claims_sql(scope), which
            )
            return [row[0] for row in self.env.execute_query(sql)]

        return Figure.found(value, "property.installment", find)
