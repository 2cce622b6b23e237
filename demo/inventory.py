"""The two projects: one from a published price list, one made up."""

from datetime import timedelta

from odoo import Command
from odoo.tools import file_open

from ..wizards.price_list import read_price_list
from .plans import plans

PRICE_LIST = "crm_property_sales/tests/data/price_list_510116202366117.xlsx"
LIST_RATE, FLOOR_RATE = 0.96, 0.91  # of the filed price

BANDS = {
    "area": [80, 95, 105, 120],
    "floor": [2, 8, 16, 24],
    "price": [1_000_000, 1_200_000, 1_400_000, 1_800_000],
}
# 锦江春晓, room by room of a floor: type, rooms, gross and net area, yuan per ㎡.
SPRING_FLOOR = [
    ("89㎡三室两厅一卫", 3, 89.36, 71.02, 15_200),
    ("112㎡三室两厅两卫", 3, 112.48, 89.87, 14_900),
    ("128㎡四室两厅两卫", 4, 128.75, 103.26, 15_400),
    ("143㎡四室两厅三卫", 4, 143.20, 115.91, 15_800),
]
SPRING_SHOPS = [38.5, 46.2, 52.8, 61.4, 75.9]
NO_FLOORS = (4, 14)  # an owner asks for no fours


def build_projects(env, start, users, teams, places):
    """:return: the projects 卓越南城 and 锦江春晓, their units still unreleased"""
    desk = [users[login].id for login in ("control", "clerk", "finance", "service")]
    boss = [env.ref("base.user_admin").id, users["hq"].id]
    projects = env["property.project"].create(
        [
            {
                "name": name,
                "code": code,
                "address": address,
                "planning": planning,
                "amenities": amenities,
                "manager_id": users[manager].id,
                "user_ids": [
                    Command.set(
                        desk
                        + boss
                        + [user.id for team in at for user in places[team]]
                        + [user.id for user in places[name]]
                    )
                ],
                "team_ids": [Command.set([teams[team].id for team in at])],
                "band_ids": _bands(),
                "plan_ids": [Command.create(plan) for plan in plans()],
            }
            for name, code, manager, at, address, planning, amenities in (
                (
                    "卓越南城",
                    "NC",
                    "manager",
                    ("销售一部", "销售二部"),
                    "成都市双流区东升街道",
                    "用地 42 亩，容积率 2.5，绿化率 35%，两栋高层与底商。",
                    "距地铁 3 号线 600 米；双流中学、区医院、综合体十分钟步行圈。",
                ),
                (
                    "锦江春晓",
                    "CX",
                    "manager2",
                    ("销售二部",),
                    "成都市锦江区三圣乡",
                    "三栋小高层，一梯四户，低密度社区。",
                    "临三圣花乡，配建幼儿园与社区商业。",
                ),
            )
        ]
    )
    city, spring = projects
    env["property.policy"].create(
        {
            "project_id": spring.id,
            "date_start": start - timedelta(days=60),
            "slip_hours": 48,
            "sign_days": 10,
        }
    )
    _build_city(city, start)
    _build_spring(spring, start)
    return projects


def _bands():
    signs = {"area": "㎡", "floor": "层", "price": "万"}
    commands = []
    for dimension, limits in BANDS.items():
        for lower, upper in zip([0, *limits], [*limits, 0], strict=True):
            unit = 10_000 if dimension == "price" else 1
            low, high = lower // unit, (upper - (dimension == "floor")) // unit
            bounds = f"{low}–{high}" if lower and upper else f"{low or high}"
            side = "" if lower and upper else "及以上" if lower else "以下"
            if dimension == "floor" and not lower:
                side = ""
            name = f"{bounds}{signs[dimension]}{side}"
            values = {"dimension": dimension, "name": name}
            commands.append(Command.create(values | {"lower": lower, "upper": upper}))
    return commands


def _prices(filed):
    """Filed, list and floor price; the latter in whole hundreds."""
    return {
        "filed_price": filed,
        "list_price": filed * LIST_RATE // 100 * 100,
        "floor_price": filed * FLOOR_RATE // 100 * 100,
    }


def _build_city(project, start):
    """卓越南城, as its price list of permit 510116202366117 says."""
    env = project.env
    with file_open(PRICE_LIST, "rb") as file:
        price_list = read_price_list(file.read(), PRICE_LIST)
    permit = _permit(project, price_list.permit_number, start - timedelta(days=21))
    buildings = {
        name: _building(project, name, permit, start)
        for name in dict.fromkeys(row.building for row in price_list.rows)
    }
    types = _unit_types(
        project,
        {
            row.unit_type: ("一二三四五".find(row.unit_type[0]) + 1, row.area_gross)
            for row in price_list.rows
        },
    )
    env["property.unit"].create(
        [
            {
                "building_id": buildings[row.building].id,
                "entrance": row.entrance,
                "floor": row.floor,
                "room": row.room,
                "unit_type_id": types[row.unit_type].id,
                "area_gross": float(row.area_gross),
                "area_net": float(row.area_net),
                **_prices(float(row.list_price)),  # a published list is the filed one
            }
            for row in price_list.rows
        ]
    )


def _build_spring(project, start):
    """锦江春晓: the third building still waits for its permit."""
    permit = _permit(project, "510104202688021", start - timedelta(days=14))
    types = _unit_types(
        project,
        {name: (rooms, area) for name, rooms, area, *_rest in SPRING_FLOOR}
        | {"商铺": (0, 50)},
    )
    values = []
    for number in (1, 2, 3):
        building = _building(
            project, f"{number}号楼", number < 3 and permit, start, sequence=number
        )
        values += [
            {
                "building_id": building.id,
                "floor": 1,
                "room": f"S{place}",
                "unit_type_id": types["商铺"].id,
                "area_gross": area,
                "area_net": round(area * 0.93, 2),
                **_prices(round(area * 26_000)),
            }
            for place, area in enumerate(SPRING_SHOPS, 1)
        ] + [
            {
                "building_id": building.id,
                "floor": floor,
                "room": f"{floor}{place:02}",
                "orientation": ("东南", "南", "南", "西南")[place - 1],
                "floor_count": 2 if (floor, place) == (18, 4) else 1,  # a duplex
                "unit_type_id": types[name].id,
                "area_gross": gross,
                "area_net": net,
                **_prices(round(gross * (sqm + 60 * (floor - 9) - 100 * number))),
            }
            for floor in range(2, 19)
            if floor not in NO_FLOORS
            for place, (name, _rooms, gross, net, sqm) in enumerate(SPRING_FLOOR, 1)
        ]
    project.env["property.unit"].create(values)


def _permit(project, number, day):
    return project.env["property.permit"].create(
        {"project_id": project.id, "number": number, "issue_date": day}
    )


def _building(project, name, permit, start, sequence=10):
    return project.env["property.building"].create(
        {
            "project_id": project.id,
            "name": name,
            "sequence": sequence,
            "permit_id": permit and permit.id,
            "promised_delivery_date": start + timedelta(days=600),
        }
    )


def _unit_types(project, types):
    """:param types: {name: (rooms, gross area)}"""
    return {
        name: project.env["property.unit.type"].create(
            {
                "project_id": project.id,
                "name": name,
                "rooms": rooms,
                "area_gross": float(area),
            }
        )
        for name, (rooms, area) in types.items()
    }
