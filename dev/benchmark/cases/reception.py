"""The desk, the rings, rulings, the free pool (performance.md §10)."""

from ..case import Case, Goal
from ..screens import MODULE, open_list, read_specification
from .clients import PhoneCheck


class DeskCheck(PhoneCheck):
    """The desk checks a number: with its rate limit and its line in the log"""

    goal = Goal(ms=50)
    agree = ()
    sql = None

    def ours(self, env):
        return env["property.desk"].check_phone(self.picks.project, self.number())


class DeskScreen(Case):
    """The desk opens: rings, duty, today's entries, all choices"""

    login = "clerk"
    goal = Goal(ms=150)

    def ours(self, env):
        return len(env["property.desk"].screen(self.picks.project)["live"]["rings"])


class DeskLive(DeskScreen):
    """The desk is told that something has changed"""

    goal = Goal(ms=100)

    def ours(self, env):
        return len(env["property.desk"].live(self.picks.project)["rings"])


class RingNext(Case):
    """The desk presses 'next' in the ring of visits"""

    login = "clerk"
    goal = Goal(ms=20)
    agree = ()

    def ours(self, env):
        return env["property.roster"].browse(self.picks.ring)._advance().user_id.id

    def sql(self, cr):
        """Who is next, when nobody is away, suspended or owed a turn; and his row."""
        ring = self.picks.ring
        cr.execute(
            "SELECT last_number FROM property_roster WHERE id = %s FOR NO KEY UPDATE",
            [ring],
        )
        number = cr.fetchone()[0] + 1
        cr.execute(
            """SELECT user_id FROM property_roster_turn
                WHERE roster_id = %s AND kind IN ('taken', 'skipped', 'suspended')
                  AND is_ahead IS NOT TRUE
                ORDER BY number DESC LIMIT 1""",
            [ring],
        )
        last = cr.fetchone()[0]
        cr.execute(
            """SELECT user_id FROM property_roster_line
                WHERE roster_id = %s AND active ORDER BY sequence, id""",
            [ring],
        )
        users = [row[0] for row in cr.fetchall()]
        user = users[(users.index(last) + 1) % len(users)]
        cr.execute(
            """INSERT INTO property_roster_turn (
                   roster_id, project_id, ring, number, user_id, kind, date, author_id,
                   create_uid, create_date)
               VALUES (%s, %s, 'visit', %s, %s, 'taken', now(), 1, 1, now())""",
            [ring, self.picks.project, number, user],
        )
        cr.execute(
            "UPDATE property_roster SET last_number = %s WHERE id = %s", [number, ring]
        )
        return user


class Ruling(Case):
    """The desk asks for a ruling: both timelines, the clause, the proposal"""

    login = "clerk"
    goal = Goal(ms=250)

    def ours(self, env):
        lead = env["crm.lead"].browse(self.picks.client)
        claimant = env["res.users"].browse(self.picks.colleague)
        collision = env["property.collision"]._open(lead, claimant)
        return bool(collision.sudo().proposal)


class Pool(Case):
    """A rep opens the free pool"""

    goal = Goal(sql=(4, 4))

    def prepare(self, env):
        self.specification = read_specification(
            env, "property.pool", f"{MODULE}.property_pool_view_list", "list"
        )

    def ours(self, env):
        return open_list(env, "property.pool", self.specification, [])

    def sql(self, cr):
        where = """project_id = %s AND user_id IS NULL AND active IS TRUE
                   AND is_sold IS NOT TRUE"""
        cr.execute(
            f"""SELECT lead.id, client_class, grade, purpose, horizon, budget_min,
                       budget_max, last_contact_date,
                       (SELECT count(*) FROM property_interaction entry
                         WHERE lead_id = lead.id AND is_valid AND kind LIKE 'visit%%'),
                       (SELECT count(*) FROM property_interaction entry
                         WHERE lead_id = lead.id AND is_valid
                           AND kind LIKE 'followup%%'),
                       (SELECT date FROM property_ownership WHERE lead_id = lead.id
                         ORDER BY date DESC, id DESC LIMIT 1)
                  FROM (SELECT * FROM crm_lead WHERE {where}
                         ORDER BY last_contact_date DESC, id DESC LIMIT 80) lead
                 ORDER BY last_contact_date DESC, lead.id DESC""",
            [self.picks.project],
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
        cr.execute(
            f"""SELECT count(*) FROM (
                    SELECT FROM crm_lead WHERE {where} LIMIT 10001) counted""",
            [self.picks.project],
        )
        return ids, cr.fetchone()[0]


class Claim(Case):
    """A rep claims a free client"""

    goal = Goal(ms=60)
    agree = ()

    def ours(self, env):
        return env["crm.lead"].browse(self.picks.free)._claim()

    def sql(self, cr):
        cr.execute(
            """UPDATE crm_lead SET user_id = %(uid)s, owned_until = now()::date + 30
                WHERE id = %(client)s AND user_id IS NULL""",
            {"uid": self.picks.rep, "client": self.picks.free},
        )
        cr.execute(
            "UPDATE property_interaction SET owner_id = %s WHERE lead_id = %s",
            [self.picks.rep, self.picks.free],
        )
        cr.execute(
            """INSERT INTO property_ownership (
                   lead_id, project_id, user_id, date, basis, author_id, create_date)
               VALUES (%s, %s, %s, now(), 'claimed', %s, now())""",
            [self.picks.free, self.picks.project, self.picks.rep, self.picks.rep],
        )
