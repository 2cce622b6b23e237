from odoo import models
from odoo.tools import SQL

from ..models.metric import parts
from ..models.property_payment_plan import PAYMENT_METHODS
from .form_table import Column, Figure, Section


class PropertyBlockPayments(models.AbstractModel):
    """What G14 reads: claims by way of payment, each with its money and its loan, and
    where the money is that no claim shows."""

    _name = "property.block.payments"
    _inherit = ["property.block.claims"]
    _description = "Block of Payments"

    def _groups(self, scope, domain):
        """{payment method: (number, due, paid, unpaid)}"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT contract.payment_method, count(*), SUM(claim.amount),
                       SUM(claim.paid), SUM(claim.unpaid)
                  FROM (%s) claim
                  JOIN property_contract contract ON contract.id = claim.contract_id
                 GROUP BY contract.payment_method""",
                self._claims_sql(scope, domain),
            )
        )
        return {method: sums for method, *sums in rows}

    def _details(self, scope, domain):
        """The claims one by one, by payment method, with client, receipts and loan."""
        end = scope.bounds[1]
        for model in ("deposit", "change", "mortgage", "mortgage.move"):
            self.env[f"property.{model}"].flush_model()
        stages = {
            stage.id: stage.name
            for stage in self.env["property.mortgage.stage"].sudo()._all()
        }
        for row in self._stream(
            SQL(
                """
                SELECT claim.*, client.name AS client, unit.name AS unit,
                       contract.price, contract.payment_method,
                       money.receipts, money.numbers, money.days,
                       loan.bank, loan.stage_id
                  FROM (%(claims)s) claim
                  JOIN property_contract contract ON contract.id = claim.contract_id
                  JOIN property_unit unit ON unit.id = contract.unit_id
                  JOIN property_deposit deposit ON deposit.id = contract.deposit_id
                  JOIN res_partner client ON client.id = %(purchaser)s
                  LEFT JOIN (
                       SELECT line.installment_id, array_agg(receipt.id) AS receipts,
                              string_agg(receipt.name, E'\n' ORDER BY receipt.date,
                                         receipt.id) AS numbers,
                              string_agg(receipt.date::text, E'\n'
                                         ORDER BY receipt.date, receipt.id) AS days
                         FROM (SELECT DISTINCT installment_id, receipt_id
                                 FROM property_receipt_line
                                WHERE project_id = %(project)s) line
                         JOIN property_receipt receipt ON receipt.id = line.receipt_id
                        WHERE receipt.state = 'confirmed'
                          AND receipt.confirm_date < %(end)s
                        GROUP BY line.installment_id) money
                         ON money.installment_id = claim.id
                  LEFT JOIN LATERAL (
                       SELECT bank.name AS bank, move.stage_id
                         FROM property_mortgage loan
                         JOIN property_mortgage_move move ON move.mortgage_id = loan.id
                         LEFT JOIN res_bank bank ON bank.id = loan.bank_id
                        WHERE loan.installment_id = claim.id AND move.date < %(end)s
                        ORDER BY move.id DESC LIMIT 1) loan ON TRUE
                 ORDER BY array_position(%(methods)s, contract.payment_method),
                          unit.name, contract.id, claim.sequence, claim.id""",
                claims=self._claims_sql(scope, domain),
                purchaser=self.env["property.deposit"]._purchaser_sql("deposit", end),
                project=scope.project.id,
                end=end,
                methods=[method for method, _label in PAYMENT_METHODS],
            )
        ):
            loan = filter(None, (row["bank"], stages.get(row["stage_id"])))
            yield row | {"loan": " ".join(loan)}

    # === Against the receipts ===

    def _sees_all_deals(self):
        return self.env.su or self.env.user._has_office_role(
            "clerk", "control", "finance", "service", "manager", "hq"
        )

    def _reconciliation(self, scope, claims):
        """From what is paid on instalments to the net receipts of the dictionary.

        :param claims: the scope's `_claim_sums()`
        """
        section = Section(
            self.env._("From Paid Instalments to Net Receipts"),
            [
                Column("place", self.env._("Money"), width=40),
                Column("amount", self.env._("Yuan"), "money", 18),
            ],
        )
        standing = ("deposit_id.contract_ids", "any", self._contracts_domain(scope))
        gone = ("deposit_id.end_date", "<", scope.bounds[1])
        sums = self._money(scope)
        paid = round(
            sum(paid for _number, _unpaid, paid, _amount in claims.values()), 2
        )
        places = {
            "paid": (self.env._("Paid on the instalments above"), [standing]),
            "surplus": (
                self.env._("On these contracts beyond their instalments"),
                [standing],
            ),
            "deposits": (
                self.env._("On deposits without a signed contract"),
                ["!", standing, "|", ("deposit_id.end_date", "=", False), "!", gone],
            ),
            "earnest": (self.env._("Earnest money"), self._of("earnest")),
            "ended": (
                self.env._("Of sales that ended: forfeited or not yet returned"),
                ["!", standing, gone],
            ),
            "compensation": (
                self.env._("Compensation paid to clients"),
                self._of("compensation"),
            ),
        }
        sums["surplus"] = sums.pop("contracts", 0) - paid
        sums["paid"] = paid
        for place, (label, domain) in places.items():
            if place not in ("earnest", "compensation"):
                domain = [
                    ("nature", "in", ("deposit", "price")),
                    ("deposit_id", "!=", False),
                    *domain,
                ]
            section.add(
                label,
                Figure.where(
                    round(sums.get(place, 0), 2),
                    "property.receipt",
                    [*self._money_domain(scope), *domain],
                ),
            )
        opening = scope.since_opening()
        tally = self._tallies(opening, metrics=parts("net_receipts"))[()]
        facts = self._facts(opening)
        total = self._figure(tally, facts, "net_receipts", "amount")
        section.add(self.env._("Net Receipts"), total, level="total")
        return section

    @staticmethod
    def _of(nature):
        return [("nature", "=", nature)]

    def _contracts_domain(self, scope):
        return self._standing_domain(scope, path="")

    def _money_domain(self, scope):
        """The money of the price that finance had confirmed."""
        return [
            ("project_id", "=", scope.project.id),
            ("state", "=", "confirmed"),
            ("confirm_date", "<", scope.bounds[1]),
        ]

    def _money(self, scope):
        """{where money of the price was at the close: how much}"""
        self.env["property.receipt"].flush_model()
        visible = self.env["property.receipt"]._search(
            [*self._money_domain(scope), ("nature", "!=", "fee")], order="id"
        )
        contracts = self.env["property.contract"]._search(
            self._contracts_domain(scope), order="id"
        )
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT CASE
                           WHEN receipt.nature IN ('earnest', 'compensation')
                                THEN receipt.nature
                           WHEN deposit.id IN (SELECT deposit_id FROM property_contract
                                                WHERE id IN %(standing)s)
                                THEN 'contracts'
                           WHEN deposit.end_date < %(end)s THEN 'ended'
                           ELSE 'deposits' END,
                           SUM(receipt.signed_amount)
                      FROM property_receipt receipt
                      LEFT JOIN property_deposit deposit
                             ON deposit.id = receipt.deposit_id
                     WHERE receipt.id IN %(visible)s
                     GROUP BY 1""",
                    standing=contracts.subselect(),
                    end=scope.bounds[1],
                    visible=visible.subselect(),
                )
            )
        )
