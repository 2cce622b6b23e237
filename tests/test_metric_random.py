from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from unittest.mock import patch

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged

from ..demo.figures import (
    counted,
    facts_by_sql,
    periods_apart,
    splits_apart,
    summed,
    unlike,
)
from ..models.metric import METRICS, Tally
from ..reports.form_scope import FormScope
from ..reports.metric_reading import Reading
from .test_metric import MetricCommon, figures_of

LAST_DAY = "2026-07-15"
TODAY = f"{LAST_DAY} 04:00:00"
# Where days, weeks, months and years meet, in Shanghai, Ürümqi and New York.
EDGES = [
    datetime(2025, 12, 31, 15, 59, 59),
    datetime(2025, 12, 31, 16),
    datetime(2026, 1, 1, 4, 59, 59),
    datetime(2026, 2, 28, 16),
    datetime(2026, 2, 28, 17, 59, 59),
    datetime(2026, 3, 8, 6, 59, 59),  # clocks go forward in New York
    datetime(2026, 3, 8, 15, 59, 59),  # Sunday ends in Shanghai
    datetime(2026, 3, 8, 16),
    datetime(2026, 3, 31, 15, 59, 59),
    datetime(2026, 3, 31, 16),
    datetime(2026, 6, 30, 16, 0, 1),
    datetime(2026, 7, 1, 3, 59, 59),
]
GROUPS = ("project_id", "user_id", "source_id", "building_id")


