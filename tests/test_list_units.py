import json

from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

from ..models.property_unit import UNIT_STATES
from .test_form import G3, FormCommon

FORM = "property.form.units"


@tagged("post_install", "-at_install")
class TestUnitList(FormCommon, TransactionCase):
    """G19: every unit at the close of a day, by building."""

    @classmethod
    def setUpClass(cls):
        with freeze_time("2026-03-01 02:00:00"):
            super().setUpClass()
            cls.units[4]._move("unreleased")
        with freeze_time("2026-03-05 02:00:00"):
            cls.units[1].with_user(cls.control).action_hold(
                "Show flat", planned_release="2026-04-01"
            )
            client = cls.make_client(
                cls.rep_a, contact_name="欧阳锋", phone="13899990000"
            )
            slip = cls.open_slip(client, cls.unit, price=980_000)
            slip.with_user(cls.clerk).action_register_payment()
        with freeze_time("2026-03-06 15:30:00"):  # 23:30 in Shanghai
            slip.with_user(cls.finance).action_confirm()
            cls.units[4].with_user(cls.control).list_price = 1_500_000
        with freeze_time("2026-03-07 16:30:00"):  # 00:30 on the 8th
            cls.sign_contract(slip)
            cls.units[1].with_user(cls.control).action_release()
            cls.units[4].with_user(cls.control).list_price = 1_600_000
        with freeze_time("2026-03-09 02:00:00"):
            cls.units[1].with_user(cls.control).action_hold("Show flat")

    def sections(self, day="2026-03-07", user=None, **options):
        return self.compile(FORM, user or self.manager, day, **options)["sections"]

    def rows(self, *args, **options):
        section = self.sections(*args, **options)[0]
        keys = [column["key"] for column in section["columns"]]
        return [
            dict(zip(keys, row["values"], strict=True)) | {"level": row["level"]}
            for row in section["rows"]
        ]

    def row(self, unit, day):
        return next(row for row in self.rows(day) if row["unit"] == unit.name)

    def test_columns(self):
        """G19: number, type, areas, price per ㎡, price, state; a day's close"""
        self.assertEqual(
            self.row(self.units[3], "2026-03-07"),
            {
                "unit": self.units[3].name,
                "type": "B2",
                "area": 100,
                "area_net": 80,
                "price_sqm": 13_000,
                "price": 1_300_000,
                "state": "Available",
                "release": None,
                "level": "line",
            },
        )

    def test_states_and_prices_of_each_day(self):
        """G19: replayed, so that the list of a past day stays what it was"""
        for day, states, price in (
            ("2026-03-04", ("Available", "Available"), 1_400_000),
            ("2026-03-05", ("Slip", "Held"), 1_400_000),
            ("2026-03-06", ("Deposit Taken", "Held"), 1_500_000),
            ("2026-03-07", ("Deposit Taken", "Held"), 1_500_000),
            ("2026-03-08", ("Contracted", "Available"), 1_600_000),
        ):
            rows = [self.row(unit, day) for unit in self.units[:2]]
            self.assertEqual(tuple(row["state"] for row in rows), states, day)
            self.assertEqual(self.row(self.units[4], day)["price"], price, day)
        self.assertEqual([row["level"] for row in self.rows("2026-02-28")], ["total"])

    def test_held_units_say_when_they_are_released(self):
        """G19: the planned day, as long as the unit is held"""
        for day, release in (
            ("2026-03-04", None),
            ("2026-03-07", "2026-04-01"),
            ("2026-03-08", None),
            ("2026-03-09", None),  # held again, nobody knows until when
        ):
            self.assertEqual(self.row(self.units[1], day)["release"], release, day)
        held = [row for row in self.rows() if row["release"]]
        self.assertEqual(len(held), 1)

    def test_no_client_and_no_deal(self):
        """G19, J1: nothing tells who has a unit, and what he agreed upon no line; why a
        unit is held control knows"""
        for user in (self.rep_a, self.rep_b, self.manager):
            text = json.dumps(self.sections(user=user), ensure_ascii=False)
            for secret in ("欧阳锋", "13899990000", "Show flat"):
                self.assertNotIn(secret, text)
        self.assertNotIn("980000", json.dumps(self.sections()[0]))
        self.assertEqual(self.row(self.unit, "2026-03-07")["price"], 1_000_000)

    def test_sums_are_those_of_the_daily_report(self):
        """G19 = G3: units, area and amount of each state, of every day"""
        for day in ("2026-02-28", "2026-03-04", "2026-03-05", "2026-03-08"):
            block = self.sections(day)[1]
            report = self.compile(G3, self.manager, day)
            keys = [state for state, _label in UNIT_STATES] + ["total"]
            for key, row in zip(keys, block["rows"], strict=True):
                _label, number, area, _net, _price, amount = row["values"]
                self.assertEqual(
                    self.cells(report, 0, "Total", key), [number, area, amount], day
                )

    def test_lines_add_up(self):
        """G19: to their building's line, and buildings to the total"""
        rows = self.rows()
        for key in ("area", "area_net", "price"):
            sums = {
                level: sum(row[key] for row in rows if row["level"] == level)
                for level in ("line", "subtotal", "total")
            }
            self.assertEqual(len({*sums.values()}), 1, (key, sums))
        total = rows[-1]
        self.assertEqual(total["type"], "8 units")
        self.assertEqual(total["price_sqm"], round(total["price"] / total["area"], 2))
        block = self.sections()[1]["rows"][-1]["values"]
        self.assertEqual(
            block[1:5],
            [8, *(total[k] for k in ("area", "area_net"))] + [total["price"]],
        )

    def test_one_building(self):
        rows = self.rows(building_id=self.building_2.id)
        names = [row["unit"] for row in rows if row["level"] == "line"]
        self.assertEqual(names, self.building_2.unit_ids.sorted("name").mapped("name"))
        self.assertEqual(rows[-1]["type"], "4 units")

    def test_archived_units_were_there(self):
        self.units[7].active = False
        self.assertEqual(self.rows()[-1]["type"], "8 units")

    def test_lines_and_totals_open_their_units(self):
        options = {"project_id": self.project.id, "date_to": "2026-03-07"}
        form = self.env[FORM].with_user(self.rep_b)
        section = form.compile(options)["sections"][0]
        for line, row in enumerate(section["rows"]):
            column = 0 if row["level"] == "line" else 1
            action = form.drill(options, 0, line, column)
            units = self.env[action["res_model"]].search(action["domain"])
            expected = {"line": 1, "subtotal": 4, "total": 8}[row["level"]]
            self.assertEqual(len(units), expected)

    def test_queries_do_not_grow_with_the_units(self):
        def queries():
            self.rows()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.rows()
            return self.cr.sql_log_count - before

        few = queries()
        more = self.env["property.unit"].create(
            [
                {"building_id": self.building.id, "floor": 3 + n, "room": f"{3 + n}01"}
                | self.prices(1_000_000)
                for n in range(20)
            ]
        )
        more._move("held")
        self.assertEqual(queries(), few)
