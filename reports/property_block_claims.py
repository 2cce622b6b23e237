from collections import defaultdict

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
            [*self._standing_domain(scope), *domain], order="id"
        )
        return SQL(
            """
            SELECT claim.id, claim.contract_id, claim.name, claim.sequence, due_date,
                   claim.amount, paid, claim.amount - paid AS unpaid,
                   CASE WHEN promise_date >= %(day)s THEN 0
                        ELSE GREATEST(%(day)s - due_date, 0) END AS late
              FROM (SELECT claim.id, claim.contract_id, claim.name, claim.sequence,
                           claim.amount,
                           CASE WHEN milestone.reached_date > %(day)s THEN NULL
                                ELSE claim.due_date END AS due_date,
                           COALESCE(SUM(
                               CASE receipt.kind WHEN 'refund' THEN -1 ELSE 1 END
                               * line.amount), 0) AS paid
                      FROM property_installment claim
                      LEFT JOIN property_milestone milestone
                             ON milestone.id = claim.milestone_id
                      LEFT JOIN (property_receipt_line line
                                 JOIN property_receipt receipt
                                   ON receipt.id = line.receipt_id
                                  AND receipt.state = 'confirmed'
                                  AND receipt.confirm_date < %(end)s)
                             ON line.installment_id = claim.id
                     WHERE claim.id IN %(visible)s
                     GROUP BY claim.id, milestone.id) claim
              LEFT JOIN (SELECT DISTINCT ON (installment_id)
                                installment_id, promise_date
                           FROM property_deferral
                          WHERE project_id = %(project)s AND approved_date < %(end)s
                          ORDER BY installment_id, approved_date DESC, id DESC) promise
                     ON promise.installment_id = claim.id""",
            day=day,
            end=end,
            project=scope.project.id,
            visible=visible.subselect(),
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

    # === Ageing ===

    def _ageing(self, scope):
        """What of the price is unpaid at the close, by how late it is then."""
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
        bands = defaultdict(lambda: [0, []])
        for late, unpaid, ids in self.env.execute_query(
            SQL(
                """SELECT COALESCE(late, 0), SUM(unpaid), array_agg(id)
                     FROM (%s) claim WHERE unpaid > 0 GROUP BY 1""",
                self._claims_sql(scope, PRICE),
            )
        ):
            band = bands[self._band(late)]
            band[0] = round(band[0] + unpaid, 2)
            band[1] += ids
        total = round(sum(unpaid for unpaid, _ids in bands.values()), 2)
        for band, _label in AGEING:
            self._add_band(section, labels[band], *bands[band], total)
        everything = [one for _unpaid, ids in bands.values() for one in ids]
        self._add_band(
            section, self.env._("Total"), total, everything, total, level="total"
        )
        section.charts.append(
            Chart.of(section, self.env._("Unpaid (yuan)"), "bar", "band", ["unpaid"])
        )
        return section

    def _add_band(self, section, label, unpaid, ids, total, level="line"):
        section.add(
            label,
            Figure(len(ids), "property.installment", tuple(ids)),
            Figure(unpaid, "property.installment", tuple(ids)),
            percent(unpaid, total),
            level=level,
        )

    @staticmethod
    def _band(late):
        """The band of so many days late."""
        return next(
            (band for band, first in reversed(FIRST_DAY.items()) if late >= first),
            "not_due",
        )
