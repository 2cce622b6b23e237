from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

from ..reports.form_sums import additive, against
from ..reports.form_table import Figure
from .test_form import G2, G4, G5, FormCommon
from .test_metric import MetricCommon

DAY = "2026-03-10"  # a Tuesday


class StatisticsCommon(MetricCommon, FormCommon):
    """rep_a and rep_b receive, sell and follow up over two weeks of March 2026."""

    @classmethod
    def setUpClass(cls):
        with freeze_time("2026-02-20 02:00:00"):
            super().setUpClass()
            cls.campaign = cls.env["utm.campaign"].create({"name": "Spring"})
            cls.radio = cls.env["utm.source"].create({"name": "Radio"})
            cls.concern = cls.env["property.concern"].search([], limit=1)
            cls.client = cls.make_client(cls.rep_a, source_id=cls.radio.id)
        for rep, moment, kind, vals in (
            (cls.rep_a, "2026-03-03 02:00:00", "call_in", {}),
            (cls.rep_a, "2026-03-09 02:00:00", "call_in", {}),
            (cls.rep_a, f"{DAY} 02:30:00", "call_in", {"campaign_id": True}),
            (cls.rep_b, f"{DAY} 03:00:00", "call_in", {"source_id": cls.radio.id}),
            (cls.rep_b, f"{DAY} 03:30:00", "visit_called", {"concern_ids": True}),
            (cls.rep_a, f"{DAY} 05:00:00", "visit_first", {"concern_ids": True}),
            (cls.rep_a, "2026-03-12 05:00:00", "visit_first", {}),
        ):
            if vals.get("campaign_id"):
                vals = {"campaign_id": cls.campaign.id}
            if vals.get("concern_ids"):
                vals = {"concern_ids": cls.concern.ids}
            cls.make_entry(rep, moment, kind, **vals)
        with freeze_time(f"{DAY} 06:00:00"):
            slip = cls.open_slip(cls.client, cls.unit)
            cls.confirm_deposit(slip)
        with freeze_time("2026-03-11 06:00:00"):
            cls.contract = cls.sign_contract(slip)
        cls.make_entry(
            cls.rep_a,
            "2026-03-08 02:00:00",
            "followup_call",
            lead_id=cls.client.id,
            next_date=DAY,
        )

    def value(self, form, section, label, key, place=0):
        """The cell of column `key` in the row whose first cells are `label`."""
        block = form["sections"][section]
        label = label if isinstance(label, tuple) else (label,)
        keys = [column["key"] for column in block["columns"]]
        for row in block["rows"]:
            first = tuple(one or "" for one in row["values"][: len(label)])
            if first == label:
                return row["values"][keys.index(key)]
        raise AssertionError(f"no row {label} in {block['title']}")

    def assertFoots(self, block, label_columns):
        """Numbers of the lines, or of the subtotals, add up to the total."""
        lines = [row for row in block["rows"] if row["level"] == "line"]
        subtotals = [row for row in block["rows"] if row["level"] == "subtotal"]
        total = next(row for row in block["rows"] if row["level"] == "total")
        for place, column in enumerate(block["columns"]):
            if place < label_columns or column["kind"] in ("percent", "text"):
                continue
            if column["key"].startswith("per_") or "/㎡" in column["label"]:
                continue
            self.assertAlmostEqual(
                sum(row["values"][place] or 0 for row in subtotals or lines),
                total["values"][place],
                2,
                (block["title"], column["label"]),
            )

    def assertOpens(self, name, options):
        """Each number of a form opens as many facts as it says.

        :return: how many do
        """
        form = self.env[name].with_user(self.manager)
        opened = 0
        for section in form._sections(form._scope(options)):
            for row in section.rows:
                for column, cell in zip(section.columns, row.values, strict=True):
                    if not isinstance(cell, Figure) or not cell.opens:
                        continue
                    records = self.env[cell.model].with_user(self.manager)
                    found = records.with_context(active_test=False).search(
                        cell.records_domain()
                    )
                    self.assertTrue(found, (section.title, column.label))
                    kind = row.kind if column.kind == "measure" else column.kind
                    if kind == "integer" and cell.model == "property.metric":
                        self.assertEqual(
                            self._net_count(found), cell.value, column.label
                        )
                    opened += 1
        return opened

    def _net_count(self, facts):
        """How many sales are left of facts of sales; else how many facts there are."""
        metrics = {*facts.mapped("metric")}
        if metrics <= {"exchanged_deposits", "exchanged_contracts"}:
            return len(facts)
        return sum(
            {"cancelled": -1, "exchanged": 0}.get(fact.metric.split("_")[0], 1)
            if len(metrics) > 1
            else 1
            for fact in facts
        )