@tagged("post_install", "-at_install")
class TestMetricRandom(MetricCommon, TransactionCase):
    """The figures of random data, reckoned twice: by `property.metric` and by SQL that
    was written from forms.md, not from the code. Then each of them footed crosswise."""

    @classmethod
    def setUpClass(cls):
        with freeze_time("2025-11-03 02:00:00"):
            super().setUpClass()
        cls.rng = Random(586)
        cls.startClassPatcher(freeze_time(TODAY))
        cls._make_places()
        cls._make_register()
        cls._make_sales()
        cls._scatter()
        cls.facts = facts_by_sql(cls.env, LAST_DAY)

    @classmethod
    def _make_places(cls):
        """Projects in other time zones, one of them archived, one of another company"""
        company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.other_project.tz = "Asia/Urumqi"
        cls.projects = cls.project | cls.other_project
        for name, tz, vals in (
            ("Far Garden", "America/New_York", {"company_id": company.id}),
            ("Old Garden", "Asia/Shanghai", {"active": False}),
        ):
            cls.projects |= cls.projects.create(
                {"name": name, "code": name, "tz": tz, "user_ids": cls.rep_a.ids} | vals
            )
        cls.sources = cls.source | cls.source.create(
            [{"name": f"Channel {number}"} for number in range(3)]
        )

    @classmethod
    def moment(cls):
        """Often at an edge, else whenever in a year"""
        rng = cls.rng
        if rng.random() < 0.5:
            return rng.choice(EDGES)
        start = datetime(2025, 12, 25)
        return start + timedelta(seconds=rng.randrange(200 * 86_400))

    @classmethod
    def _make_register(cls):
        rng = cls.rng
        reps = cls.rep_a | cls.rep_b | cls.rep_c
        cls.clients = cls.env["crm.lead"].create(
            [
                {
                    "project_id": cls.project.id,
                    "user_id": rng.choice(reps[:2]).id,
                    "contact_name": f"Client {number}",
                    "phone": f"137{number:08}",
                    "unit_type_ids": cls.type_two.ids,
                    "source_id": rng.choice([False, *cls.sources.ids]),
                }
                for number in range(20)
            ]
        )

        def entry(corrects=None):
            is_valid = rng.random() > 0.15
            client = rng.choice(cls.clients) if rng.random() < 0.6 else None
            project = cls.project if client else rng.choice(cls.projects)
            if corrects:
                client, project = corrects.lead_id, corrects.project_id
            kinds = cls.env["property.interaction"]._fields["kind"].get_values(cls.env)
            promise = client and rng.random() < 0.5
            return {
                "project_id": project.id,
                "lead_id": client and client.id,
                "kind": rng.choice(kinds if client else kinds[:4]),
                "date": cls.moment(),
                "partner_name": "Somebody",
                "user_id": rng.choice(reps).id,
                "source_id": rng.choice(cls.sources).id,
                "is_valid": is_valid,
                "invalid_reason": False if is_valid else "agent",
                "next_date": promise
                and cls.moment().date() + timedelta(days=rng.randrange(30)),
                "corrects_id": corrects and corrects.id,
            }

        entries = cls.env["property.interaction"].create(
            [entry() for _number in range(400)]
        )
        wrong = entries.filtered(lambda one: one.id % 9 == 0)
        for some in wrong.grouped("project_id").values():
            cls.close_entries(some)
            corrections = entries.create([entry(one) for one in some])
            # A correction may be wrong in its turn.
            cls.close_entries(corrections[:3])
            entries.create([entry(one) for one in corrections[:3]])

    @classmethod
    def _make_sales(cls):
        """Sales that went each way there is; some exchanged twice, some then undone."""
        more = cls.env["property.unit"].create(
            [
                {
                    "building_id": (cls.building if number % 2 else cls.building_2).id,
                    "floor": 5 + number,
                    "room": f"{5 + number}01",
                    "unit_type_id": cls.type_two.id,
                    "area_gross": 90 + number,
                }
                | cls.prices(900_000 + 10_000 * number)
                for number in range(24)
            ]
        )
        more._move("available")
        units = iter(more)
        ways = (
            "slip",
            "deposit",
            "contract",
            "filed",
            "undone",
            "moved",
            "moved twice",
        )
        for number, way in enumerate(ways * 2):
            client = cls.clients[number]
            slip = cls.open_slip(client, next(units), plan_id=cls.plan_lump.id)
            if way == "slip":
                slip.action_lapse()
                continue
            deposit = cls.confirm_deposit(slip)
            if way == "deposit":
                continue
            signed = number < len(ways) or way in ("contract", "filed")
            if signed:
                contract = cls.sign_contract(deposit)
                cls.pay(contract, 50_000 + number)
                cls.pay(contract, 700 + number, nature="fee")
            if way == "filed":
                contract = contract.with_user(cls.clerk)
                contract.write(
                    {"filing_number": f"F{number}", "filing_date": contract.sign_date}
                )
                contract.action_file()
            for _time in range({"moved": 1, "moved twice": 2}.get(way, 0)):
                change = cls.do(cls.make_exchange(deposit, next(units)))
                deposit = change.new_deposit_id
            if way == "moved twice":
                cls.sign_contract(deposit)
            if way in ("undone", "moved twice"):
                change = cls.do(cls.make_cancel(deposit, "none"))
                drafts = change.receipt_ids.filtered(lambda one: one.state == "draft")
                drafts.with_user(cls.finance).action_confirm()

    @classmethod
    def _scatter(cls):
        """Everything happened at another time, and clients changed hands in between."""
        cls.env.flush_all()
        for table, columns in (
            ("property_deposit", ("date", "confirm_date")),
            ("property_contract", ("sign_date", "filing_date")),
            ("property_receipt", ("confirm_date",)),
            ("property_change", ("done_date",)),
            ("crm_lead", ("registered_date",)),
        ):
            cls.cr.execute(f"SELECT id FROM {table} ORDER BY id")
            for (row,) in cls.cr.fetchall():
                for column in columns:
                    cls.cr.execute(
                        f"UPDATE {table} SET {column} = %s "
                        f"WHERE id = %s AND {column} IS NOT NULL",
                        [cls.moment(), row],
                    )
        cls.cr.execute(
            "UPDATE property_ownership SET date = '2025-12-01' WHERE lead_id IN %s",
            [tuple(cls.clients.ids)],
        )
        for client in cls.clients:
            for _time in range(cls.rng.randrange(4)):
                cls.cr.execute(
                    "INSERT INTO property_ownership (lead_id, project_id, date, "
                    "user_id, basis, author_id) VALUES (%s, %s, %s, %s, 'handover', 1)",
                    [
                        client.id,
                        cls.project.id,
                        cls.moment(),
                        cls.rng.choice([cls.rep_a.id, cls.rep_b.id, None]),
                    ],
                )
        cls.env.invalidate_all()

    # === Both agree ===

    def assertAgree(self, facts, *keys, domain=()):
        expected = summed(facts, *(key.partition(":")[0] for key in keys))
        found = counted(self.env, *keys, domain=domain)
        self.assertEqual(unlike(found, expected), [], keys)

    def test_there_is_something_of_everything(self):
        counts = Counter(fact["metric"] for fact in self.facts)
        self.assertEqual({*counts}, {name for name, _label in METRICS})
        self.assertGreater(len({fact["project_id"] for fact in self.facts}), 3)

    def test_totals(self):
        self.assertAgree(self.facts)

    def test_by_everything(self):
        for name in GROUPS:
            self.assertAgree(self.facts, name)
        self.assertAgree(self.facts, "project_id", "day:day", "user_id")

    def test_periods(self):
        """Day, week, month, year at their edges, asked for by day and by moment"""
        for first, last in (
            (date(2025, 12, 31), date(2025, 12, 31)),
            (date(2026, 1, 1), date(2026, 1, 1)),
            (date(2026, 3, 2), date(2026, 3, 8)),
            (date(2026, 3, 1), date(2026, 3, 31)),
            (date(2026, 1, 1), date(2026, 12, 31)),
        ):
            days = [("day", ">=", first), ("day", "<=", last)]
            self.assertAgree(
                [one for one in self.facts if first <= one["day"] <= last], domain=days
            )
            mine = [("project_id", "=", self.project.id)]
            start, end = self.project.day_bounds(first, last)
            moments = [*mine, ("date", ">=", start), ("date", "<", end)]
            self.assertEqual(
                counted(self.env, domain=moments),
                counted(self.env, domain=[*mine, *days]),
            )

    @settings(
        max_examples=4,
        deadline=None,
        derandomize=True,
        suppress_health_check=HealthCheck,
    )
    @given(rng=st.randoms(use_true_random=False))
    def test_at_any_other_time(self, rng):
        """The same office with everything at other moments: both agree, all adds up."""
        with self.env.cr.savepoint() as savepoint, patch.object(type(self), "rng", rng):
            self._scatter()
            facts = facts_by_sql(self.env, LAST_DAY)
            self.assertAgree(facts, "project_id", "day:day", "user_id")
            self.assertEqual(periods_apart(self.env), [])
            self.assertEqual(splits_apart(self.env), [])
            savepoint.rollback()
        self.env.invalidate_all()

    def test_followup_record_lists_the_facts(self):
        """G20: as many lines as follow-ups, of each project, rep and period"""
        for project in self.projects:
            users = self.env["res.users"].browse([0]) | self.rep_a | self.rep_b
            for first, last in (
                ("2025-12-25", "2026-07-15"),
                ("2026-03-02", "2026-03-08"),
            ):
                for user in users:
                    form = self.env["property.form.followups"].compile(
                        {
                            "project_id": project.id,
                            "date_from": first,
                            "date_to": last,
                            "user_id": user.id,
                        }
                    )
                    rows = form["sections"][0]["rows"]
                    facts = [
                        one
                        for one in self.facts
                        if one["metric"] == "followups"
                        and one["project_id"] == project.id
                        and first <= one["day"].isoformat() <= last
                        and user.id in (0, one["user_id"])
                    ]
                    self.assertEqual(len(rows) - 1, len(facts), (project.name, user))

    def test_prospects_by_the_ledgers(self):
        """G7: whom each rep had and had not sold to at the close of a day, how often
        he came: reckoned once more, record by record"""
        entries = (
            self.env["property.interaction"]
            .search([("lead_id", "in", self.clients.ids), ("kind", "like", "visit_")])
            .filtered(lambda one: one.is_valid and not one.is_corrected)
        )
        listed = 0
        for day in (date(2025, 12, 31), date(2026, 3, 8), date(2026, 3, 31)):
            end = self.project.day_bounds(day)[1]
            expected = {}
            for client in self.clients:
                ledger = client.ownership_ids.filtered_domain([("date", "<", end)])
                owner = ledger.sorted(lambda one: (one.date, one.id))[-1:].user_id
                if not owner or client.registered_date >= end:
                    continue
                if client.deposit_ids.filtered_domain(
                    client.deposit_ids._standing_domain(end)
                ):
                    continue
                facts = client._read_register(end)[client.id]
                last = client._last_day(self.project, facts)
                if last and last < day:
                    continue
                visits = entries.filtered_domain(
                    [("lead_id", "=", client.id), ("date", "<", end)]
                )
                expected.setdefault(owner.name, {})[client.contact_name] = len(visits)
            form = self.env["property.form.prospects"].compile(
                {"project_id": self.project.id, "date_to": day.isoformat()}
            )
            found = {
                section["title"]: {
                    row["values"][2]: row["values"][9] for row in section["rows"][:-1]
                }
                for section in form["sections"]
                if section["new_page"]
            }
            found = {rep: rows for rep, rows in found.items() if rows}
            self.assertEqual(found, expected, day)
            listed += sum(map(len, found.values()))
        self.assertGreater(listed, 5)

    # === Crosswise ===

    def test_days_add_up_to_weeks_months_years(self):
        self.assertEqual(periods_apart(self.env), [])

    def test_every_split_adds_up_to_the_total(self):
        """By rep = by channel = by building = by project = total, for every figure"""
        self.assertEqual(splits_apart(self.env), [])

    def test_registers_count_the_same(self):
        """G18: calls, visits and invalid ones of each project, host and period"""
        found = 0
        for project in self.projects:
            for first, last in (
                ("2025-12-01", "2026-07-15"),
                ("2026-03-01", "2026-03-31"),
                ("2026-01-01", "2026-01-01"),
            ):
                for user in ({}, {"user_id": self.rep_a.id}):
                    options = {"date_from": first, "date_to": last, **user}
                    counts = [
                        self.env[f"property.form.{name}"].compile(
                            {"project_id": project.id} | options
                        )["sections"][1]["rows"][-1]["values"]
                        for name in ("calls", "visits")
                    ]
                    tally = self.env["property.metric"]._tally(
                        [
                            ("project_id", "=", project.id),
                            ("day", ">=", first),
                            ("day", "<=", last),
                            *(("user_id", "=", one) for one in user.values()),
                        ]
                    )
                    tally = tally.get((), Tally())
                    self.assertEqual(
                        [row[2] for row in counts],
                        [tally.get("calls"), tally.get("visits")],
                    )
                    self.assertEqual(
                        sum(row[3] for row in counts), tally.get("invalid")
                    )
                    found += tally.get("visits")
        self.assertGreater(found, 100)

    def test_every_fact_has_an_id_of_its_own(self):
        facts = self.env["property.metric"].search([])
        self.assertEqual(len(facts), len(self.facts))
        self.assertEqual(len({*facts.ids}), len(facts))

    # === Read at once ===

    def test_reading_is_the_tally(self):
        """By every grouping, of every run of stretches, in every time zone, for whoever
        reads (performance.md §8.8)"""
        users, buildings = self.env["res.users"], self.env["property.building"]
        cuts = sorted({moment.date() for moment in EDGES})
        groupings = (
            *(("user_id",), ("source_id", "campaign_id")),
            *(("hour",), ("district",), ("building_id",)),
        )
        for user, project in (
            *((self.env.user, project) for project in self.projects),
            *(
                (user, self.project)
                for user in (self.manager, self.rep_a, self.finance)
            ),
        ):
            metrics = self.env["property.metric"].with_user(user)
            block = self.env["property.block"].with_user(user)
            scopes = [
                FormScope(project, first, last, users, buildings)
                for first, last in (*pairwise(cuts), (cuts[0], cuts[-1]))
            ]
            reading = Reading(metrics, scopes[0], scopes, groupings)
            for scope in scopes:
                alone = Reading(metrics, scope, [scope], groupings[:1])
                self.assertEqual(
                    figures_of(alone.tallies(scope, ())),
                    figures_of(metrics._tally(block._facts(scope))),
                )
                for names in (*groupings, ("source_id",), ()):
                    expected = metrics._tally(block._facts(scope), names)
                    self.assertEqual(
                        figures_of(reading.tallies(scope, names)),
                        figures_of(expected),
                        (user.login, project.tz, scope.date_from, names),
                    )
