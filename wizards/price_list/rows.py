"""From the lines below a head to rows and totals."""

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from .head import (
    AREA_FIELDS,
    MONEY_FIELDS,
    PRICE_PAIRS,
    TEXT_FIELDS,
)
from .messages import Problem
from .text import (
    MAX_LABEL,
    NotANumber,
    Place,
    can_be_room,
    clean,
    find_building,
    find_section,
    floor_of_room,
    is_date,
    is_figure,
    parse_floor,
    parse_number,
    split_label,
    squeeze,
    strip_room,
)
from .workbook import UNCALCULATED, cell_name

CENT = Decimal("0.01")
NUMBER_FIELDS = AREA_FIELDS + MONEY_FIELDS
TOTAL_FIELDS = ("area_gross", "area_net", "list_price", "filed_price")
# 合计, 29幢小计:, 总计(437套); an average line is no total and no unit either.
TOTAL = re.compile(r".{0,10}?([合小总共]计|平均|均价)(?=$|[^\w]|\d|共)")
AVERAGES = ("平均", "均价")
SUBTOTAL = "小计"
UNIT_COUNT = re.compile(r"(\d+)[套户间个]")


@dataclass
class Row:
    """One unit of the list. Money in yuan and areas in square metres, two decimals."""

    sheet: str
    number: int  # Excel's row
    building: str = ""
    entrance: str = ""
    floor: int | None = None
    room: str = ""
    unit_type: str = ""
    orientation: str = ""
    note: str = ""
    area_gross: Decimal | None = None
    area_net: Decimal | None = None
    list_price: Decimal | None = None
    list_price_sqm: Decimal | None = None
    filed_price: Decimal | None = None
    filed_price_sqm: Decimal | None = None
    floor_price: Decimal | None = None
    floor_price_sqm: Decimal | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def problem(self):
        """The first of the problems, or None."""
        return self.problems[0] if self.problems else None

    def add_problem(self, code, **kwargs):
        self.problems.append(Problem(code, kwargs))


@dataclass
class Totals:
    """A total line of the list, or what rows add up to; None where nothing is said."""

    sheet: str = ""
    number: int = 0  # Excel's row
    label: str = ""
    units: int | None = None
    area_gross: Decimal | None = None
    area_net: Decimal | None = None
    list_price: Decimal | None = None
    filed_price: Decimal | None = None
    exact_to: Decimal = Decimal(1)  # yuan: 100 for prices in 万元 with two decimals

    @property
    def is_subtotal(self):
        return SUBTOTAL in self.label


def sum_rows(rows):
    """:rtype: Totals"""
    sums = {
        name: sum((getattr(row, name) or Decimal(0) for row in rows), Decimal(0))
        for name in TOTAL_FIELDS
    }
    return Totals(units=len(rows), **sums)


def read_rows(table):
    """Read a table's lines; its columns and units must be settled.

    :return: (list of Row, list of Totals)
    """
    return _Reader(table).read_table()


def two_decimals(number):
    return None if number is None else number.quantize(CENT, ROUND_HALF_UP)


