from datetime import date

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import MODULE
from .test_followup import FollowupCommon

TRACKED = {"tracking_disable": False, "mail_notrack": False}
CONSENT = {"care_consent_date": "2026-01-01", "care_consent_proof": "Signed form"}
SPRING, EVE, LANTERN = (1, 1), (12, 30), (1, 15)
DRAGON, QIXI, AUTUMN, NINTH = (5, 5), (7, 7), (8, 15), (9, 9)
# Months and days of the lunar calendar and the days they were or will be (published
# calendars of the Purple Mountain Observatory). 2020, 2023, 2025 have a leap 4th, 2nd
# and 6th month; 2033 the disputed leap 11th; New Year's Eve is the 29th of a short
# month in 2022, 2025 to 2029.
LUNAR = {
    SPRING: "2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 "
    "2025-01-29 2026-02-17 2027-02-06 2028-01-26 2033-01-31 2034-02-19 2035-02-08",
    EVE: "2019-02-04 2020-01-24 2022-01-31 2023-01-21 2024-02-09 2025-01-28 "
    "2026-02-16 2027-02-05 2028-01-25 2029-02-12 2034-02-18",
    LANTERN: "2020-02-08 2023-02-05 2024-02-24 2025-02-12 2026-03-03",
    DRAGON: "2020-06-25 2023-06-22 2024-06-10 2025-05-31 2026-06-19 2028-05-28",
    QIXI: "2020-08-25 2023-08-22 2024-08-10 2025-08-29 2026-08-19",
    AUTUMN: "2019-09-13 2020-10-01 2021-09-21 2023-09-29 2024-09-17 2025-10-06 "
    "2026-09-25 2033-09-08",
    NINTH: "2020-10-25 2023-10-23 2024-10-11 2025-10-29 2026-10-18 2033-10-01",
}


