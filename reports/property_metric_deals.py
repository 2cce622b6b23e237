from odoo import models
from odoo.tools import SQL

FEE_RETURNED = SQL("fact.nature = 'fee' AND fact.kind = 'refund'")


class PropertyMetric(models.Model):
    """Deals and money: what was sold, undone, moved to another unit, paid."""

    _inherit = "property.metric"  # pylint: disable=consider-merging-classes-inherited

    def _deal(self, model, metrics, where, at, is_day=False, **columns):
        """A document of a sale: its unit, its client's channel, his rep of that time;
        of a day without a clock, the rep of that evening."""
        table = SQL.identifier(self.env[model]._table)
        return {
            "model": model,
            "tables": SQL("%s fact %s", table, self._joins(SQL("fact.unit_id"))),
            "where": where,
            "metrics": metrics,
            "at": at,
            "is_day": is_day,
            "area": SQL("COALESCE(fact.area_gross, 0)::float8"),
            "amount": SQL("COALESCE(fact.price, 0)::numeric"),
            "user_id": self._rep_at(self._end_of(at) if is_day else at),
            "source_id": SQL("lead.source_id"),
            "campaign_id": SQL("lead.campaign_id"),
            "district": SQL("lead.district"),
            "unit_id": SQL("unit.id"),
            "building_id": SQL("unit.building_id"),
            "unit_type_id": SQL("unit.unit_type_id"),
            **columns,
        }

    def _joins(self, unit):
        return SQL(
            "LEFT JOIN property_unit unit ON unit.id = %s "
            "LEFT JOIN crm_lead lead ON lead.id = fact.lead_id",
            unit,
        )

    def _end_of(self, day):
        return SQL(
            "((%s + 1)::timestamp AT TIME ZONE project.tz) AT TIME ZONE 'UTC'", day
        )

    def _rep_at(self, moment):
        """Whose client it was at `moment`; before the ledger begins, whose it is."""
        return SQL(
            """COALESCE((SELECT ledger.user_id FROM property_ownership ledger
                          WHERE ledger.lead_id = fact.lead_id AND ledger.date <= %s
                          ORDER BY ledger.date DESC, ledger.id DESC LIMIT 1),
                        fact.user_id)""",
            moment,
        )

    def _slips(self):
        """Slips opened for a client; what holds the new unit of an exchange is none."""
        return self._deal(
            "property.deposit",
            ("slips",),
            SQL("fact.name IS NOT NULL AND fact.exchanged_from_id IS NULL"),
            SQL("fact.date"),
        )

    def _deposits(self):
        """Confirmed by finance, whatever became of them: what ends counts apart."""
        return self._deal(
            "property.deposit",
            ("deposits",),
            SQL("fact.confirm_date IS NOT NULL AND fact.exchanged_from_id IS NULL"),
            SQL("fact.confirm_date"),
        )

    def _contracts(self):
        """Signed, whatever became of them: the number is given at the signing. The
        contract that follows an exchange of a signed one is no sale more."""
        return self._deal(
            "property.contract",
            ("contracts",),
            SQL(
                """fact.name IS NOT NULL AND fact.state != 'draft' AND NOT EXISTS (
                       SELECT FROM property_deposit later
                        WHERE later.id = fact.deposit_id
                          AND later.exchanged_from_id IS NOT NULL AND %s)""",
                self._was_signed(SQL("later.exchanged_from_id")),
            ),
            SQL("fact.sign_date"),
            is_day=True,
        )

    def _filings(self):
        """On record with the authority (网签); a filing that was cancelled is none."""
        return self._deal(
            "property.contract",
            ("filed",),
            SQL(
                "fact.filing_date IS NOT NULL AND fact.state IN ('filed', 'delivered')"
            ),
            SQL("fact.filing_date"),
            is_day=True,
        )

    def _receipts(self):
        """Money that finance has confirmed, in and out; what is carried from one
        document to another moves nothing."""
        branch = self._deal(
            "property.receipt",
            ("receipts", "refunds", "fees"),
            SQL("fact.state = 'confirmed' AND fact.method != 'carried'"),
            SQL("fact.confirm_date"),
            metric=SQL(
                "CASE WHEN fact.nature = 'fee' THEN 'fees' ELSE fact.kind || 's' END"
            ),
            number=SQL("CASE WHEN %s THEN -1 ELSE 1 END", FEE_RETURNED),
            area=SQL("0::float8"),
            amount=SQL(
                "(CASE WHEN %s THEN -1 ELSE 1 END * COALESCE(fact.amount, 0))::numeric",
                FEE_RETURNED,
            ),
        )
        return branch | {
            "tables": SQL(
                "property_receipt fact "
                "LEFT JOIN property_deposit deposit ON deposit.id = fact.deposit_id %s",
                self._joins(SQL("deposit.unit_id")),
            )
        }

    def _changes(self):
        """Sales that were undone or moved to another unit, before or after signing."""
        exchange = SQL("fact.kind = 'exchange'")
        return self._deal(
            "property.change",
            (
                *("cancelled_deposits", "cancelled_contracts"),
                *("exchanged_deposits", "exchanged_contracts"),
            ),
            SQL(
                "fact.state = 'done' AND fact.done_date IS NOT NULL "
                "AND fact.kind IN ('exchange', 'cancel') "
                "AND deposit.confirm_date IS NOT NULL"
            ),
            SQL("fact.done_date"),
            metric=SQL(
                "CASE WHEN %s THEN 'exchanged_' ELSE 'cancelled_' END || "
                "CASE WHEN %s THEN 'contracts' ELSE 'deposits' END",
                exchange,
                self._was_signed(SQL("fact.deposit_id")),
            ),
            area=SQL(
                "CASE WHEN %s THEN COALESCE(fact.area_difference, 0) "
                "ELSE COALESCE(deposit.area_gross, 0) END::float8",
                exchange,
            ),
            amount=SQL(
                "CASE WHEN %s THEN COALESCE(fact.price_difference, 0) "
                "ELSE COALESCE(fact.price, 0) END::numeric",
                exchange,
            ),
        ) | {
            "tables": SQL(
                "property_change fact "
                "JOIN property_deposit deposit ON deposit.id = fact.deposit_id %s",
                self._joins(SQL("fact.unit_id")),
            )
        }

    def _was_signed(self, deposit):
        """Whether a sale had been signed, of this unit or one exchanged before it."""
        return SQL(
            """EXISTS (
                   WITH RECURSIVE chain AS (
                        SELECT id, exchanged_from_id FROM property_deposit
                         WHERE id = %s
                        UNION
                        SELECT before.id, before.exchanged_from_id
                          FROM chain
                          JOIN property_deposit before
                            ON before.id = chain.exchanged_from_id)
                   SELECT FROM chain
                     JOIN property_contract signed ON signed.deposit_id = chain.id
                    WHERE signed.name IS NOT NULL)""",
            deposit,
        )
