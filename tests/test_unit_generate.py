from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import EmptyProjectCommon


@tagged("post_install", "-at_install")
class TestUnitGenerate(EmptyProjectCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit_type = cls.env["property.unit.type"].create(
            {"name": "A", "project_id": cls.project.id}
        )

    def wizard(self, *lines, user=None, **vals):
        return (
            self.env["property.unit.generate"]
            .with_user(user or self.control)
            .create(
                {
                    "project_id": self.project.id,
                    "building_name": "29幢",
                    "floor_from": 2,
                    "floor_to": 5,
                    "line_ids": [Command.create(line) for line in lines],
                    **vals,
                }
            )
        )

    def test_floors_by_rooms_with_gaps(self):
        """A1: two entrances, floor 4 skipped, a room that begins higher, a shop."""
        wizard = self.wizard(
            {
                "suffix": "01",
                "unit_type_id": self.unit_type.id,
                "area_gross": 86.13,
                "area_net": 70,
                "orientation": "南",
                "price_sqm": 11936.61,
            },
            {"suffix": "02", "entrance": "2", "floor_from": 3},
            {"suffix": "01", "entrance": "-", "floor_from": 1, "floor_to": 1},
            {"suffix": "99", "entrance": "-", "floor_from": -1, "floor_to": 1},
            entrances="1，2",
            skipped_floors="4、14",
        )
        self.assertEqual(wizard.unit_count, 11)
        wizard.action_generate()
        self.assertEqual(
            set(self.project_units.mapped("name")),
            {
                *("29-1-0201", "29-1-0301", "29-1-0501"),
                *("29-2-0201", "29-2-0301", "29-2-0501"),
                *("29-2-0302", "29-2-0502"),
                *("29-0101", "29-0199", "29-B199"),
            },
        )
        unit = self.project_units.filtered(lambda unit: unit.name == "29-1-0501")
        self.assertRecordValues(
            unit,
            [
                {
                    "floor": 5,
                    "unit_type_id": self.unit_type.id,
                    "area_gross": 86.13,
                    "area_net": 70,
                    "orientation": "南",
                    "list_price": 1028100.22,
                    "state": "unreleased",
                }
            ],
        )
        self.assertAlmostEqual(
            wizard.amount_total, sum(self.project_units.mapped("list_price"))
        )

    def test_building_is_found_under_its_other_name(self):
        self.wizard({"suffix": "01"}).action_generate()
        self.wizard({"suffix": "02"}, building_name="29号楼").action_generate()
        self.assertEqual(len(self.project.building_ids), 1)
        self.assertEqual(len(self.project_units), 8)

    def test_duplicates_are_refused(self):
        """A1: one unit that exists already, and none is made."""
        self.wizard({"suffix": "01"}, floor_to=3, entrances="1单元").action_generate()
        wizard = self.wizard({"suffix": "01"}, {"suffix": "02"}, entrances="1")
        self.assertEqual(wizard.unit_count, 0)
        self.assertIn("1-0201, 1-0301", wizard.problem)
        with self.assertRaisesRegex(UserError, "1-0201, 1-0301"):
            wizard.action_generate()
        self.assertEqual(len(self.project_units), 2)
        with self.assertRaisesRegex(UserError, "named twice"):
            self.wizard({"suffix": "08"}, {"suffix": "08"}).action_generate()

    def test_wrong_numbers(self):
        line = {"suffix": "01"}
        for vals, reason in (
            ({"skipped_floors": "4, x"}, "x is not a floor"),
            ({"floor_from": 9}, "no floors from 9 to 5"),
            ({"floor_to": 100000}, "no floors from 2 to 100000"),
            ({"building_name": False}, "building"),
            ({"line_ids": []}, "at least one room"),
        ):
            with self.subTest(reason), self.assertRaisesRegex(UserError, reason):
                self.wizard(line, **vals).action_generate()
        self.assertFalse(self.project_units)
        self.assertFalse(self.project.building_ids)

    def test_preview_while_typing(self):
        with Form(self.env["property.unit.generate"].with_user(self.control)) as form:
            self.assertEqual(form.project_id, self.project)
            form.building_name = "29幢"
            form.floor_to = 10
            with form.line_ids.new() as line:
                line.suffix = "01"
                line.area_gross = 100
                line.price_sqm = 10000
            self.assertEqual((form.unit_count, form.amount_total), (10, 10_000_000))
            form.skipped_floors = "4"
            self.assertEqual(form.unit_count, 9)

    def test_only_control_generates(self):
        """A1: the rep, and the control of another project, are refused."""
        with self.assertRaises(AccessError):
            self.wizard({"suffix": "01"}, user=self.rep_a)
        with self.assertRaises(AccessError):
            self.wizard({"suffix": "01"}, user=self.stranger).action_generate()
        self.assertFalse(self.project_units)