@tagged("post_install", "-at_install")
class TestCare(FollowupCommon):
    """D3: greetings on birthdays and festivals, to who agreed to them, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["property.festival"].search([]).active = False

    def festival(self, calendar="lunar", month=0, day=0, days_before=0, **vals):
        values = {"name": "Test Day", "message": "Dear {client}: {rep}, {project}"}
        values |= {"calendar": calendar, "month": month, "day": day}
        values["days_before"] = days_before
        return self.env["property.festival"].create(values | vals)

    def greet(self, moment):
        with freeze_time(moment):
            self.run_cron("ir_cron_greetings")

    def greetings(self, clients):
        greeting = self.env.ref(f"{MODULE}.mail_activity_type_greeting")
        return self.open_activities(clients[:0]).search(
            [
                ("activity_type_id", "=", greeting.id),
                ("res_model", "=", "crm.lead"),
                ("res_id", "in", clients.ids),
            ]
        )

    # === The calendar ===

    def test_lunar_days(self):
        """D3: lunar festivals on the days people keep them, over leap months, on the
        last day of a short twelfth month; on no other day of those years."""
        for (month, day), dates in LUNAR.items():
            festival = self.festival("lunar", month, day)
            for text in dates.split():
                expected = date.fromisoformat(text)
                with self.subTest(month=month, day=day, date=text):
                    window = range(-45, 46)
                    around = (
                        date.fromordinal(expected.toordinal() + i) for i in window
                    )
                    self.assertEqual(
                        [one for one in around if festival._is_on(one)], [expected]
                    )

    def test_once_a_year(self):
        """D3: in years with a leap month too, each shipped festival comes once."""
        festivals = self.env["property.festival"].with_context(active_test=False)
        shipped = festivals.search([("calendar", "!=", "birthday")])
        self.assertEqual(len(shipped), 8)
        for year in (2020, 2023, 2024, 2025, 2026):
            first = date(year, 1, 1).toordinal()
            days = [date.fromordinal(first + i) for i in range(365)]
            for festival in shipped:
                with self.subTest(year=year, festival=festival.name):
                    self.assertEqual(sum(map(festival._is_on, days)), 1)

    def test_solar_days(self):
        festival = self.festival("solar", 10, 1)
        self.assertTrue(festival._is_on(date(2026, 10, 1)))
        self.assertFalse(festival._is_on(date(2026, 10, 2)))
        last = self.festival("solar", 2, 31)
        self.assertTrue(last._is_on(date(2026, 2, 28)))
        self.assertFalse(last._is_on(date(2028, 2, 28)))

    def test_next_date(self):
        with freeze_time("2026-10-05 02:00:00"):
            self.assertEqual(
                self.festival("lunar", *AUTUMN).next_date, date(2027, 9, 15)
            )
            self.assertFalse(self.festival("birthday").next_date)

    # === Greetings ===

    def test_festival_greeting(self):
        """D3: on the owner's list as many days before as wanted, with the words to
        send; once, however often the job runs."""
        festival = self.festival("lunar", *SPRING, days_before=1)
        client = self.make_client(self.rep_a, contact_name="Ms Wang", **CONSENT)
        self.greet("2026-02-15 02:00:00")
        self.assertFalse(self.greetings(client))
        for moment in ("2026-02-16 02:00:00", "2026-02-16 12:00:00"):
            self.greet(moment)
            self.assertRecordValues(
                self.greetings(client),
                [
                    {
                        "user_id": self.rep_a.id,
                        "date_deadline": date(2026, 2, 17),
                        "summary": festival.name,
                        "note": "<p>Dear Ms Wang: rep_a, Test Garden</p>",
                    }
                ],
            )
        self.greet("2026-02-17 02:00:00")
        self.assertEqual(len(self.greetings(client)), 1)

    def test_done_is_not_planned_again(self):
        """D3: a greeting made or cancelled is not back on the list an hour later."""
        self.festival("solar", 3, 2)
        client, other = (self.make_client(self.rep_a, **CONSENT) for _c in range(2))
        self.greet("2026-03-02 02:00:00")
        self.enter(client, "care")
        self.greetings(other).unlink()
        self.greet("2026-03-02 03:00:00")
        self.assertFalse(self.greetings(client | other))

    def test_project_s_day(self):
        """D3: half past midnight in Shanghai it is the day, though not in UTC."""
        self.festival("solar", 3, 2)
        client = self.make_client(self.rep_a, **CONSENT)
        self.greet("2026-03-01 15:30:00")
        self.assertFalse(self.greetings(client))
        self.greet("2026-03-01 16:30:00")
        self.assertTrue(self.greetings(client))

    def test_only_with_consent(self):
        """D3, J5: nobody is greeted who did not agree, or withdrew it."""
        self.festival("solar", 3, 2)
        silent, agreed, withdrew = (
            self.make_client(self.rep_a, **vals) for vals in ({}, CONSENT, CONSENT)
        )
        withdrew.care_consent_date = False
        self.greet("2026-03-02 02:00:00")
        self.assertEqual(self.greetings(silent | agreed | withdrew).res_id, agreed.id)

    def test_consent_has_proof(self):
        """J5: when and how he agreed; a withdrawal stays on record."""
        client = self.make_client(self.rep_a)
        with self.assertRaises(ValidationError):
            client.care_consent_date = "2026-01-01"
        client = client.with_context(**TRACKED)
        for vals in ({}, CONSENT, {"care_consent_date": False}):
            client.write(vals)
            self.env.flush_all()
            self.cr.flush()  # what a commit does: tracked changes are written down
        tracked = client.message_ids.sudo().tracking_value_ids
        dates = tracked.filtered(lambda one: one.field_id.name == "care_consent_date")
        self.assertEqual(len(dates), 2)

    def test_whose_clients(self):
        """D3: of who has an owner, buyers too; each project its own; not of archived
        files."""
        self.festival("solar", 3, 2)
        buyer = self.make_client(self.rep_a, **CONSENT)
        self.sell(buyer, self.unit)
        free = self.make_client(self.clerk, **CONSENT)
        lost = self.make_client(self.rep_a, **CONSENT)
        lost.action_archive()
        elsewhere = self.make_client(self.rep_c, **CONSENT)
        self.greet("2026-03-02 02:00:00")
        clients = (buyer | free | lost | elsewhere).with_env(self.env)
        greetings = self.greetings(clients)
        self.assertEqual({one.res_id for one in greetings}, {buyer.id, elsewhere.id})
        self.assertEqual(greetings.user_id, self.rep_a | self.rep_c)

    def test_birthdays(self):
        """D3: on the day, who was born on 29 February on the 28th of a short year."""
        self.festival("birthday")
        born = {
            name: self.make_client(self.rep_a, birth_date=day, **CONSENT)
            for name, day in (
                ("march", "1980-03-02"),
                ("leap", "1984-02-29"),
                ("february", "1991-02-28"),
                ("unknown", False),
            )
        }
        clients = self.env["crm.lead"].union(*born.values())
        for day, names in (
            ("2026-02-28", ("february", "leap")),
            ("2026-03-01", ()),
            ("2026-03-02", ("march",)),
            ("2028-02-28", ("february",)),
            ("2028-02-29", ("leap",)),
        ):
            with self.subTest(day):
                self.project.greeted_until = date.fromordinal(
                    date.fromisoformat(day).toordinal() - 1
                )
                self.greetings(clients).unlink()
                self.greet(f"{day} 02:00:00")
                found = {one.res_id for one in self.greetings(clients)}
                self.assertEqual(found, {born[name].id for name in names})

    def test_days_without_the_job(self):
        """D3: what was missed is made up for, but no greeting comes too late."""
        self.festival("solar", 3, 3, days_before=1, name="Late")
        self.festival("solar", 3, 5, days_before=2, name="In Time")
        client = self.make_client(self.rep_a, **CONSENT)
        self.greet("2026-03-01 02:00:00")
        self.greet("2026-03-04 02:00:00")
        self.assertEqual(self.greetings(client).mapped("summary"), ["In Time"])

    def test_birthday_of_the_person(self):
        """D3: the ID card tells the birthday; the person made from a file has it."""
        client = self.make_client(self.rep_a, birth_date="1980-03-02")
        person = client._get_client_partner()
        self.assertEqual(person.birth_date, date(1980, 3, 2))
        person.id_number = "11010519491231002X"
        self.assertEqual(client.birth_date, date(1949, 12, 31))

    def test_message_names_what_exists(self):
        with self.assertRaises(ValidationError):
            self.festival("solar", 1, 1, message="Dear {name}")

    def test_greeted(self):
        """D3: in the dialog one click; it is care, no follow-up."""
        self.festival("solar", 3, 2)
        client = self.make_client(self.rep_a, **CONSENT)
        self.visit(client)
        self.greet("2026-03-02 02:00:00")
        dialog = self.dialog(client)
        self.assertEqual(dialog.kind, "care")
        dialog.save()
        self.press(dialog, "greeted")
        self.assertEqual(self.latest(client).kind, "care")
        self.assertEqual(client.followup_progress, "0/3")
        self.assertFalse(self.greetings(client))
