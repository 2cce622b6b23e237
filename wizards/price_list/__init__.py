"""Read a price list (一房一价 / 销售价目表) that an office uploads as Excel.

    price_list = read_price_list(data, "一房一价.xlsx")
    for row in price_list.rows:
        ...

This is the door. Behind it ``workbook`` opens files; ``head`` finds the table and its
columns, ``about`` what is said above them; ``rows`` reads the rows, single cells by
``text``; ``checks`` judges the figures; every message is in ``messages``.
None of them knows Odoo.
"""

import datetime
from dataclasses import dataclass, field

from .checks import check_totals, mark_duplicates, settle_units
from .head import FIELDS, MONEY_FIELDS, Column, Table, find_table
from .messages import MESSAGES, PriceListError, Problem
from .rows import Row, Totals, read_rows, sum_rows
from .text import WAN, YUAN
from .workbook import Sheet, read_workbook

__all__ = [
    "FIELDS",
    "MESSAGES",
    "MONEY_FIELDS",
    "WAN",
    "YUAN",
    "Column",
    "PriceList",
    "PriceListError",
    "Problem",
    "Row",
    "Sheet",
    "Table",
    "Totals",
    "find_table",
    "read_price_list",
    "read_rows",
    "read_workbook",
    "saved_mapping",
]


@dataclass
class PriceList:
    """What a workbook holds; money in yuan, areas in square metres."""

    tables: list[Table] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    totals: list[Totals] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def sums(self):
        """What the rows add up to, to show beside the list's own ``totals``."""
        return sum_rows(self.rows)

    @property
    def permit_number(self):
        return self._said("permit_number") or ""

    @property
    def project_name(self):
        return self._said("project_name") or ""

    @property
    def date(self) -> datetime.date | None:
        return self._said("date")

    @property
    def mapping(self):
        return saved_mapping(self.tables)

    def _said(self, name):
        values = (getattr(table.about, name) for table in self.tables)
        return next(filter(None, values), None)


def read_price_list(data, filename, mapping=None, sheet_names=None):
    """Read all price lists of a workbook.

    :param bytes data: an .xlsx or .xls file
    :param str filename: for the messages
    :param dict mapping: a saved mapping, see ``saved_mapping``; a label it does not
        know is proposed as usual
    :param sheet_names: read these sheets only, hidden or not (default: those visible)
    :rtype: PriceList
    :raise PriceListError: when there is nothing to read; whatever is wrong with single
        rows is told in their ``problems``, with sheets and totals in ``warnings``
    """
    price_list = PriceList()
    for sheet in read_workbook(data, filename):
        if sheet_names is None or sheet.name in sheet_names:
            _read_sheet(price_list, sheet, mapping, forced=sheet_names is not None)
    if not price_list.tables:
        raise PriceListError("no_table", filename=filename)
    mark_duplicates(price_list.rows)
    price_list.warnings += check_totals(price_list.rows, price_list.totals)
    return price_list


def _read_sheet(price_list, sheet, mapping, forced):
    if sheet.hidden and not forced:
        price_list.warnings.append(Problem("sheet_hidden", {"sheet": sheet.name}))
        return
    table = find_table(sheet, mapping)
    if not table:
        warning = Problem("sheet_without_table", {"sheet": sheet.name})
        price_list.warnings.append(warning)
        return
    table.warnings += settle_units(table)
    rows, totals = read_rows(table)
    price_list.tables.append(table)
    price_list.rows += rows
    price_list.totals += totals
    price_list.warnings += table.warnings


def saved_mapping(tables):
    """:return: {column label: field, or {"field": …, "unit": …} for money}, for JSON

    A column that is not read has the field "". Edit it and give it back to
    ``read_price_list``; a unit in it is taken as stated by the user.
    """
    return {
        column.label: {"field": column.field, "unit": column.unit}
        if column.field in MONEY_FIELDS
        else column.field
        for table in tables
        for column in table.columns
    }
