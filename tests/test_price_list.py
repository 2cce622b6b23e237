import datetime
import io
import json
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

import openpyxl
import xlwt

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_property_sales.wizards.price_list import (
    PriceListError,
    find_table,
    read_price_list,
    read_workbook,
)
from odoo.addons.crm_property_sales.wizards.price_list.head import classify
from odoo.addons.crm_property_sales.wizards.price_list.text import (
    NotANumber,
    floor_of_room,
    parse_floor,
    parse_number,
    split_label,
)

FILING = Path(__file__).parent / "data" / "price_list_510116202366117.xlsx"
HEAD = (
    "幢号",
    "单元",
    "楼层",
    "室号",
    "建筑面积",
    "套内面积",
    "单价(元/㎡)",
    "总价(元)",
)
UNIT = ("29幢", "1单元", 2, "0201", 100, 80, 10000, 1000000)


def xlsx(*sheets, **more_sheets):
    """:param sheets: lines of a sheet, or (lines, merged ranges)"""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    named = {f"Sheet{index}": lines for index, lines in enumerate(sheets, 1)}
    for name, content in {**named, **more_sheets}.items():
        lines, merged = content if isinstance(content, tuple) else (content, ())
        sheet = workbook.create_sheet(name)
        for line in lines:
            sheet.append(line)
        for area in merged:
            sheet.merge_cells(area)
    return save(workbook)


def save(workbook):
    output = io.BytesIO()
    workbook.save(output)
    return output.getvalue()


def read(*lines, mapping=None):
    return read_price_list(xlsx(list(lines)), "list.xlsx", mapping)


def unit(**changes):
    """A line under HEAD with some cells changed, by the field's name."""
    names = ("building", "entrance", "floor", "room", "gross", "net", "sqm", "price")
    return [changes.get(name, value) for name, value in zip(names, UNIT, strict=True)]


def codes(row):
    return [problem.code for problem in row.problems]


