"""What offices type into cells, read: numbers, floors, dates, labels of rooms.

Nothing here knows about columns or rows. Text is first brought to one form (NFKC), by
which full-width digits, brackets, commas and ㎡ become 0-9 ( ) , and m2.
"""

import datetime
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from .workbook import UNCALCULATED

WAN = "万元"
YUAN = "元"
WAN_ZEROS = 4
WAN_FACTOR = Decimal(10) ** WAN_ZEROS

BLANKS = {"", "-", "--", "—", "——", "/", "\\", "无", "暂无", "待定"}
LARGEST_NUMBER = Decimal(10) ** 12
# A comma only where it parts thousands: "86,13" is a slip, not 8613.
NUMBER = re.compile(
    r"[¥$]?([-+]?(?:\d{1,3}(?:,\d{3})+|\d*)(?:\.\d*)?(?:e[-+]?\d{1,3})?)"
    r"(?:人民币)?(万元?|元)?(?:m2|平方米|平米|平|/|套)*",
    re.IGNORECASE,
)
MAX_LABEL = 24  # longer text is a title or a sentence
DIGIT = re.compile(r"\d")
INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")  # come with copies from web pages
DATE = re.compile(r"(\d{4})\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})")

CHINESE_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
CHINESE_NUMBER = r"[一二三四五六七八九十]{1,3}"
FLOOR = re.compile(
    rf"(?P<below>负|地下|-|B)?第?(?P<number>\d{{1,3}}|{CHINESE_NUMBER})"
    r"(?:层|楼|F)?(?:[-~至/、,].*)?",
    re.IGNORECASE,
)
# 201, 0201, 1802A, 18A, S101, B101: the floor, then two digits or one letter.
ROOM_FLOOR = re.compile(r"(?P<below>B|-|负)?[^\dB]*(\d{1,2})(?:\d{2}|[A-Z])[A-Z]?")

BUILDING = re.compile(
    r"(?:[一二三四五六七八九十\d]+期)?"
    rf"(?:(?<!\d)\d{{1,3}}[A-Z]?|[A-Z]\d*|{CHINESE_NUMBER})"
    r"(?:[幢栋座]|号楼|#楼|#|号(?=\d{3,4}))",
    re.IGNORECASE,
)
SEVERAL_BUILDINGS = re.compile(r"[\dA-Z][幢栋座#]?[、,~至及和/&-][\dA-Z]")
ENTRANCE = re.compile(rf"(?:\d+|[A-Z]|{CHINESE_NUMBER})(?:单元|梯)", re.IGNORECASE)
LEVEL = re.compile(rf"(?:负|地下|-)?(?:\d+|{CHINESE_NUMBER})(?:层|楼)(?=.)")
ROOM_ENDING = re.compile(r"(?<=[\dA-Za-z])(?:[室号房]|号房)$")
# What may stand before a dash without a name; 101-1 and 商铺-3 are rooms as they are.
PLACE = re.compile(r"\d{1,2}[A-Z]?|[A-Z]\d?", re.IGNORECASE)


class NotANumber(ValueError):
    """A cell that should hold a number does not; ``code`` is a row problem's."""

    def __init__(self, code):
        self.code = code
        super().__init__(code)


def clean(value):
    """:return: a cell's value as text in one form, its inner spaces kept"""
    if value is None or value is UNCALCULATED:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)
    if text.isascii():
        return text.strip()
    text = unicodedata.normalize("NFKC", text)
    return INVISIBLE.sub("", text).strip()


def squeeze(value):
    """:return: a cell's value as text in one form, without any space"""
    return "".join(clean(value).split())


def is_date(value):
    return isinstance(value, datetime.date | datetime.time | datetime.timedelta)


def parse_number(value, unit=None):
    """Read a number, in 元 when it is money.

    :param value: a cell's value
    :param unit: 元 or 万元, for money; one in the cell itself goes first
    :rtype: Decimal or None (empty, or a dash and the like)
    :raise NotANumber: with the code of the row problem
    """
    if value is UNCALCULATED:
        raise NotANumber("not_calculated")
    if is_date(value):
        raise NotANumber("date_in_cell")
    text = squeeze(value)
    if text in BLANKS:
        return None
    match = NUMBER.fullmatch(text)
    if not match or not re.search(r"\d", match[1]) or isinstance(value, bool):
        raise NotANumber("not_a_number")
    number = Decimal(match[1].replace(",", ""))
    if abs(number) >= LARGEST_NUMBER:
        raise NotANumber("not_a_number")
    in_wan = unit and "万" in (match[2] or unit)
    # Moving the point, unlike multiplying, keeps how exactly the number was written.
    return number.scaleb(WAN_ZEROS) if in_wan else number


