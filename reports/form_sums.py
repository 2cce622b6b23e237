"""Whether the figures of a form are the sums of those of its days."""

from .form_diff import bare, heading
from .form_table import KINDS, cell_kind, written

EXACT = 0.005  # figures that differ by less are the same


def additive(form):
    """The figures of a form that add up over days.

    They are those of its sections that say what they add (`Section.adds`), else of the
    first: {(adds, label, column): value} of numbers, rates apart, in named lines.
    """
    figures = {}
    for section in _adding(form):
        label = ""
        for row in section["rows"]:
            first = row["values"][0]
            if row["level"] != "line":
                first = bare(_first_text(row, section["columns"]), row)
            if first is not None and not isinstance(first, str):
                continue  # a numbered line of a list
            label = first or label
            for column, value in zip(section["columns"], row["values"], strict=True):
                kind = cell_kind(column, row)
                if (
                    KINDS[kind] is None
                    or kind == "percent"
                    or not column["adds"]
                    or isinstance(value, str)
                ):
                    continue
                place = (section["adds"], label, row["kind"], column["key"])
                figures[place] = {
                    "value": value or 0,
                    "kind": kind,
                    "heading": heading(column),
                }
    return figures


def _first_text(row, columns):
    """The label of a sum, wherever in its line it stands."""
    return next(
        (
            value
            for value, column in zip(row["values"], columns, strict=True)
            if isinstance(value, str) and column["kind"] in ("text", "integer")
        ),
        None,
    )


def _adding(form):
    named = [one for one in form["sections"] if one["adds"] not in ("", "filing")]
    return named or form["sections"][:1]


def _lacking(form, keys):
    """{(adds, key)} of the columns `keys` that a table of the form has not."""
    return {
        (section["adds"], key)
        for section in _adding(form)
        for key in keys - {column["key"] for column in section["columns"]}
    }


def against(form, parts):
    """Where the figures of `form` are not the sums of the same figures of `parts`.

    A column that some of them had not yet when they were filed is not compared.

    :param parts: compiled forms of days, each day once
    :return: list of {line, column, here, sum}, values as written
    """
    figures, sums, lacking = additive(form), {}, set()
    keys = {key for *_place, key in figures}
    for part in parts:
        lacking |= _lacking(part, keys)
        for place, figure in additive(part).items():
            sums[place] = sums.get(place, 0) + figure["value"]
    differences = []
    for place, figure in figures.items():
        adds, label, _measure, key = place
        if (adds, key) in lacking or not any(other[3] == key for other in sums):
            continue  # the days, or some of them, have no such column
        total = sums.get(place, 0)
        if abs(total - figure["value"]) > EXACT:
            differences.append(
                {
                    "line": label,
                    "column": figure["heading"],
                    "here": written(figure["value"], figure["kind"]),
                    "sum": written(total, figure["kind"]),
                }
            )
    return differences
