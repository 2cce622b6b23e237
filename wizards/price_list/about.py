"""What the lines above a price list say: permit, project, date, building, unit."""

import datetime
import re
from dataclasses import dataclass
from itertools import zip_longest

from .text import clean, find_building, parse_date, squeeze

COLON = r"\s*:?\s*"
PERMIT = re.compile(
    rf"(?:许可证|预售证|预售许可)[^:\s\d]{{0,6}}{COLON}(\d{{6,}}(?=号)|\S*\d\S*)"
)
PROJECT = re.compile(
    r"(?:项目|楼盘)(?:\(.*?\))?(?:名称|推广名)?\s*:\s*(\S.*?)(?=\s{2}|\s\S+:|$)"
)
DATE_KEY = re.compile(r"日期|时间")
MONEY_UNIT = re.compile(r"单位:?(?:人民币)?(万?元)")


@dataclass
class About:
    """Empty where nothing is said."""

    permit_number: str = ""
    project_name: str = ""
    date: datetime.date | None = None
    building: str = ""
    money_unit: str = ""


def read_about(rows):
    """Read what the lines above a table say of the project, permit, date and unit."""
    about = About()
    for row in rows:
        texts = [text for text in dict.fromkeys(clean(value) for value in row) if text]
        for text, following in zip_longest(texts, texts[1:], fillvalue=""):
            # The name and its value may be in one cell or in two.
            alone = text.endswith(":") or ":" not in text
            _read_about(about, text, f"{text.rstrip(':')}:{following}" if alone else "")
    return about


def _read_about(about, text, joined):
    for candidate in filter(None, (text, joined)):
        permit, project = PERMIT.search(candidate), PROJECT.search(candidate)
        if permit and not about.permit_number:
            about.permit_number = permit[1].rstrip("。,;)")
        if project and not about.project_name:
            about.project_name = project[1]
        if DATE_KEY.search(candidate) and not about.date:
            about.date = parse_date(DATE_KEY.split(candidate)[-1])
    unit = MONEY_UNIT.search(squeeze(text))
    if unit and not about.money_unit:
        about.money_unit = unit[1]
    about.building = about.building or find_building(text)
