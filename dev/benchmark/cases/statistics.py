"""Statistics forms (G2, G4, G5, G6): each against SQL that counts the same facts, table
by table, each table once."""

from datetime import timedelta

from ..case import Goal
from .forms import Form

# What each table tells: (facts, FROM, moment or day, rep, conditions, measures).
EFFECTIVE = (
    "NOT EXISTS (SELECT FROM property_interaction c WHERE c.corrects_id = fact.id)"
)
OWNER = """COALESCE((SELECT o.user_id FROM property_ownership o
    WHERE o.lead_id = fact.lead_id AND o.date <= {at}
    ORDER BY o.date DESC, o.id DESC LIMIT 1), fact.user_id)"""
CLOCK = "((fact.{0} AT TIME ZONE 'UTC') AT TIME ZONE 'Asia/Shanghai')"
MONEY = "count(*), sum(fact.area_gross), sum(fact.price)"
TABLES = {
    "register": (
        "property_interaction fact",
        "date",
        "fact.user_id",
        f"fact.kind != 'care' AND {EFFECTIVE}",
        "fact.kind, fact.is_valid",
        "count(*)",
    ),
    "due": (
        "property_interaction fact",
        "next_date",
        "fact.user_id",
        "fact.lead_id IS NOT NULL AND fact.is_valid "
        f"AND fact.next_date <= (now() AT TIME ZONE 'Asia/Shanghai')::date "
        f"AND {EFFECTIVE}",
        "NULL::int",
        "count(*), count(*) FILTER (WHERE NOT EXISTS ("
        "SELECT FROM property_interaction later WHERE later.lead_id = fact.lead_id "
        "AND (later.date, later.id) > (fact.date, fact.id) "
        "AND later.date < fact.next_date + interval '16 hours' AND later.is_valid))",
    ),
    "leads": (
        "crm_lead fact",
        "registered_date",
        "fact.registered_user_id",
        "TRUE",
        "NULL::int",
        "count(*)",
    ),
    "slips": (
        "property_deposit fact",
        "date",
        OWNER.format(at="fact.date"),
        "fact.name IS NOT NULL",
        "NULL::int",
        MONEY,
    ),
    "deposits": (
        "property_deposit fact",
        "confirm_date",
        OWNER.format(at="fact.confirm_date"),
        "fact.confirm_date IS NOT NULL",
        "NULL::int",
        MONEY,
    ),
    "contracts": (
        "property_contract fact",
        "sign_date",
        OWNER.format(at="fact.sign_date + interval '16 hours'"),
        "fact.state != 'draft' AND fact.name IS NOT NULL",
        "NULL::int",
        MONEY,
    ),
    "receipts": (
        "property_receipt fact",
        "confirm_date",
        OWNER.format(at="fact.confirm_date"),
        "fact.state = 'confirmed' AND fact.method != 'carried'",
        "fact.kind",
        "count(*), sum(fact.amount)",
    ),
}
DAYS = ("next_date", "sign_date")  # the others are moments


# What `Statistics.figures()` reckons, as the columns of G2.
FIGURES = (
    ("calls_number", "first_number", "called_number", "returns_number"),
    *(("registrations_number",), ("missed_number",), ("slips_number",)),
    *(("deposits_number",), ("deposits_amount",)),
    *(("contracts_number",), ("contracts_amount",), ("receipts_amount",)),
)