def is_number(value):
    """Whether a cell is a number or what Excel made of one: a date, a formula."""
    try:
        return parse_number(value) is not None
    except NotANumber as error:
        return error.code != "not_a_number"


def parse_date(value):
    """:rtype: datetime.date or None"""
    if isinstance(value, datetime.datetime):
        return value.date()
    match = DATE.search(clean(value))
    try:
        return datetime.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _chinese_int(text):
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return CHINESE_DIGITS.get(ones, 0)
    return CHINESE_DIGITS.get(tens or "一", 0) * 10 + CHINESE_DIGITS.get(ones, 0)


def parse_floor(value):
    """:return: the floor's number, below ground negative; None when none is named

    The first of several: a shop on 1-2层 is entered on floor 1.
    """
    match = FLOOR.fullmatch(squeeze(value))
    if not match:
        return None
    text = match["number"]
    number = int(text) if text.isascii() else _chinese_int(text)
    return -number if match["below"] else number


def floor_of_room(room):
    """:return: 2 for 0201, 18 for 1802, -1 for B101; None when it cannot be told"""
    match = ROOM_FLOOR.fullmatch(room.upper())
    if not match or not int(match[2]):
        return None
    return -int(match[2]) if match["below"] else int(match[2])


def strip_room(text):
    """:return: 1502 for 1502室; other names of rooms as they are"""
    return ROOM_ENDING.sub("", text)


@dataclass
class Place:
    """Where a room is, as far as a text tells; empty where it does not."""

    building: str = ""
    entrance: str = ""
    floor: str = ""
    room: str = ""


# From the widest to the narrowest, with the form in which each is named.
PLACE_NAMES = (("building", BUILDING), ("entrance", ENTRANCE), ("floor", LEVEL))


def split_label(value, building=""):
    """Split a whole label: 29-1-1802, 3栋2单元1502室, 29#1-1802, 29-1-18-02.

    What is only a room, 1802 or 101-1 or 商铺3, is given back as the room.

    :param building: the building when it is known already: 1-1802 is then an entrance
        and a room, else a building and a room
    """
    text = squeeze(value)
    place = Place(building=building)
    *leading, room = _parts(text)
    level = 1 if building else 0
    if building and len(leading) > 1 and _digits(leading[0]) == _digits(building):
        level = 0
    for part in leading:
        level = _level_named(part, level)
        if level >= len(PLACE_NAMES):
            return Place(building=building, room=strip_room(text))
        field, _pattern = PLACE_NAMES[level]
        if not (field == "building" and building):
            setattr(place, field, part)
        level += 1
    place.room = strip_room(room)
    return place


def _parts(text):
    """Cut at dashes and behind named places; a project's name in front is dropped."""
    if text.startswith("-"):  # a room below ground: -1-05
        return [text]
    building = BUILDING.search(text)
    if building and building.end() < len(text):
        text = text[building.start() :]
    for _field, pattern in PLACE_NAMES:
        text = pattern.sub(r"\g<0>-", text, count=1)
    return [part for part in re.split(r"[-_/—]", text) if part] or [""]


def _level_named(part, level):
    """:return: the index in PLACE_NAMES of what a part names, its length if nothing"""
    for index, (_field, pattern) in enumerate(PLACE_NAMES):
        # Names are told by what follows them, too (3号 before a room): give them one.
        if index >= level and pattern.match(part + "101"):
            return index
    return level if PLACE.fullmatch(part) else len(PLACE_NAMES)


def _digits(text):
    return "".join(re.findall(r"\d", text))


def find_building(text):
    """:return: the one building that a title or a sheet's name tells, else empty"""
    text = squeeze(text)
    if SEVERAL_BUILDINGS.search(text):
        return ""
    names = {match[0] for match in BUILDING.finditer(text)}
    return names.pop() if len(names) == 1 else ""


def find_section(text):
    """:return: the place that a line of its own within the table names: 29幢2单元"""
    text = squeeze(text)
    rest = ENTRANCE.sub("", BUILDING.sub("", text, count=1), count=1)
    if rest == text or rest:
        return None
    building, entrance = BUILDING.search(text), ENTRANCE.search(text)
    return Place(
        building=building[0] if building else "",
        entrance=entrance[0] if entrance else "",
    )


def is_figure(value):
    """Whether a cell was meant as a figure, readable or not."""
    try:
        return parse_number(value) is not None
    except NotANumber:
        # Something meant as a figure, 12.5.1 or a date, not 日期:2023-01-16.
        text = squeeze(value)
        return value is UNCALCULATED or (":" not in text and bool(DIGIT.search(text)))


def can_be_room(value):
    """Whether a cell may name a room even in a line without any figure."""
    text = squeeze(value)
    return (
        bool(DIGIT.search(text))
        and len(text) <= MAX_LABEL
        and not is_date(value)
        and not re.search("[:。;,]", text)
        and find_section(text) is None
    )
