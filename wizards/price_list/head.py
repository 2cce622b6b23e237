"""Where a sheet's table begins and what its columns hold.

Offices write the same thing in many words; all the words known are in the tables of
this file. Labels are compared squeezed (see ``text``): no spaces, ASCII
brackets, ㎡ as m2.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from .about import About, read_about
from .messages import Problem
from .text import (
    MAX_LABEL,
    WAN,
    YUAN,
    clean,
    is_date,
    is_number,
    split_label,
    squeeze,
)
from .workbook import Sheet, cell_name

# (price of the whole unit, price of a square metre of gross area)
PRICE_PAIRS = (
    ("list_price", "list_price_sqm"),
    ("filed_price", "filed_price_sqm"),
    ("floor_price", "floor_price_sqm"),
)
MONEY_FIELDS = tuple(name for pair in PRICE_PAIRS for name in pair)
AREA_FIELDS = ("area_gross", "area_net")
PLACE_FIELDS = ("building", "entrance", "floor", "room", "label")
TEXT_FIELDS = ("unit_type", "orientation", "note")
FIELDS = PLACE_FIELDS + TEXT_FIELDS + AREA_FIELDS + MONEY_FIELDS

# Columns that look like one of ours and are not: shared area, a price per net area,
# what is left after a discount…
FOREIGN = re.compile(
    r"公摊|分摊|阳台|花园|露台|赠送|面积段|面积差|总楼?层|总层数|层高|梯户|"
    r"折(?!前)|优惠(?!前)|首付|定金|月供|成交|实收|实付|签约|认购|评估|参考|税|"
    r"维修|车位|储藏|(?<!含)装修|计价|价差|日期|时间|状态|用途|性质|比例|"
    r"套内.*[单均]价|[单均]价.*套内|序号|电话|客户"
)
PRICE = re.compile(r"价|金额|房款|总额")
# The price of what; the first that matches, a plain price being the list price.
PRICE_KINDS = (
    ("floor", re.compile("底价|最低")),
    ("filed", re.compile("备案|申报|核定")),
    ("list", re.compile("")),
)
TOTAL_OR_UNIT = re.compile(r"[单均]价|每平|总|/m2|/平")
AREA = re.compile("面积|建面|套内|套面")
NET_AREA = re.compile("套内|室内|使用|专有|套面|净面积")
# The first that matches; prices and areas have been told before.
WORDS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("note", "备注|说明|附注"),
        ("orientation", "朝向"),
        ("unit_type", "户型|房型|套型"),
        ("label", "房源|坐落|座落|房屋(编号|代码|地址|位置)|房间(全称|信息)|完整房号"),
        ("room", r"[室房户铺]号|房间|门牌|房屋号|商铺号?|房屋$|^室$"),
        ("entrance", "单元|梯"),
        ("building", "[幢栋座]|楼号|楼宇|^楼$"),
        ("floor", "层"),
    )
)
GROUP = re.compile(r"面积|价|房屋|房源|位置|基本|信息|情况")
UNIT_ONLY = re.compile(r"\(?(元|万元|m2|平方米|元/m2|万元/m2|元/套|万元/套)\)?")
BRACKETS = re.compile(r"\([^()]*\)")

DIGIT = re.compile(r"(?<!m)\d")  # but that of m2

HEAD_WITHIN = 30  # rows
MIN_FIELDS = 3


@dataclass
class Column:
    """One column: what it is called, what it holds, in which unit its money is.

    ``unit_stated`` tells a unit written in the label (or chosen by the user) from one
    that was inferred; only an inferred one is ever corrected by the figures.
    """

    index: int
    label: str
    field: str = ""
    unit: str = ""
    unit_stated: bool = False


@dataclass
class Table:
    """A sheet's table; ``head`` is its first and last head row in Excel's numbers."""

    sheet: Sheet
    head: tuple[int, int]
    columns: list[Column]
    about: About
    warnings: list[Problem] = field(default_factory=list)

    def column(self, name):
        """:return: the column that holds a field, or None"""
        return next((col for col in self.columns if col.field == name), None)

    def sample(self, column):
        """:return: the first value below a column's label, as text"""
        texts = (clean(row[column.index]) for row in self.sheet.rows[self.head[1] :])
        return next(filter(None, texts), "")


def classify(lower, upper=""):
    """:return: the field a column's label means, empty when none

    :param lower: the label, of a head of two lines its lower line
    :param upper: the upper line, 价格 over 总价
    """
    # 备案价 over 总价 changes the meaning; 单价 over 套内面积 is still a price.
    if re.search("[单均总]价", upper) or PRICE.search(lower):
        return _classify(upper + lower)
    return _classify(lower) or (_classify(upper + lower) if upper else "")


def _classify(label):
    if not label or len(label) > MAX_LABEL or FOREIGN.search(label):
        return ""
    plain = BRACKETS.sub("", label)
    if ":" in plain:
        return ""
    if PRICE.search(plain):
        return _classify_price(label)
    if AREA.search(plain):
        return "area_net" if NET_AREA.search(label) else "area_gross"
    matches = (name for name, pattern in WORDS if pattern.search(plain))
    return next(matches, "")


def _classify_price(label):
    kind = next(kind for kind, pattern in PRICE_KINDS if pattern.search(label))
    scale = TOTAL_OR_UNIT.findall(label)
    # 总价(元/套) names both; the word, or of two lines the lower one, counts.
    words = [word for word in scale if not word.startswith("/")] or scale
    per_sqm = bool(words) and words[-1] != "总"
    return f"{kind}_price_sqm" if per_sqm else f"{kind}_price"