class Statistics(Form):
    agree = ("sql",)

    def prepare(self, env):
        super().prepare(env)
        self.project = env["property.project"].browse(self.picks.project)

    def count(self, cr, table, first, last, key="rep", starts=()):
        """The facts of a table in the project's days, by key and kind.

        :param starts: days at which periods begin: facts are counted by these too, as
            the first column, in the one reading
        """
        source, at, rep, where, kind, measures = TABLES[table]
        start, end = self.project.day_bounds(first, last)
        starts = [self.project.utc_moment(day) for day in starts]
        if at in DAYS:
            start, end = first, last + timedelta(days=1)
            starts = [self.project.local_day(moment) for moment in starts]
        day = f"fact.{at}" if at in DAYS else f"{CLOCK.format(at)}::date"
        keys = {"rep": rep, "day": f"{rep}, {day}", "": "1"}.get(key, key)
        if starts:
            keys = f"width_bucket(fact.{at}, %(starts)s), {keys}"
        cr.execute(
            f"""SELECT {keys}, {kind}, {measures} FROM {source}
                 WHERE fact.project_id = %(project)s AND fact.{at} >= %(start)s
                   AND fact.{at} < %(end)s AND {where} GROUP BY {keys}, {kind}""",
            {"project": self.project.id, "start": start, "end": end, "starts": starts},
        )
        return cr.fetchall()

    def visits(self, rows):
        """Effective calls and visits of rows that end in kind, is_valid, count"""
        return sum(
            row[-1]
            for row in rows
            if row[-2] and (row[-3] == "call_in" or row[-3].startswith("visit"))
        )

    def figures(self, tables):
        """Some figures of all the rows of `all_tables()`, in the order of `FIGURES`."""
        receipts = [row for row in tables["receipts"] if row[-3] == "receipt"]
        return [
            self.visits(tables["register"]),
            *(sum(row[-1] for row in tables[name]) for name in ("leads", "due")),
            *(sum(row[-3] for row in tables[name]) for name in ("slips", "deposits")),
            float(sum(row[-1] for row in tables["deposits"])),
            sum(row[-3] for row in tables["contracts"]),
            float(sum(row[-1] for row in tables["contracts"])),
            float(sum(row[-1] for row in receipts)),
        ]

    def channels(self, cr, first, last, starts):
        """By channel, hour and concern: what G4 counts of some periods"""
        rows = self.count(
            *(cr, "register", first, last, "fact.source_id, fact.campaign_id", starts)
        )
        hour = f"extract(hour FROM {CLOCK.format('date')})"
        self.count(cr, "register", first, last, hour, starts)
        start, end = self.project.day_bounds(first, last)
        cr.execute(
            f"""SELECT width_bucket(fact.date, %s), link.property_concern_id, fact.kind,
                       count(*)
                  FROM property_interaction fact
                  LEFT JOIN property_concern_property_interaction_rel link
                    ON link.property_interaction_id = fact.id
                 WHERE fact.project_id = %s AND fact.date >= %s AND fact.date < %s
                   AND fact.is_valid AND {EFFECTIVE}
                   AND (fact.kind LIKE 'visit%%' OR fact.kind = 'call_in')
                 GROUP BY 1, 2, 3""",
            [
                [self.project.utc_moment(day) for day in starts],
                *(self.project.id, start, end),
            ],
        )
        cr.fetchall()
        return rows

    def all_tables(self, cr, first, last, key="rep", starts=()):
        return {
            table: self.count(cr, table, first, last, key, starts) for table in TABLES
        }

    @staticmethod
    def cell(section, *keys):
        """The sum of the cells `keys` in the last line of a section."""
        names = [column["key"] for column in section["columns"]]
        values = section["rows"][-1]["values"]
        return sum(values[names.index(key)] for key in keys)


class RepsDaily(Statistics):
    """The day, the month and the year to date by rep (G2)"""

    form = "property.form.reps_daily"

    def ours(self, env):
        year = env[self.form].compile(self.options())["sections"][2]
        return [self.cell(year, *keys) for keys in FIGURES]

    def sql(self, cr):
        starts = [self.day.replace(month=1, day=1), self.day.replace(day=1), self.day]
        starts = sorted({*starts})
        return self.figures(self.all_tables(cr, starts[0], self.day, "rep", starts))


class ChannelsDaily(Statistics):
    """The day's calls and visits by channel, concern, hour; advertising (G4)"""

    form = "property.form.channels_daily"

    def ours(self, env):
        section = env[self.form].compile(self.options())["sections"][0]
        return [
            *(self.cell(section, "calls_now", "visits_now"),),
            self.cell(section, "calls_before", "visits_before"),
            *(self.cell(section, "deposits"),),
        ]

    def sql(self, cr):
        day, yesterday = self.day, self.day - timedelta(days=1)
        starts = [day - timedelta(days=7), yesterday, day]
        rows = self.channels(cr, starts[0], day, starts)
        self.count(cr, "register", day.replace(day=1), day, "fact.source_id")
        deposits = self.count(cr, "deposits", day, day, "")
        return [
            self.visits(row for row in rows if row[0] == 3),
            self.visits(row for row in rows if row[0] == 2),
            sum(row[-3] for row in deposits),
        ]


class RepsWeekly(Statistics):
    """The week by rep and day, by channel, concern, hour (G5)"""

    form = "property.form.reps_weekly"

    def ours(self, env):
        section = env[self.form].compile(self.options())["sections"][0]
        return [self.cell(section, *keys) for keys in FIGURES]

    def sql(self, cr):
        first, last = self.project.week_bounds(self.day)
        before = first - timedelta(days=7)
        starts = [before, *(first + timedelta(days=n) for n in range(7))]
        tables = self.all_tables(cr, before, last, "rep", starts)
        self.channels(cr, before, last, [before, first])
        return self.figures(
            {name: [r for r in rows if r[0] > 1] for name, rows in tables.items()}
        )


