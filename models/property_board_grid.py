"""Where each unit stands on the sales-control board, its wall and its print.

Columns count in widths of a room, rows from the top floor down. A room of a floor that
is like the others stands in its room's column; a floor of its own kind (shops on the
ground floor, a penthouse) shares the width of its entrance among its rooms.
"""

import re
from collections import Counter, defaultdict
from functools import lru_cache
from math import ceil
from typing import NamedTuple

BAND_SHARE = 0.6  # a room of such a floor has at least this part of a column on average


class Room(NamedTuple):
    id: int
    entrance: str
    floor: int
    room: str
    floor_count: int = 1
    area: float = 0.0


class Cell(NamedTuple):
    x: float
    width: float
    row: int
    height: int


def natural(text):
    """Sort key: 2 before 10."""
    return [
        (not part.isdigit(), part.zfill(12)) for part in re.findall(r"\d+|\D+", text)
    ]


@lru_cache(maxsize=10_000)
def position(floor, room):
    """What is left of a room's number without its floor: 02 of 1502, 0202 and 202."""
    digits = room.lstrip("0") if floor > 0 else room
    rest = digits.removeprefix(str(floor))
    return rest if rest and rest != digits else room


def lay_out(rooms):
    """Place the rooms of one building.

    :return: dict of `floors` (from the top), `width` (in columns), `entrances` and
        `columns` ([label, x, width]) and `cells` ({id: Cell})
    """
    rooms = [Room(*room) for room in rooms]
    floors = _floors(rooms)
    grid = {"floors": floors, "width": 0, "entrances": [], "columns": [], "cells": {}}
    entrances = defaultdict(list)
    for room in rooms:
        entrances[room.entrance].append(room)
    across = _take_across(entrances)
    for entrance in sorted(entrances, key=natural):
        width, columns, cells = _lay_out_entrance(entrances[entrance], floors)
        start = grid["width"]
        grid["entrances"].append([entrance, start, width])
        grid["columns"] += [[key, start + x, share] for key, x, share in columns]
        grid["cells"] |= {
            unit: cell._replace(x=start + cell.x) for unit, cell in cells.items()
        }
        grid["width"] += width
    for on_floor in across.values():
        width = max(grid["width"], ceil(len(on_floor) * BAND_SHARE))
        row = floors.index(on_floor[0].floor)
        grid["cells"] |= _band_cells(on_floor, width, row)
        grid["width"] = width
    return grid


def _take_across(entrances):
    """Take out of `entrances` the floors of rooms that are of none: shops below all of
    them, which share the width of the building."""
    if len(entrances) < 2 or "" not in entrances:
        return {}
    across = defaultdict(list)
    for room in entrances[""]:
        across[room.floor].append(room)
    if any(
        room.floor in across for name in entrances if name for room in entrances[name]
    ):
        return {}
    del entrances[""]
    return across


def _floors(rooms):
    """The floors there are, from the top; those that a duplex reaches into as well."""
    floors = {room.floor for room in rooms}
    for room in rooms:
        if room.floor_count > 1:
            above = sum(floor > room.floor for floor in floors)
            top = max(floors)
            floors.update(range(top + 1, top + room.floor_count - above))
    return sorted(floors, reverse=True)


def _lay_out_entrance(rooms, floors):
    by_floor = defaultdict(list)
    for room in rooms:
        by_floor[room.floor].append(room)
    used = Counter(position(room.floor, room.room) for room in rooms)
    wanted = min(max(2, len(by_floor) / 4), len(by_floor))
    keys = sorted((key for key in used if used[key] >= wanted), key=natural)
    columns = {key: place for place, key in enumerate(keys)}
    bands = [floor for floor in by_floor if _is_band(by_floor[floor], columns)]
    most = max((len(by_floor[floor]) for floor in bands), default=0)
    width = max(len(keys), ceil(most * BAND_SHARE), 1)
    share = width / (len(keys) or 1)
    rows = {floor: row for row, floor in enumerate(floors)}
    taken = {
        (room.floor, position(room.floor, room.room))
        for floor in by_floor
        if floor not in bands
        for room in by_floor[floor]
    } | {(floor, key) for floor in bands for key in keys}
    cells = {}
    for floor, on_floor in by_floor.items():
        if floor in bands:
            cells |= _band_cells(on_floor, width, rows[floor])
            continue
        for room in on_floor:
            key = position(floor, room.room)
            row = rows[floor]
            height = 1
            while (
                height < room.floor_count and (floors[row - height], key) not in taken
            ):
                height += 1
            x = columns[key] * share
            cells[room.id] = Cell(x, share, row - height + 1, height)
    return width, [[key, columns[key] * share, share] for key in keys], cells


def _is_band(rooms, columns):
    keys = [position(room.floor, room.room) for room in rooms]
    return len(set(keys)) < len(keys) or not columns.keys() >= set(keys)


def _band_cells(rooms, width, row):
    """The rooms of such a floor side by side, the large ones wider."""
    rooms = sorted(rooms, key=lambda room: natural(room.room))
    mean = sum(room.area for room in rooms) / len(rooms)
    shares = [min(max(room.area / mean, 0.7), 1.6) if mean else 1.0 for room in rooms]
    cells, x = {}, 0.0
    for room, share in zip(rooms, shares, strict=True):
        part = width * share / sum(shares)
        cells[room.id] = Cell(round(x, 3), round(part, 3), row, 1)
        x += part
    return cells