@tagged("post_install", "-at_install")
class TestRepsDaily(StatisticsCommon, TransactionCase):
    """G2 销售日统计报表: one line per rep, the total, today, month and year to date."""

    def test_lines(self):
        form = self.compile(G2, self.manager, DAY)
        self.assertEqual(len(form["sections"]), 3)
        for section, rep, key, expected in (
            (0, "rep_a", "calls_number", 1),
            (0, "rep_b", "calls_number", 1),
            (0, "rep_b", "called_number", 1),
            (0, "rep_a", "first_number", 1),
            (0, "rep_a", "missed_number", 1),
            (0, "rep_a", "slips_number", 1),
            (0, "rep_a", "deposits_number", 1),
            (0, "rep_a", "deposits_area", self.unit.area_gross),
            (0, "rep_a", "deposits_amount", 1_000_000),
            (0, "rep_a", "contracts_number", 0),
            (0, "rep_a", "receipts_amount", 20_000),
            (0, "Total", "calls_number", 2),
            (0, "Total", "call_rate_number", 50),
            (0, "rep_a", "deposit_rate_number", 100),
            (1, "rep_a", "calls_number", 3),
            (1, "rep_a", "followups_number", 1),
            (1, "Total", "registrations_number", 0),
            (2, "Total", "registrations_number", 1),
        ):
            self.assertEqual(
                self.value(form, section, rep, key), expected, (section, rep, key)
            )
        with freeze_time("2026-03-13 06:00:00"):
            self.contract.write({"filing_number": "W1", "filing_date": "2026-03-13"})
            self.contract.action_file()
        filed = self.compile(G2, self.manager, "2026-03-13")
        self.assertEqual(self.value(filed, 0, "rep_a", "filed_number"), 1)
        self.assertEqual(self.value(filed, 0, "rep_a", "contracts_number"), 0)
        self.assertEqual(self.value(filed, 1, "Total", "filed_number"), 1)
        later = self.compile(G2, self.manager, "2026-03-11")
        self.assertEqual(self.value(later, 0, "rep_a", "filed_number"), 0)
        self.assertEqual(self.value(later, 0, "rep_a", "contracts_number"), 1)
        self.assertEqual(self.value(later, 0, "rep_a", "calls_number"), 0)

    def test_foots_and_opens(self):
        options = {"project_id": self.project.id, "date_to": DAY}
        form = self.compile(G2, self.manager, DAY)
        for section in form["sections"]:
            self.assertFoots(section, 1)
        self.assertGreater(self.assertOpens(G2, options), 40)

    def test_supervisor_compiles_his_team(self):
        """H1: a team's supervisor has its lines and no others"""
        form = self.compile(G2, self.supervisor_b, DAY)
        labels = [row["values"][0] for row in form["sections"][0]["rows"]]
        self.assertEqual({*labels}, {"rep_b", "supervisor_b", "Total"})
        self.assertEqual(self.value(form, 0, "Total", "calls_number"), 1)

    def test_one_rep(self):
        form = self.compile(G2, self.manager, DAY, user_id=self.rep_b.id)
        self.assertEqual(self.value(form, 0, "Total", "calls_number"), 1)
        self.assertEqual(len(form["sections"][0]["rows"]), 2)

    def test_who_has_left_keeps_his_line(self):
        """C12: figures of the past stay where they were made"""
        self.project.user_ids -= self.rep_b
        form = self.compile(G2, self.manager, DAY)
        self.assertEqual(self.value(form, 0, "rep_b", "calls_number"), 1)


