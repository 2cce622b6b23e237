import re

from odoo.tools import float_compare

from ..models.property_unit import RESERVED_STATES, place_key
from .price_list import Problem

PRICES = frozenset(("list_price", "filed_price", "floor_price"))
FIGURES = ("area_gross", "area_net", "list_price", "filed_price", "floor_price")
ROW_VALUES = ("floor", "unit_type", "orientation", "note", *FIGURES)
# With one of these a row cannot be imported, and so nothing can.
REFUSING = {
    "missing_room",
    "missing_building",
    "negative",
    "not_a_number",
    "not_calculated",
    "date_in_cell",
    "net_over_gross",
    "duplicate_room",
}
# These say only what a unit on file has already.
OF_NEW_UNITS = {"missing_area", "no_price"}
SHORT_ROOM = re.compile(r"\d{1,2}")
REFUSED, WARNING = "refused", "warning"
# The order in which rows are shown: what needs a look comes first.
VERDICTS = (REFUSED, WARNING, "new", "update", "unchanged")


class PriceListCheck:
    """Judges the rows of a price list against the units of a project.

    :param wizard: the `property.unit.import`, for its project and what the user chose
    :param rows: the rows of `read_price_list`
    """

    def __init__(self, wizard, rows):
        self.env = wizard.env
        self.wizard = wizard
        self.rows = rows
        in_project = [("project_id", "=", wizard.project_id.id)]
        units = self.env["property.unit"].with_context(active_test=False)
        self.units = {
            place_key(unit.building_id.name, unit.entrance, unit.room): unit
            for unit in units.search(in_project)
        }
        # A place is written as it is on file, or as the list has it first.
        self.spelling = {
            place_key(building.name): building.name
            for building in self.env["property.building"].search(in_project)
        }
        for key, unit in self.units.items():
            self.spelling.setdefault(key[:2], unit.entrance or "")
        self.first_rows = {}

    def lines(self):
        """:return: values of `property.unit.import.line`, one for each row"""
        lines = [self._line(row) for row in self.rows]
        return sorted(lines, key=lambda line: VERDICTS.index(line["verdict"]))

    def _line(self, row):
        room = _full_room(row)
        key = place_key(row.building, row.entrance, room)
        unit = self.units.get(key, self.env["property.unit"])
        given = self._given(row, unit)
        changes = self._changes(unit, given) if unit else given
        judge = self._judge
        if self.wizard.version_id:
            changes = {name: changes[name] for name in changes if name in PRICES}
            judge = self._judge_price
        verdict, messages = judge(row, key, unit, changes)
        return {
            "import_id": self.wizard.id,
            "sheet": row.sheet,
            "row": row.number,
            "building": self.spelling.setdefault(key[:1], row.building),
            "entrance": self.spelling.setdefault(key[:2], row.entrance),
            "room": room,
            "area": given.get("area_gross", 0),
            "price": given.get("list_price") or given.get("filed_price", 0),
            "unit_id": unit.id,
            "verdict": verdict,
            "message": "\n".join(messages),
            "values": changes,
        }

    def _given(self, row, unit):
        """:return: the values the row has for its unit; what it does not say is left"""
        values = {name: getattr(row, name) for name in ROW_VALUES}
        for name in PRICES:
            per_sqm = getattr(row, f"{name}_sqm")
            if not values[name] and per_sqm:  # the area is that on file
                values[name] = round(float(per_sqm) * unit.area_gross, 2)
        if self.wizard.is_filing:
            price = values["list_price"] or values["filed_price"]
            values["filed_price"] = values["filed_price"] or price
            values["list_price"] = price
        return {
            name: float(value) if name in FIGURES else value
            for name, value in values.items()
            if value
        }

    def _changes(self, unit, given):
        return {
            name: value
            for name, value in given.items()
            if (
                float_compare(unit[name], value, precision_digits=2)
                if name in FIGURES
                else _on_file(unit, name) != value
            )
        }

    def _judge(self, row, key, unit, changes):
        """:return: (verdict, what there is to say of the row)"""
        verdict, messages = self._judge_row(row, key, unit)
        problems = bool(messages)
        if not unit:
            return verdict, messages
        if frozen := self._frozen(unit, changes):
            verdict = REFUSED
            messages.append(frozen)
        elif not unit.active and not problems:
            verdict = WARNING
            messages.append(self.env._("The unit is archived and stays so."))
        elif not problems:
            verdict = "update" if changes else "unchanged"
        return verdict, [*messages, *self._differences(unit, changes)]

    def _judge_row(self, row, key, unit):
        """:return: (verdict, what the reader and the rows above say of the row)"""
        problems = [
            problem
            for problem in row.problems
            if not (unit and problem.code in OF_NEW_UNITS)
        ]
        first = self.first_rows.setdefault(key, row)
        if row.room and first is not row and "duplicate_room" not in _codes(row):
            place = {"sheet": first.sheet, "row": first.number}
            problems.append(Problem("duplicate_room", place))
        verdict = WARNING if problems else "new"
        if any(problem.code in REFUSING for problem in problems):
            verdict = REFUSED
        return verdict, [self.wizard._say(problem) for problem in problems]

    def _frozen(self, unit, changes):
        """Why a list does not change this unit's price, False where it may."""
        changed = PRICES.intersection(changes)
        if changed and unit.state in RESERVED_STATES:
            return self.env._("The unit is reserved or sold: its price is frozen.")
        if unit.state != "unreleased" and any(unit[name] for name in changed):
            return self.env._(
                "The unit is on sale: its price changes by a price version only."
            )
        return False

    def _judge_price(self, row, key, unit, changes):
        """As `_judge`, for a price version: units are known, those reserved keep
        their price and the new ones must be able to stand (A7)."""
        verdict, messages = self._judge_row(row, key, unit)
        if verdict == REFUSED:
            return verdict, messages
        if not unit:
            return REFUSED, [*messages, self.env._("No such unit is on file.")]
        new = dict.fromkeys(PRICES) | changes
        if reason := changes and unit._price_problem(new):
            return REFUSED, [*messages, reason, *self._differences(unit, changes)]
        if changes and unit.state in RESERVED_STATES:
            verdict = WARNING
            messages.append(
                self.env._("The unit is reserved or sold: it keeps its price.")
            )
        elif not messages:
            verdict = "update" if changes else "unchanged"
        return verdict, [*messages, *self._differences(unit, changes)]

    def _differences(self, unit, changes):
        for name, value in changes.items():
            field = unit._fields["unit_type_id" if name == "unit_type" else name]
            label, old = field._description_string(self.env), _on_file(unit, name)
            if name in FIGURES:
                old, value = f"{old:,.2f}", f"{value:,.2f}"
            yield f"{label}: {old or '—'} → {value}"


def _codes(row):
    return {problem.code for problem in row.problems}


def _on_file(unit, name):
    return (unit.unit_type_id.name if name == "unit_type" else unit[name]) or ""


def _full_room(row):
    """Some lists number the rooms of each floor: 02 on floor 18 is 1802."""
    if row.floor and row.floor > 0 and SHORT_ROOM.fullmatch(row.room):
        return f"{row.floor:02d}{row.room:0>2}"
    return row.room
