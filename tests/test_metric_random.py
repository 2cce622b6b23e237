from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open

from ..models.metric import METRICS, NETS
from ..reports.form_scope import FormScope
from ..reports.metric_reading import Reading
from .common import MODULE
from .test_metric import MetricCommon, figures_of

TODAY = "2026-07-15 04:00:00"
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
        cls.env.flush_all()
        cls.env.invalidate_all()
        cls.facts = cls._reckon()

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

    @classmethod
    def _reckon(cls):
        """What the independent SQL says: a list of dicts."""
        with file_open(f"{MODULE}/tests/data/metrics.sql") as script:
            cls.cr.execute(script.read(), {"today": date(2026, 7, 15)})
        return cls.cr.dictfetchall()

    # === Both agree ===

    def reckoned(self, *keys, facts=None):
        """{(metric, *keys): [number, area, amount]}"""
        sums = {}
        for fact in self.facts if facts is None else facts:
            key = (fact["metric"], *(fact[name] or False for name in keys))
            row = sums.setdefault(key, [0, 0, 0])
            for place, name in enumerate(("number", "area", "amount")):
                row[place] += fact[name]
        return {key: [round(one, 2) for one in row] for key, row in sums.items()}

    def counted(self, *keys, domain=()):
        """The same by `property.metric`"""
        sums = {}
        for *group, metric, number, area, amount in self.env[
            "property.metric"
        ]._read_group(
            list(domain), [*keys, "metric"], ["number:sum", "area:sum", "amount:sum"]
        ):
            group = [getattr(one, "id", one) or False for one in group]
            sums[(metric, *group)] = [
                round(one or 0, 2) for one in (number, area, amount)
            ]
        return sums

    def test_there_is_something_of_everything(self):
        counts = Counter(fact["metric"] for fact in self.facts)
        self.assertEqual({*counts}, {name for name, _label in METRICS})
        self.assertGreater(len({fact["project_id"] for fact in self.facts}), 3)

    def test_totals(self):
        self.assertEqual(self.counted(), self.reckoned())

    def test_by_everything(self):
        for name in GROUPS:
            with self.subTest(by=name):
                self.assertEqual(self.counted(name), self.reckoned(name))
        self.assertEqual(
            self.counted("project_id", "day:day", "user_id"),
            self.reckoned("project_id", "day", "user_id"),
        )

    def test_periods(self):
        """Day, week, month, year at their edges, asked for by day and by moment"""
        for first, last in (
            (date(2025, 12, 31), date(2025, 12, 31)),
            (date(2026, 1, 1), date(2026, 1, 1)),
            (date(2026, 3, 2), date(2026, 3, 8)),
            (date(2026, 3, 1), date(2026, 3, 31)),
            (date(2026, 1, 1), date(2026, 12, 31)),
        ):
            expected = self.reckoned(
                facts=[one for one in self.facts if first <= one["day"] <= last]
            )
            days = [("day", ">=", first), ("day", "<=", last)]
            self.assertEqual(self.counted(domain=days), expected, (first, last))
            mine = [("project_id", "=", self.project.id)]
            start, end = self.project.day_bounds(first, last)
            moments = [*mine, ("date", ">=", start), ("date", "<", end)]
            self.assertEqual(
                self.counted(domain=moments), self.counted(domain=[*mine, *days])
            )

    # === Crosswise ===

    def test_days_add_up_to_weeks_months_years(self):
        by_day = self.counted("day:day")
        for unit in ("week", "month", "year"):
            longer = Counter()
            for (metric, *_period), sums in self.counted(f"day:{unit}").items():
                for place, value in enumerate(sums):
                    longer[metric, place] += value
            days = Counter()
            for (metric, _day), sums in by_day.items():
                for place, value in enumerate(sums):
                    days[metric, place] += value
            for key, value in days.items():
                self.assertAlmostEqual(longer[key], value, 2, (unit, key))

    def test_every_split_adds_up_to_the_total(self):
        """By rep = by channel = by building = by project = total, for every figure"""
        metrics = self.env["property.metric"]
        total = metrics._tally([])[()]
        for name in (*GROUPS, "campaign_id", "unit_type_id", "hour", "district"):
            parts = metrics._tally([], [name]).values()
            for figure in (*dict(METRICS), *NETS):
                for measure in ("number", "area", "amount"):
                    self.assertAlmostEqual(
                        sum(part.get(figure, measure) for part in parts),
                        total.get(figure, measure),
                        2,
                        (name, figure, measure),
                    )

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
