"""Plain SQL for the statistics forms: the facts of the metric dictionary, table by
table, each table once, and the figures of the forms made of them."""

from collections import defaultdict
from dataclasses import dataclass

EFFECTIVE = (
    "NOT EXISTS (SELECT FROM property_interaction c WHERE c.corrects_id = fact.id)"
)
OWNER = """COALESCE((SELECT o.user_id FROM property_ownership o
    WHERE o.lead_id = fact.lead_id AND o.date <= {at}
    ORDER BY o.date DESC, o.id DESC LIMIT 1), fact.user_id)"""
CLOCK = "((fact.{0} AT TIME ZONE 'UTC') AT TIME ZONE 'Asia/Shanghai')"
EVENING = "fact.{0} + interval '16 hours'"  # the end of a day of the project
SIGNED = """EXISTS (SELECT FROM property_contract signed
    WHERE signed.deposit_id = fact.deposit_id AND signed.name IS NOT NULL)"""
DAYS = ("next_date", "sign_date", "filing_date")  # the others are moments
MEASURES = ("number", "area", "amount")


@dataclass(frozen=True)
class Table:
    """Where facts lie: what each counts as, when, whose it is, which of them count."""

    source: str
    at: str
    metric: str
    where: str = "TRUE"
    rep: str = "fact.user_id"
    measures: str = "count(*), 0::float8, 0::float8"

    @classmethod
    def of_deals(cls, source, at, metric, where):
        moment = EVENING.format(at) if at in DAYS else f"fact.{at}"
        return cls(
            *(f"{source} fact", at, metric, where, OWNER.format(at=moment)),
            "count(*), sum(fact.area_gross), sum(fact.price)",
        )


TABLES = {
    "register": Table(
        "property_interaction fact",
        "date",
        "CASE WHEN NOT fact.is_valid THEN 'invalid' "
        "WHEN fact.kind = 'call_in' THEN 'calls' "
        "WHEN fact.kind = 'visit_first' THEN 'first' "
        "WHEN fact.kind = 'visit_called' THEN 'called' "
        "WHEN fact.kind = 'visit_return' THEN 'returns' ELSE 'followups' END",
        "fact.kind != 'care' AND (fact.is_valid OR fact.kind NOT LIKE 'followup%%') "
        f"AND {EFFECTIVE}",
    ),
    # What is due; how much of it was missed stands where others have their area.
    "due": Table(
        "property_interaction fact",
        "next_date",
        "'due'::text",
        "fact.lead_id IS NOT NULL AND fact.is_valid AND fact.next_date "
        f"<= (now() AT TIME ZONE 'Asia/Shanghai')::date AND {EFFECTIVE}",
        measures="count(*), count(*) FILTER (WHERE NOT EXISTS ("
        "SELECT FROM property_interaction later WHERE later.lead_id = fact.lead_id "
        "AND (later.date, later.id) > (fact.date, fact.id) "
        f"AND later.date < {EVENING.format('next_date')} AND later.is_valid)), 0",
    ),
    "leads": Table(
        *("crm_lead fact", "registered_date", "'registrations'::text"),
        rep="fact.registered_user_id",
    ),
    "slips": Table.of_deals(
        "property_deposit", "date", "'slips'::text", "fact.name IS NOT NULL"
    ),
    "deposits": Table.of_deals(
        "property_deposit", "confirm_date", "'deposits'::text", "TRUE"
    ),
    "contracts": Table.of_deals(
        "property_contract",
        "sign_date",
        "'contracts'::text",
        "fact.state != 'draft' AND fact.name IS NOT NULL",
    ),
    "filings": Table.of_deals(
        "property_contract",
        "filing_date",
        "'filed'::text",
        "fact.state IN ('filed', 'delivered')",
    ),
    "changes": Table(
        "property_change fact",
        "done_date",
        f"fact.kind || CASE WHEN {SIGNED} THEN '_contracts' ELSE '_deposits' END",
        "fact.state = 'done' AND fact.kind IN ('exchange', 'cancel')",
        OWNER.format(at="fact.done_date"),
    ),
    "receipts": Table(
        "property_receipt fact",
        "confirm_date",
        "CASE WHEN fact.nature = 'fee' THEN 'fees' ELSE fact.kind || 's' END",
        "fact.state = 'confirmed' AND fact.method != 'carried'",
        OWNER.format(at="fact.confirm_date"),
        "count(*), 0::float8, sum(fact.amount)",
    ),
}
# The columns of the forms by rep: (column, measure, metrics that it sums).
COLUMNS = [
    *((f"{one}_number", 0, (one,)) for one in ("calls", "first", "called", "returns")),
    *((f"{one}_number", 0, (one,)) for one in ("registrations", "followups")),
    *((f"{one}_number", 0, (one,)) for one in ("missed", "slips", "filed")),
    *(
        (f"{name}_{measure}", place, (name,))
        for name in ("deposits", "contracts")
        for place, measure in enumerate(MEASURES)
    ),
    ("cancelled_deposits_number", 0, ("cancel_deposits",)),
    ("cancelled_contracts_number", 0, ("cancel_contracts",)),
    ("exchanges_number", 0, ("exchange_deposits", "exchange_contracts")),
    ("receipts_amount", 2, ("receipts",)),
    ("refunds_amount", 2, ("refunds",)),
]
RATES = {
    "call_rate_number": ("called", "calls"),
    "deposit_rate_number": ("deposits", "first"),
    "contract_rate_number": ("contracts", "deposits"),
}
VISITS = ("first", "called", "returns")


