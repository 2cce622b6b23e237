"""Screens that a rep and a manager open all day (performance.md §9, rows 1-5, 10)."""

from ..case import Case, Goal
from ..screens import (
    COUNT_LIMIT,
    LIMIT,
    MODULE,
    open_form,
    open_kanban,
    open_list,
    read_specification,
)

CLIENTS = [("project_id", "!=", False)]
# The same columns on both sides, five of them relations.
COLUMNS = ("name", "contact_name", "phone", "priority", "create_date", "company_id")
RELATIONS = ("user_id", "team_id", "stage_id", "source_id")


def specification(tags, *rule_fields):
    named = {"fields": {"display_name": {}}}
    return dict.fromkeys((*COLUMNS, *rule_fields), {}) | dict.fromkeys(
        (*RELATIONS, tags), named
    )


BAR = {
    "field": "client_class",
    "colors": dict.fromkeys(("buyer", "prospect", "potential")),
}
STOCK_BAR = {
    "field": "activity_state",
    "colors": dict.fromkeys(("planned", "today", "overdue")),
}

SQL_COLUMNS = """
    lead.id, lead.name, lead.contact_name, lead.phone, lead.priority, lead.create_date,
    lead.company_id, lead.project_id, lead.active, lead.user_id, host.name,
    lead.team_id, team.name ->> 'zh_CN', lead.stage_id, stage.name ->> 'zh_CN',
    lead.source_id, source.name
"""
STAGE = "id, name ->> 'zh_CN', fold"
JOINS = """
    LEFT JOIN res_users owner ON owner.id = lead.user_id
    LEFT JOIN res_partner host ON host.id = owner.partner_id
    LEFT JOIN crm_team team ON team.id = lead.team_id
    LEFT JOIN crm_stage stage ON stage.id = lead.stage_id
    LEFT JOIN utm_source source ON source.id = lead.source_id
"""
ACTIVE = "lead.project_id IS NOT NULL AND lead.active IS TRUE"
ORDER = "ORDER BY lead.priority DESC, lead.id DESC"


def sql_page(cr, where, *params):
    """A page of clients with all columns of the list, and how many there are."""
    cr.execute(
        f"""WITH page AS MATERIALIZED (
                SELECT lead.* FROM crm_lead lead WHERE {where} {ORDER} LIMIT {LIMIT})
            SELECT {SQL_COLUMNS} FROM page lead {JOINS} {ORDER}""",
        params,
    )
    ids = [row[0] for row in cr.fetchall()]
    cr.execute(
        """SELECT link.crm_lead_id, type.id, type.name
             FROM crm_lead_property_unit_type_rel link
             JOIN property_unit_type type ON type.id = link.property_unit_type_id
            WHERE link.crm_lead_id = ANY(%s)""",
        [ids],
    )
    cr.fetchall()
    if len(ids) < LIMIT:
        return ids, len(ids)
    cr.execute(
        f"""SELECT count(*) FROM (
                SELECT FROM crm_lead lead WHERE {where} LIMIT {COUNT_LIMIT}) counted""",
        params,
    )
    return ids, cr.fetchone()[0]


class ClientList(Case):
    domain = CLIENTS
    stock_domain = []
    goal = Goal(queries=9)

    def ours(self, env):
        columns = specification("unit_type_ids", "project_id", "active")
        return open_list(env, "crm.lead", columns, self.domain)

    def stock(self, env):
        domain = [("type", "=", "opportunity"), *self.stock_domain]
        return open_list(env, "crm.lead", specification("tag_ids"), domain)


class MyClients(ClientList):
    """A rep opens his own list, filtered to his own in CRM too"""

    goal = Goal(sql=(3.2, 3.0), stock=(0.9, 0.5), queries=9)

    @property
    def stock_domain(self):
        return [("user_id", "=", self.picks.uids[self.picks.twin][self.login])]

    def sql(self, cr):
        where = (
            "lead.user_id = %s AND lead.project_id IS NOT NULL AND lead.active IS TRUE"
        )
        return sql_page(cr, where, self.picks.uids[self.picks.database][self.login])


class RepList(MyClients):
    """A rep opens his list: ours by our rule, CRM's by its own"""

    stock_domain = []
    goal = Goal(sql=(3.2, 3.0), stock=(0.6, 0.27), queries=9)


class BusiestRepList(RepList):
    """The rep with ten times the median's clients opens his list"""

    login = "rep0"


class ManagerList(ClientList):
    """The manager opens the list of all clients"""

    login = "manager"
    goal = Goal(sql=(3.3, 3.2), stock=(0.65, 0.65), queries=9)

    def sql(self, cr):
        return sql_page(cr, ACTIVE)


class ListView(ClientList):
    """A rep opens the list as it is: every column of either view, hidden ones too"""

    goal = Goal(stock=(1, 1), queries=9)

    def prepare(self, env):
        """The client reads a view once."""
        self.columns = read_specification(
            env, "crm.lead", f"{MODULE}.crm_lead_view_list_client", "list"
        )

    def prepare_stock(self, env):
        self.stock_columns = read_specification(
            env, "crm.lead", "crm.crm_case_tree_view_oppor", "list"
        )

    def ours(self, env):
        return open_list(env, "crm.lead", self.columns, self.domain)

    def stock(self, env):
        domain = [("type", "=", "opportunity")]
        return open_list(env, "crm.lead", self.stock_columns, domain)


