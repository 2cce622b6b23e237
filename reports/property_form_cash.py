from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL, date_utils

from .form_table import Column, Figure, Section

CLAIMS, RECEIPTS = "property.installment", "property.receipt"
WEEKS = 8
# Columns of what is due, by the kinds of instalments in each.
KINDS = {
    "down_payment": ("deposit", "down_payment"),
    "installment": ("installment",),
    "mortgage": ("mortgage",),
    "provident": ("provident",),
    "fee": ("fee",),
}
ALL_KINDS = tuple(kind for kinds in KINDS.values() for kind in kinds)


class PropertyFormCash(models.AbstractModel):
    """Money expected by week, against what came (F3 to F5).

    An instalment is expected on its due date, by a promise on the promised day, by a
    milestone when that is planned; a loan under way when its stages will have been
    passed. Weeks run from Monday to Sunday of the project; money counts in the week in
    which finance confirmed it. The rows before, after and without a date make the open
    column add up to all that is unpaid.
    """

    _name = "property.form.cash"
    _inherit = ["property.form"]
    _description = "Cash Forecast by Week"

    _code = "F5"
    _period = "range"
    _roles = ("finance", "manager", "hq")

    @api.model
    def settings(self):
        """Proposes the weeks to come, not the year so far."""
        settings = super().settings()
        for project in settings["projects"]:
            monday = date_utils.start_of(project["today"], "week")
            project["date_from"] = monday
            project["date_to"] = monday + timedelta(days=7 * WEEKS - 1)
        return settings

    def _sections(self, scope):
        first = date_utils.start_of(scope.date_from, "week")
        last = date_utils.end_of(scope.date_to, "week")
        mondays = [
            first + timedelta(days=days) for days in range(0, (last - first).days, 7)
        ]
        claims = self._claims_sql(scope, first, last)
        due = self._due(claims)
        received = self._received(scope, first, last)
        section = Section(self._title(), self._columns())
        self._add_rest(section, self.env._("Overdue Before"), claims, due, "before")
        for monday in mondays:
            sunday = monday + timedelta(days=6)
            section.add(
                f"{monday:%m-%d} – {sunday:%m-%d}",
                monday,
                sunday,
                *self._figures(claims, due, [str(monday)]),
                self._money(scope, received[monday], monday, sunday),
            )
        section.add(
            self.env._("Total"),
            first,
            last,
            *self._figures(claims, due, [*map(str, mondays)]),
            self._money(scope, sum(received.values()), first, last),
            level="total",
        )
        self._add_rest(section, self.env._("After These Weeks"), claims, due, "after")
        self._add_rest(section, self.env._("No Date Yet"), claims, due, "undated")
        return [section]

    def _add_rest(self, section, title, claims, due, place):
        """A row of what is unpaid outside of the weeks."""
        figures = self._figures(claims, due, [place], "residual")
        section.add(title, None, None, *figures, None, level="subtotal")

    def _figures(self, claims, due, places, measure="amount"):
        """What is due in some places by kind, together, and what of it is open."""
        columns = [*((kinds, measure) for kinds in KINDS.values())]
        columns += [(ALL_KINDS, measure), (ALL_KINDS, "residual")]
        return [
            Figure.found(
                round(
                    sum(
                        due[place, kind][of == "residual"]
                        for place in places
                        for kind in kinds
                    ),
                    2,
                ),
                CLAIMS,
                self._finder(claims, places, kinds),
            )
            for kinds, of in columns
        ]

    # === Which money in which week ===

    def _claims_sql(self, scope, first, last):
        """A query of instalments with the place where each is expected: the Monday of
        its week, and those unpaid outside of the weeks "before", "after", "undated"."""
        claims = self.env[CLAIMS]._search(
            [
                ("project_id", "=", scope.project.id),
                ("contract_id.state", "in", ("signed", "filed", "delivered")),
                *([("user_id", "=", scope.user.id)] if scope.user else ()),
            ]
        )
        columns = ("id", "kind", "amount", "residual")
        loans = self._loan_days(scope.project)
        return SQL(
            """
            SELECT claim.*,
                   CASE WHEN day BETWEEN %(first)s AND %(last)s
                        THEN date_trunc('week', day)::date::text
                        WHEN residual <= 0 THEN NULL
                        WHEN day IS NULL THEN 'undated'
                        WHEN day < %(first)s THEN 'before'
                        ELSE 'after' END AS place
              FROM (SELECT claim.*, COALESCE(loan.day, claim.expected) AS day
                      FROM (%(claims)s) claim
                      LEFT JOIN unnest(%(ids)s::int[], %(days)s::date[]) loan (id, day)
                             ON loan.id = claim.id) claim""",
            first=first,
            last=last,
            claims=claims.select(
                *(SQL.identifier(claims.table, name) for name in columns),
                SQL(
                    "GREATEST(%s, %s) AS expected",
                    SQL.identifier(claims.table, "expected_date"),
                    SQL.identifier(claims.table, "deferred_until"),
                ),
            ),
            ids=[*loans],
            days=[*loans.values()],
        )

    def _due(self, claims):
        """{(place, kind): [amount, residual]}"""
        self.env[CLAIMS].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT place, kind, SUM(amount), SUM(residual) FROM (%s) claim "
                "GROUP BY 1, 2",
                claims,
            )
        )
        due = defaultdict(lambda: [0, 0])
        return due | {(place, kind): measures for place, kind, *measures in rows}

    def _finder(self, claims, places, kinds):
        """What gives the ids of the instalments behind a figure."""

        def find():
            found = SQL(
                "SELECT id FROM (%s) claim WHERE place IN %s AND kind IN %s ORDER BY 1",
                *(claims, tuple(places), tuple(kinds)),
            )
            return [id_ for (id_,) in self.env.execute_query(found)]

        return find

    def _loan_days(self, project):
        """{instalment id: day on which its loan should be paid out}, where one is to be
        foreseen"""
        cases = self.env["property.mortgage"].search(
            [("project_id", "=", project.id), ("state", "=", "open")]
        )
        days = {case.installment_id.id: case.expected_date for case in cases}
        return {id_: day for id_, day in days.items() if id_ and day}

    def _received_domain(self, scope, first, last):
        """Receipts and refunds that finance confirmed; what was only carried from one
        document to another is no cash."""
        start, end = scope.project.day_bounds(first, last)
        return [
            ("project_id", "=", scope.project.id),
            ("state", "=", "confirmed"),
            ("method", "!=", "carried"),
            ("confirm_date", ">=", start),
            ("confirm_date", "<", end),
            *([("user_id", "=", scope.user.id)] if scope.user else ()),
        ]

    def _received(self, scope, first, last):
        """{Monday: what was received in its week, less what was refunded}"""
        receipts = self.env[RECEIPTS].with_context(tz=scope.project.tz)
        received = defaultdict(float)
        for moment, amount in receipts._read_group(
            self._received_domain(scope, first, last),
            ["confirm_date:day"],
            ["signed_amount:sum"],
        ):
            received[date_utils.start_of(moment.date(), "week")] += amount
        return received

    def _money(self, scope, amount, first, last):
        domain = self._received_domain(scope, first, last)
        return Figure.where(round(amount, 2), RECEIPTS, domain)

    def _columns(self):
        due = self.env._("Due in the Week (yuan)")
        labels = {
            "down_payment": self.env._("Down Payment"),
            "installment": self.env._("Instalment Payment"),
            "mortgage": self.env._("Mortgage Loan"),
            "provident": self.env._("Provident Fund Loan"),
            "fee": self.env._("Fees"),
        }
        return [
            Column("week", self.env._("Week"), width=14),
            Column("from", self.env._("From"), "date", 10),
            Column("to", self.env._("To"), "date", 10),
            *(Column(key, labels[key], "money", 13, due) for key in KINDS),
            Column("due", self.env._("Together"), "money", 14, due),
            Column("open", self.env._("Still Open"), "money", 14),
            Column("received", self.env._("Received (net)"), "money", 14),
        ]