@tagged("post_install", "-at_install")
class TestPriceListFiling(BaseCase):
    """A real presale filing, as published."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.price_list = read_price_list(FILING.read_bytes(), FILING.name)

    def test_adds_up(self):
        sums = self.price_list.sums
        self.assertEqual(sums.units, 437)
        self.assertEqual(sums.list_price, 517507295)
        self.assertEqual(sums.area_gross, Decimal("42289.14"))
        self.assertEqual(self.price_list.totals[0].list_price, 517507295)
        self.assertEqual(self.price_list.totals[0].units, 437)
        self.assertEqual(self.price_list.warnings, [])

    def test_rows(self):
        rows = self.price_list.rows
        self.assertFalse([row for row in rows if row.problem])
        buildings = Counter(row.building for row in rows)
        self.assertEqual(buildings, {"29幢": 223, "30幢": 214})
        first = rows[0]
        self.assertEqual((first.number, first.sheet), (6, "价目表"))
        self.assertEqual((first.entrance, first.floor), ("1单元", 2))
        self.assertEqual((first.room, first.unit_type), ("0201", "两室两厅一卫"))
        self.assertEqual(first.list_price_sqm, Decimal("11936.61"))

    def test_shops_have_no_entrance(self):
        shops = [row for row in self.price_list.rows if row.unit_type == "商业"]
        self.assertEqual(len(shops), 9)
        self.assertEqual({row.entrance for row in shops}, {""})
        self.assertEqual({row.floor for row in shops}, {1})

    def test_lines_above(self):
        self.assertEqual(self.price_list.permit_number, "510116202366117")
        self.assertEqual(self.price_list.project_name, "卓越南城")
        self.assertEqual(self.price_list.date, datetime.date(2023, 1, 16))
        self.assertEqual(self.price_list.tables[0].head, (5, 5))

    def test_saved_mapping_survives_json(self):
        saved = json.loads(json.dumps(self.price_list.mapping))
        again = read_price_list(FILING.read_bytes(), FILING.name, saved)
        self.assertEqual(again.rows, self.price_list.rows)


@tagged("post_install", "-at_install")
class TestPriceListLayouts(BaseCase):
    def test_sheet_a_building(self):
        data = xlsx(
            **{
                "29栋": [HEAD[1:], UNIT[1:]],
                "30#楼": [HEAD[1:], UNIT[1:]],
                "说明": [("本表由销售部填制",)],
            }
        )
        price_list = read_price_list(data, "list.xlsx")
        self.assertEqual([row.building for row in price_list.rows], ["29栋", "30#楼"])
        self.assertFalse([row for row in price_list.rows if row.problem])
        self.assertEqual(
            [warning.code for warning in price_list.warnings], ["sheet_without_table"]
        )

    def test_whole_labels(self):
        # In a column that says so, and in one that only says 房号.
        for title in ("房源", "房号"):
            price_list = read(
                (title, "建筑面积", "总价"),
                ("29-1-1802", 100, 1000000),
                ("3栋2单元1502室", 100, 1000000),
                ("29#1-0201", 100, 1000000),
            )
            places = [
                (row.building, row.entrance, row.floor, row.room)
                for row in price_list.rows
            ]
            self.assertEqual(
                places,
                [
                    ("29", "1", 18, "1802"),
                    ("3栋", "2单元", 15, "1502"),
                    ("29#", "1", 2, "0201"),
                ],
            )

    def test_head_of_two_lines(self):
        lines = [
            ["一房一价表"] + [None] * 7,
            ["楼号", "单元", "房号", "面积", None, "价格(万元)", None, "备注"],
            [None, None, None, "建筑面积", "套内面积", "单价", "总价", None],
            ["5号楼", "1单元", "0301", 100, 80, 1.2, 120, "特价"],
            ["5号楼", "1单元", "0302", 100, 80, 1.25, 125, None],
        ]
        merged = ["A1:H1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2", "H2:H3"]
        for areas in (merged, ()):
            with self.subTest(merged=areas):
                price_list = read_price_list(xlsx((lines, areas)), "list.xlsx")
                table = price_list.tables[0]
                self.assertEqual(table.head, (2, 3))
                labels = [column.label for column in table.columns]
                self.assertEqual(labels[3:5], ["面积 建筑面积", "面积 套内面积"])
                self.assertEqual(labels[6], "价格(万元) 总价")
                row = price_list.rows[0]
                self.assertEqual(row.area_net, 80)
                self.assertEqual(row.list_price, 1200000)
                self.assertEqual(row.list_price_sqm, 12000)
                self.assertEqual(row.note, "特价")
                self.assertFalse(row.problem)

    def test_units_on_a_line_of_their_own(self):
        price_list = read(
            ("幢号", "房号", "建筑面积", "单价", "总价"),
            (None, None, "（㎡）", "（元/㎡）", "（万元）"),
            ("1幢", "0101", 100, 10000, 100),
        )
        self.assertEqual(price_list.tables[0].head, (1, 2))
        self.assertEqual(price_list.rows[0].list_price, 1000000)

    def test_unit_of_money_in_the_title(self):
        price_list = read(
            ("卓越南城价目表",),
            ("单位：万元",),
            ("幢号", "房号", "建筑面积", "单价", "总价"),
            ("1幢", "0101", 100, 10000, 100),
        )
        self.assertEqual(price_list.rows[0].list_price, 1000000)
        self.assertEqual(price_list.rows[0].list_price_sqm, 10000)
        self.assertFalse(price_list.rows[0].problem)

    def test_unit_of_money_from_the_figures(self):
        price_list = read(
            ("幢号", "房号", "建筑面积", "总价"), ("1幢", "0101", "100", "102.81")
        )
        self.assertEqual(price_list.rows[0].list_price, 1028100)
        self.assertEqual(price_list.rows[0].list_price_sqm, 10281)

    def test_wrong_unit_of_money_is_noticed(self):
        price_list = read(HEAD, unit(price=100))
        warnings = [warning.code for warning in price_list.warnings]
        self.assertEqual(warnings, ["unit_doubtful", "unit_conflict"])
        self.assertEqual(codes(price_list.rows[0]), ["price_mismatch"])

    def test_merged_building_and_subtotals(self):
        lines = [
            HEAD,
            unit(),
            unit(building=None, room="0202"),
            ("29幢小计", None, None, "2套", 200, 160, None, 2000000),
            unit(building="30幢"),
            ("合  计", None, None, "3套", 300, 240, None, "3,000,000"),
        ]
        price_list = read_price_list(xlsx((lines, ["A2:A3"])), "list.xlsx")
        buildings = [row.building for row in price_list.rows]
        self.assertEqual(buildings, ["29幢", "29幢", "30幢"])
        self.assertEqual([total.units for total in price_list.totals], [2, 3])
        self.assertEqual(price_list.warnings, [])

    def test_total_that_does_not_add_up(self):
        total = ("合计", None, None, "3套", 100, 80, None, 1999999)
        price_list = read(HEAD, unit(), total)
        differing = [warning.kwargs["field"] for warning in price_list.warnings]
        self.assertEqual(differing, ["units", "list_price"])
        self.assertEqual(price_list.warnings[1].kwargs["computed"], 1000000)

    def test_building_written_once_a_block(self):
        price_list = read(
            HEAD,
            unit(),
            unit(building=None, entrance=None, room="0202"),
            unit(building="30幢", entrance="2单元"),
            unit(building=None, entrance=None, room="0202"),
        )
        places = [(row.building, row.entrance) for row in price_list.rows]
        self.assertEqual(places, [("29幢", "1单元")] * 2 + [("30幢", "2单元")] * 2)

    def test_section_lines(self):
        price_list = read(
            HEAD[2:], ("29幢1单元",), UNIT[2:], ("29幢2单元",), UNIT[2:], HEAD[2:]
        )
        places = [(row.building, row.entrance) for row in price_list.rows]
        self.assertEqual(places, [("29幢", "1单元"), ("29幢", "2单元")])

    def test_three_kinds_of_price(self):
        price_list = read(
            ("楼栋", "房间", "建面", "表价", "备案总价", "备案单价", "底价", "朝向"),
            ("1栋", "101", 100, 1000000, 1100000, 11000, 950000, "南"),
        )
        row = price_list.rows[0]
        self.assertEqual(row.list_price_sqm, 10000)
        self.assertEqual((row.filed_price, row.filed_price_sqm), (1100000, 11000))
        self.assertEqual((row.floor_price, row.floor_price_sqm), (950000, 9500))
        self.assertEqual((row.orientation, row.floor), ("南", 1))

    def test_mapping_goes_before_the_proposal(self):
        lines = (
            ("幢号", "房号", "建筑面积", "总价", "一口价"),
            ("1幢", "0101", 100, 1000000, 90),
        )
        proposed = read(*lines)
        self.assertEqual(proposed.rows[0].list_price, 1000000)
        self.assertEqual(proposed.warnings[0].code, "column_repeated")
        mapping = {"总价": "", "一口价": {"field": "list_price", "unit": "万元"}}
        price_list = read(*lines, mapping=mapping)
        self.assertEqual(price_list.rows[0].list_price, 900000)
        self.assertEqual(price_list.warnings, [])

    def test_unpriced_line_is_no_second_head(self):
        shop = unit(
            floor="1层", room="商铺1", gross="待定", net="—", sqm="—", price="—"
        )
        price_list = read(HEAD, shop, unit())
        self.assertEqual(price_list.tables[0].head, (1, 1))
        self.assertEqual(codes(price_list.rows[0]), ["missing_area", "no_price"])

    def test_unpriced_room_without_a_number(self):
        price_list = read(HEAD, unit(), ("29幢", None, "夹层", "商铺", "待定"))
        self.assertEqual(price_list.rows[1].room, "商铺")
        self.assertIn("no_price", codes(price_list.rows[1]))

    def test_head_again_on_a_new_page(self):
        price_list = read(HEAD, unit(), HEAD, unit(room="0202"))
        self.assertEqual([row.number for row in price_list.rows], [2, 4])

    def test_blank_entrance_stays_blank(self):
        shop = unit(entrance=None, room="0101")
        rows = read(HEAD, unit(), unit(room="0202"), shop).rows
        self.assertEqual([row.entrance for row in rows], ["1单元", "1单元", ""])
        rows = read(HEAD, unit(entrance=" 其他 ")).rows
        self.assertEqual(rows[0].entrance, "其他")

    def test_two_tables_side_by_side_are_noticed(self):
        price_list = read(HEAD + HEAD, UNIT + UNIT)
        warnings = [warning.code for warning in price_list.warnings]
        self.assertEqual(warnings, ["column_repeated"] * len(HEAD))

    def test_foot_notes_are_no_units(self):
        price_list = read(
            HEAD,
            unit(),
            ("注：1.本表价格为备案价",),
            ("制表人：张三", None, None, "审核人：李四", None, None, "日期：2023-1-16"),
            (None, None, None, "平均", None, None, 10000),
        )
        self.assertEqual(len(price_list.rows), 1)

    def test_old_excel(self):
        workbook = xlwt.Workbook()
        sheet = workbook.add_sheet("29栋")
        sheet.write_merge(0, 0, 0, 3, "价目表")
        for column, title in enumerate(("房号", "建筑面积", "总价(万元)", "户型")):
            sheet.write(1, column, title)
        padded = xlwt.easyxf(num_format_str="0000")
        for line in (2, 3):
            sheet.write(line, 0, 199 + line, padded)
            sheet.write(line, 1, 100)
            sheet.write(line, 2, 102.81)
        sheet.write_merge(2, 3, 3, 3, "三室")
        price_list = read_price_list(save(workbook), "list.xls")
        self.assertEqual([row.room for row in price_list.rows], ["0201", "0202"])
        self.assertEqual([row.unit_type for row in price_list.rows], ["三室"] * 2)
        self.assertEqual(price_list.rows[1].list_price, 1028100)
        self.assertEqual(price_list.rows[1].building, "29栋")

    def test_lines_above_in_one_cell(self):
        price_list = read(
            ("楼盘名称：卓越 南城   预售许可证号：川(2023)116号 日期：2023年1月16日",),
            HEAD,
            UNIT,
        )
        self.assertEqual(price_list.project_name, "卓越 南城")
        self.assertEqual(price_list.permit_number, "川(2023)116号")
        self.assertEqual(price_list.date, datetime.date(2023, 1, 16))

    def test_lines_above_in_cells_of_their_own(self):
        price_list = read(
            ("项目名称：", "卓越南城", None, "预售许可证号", "川2023-117"),
            ("楼栋：", "29幢", None, "填表日期", datetime.datetime(2023, 1, 16)),
            HEAD[1:],
            UNIT[1:],
        )
        self.assertEqual(price_list.project_name, "卓越南城")
        self.assertEqual(price_list.permit_number, "川2023-117")
        self.assertEqual(price_list.date, datetime.date(2023, 1, 16))
        self.assertEqual(price_list.rows[0].building, "29幢")


@tagged("post_install", "-at_install")
class TestPriceListProblems(BaseCase):
    def test_one_problem_each(self):
        cases = {
            "missing_room": unit(room=None),
            "missing_building": unit(building=None),
            "missing_area": unit(gross=None, net=None),
            "no_price": unit(sqm=None, price="待定"),
            "unknown_floor": unit(floor="夹层", room="商铺"),
            "negative": unit(net=-80),
            "not_a_number": unit(net="八十"),
            "date_in_cell": unit(net=datetime.datetime(2023, 3, 1)),
            "net_over_gross": unit(net=101),
            "price_mismatch": unit(price=1000200),
            "duplicate_room": unit(room="0203"),
        }
        filler = [unit(room="0299"), unit(room="0298")]  # so that nothing is carried
        for code, line in cases.items():
            with self.subTest(code=code):
                price_list = read(HEAD, unit(room="0203"), *filler, line)
                self.assertFalse([row for row in price_list.rows[:-1] if row.problem])
                self.assertEqual(codes(price_list.rows[-1]), [code])
                self.assertTrue(price_list.rows[-1].problem.message)

    def test_the_cell_is_named(self):
        problem = read(HEAD, unit(price="一百万")).rows[0].problem
        self.assertEqual(problem.kwargs, {"cell": "H2", "value": "一百万"})

    def test_formula_without_result(self):
        row = read(HEAD, unit(price="=E2*G2")).rows[0]
        self.assertEqual(codes(row), ["not_calculated"])

    def test_rounding_is_no_mismatch(self):
        for line in (
            unit(gross=108.58, sqm="11,708.68", price=1271329),
            unit(gross="86.13", sqm="11936", price="1,028,100"),
        ):
            self.assertFalse(read(HEAD, line).rows[0].problem)

    def test_room_taken_for_a_date(self):
        row = read(HEAD, unit(room=datetime.datetime(2003, 1, 15))).rows[0]
        self.assertEqual(codes(row), ["date_in_cell", "missing_room"])

    def test_duplicate_over_two_sheets(self):
        price_list = read_price_list(xlsx([HEAD, UNIT], [HEAD, UNIT]), "list.xlsx")
        problem = price_list.rows[1].problem
        self.assertEqual(problem.kwargs, {"sheet": "Sheet1", "row": 2})


@tagged("post_install", "-at_install")
class TestPriceListFile(BaseCase):
    def assertRefused(self, data, code):
        with self.assertRaises(PriceListError) as raised:
            read_price_list(data, "list.xlsx")
        self.assertEqual(raised.exception.code, code)
        self.assertEqual(raised.exception.kwargs["filename"], "list.xlsx")

    def test_refused(self):
        ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        self.assertRefused(b"", "empty_file")
        self.assertRefused("幢号,房号\n".encode(), "wrong_format")
        self.assertRefused(b"PK\x03\x04 no archive", "unreadable")
        self.assertRefused(ole + b"\0" * 600, "unreadable")
        self.assertRefused(
            ole + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted"
        )
        self.assertRefused(xlsx([]), "no_data")
        self.assertRefused(xlsx([("一房一价",), ("日期：2023-01-16", 5)]), "no_table")

    def test_hidden_sheet(self):
        workbook = openpyxl.Workbook()
        workbook.active.append(HEAD)
        workbook.active.append(UNIT)
        hidden = workbook.create_sheet("底稿")
        hidden.append(HEAD)
        hidden.append(UNIT)
        hidden.sheet_state = "hidden"
        price_list = read_price_list(save(workbook), "list.xlsx")
        self.assertEqual(len(price_list.rows), 1)
        self.assertEqual(price_list.warnings[0].code, "sheet_hidden")
        chosen = read_price_list(save(workbook), "list.xlsx", sheet_names=["底稿"])
        self.assertEqual([row.sheet for row in chosen.rows], ["底稿"])

    def test_a_stray_format_does_not_make_a_million_rows(self):
        workbook = openpyxl.Workbook()
        workbook.active.append(HEAD)
        workbook.active.append(UNIT)
        workbook.active["A1048576"].font = openpyxl.styles.Font(bold=True)
        workbook.active["XFD1"] = "?"
        sheet = read_workbook(save(workbook), "list.xlsx")[0]
        self.assertEqual(len(sheet.rows), 2)
        self.assertEqual(find_table(sheet).head, (1, 1))

    def test_ten_thousand_rows(self):
        lines = [unit(room=f"{n:05}", price="1,000,000") for n in range(10_000)]
        data = xlsx([HEAD, *lines])
        start = time.process_time()
        price_list = read_price_list(data, "list.xlsx")
        # Processor time, and twice what it takes on a modest machine.
        self.assertLess(time.process_time() - start, 6)
        self.assertEqual(len(price_list.rows), 10_000)


@tagged("post_install", "-at_install")
class TestPriceListText(BaseCase):
    def test_numbers(self):
        for text, number in (
            ("1,028,100", "1028100"),
            ("１，０２８，１００元", "1028100"),
            ("￥11,936.61 元/㎡", "11936.61"),
            ("86.13㎡", "86.13"),
            ("1.2e6", "1200000"),
            ("102.81万", "1028100"),
            ("-5", "-5"),
        ):
            self.assertEqual(parse_number(text, "元"), Decimal(number), text)
        self.assertEqual(parse_number("1028100元", "万元"), 1028100)
        for text in (None, " ", "—", "/", "待定"):
            self.assertIsNone(parse_number(text), text)
        for text in ("86,13", "1e999", "nan", "1.2.3", ".", True, "#REF!"):
            with self.assertRaises(NotANumber, msg=text):
                parse_number(text)

    def test_floors(self):
        floors = {"2": 2, 2.0: 2, "18F": 18, "十八层": 18, "第3层": 3, "1-2层": 1}
        below = {"负一层": -1, "B1": -1, "-2": -2, "地下一层": -1}
        for text, floor in {**floors, **below, "夹层": None, "": None}.items():
            self.assertEqual(parse_floor(text), floor, text)
        rooms = {"0201": 2, "1802": 18, "201": 2, "18A": 18, "B101": -1, "S101": 1}
        for room, floor in {**rooms, "11802": None, "01": None}.items():
            self.assertEqual(floor_of_room(room), floor, room)

    def test_labels(self):
        for label, expected in (
            ("29-1-1802", ("29", "1", "", "1802")),
            ("29-1-18-02", ("29", "1", "18", "02")),
            ("29－1单元－1802", ("29", "1单元", "", "1802")),
            ("卓越南城29幢1单元1802号", ("29幢", "1单元", "", "1802")),
            ("二期3栋2单元15层1502", ("二期3栋", "2单元", "15层", "1502")),
            ("3号1802室", ("3号", "", "", "1802")),
            ("A座1802", ("A座", "", "", "1802")),
            ("101-1", ("", "", "", "101-1")),
            ("商铺-3", ("", "", "", "商铺-3")),
            ("0201", ("", "", "", "0201")),
        ):
            place = split_label(label)
            found = (place.building, place.entrance, place.floor, place.room)
            self.assertEqual(found, expected, label)
        self.assertEqual(split_label("1-1802", "29幢").entrance, "1")
        self.assertEqual(split_label("29-1-1802", "29幢").entrance, "1")

    def test_column_labels(self):
        fields = {
            "building": ("幢号", "楼栋", "栋号", "楼号", "楼幢号"),
            "entrance": ("单元", "单元号", "梯"),
            "floor": ("楼层", "层", "所在层"),
            "room": ("室号", "房号", "房间号", "户室号"),
            "label": ("房源", "房屋坐落", "房屋编号"),
            "unit_type": ("户型", "房型"),
            "area_gross": ("建筑面积(m2)", "面积", "预测建筑面积"),
            "area_net": ("套内建筑面积", "室内面积", "使用面积", "专有建筑面积"),
            "list_price": ("总价(元)", "销售总价", "表价", "总价(元/套)", "折前总价"),
            "list_price_sqm": ("单价", "销售单价(元/m2)", "建筑面积单价", "均价"),
            "filed_price": ("备案总价", "备案价"),
            "filed_price_sqm": ("备案单价", "备案价(元/m2)"),
            "floor_price": ("底价", "底价总价"),
            "floor_price_sqm": ("底价单价",),
            "note": ("备注",),
            "orientation": ("朝向",),
            "": ("序号", "公摊面积(m2)", "层高", "优惠总价", "套内单价", "总楼层"),
        }
        for name, labels in fields.items():
            for label in labels:
                self.assertEqual(classify(label), name, label)
        self.assertEqual(classify("单价", "备案价格"), "filed_price_sqm")
        self.assertEqual(classify("套内面积", "单价(元/m2)"), "")