@tagged("post_install", "-at_install")
class TestChannelsDaily(StatisticsCommon, TransactionCase):
    """G4 销售日动态表: by channel, campaign, concern, hour; what advertising cost."""

    def test_by_channel(self):
        form = self.compile(G4, self.manager, DAY)
        billboard = self.source.name
        for label, key, expected in (
            ((billboard, "Spring"), "calls_now", 1),
            ((billboard, "No Campaign"), "calls_now", 0),
            ((billboard, "No Campaign"), "calls_before", 1),
            ((billboard, "Together"), "calls_now", 1),
            ((billboard, "Together"), "visits_now", 2),
            (("Radio", ""), "calls_now", 1),
            (("Radio", ""), "deposits", 1),
            (("Total", ""), "calls_now", 2),
            (("Total", ""), "calls_before", 1),
            (("Total", ""), "calls_mean", round(2 / 7, 4)),
            (("Total", ""), "deposit_rate", 100),
        ):
            self.assertEqual(self.value(form, 0, label, key), expected, (label, key))
        self.assertFoots(form["sections"][0], 2)
        chart = form["sections"][0]["charts"][0]
        self.assertEqual(sum(chart["series"][0]["values"]), 2)

    def test_by_concern_and_hour(self):
        form = self.compile(G4, self.manager, DAY)
        self.assertEqual(self.value(form, 1, self.concern.name, "visits_now"), 2)
        self.assertEqual(self.value(form, 1, "None Named", "calls_now"), 2)
        self.assertEqual(self.value(form, 2, "10:00–11:00", "calls_now"), 1)
        self.assertEqual(self.value(form, 2, "11:00–12:00", "visits_now"), 1)
        self.assertFoots(form["sections"][2], 1)

    def test_opens(self):
        options = {"project_id": self.project.id, "date_to": DAY}
        self.assertGreater(self.assertOpens(G4, options), 30)

    def test_cost_of_one(self):
        """Month to date: 310 yuan over March are 100 by the 10th"""
        costs = self.env["property.advertising"]
        for amount, campaign in ((310, False), (62, self.campaign.id)):
            costs.create(
                {
                    "project_id": self.project.id,
                    "source_id": self.source.id,
                    "campaign_id": campaign,
                    "date_from": "2026-03-01",
                    "date_to": "2026-03-31",
                    "amount": amount,
                }
            )
        form = self.compile(G4, self.manager, DAY)
        name = self.source.name
        for label, key, expected in (
            ((name, "Spring"), "cost", 20),
            ((name, "Spring"), "per_call", 20),
            ((name, "No Campaign"), "cost", 100),
            ((name, "No Campaign"), "calls", 2),
            ((name, "No Campaign"), "per_call", 50),
            ((name, ""), "cost", 120),
            ((name, ""), "calls", 3),
            ((name, ""), "per_call", 40),
            ((name, ""), "per_visit", 60),
            ((name, ""), "per_deposit", None),
            (("Total", ""), "cost", 120),
            (("Total", ""), "per_call", 30),
            (("Total", ""), "per_deposit", 120),
        ):
            self.assertEqual(self.value(form, 3, label, key), expected, (label, key))
        self.assertFoots(form["sections"][3], 2)
        self.assertIn("2026-03-01 to 2026-03-10", form["sections"][3]["note"])

    def test_a_team_does_not_bear_all_of_the_cost(self):
        titles = [
            [section["title"] for section in self.compile(G4, user, DAY)["sections"]]
            for user in (self.manager, self.supervisor_a)
        ]
        self.assertEqual(titles[0][:3], titles[1])
        self.assertEqual(len(titles[0]), 4)


