"""What can be said of figures only when many are seen: units, totals, duplicates."""

from decimal import Decimal
from statistics import median

from .head import AREA_FIELDS, PRICE_PAIRS
from .messages import Problem
from .rows import TOTAL_FIELDS, sum_rows
from .text import WAN, WAN_FACTOR, YUAN, NotANumber, parse_number

# Below this a figure is in 万元: no unit is sold for less than 10,000 yuan (a parking
# place is not) nor for over 100 million, no square metre for under 100 yuan.
LEAST_IN_YUAN = {"total": Decimal(10_000), "sqm": Decimal(100)}
AREA_EXACT_TO = Decimal("0.01")


def settle_units(table):
    """Decide 元 or 万元 for the money columns by their figures.

    A unit written in the label stays, with a warning when the figures belie it; one
    that was only inferred is corrected.

    :return: list of Problem
    """
    warnings = []
    for total_name, sqm_name in PRICE_PAIRS:
        total, per_sqm = table.column(total_name), table.column(sqm_name)
        for column, kind in ((total, "total"), (per_sqm, "sqm")):
            if column:
                warnings += _settle_by_size(table, column, LEAST_IN_YUAN[kind])
        if total and per_sqm:
            warnings += _settle_by_ratio(table, total, per_sqm)
    return warnings


def _settle_by_size(table, column, least_in_yuan):
    figures = [abs(figure) for figure in _figures(table, column) if figure]
    if not figures:
        return []
    likely = WAN if median(figures) < least_in_yuan else YUAN
    if not column.unit_stated:
        column.unit = likely
    if column.unit == likely:
        return []
    return [_unit_problem("unit_doubtful", table, column, unit=column.unit)]


def _settle_by_ratio(table, total, per_sqm):
    """Look whether price and area by unit price are apart by a factor of 10,000."""
    area = table.column("area_gross")
    if not area:
        return []
    columns = [_figures(table, column) for column in (area, per_sqm, total)]
    lines = [line for line in zip(*columns, strict=True) if all(line)]
    if not lines:
        return []
    ratio = median(price / (size * unit_price) for size, unit_price, price in lines)
    ratio *= _factor(total) / _factor(per_sqm)
    if WAN_FACTOR / 2 < ratio < WAN_FACTOR * 2:
        too_large, too_small = total, per_sqm
    elif WAN_FACTOR / 2 < 1 / ratio < WAN_FACTOR * 2:
        too_large, too_small = per_sqm, total
    else:
        return []
    if too_large.unit == WAN and not too_large.unit_stated:
        too_large.unit = YUAN
    elif too_small.unit == YUAN and not too_small.unit_stated:
        too_small.unit = WAN
    else:
        return [_unit_problem("unit_conflict", table, total)]
    return []


def _factor(column):
    return WAN_FACTOR if column.unit == WAN else Decimal(1)


def _figures(table, column):
    """:return: a column's figures as written, None where there is none"""
    return [_figure(row[column.index]) for row in table.sheet.rows[table.head[1] :]]


def _figure(value):
    try:
        return parse_number(value)
    except NotANumber:
        return None


def _unit_problem(code, table, column, **kwargs):
    return Problem(code, {"sheet": table.sheet.name, "label": column.label, **kwargs})


def mark_duplicates(rows):
    """Note on every further row of a room where its first one is."""
    first = {}
    for row in rows:
        if not row.room:
            continue
        key = (row.building, row.entrance, row.floor, row.room)
        known = first.setdefault(key, row)
        if known is not row:
            row.add_problem("duplicate_room", sheet=known.sheet, row=known.number)


def check_totals(rows, totals):
    """Compare every total line with the rows it can be meant for.

    :return: list of Problem, one for each figure that no such sum explains
    """
    return [
        problem
        for index, total in enumerate(totals)
        for problem in _check_total(total, _scopes(rows, totals[:index], total))
    ]


def _scopes(rows, earlier, total):
    """The rows a total line can be meant for, the likeliest first."""
    of_sheet = [
        row for row in rows if row.sheet == total.sheet and row.number < total.number
    ]
    last = max((one.number for one in earlier if one.sheet == total.sheet), default=0)
    of_block = [row for row in of_sheet if row.number > last]
    return [of_block, of_sheet] if total.is_subtotal else [of_sheet, of_block, rows]


def _check_total(total, scopes):
    sums = [sum_rows(scope) for scope in scopes]
    for name in ("units", *TOTAL_FIELDS):
        stated = getattr(total, name)
        if stated is None:
            continue
        if not any(_is_sum(total, name, one) for one in sums):
            kwargs = {"stated": stated, "computed": getattr(sums[0], name)}
            yield Problem(
                "total_differs",
                {"sheet": total.sheet, "row": total.number, "field": name, **kwargs},
            )


def _is_sum(total, name, sums):
    """Whether a total is the sum of rows, each of which was rounded for itself."""
    difference = abs(getattr(total, name) - getattr(sums, name))
    if name == "units":
        return not difference
    exact_to = AREA_EXACT_TO if name in AREA_FIELDS else total.exact_to
    return difference <= exact_to * max(sums.units, 1)
