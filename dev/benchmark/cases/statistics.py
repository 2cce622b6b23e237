"""Statistics forms (G2, G4, G5, G6): each against SQL that counts the same facts, table
by table, each table once."""

from datetime import timedelta

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
        f"AND fact.next_date <= now()::date AND {EFFECTIVE}",
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


class Statistics(Form):
    agree = ("sql",)

    def prepare(self, env):
        super().prepare(env)
        self.project = env["property.project"].browse(self.picks.project)

    def count(self, cr, table, first, last, key="rep"):
        """The facts of a table in the project's days, by key and kind."""
        source, at, rep, where, kind, measures = TABLES[table]
        start, end = self.project.day_bounds(first, last)
        if at in DAYS:
            start, end = first, last + timedelta(days=1)
        day = f"fact.{at}" if at in DAYS else f"{CLOCK.format(at)}::date"
        keys = {"rep": rep, "day": f"{rep}, {day}"}.get(key, key)
        cr.execute(
            f"""SELECT {keys}, {kind}, {measures} FROM {source}
                 WHERE fact.project_id = %s AND fact.{at} >= %s AND fact.{at} < %s
                   AND {where} GROUP BY {keys}, {kind}""",
            [self.project.id, start, end],
        )
        return cr.fetchall()

    def visits(self, rows):
        """Effective calls and visits of rows that end in kind, is_valid, count"""
        return sum(
            row[-1]
            for row in rows
            if row[-2] and (row[-3] == "call_in" or row[-3].startswith("visit"))
        )

    def channels(self, cr, first, last):
        """By channel, hour and concern: what G4 counts of a period"""
        rows = self.count(
            cr, "register", first, last, "fact.source_id, fact.campaign_id"
        )
        self.count(
            cr, "register", first, last, f"extract(hour FROM {CLOCK.format('date')})"
        )
        start, end = self.project.day_bounds(first, last)
        cr.execute(
            f"""SELECT link.property_concern_id, fact.kind, count(*)
                  FROM property_interaction fact
                  LEFT JOIN property_concern_property_interaction_rel link
                    ON link.property_interaction_id = fact.id
                 WHERE fact.project_id = %s AND fact.date >= %s AND fact.date < %s
                   AND fact.is_valid AND {EFFECTIVE}
                   AND (fact.kind LIKE 'visit%%' OR fact.kind = 'call_in')
                 GROUP BY 1, 2""",
            [self.project.id, start, end],
        )
        cr.fetchall()
        return self.visits(rows)

    def all_tables(self, cr, first, last, key="rep"):
        return {table: self.count(cr, table, first, last, key) for table in TABLES}

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
        return self.cell(
            year, "calls_number", "first_number", "called_number", "returns_number"
        )

    def sql(self, cr):
        for first in (self.day, self.day.replace(day=1)):
            self.all_tables(cr, first, self.day)
        year = self.all_tables(cr, self.day.replace(month=1, day=1), self.day)
        return self.visits(year["register"])


class ChannelsDaily(Statistics):
    """The day's calls and visits by channel, concern, hour; advertising (G4)"""

    form = "property.form.channels_daily"

    def ours(self, env):
        section = env[self.form].compile(self.options())["sections"][0]
        return self.cell(section, "calls_now", "visits_now")

    def sql(self, cr):
        day, yesterday = self.day, self.day - timedelta(days=1)
        answer = self.channels(cr, day, day)
        self.channels(cr, yesterday, yesterday)
        self.channels(cr, day - timedelta(days=7), yesterday)
        self.count(cr, "register", day.replace(day=1), day, "fact.source_id")
        return answer


class RepsWeekly(Statistics):
    """The week by rep and day, by channel, concern, hour (G5)"""

    form = "property.form.reps_weekly"

    def ours(self, env):
        section = env[self.form].compile(self.options())["sections"][0]
        return self.cell(
            section, "calls_number", "first_number", "called_number", "returns_number"
        )

    def sql(self, cr):
        first, last = self.project.week_bounds(self.day)
        before = first - timedelta(days=7), last - timedelta(days=7)
        answer = self.visits(self.all_tables(cr, first, last, "day")["register"])
        self.all_tables(cr, *before)
        for period in ((first, last), before):
            self.channels(cr, *period)
        return answer


class Monthly(Statistics):
    """The monthly report, whole (G6)"""

    form = "property.form.monthly"

    def ours(self, env):
        section = env[self.form].compile(self.options())["sections"][1]
        return self.cell(
            section, "calls_number", "first_number", "called_number", "returns_number"
        )

    def sql(self, cr):
        first = self.day.replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        before = (first - timedelta(days=1)).replace(day=1), first - timedelta(days=1)
        answer = self.visits(self.all_tables(cr, first, last, "day")["register"])
        self.all_tables(cr, *before)
        self.all_tables(cr, first.replace(month=1), last)
        for period in ((first, last), before):
            self.channels(cr, *period)
            self.count(cr, "register", *period, "fact.district")
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
            """SELECT due_date, count(*), sum(residual) FROM property_installment
                WHERE project_id = %s AND residual > 0 GROUP BY 1""",
            [self.project.id],
        )
        cr.fetchall()
        return answer