@tagged("post_install", "-at_install")
class TestRepsWeekly(StatisticsCommon, TransactionCase):
    """G5 销售周统计报表: G2 and G4 summed, each day visible, against last week."""

    def test_week(self):
        form = self.compile(G5, self.manager, DAY)
        self.assertEqual(
            (form["date_from"], form["date_to"]), ("2026-03-09", "2026-03-15")
        )
        for label, key, expected in (
            ("rep_a", "calls_number", 2),
            ("rep_a", "first_number", 2),
            ("Total", "calls_number", 3),
        ):
            self.assertEqual(self.value(form, 0, label, key), expected, (label, key))
        for label, key, expected in (
            ("This Week", "calls_number", 3),
            ("Last Week", "calls_number", 1),
            ("Difference", "calls_number", 2),
            ("Difference", "deposits_amount", 1_000_000),
        ):
            self.assertEqual(self.value(form, 1, label, key), expected, (label, key))

    def test_days_add_up(self):
        """Every line of every rep: Monday to Sunday are the week"""
        form = self.compile(G5, self.manager, DAY)
        block = form["sections"][2]
        keys = [column["key"] for column in block["columns"]]
        self.assertEqual(keys[2:9], [f"2026-03-{day:02}" for day in range(9, 16)])
        for row in block["rows"]:
            values = row["values"]
            if row["kind"] == "percent":
                continue
            self.assertAlmostEqual(
                sum(values[2:9]), values[keys.index("week")], 2, values[:2]
            )
            self.assertEqual(
                values[keys.index("change")],
                values[keys.index("week")] - values[keys.index("before")],
            )
        self.assertEqual(self.value(form, 2, ("Total", "Calls"), DAY), 2)

    def test_each_day_of_the_channels(self):
        """G5: calls and visits by channel, campaign, concern and hour, day by day"""
        form = self.compile(G5, self.manager, DAY)
        name = self.source.name
        days = [f"2026-03-{day:02}" for day in range(9, 16)]
        for block, labels in ((3, 2), (4, 1), (5, 1)):
            section = form["sections"][block]
            keys = [column["key"] for column in section["columns"]]
            self.assertEqual(
                keys[labels : labels + 18],
                [
                    f"{what}_{key}"
                    for what in ("calls", "visits")
                    for key in (*days, "now", "before")
                ],
            )
            for row in section["rows"]:
                for start in (labels, labels + 9):
                    *each, week, _last = row["values"][start : start + 9]
                    self.assertEqual(sum(each), week, row["values"][:labels])
            daily = self.compile(G4, self.manager, DAY)["sections"][block - 3]
            for row in daily["rows"]:
                label = tuple(one or "" for one in row["values"][:labels])
                for what in ("calls", "visits"):
                    self.assertEqual(
                        self.value(form, block, label, f"{what}_{DAY}"),
                        self.value({"sections": [daily]}, 0, label, f"{what}_now"),
                    )
        for label, key, expected in (
            ((name, "Spring"), f"calls_{DAY}", 1),
            ((name, "No Campaign"), "calls_2026-03-09", 1),
            ((name, "Together"), "visits_2026-03-12", 1),
            (("Radio", ""), f"calls_{DAY}", 1),
            (("Total", ""), f"visits_{DAY}", 2),
        ):
            self.assertEqual(self.value(form, 3, label, key), expected, (label, key))

    def test_days_that_have_not_come(self):
        """G5: empty, not none; the sums stand"""
        with freeze_time("2026-03-11 17:00:00"):  # Thursday on the project's clock
            form = self.compile(G5, self.manager, DAY)
        blank = [f"2026-03-{day:02}" for day in (13, 14, 15)]
        for section in form["sections"][2:6]:
            for column in section["columns"]:
                place = section["columns"].index(column)
                cells = [row["values"][place] for row in section["rows"]]
                if any(column["key"].endswith(day) for day in blank):
                    self.assertEqual({*cells}, {None}, column["key"])
                elif column["kind"] == "integer":
                    self.assertNotIn(None, cells, column["key"])
        self.assertEqual(self.value(form, 2, ("Total", "Calls"), "week"), 3)
        self.assertEqual(self.value(form, 3, ("Total", ""), "calls_now"), 3)

    def test_sums_the_daily_ones(self):
        """Every figure of the week is the sum of seven daily forms; G21 asks the same
        of the filed ones"""
        week = self.compile(G5, self.manager, DAY)
        days = [
            self.compile(name, self.manager, f"2026-03-{day:02}")
            for name in (G2, G4)
            for day in range(9, 16)
        ]
        self.assertEqual(against(week, days), [])
        self.assertEqual(
            {place[0] for place in additive(week)},
            {"reps", "channels", "concerns", "hours"},
        )
        line = week["sections"][0]["rows"][0]["values"]
        line[1] += 1
        [difference] = against(week, days)
        self.assertEqual(difference["here"], str(line[1]))

    def test_opens(self):
        options = {"project_id": self.project.id, "date_to": DAY}
        self.assertGreater(self.assertOpens(G5, options), 80)
