"""Two compilations of one form against each other: what moved between them."""

import re
from difflib import SequenceMatcher

from .form_table import KINDS, cell_kind, written

COUNT = re.compile(r"\s*[((][^()()]*\d[^()()]*[))]$")  # of `_counted()`


def moved(before, after):
    """What differs between two compilations of one form.

    Words that changed in a line whose figures stayed (a date of signing that came
    later) are no change of figures. Lines are matched as a reader would: by their place
    among those that stayed.
    A column with the key "number" counts lines and is no figure. Of two layouts of a
    form what both have is compared: what it did not tell before has not moved.

    :return: list of {section, line, column, before, after}, values as written
    """
    changes = []
    is_alike = before.get("layout", 1) == after.get("layout", 1)
    olds, news = _by_title(before), _by_title(after)
    for title in dict.fromkeys((*olds, *news)):
        old, new = olds.get(title), news.get(title)
        if old and new:
            old, new = _common(old, new)
        elif not is_alike:
            continue
        columns = (old or new)["columns"]
        for first, second in _pairs(old, new):
            if not is_alike and not (first and second):
                continue
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


def _common(old, new):
    """Two versions of a table with the columns that both have."""
    keys = [[column["key"] for column in one["columns"]] for one in (old, new)]
    if keys[0] == keys[1]:
        return old, new
    both = [key for key in keys[1] if key in keys[0]]

    def picked(section, its_keys):
        places = [its_keys.index(key) for key in both]
        rows = [
            row | {"values": [row["values"][place] for place in places]}
            for row in section["rows"]
            if row["level"] != "words"
        ]
        columns = [section["columns"][place] for place in places]
        return section | {"columns": columns, "rows": rows}

    return picked(old, keys[0]), picked(new, keys[1])


def _cells(first, second, columns):
    """[(column, before, after, is a number)] of what differs between two lines."""
    cells = []
    for place, column in enumerate(columns):
        before, after = (_text(row, place, column) for row in (first, second))
        if column["key"] != "number" and before != after:
            kind = cell_kind(column, first or second)
            cells.append((column, before, after, KINDS[kind] is not None))
    return cells


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

    matcher = SequenceMatcher(
        None, *([key(row) for row in side] for side in rows), False
    )
    for tag, start, end, other, last in matcher.get_opcodes():
        if tag == "equal":
            continue
        gone, come = rows[0][start:end], rows[1][other:last]
        yield from _matched(gone, come, columns)


def _matched(gone, come, columns):
    """Of lines that went and came: those of the same words belong together, else those
    that begin alike."""
    come, others = list(come), {}
    for name in (_words, _first_word):
        for place, row in enumerate(gone):
            wanted = name(row, columns)
            same = (one for one in come if name(one, columns) == wanted)
            if place not in others and (other := next(same, None)):
                come = [one for one in come if one is not other]
                others[place] = other
    for place, row in enumerate(gone):
        yield row, others.get(place)
    for row in come:
        yield None, row


def _words(row, columns):
    """What tells a line from its neighbours: its words before any figure, level and
    measure."""
    words = []
    for value, column in zip(row["values"], columns, strict=True):
        if column["key"] != "number":
            if column["kind"] != "text":
                break
            words.append(bare(value, row))
    return words, row["level"], row["kind"]


def _first_word(row, columns):
    """What a line begins with; a total is one whatever it is called."""
    words, level, kind = _words(row, columns)
    return None if level == "total" else words[:1], level, kind


def bare(value, row):
    """A word of a line; the label of a sum without how many it sums."""
    if row["level"] == "line" or not isinstance(value, str):
        return value
    return COUNT.sub("", value)
