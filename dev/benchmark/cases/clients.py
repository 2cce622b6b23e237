"""The doors: registration, follow-up, lapse, the number check (§9 rows 11-14, §10)."""

from datetime import timedelta

from ..case import Case, Goal
from ..life import mobile


class Registration(Case):
    """A rep registers a client; his number is looked up first"""

    goal = Goal(sql=(14, 14), stock=(0.6, 0.65), queries=20)
    agree = ()

    def prepare(self, env):
        project = env["property.project"].browse(self.picks.project).sudo()
        self.common = {
            "project_id": project.id,
            "unit_type_ids": project.unit_type_ids[:1].ids,
            "source_id": self.picks.source,
            "grade": "b",
        }

    @property
    def people(self):
        """Numbers that nobody has."""
        first = 3 * self.picks.size + 1_000
        return [mobile(number) for number in range(first, first + self.things)]

    def ours(self, env):
        vals_list = [
            self.common | {"contact_name": "王芳", "phone": phone}
            for phone in self.people
        ]
        return len(env["crm.lead"].create(vals_list))

    def sql(self, cr):
        uid = self.picks.uids[self.picks.database][self.login]
        project = self.common["project_id"]
        phones = [f"+86{phone}" for phone in self.people]
        for table, found in (
            ("crm_lead", "user_id"),
            ("property_family_member", "lead_id"),
            ("property_interaction", "owner_id"),
        ):
            cr.execute(
                f"""SELECT id, {found} FROM {table}
                     WHERE project_id = %s AND phone_sanitized = ANY(%s)""",
                [project, phones],
            )
            cr.fetchall()
        cr.execute(
            """INSERT INTO crm_lead (
                   name, contact_name, phone, phone_sanitized, phone_tail, type, active,
                   user_id, team_id, company_id, stage_id, country_id, project_id,
                   source_id, grade, client_class, registration_number,
                   registered_date, registered_user_id, owned_until, is_sold, priority,
                   color, won_status, phone_state, date_open, date_last_stage_update,
                   create_uid, write_uid, create_date, write_date)
               SELECT '王芳', '王芳', substr(phone, 4), phone, right(phone, 4),
                      'opportunity', TRUE, %(uid)s, 1, 1, 1, 48, %(project)s,
                      %(source)s, 'b', 'potential', 'S' || phone, now(), %(uid)s,
                      now()::date + 30, FALSE, '0', 0, 'pending', 'correct', now(),
                      now(), %(uid)s, %(uid)s, now(), now()
                 FROM unnest(%(phones)s) AS new(phone)
               RETURNING id""",
            {
                "uid": uid,
                "project": project,
                "phones": phones,
                "source": self.common["source_id"],
            },
        )
        ids = [row[0] for row in cr.fetchall()]
        cr.execute(
            """INSERT INTO crm_lead_property_unit_type_rel
               SELECT id, %s FROM unnest(%s) AS new(id)""",
            [self.common["unit_type_ids"][0], ids],
        )
        cr.execute(
            """INSERT INTO property_ownership (
                   lead_id, project_id, user_id, author_id, date, basis, clause,
                   create_uid, write_uid, create_date, write_date)
               SELECT id, %(project)s, %(uid)s, %(uid)s, now(), 'registered', 'C2',
                      %(uid)s, %(uid)s, now(), now()
                 FROM unnest(%(ids)s) AS new(id)""",
            {"uid": uid, "project": project, "ids": ids},
        )
        return len(ids)

    def stock(self, env):
        leads = env["crm.lead"]
        phones = self.people
        domain = [("phone_sanitized", "in", [f"+86{phone}" for phone in phones])]
        leads.search(domain, limit=1)
        vals_list = [
            {
                "name": "王芳",
                "contact_name": "王芳",
                "phone": phone,
                "type": "opportunity",
                "source_id": self.picks.source,
            }
            for phone in phones
        ]
        return len(leads.create(vals_list))


class Import(Registration):
    """200 clients are imported at once"""

    things = 200
    goal = Goal(sql=(14, 12), stock=(0.2, 0.2), queries=23)


class NextStage(Case):
    """A rep moves a client to the next stage"""

    goal = Goal(sql=(8, 10), stock=(0.3, 0.3), queries=6)
    agree = ()

    def ours(self, env):
        return (
            env["crm.lead"]
            .browse(self.picks.client)
            .write({"stage_id": self.picks.next_stage})
        )

    stock = ours

    def sql(self, cr):
        cr.execute(
            "SELECT user_id, stage_id FROM crm_lead WHERE id = %s FOR NO KEY UPDATE",
            [self.picks.client],
        )
        cr.fetchone()
        cr.execute(
            """UPDATE crm_lead SET stage_id = %s, date_last_stage_update = now(),
                      write_date = now(), write_uid = %s WHERE id = %s""",
            [self.picks.next_stage, self.picks.rep, self.picks.client],
        )


