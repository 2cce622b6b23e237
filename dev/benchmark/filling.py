"""Three years of an office, copied into the tables of our module."""

from collections import Counter
from datetime import timedelta

from odoo.addons.crm_property_sales.demo import words

from .deals import Deals
from .examples import example_rows
from .life import CALL, CALLED, FIRST, FOLLOW, KINDS, Life, local_today, mobile
from .office import PROJECTS
from .people import People, person
from .table import Table, bulk_load

PURPOSES, HORIZONS, DISTRICTS = (
    [*some] for some in (words.PURPOSES, words.HORIZONS, words.DISTRICTS)
)
FOLLOWUPS_REQUIRED = 3
LEFT_OPEN = 1_000  # entries of the register for a closing to take in
# The office's day (9:00 to 18:00) in UTC, by second: there are millions of moments.
CLOCK = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(11 * 3600)]
UTC8 = 8 * 3600


class Filling:
    """Fills the database of `env`, where the office has its people and projects."""

    def __init__(self, env, size):
        self.env, self.cr, self.size = env, env.cr, size
        self.projects = env["property.project"].search([], order="id")
        self.types = [one.unit_type_ids.sorted("id").ids for one in self.projects]
        self.policies = [project.policy().id for project in self.projects]
        self.concerns = env["property.concern"].search([], order="id").ids
        self.stages = env["crm.stage"].search([("is_won", "=", False)]).ids
        self.people = People.find(env)
        self.like = example_rows(env)
        self.tables = []
        self.life = Life(size, len(self.people.reps), local_today())
        self.days = [day.isoformat() for day in self.life.days]
        self.next_days, self.check_days = (
            [(day + timedelta(ahead)).isoformat() for day in self.life.days]
            for ahead in (10, self.projects[0].policy().fact_check_days)
        )

    def run(self):
        self.deals = Deals(self)
        self.deals.make_buildings()
        rosters = self.env["property.roster"]
        self.rings = {
            (number, ring): rosters._ring(project, ring).id
            for number, project in enumerate(self.projects)
            for ring in ("call", "visit")
        }
        with bulk_load(self.cr, self._all_tables()):
            self._copy_clients()
            self._copy_register()
            self.deals.copy_units()
            for table in self.tables:
                table.flush()
        self._close_register()

    def _all_tables(self):
        links = [
            model._fields[name].relation
            for model in (self.env["crm.lead"], self.env["property.interaction"])
            for name in ("unit_type_ids", "concern_ids")
            if name in model._fields
        ]
        return links + [
            self.env[model]._table
            for model in (
                *("crm.lead", "property.interaction", "property.ownership"),
                *("property.family.member", "mail.activity", "res.partner"),
                *("property.unit", "property.unit.event"),
                *("property.deposit", "property.receipt", "property.roster.turn"),
                *("property.contract", "property.contract.buyer"),
                *("property.installment", "property.receipt.line"),
            )
        ]

    def table(self, model, columns, like=None):
        table = Table(self.cr, self.env[model]._table, columns.split(), self.like[like])
        self.tables.append(table)
        return table

    def links(self, model, name):
        field = self.env[model]._fields[name]
        table = Table(self.cr, field.relation, [field.column1, field.column2])
        self.tables.append(table)
        return table

    def moment(self, entry):
        second = self.life.second[entry] - UTC8
        return f"{self.days[self.life.day[entry]]} {CLOCK[second]}"

    # === Clients, and the ledger of whose they are ===

    def _copy_clients(self):
        life = self.life
        common = (
            "id user_id registered_user_id create_uid write_uid team_id project_id "
            "contact_name name phone phone_sanitized phone_tail registration_number "
            "registered_date create_date write_date date_open date_last_stage_update "
            "stage_id source_id district grade purpose horizon budget_max area_wanted "
            "last_contact_date last_visit_date next_date followup_count_since_visit "
            "followup_required followup_missing owned_until fact_check_date "
            "plan_started is_plan_due"
        )
        clients = self.table("crm.lead", common, "client")
        buyers = self.table("crm.lead", common + " partner_id", "buyer")
        types = self.links("crm.lead", "unit_type_ids")
        ledger = self.table(
            "property.ownership",
            "lead_id project_id user_id author_id create_uid write_uid date policy_id",
            "registered",
        )
        lapsed = self.table(
            "property.ownership", "lead_id project_id date policy_id", "expired"
        )
        relatives = self.table(
            "property.family.member",
            "lead_id project_id user_id name phone phone_sanitized",
            "relative",
        )
        activities = self.table(
            "mail.activity", "res_id res_name user_id date_deadline", "activity"
        )
        for client in range(self.size):
            rep = life.owner[client]
            lead_id, number = client + 1, rep % PROJECTS
            project, user = self.projects.ids[number], self.people.reps[rep]
            free, sold = life.is_free(client), life.sold[client] >= 0
            owner = None if free else user
            name, phone = person(client), mobile(client)
            moment = self.moment(life.registered[client])
            followups = life.followups[client]
            contact = life.contact[client]
            row = (
                *(lead_id, owner, user, user, user, self.people.teams[rep], project),
                *(name, name, phone, f"+86{phone}", phone[-4:], f"B{lead_id:07}"),
                *[moment] * 5,
                self.stages[client * 7 % 11 % len(self.stages)],
                self.people.sources[client * 13 % len(self.people.sources)],
                DISTRICTS[client * 3 % len(DISTRICTS)],
                "abcd"[client % 4],
                PURPOSES[client * 5 % len(PURPOSES)],
                HORIZONS[client * 7 % len(HORIZONS)],
                800_000 + client % 13 * 100_000,
                70 + client % 8 * 10,
                self.days[contact],
                self.days[life.visit[client]],
                self.next_days[contact],
                followups,
                FOLLOWUPS_REQUIRED,
                max(FOLLOWUPS_REQUIRED - followups, 0),
                None if free or sold else life.owned_until(client).isoformat(),
                self.check_days[life.day[life.registered[client]]],
                *("sold" if sold else self.days[life.visit[client]], "f"),
            )
            types.add(lead_id, self.types[number][client % 4])
            policy = self.policies[number]
            ledger.add(lead_id, project, user, user, user, user, moment, policy)
            if sold:
                buyers.add(*row, self.deals.sell(client, name, phone, user))
                continue
            clients.add(*row)
            if free:
                # The end of the last day, in UTC.
                end = f"{life.owned_until(client)} 16:00:00"
                lapsed.add(lead_id, project, end, policy)
            elif client % 7 == 0:
                activities.add(lead_id, name, user, self.next_days[contact])
            if client % 50 == 0:
                phone = mobile(2 * self.size + client)
                relative = person(client + 1)
                relatives.add(lead_id, project, owner, relative, phone, f"+86{phone}")

    # === The register ===

    def _copy_register(self):
        life = self.life
        who = (
            "id kind state date create_date write_date lead_id user_id owner_id "
            "create_uid write_uid project_id partner_name phone phone_sanitized "
            "turn_id "
        )
        asked = "source_id purpose horizon area_wanted budget grade district "
        calls = self.table("property.interaction", who + asked, "call")
        visits = self.table("property.interaction", who + asked + "next_date", "visit")
        followups = self.table("property.interaction", who + "next_date", "followup")
        turns = self.table(
            "property.roster.turn",
            "id roster_id ring project_id number user_id date",
            "turn",
        )
        numbers = Counter()
        types = self.links("property.interaction", "unit_type_ids")
        concerns = self.links("property.interaction", "concern_ids")
        for entry, kind in enumerate(life.kind):
            client, rep, caller = (
                life.client[entry],
                life.rep[entry],
                life.caller[entry],
            )
            entry_id, number = entry + 1, rep % PROJECTS
            user, moment = self.people.reps[rep], self.moment(entry)
            owner = None if client >= 0 and life.is_free(client) else user
            phone, turn = mobile(caller), None
            if kind in (CALL, FIRST):
                ring = "call" if kind == CALL else "visit"
                roster = self.rings[number, ring]
                numbers[roster] += 1
                turn = turns.count + 1
                project = self.projects.ids[number]
                turns.add(turn, roster, ring, project, numbers[roster], user, moment)
            row = (
                *(entry_id, KINDS[kind], "closed" if number else "open"),
                *[moment] * 3,
                *(client + 1 if client >= 0 else None, user, owner, user, user),
                *(self.projects.ids[number], person(caller), phone, f"+86{phone}"),
                turn,
            )
            next_day = self.next_days[life.day[entry]]
            if kind >= FOLLOW:
                followups.add(*row, next_day)
                continue
            answers = (
                self.people.sources[caller * 13 % len(self.people.sources)],
                PURPOSES[caller * 5 % len(PURPOSES)],
                HORIZONS[caller * 7 % len(HORIZONS)],
                *(70 + caller % 8 * 10, 800_000 + caller % 13 * 100_000),
                "abcd"[caller % 4],
                DISTRICTS[caller * 3 % len(DISTRICTS)],
            )
            types.add(entry_id, self.types[number][caller % 4])
            if kind in (CALL, FIRST, CALLED):
                concerns.add(entry_id, self.concerns[caller % len(self.concerns)])
            if kind == CALL:
                calls.add(*row, *answers)
            else:
                visits.add(*row, *answers, next_day)
        for roster, number in numbers.items():
            self.cr.execute(
                "UPDATE property_roster SET last_number = %s WHERE id = %s",
                [number, roster],
            )

    def _close_register(self):
        """The first project's register is closed through its door, a month at a time,
        up to the last entries: the days of these are still to be closed. (Of the other
        projects it is closed without a chain: to chain all takes longer than to fill.)
        """
        project = self.projects[0]
        entries = self.env["property.interaction"]
        domain = [("project_id", "=", project.id), ("state", "=", "open")]
        last = entries.search(domain, order="date DESC", offset=LEFT_OPEN, limit=1)
        end = project.local_day(last.date) if last else self.life.days[0]
        days = [day for day in self.life.days if day < end]
        months = [day for day in days if day.day == 1][1:] + days[-1:]
        for day in months:
            self.env["property.day"].create(
                {"project_id": project.id, "date": day, "check_ids": []}
            ).action_close()
            self.env.flush_all()
            self.env.invalidate_all()