class _Reader:
    """The reading of one table: what lines above mean for those below is kept here."""

    def __init__(self, table):
        self.table = table
        self.columns = {}
        for column in table.columns:
            if column.field:
                self.columns.setdefault(column.field, column)
        self.head = {
            squeeze(value)
            for row in table.sheet.rows[table.head[0] - 1 : table.head[1]]
            for value in row
        }
        # A section line (29幢2单元) holds for the lines below it.
        self.section = Place()
        self.building = find_building(table.sheet.name) or table.about.building
        self.rows, self.totals = [], []

    def read_table(self):
        first = self.table.head[1]
        for number, values in enumerate(self.table.sheet.rows[first:], first + 1):
            self._read_line(number, values)
        self._carry_down("building")
        self._carry_down("entrance")
        for row in self.rows:
            row.building = row.building or self.building
            _check_place(row)
        return self.rows, self.totals

    def _read_line(self, number, values):
        texts = [squeeze(value) for value in values]
        distinct = set(texts) - {""}
        if not distinct - self.head:  # empty, or the head again on a new page
            return
        total = self._total_label(texts)
        if total:
            self._add_totals(number, values, texts, total)
        elif self._is_unit(values, distinct):
            self.rows.append(self._unit(number, values))
        elif len(distinct) == 1:
            self.section = find_section(distinct.pop()) or self.section

    def _total_label(self, texts):
        """:return: the text that makes this a total line, if one does"""
        note = self.columns.get("note")
        for index, text in enumerate(texts):
            if note and index == note.index:
                continue
            if len(text) <= MAX_LABEL and TOTAL.match(text):
                return text
        return ""

    def _is_unit(self, values, distinct):
        """Has a figure, or at least what can be a room; a foot note has neither."""
        if len(distinct) > 1 and any(
            is_figure(values[self.columns[name].index])
            for name in NUMBER_FIELDS
            if name in self.columns
        ):
            return True
        rooms = [self._value(values, name) for name in ("room", "label")]
        if any(can_be_room(value) for value in rooms):
            return True
        # A shop without a number or a price yet, in a building that is named.
        building = find_building(self._value(values, "building"))
        return bool(building and len(distinct) > 1 and any(map(squeeze, rooms)))

    def _add_totals(self, number, values, texts, label):
        if any(word in label for word in AVERAGES):
            return
        totals = Totals(self.table.sheet.name, number, label)
        for name in TOTAL_FIELDS:
            if name in self.columns:
                column = self.columns[name]
                try:
                    figure = parse_number(values[column.index], column.unit)
                except NotANumber:
                    continue
                setattr(totals, name, two_decimals(figure))
                if figure and column.unit:
                    totals.exact_to = max(totals.exact_to, _last_place(figure))
        counts = [match for match in map(UNIT_COUNT.search, texts) if match]
        totals.units = int(counts[0][1]) if counts else None
        self.totals.append(totals)

    def _unit(self, number, values):
        row = Row(self.table.sheet.name, number)
        for name in TEXT_FIELDS:
            if name in self.columns:
                setattr(row, name, clean(self._value(values, name)))
        self._read_place(row, values)
        figures = {
            name: self._figure(row, values, name)
            for name in NUMBER_FIELDS
            if name in self.columns
        }
        self._check_figures(row, figures)
        for name, figure in figures.items():
            setattr(row, name, two_decimals(figure))
        _complete_prices(row)
        return row

    def _value(self, values, name):
        return values[self.columns[name].index] if name in self.columns else None

    def _cell(self, row, name):
        return cell_name(row.number, self.columns[name].index)

    def _read_place(self, row, values):
        row.building = squeeze(self._value(values, "building"))
        row.building = row.building or self.section.building
        row.entrance = squeeze(self._value(values, "entrance"))
        # A column of its own goes before what a label says: a label may be an address.
        names = [name for name in ("room", "label") if self._value(values, name)]
        places = [self._named_place(row, values, name) for name in names] or [Place()]
        place = places[-1]
        row.room = places[0].room
        row.building = row.building or place.building
        row.entrance = row.entrance or place.entrance or self.section.entrance
        self._read_floor(row, values, place.floor)

    def _named_place(self, row, values, name):
        """:return: the Place that a whole label tells, or a room's number"""
        value = self._value(values, name)
        text = squeeze(value)
        if value is UNCALCULATED:
            row.add_problem("not_calculated", cell=self._cell(row, name))
        elif is_date(value):  # 3-1-15 typed, 2003-01-15 stored
            row.add_problem("date_in_cell", cell=self._cell(row, name), value=text)
        elif name == "label" or "entrance" not in self.columns:
            return split_label(text, row.building)
        else:
            return Place(room=strip_room(text))
        return Place()

    def _read_floor(self, row, values, floor_of_label):
        text = squeeze(self._value(values, "floor")) or floor_of_label
        row.floor = parse_floor(text)
        if row.floor is None:
            row.floor = floor_of_room(row.room)
        if row.floor is None and text and "floor" in self.columns:
            row.add_problem("unknown_floor", cell=self._cell(row, "floor"), value=text)

    def _figure(self, row, values, name):
        """:return: a figure, unrounded, or None with the problem noted"""
        column = self.columns[name]
        value = values[column.index]
        try:
            figure = parse_number(value, column.unit)
        except NotANumber as error:
            cell = self._cell(row, name)
            row.add_problem(error.code, cell=cell, value=clean(value)[:MAX_LABEL])
            return None
        if figure is not None and figure < 0:
            cell = self._cell(row, name)
            row.add_problem("negative", cell=cell, value=clean(value))
        return figure

    def _check_figures(self, row, figures):
        """Checks on figures as written: rounding would hide how exact they are."""
        gross, net = figures.get("area_gross"), figures.get("area_net")
        if gross and net and net > gross:
            row.add_problem("net_over_gross", area_gross=gross, area_net=net)
        for total, per_sqm in PRICE_PAIRS:
            price, unit_price = figures.get(total), figures.get(per_sqm)
            if not all(figure and figure > 0 for figure in (gross, price, unit_price)):
                continue
            # One unit in the last written place each, for those who cut off.
            tolerance = gross * _last_place(unit_price) + _last_place(price)
            expected = gross * unit_price
            if abs(expected - price) > tolerance:
                row.add_problem(
                    "price_mismatch",
                    cell=self._cell(row, total),
                    price=two_decimals(price),
                    expected=two_decimals(expected),
                )

    def _carry_down(self, name):
        """Repeat a value written only at the beginning of its block.

        Told from a column in which a blank means none (a shop without an entrance) by
        this: in blocks no two neighbouring lines carry the same value.
        """
        if name not in self.columns:
            return
        values = [getattr(row, name) for row in self.rows]
        pairs = zip(values, values[1:], strict=False)
        if any(one and one == other for one, other in pairs):
            return
        current = ""
        for row in self.rows:
            current = getattr(row, name) or current
            setattr(row, name, current)


def _last_place(number):
    """:return: what the last written digit is worth: 0.01 of 11936.61, 100 of 9.25万"""
    return Decimal(1).scaleb(number.as_tuple().exponent)


def _complete_prices(row):
    """Compute the price from the unit price, or the other way round."""
    if not row.area_gross or row.area_gross < 0:
        return
    for total, per_sqm in PRICE_PAIRS:
        price, unit_price = getattr(row, total), getattr(row, per_sqm)
        if price and not unit_price:
            setattr(row, per_sqm, two_decimals(price / row.area_gross))
        elif unit_price and not price:
            setattr(row, total, two_decimals(unit_price * row.area_gross))


def _check_place(row):
    if not row.room:
        row.add_problem("missing_room")
    if not row.building:
        row.add_problem("missing_building")
    if not row.area_gross:
        row.add_problem("missing_area")
    if not row.list_price and not row.filed_price:
        row.add_problem("no_price")