class LogCall(Case):
    """A rep logs a follow-up call: the client is his for longer"""

    goal = Goal(sql=(4, 4), stock=(0.2, 0.2), queries=6)
    agree = ()

    def prepare(self, env):
        env.cr.execute(
            """SELECT id FROM crm_lead
                WHERE user_id = %s AND owned_until > now()::date + 30
                ORDER BY id DESC LIMIT %s""",
            [self.picks.rep, self.things],
        )
        ids = [row[0] for row in env.cr.fetchall()]
        self.clients = (ids * self.things)[: self.things]

    def ours(self, env):
        entries = env["property.interaction"].create(
            [
                {
                    "kind": "followup_call",
                    "project_id": self.picks.project,
                    "lead_id": client,
                    "note": "不考虑高层",
                }
                for client in self.clients
            ]
        )
        return len(entries)

    def sql(self, cr):
        """The entries, and what they come to in the clients' files."""
        cr.execute(
            """INSERT INTO property_interaction (
                   kind, date, state, project_id, lead_id, partner_name, phone,
                   phone_sanitized, user_id, owner_id, party_size, is_valid, note,
                   create_uid, write_uid, create_date, write_date)
               SELECT 'followup_call', now(), 'open', project_id, id, contact_name,
                      phone, phone_sanitized, %(uid)s, user_id, 1, TRUE, '不考虑高层',
                      %(uid)s, %(uid)s, now(), now()
                 FROM crm_lead WHERE id = ANY(%(ids)s)
               RETURNING id""",
            {"uid": self.picks.rep, "ids": self.clients},
        )
        count = len(cr.fetchall())
        cr.execute(
            """UPDATE crm_lead lead
                  SET last_contact_date = now()::date, owned_until = now()::date + 30,
                      followup_count_since_visit = followed.count,
                      followup_missing = greatest(3 - followed.count, 0),
                      next_date = NULL, write_date = now(), write_uid = %s
                 FROM (SELECT lead_id, count(*) FROM property_interaction entry
                        WHERE lead_id = ANY(%s) AND kind LIKE 'followup%%' AND is_valid
                          AND date >= (SELECT max(date) FROM property_interaction visit
                                        WHERE visit.lead_id = entry.lead_id
                                          AND visit.kind LIKE 'visit%%')
                        GROUP BY lead_id) followed
                WHERE lead.id = followed.lead_id""",
            [self.picks.rep, self.clients],
        )
        return count

    def stock(self, env):
        """A call is planned and marked done."""
        activities = env["mail.activity"]
        for client in self.clients:
            activities |= (
                env["crm.lead"]
                .browse(client)
                .activity_schedule("mail.mail_activity_data_call")
            )
        activities.action_feedback(feedback="不考虑高层")
        return len(activities)


class LogCalls(LogCall):
    """100 follow-up calls are logged at once"""

    things = 100
    goal = Goal(sql=(2.4, 2.4), queries=7)
    stock = None


class PhoneCheck(Case):
    """The desk checks a number while it is typed"""

    login = "clerk"
    goal = Goal(ms=50, queries=6)

    def number(self):
        return self.picks.phone

    def prepare(self, env):
        self.today = env["property.project"].browse(self.picks.project).local_day()

    def ours(self, env):
        project = env["property.project"].browse(self.picks.project)
        answer = env["crm.lead"]._check_phone(project, self.number())
        return answer["status"], answer["days"]

    def sql(self, cr):
        values = {
            "project": self.picks.project,
            "phone": f"+86{self.number()}",
            "since": self.today - timedelta(days=7),
        }
        cr.execute(
            """SELECT user_id, owned_until, is_sold FROM crm_lead
                WHERE project_id = %(project)s AND phone_sanitized = %(phone)s
                UNION ALL
               SELECT lead.user_id, lead.owned_until, lead.is_sold
                 FROM property_family_member relative
                 JOIN crm_lead lead ON lead.id = relative.lead_id
                WHERE relative.project_id = %(project)s
                  AND relative.phone_sanitized = %(phone)s""",
            values,
        )
        for owner, until, sold in cr.fetchall():
            if sold:
                return "owned", None
            if owner and until >= self.today:
                return "owned", (until - self.today).days + 1
            return "free", None
        cr.execute(
            """SELECT owner_id FROM property_interaction
                WHERE project_id = %(project)s AND phone_sanitized = %(phone)s
                  AND kind = 'call_in' AND is_valid AND lead_id IS NULL
                  AND date >= %(since)s
                ORDER BY date, id LIMIT 1""",
            values,
        )
        return ("claimed" if cr.fetchone() else "new"), None


class NewPhoneCheck(PhoneCheck):
    """The desk checks the number of somebody who has never been here"""

    def number(self):
        return mobile(3 * self.picks.size)


class Lapse(Case):
    """A batch of the nightly job frees the clients whose last day is over"""

    login = None  # as crons run
    goal = Goal(per_minute=2_000)
    agree = ()

    def prepare(self, env):
        """At most one batch of clients that are overdue."""
        today = env["property.project"].browse(self.picks.project).local_day()
        files = env["crm.lead"].with_context(active_test=False)
        domain = [("project_id", "=", self.picks.project), ("owned_until", "<", today)]
        self.ids = files.search(domain, limit=500, order="id").ids
        self.things = len(self.ids)

    def ours(self, env):
        clients = env["crm.lead"].browse(self.ids).try_lock_for_update()
        clients._lapse()
        return len(clients)

    def sql(self, cr):
        cr.execute(
            """WITH lapsed AS (
                   UPDATE crm_lead SET user_id = NULL, owned_until = NULL
                    WHERE id = ANY(%s) RETURNING id, project_id),
                entries AS (
                   UPDATE property_interaction SET owner_id = NULL
                    WHERE lead_id = ANY(%s))
               INSERT INTO property_ownership (
                   lead_id, project_id, date, basis, clause, author_id, create_date)
               SELECT id, project_id, now(), 'expired', 'C3', 1, now() FROM lapsed""",
            [self.ids, self.ids],
        )
        return len(self.ids)
