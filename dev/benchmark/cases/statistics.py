"""Statistics forms (G2, G4, G5, G6): each against SQL that gives the same figures."""

from collections import defaultdict
from datetime import timedelta

from ..case import Goal
from ..facts import CLOCK, COLUMNS, EFFECTIVE, RATES, TABLES, Facts, figures
from .forms import Form

BY_REP = [*(column for column, *_rest in COLUMNS), *RATES]
BY_CHANNEL = ("calls", "visits", "deposits_number", "deposit_rate_number")
DAY = timedelta(days=1)


class Statistics(Form):
    agree = ("sql",)

    def sections(self, env):
        return env[self.form].compile(self.options())["sections"]

    @staticmethod
    def table(section, keys, levels=("line", "total"), label=0):
        """{label, "" of the total: {column: figure}} of the lines with figures."""
        names = [column["key"] for column in section["columns"]]
        places = {name: names.index(key) for name, key in keys.items()}
        return filled(
            {
                "" if row["level"] == "total" else row["values"][label]: {
                    name: row["values"][place] for name, place in places.items()
                }
                for row in section["rows"]
                if row["level"] in levels
            }
        )

    def by_rep(self, section):
        return self.table(section, {name: name for name in BY_REP})

    def channels(self, sections):
        """What the sections of channels, concerns, hours and advertising say: lines."""
        channels, concerns, hours, advertising = sections
        return [
            written(
                [row["level"], row["values"][0], *row["values"][2:]]
                if row["level"] != "total"
                else ["total", "", *row["values"][2:]]
                for row in channels["rows"]
            ),
            written(row["values"][1:] for row in concerns["rows"]),
            written(
                [
                    "" if row["level"] == "total" else row["values"][0],
                    *row["values"][1:],
                ]
                for row in hours["rows"]
            ),
            written(row["values"][3:6] for row in advertising["rows"]),
        ]

    # === By plain SQL ===

    def channels_sql(self, cr, facts, windows, starts, end, advertised):
        """The same lines by plain SQL.

        :param windows: periods set side by side: [(first day, last day, divisor)]
        :param starts: days at which periods begin
        :param advertised: the first day of what advertising is set against
        """
        cr.execute("SELECT id, name FROM utm_source")
        names = dict(cr.fetchall())
        by_source = facts.read(
            ["register"], starts, end, "fact.source_id, fact.campaign_id"
        )
        deals = facts.read(
            ["deposits"], starts, end, "lead.source_id, lead.campaign_id"
        )
        for key, metrics in deals.items():
            by_source[key].update(metrics)
        near = [day for day in starts if day >= min(first for first, *_rest in windows)]
        hour = f"extract(hour FROM {CLOCK.format('date')})::int"
        by_hour = facts.read(["register"], near, end, hour)
        campaigns = defaultdict(set)
        for _place, source, campaign in by_source:
            campaigns[source].add(campaign)
        shown = {s for s, named in campaigns.items() if len(named) > 1 or any(named)}
        lines = []
        for level, label in (
            ("line", lambda key: tuple(key) if key[0] in shown else ""),
            ("subtotal", lambda key: (key[0],)),
        ):
            found = self.side_by_side(facts, by_source, windows, starts, label, True)
            lines += [
                [level, names.get(key[0], ""), *values]
                for key, values in found.items()
                if key != ""
            ]
        lines.append(["total", "", *found[""]])
        hours = self.side_by_side(
            facts, by_hour, windows, near, lambda key: f"{key[0]}:00–{key[0] + 1}:00"
        )
        month = {n for n, day in enumerate(starts, 1) if day >= advertised}
        spent = facts.lines(by_source, month, lambda key: (key[0],))
        return [
            written(lines),
            written(self.concerns_sql(cr, windows, near, end)),
            written([label, *values] for label, values in hours.items()),
            written([one[name] for name in BY_CHANNEL[:3]] for one in spent.values()),
        ]

    def side_by_side(self, facts, sums, windows, starts, label, deals=False):
        """{label: calls and visits in each window, and what became of the first visits
        of the period}"""
        none, today = (
            figures(defaultdict(lambda: [0, 0.0, 0.0])),
            self.project.local_day(),
        )
        lines = [
            (facts.lines(sums, places_of(window, starts), label), window)
            for window in windows
        ]
        last = max(last for _first, last, _divisor in windows)
        period = min(window for window in windows if window[1] == last)
        now = next(found for found, window in lines if window == period)
        return {
            key: [
                round(found.get(key, none)[name] / divisor, 4)
                if first <= today
                else None
                for name in ("calls", "visits")
                for found, (first, _last, divisor) in lines
            ]
            + [now.get(key, none)[name] for name in BY_CHANNEL[2:] if deals]
            for key in {key for found, _window in lines for key in found}
        }

    def concerns_sql(self, cr, windows, starts, end):
        cr.execute(
            f"""SELECT width_bucket(fact.date, %s), link.property_concern_id,
                       fact.kind = 'call_in', count(*)
                  FROM property_interaction fact
                  LEFT JOIN property_concern_property_interaction_rel link
                    ON link.property_interaction_id = fact.id
                 WHERE fact.project_id = %s AND fact.date >= %s AND fact.date < %s
                   AND fact.is_valid AND {EFFECTIVE}
                   AND (fact.kind LIKE 'visit%%' OR fact.kind = 'call_in')
                 GROUP BY 1, 2, 3""",
            [
                [self.project.utc_moment(day) for day in starts],
                self.project.id,
                self.project.utc_moment(starts[0]),
                self.project.utc_moment(end),
            ],
        )
        counts, today = defaultdict(int), self.project.local_day()
        for place, concern, is_call, number in cr.fetchall():
            counts[concern, is_call, place] += number
        return [
            [
                round(
                    sum(counts[concern, call, n] for n in places_of(window, starts))
                    / window[2],
                    4,
                )
                if window[0] <= today
                else None
                for call in (True, False)
                for window in windows
            ]
            for concern in {concern for concern, _call, _place in [*counts]}
        ]