class Facts:
    """The facts of a project, counted by plain SQL.

    :param cr: psycopg2's cursor
    """

    def __init__(self, cr, project):
        self.cr, self.project = cr, project

    def read(self, tables, starts, end, keys):
        """Facts by the periods that begin on the days `starts`.

        :param keys: SQL of what else they are split by; None: by rep
        :return: {(number of the period, *keys): {metric: [number, area, amount]}}
        """
        sums = defaultdict(lambda: defaultdict(lambda: [0, 0.0, 0.0]))
        for table in tables:
            for *key, metric, number, area, amount in self._rows(
                TABLES[table], starts, end, keys
            ):
                if metric == "due":
                    sums[tuple(key)]["missed"][0] += area
                    area = 0
                for place, value in enumerate((number, area, amount)):
                    sums[tuple(key)][metric][place] += value or 0
        return sums

    def _rows(self, table, starts, end, keys):
        if table.at not in DAYS:
            starts = [self.project.utc_moment(day) for day in starts]
            end = self.project.utc_moment(end)
        keys = table.rep if keys is None else keys
        source = table.source
        if "lead." in keys and source != "crm_lead fact":
            source += " LEFT JOIN crm_lead lead ON lead.id = fact.lead_id"
        split = f"width_bucket(fact.{table.at}, %(starts)s), {keys}, {table.metric}"
        self.cr.execute(
            f"""SELECT {split}, {table.measures} FROM {source}
                 WHERE fact.project_id = %(project)s AND fact.{table.at} >= %(start)s
                   AND fact.{table.at} < %(end)s AND {table.where} GROUP BY {split}""",
            {
                "project": self.project.id,
                "starts": starts,
                "start": starts[0],
                "end": end,
            },
        )
        return self.cr.fetchall()

    def by_rep(self, sums, places):
        """{rep's name: {column: figure}} of some periods, "" all of them together."""
        self.cr.execute(
            "SELECT login.id, person.name FROM res_users login "
            "JOIN res_partner person ON person.id = login.partner_id"
        )
        names = dict(self.cr.fetchall())
        return self.lines(sums, places, lambda key: names[key[0]])

    @staticmethod
    def lines(sums, places, label=None):
        """{label: {column: figure}} of some periods, "" all of them together.

        :param label: of what the facts were split by
        """
        lines = defaultdict(lambda: defaultdict(lambda: [0, 0.0, 0.0]))
        for (place, *key), metrics in sums.items():
            if place in places:
                for line in {label(key) if label else "", ""}:
                    for metric, measures in metrics.items():
                        mine = lines[line][metric]
                        lines[line][metric] = [
                            a + b for a, b in zip(mine, measures, strict=True)
                        ]
        return {line: figures(metrics) for line, metrics in lines.items()}


def figures(metrics):
    """{column: figure} of {metric: [number, area, amount]}"""
    line = {
        column: round(sum(metrics[name][place] for name in names), 2)
        for column, place, names in COLUMNS
    }
    line["calls"] = metrics["calls"][0]
    line["visits"] = sum(metrics[name][0] for name in VISITS)
    for column, (part, whole) in RATES.items():
        whole = metrics[whole][0]
        line[column] = round(100 * metrics[part][0] / whole, 4) if whole else None
    return line
