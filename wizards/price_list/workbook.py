"""From the bytes of a workbook to plain grids of values.

The only place that knows openpyxl and xlrd. What a sheet's reader must not lose is
settled here: merged cells are filled, room numbers that owe their leading zero to a
number format are given as shown, formulas that were never calculated are marked.
"""

import io
import re
import zipfile
from dataclasses import dataclass

import openpyxl
import xlrd
from openpyxl.utils import get_column_letter

from .messages import PriceListError

MAX_MEGABYTES = 20
MAX_ROWS = 50_000
MAX_COLUMNS = 200  # a stray value in column XFD must not make every row wide

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
ZERO_PADDED = re.compile(r"0{2,}")


class Uncalculated:
    """Stands for a formula saved without its result (by a program, not by Excel)."""

    def __repr__(self):
        return "UNCALCULATED"


UNCALCULATED = Uncalculated()


@dataclass
class Sheet:
    """One sheet as a grid of values; ``rows[0]`` is Excel's row 1."""

    name: str
    rows: list[list]
    hidden: bool = False


def cell_name(row, column):
    """:return: Excel's name of a cell, e.g. K17, from its row (1…) and column (0…)"""
    return f"{get_column_letter(column + 1)}{row}"


def read_workbook(data, filename):
    """Read every sheet that holds a value, hidden ones too.

    The kind of file is told by its content: offices rename .xls to .xlsx and back.

    :param bytes data: the file
    :param str filename: for the messages only
    :rtype: list[Sheet]
    :raise PriceListError: empty, of another format, encrypted, damaged, too large
    """
    if not data:
        raise PriceListError("empty_file", filename=filename)
    if len(data) > MAX_MEGABYTES * 2**20:
        raise _too_large(filename)
    reader = _reader(data, filename)
    try:
        sheets = reader(data)
    except _TooManyRows as error:
        raise _too_large(filename) from error
    except xlrd.XLRDError as error:
        code = "encrypted" if "encrypted" in str(error) else "unreadable"
        raise PriceListError(code, filename=filename) from error
    # A damaged file makes both libraries fail in every way, from KeyError to assert.
    except Exception as error:
        raise PriceListError("unreadable", filename=filename) from error
    sheets = [sheet for sheet in sheets if sheet.rows]
    if not sheets:
        raise PriceListError("no_data", filename=filename)
    return sheets


def _too_large(filename):
    return PriceListError(
        "too_large", filename=filename, megabytes=MAX_MEGABYTES, rows=MAX_ROWS
    )


def _reader(data, filename):
    if data.startswith(ZIP_MAGIC):
        return _read_xlsx
    if not data.startswith(OLE_MAGIC):
        raise PriceListError("wrong_format", filename=filename)
    if ENCRYPTED_PACKAGE in data:
        raise PriceListError("encrypted", filename=filename)
    return _read_xls


class _TooManyRows(Exception):
    pass


def _grid(values, merged):
    """Lay values out in rows and repeat a merged cell's value over its range.

    :param dict values: {(row, column): value}, both from 0, no empty value
    :param merged: ranges (first row, end row, first column, end column), ends excluded
    """
    if not values:
        return []
    height = max(row for row, _column in values) + 1
    width = max(column for _row, column in values) + 1
    if height > MAX_ROWS:
        raise _TooManyRows
    for top, bottom, left, right in merged:
        value = values.get((top, left))
        if value is None:
            continue
        for row in range(top, min(bottom, height)):
            for column in range(left, min(right, width)):
                values[row, column] = value
    grid = [[None] * width for _row in range(height)]
    for (row, column), value in values.items():
        grid[row][column] = value
    return grid


def _is_value(value):
    return value is not None and not (isinstance(value, str) and not value.strip())


def _as_shown(value, number_format):
    """A whole number under a format of zeros only, 201 under 0000, is text: 0201."""
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and ZERO_PADDED.fullmatch(number_format or "")
        and value == int(value)
    ):
        return str(int(value)).zfill(len(number_format))
    return value


def _read_xlsx(data):
    workbook = openpyxl.load_workbook(
        io.BytesIO(data), data_only=True, keep_links=False
    )
    uncalculated = _uncalculated(data)
    return [
        _xlsx_sheet(sheet, uncalculated.get(sheet.title, ()))
        for sheet in workbook.worksheets
    ]


def _xlsx_sheet(sheet, uncalculated):
    # The public iterators make a cell for every place of the used range, which one
    # stray format in the last row makes a million rows long.
    values = {
        (cell.row - 1, cell.column - 1): _as_shown(
            cell.value, cell.number_format if cell.data_type == "n" else ""
        )
        for cell in sheet._cells.values()
        if cell.column <= MAX_COLUMNS and _is_value(cell.value)
    }
    for place in uncalculated:
        values.setdefault(place, UNCALCULATED)
    merged = [
        (area.min_row - 1, area.max_row, area.min_col - 1, area.max_col)
        for area in sheet.merged_cells.ranges
    ]
    return Sheet(sheet.title, _grid(values, merged), sheet.sheet_state != "visible")


def _uncalculated(data):
    """:return: places of all formulas by sheet, for those that have no result

    openpyxl gives either results or formulas, so a second reading is needed; it is
    made only for files that have formulas at all.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [name for name in archive.namelist() if "worksheets/sheet" in name]
        if not any(b"<f" in archive.read(name) for name in parts):
            return {}
    workbook = openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, keep_links=False
    )
    return {
        sheet.title: {
            (cell.row - 1, cell.column - 1)
            for row in sheet.iter_rows(max_col=MAX_COLUMNS)
            for cell in row
            if cell.data_type == "f"
        }
        for sheet in workbook.worksheets
    }


def _read_xls(data):
    # xlrd tells merged cells and formats only when asked for the formatting; what it
    # has to say about odd files would go to the server's standard output.
    book = xlrd.open_workbook(
        file_contents=data, formatting_info=True, logfile=io.StringIO()
    )
    return [_xls_sheet(book, sheet) for sheet in book.sheets()]


def _xls_sheet(book, sheet):
    values = {}
    for row in range(sheet.nrows):
        for column in range(min(sheet.row_len(row), MAX_COLUMNS)):
            value = _xls_value(book, sheet.cell(row, column))
            if _is_value(value):
                values[row, column] = value
    return Sheet(sheet.name, _grid(values, sheet.merged_cells), sheet.visibility != 0)


def _xls_value(book, cell):
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        number_format = book.format_map[book.xf_list[cell.xf_index].format_key]
        return _as_shown(cell.value, number_format.format_str)
    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, book.datemode)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#ERROR!")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return cell.value if cell.ctype == xlrd.XL_CELL_TEXT else None
