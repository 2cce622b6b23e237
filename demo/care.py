"""Follow-up plans, checked facts, greetings and events."""

from datetime import timedelta

from .clock import utc

HELD = "样板房开放日"
COMING = "业主亲子嘉年华"
PROOFS = ("到访时签署《关怀服务同意书》", "微信回复同意接收节日问候", "认购时勾选同意")


class Care:
    def __init__(self, office):
        self.office, self.env, self.rng = office, office.env, office.rng
        held = utc(office.today - timedelta(days=9), 10)
        office.at(held, self.hold_event)

    def hold_event(self):
        """Last week's event: who was invited, who came (D1)."""
        for project in self.office.projects:
            event = self._make_event(project, HELD, self.office.day)
            guests = self._invite(event, 14)
            came = guests.filtered(lambda guest: self.office.chance(0.6))
            came.action_attend()
            (guests - came).action_absent()

    def _make_event(self, project, name, day):
        return self.env["calendar.event"].create(
            {
                "name": name,
                "property_project_id": project.id,
                "location": project.name,
                "user_id": project.manager_id.id,
                "partner_ids": project.manager_id.partner_id.ids,
                "start": utc(day, 9, 30),
                "stop": utc(day, 16),
            }
        )

    def _invite(self, event, count):
        leads = self.env["crm.lead"].search(
            [
                ("project_id", "=", event.property_project_id.id),
                ("user_id", "!=", False),
                ("grade", "in", ("a", "b")),
            ]
        )
        chosen = self.rng.sample(leads.ids, min(count, len(leads)))
        return self.env["property.event.guest"].create(
            [{"event_id": event.id, "lead_id": lead_id} for lead_id in chosen]
        )

    def finish(self):
        """What lies ahead today."""
        for project in self.office.projects:
            saturday = self.office.today + timedelta(
                days=(5 - self.office.today.weekday()) % 7 or 7
            )
            guests = self._invite(self._make_event(project, COMING, saturday), 18)
            guests.filtered(lambda guest: self.office.chance(0.5)).action_accept()
        for client in self.office.reception.clients:
            if client.lead.user_id:
                self._get_to_know(client)
        self._settle_wishes()
        self.env["crm.lead"]._cron_start_plans()
        self.env["property.festival"]._cron_greetings()

    def _get_to_know(self, client):
        """Buyers and the keen were asked for their papers and birthday (B11, D3)."""
        office, lead = self.office, client.lead
        if not client.bought and not office.chance(client.keen / 2):
            return
        if not lead.birth_date:
            age = timedelta(days=self.rng.randint(25 * 365, 60 * 365))
            lead.birth_date = office.today - age
        if office.chance(0.05):  # the birthdays of today
            lead.birth_date = lead.birth_date.replace(
                month=office.today.month, day=min(office.today.day, 28)
            )
        if office.chance(0.7):
            lead.write(
                {
                    "care_consent_date": lead.registered_date.date(),
                    "care_consent_proof": self.rng.choice(PROOFS),
                }
            )
        mine = office.as_(lead.user_id, lead)
        if client.bought:
            mine._verify_identity("id_shown")
            mine.action_check_facts()

    def _settle_wishes(self):
        """Control has settled all but the latest cases of two on one unit (C9)."""
        kind = self.env.ref("crm_property_sales.mail_activity_type_wish")
        self.env["mail.activity"].search(
            [
                ("activity_type_id", "=", kind.id),
                ("date_deadline", "<", self.office.today - timedelta(days=3)),
            ]
        ).action_archive()
