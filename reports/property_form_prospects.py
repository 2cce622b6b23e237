from odoo import models
from odoo.tools import SQL, html2plaintext

from ..models.property_interaction import FOLLOWUP_KINDS, VISIT_KINDS
from .form_table import Column, Figure, Section

FETCHED = {
    **{
        name: name
        for name in (
            *("registration_number", "registered_date", "contact_name", "phone"),
            *("grade", "wanted_unit_ids", "unit_type_ids", "budget_max", "budget_min"),
            *("purpose", "description"),
        )
    },
    "source": "source_id.name",
}


class PropertyFormProspects(models.AbstractModel):
    """G7 意向客户登记表: whom each rep had at the close of a day, not yet sold to.

    Owner, sale, visits, follow-ups and the last day of the ownership are those of that
    day, read off the ledgers; name, wishes, grade and note keep no history and are
    those of now, as is the end of a slip that was extended. Who was nobody's is on no
    page; an ownership ends with its last day, written down or not (C3).
    """

    _name = "property.form.prospects"
    _inherit = ["property.form", "property.block"]
    _description = "Register of Prospects"

    _code = "G7"
    _period = "date"
    _layout = 2
    _personal = True
    _filters = ("user",)
    _roles = ("rep", "clerk", "supervisor", "manager", "hq")

    def _sections(self, scope):
        owned = self._owned(scope)
        users = self.env["res.users"].browse(owned)
        users = [user for user in self._reps(scope, users) if user.id in owned]
        sums = {}
        pages = [self._page(scope, user, owned[user.id], sums) for user in users]
        if len(pages) > 1:
            pages.append(self._together(scope, users, owned, sums))
        return pages or [Section(self._title(), self._columns())]

    # === Whose client at the close of the day ===

    def _owned(self, scope):
        """{rep's id: ids of the clients he had}, of those that the reader sees."""
        end = scope.bounds[1]
        deposits = self.env["property.deposit"].sudo()
        sold = deposits._search(deposits._standing_domain(end))
        leads = self.env["crm.lead"].with_context(active_test=False)
        seen = leads._search(
            [("project_id", "=", scope.project.id), ("registered_date", "<", end)]
        )
        self.env["property.ownership"].flush_model()
        # Who is free now and was somebody's then has moved since.
        rows = self.env.execute_query(
            SQL(
                """
                SELECT owner.user_id,
                       array_agg(lead.id ORDER BY lead.registered_date, lead.id)
                  FROM crm_lead lead
                  JOIN LATERAL (
                       SELECT user_id
                         FROM property_ownership
                        WHERE lead_id = lead.id AND date < %(end)s
                        ORDER BY date DESC, id DESC LIMIT 1) owner ON %(whose)s
                 WHERE lead.id IN %(seen)s AND lead.id NOT IN %(sold)s
                   AND (lead.user_id IS NOT NULL OR lead.id IN (
                        SELECT lead_id FROM property_ownership
                         WHERE project_id = %(project)s AND date >= %(end)s))
                 GROUP BY owner.user_id""",
                end=end,
                whose=self._whose(scope),
                seen=seen.subselect(),
                sold=sold.subselect(SQL.identifier("property_deposit", "lead_id")),
                project=scope.project.id,
            )
        )
        return dict(rows)

    def _whose(self, scope):
        """SQL: the owners who have a page. A client shared with a rep is on none of
        his."""
        whose = SQL("owner.user_id IS NOT NULL")
        if scope.user:
            whose = SQL("owner.user_id = %s", scope.user.id)
        if self._is_partial():
            reps = tuple(self.env.user._office_rep_ids()) or (0,)
            whose = SQL("%s AND owner.user_id IN %s", whose, reps)
        return whose

    # === A page ===

    def _page(self, scope, user, ids, sums):
        """
        :param sums: {rep's id: his `_sums_of`}, which the page adds his to when read
        """
        section = Section(user.name, self._columns(), new_page=True)
        section.rows = self._rows(scope, section, user, ids, sums)
        return section

    def _register_at(self, scope, ids):
        """What the register says of each client, and until when he is owned, of those
        of `ids` whose ownership has not lapsed by then, written down or not.

        :return: ({id: row of `_read_register`}, {id: last day or None})
        """
        leads = self.env["crm.lead"].browse(ids)
        facts = leads._read_register(scope.bounds[1])
        last_days = {
            id_: leads._last_day(scope.project, facts[id_]) or None for id_ in ids
        }
        return facts, {
            id_: last
            for id_, last in last_days.items()
            if not last or last >= scope.date_to
        }

    @staticmethod
    def _sums_of(facts, last_days):
        """Clients' ids, visits and follow-ups of a page."""
        visits, followups = (
            sum(facts[id_][name] for id_ in last_days)
            for name in ("visits", "all_followups")
        )
        return [*last_days], visits, followups

    def _rows(self, scope, section, user, ids, sums):
        """The lines of a page one by one, then their total."""
        project = scope.project
        facts, last_days = self._register_at(scope, ids)
        ids, visits, followups = sums[user.id] = self._sums_of(facts, last_days)
        grades = self._labels("grade")
        purposes = self._labels("purpose")
        effective = self._effective(scope)
        domain = [("id", "in", ids)]
        for lead in self._rows_of("crm.lead", domain, FETCHED, "registered_date, id"):
            of_lead = (lead["id"],)
            row = facts[lead["id"]]
            yield section.row(
                Figure(lead["registration_number"], "crm.lead", of_lead),
                project.local_day(lead["registered_date"]),
                Figure(lead["contact_name"], "crm.lead", of_lead),
                lead["phone"],
                grades.get(lead["grade"]),
                "、".join(lead["wanted_unit_ids"] + lead["unit_type_ids"]),
                lead["budget_max"] or lead["budget_min"] or None,
                purposes.get(lead["purpose"]),
                lead["source"],
                self._entries(row["visits"], VISIT_KINDS, of_lead, effective),
                row["followup"] and project.local_day(row["followup"]),
                self._entries(row["all_followups"], FOLLOWUP_KINDS, of_lead, effective),
                last_days[lead["id"]],
                row["next_date"],
                html2plaintext(lead["description"]) if lead["description"] else None,
            )
        total = self._counted(
            self.env._("Total"),
            Figure(len(ids), "crm.lead", tuple(ids)),
            self.env._("clients: %s"),
        )
        yield section.row(
            total,
            *[None] * 8,
            self._entries(visits, VISIT_KINDS, ids, effective),
            None,
            self._entries(followups, FOLLOWUP_KINDS, ids, effective),
            *[None] * 3,
            level="total",
        )

    # === All pages together ===

    def _together(self, scope, users, owned, sums):
        section = Section(
            self.env._("All Reps"),
            [
                Column("rep", self.env._("Rep"), width=12),
                Column("clients", self.env._("Clients"), "integer", 10),
                Column("visits", self.env._("Number of Visits"), "integer", 10),
                Column("followups", self.env._("Number of Follow-ups"), "integer", 10),
            ],
        )
        section.rows = self._together_rows(scope, section, users, owned, sums)
        return section

    def _together_rows(self, scope, section, users, owned, sums):
        """A line for each page, which has been read before, then the total."""
        every, visits, followups = [], 0, 0
        for user in users:
            mine = sums.get(user.id) or self._sums_of(
                *self._register_at(scope, owned[user.id])
            )
            every += mine[0]
            visits += mine[1]
            followups += mine[2]
            yield section.row(user.name, *self._together_figures(scope, *mine))
        total = self._together_figures(scope, every, visits, followups)
        yield section.row(self.env._("Total"), *total, level="total")

    def _together_figures(self, scope, ids, visits, followups):
        effective = self._effective(scope)
        return [
            Figure(len(ids), "crm.lead", tuple(ids)),
            self._entries(visits, VISIT_KINDS, ids, effective),
            self._entries(followups, FOLLOWUP_KINDS, ids, effective),
        ]

    def _labels(self, name):
        field = self.env["crm.lead"]._fields[name]
        return dict(field._description_selection(self.env))

    def _effective(self, scope):
        """The effective entries before the close: a domain."""
        effective = self.env["property.interaction"]._effective_domain()
        return [("date", "<", scope.bounds[1]), *effective]

    @staticmethod
    def _entries(count, kinds, lead_ids, effective):
        """A count of clients' entries, which opens them."""
        domain = [("lead_id", "in", lead_ids), ("kind", "in", kinds), *effective]
        return Figure.where(count, "property.interaction", domain)

    def _columns(self):
        return [
            Column("number", self.env._("Registration Number"), width=11),
            Column("registered", self.env._("Registered Date"), "date", 10),
            Column("client", self.env._("Client"), width=9),
            Column("phone", self.env._("Phone"), width=13),
            Column("grade", self.env._("Client Grade"), width=5),
            Column("wishes", self.env._("Wanted Units or Types"), width=16),
            Column("budget", self.env._("Budget"), "yuan", 11),
            Column("purpose", self.env._("Use"), width=8),
            Column("source", self.env._("Came Through"), width=9),
            Column("visits", self.env._("Number of Visits"), "integer", 6),
            Column("followed", self.env._("Last Follow-up"), "date", 10),
            Column("followups", self.env._("Number of Follow-ups"), "integer", 6),
            Column("owned_until", self.env._("Owned Until"), "date", 10),
            Column("next_date", self.env._("Next Follow-up"), "date", 10),
            Column("note", self.env._("Note"), width=16),
        ]
