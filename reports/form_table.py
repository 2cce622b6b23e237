"""What a form consists of, before any rendering: sections of columns and rows.

Plain data: `property.form` makes it, and screen, PDF, workbook, mail and the filed
copy are renderings of its `as_json()`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

# How a value of each kind is written: decimals, or None for text.
KINDS = {
    "text": None,
    "date": None,
    "datetime": None,
    "integer": 0,
    "area": 2,
    "money": 2,
    "yuan": 0,
    "percent": 1,
}

PLAIN = (str, int, float)  # what JSON holds as it is


@dataclass(frozen=True)
class Column:
    """A column; `group` is the heading it shares with its neighbours.

    :param kind: one of `KINDS`, or "measure": each row says its own
    :param width: in characters, a hint for paper and workbook
    :param adds: whether its numbers add up over days, which is checked between filed
        forms; a percentage never does
    """

    key: str
    label: str
    kind: str = "text"
    width: int = 10
    group: str = ""
    adds: bool = True


@dataclass(slots=True)
class Figure:
    """A value and the records it was read off: their ids, or where there may be many
    the domain that finds them, or what gives their ids when they are asked for."""

    value: object
    model: str
    ids: tuple = ()
    domain: Iterable | None = None
    find: object = None

    @classmethod
    def of(cls, value, records):
        """`value`, read off the recordset `records`."""
        return cls(value, records._name, tuple(records.ids))

    @classmethod
    def where(cls, value, model, domain):
        """`value`, read off the records of `model` that `domain` finds."""
        return cls(value, model, (), domain)

    @classmethod
    def found(cls, value, model, find):
        """`value`, read off the records of `model` whose ids `find()` gives."""
        return cls(value, model, find=find)

    @property
    def opens(self):
        """Whether there is a record to show; of those to be found, whether it counted
        any."""
        is_lazy = self.domain is not None or self.find is not None
        return bool(self.ids or (is_lazy and self.value))

    def records_domain(self):
        if self.domain is not None:
            return list(self.domain)
        return [("id", "in", list(self.find() if self.find else self.ids))]


@dataclass(frozen=True)
class Chart:
    """A chart of a section's figures, drawn in every rendering.

    :param kind: "bar", "line" or "pie" (the first series alone)
    :param series: list of (name, values), a value for each of `labels`
    """

    title: str
    kind: str
    labels: list
    series: list

    @classmethod
    def of(cls, section, title, kind, label, keys):
        """The columns `keys` of a section's lines, named by its column `label`."""
        places = {column.key: place for place, column in enumerate(section.columns)}
        lines = [row.values for row in section.rows if row.level == "line"]
        return cls(
            title,
            kind,
            [str(plain(values[places[label]]) or "") for values in lines],
            [
                (
                    section.columns[places[key]].label,
                    [plain(values[places[key]]) or 0 for values in lines],
                )
                for key in keys
            ],
        )

    def as_json(self):
        return {
            "title": self.title,
            "kind": self.kind,
            "labels": [str(label) for label in self.labels],
            "series": [
                {"name": name, "values": [plain(value) or 0 for value in values]}
                for name, values in self.series
            ],
        }


@dataclass
class Row:
    """A line of a section; `values` follow the section's columns.

    :param level: "line", "subtotal", "total", or "words": the first value alone,
        written across all columns
    :param kind: what columns of kind "measure" hold in this row
    """

    values: list
    level: str = "line"
    kind: str = "integer"

    def as_json(self):
        values, drill = [], []
        for value in self.values:  # of long lists there are a million
            if isinstance(value, Figure):
                drill.append(value.opens)
                value = value.value
            else:
                drill.append(False)
            values.append(plain(value))
        return {
            "level": self.level,
            "kind": self.kind,
            "values": values,
            "drill": drill,
        }


@dataclass
class Section:
    """A table with its charts below it and, last, words about it in `note`.

    :param rows: list of `Row`; of a list that may be long an iterator, read once: the
        workbook writes each row as it comes
    :param adds: a name that the forms of days, weeks and months share for a table whose
        figures add up; without any it is the first table of each
    :param new_page: whether it begins a page on paper
    """

    title: str
    columns: list
    rows: Iterable = field(default_factory=list)
    charts: list = field(default_factory=list)
    note: str = ""
    adds: str = ""
    new_page: bool = False

    def add(self, *values, level="line", kind="integer"):
        """:raise ValueError: when a row does not fit the columns"""
        self.rows.append(self.row(*values, level=level, kind=kind))

    def row(self, *values, level="line", kind="integer"):
        """A row of this section that is not added to it: for a stream of them.

        :raise ValueError: when it does not fit the columns
        """
        if len(values) != len(self.columns):
            raise ValueError(f"{len(values)} values for {len(self.columns)} columns")
        return Row(list(values), level, kind)

    def row_at(self, number):
        """The row of this number, of a list or of a stream."""
        return next(islice(self.rows, number, None))

    def as_json(self, stream=False):
        """
        :param stream: leave the rows an iterator, to be read once
        """
        rows = (row.as_json() for row in self.rows)
        return {
            "title": self.title,
            "columns": [vars(column) for column in self.columns],
            "rows": rows if stream else list(rows),
            "charts": [chart.as_json() for chart in self.charts],
            "note": self.note or "",
            "adds": self.adds,
            "new_page": self.new_page,
        }


def plain(value):
    """A value as JSON can hold it: dates as ISO text, nothing as None."""
    if isinstance(value, Figure):
        value = value.value
    if isinstance(value, PLAIN):
        return None if value is False or value == "" else value
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date) else value


def cell_kind(column, row):
    """The kind of a cell of `as_json()`: the column's, or for a measure the row's."""
    return row["kind"] if column["kind"] == "measure" else column["kind"]


def written(value, kind):
    """The text of a value on paper: thousands separated, decimals of its kind."""
    if value is None:
        return ""
    decimals = KINDS[kind]
    if decimals is None or isinstance(value, str):
        return str(value)
    return f"{value:,.{decimals}f}" + ("%" if kind == "percent" else "")


def paper_widths(section):
    """The characters that each column of a section of `as_json()` takes on paper: as
    many as it asks for, or as its longest number, which is not broken into lines; of
    rows that are streamed what it asks for. Words across all columns widen none."""
    widths = [column["width"] for column in section["columns"]]
    for row in section["rows"] if isinstance(section["rows"], list) else ():
        for place, column in enumerate(section["columns"]):
            kind = cell_kind(column, row)
            if KINDS[kind] is not None and row["level"] != "words":
                text = written(row["values"][place], kind)
                widths[place] = max(widths[place], len(text) + 1)
    return widths


def head_groups(columns):
    """The upper line of a two-line head: (label, number of columns), in order.

    Columns without a group stand alone, under an empty label.
    """
    groups = []
    for column in columns:
        if column["group"] and groups and groups[-1][0] == column["group"]:
            groups[-1][1] += 1
        else:
            groups.append([column["group"], 1])
    return groups