def find_table(sheet, mapping=None):
    """Find the head of a sheet's table and say what its columns hold.

    :param mapping: a saved mapping, see ``saved_mapping``; goes before the proposal
    :return: a Table, or None when the sheet has no row that looks like a head
    """
    heads = [
        head
        for top in range(min(len(sheet.rows), HEAD_WITHIN))
        for head in _heads_at(sheet, top)
    ]
    scored = [(_score(lines, mapping), len(lines), -top) for top, lines in heads]
    if not scored or max(scored)[0] < MIN_FIELDS:
        return None
    top, lines = heads[scored.index(max(scored))]
    about = read_about(sheet.rows[:top])
    table = Table(sheet, (top + 1, top + len(lines)), _columns(lines), about)
    _assign(table, lines, mapping or {})
    return table


def _heads_at(sheet, top):
    """The heads that could begin at a row: of that line, and of it and the next."""
    upper = [squeeze(value) for value in sheet.rows[top]]
    yield top, [upper]
    if top + 1 < len(sheet.rows):
        below = sheet.rows[top + 1]
        lower = [squeeze(value) for value in below]
        if _is_upper(upper) and _continues(upper, lower, below):
            yield top, [_spread(upper, lower), lower]


def _is_upper(upper):
    """A line of column titles, not a title or a line of 'name: value'."""
    cells = {text for text in upper if text}
    known = [text for text in cells if classify(text) or GROUP.search(text)]
    if any(":" in BRACKETS.sub("", text) for text in cells):
        return False
    return len(cells) > 1 and len(known) * 2 >= len(cells)


def _continues(upper, lower, values):
    """Whether a line is the second of a head.

    A line of data has a number or a digit somewhere, or something below a title that
    stands for itself: a 幢号 has no kinds, a 面积 has.
    """
    own = [(up, low) for up, low in zip(upper, lower, strict=True) if low and low != up]
    if any(is_number(value) for value in values) or len({low for _, low in own}) < 2:
        return False
    for up, low in own:
        named = _classify(up) in PLACE_FIELDS + TEXT_FIELDS and not GROUP.search(up)
        if not UNIT_ONLY.fullmatch(low) and (named or DIGIT.search(low)):
            return False
    return any(
        UNIT_ONLY.fullmatch(low)
        or _classify(low)
        or (GROUP.search(up) and classify(low, up))
        for up, low in own
    )


def _spread(upper, lower):
    """Carry a group's title to the right where it was not merged over its columns."""
    result = list(upper)
    for index in range(1, len(result)):
        if (
            not upper[index]
            and lower[index]
            and lower[index - 1]
            not in (
                "",
                upper[index - 1],
            )
        ):
            result[index] = result[index - 1]
    return result


def _pairs(lines):
    """:return: (lower, upper) line of each column, the upper empty where they agree"""
    upper, lower = lines[0], lines[-1]
    return [
        (low or up, "" if not low or low == up else up)
        for up, low in zip(upper, lower, strict=True)
    ]


def _score(lines, mapping):
    fields = {classify(lower, upper) for lower, upper in _pairs(lines)}
    labels = {column.label for column in _columns(lines)}
    return len(fields - {""}) + len(labels & set(mapping or {}))


def _columns(lines):
    """One column for each label; a label used twice gets its number: 总价 (2)."""
    columns, seen = [], Counter()
    for index, (lower, upper) in enumerate(_pairs(lines)):
        label = f"{upper} {lower}".strip()
        if not label:
            continue
        seen[label] += 1
        if seen[label] > 1:
            label = f"{label} ({seen[label]})"
        columns.append(Column(index, label))
    return columns


def _assign(table, lines, mapping):
    """Give the columns their fields: those of the mapping first, then the proposal."""
    pairs = _pairs(lines)
    taken = set()
    saved = [column for column in table.columns if column.label in mapping]
    for column in saved:
        _assign_saved(column, mapping[column.label])
        _take(table, column, taken)
    for column in table.columns:
        lower, upper = pairs[column.index]
        if column not in saved:
            column.field = classify(lower, upper)
            _take(table, column, taken)
        if column.field in MONEY_FIELDS and not column.unit:
            _propose_unit(column, upper + lower, table.about.money_unit)
    _promote_labels(table)


def _assign_saved(column, saved):
    """:param saved: a field's name, or {"field": name, "unit": 元 or 万元}"""
    if isinstance(saved, dict):
        column.unit = saved.get("unit") or ""
        column.unit_stated = bool(column.unit)
        saved = saved.get("field")
    column.field = saved if saved in FIELDS else ""


def _propose_unit(column, label, money_unit):
    column.unit_stated = "元" in label or "万" in label
    if column.unit_stated:
        column.unit = WAN if "万" in label else YUAN
    else:
        # 单位:万元 above a table is said of totals; a unit price stays in 元.
        column.unit = YUAN if column.field.endswith("_sqm") else money_unit or YUAN


def _take(table, column, taken):
    """Leave a field to the first column that has it."""
    if column.field in taken:
        cell = cell_name(table.head[1], column.index)
        kwargs = {"sheet": table.sheet.name, "cell": cell, "label": column.label}
        table.warnings.append(Problem("column_repeated", kwargs))
        column.field = ""
    elif column.field:
        taken.add(column.field)


def _promote_labels(table):
    """Take the rooms' column as whole labels where its values name the building."""
    room = table.column("room")
    if not room or table.column("label") or table.column("building"):
        return
    values = [row[room.index] for row in table.sheet.rows[table.head[1] :]]
    texts = [squeeze(value) for value in values if not is_date(value)]
    named = [text for text in texts if split_label(text).building]
    if len(named) * 2 > len([text for text in texts if text]):
        room.field = "label"