class Monthly(Statistics):
    """The monthly report, whole (G6)"""

    form = "property.form.monthly"

    def ours(self, env):
        section = env[self.form].compile(self.options())["sections"][1]
        return [self.cell(section, *keys) for keys in FIGURES]

    def sql(self, cr):
        first = self.day.replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        before = (first - timedelta(days=1)).replace(day=1)
        weeks = [first + timedelta(days=n) for n in (0, 7, 14, 21, 28) if n < last.day]
        tables = self.all_tables(cr, before, last, "rep", [before, *weeks])
        for table in ("deposits", "contracts", "receipts"):
            self.count(cr, table, first.replace(month=1), last, "")
        self.channels(cr, before, last, [before, first])
        self.count(cr, "register", before, last, "fact.district", [before, first])
        answer = self.figures(
            {name: [r for r in rows if r[0] > 1] for name, rows in tables.items()}
        )
        start, end = self.project.day_bounds(first, last)
        cr.execute(
            """SELECT grade, purpose, horizon, count(*) FROM crm_lead
                WHERE project_id = %s AND registered_date >= %s
                  AND registered_date < %s GROUP BY 1, 2, 3""",
            [self.project.id, start, end],
        )
        cr.fetchall()
        cr.execute(
            """SELECT partner.occupation, partner.income_band, partner.education,
                      partner.birth_date, partner.district, lead.source_id, lead.purpose
                 FROM property_deposit fact
                 JOIN res_partner partner ON partner.id = fact.partner_id
                 JOIN crm_lead lead ON lead.id = fact.lead_id
                WHERE fact.project_id = %s AND confirm_date >= %s
                  AND confirm_date < %s""",
            [self.project.id, start, end],
        )
        cr.fetchall()
        cr.execute(
            """SELECT building_id, event.to_state, count(*), sum(area_gross),
                      sum(COALESCE(NULLIF(event.price, 0), list_price))
                 FROM property_unit unit
                 JOIN LATERAL (
                      SELECT to_state, price FROM property_unit_event
                       WHERE unit_id = unit.id AND date < %s
                       ORDER BY date DESC, id DESC LIMIT 1) event ON TRUE
                WHERE unit.project_id = %s GROUP BY 1, 2""",
            [end, self.project.id],
        )
        cr.fetchall()
        cr.execute(
            """SELECT claim.due_date, count(*), sum(claim.amount), sum(paid.amount)
                 FROM property_installment claim
                 JOIN property_contract contract ON contract.id = claim.contract_id
                 LEFT JOIN (
                      SELECT installment_id, sum(line.amount) AS amount
                        FROM property_receipt_line line
                        JOIN property_receipt receipt ON receipt.id = line.receipt_id
                       WHERE line.project_id = %s AND receipt.state = 'confirmed'
                         AND receipt.confirm_date < %s
                       GROUP BY 1) paid ON paid.installment_id = claim.id
                WHERE claim.project_id = %s AND contract.sign_date <= %s GROUP BY 1""",
            [self.project.id, end, self.project.id, last],
        )
        cr.fetchall()
        return answer


class Dashboard(Statistics):
    """The manager opens his dashboard"""

    goal = Goal(ms=1_000)
    agree = ()
    sql = None

    def ours(self, env):
        return len(env["property.dashboard"].figures(self.picks.project)["cards"])


class Cash(Statistics):
    """Money of the last eight weeks: due by kind, open, received (F5)"""

    form = "property.form.cash"
    login = "finance"

    def options(self):
        first = self.day - timedelta(days=55)
        return super().options() | {"date_from": first.isoformat()}

    def ours(self, env):
        section = env[self.form].compile(self.options())["sections"][0]
        names = [column["key"] for column in section["columns"]]
        total = next(row for row in section["rows"] if row["level"] == "total")
        keys = ("due", "open", "received")
        return [total["values"][names.index(key)] for key in keys]

    def sql(self, cr):
        first, last = self.day - timedelta(days=55), self.day
        first -= timedelta(days=first.weekday())
        last += timedelta(days=6 - last.weekday())
        cr.execute(
            """SELECT date_trunc('week', claim.due_date), claim.kind, sum(claim.amount),
                      sum(claim.residual), claim.due_date BETWEEN %s AND %s
                 FROM property_installment claim
                 JOIN property_contract contract ON contract.id = claim.contract_id
                WHERE claim.project_id = %s
                  AND contract.state IN ('signed', 'filed', 'delivered')
                GROUP BY 1, 2, 5""",
            [first, last, self.project.id],
        )
        due = [row for row in cr.fetchall() if row[-1]]
        start, end = self.project.day_bounds(first, last)
        cr.execute(
            f"""SELECT date_trunc('week', {CLOCK.format("confirm_date")}),
                       sum(signed_amount)
                  FROM property_receipt fact
                 WHERE project_id = %s AND state = 'confirmed' AND method != 'carried'
                   AND confirm_date >= %s AND confirm_date < %s GROUP BY 1""",
            [self.project.id, start, end],
        )
        sums = [[row[2] for row in due], [row[3] for row in due]]
        sums.append([row[1] for row in cr.fetchall()])
        return [round(float(sum(one)), 2) for one in sums]