class Kanban(Case):
    goal = Goal(queries=16)
    where = ACTIVE

    def prepare(self, env):
        self.columns = read_specification(
            env, "crm.lead", f"{MODULE}.crm_lead_view_kanban_client", "kanban"
        )

    def prepare_stock(self, env):
        self.stock_columns = read_specification(
            env, "crm.lead", "crm.crm_case_kanban_view_leads", "kanban"
        )

    def ours(self, env):
        return open_kanban(env, "crm.lead", self.columns, CLIENTS, "stage_id", BAR)

    def sql(self, cr):
        params = self.params()
        cr.execute(
            f"""SELECT stage_id, client_class, count(*) FROM crm_lead lead
                 WHERE {self.where} GROUP BY stage_id, client_class""",
            params,
        )
        counts = {}
        for stage, _class, count in cr.fetchall():
            counts[stage] = counts.get(stage, 0) + count
        cr.execute(
            "SELECT id, name ->> 'zh_CN', fold FROM crm_stage ORDER BY sequence, id"
        )
        answer = {}
        for stage, _name, fold in cr.fetchall():
            if stage in counts:
                where = f"{self.where} AND lead.stage_id = %s"
                ids = [] if fold else sql_page(cr, where, *params, stage)[0]
                answer[stage] = (counts[stage], ids)
        return answer

    def params(self):
        return ()

    def stock(self, env):
        domain = [("type", "=", "opportunity")]
        return open_kanban(
            env, "crm.lead", self.stock_columns, domain, "stage_id", STOCK_BAR
        )


class RepKanban(Kanban):
    """A rep opens his kanban by stage"""

    goal = Goal(sql=(3.6, 2.9), stock=(0.42, 0.18), queries=16)
    where = f"lead.user_id = %s AND {ACTIVE}"

    def params(self):
        return (self.picks.uids[self.picks.database][self.login],)


class ManagerKanban(Kanban):
    """The manager opens the kanban of all clients"""

    login = "manager"
    goal = Goal(sql=(3.1, 2.9), stock=(0.4, 0.4), queries=16)


class ClientForm(Case):
    """A rep opens a client's file"""

    goal = Goal(sql=(3.5, 3.1), stock=(0.45, 0.45), queries=9)

    def prepare(self, env):
        self.columns = read_specification(
            env, "crm.lead", f"{MODULE}.crm_lead_view_form_client", "form"
        )

    def ours(self, env):
        return open_form(env, "crm.lead", self.columns, self.picks.client)

    def sql(self, cr):
        client = self.picks.client
        cr.execute(
            f"""SELECT lead.*, {SQL_COLUMNS}, person.name, project.name, first.name
                  FROM crm_lead lead {JOINS}
                  LEFT JOIN res_partner person ON person.id = lead.partner_id
                  LEFT JOIN property_project project ON project.id = lead.project_id
                  LEFT JOIN res_users register ON register.id = lead.registered_user_id
                  LEFT JOIN res_partner first ON first.id = register.partner_id
                 WHERE lead.id = %s""",
            [client],
        )
        answer = cr.fetchone()[0]
        for query in (
            """SELECT type.id, type.name FROM crm_lead_property_unit_type_rel link
                 JOIN property_unit_type type ON type.id = link.property_unit_type_id
                WHERE link.crm_lead_id = %s""",
            """SELECT entry.id, is_valid, date, kind, host.name, note, result, next_date
                 FROM property_interaction entry
                 JOIN res_users login ON login.id = entry.user_id
                 JOIN res_partner host ON host.id = login.partner_id
                WHERE lead_id = %s ORDER BY date DESC, entry.id DESC LIMIT 40""",
            """SELECT id, name, relation, phone, id_number, proof
                 FROM property_family_member WHERE lead_id = %s""",
            """SELECT deposit.id, deposit.name, unit.name, date, price, amount,
                      sign_deadline, deposit.state
                 FROM property_deposit deposit
                 JOIN property_unit unit ON unit.id = deposit.unit_id
                WHERE lead_id = %s ORDER BY date DESC, deposit.id DESC""",
            """SELECT ledger.id, date, owner.name, basis, clause, reason
                 FROM property_ownership ledger
                 LEFT JOIN res_users login ON login.id = ledger.user_id
                 LEFT JOIN res_partner owner ON owner.id = login.partner_id
                WHERE lead_id = %s ORDER BY date DESC, ledger.id DESC LIMIT 40""",
        ):
            cr.execute(query, [client])
            cr.fetchall()
        cr.execute(
            """SELECT id, name ->> 'zh_CN' FROM crm_stage ORDER BY sequence, id"""
        )
        cr.fetchall()
        return self.picks.client if answer else None

    def prepare_stock(self, env):
        self.stock_columns = read_specification(
            env, "crm.lead", "crm.crm_lead_view_form", "form"
        )

    def stock(self, env):
        return open_form(env, "crm.lead", self.stock_columns, self.picks.client)
