from odoo import fields, models
from odoo.tools import SQL

from ..models.property_interaction import FOLLOWUP_KINDS, RECEPTION_KINDS
from .metric_reading import Stretches
from .property_metric import SHIFT

IDS = (
    *("project_id", "company_id", "user_id", "source_id", "campaign_id"),
    *("unit_id", "building_id", "unit_type_id"),
)


class PropertyMetric(models.Model):
    """Where the facts lie: the SQL of `property.metric`, one method a table.

    Every branch has the same columns of the same types, so that PostgreSQL takes the
    UNION ALL apart and reads of each table what is asked for, nothing for a column
    that is not.
    """

    _inherit = "property.metric"  # pylint: disable=consider-merging-classes-inherited

    _depends = {
        "property.project": ["tz", "company_id"],
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
        stretches = self.env.context.get("metric_stretches")
        if not isinstance(stretches, Stretches):
            stretches = None
        branches = [
            self._receptions(),
            self._promises(),
            self._registrations(),
            self._slips(),
            self._deposits(),
            self._contracts(),
            self._filings(),
            self._receipts(),
            self._changes(),
        ]
        return SQL(" UNION ALL ").join(
            SQL("(%s)", self._branch(stretches, **{"place": place} | branch))
            for place, branch in enumerate(branches)
            if not stretches or stretches.asks(branch["metrics"])
        )

    def _branch(self, stretches, place, model, tables, where, metrics, at, **columns):
        """A branch; what it has nothing for is NULL of the right type.

        :param stretches: `metric_reading.Stretches` that bound it, or None
        :param place: makes an id of its own of the record's
        :param tables: SQL whose first table has the alias `fact`
        :param metrics: those of its facts; with more than one of them the column
            `metric` says which
        :param at: SQL of the moment, naive UTC; or of the day where only that is known
        """
        is_day = columns.pop("is_day", False)
        if stretches:
            where = SQL("%s AND %s", where, stretches.within(at, is_day))
            columns["stretch"] = stretches.number(at, is_day)
        if is_day:
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
            "metric": SQL("%s", metrics[0]),
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
        values["metric"] = SQL("(%s)::varchar", values["metric"])
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
            ("invalid", "calls", "first", "called", "returns", "followups"),
            SQL(
                "(fact.kind IN %s OR fact.kind IN %s AND fact.is_valid) AND %s",
                RECEPTION_KINDS,
                FOLLOWUP_KINDS,
                self._not_corrected("fact"),
            ),
            SQL("fact.date"),
        ) | {
            "metric": SQL(
                "CASE WHEN NOT fact.is_valid THEN 'invalid' "
                "WHEN fact.kind = 'call_in' THEN 'calls' "
                "WHEN fact.kind = 'visit_first' THEN 'first' "
                "WHEN fact.kind = 'visit_called' THEN 'called' "
                "WHEN fact.kind = 'visit_return' THEN 'returns' "
                "ELSE 'followups' END"
            )
        }

    def _entries(self, metrics, where, at):
        names = ("user_id", "source_id", "campaign_id", "district")
        return {
            "model": "property.interaction",
            "tables": SQL("property_interaction fact"),
            "where": where,
            "metrics": metrics,
            "at": at,
            **{name: SQL.identifier("fact", name) for name in names},
        }

    def _promises(self):
        """应跟进: the day agreed upon with a client has come; missed when nobody was in
        contact with him until that day was over. The day is the fact's."""
        return self._entries(
            ("due", "missed"),
            SQL(
                """fact.next_date IS NOT NULL AND fact.lead_id IS NOT NULL
                   AND fact.is_valid AND %s AND fact.next_date <= (
                       (%s::timestamp AT TIME ZONE 'UTC') AT TIME ZONE project.tz
                       )::date
                   AND (promise.metric = 'due' OR NOT EXISTS (
                       SELECT FROM property_interaction later
                        WHERE later.lead_id = fact.lead_id
                          AND (later.date, later.id) > (fact.date, fact.id)
                          AND later.date < %s AND later.is_valid AND %s))""",
                self._not_corrected("fact"),
                fields.Datetime.now(),
                self._end_of(SQL("fact.next_date")),
                self._not_corrected("later"),
            ),
            SQL("fact.next_date"),
        ) | {
            "is_day": True,
            "tables": SQL(
                "property_interaction fact "
                "CROSS JOIN (VALUES ('due', %s), ('missed', %s)) "
                "promise(metric, place)",
                SHIFT - 2,
                SHIFT - 1,
            ),
            "metric": SQL("promise.metric"),
            "place": SQL("promise.place"),
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
            "metrics": ("registrations",),
            "at": SQL("fact.registered_date"),
            "user_id": SQL("fact.registered_user_id"),
            "source_id": SQL("fact.source_id"),
            "campaign_id": SQL("fact.campaign_id"),
            "district": SQL("fact.district"),
        }
