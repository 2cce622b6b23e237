from odoo import fields, models
from odoo.tools import SQL

from ..models.property_interaction import FOLLOWUP_KINDS, RECEPTION_KINDS

IDS = (
    *("project_id", "company_id", "user_id", "source_id", "campaign_id"),
    *("unit_id", "building_id", "unit_type_id"),
)
FEE_RETURNED = SQL("fact.nature = 'fee' AND fact.kind = 'refund'")
SHIFT = 16  # branches of the query: an id is that of the record and its branch


class PropertyMetric(models.Model):
    """Where the facts lie: the SQL of `property.metric`, one method a table.

    Every branch has the same columns of the same types, so that PostgreSQL takes the
    UNION ALL apart and reads of each table what is asked for, nothing for a column
    that is not.
    """

    _inherit = "property.metric"  # pylint: disable=consider-merging-classes-inherited

    _depends = {
        "property.interaction": [
            *("kind", "date", "project_id", "lead_id", "user_id", "source_id"),
            *("campaign_id", "district", "is_valid", "corrects_id", "next_date"),
        ],
        "crm.lead": [
            *("project_id", "registered_date", "registered_user_id", "source_id"),
            *("campaign_id", "district"),
        ],
        "property.ownership": ["lead_id", "date", "user_id"],
        "property.unit": ["building_id", "unit_type_id"],
        "property.deposit": [
            *("name", "date", "project_id", "lead_id", "user_id", "unit_id", "price"),
            *("area_gross", "confirm_date", "exchanged_from_id"),
        ],
        "property.contract": [
            *("name", "sign_date", "filing_date", "state", "project_id", "lead_id"),
            *("user_id", "unit_id", "price", "area_gross", "deposit_id"),
        ],
        "property.receipt": [
            *("confirm_date", "project_id", "lead_id", "user_id", "deposit_id"),
            *("amount", "kind", "state", "nature", "method"),
        ],
        "property.change": [
            *("kind", "state", "done_date", "project_id", "lead_id", "user_id"),
            *("unit_id", "deposit_id", "price", "price_difference", "area_difference"),
        ],
    }

    @property
    def _table_query(self):
        branches = [
            self._receptions(),
            self._promises("due"),
            self._promises("missed"),
            self._registrations(),
            self._slips(),
            self._deposits(),
            self._contracts(),
            self._filings(),
            self._receipts(),
            self._changes(),
        ]
        return SQL(" UNION ALL ").join(
            SQL("(%s)", self._branch(place, **branch))
            for place, branch in enumerate(branches)
        )

    def _branch(self, place, model, tables, where, metric, at, **columns):
        """A branch; what it has nothing for is NULL of the right type.

        :param tables: SQL whose first table has the alias `fact`
        :param at: SQL of the moment, naive UTC; or of the day where only that is known
        """
        if is_day := columns.pop("is_day", False):
            day, hour = at, SQL("NULL::int4")
            at = SQL("(%s::timestamp AT TIME ZONE project.tz) AT TIME ZONE 'UTC'", at)
        else:
            clock = SQL("((%s AT TIME ZONE 'UTC') AT TIME ZONE project.tz)", at)
            day, hour = (
                SQL("%s::date", clock),
                SQL("extract(hour FROM %s)::int4", clock),
            )
        values = {
            "id": SQL("fact.id::int8 * %s + %s", SHIFT, place),
            "metric": SQL("(%s)::varchar", metric),
            "date": at,
            "day": day,
            "hour": hour,
            "number": SQL("1"),
            "area": SQL("0::float8"),
            "amount": SQL("0::numeric"),
            "district": SQL("NULL::varchar"),
            "res_model": SQL("%s::varchar", model),
            "res_id": SQL("fact.id"),
            **dict.fromkeys(IDS, SQL("NULL::int4")),
            "project_id": SQL("fact.project_id"),
            "company_id": SQL("project.company_id"),
            **columns,
        }
        return SQL(
            "SELECT %s FROM %s JOIN property_project project "
            "ON project.id = fact.project_id WHERE %s",
            SQL(", ").join(
                SQL("%s AS %s", value, SQL.identifier(name))
                for name, value in values.items()
            ),
            tables,
            where,
        )

    # === The register ===

    def _receptions(self):
        """Calls, visits, invalid ones, follow-ups: each entry that was not replaced by
        a correction (B9)."""
        return self._entries(
            SQL(
                "(fact.kind IN %s OR fact.kind IN %s AND fact.is_valid) AND %s",
                RECEPTION_KINDS,
                FOLLOWUP_KINDS,
                self._not_corrected("fact"),
            ),
            SQL(
                "CASE WHEN NOT fact.is_valid THEN 'invalid' "
                "WHEN fact.kind = 'call_in' THEN 'calls' "
                "WHEN fact.kind = 'visit_first' THEN 'first' "
                "WHEN fact.kind = 'visit_called' THEN 'called' "
                "WHEN fact.kind = 'visit_return' THEN 'returns' "
                "ELSE 'followups' END"
            ),
            SQL("fact.date"),
        )

    def _entries(self, where, metric, at):
        names = ("user_id", "source_id", "campaign_id", "district")
        return {
            "model": "property.interaction",
            "tables": SQL("property_interaction fact"),
            "where": where,
            "metric": metric,
            "at": at,
            **{name: SQL.identifier("fact", name) for name in names},
        }

    def _promises(self, metric):
        """应跟进: the day agreed upon with a client has come; missed when nobody was in
        contact with him until that day was over. The day is the fact's."""
        where = SQL(
            "fact.next_date IS NOT NULL AND fact.lead_id IS NOT NULL AND fact.is_valid "
            "AND %s AND fact.next_date <= "
            "((%s::timestamp AT TIME ZONE 'UTC') AT TIME ZONE project.tz)::date",
            self._not_corrected("fact"),
            fields.Datetime.now(),
        )
        if metric == "missed":
            where = SQL(
                """%s AND NOT EXISTS (
                       SELECT FROM property_interaction later
                        WHERE later.lead_id = fact.lead_id
                          AND (later.date, later.id) > (fact.date, fact.id)
                          AND later.date < %s AND later.is_valid AND %s)""",
                where,
                self._end_of(SQL("fact.next_date")),
                self._not_corrected("later"),
            )
        return self._entries(where, SQL("%s", metric), SQL("fact.next_date")) | {
            "is_day": True
        }

    def _not_corrected(self, alias):
        return SQL(
            "NOT EXISTS (SELECT FROM property_interaction correction "
            "WHERE correction.corrects_id = %s)",
            SQL.identifier(alias, "id"),
        )

    def _registrations(self):
        """The first valid registration of a client in the project, once for ever."""
        return {
            "model": "crm.lead",
            "tables": SQL("crm_lead fact"),
            "where": SQL("fact.registered_date IS NOT NULL"),
            "metric": SQL("'registrations'"),
            "at": SQL("fact.registered_date"),
            "user_id": SQL("fact.registered_user_id"),
            "source_id": SQL("fact.source_id"),
            "campaign_id": SQL("fact.campaign_id"),
            "district": SQL("fact.district"),
        }

    # === Deals ===

    def _deal(self, model, metric, where, at, is_day=False, **columns):
        """A document of a sale: its unit, its client's channel, his rep of that time;
        of a day without a clock, the rep of that evening."""
        table = SQL.identifier(self.env[model]._table)
        return {
            "model": model,
            "tables": SQL("%s fact %s", table, self._joins(SQL("fact.unit_id"))),
            "where": where,
            "metric": metric if isinstance(metric, SQL) else SQL("%s", metric),
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
            "slips",
            SQL("fact.name IS NOT NULL AND fact.exchanged_from_id IS NULL"),
            SQL("fact.date"),
        )

    def _deposits(self):
        """Confirmed by finance, whatever became of them: what ends counts apart."""
        return self._deal(
            "property.deposit",
            "deposits",
            SQL("fact.confirm_date IS NOT NULL AND fact.exchanged_from_id IS NULL"),
            SQL("fact.confirm_date"),
        )

    def _contracts(self):
        """Signed, whatever became of them: the number is given at the signing. The
        contract that follows an exchange of a signed one is no sale more."""
        return self._deal(
            "property.contract",
            "contracts",
            SQL(
                "fact.name IS NOT NULL AND fact.state != 'draft' AND NOT %s",
                self._was_signed(SQL("fact.deposit_id"), earlier=True),
            ),
            SQL("fact.sign_date"),
            is_day=True,
        )

    def _filings(self):
        """On record with the authority (网签); a filing that was cancelled is none."""
        return self._deal(
            "property.contract",
            "filed",
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
            SQL("CASE WHEN fact.nature = 'fee' THEN 'fees' ELSE fact.kind || 's' END"),
            SQL("fact.state = 'confirmed' AND fact.method != 'carried'"),
            SQL("fact.confirm_date"),
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
            SQL(
                "CASE WHEN %s THEN 'exchanged_' ELSE 'cancelled_' END || "
                "CASE WHEN %s THEN 'contracts' ELSE 'deposits' END",
                exchange,
                self._was_signed(SQL("fact.deposit_id")),
            ),
            SQL(
                "fact.state = 'done' AND fact.done_date IS NOT NULL "
                "AND fact.kind IN ('exchange', 'cancel') AND deposit.confirm_date IS NOT NULL"
            ),
            SQL("fact.done_date"),
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

    def _was_signed(self, deposit, earlier=False):
        """Whether a sale had been signed, on this unit or on one exchanged before it.

        :param earlier: asks for the units before it only
        """
        return SQL(
            """EXISTS (
                   WITH RECURSIVE chain AS (
                        SELECT id, exchanged_from_id FROM property_deposit
                         WHERE id = %(deposit)s
                        UNION
                        SELECT before.id, before.exchanged_from_id
                          FROM chain
                          JOIN property_deposit before
                            ON before.id = chain.exchanged_from_id)
                   SELECT FROM chain
                     JOIN property_contract signed ON signed.deposit_id = chain.id
                    WHERE signed.name IS NOT NULL AND %(which)s)""",
            deposit=deposit,
            which=SQL("chain.id != %s", deposit) if earlier else SQL("TRUE"),
        )
