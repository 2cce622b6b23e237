"""Everything the price list reader has to say, in English and by code.

The reader knows no language: it gives a code and the values of the placeholders.
Whoever shows a message translates it: ``self.env._(MESSAGES[code], **kwargs)``.
"""

from dataclasses import dataclass


def _lt(source):
    """Mark a term so that it is exported for translation."""
    return source


# The file as a whole cannot be read.
ERRORS = {
    "empty_file": _lt("The file %(filename)s is empty."),
    "wrong_format": _lt("%(filename)s is not an Excel workbook (.xlsx or .xls)."),
    "encrypted": _lt(
        "%(filename)s is protected by a password. Remove the password and try again."
    ),
    "unreadable": _lt("%(filename)s is damaged and cannot be read."),
    "too_large": _lt(
        "%(filename)s is too large: at most %(megabytes)s MB and %(rows)s rows a sheet."
    ),
    "no_data": _lt("%(filename)s holds no data."),
    "no_table": _lt(
        "No price list was found in %(filename)s: a row of column titles with the "
        "room and its areas or prices is needed."
    ),
}

# One row needs a correction or a decision.
ROW_PROBLEMS = {
    "missing_room": _lt("The room is missing."),
    "missing_building": _lt("The building is missing."),
    "missing_area": _lt("The gross area is missing."),
    "no_price": _lt("Neither a list price nor a filed price is given."),
    "unknown_floor": _lt("Cell %(cell)s: %(value)s is not a floor."),
    "negative": _lt("Cell %(cell)s: %(value)s is negative."),
    "not_a_number": _lt("Cell %(cell)s: %(value)s is not a number."),
    "not_calculated": _lt(
        "Cell %(cell)s is a formula without a result. Open the file in Excel, save it "
        "and try again."
    ),
    "date_in_cell": _lt(
        "Cell %(cell)s holds a date (%(value)s): Excel took what was typed for one."
    ),
    "net_over_gross": _lt(
        "The net area %(area_net)s is larger than the gross area %(area_gross)s."
    ),
    "price_mismatch": _lt(
        "Cell %(cell)s: the price %(price)s is not area by unit price, %(expected)s."
    ),
    "duplicate_room": _lt(
        "The room is in this file already: sheet %(sheet)s, row %(row)s."
    ),
}

# One sheet should be looked at before it is imported.
WARNINGS = {
    "sheet_hidden": _lt("Sheet %(sheet)s is hidden and was not read."),
    "sheet_without_table": _lt("Sheet %(sheet)s holds no price list."),
    "column_repeated": _lt(
        "Sheet %(sheet)s, %(cell)s: column %(label)s was not read, an earlier column "
        "holds the same."
    ),
    "unit_doubtful": _lt(
        "Sheet %(sheet)s: the figures of column %(label)s do not look like %(unit)s."
    ),
    "unit_conflict": _lt(
        "Sheet %(sheet)s: column %(label)s differs from area by unit price by a factor "
        "of 10,000. Check 元 and 万元."
    ),
    "total_differs": _lt(
        "Sheet %(sheet)s, row %(row)s: the list's own total is %(stated)s, its rows "
        "add up to %(computed)s (%(field)s)."
    ),
}

MESSAGES = {**ERRORS, **ROW_PROBLEMS, **WARNINGS}


@dataclass
class Problem:
    """A code of ``ROW_PROBLEMS`` or ``WARNINGS`` with its message's values."""

    code: str
    kwargs: dict

    @property
    def message(self):
        """The message in English, for logs and tests."""
        return MESSAGES[self.code] % self.kwargs


class PriceListError(Exception):
    """The file as a whole cannot be read; ``code`` is one of ``ERRORS``."""

    def __init__(self, code, **kwargs):
        self.code = code
        self.message = MESSAGES[code]
        self.kwargs = kwargs
        super().__init__(self.message % kwargs)