def places_of(window, starts):
    """The numbers of the periods that make up a window."""
    first, last, _divisor = window
    return {n for n, day in enumerate(starts, 1) if first <= day <= last}


def written(lines):
    """Lines with a figure, sorted: labels may be of another language."""
    lines = [[*line] for line in lines]
    numbers = (int, float)
    return sorted(
        (one for one in lines if any(v for v in one if isinstance(v, numbers))), key=str
    )


def filled(lines, names=None):
    """Those with a figure; of each line the columns `names` alone."""
    lines = {
        label: {name: line[name] for name in names} if names else line
        for label, line in lines.items()
    }
    return {label: line for label, line in lines.items() if any(line.values())}


class RepsDaily(Statistics):
    """The day, the month and the year to date by rep (G2)"""

    form = "property.form.reps_daily"

    def ours(self, env):
        return [self.by_rep(section) for section in self.sections(env)[:3]]

    def sql(self, cr):
        facts, day = Facts(cr, self.project), self.day
        starts = sorted({day.replace(month=1, day=1), day.replace(day=1), day})
        sums = facts.read(TABLES, starts, day + DAY, None)
        last = len(starts)
        return [
            filled(facts.by_rep(sums, range(first, last + 1)), BY_REP)
            for first in (last, max(last - 1, 1), 1)
        ]


class ChannelsDaily(Statistics):
    """The day's calls and visits by channel, concern, hour; advertising (G4)"""

    form = "property.form.channels_daily"

    def ours(self, env):
        return self.channels(self.sections(env))

    def sql(self, cr):
        day = self.day
        starts = sorted({day.replace(day=1), day - 7 * DAY, day - DAY, day})
        windows = [
            (day, day, 1),
            (day - DAY, day - DAY, 1),
            (day - 7 * DAY, day - DAY, 7),
        ]
        facts = Facts(cr, self.project)
        return self.channels_sql(
            cr, facts, windows, starts, day + DAY, day.replace(day=1)
        )


class RepsWeekly(Statistics):
    """The week by rep and day, by channel, concern, hour (G5)"""

    form = "property.form.reps_weekly"

    def ours(self, env):
        week, comparison, days, *channels = self.sections(env)
        keys = [column["key"] for column in week["columns"][1:]]
        self.columns = keys
        rows, rep, of_days = [row["values"] for row in days["rows"]], None, {}
        columns = {row[1]: key for row, key in zip(rows, keys, strict=False)}
        for label, figure, *values in rows:
            rep = label or rep
            of_days[rep, columns[figure]] = values[:8]
        total = rows[0][0]
        return [
            self.by_rep(week),
            {
                ("" if rep == total else rep, key): v
                for (rep, key), v in of_days.items()
            },
            [row["values"][1:] for row in comparison["rows"]],
            *self.channels(channels),
        ]

    def sql(self, cr):
        facts = Facts(cr, self.project)
        first, last = self.project.week_bounds(self.day)
        starts = [first - 7 * DAY, *(first + n * DAY for n in range(7))]
        sums = facts.read(TABLES, starts, last + DAY, None)
        week, before = (facts.by_rep(sums, places) for places in (range(2, 9), {1}))
        come = (self.project.local_day() - first).days + 1
        days = [facts.by_rep(sums, {place}) for place in range(2, 9)]
        none = figures(defaultdict(lambda: [0, 0.0, 0.0]))
        of_days = {
            (rep, name): [
                *(
                    day.get(rep, none)[name] if number < come else None
                    for number, day in enumerate(days)
                ),
                week.get(rep, none)[name],
            ]
            for rep in {*week, *before}
            for name in BY_REP
            if not rep or week.get(rep, none)[name] or before.get(rep, none)[name]
        }
        both = [
            [one.get("", none)[name] for name in self.columns] for one in (week, before)
        ]
        both.append(
            [
                None if None in pair else round(pair[0] - pair[1], 4)
                for pair in zip(*both, strict=True)
            ]
        )
        windows = [
            *((day, day, 1) for day in starts[1:]),
            (first, last, 1),
            (first - 7 * DAY, first - DAY, 1),
        ]
        channels = self.channels_sql(cr, facts, windows, starts, last + DAY, first)
        return [filled(week, BY_REP), of_days, both, *channels]


class Monthly(Statistics):
    """The monthly report, whole (G6)"""

    form = "property.form.monthly"

    def ours(self, env):
        _aims, reps, _weeks, channels, _district, concerns, hours, *rest = (
            self.sections(env)
        )
        return [
            self.by_rep(reps),
            *self.channels([channels, concerns, hours, rest[-2]]),
        ]

    def sql(self, cr):
        facts = Facts(cr, self.project)
        first = self.day.replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - DAY
        before = (first - DAY).replace(day=1)
        weeks = [first + timedelta(days=n) for n in (0, 7, 14, 21, 28) if n < last.day]
        sums = facts.read(TABLES, [before, *weeks], last + DAY, None)
        year = ("deposits", "contracts", "receipts", "changes")
        facts.read(year, [first.replace(month=1)], last + DAY, "NULL::int")
        windows = [(first, last, 1), (before, first - DAY, 1)]
        channels = self.channels_sql(
            cr, facts, windows, [before, first], last + DAY, first
        )
        facts.read(["register"], [before, first], last + DAY, "fact.district")
        answer = [
            filled(facts.by_rep(sums, range(2, len(weeks) + 2)), BY_REP),
            *channels,
        ]
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
