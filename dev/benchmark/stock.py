"""The stock twin: the same clients and reps in CRM without our module."""

from .filling import CLOCK, UTC8
from .life import Life, local_today, mobile
from .people import People, make_people, person
from .table import Table, bulk_load, row_of

TAGS = 20


def make_stock_office(env):
    make_people(
        env,
        "sales_team.group_sale_salesman",
        "sales_team.group_sale_salesman_all_leads",
        "sales_team.group_sale_manager",
    )
    env["crm.tag"].create([{"name": f"Tag {n}"} for n in range(TAGS)])


def fill_stock(env, size):
    """Leads with their persons, tags and planned activities. A client who is free with
    us is lost here, one who has bought is won; of the others one in a hundred is
    nobody's. No chatter: no screen measured reads it.
    """
    people = People.find(env)
    tags = env["crm.tag"].search([], order="id").ids
    stages = env["crm.stage"].search([("is_won", "=", False)]).ids
    first_person = max(env["res.partner"].search([]).ids) + 1
    like = _examples(env)
    life = Life(size, len(people.reps), local_today())
    days = [day.isoformat() for day in life.days]

    columns = (
        "id user_id create_uid write_uid team_id contact_name name phone "
        "phone_sanitized create_date write_date date_open date_last_stage_update "
        "source_id expected_revenue prorated_revenue partner_id date_closed"
    ).split()
    leads = {
        state: Table(env.cr, "crm_lead", [*columns, "stage_id"], row | {"day_close": 0})
        for state, row in like.items()
        if state in ("open", "won", "lost")
    }
    persons = Table(
        env.cr,
        "res_partner",
        "id commercial_partner_id name complete_name phone phone_sanitized".split(),
        like["partner"],
    )
    field = env["crm.lead"]._fields["tag_ids"]
    links = Table(env.cr, field.relation, [field.column1, field.column2])
    activities = Table(
        env.cr,
        "mail_activity",
        "res_id res_name user_id date_deadline".split(),
        like["activity"],
    )
    tables = [*leads.values(), persons, links, activities]
    with bulk_load(env.cr, sorted({table.name for table in tables})):
        for client in range(size):
            rep = life.owner[client]
            user, lead_id = people.reps[rep], client + 1
            name, phone = person(client), mobile(client)
            entry = life.registered[client]
            moment = f"{days[life.day[entry]]} {CLOCK[life.second[entry] - UTC8]}"
            state = "won" if life.sold[client] >= 0 else "open"
            if life.is_free(client):
                state = "lost"
            stage = stages[client * 7 % 11 % len(stages)]
            partner = first_person + client
            persons.add(partner, partner, name, name, phone, f"+86{phone}")
            budget = 800_000 + client % 13 * 100_000
            leads[state].add(
                *(lead_id, None if client % 100 == 50 else user, user, user),
                *(people.teams[rep], name, name, phone),
                *(f"+86{phone}", *[moment] * 4),
                people.sources[client * 13 % len(people.sources)],
                *(budget, budget if state == "won" else 0, partner),
                None if state == "open" else moment,
                like["won"]["stage_id"] if state == "won" else stage,
            )
            if client % 4:
                links.add(lead_id, tags[client % TAGS])
            if state == "open" and client % 7 == 0:
                activities.add(lead_id, name, user, days[life.contact[client]])
        for table in tables:
            table.flush()
    # Lead scoring has learnt from all of them, as it does from the first day on.
    env["ir.config_parameter"].set_param("crm.pls_start_date", days[0])
    env["crm.lead"]._rebuild_pls_frequency_table()


def _examples(env):
    """As `examples.example_rows`, of CRM."""
    rep = env["res.users"].search([("login", "=", "rep0")])
    with env.cr.savepoint() as savepoint:
        values = {"name": "王芳", "contact_name": "王芳", "phone": "13812345678"}
        lead = (
            env["crm.lead"]
            .with_user(rep)
            .create(values | {"type": "opportunity", "source_id": 1})
        )
        lead._handle_partner_assignment(create_missing=True)
        activity = lead.activity_schedule("mail.mail_activity_data_call")
        rows = {"open": row_of(lead), "activity": row_of(activity)}
        rows["partner"] = row_of(lead.partner_id.sudo())
        with env.cr.savepoint() as won:
            lead.action_set_won()
            rows["won"] = row_of(lead)
            won.rollback()
        env.invalidate_all()
        lead.action_set_lost()
        rows["lost"] = row_of(lead)
        savepoint.rollback()
    env.invalidate_all()
    return rows
