from dataclasses import replace
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import AccessError

from ..models.metric import percent
from ..models.res_users import ROLES
from .form_scope import FormScope

TREND_DAYS = 30
FUNNEL = ("calls", "visits", "deposits", "contracts")
RATES = ("call_rate", "deposit_rate", "contract_rate")  # to the second, the third…


class PropertyDashboard(models.AbstractModel):
    """The day and the month at a glance, of what the user answers for (H6).

    A rep sees what he did, a supervisor his teams', a manager his project, head office
    its projects beside each other: the metrics' record rules decide. Every figure is
    one of the forms' and opens what it was read off.
    """

    _name = "property.dashboard"
    _inherit = ["property.block"]
    _description = "Dashboard"

    @api.model
    @api.readonly
    def figures(self, project_id=None):
        """What the screen shows.

        :param project_id: one of the user's projects; his first when omitted
        :raise AccessError: for who has no role in the office
        """
        if not self.env.user._has_office_role(*ROLES):
            raise AccessError(self.env._("You have no role in a sales office."))
        projects = self.env["property.project"].search([("active", "=", True)])
        project = projects.filtered(lambda one: one.id == project_id) or projects[:1]
        board = {
            "projects": projects.read(["name"]),
            "project_id": project.id,
            "cards": [],
        }
        if not project:
            return board
        today = project.local_day()
        users, buildings = self.env["res.users"], self.env["property.building"]
        day = FormScope(project, today, today, users, buildings)
        periods = [day.since_month(), *self._trend_days(day)]
        day = self._read(day, periods, ("user_id",))
        month = day.since_month()
        tally = self._tallies(month)[()]
        return board | {
            "today": today.isoformat(),
            "cards": [*self._day_cards(day), *self._work_cards(day, month, tally)],
            "targets": self._target_bars(month),
            "funnel": self._funnel(month, tally),
            "charts": [self._trend(day)],
            "ranking": self._ranking(month),
            "table": self._by_project(projects) if self._is_head_office() else [],
        }

    def _is_head_office(self):
        return self.env.user._has_office_role("hq")

    def _has_clients(self):
        return self.env.user._has_office_role("rep", "clerk", "hq")

    # === Cards ===

    def _day_cards(self, day):
        """Today's figures, yesterday's beside them."""
        before = day.previous()
        now, then = (self._tallies(one)[()] for one in (day, before))
        names = [
            ("deposits", self.env._("Deposits Today"), "number", "integer"),
            ("contracts", self.env._("Contracts Today"), "number", "integer"),
            ("net_receipts", self.env._("Net Receipts Today"), "amount", "yuan"),
        ]
        if self._has_clients():
            names = [
                ("calls", self.env._("Calls Today"), "number", "integer"),
                ("visits", self.env._("Visits Today"), "number", "integer"),
                ("registrations", self.env._("Registered Today"), "number", "integer"),
                *names,
            ]
        return [
            self._card(
                label,
                self._figure(now, self._facts(day), name, measure),
                kind,
                then.get(name, measure),
            )
            for name, label, measure, kind in names
        ]

    def _work_cards(self, day, month, tally):
        """What is to be done, and how well it is: each for whom it concerns."""
        role = self.env.user._has_office_role
        project = ("project_id", "=", day.project.id)
        cards = []
        if self._has_clients():
            cards += [
                self._count_card(
                    self.env._("Follow-ups Due"),
                    "crm.lead",
                    [
                        project,
                        ("next_date", "<=", day.date_to.isoformat()),
                        ("is_sold", "=", False),
                        ("user_id", "!=", False),
                    ],
                ),
                self._count_card(
                    self.env._("Ownership Expiring"),
                    "crm.lead",
                    [project, ("ownership_state", "=", "expiring")],
                ),
                self._card(
                    self.env._("Agreed Follow-ups Made, this Month"),
                    self._figure(tally, self._facts(month), "kept_rate"),
                    "percent",
                ),
            ]
        cards.append(
            self._count_card(
                self.env._("Open Slips"),
                "property.deposit",
                [project, ("state", "in", ("slip", "paid"))],
            )
        )
        if role("control", "supervisor", "finance", "hq"):
            cards.append(
                self._count_card(
                    self.env._("Units on Sale"),
                    "property.unit",
                    [project, ("state", "=", "available")],
                )
            )
        cards.append(
            self._count_card(
                self.env._("Overdue Instalments"),
                "property.installment",
                [project, ("state", "=", "overdue")],
            )
        )
        return cards

    def _count_card(self, label, model, domain):
        count = self.env[model].search_count(domain)
        return {
            "label": label,
            "value": count,
            "kind": "integer",
            "action": self._action(label, model, domain),
        }

    def _card(self, label, figure, kind, before=None):
        return {
            "label": label,
            "value": figure.value,
            "kind": kind,
            "before": before,
            "action": self._action(label, figure.model, figure.records_domain()),
        }

    def _action(self, name, model, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [[False, "list"], [False, "form"]],
            "domain": domain,
            "context": {"create": False},
        }

    # === The month ===

    def _target_bars(self, month):
        """Reached of the month's target: a rep's own, else the project's."""
        if not self.env["property.target"].has_access("read"):
            return []
        is_rep = not self.env.user._has_office_role("supervisor", "clerk", "hq")
        user = self.env.user if is_rep else month.user
        planned, targets = self.env["property.target"]._aims(
            month.project, month.date_from, month.date_to, user
        )
        return [
            {"label": label, "planned": planned[aim], "done": done, "rate": rate}
            for aim, label, done, rate in (
                (
                    "deposit_number",
                    self.env._("Deposits (units)"),
                    sum(targets.mapped("deposit_done")),
                    targets[:1].deposit_rate,
                ),
                (
                    "contract_amount",
                    self.env._("Contracts (yuan)"),
                    sum(targets.mapped("contract_done")),
                    targets[:1].contract_rate,
                ),
                (
                    "receipt_amount",
                    self.env._("Receipts (yuan)"),
                    sum(targets.mapped("receipt_done")),
                    targets[:1].receipt_rate,
                ),
            )
            if planned[aim]
        ]

    def _funnel(self, month, tally):
        """From the call to the money: each step, and the rate that leads to it."""
        labels = {
            "calls": self.env._("Calls"),
            "visits": self.env._("Visits"),
            "deposits": self.env._("Deposits"),
            "contracts": self.env._("Contracts"),
        }
        domain = self._facts(month)
        rates = dict(zip(FUNNEL[1:], RATES, strict=False))
        widest = max([tally.get(name) for name in FUNNEL] + [1])
        steps = []
        for name in FUNNEL:
            figure = self._figure(tally, domain, name)
            steps.append(
                self._card(labels[name], figure, "integer")
                | {
                    "width": percent(figure.value, widest),
                    "rate": rates.get(name) and tally.get(rates[name]),
                }
            )
        money = self._figure(tally, domain, "net_receipts", "amount")
        sold = tally.get("net_contracts", "amount")
        steps.append(
            self._card(self.env._("Money"), money, "yuan")
            | {"width": 100, "rate": percent(money.value, sold)}
        )
        return steps

    def _trend(self, day):
        """Calls, visits and deposits of the last days."""
        days = self._trend_days(day)
        tallies = [self._tallies(one)[()] for one in days]
        lines = (
            ("calls", self.env._("Calls")),
            ("visits", self.env._("Visits")),
            ("deposits", self.env._("Deposits")),
        )
        return {
            "title": self.env._("Last %s Days", TREND_DAYS),
            "kind": "line",
            "labels": [f"{one.date_to:%m-%d}" for one in days],
            "series": [
                {
                    "name": label,
                    "values": [tally.get(name) for tally in tallies],
                }
                for name, label in lines
            ],
        }

    def _trend_days(self, day):
        first = replace(day, date_from=day.date_to - timedelta(days=TREND_DAYS - 1))
        return [replace(day, date_from=one, date_to=one) for one in first.days]

    def _ranking(self, month):
        """The reps the user answers for, by what they sold this month."""
        domain = self._facts(month)
        tallies = self._tallies(month, "user_id")
        empty = self._sum(())
        rows = []
        for user in self._reps(month, tallies):
            tally = tallies.get(user, empty)
            own = [*domain, ("user_id", "=", user.id)]
            rows.append(
                {
                    "id": user.id,
                    "name": user.name or self.env._("Nobody"),
                    "visits": tally.get("visits"),
                    "deposits": tally.get("net_deposits"),
                    "amount": tally.get("net_deposits", "amount"),
                    "contracts": tally.get("net_contracts"),
                    "receipts": tally.get("net_receipts", "amount"),
                    "deposit_rate": tally.get("deposit_rate"),
                    "kept_rate": tally.get("kept_rate"),
                    "action": self._action(user.name, "property.metric", own),
                }
            )
        return sorted(rows, key=lambda row: (-row["amount"], -row["visits"]))

    def _by_project(self, projects):
        """Head office: the month of each project beside the others."""
        rows = []
        users, buildings = self.env["res.users"], self.env["property.building"]
        for project in projects:
            today = project.local_day()
            month = FormScope(project, today, today, users, buildings).since_month()
            tally = self._tallies(month)[()]
            planned, _targets = self.env["property.target"]._aims(
                project, month.date_from, month.date_to
            )
            amount = tally.get("net_deposits", "amount")
            rows.append(
                {
                    "id": project.id,
                    "name": project.name,
                    "visits": tally.get("visits"),
                    "deposits": tally.get("net_deposits"),
                    "amount": amount,
                    "contracts": tally.get("net_contracts"),
                    "receipts": tally.get("net_receipts", "amount"),
                    "deposit_rate": tally.get("deposit_rate"),
                    "reached": percent(amount, planned["deposit_amount"]),
                }
            )
        return rows
