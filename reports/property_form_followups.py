from odoo import models
from odoo.fields import Domain

from ..models.property_interaction import FOLLOWUP_KINDS
from .form_table import Column, Figure, Section
from .property_register_form import ENTRIES

FETCHED = {
    **{name: name for name in ("date", "kind", "note", "result")},
    "next": "next_date",
    "user": "user_id.name",
    "lead": "lead_id",
    "client": "lead_id.contact_name",
}


class PropertyFormFollowups(models.AbstractModel):
    """G20 跟进记录表: the recorded outgoing contacts of a period, of a client, of a rep
    or of all.

    Each line is a fact of the metric `followups`. A rep reads those he made; asking for
    one of his clients, also those made before the client was his. Of several clients
    each line names its own.
    """

    _name = "property.form.followups"
    _inherit = ["property.form", "property.block"]
    _description = "Follow-up Record"

    _code = "G20"
    _period = "range"
    _personal = True
    _filters = ("user", "client")
    _roles = ("rep", "clerk", "supervisor", "manager", "hq")

    def _sections(self, scope):
        client = scope.client
        if client:
            client.check_access("read")
        title = " · ".join(
            filter(None, (client and client.contact_name, scope.user.name))
        )
        section = Section(title or self._title(), self._columns(scope))
        section.rows = self._rows(scope, section)
        return [section]

    def _rows(self, scope, section):
        """The lines one by one, then their number."""
        domain = self._domain(scope)
        selection = self.env[ENTRIES]._fields["kind"]._description_selection(self.env)
        kinds, project, number = dict(selection), scope.project, 0
        for entry in self._rows_of(ENTRIES, domain, FETCHED, order="date, id"):
            lead, number = (entry["lead"],), number + 1
            client = [Figure(entry["client"], "crm.lead", lead)]
            yield section.row(
                Figure(project.local_time(entry["date"]), ENTRIES, (entry["id"],)),
                kinds[entry["kind"]],
                *([] if scope.client else client),
                entry["note"],
                entry["result"],
                entry["next"],
                entry["user"],
            )
        total = self._counted(
            self.env._("Total"),
            Figure.where(number, ENTRIES, domain),
            self.env._("lines: %s"),
        )
        blanks = [None] * (len(section.columns) - 2)
        yield section.row(None, total, *blanks, level="total")

    def _domain(self, scope):
        domain = self.env[ENTRIES]._effective_domain() & Domain(
            [*scope.happened("date"), ("kind", "in", FOLLOWUP_KINDS)]
        )
        if scope.client:
            domain &= Domain("lead_id", "=", scope.client.id)
        elif self._is_partial():
            domain &= Domain("user_id", "in", self.env.user._office_rep_ids())
        return domain

    def _columns(self, scope):
        client = [Column("client", self.env._("Client"), width=9)]
        return [
            Column("date", self.env._("Date"), "datetime", 14),
            Column("kind", self.env._("Contact Way"), width=9),
            *([] if scope.client else client),
            Column("note", self.env._("Content"), width=38),
            Column("result", self.env._("Result"), width=14),
            Column("next_date", self.env._("Next Follow-up"), "date", 10),
            Column("user", self.env._("Followed Up by"), width=8),
        ]
