"""Compiled forms against each other: what moved between two, what adds up over days."""

from difflib import SequenceMatcher

from .form_table import KINDS, cell_kind, written

EXACT = 0.005  # figures that differ by less are the same


def moved(before, after):
    """What differs between two compilations of one form.

    Words that changed in a line whose figures stayed (a date of signing that came
    later) are no change of figures. Lines are matched as a reader would: by their place
    among those that stayed.
    A column with the key "number" counts lines and is no figure; one that a form had
    not yet, or has no more, tells of nothing that moved.

    :return: list of {section, line, column, before, after}, values as written
    """
    changes = []
    olds, news = _by_title(before), _by_title(after)
    for title in dict.fromkeys((*olds, *news)):
        old, new = _alike(olds.get(title), news.get(title))
        columns = (old or new)["columns"]
        for first, second in _pairs(old, new):
            cells = _cells(first, second, columns)
            if first and second and not any(number for *_texts, number in cells):
                continue  # words alone: what became of a line since, no figure of it
            changes += [
                {
                    "section": title,
                    "line": _label(first or second, columns),
                    "column": heading(column),
                    "before": before,
                    "after": after,
                }
                for column, before, after, _number in cells
            ]
    return changes


def _cells(first, second, columns):
    """[(column, before, after, is a number)] of what differs between two lines."""
    cells = []
    for place, column in enumerate(columns):
        before, after = (_text(row, place, column) for row in (first, second))
        if column["key"] != "number" and before != after:
            kind = cell_kind(column, first or second)
            cells.append((column, before, after, KINDS[kind] is not None))
    return cells


def _alike(old, new):
    """Two versions of a table with the columns that both have, of a new layout."""
    if not old or not new:
        return old, new
    keys = [[column["key"] for column in one["columns"]] for one in (old, new)]
    both = [key for key in keys[1] if key in keys[0]]
    if keys[0] == keys[1] or not both:
        return old, new

    def picked(section, its_keys):
        places = [its_keys.index(key) for key in both]
        rows = [
            row
            if row["level"] == "words"
            else row | {"values": [row["values"][place] for place in places]}
            for row in section["rows"]
        ]
        columns = [section["columns"][place] for place in places]
        return section | {"columns": columns, "rows": rows}

    return picked(old, keys[0]), picked(new, keys[1])


def heading(column):
    return " ".join(filter(None, (column["group"], column["label"])))


def _by_title(form):
    """{title: section}, numbered where a title stands twice; not what filing added."""
    sections = {}
    for section in form["sections"]:
        if section["adds"] == "filing":
            continue
        title, number = section["title"], 1
        while title in sections:
            number += 1
            title = f"{section['title']} {number}"
        sections[title] = section
    return sections


def _text(row, place, column):
    if row is None:
        return ""
    return written(row["values"][place], cell_kind(column, row))


def _label(row, columns):
    """The words of a line, else its first value."""
    words = [
        str(value)
        for value, column in zip(row["values"], columns, strict=True)
        if column["kind"] == "text" and value and column["key"] != "number"
    ]
    return " · ".join(words[:3]) or str(row["values"][0] or "")


def _pairs(old, new):
    """Lines that differ, each with its other: (before, after), None where there is
    none."""
    rows = [section["rows"] if section else [] for section in (old, new)]
    columns = (old or new)["columns"]

    def key(row):
        return (row["level"], row["kind"]) + tuple(
            None if column["key"] == "number" else str(value)
            for value, column in zip(row["values"], columns, strict=True)
        )

    if (
        old
        and new
        and [c["key"] for c in old["columns"]] != [c["key"] for c in new["columns"]]
    ):
        rows[0], rows[1] = [], rows[1]  # another layout: everything is new
    matcher = SequenceMatcher(
        None, *([key(row) for row in side] for side in rows), False
    )
    for tag, start, end, other, last in matcher.get_opcodes():
        if tag == "equal":
            continue
        gone, come = rows[0][start:end], rows[1][other:last]
        yield from _matched(gone, come, columns)


def _matched(gone, come, columns):
    """Of lines that went and came: those of one label belong together."""
    come = list(come)
    for row in gone:
        label = _name(row, columns)
        other = next((one for one in come if _name(one, columns) == label), None)
        if other is not None:
            come.remove(other)
        yield row, other
    for row in come:
        yield None, row


def _name(row, columns):
    """What tells a line from its neighbours: its first word, level and measure."""
    first = next(
        (
            value
            for value, column in zip(row["values"], columns, strict=True)
            if column["kind"] == "text" and column["key"] != "number"
        ),
        None,
    )
    return first, row["level"], row["kind"]


# === What adds up ===


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
