from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import date_utils

from .form_table import Column, Figure, Section

WEEKS = 8
# Columns of what is due, by the kinds of instalments in each.
KINDS = {
    "down_payment": ("deposit", "down_payment"),
    "installment": ("installment",),
    "mortgage": ("mortgage",),
    "provident": ("provident",),
    "fee": ("fee",),
}


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
        due = self._due(scope, first, last)
        received = self._received(scope, first, last)
        section = Section(self._title(), self._columns())
        self._add_rest(section, self.env._("Overdue Before"), due.pop("before"))
        total, money = self.env["property.installment"], self.env["property.receipt"]
        for monday in mondays:
            sunday = monday + timedelta(days=6)
            installments = due.get(monday, total.browse())
            receipts = received.get(monday, money.browse())
            section.add(
                f"{monday:%m-%d} – {sunday:%m-%d}",
                monday,
                sunday,
                *self._figures(installments, "amount"),
                self._figure(installments, "residual"),
                self._figure(receipts, "signed_amount"),
            )
            total |= installments
            money |= receipts
        section.add(
            self.env._("Total"),
            first,
            last,
            *self._figures(total, "amount"),
            self._figure(total, "residual"),
            self._figure(money, "signed_amount"),
            level="total",
        )
        self._add_rest(section, self.env._("After These Weeks"), due["after"])
        self._add_rest(section, self.env._("No Date Yet"), due["undated"])
        return [section]

    def _add_rest(self, section, title, installments):
        """A row of what is unpaid outside of the weeks."""
        section.add(
            title,
            None,
            None,
            *self._figures(installments, "residual"),
            self._figure(installments, "residual"),
            None,
            level="subtotal",
        )

    def _figures(self, installments, field):
        """What is due by kind, and together."""
        kinds = [
            installments.filtered(lambda one, kinds=kinds: one.kind in kinds)
            for kinds in KINDS.values()
        ]
        return [self._figure(records, field) for records in (*kinds, installments)]

    def _figure(self, records, field):
        return Figure.of(round(sum(records.mapped(field)), 2), records)

    # === Which money in which week ===

    def _due(self, scope, first, last):
        """{Monday: instalments expected in its week}, and those unpaid outside of the
        weeks under "before", "after" and "undated"."""
        installments = self.env["property.installment"].search_fetch(
            [
                ("project_id", "=", scope.project.id),
                ("contract_id.state", "in", ("signed", "filed", "delivered")),
                *([("user_id", "=", scope.user.id)] if scope.user else ()),
            ],
            ["kind", "amount", "residual", "expected_date", "deferred_until"],
        )
        places = {}
        loans = self._loan_days(scope.project)
        for installment in installments:
            day = loans.get(installment.id) or self._expected_day(installment)
            if day and first <= day <= last:
                place = date_utils.start_of(day, "week")
            elif installment.residual <= 0:
                continue
            elif not day:
                place = "undated"
            else:
                place = "before" if day < first else "after"
            places.setdefault(place, []).append(installment.id)
        rest = dict.fromkeys(("before", "after", "undated"), installments.browse())
        return rest | {place: installments.browse(ids) for place, ids in places.items()}

    @staticmethod
    def _expected_day(installment):
        days = (installment.expected_date, installment.deferred_until)
        return max((day for day in days if day), default=None)

    def _loan_days(self, project):
        """{instalment id: day on which its loan should be paid out}"""
        cases = self.env["property.mortgage"].search(
            [("project_id", "=", project.id), ("state", "=", "open")]
        )
        return {case.installment_id.id: case.expected_date for case in cases}

    def _received(self, scope, first, last):
        """{Monday: receipts and refunds that finance confirmed in its week}; what was
        only carried from one document to another is no cash."""
        start, end = scope.project.day_bounds(first, last)
        domain = Domain(
            [
                ("project_id", "=", scope.project.id),
                ("state", "=", "confirmed"),
                ("method", "!=", "carried"),
                ("confirm_date", ">=", start),
                ("confirm_date", "<", end),
            ]
        )
        if scope.user:
            domain &= Domain("user_id", "=", scope.user.id)
        receipts = self.env["property.receipt"].search_fetch(
            domain, ["confirm_date", "signed_amount"]
        )
        return receipts.grouped(
            lambda one: date_utils.start_of(
                scope.project.local_day(one.confirm_date), "week"
            )
        )

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
