from odoo import models
from odoo.tools import SQL

from ..models.metric import percent
from ..models.property_installment_ageing import AGEING, FIRST_DAY
from .form_table import Chart, Column, Figure, Section

# Which instalments are of the price, and which are collected for others.
PRICE, FEES = [("kind", "!=", "fee")], [("kind", "=", "fee")]


class PropertyBlockClaims(models.AbstractModel):
    """What is due by contracts and what of it is paid, as it was when a day closed.

    One place for G6 and G14: the instalments of the contracts that stood then, what
    finance had confirmed on them, the promises approved and the milestones reached by
    then, so that a filed form stays what it was. Not replayed: whose client it is, and
    what another plan or a measured area later made of the instalments.
    """

    _name = "property.block.claims"
    _inherit = ["property.block"]
    _description = "Block of Claims"

    def _claims_sql(self, scope, domain=()):
        """A query of claims, with what of each was paid and how many days it was late,
        by the contract or by a promise that does not hold any more.

        :param domain: which of the instalments that the reader sees
        """
        day, end = scope.closing_day, scope.bounds[1]
        for model in (
            *("installment", "contract", "receipt", "receipt.line"),
            *("deferral", "milestone"),
        ):
            self.env[f"property.{model}"].flush_model()
        visible = self.env["property.installment"]._search(
            [*self._standing_domain(scope), *domain]
        )
        names = (
            *("id", "contract_id", "name", "sequence", "amount"),
            *("due_date", "milestone_id"),
        )
        return SQL(
            """
            SELECT claim.id, claim.contract_id, claim.name, claim.sequence, due_date,
                   amount, paid, amount - paid AS unpaid,
                   CASE WHEN promise_date >= %(day)s THEN 0
                        ELSE GREATEST(%(day)s - due_date, 0) END AS late
              FROM (SELECT claim.id, claim.contract_id, claim.name, claim.sequence,
                           claim.amount, COALESCE(money.paid, 0) AS paid,
                           CASE WHEN milestone.reached_date > %(day)s THEN NULL
                                ELSE claim.due_date END AS due_date
                      FROM (%(visible)s) claim
                      LEFT JOIN property_milestone milestone
                             ON milestone.id = claim.milestone_id
                      LEFT JOIN (SELECT line.installment_id,
                                        SUM(CASE receipt.kind WHEN 'refund' THEN -1
                                                 ELSE 1 END * line.amount) AS paid
                                   FROM property_receipt_line line
                                   JOIN property_receipt receipt
                                     ON receipt.id = line.receipt_id
                                  WHERE line.project_id = %(project)s
                                    AND receipt.project_id = %(project)s
                                    AND receipt.state = 'confirmed'
                                    AND receipt.confirm_date < %(end)s
                                  GROUP BY line.installment_id) money
                             ON money.installment_id = claim.id) claim
              LEFT JOIN (SELECT DISTINCT ON (installment_id)
                                installment_id, promise_date
                           FROM property_deferral
                          WHERE project_id = %(project)s AND approved_date < %(end)s
                          ORDER BY installment_id, approved_date DESC, id DESC) promise
                     ON promise.installment_id = claim.id""",
            day=day,
            end=end,
            project=scope.project.id,
            visible=visible.select(
                *(SQL.identifier(visible.table, name) for name in names)
            ),
        )

    def _standing_domain(self, scope, path="contract_id."):
        """Instalments, or with another `path` what else hangs on a contract, of the
        contracts that stood at the close."""
        day = scope.date_to
        domain = [
            ("project_id", "=", scope.project.id),
            (f"{path}name", "!=", False),
            (f"{path}sign_date", "<=", day),
            "|",
            (f"{path}cancel_date", "=", False),
            (f"{path}cancel_date", ">", day),
        ]
        if scope.user:
            domain.append(("user_id", "=", scope.user.id))
        return domain

    # === Summed ===

    def _aged_sql(self, scope):
        """The claims of the price, each with its band of ageing and whether it is due
        at the close."""
        bands = SQL(" ").join(
            SQL("WHEN late >= %s THEN %s", first, band)
            for band, first in reversed(FIRST_DAY.items())
        )
        return SQL(
            "SELECT id, amount, paid, unpaid, due_date <= %s AS is_due, "
            "CASE %s ELSE 'not_due' END AS band FROM (%s) claim",
            scope.closing_day,
            bands,
            self._claims_sql(scope, PRICE),
        )

    def _claim_sums(self, scope):
        """{(band, whether due): (number unpaid, unpaid, paid, amount)}"""
        rows = self.env.execute_query(
            SQL(
                """SELECT band, COALESCE(is_due, FALSE),
                          COUNT(*) FILTER (WHERE unpaid > 0),
                          SUM(GREATEST(unpaid, 0)), SUM(paid), SUM(amount)
                     FROM (%s) claim GROUP BY 1, 2""",
                self._aged_sql(scope),
            )
        )
        return {(band, is_due): sums for band, is_due, *sums in rows}

    def _claims_figure(self, scope, value, where):
        """A figure of the claims that `where` says, found when they are asked for."""

        def find():
            query = SQL("SELECT id FROM (%s) claim WHERE %s", aged, where)
            return [id_ for (id_,) in self.env.execute_query(query)]

        aged = self._aged_sql(scope)
        return Figure.found(value, "property.installment", find)

    def _ageing(self, scope, sums):
        """What of the price is unpaid at the close, by how late it is then.

        :param sums: the scope's `_claim_sums()`
        """
        labels = dict(
            self.env["property.installment"]
            ._fields["ageing"]
            ._description_selection(self.env)
        )
        section = Section(
            self.env._("Ageing"),
            [
                Column("band", self.env._("Late"), width=16),
                Column("number", self.env._("Number of Payments"), "integer", 10),
                Column("unpaid", self.env._("Unpaid (yuan)"), "yuan", 14),
                Column("share", self.env._("Part of All"), "percent", 8),
            ],
        )
        bands = {band: [0, 0] for band, _label in AGEING}
        for (band, _is_due), (number, unpaid, *_rest) in sums.items():
            bands[band][0] += number
            bands[band][1] += unpaid
        number, total = (sum(column) for column in zip(*bands.values(), strict=True))
        for band, measures in bands.items():
            where = SQL("unpaid > 0 AND band = %s", band)
            self._add_band(section, scope, labels[band], *measures, total, where)
        where = SQL("unpaid > 0")
        self._add_band(
            *(section, scope, self.env._("Total"), number, total, total, where),
            level="total",
        )
        section.charts.append(
            Chart.of(section, self.env._("Unpaid (yuan)"), "bar", "band", ["unpaid"])
        )
        return section

    def _add_band(
        self, section, scope, label, number, unpaid, total, where, level="line"
    ):
        section.add(
            label,
            self._claims_figure(scope, number, where),
            self._claims_figure(scope, round(unpaid, 2), where),
            percent(unpaid, total),
            level=level,
        )
