"""Forms (performance.md §10): each against SQL that reads the same rows."""

from datetime import timedelta

from ..case import Case, Goal
from ..facts import CLOCK
from ..memory import workbook_memory


class Form(Case):
    login = "manager"
    form = ""
    agree = ()
    goal = Goal(sql=(1.5, 1.5), ms=2_000)

    def prepare(self, env):
        self.project = env["property.project"].browse(self.picks.project)
        self.day = self.project.local_day() - timedelta(days=1)
        self.start, self.end = self.project.day_bounds(self.day)
        # As our side does for itself: to compile takes longer than to answer.
        env.cr.execute("SET LOCAL jit = off; SET LOCAL work_mem = '64MB'")

    def options(self):
        return {"project_id": self.picks.project, "date_to": self.day.isoformat()}

    def ours(self, env):
        form = env[self.form].compile(self.options())
        return len(form["sections"][0]["rows"])


class RegisterWorkbook(Form):
    """Memory over start while a workbook of 100,000 visits is written (G18)"""

    form = "property.form.visits"
    rounds = 1
    goal = Goal(mb=20)
    sql = None

    def prepare(self, env):
        super().prepare(env)
        entries = env["property.interaction"]
        visits = [("project_id", "=", self.project.id), ("kind", "like", "visit%")]
        found = entries.search(visits, order="date DESC", offset=100_000, limit=1)
        first = found or entries.search(visits, order="date", limit=1)
        self.first = self.project.local_day(first.date)

    def options(self):
        return super().options() | {"date_from": self.first.isoformat()}

    def ours(self, env):
        written = workbook_memory(env.cr.dbname, env.uid, self.form, self.options())
        self.mb = written["mb"]


class Fairness(Form):
    """The fairness of the rings over a quarter (B4)"""

    form = "property.form.fairness"
    agree = ("sql",)

    def options(self):
        return super().options() | {
            "date_from": (self.day - timedelta(days=91)).isoformat()
        }

    def ours(self, env):
        *rings, record = env[self.form].compile(self.options())["sections"]
        answer = [len(record["rows"])]
        for section in rings:
            keys = [column["key"] for column in section["columns"]]
            total = next(row for row in section["rows"] if row["level"] == "total")
            answer += [total["values"][keys.index(k)] for k in ("turns", "effective")]
        return answer

    def sql(self, cr):
        period = [self.picks.project, self.start - timedelta(days=91), self.end]
        cr.execute(
            """SELECT ring, turn.user_id, turn.kind, is_ahead, reason_id, count(*),
                      count(entry.id)
                 FROM property_roster_turn turn
                 LEFT JOIN property_interaction entry
                   ON entry.turn_id = turn.id AND entry.is_valid
                WHERE turn.project_id = %s AND turn.date >= %s AND turn.date < %s
                GROUP BY ring, turn.user_id, turn.kind, is_ahead, reason_id""",
            period,
        )
        counts = cr.fetchall()
        cr.execute(
            """SELECT turn.number, turn.date, turn.ring, host.name, turn.kind,
                      reason.name, settled.number, turn.effect, turn.note, author.name
                 FROM property_roster_turn turn
                 JOIN res_users login ON login.id = turn.user_id
                 JOIN res_partner host ON host.id = login.partner_id
                 JOIN res_users by_whom ON by_whom.id = turn.author_id
                 JOIN res_partner author ON author.id = by_whom.partner_id
                 LEFT JOIN property_roster_reason reason ON reason.id = turn.reason_id
                 LEFT JOIN property_roster_turn settled ON settled.id = turn.settles_id
                WHERE turn.project_id = %s AND turn.date >= %s AND turn.date < %s
                  AND (turn.kind != 'taken' OR turn.is_ahead)
                ORDER BY turn.date, turn.id""",
            period,
        )
        answer = [len(cr.fetchall())]
        for ring in ("call", "visit"):
            mine = [row for row in counts if row[0] == ring]
            answer += [
                sum(row[-2] for row in mine if row[2] in ("taken", "make_up")),
                sum(row[-1] for row in mine),
            ]
        return answer


class SalesDaily(Form):
    """Sold, held and remaining up to yesterday (G3)"""

    form = "property.form.sales_daily"
    agree = ("sql",)

    def ours(self, env):
        section = env[self.form].compile(self.options())["sections"][0]
        names = [column["key"] for column in section["columns"]]
        row = next(row for row in section["rows"] if row["level"] == "total")
        keys = ("total", "contracted", "deposit_month", "contract_all")
        return [row["values"][names.index(key)] for key in keys]

    def sql(self, cr):
        """By all that the blocks split units by, the bands left to who reads it."""
        cr.execute(
            """SELECT event.to_state, building_id, unit_type_id, floor, list_price,
                      count(*), sum(area_gross), sum(list_price)
                 FROM property_unit unit
                 JOIN LATERAL (
                      SELECT to_state FROM property_unit_event
                       WHERE unit_id = unit.id AND date < %s
                       ORDER BY date DESC, id DESC LIMIT 1) event ON TRUE
                WHERE unit.project_id = %s GROUP BY 1, 2, 3, 4, 5""",
            [self.end, self.picks.project],
        )
        rows = cr.fetchall()
        flows = []
        for table, at, end in (
            ("property_deposit", "confirm_date", self.end),
            ("property_contract", "sign_date", self.day + timedelta(days=1)),
        ):
            cr.execute(
                f"""SELECT building_id, unit_type_id, floor, list_price,
                           count(*), sum(flow.area_gross), sum(flow.price),
                           count(*) FILTER (WHERE {at} >= %s)
                      FROM {table} flow JOIN property_unit unit ON unit.id = unit_id
                     WHERE flow.project_id = %s AND {at} < %s GROUP BY 1, 2, 3, 4""",
                [self.day.replace(day=1), self.picks.project, end],
            )
            flows.append(cr.fetchall())
        return [
            sum(row[-3] for row in rows),
            sum(row[-3] for row in rows if row[0] == "contracted"),
            sum(row[-1] for row in flows[0]),
            sum(row[4] for row in flows[1]),
        ]


class Cash(Form):
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


class WhatIf(Form):
    """A quarter of the register under the policy and under another one (K1)"""

    goal = Goal(ms=10_000)
    sql = None

    def ours(self, env):
        whatif = env["property.policy.whatif"].create(
            {"project_id": self.picks.project, "ownership_months": 1}
        )
        whatif.action_calculate()
        return whatif.line_ids.mapped("count_then")
