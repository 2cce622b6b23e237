from odoo import models
from odoo.tools import SQL

from .form_table import Column, Figure, Section


class PropertyFormUnsigned(models.AbstractModel):
    """G12 未签约客户一览表: the confirmed deposits without a signed contract when the
    day closed, by rep, the longest due first.

    Replayed to that day: rep, purchaser, time granted, what was agreed with the client,
    and exchanges, whose new unit is not signed until its own contract is. The reason is
    what time was granted for, else what is missing.
    """

    _name = "property.form.unsigned"
    _inherit = ["property.form"]
    _description = "Clients without a Contract"

    _code = "G12"
    _period = "date"
    _personal = True
    _filters = ("user",)
    _roles = ("rep", "clerk", "control", "finance", "supervisor", "manager", "hq")

    def _sections(self, scope):
        section = Section(self._title(), self._columns())
        waiting = self._waiting(scope)
        reps = {}
        for one in waiting:
            reps.setdefault(one["rep_id"], []).append(one)
        names = {
            user.id: user.name for user in self.env["res.users"].sudo().browse(reps)
        }
        for rep in sorted(reps, key=lambda rep: (names[rep] or "", rep)):
            self._add_sums(section, names[rep], reps[rep], scope, "subtotal")
            for one in reps[rep]:
                self._add(section, one, scope)
        self._add_sums(section, self.env._("Total"), waiting, scope, "total")
        return [section]

    def _add_sums(self, section, label, waiting, scope, level):
        """Deposits, their money, and how many of them are late."""
        late = [one for one in waiting if self._days_late(one, scope)]
        number = self._figure_of(len(waiting), waiting)
        section.add(
            self._counted(label, number, self.env._("units: %s")),
            self._figure_of(self.env._("%s of them late", len(late)), late)
            if late
            else None,
            None,
            self._figure_of(round(sum(one["amount"] for one in waiting), 2), waiting),
            *[None] * 5,
            level=level,
        )

    def _add(self, section, one, scope):
        section.add(
            self._figure_of(one["client"], [one]),
            one["unit"],
            scope.project.local_day(one["confirm_date"]),
            self._figure_of(one["amount"], [one]),
            one["deadline"],
            self._days_late(one, scope) or None,
            one["reason"] or self._missing(one, scope),
            " ".join(str(part) for part in (one["next_date"], one["result"]) if part),
            one["phone"],
        )

    def _days_late(self, one, scope):
        deadline = one["deadline"]
        return max((scope.closing_day - deadline).days, 0) if deadline else 0

    def _missing(self, one, scope):
        papers = one["papers_date"]
        if one["was_signed"]:
            return self.env._("Exchanged, to be signed anew")
        if one["papers_deadline"] and (not papers or papers > scope.date_to):
            return self.env._("Papers missing")
        return None

    @staticmethod
    def _figure_of(value, waiting):
        return Figure(value, "property.deposit", tuple(one["id"] for one in waiting))

    def _waiting(self, scope):
        """One row for each deposit that waited for its contract: list of dicts."""
        for model in (
            *("property.deposit", "property.deposit.log", "property.contract"),
            *("property.change", "property.ownership", "property.interaction"),
            *("property.unit", "res.partner"),
        ):
            self.env[model].flush_model()
        day, end = scope.date_to, scope.bounds[1]
        deposits = self.env["property.deposit"]
        visible = deposits._search(
            [("project_id", "=", scope.project.id), ("confirm_date", "<", end)],
            order="id",
        )
        metrics = self.env["property.metric"]
        return self.env.execute_query_dict(
            SQL(
                """
                WITH waiting AS MATERIALIZED (
                     SELECT fact.* FROM property_deposit fact
                      WHERE fact.id IN %(visible)s
                        AND (fact.end_date IS NULL OR fact.end_date >= %(end)s)
                        AND (fact.exchanged_from_id IS NULL OR EXISTS (
                            SELECT FROM property_deposit old
                             WHERE old.id = fact.exchanged_from_id
                               AND old.end_date < %(end)s))
                        AND NOT EXISTS (
                            SELECT FROM property_contract signed
                             WHERE signed.deposit_id = fact.id
                               AND signed.name IS NOT NULL
                               AND signed.sign_date <= %(day)s))
                SELECT fact.id, fact.amount, fact.confirm_date, fact.papers_date,
                       fact.papers_deadline, client.name AS client, client.phone,
                       unit.name AS unit, %(rep)s AS rep_id,
                       COALESCE(later.day_before, fact.sign_deadline) AS deadline,
                       granted.reason, entry.next_date, entry.result,
                       %(was_signed)s AS was_signed
                  FROM waiting fact
                  JOIN property_unit unit ON unit.id = fact.unit_id
                  JOIN res_partner client ON client.id = %(purchaser)s
                  LEFT JOIN LATERAL (
                       SELECT reason FROM property_deposit_log
                        WHERE deposit_id = fact.id AND rule = 'sign' AND date < %(end)s
                        ORDER BY date DESC, id DESC LIMIT 1) granted ON TRUE
                  LEFT JOIN LATERAL (
                       SELECT day_before FROM property_deposit_log
                        WHERE deposit_id = fact.id AND rule = 'sign' AND date >= %(end)s
                        ORDER BY date, id LIMIT 1) later ON TRUE
                  LEFT JOIN LATERAL (
                       SELECT next_date, result FROM property_interaction entry
                        WHERE lead_id = fact.lead_id AND date < %(end)s
                          AND %(effective)s
                        ORDER BY date DESC, id DESC LIMIT 1) entry ON TRUE
                 WHERE %(mine)s
                 ORDER BY deadline, unit.name, fact.id""",
                day=day,
                end=end,
                rep=metrics._rep_at(end),
                was_signed=metrics._was_signed(SQL("fact.exchanged_from_id")),
                purchaser=deposits._purchaser_sql("fact", end),
                effective=self.env["property.interaction"]._effective_sql("entry"),
                visible=visible.subselect(),
                mine=SQL("%s = %s", metrics._rep_at(end), scope.user.id)
                if scope.user
                else SQL("TRUE"),
            )
        )

    def _columns(self):
        return [
            Column("client", self.env._("Client"), width=10),
            Column("unit", self.env._("Unit No."), width=12),
            Column("confirmed", self.env._("Deposit Date"), "date", 11),
            Column("amount", self.env._("Deposit Amount"), "yuan", 11),
            Column("deadline", self.env._("Sign By"), "date", 11),
            Column("late", self.env._("Days Late"), "integer", 8, adds=False),
            Column("reason", self.env._("Why Not Signed"), width=24),
            Column("next", self.env._("Next Step"), width=24),
            Column("phone", self.env._("Phone"), width=14),
        ]
