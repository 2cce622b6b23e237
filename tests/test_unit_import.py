import base64
import io
import time
from pathlib import Path

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import EmptyProjectCommon

FILING = Path(__file__).parent / "data" / "price_list_510116202366117.xlsx"
HEAD = ("幢号", "单元", "楼层", "室号", "户型", "建筑面积", "总价(元)")
ROW = ("29幢", "1单元", 2, "0201", "两室两厅", 100, 1000000)


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def row(**changes):
    names = ("building", "entrance", "floor", "room", "unit_type", "area", "price")
    return [changes.get(name, value) for name, value in zip(names, ROW, strict=True)]


@tagged("post_install", "-at_install")
class TestUnitImport(EmptyProjectCommon):
    def wizard(self, data, user=None, filename="list.xlsx", **vals):
        wizards = self.env["property.unit.import"].with_user(user or self.control)
        return wizards.create(
            {
                "project_id": self.project.id,
                "data": base64.b64encode(data),
                "filename": filename,
                **vals,
            }
        )

    def load(self, *rows, **vals):
        """Import rows under HEAD."""
        wizard = self.wizard(workbook(Sheet1=[HEAD, *rows]), **vals)
        wizard.action_import()
        return wizard

    def check(self, *rows, **vals):
        wizard = self.wizard(workbook(Sheet1=[HEAD, *rows]), **vals)
        wizard.action_check()
        return wizard

    def test_real_filing(self):
        """A1, A7: a published presale filing is on file as it is, permit and all."""
        wizard = self.wizard(FILING.read_bytes(), filename=FILING.name)
        action = wizard.action_check()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (wizard._name, wizard.id)
        )
        self.assertRecordValues(
            wizard,
            [
                {
                    "unit_count": 437,
                    "amount_total": 517507295.00,
                    "new_count": 437,
                    "refused_count": 0,
                    "is_filing": True,
                    "permit_number": "510116202366117",
                    "notice": "",
                }
            ],
        )
        self.assertFalse(self.project_units, "a check writes nothing")

        action = wizard.action_import()
        self.assertEqual(
            self.project_units.filtered_domain(action["domain"]), self.project_units
        )
        self.assertEqual(len(self.project_units), 437)
        self.assertEqual(sum(self.project_units.mapped("list_price")), 517507295)
        self.assertEqual(sum(self.project_units.mapped("filed_price")), 517507295)
        self.assertAlmostEqual(sum(self.project_units.mapped("area_gross")), 42289.14)
        unit = self.project_units.filtered(lambda unit: unit.name == "29-1-0201")
        self.assertRecordValues(
            unit, [{"floor": 2, "state": "unreleased", "entrance": "1单元"}]
        )
        self.assertEqual(unit.unit_type_id.name, "两室两厅一卫")
        self.assertAlmostEqual(unit.list_price_sqm, 11936.61)
        self.assertRecordValues(
            unit.permit_id,
            [{"number": "510116202366117", "project_id": self.project.id}],
        )
        self.assertEqual(str(unit.permit_id.issue_date), "2023-01-16")
        self.assertEqual(unit.permit_id.building_ids, self.project.building_ids)

    def test_again_is_unchanged(self):
        """A7: the same list twice changes nothing and makes nothing."""
        for _time in range(2):
            wizard = self.wizard(FILING.read_bytes())
            wizard.action_import()
        self.assertEqual(set(wizard.line_ids.mapped("verdict")), {"unchanged"})
        self.assertEqual(wizard.unchanged_count, 437)
        self.assertEqual(len(self.project_units), 437)
        self.assertEqual(len(self.project.permit_ids), 1)
        self.assertEqual(len(self.project.building_ids), 2)

    def test_sheet_a_building_in_wan(self):
        """A1: another office's layout: whole labels, prices in 万元."""
        head = ("房源", "建筑面积(㎡)", "总价（万元）", "朝向")
        data = workbook(
            **{
                "29栋": [head, ("29-1-1802", 100, 120.5, "南")],
                "30栋": [
                    head,
                    ("30-2-0301", 80, 90, "北"),
                    ("30-2-0302", 80, 91, None),
                ],
            }
        )
        self.wizard(data).action_import()
        self.assertRecordValues(
            self.project_units.sorted("name"),
            [
                {"name": "29-1-1802", "list_price": 1205000, "orientation": "南"},
                {"name": "30-2-0301", "list_price": 900000, "orientation": "北"},
                {"name": "30-2-0302", "list_price": 910000, "orientation": False},
            ],
        )
        self.assertEqual(
            self.project_units.sorted("name").mapped("filed_price"),
            [0, 0, 0],
            "no filing",
        )
        self.assertEqual(self.project_units.sorted("name").mapped("floor"), [18, 3, 3])

    def test_same_place_under_other_names(self):
        """A1: 29, 29栋 and 29号楼 are one building, 1 and 1单元 one entrance."""
        self.load(row())
        wizard = self.check(row(building="29号楼", entrance="1", room="201"))
        self.assertEqual(wizard.line_ids.unit_id, self.project_units)
        self.assertEqual(wizard.line_ids.verdict, "unchanged")
        self.load(row(building="29", entrance="1", room="0202"))
        self.assertEqual(self.project.building_ids.mapped("name"), ["29幢"])
        self.assertEqual(set(self.project_units.mapped("entrance")), {"1单元"})

    def test_rooms_numbered_by_floor(self):
        self.load(row(room="01"), row(floor=3, room="1"))
        self.assertEqual(self.project_units.mapped("room"), ["0201", "0301"])

    def test_user_corrects_the_mapping_and_it_is_kept(self):
        """A1: columns are the user's to change, and proposed so the next time."""
        data = workbook(
            Sheet1=[("幢号", "房号", "建筑面积", "一口价"), ("1幢", "0101", 100, 90)]
        )
        with Form(self.env["property.unit.import"].with_user(self.control)) as form:
            form.data = base64.b64encode(data)
            self.assertEqual(form.project_id, self.project, "his only one")
            labels = [column["label"] for column in form.column_ids._records]
            self.assertEqual(labels, ["幢号", "房号", "建筑面积", "一口价"])
            with form.column_ids.edit(3) as column:
                self.assertEqual(column.sample, "90")
                column.target = "list_price"
                column.unit = "万元"
        form.record.action_import()
        self.assertEqual(self.project_units.list_price, 900000)
        again = self.wizard(data)
        again.action_check()
        self.assertRecordValues(
            again.column_ids[3], [{"target": "list_price", "unit": "万元"}]
        )
        self.assertEqual(again.line_ids.verdict, "unchanged")

    def test_change_of_mapping_wants_a_new_check(self):
        wizard = self.check(row())
        self.assertTrue(wizard.is_checked)
        wizard.column_ids[0].target = False
        self.assertFalse(wizard.is_checked)

    def test_two_columns_of_one_field_are_noticed(self):
        wizard = self.check(row())
        wizard.column_ids[4].target = "room"
        wizard.action_check()
        self.assertIn("户型", wizard.notice)

    def test_update(self):
        """A7: changed figures are written; what the list does not say stays."""
        self.load(row(), row(room="0202"), is_filing=True)
        self.project_units.orientation = "南"
        wizard = self.check(row(price=1010000), row(room="0202"))
        changed = wizard.line_ids.filtered(lambda line: line.verdict == "update")
        self.assertEqual(changed.unit_id, self.project_units[0])
        self.assertIn("1,000,000.00 → 1,010,000.00", changed.message)
        wizard.action_import()
        self.assertRecordValues(
            self.project_units,
            [
                {"list_price": 1010000, "filed_price": 1000000, "orientation": "南"},
                {"list_price": 1000000, "filed_price": 1000000, "orientation": "南"},
            ],
        )

    def test_unit_price_alone_takes_the_area_on_file(self):
        self.load(row())
        head = ("幢号", "单元", "室号", "单价(元/㎡)")
        data = workbook(Sheet1=[head, ("29", "1", "0201", 11000)])
        self.wizard(data).action_import()
        self.assertEqual(self.project_units.list_price, 1100000)

    def test_price_of_a_reserved_unit(self):
        """A7: from the slip on the price is frozen, whatever a list says."""
        self.load(
            row(),
            permit_number="117",
            permit_date="2023-01-16",
            is_permit_linked=True,
        )
        self.project_units._move("available")
        self.project_units._move("slip")
        self.assertEqual(self.check(row()).line_ids.verdict, "unchanged")
        wizard = self.check(row(price=1010000))
        self.assertEqual(wizard.line_ids.verdict, "refused")
        self.assertIn("frozen", wizard.line_ids.message)
        with self.assertRaisesRegex(UserError, "frozen"):
            wizard.action_import()
        self.assertEqual(self.project_units.list_price, 1000000)

    def test_all_or_nothing(self):
        """A1: one bad row, and nothing is written; the user is told which."""
        wizard = self.check(
            row(),
            row(building="30幢", price="一百万"),
            row(room=None),
            row(building="29"),
        )
        refused = wizard.line_ids.filtered(lambda line: line.verdict == "refused")
        self.assertEqual(refused.mapped("row"), [3, 4, 5])
        self.assertEqual((wizard.new_count, wizard.refused_count), (1, 3))
        with self.assertRaisesRegex(UserError, r"(?s)3 of 4 rows.*row 3.*row 4.*row 5"):
            wizard.action_import()
        self.assertFalse(self.project_units)
        self.assertFalse(self.project.building_ids)
        self.assertFalse(self.project.price_mapping)

    def test_warnings_do_not_refuse(self):
        """A shop whose area and price are not settled is imported, with a warning."""
        wizard = self.load(row(), row(room="商铺1", floor=1, area="待定", price="待定"))
        self.assertEqual(wizard.line_ids[0].verdict, "warning")
        self.assertEqual((wizard.warning_count, wizard.new_count), (1, 2))
        self.assertEqual(len(self.project_units), 2)

    def test_permit_needs_its_day(self):
        """A2: the permit is made on the user's word only, and with its date."""
        number = {"permit_number": "117", "is_permit_linked": True}
        with self.assertRaisesRegex(UserError, "presale permit"):
            self.load(row(), **number)
        self.load(row(), permit_number="117", is_permit_linked=False)
        self.assertFalse(self.project.permit_ids)
        self.load(row(), permit_date="2023-01-16", **number)
        self.assertEqual(self.project_units.permit_id.number, "117")

    def test_wrong_files(self):
        for data, reason in (
            (b"", "empty"),
            ("幢号,房号\n".encode(), "not an Excel workbook"),
            (b"PK\x03\x04 no archive", "damaged"),
            (workbook(Sheet1=[("会议纪要",), ("一", "二")]), "No price list"),
            (workbook(Sheet1=[HEAD]), "no unit"),
        ):
            with self.subTest(reason), self.assertRaisesRegex(UserError, reason):
                self.wizard(data).action_check()
        self.assertIn("damaged", self.wizard(b"PK\x03\x04 no archive").notice)

    def test_total_of_the_list_is_compared(self):
        """A7: a list whose own total is not its rows' sum is noticed before import."""
        total = ("合计", None, None, None, None, 100, 990000)
        wizard = self.check(row(), total)
        self.assertIn("990000.00, its rows add up to 1000000.00", wizard.notice)
        self.assertIn("List Price", wizard.notice)

    def test_file_of_another_project(self):
        lines = [("项目名称：滨江花园",), HEAD, row()]
        wizard = self.wizard(workbook(Sheet1=lines))
        self.assertIn("滨江花园", wizard.notice)

    def test_only_control_imports(self):
        """A1: the rep, and the control of another project, are refused."""
        with self.assertRaises(AccessError):
            self.wizard(FILING.read_bytes(), user=self.rep_a)
        with self.assertRaises(AccessError):
            self.wizard(FILING.read_bytes(), user=self.stranger).action_check()
        with self.assertRaises(AccessError):
            self.wizard(FILING.read_bytes(), user=self.stranger).action_import()
        mine = self.check(row())
        with self.assertRaises(AccessError):
            mine.with_user(self.stranger).action_import()
        self.assertFalse(self.project_units)

    def test_ten_thousand_rows(self):
        """A1: a large list is checked and imported within a request."""
        rows = [
            row(building=f"{building}幢", floor=floor, room=f"{floor:02d}{room:02d}")
            for building in range(1, 26)
            for floor in range(1, 41)
            for room in range(1, 11)
        ]
        start = time.process_time()
        wizard = self.load(*rows)
        self.assertLess(time.process_time() - start, 60)
        self.assertEqual(wizard.new_count, 10_000)
        self.assertEqual(len(self.project_units), 10_000)
