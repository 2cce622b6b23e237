"""The benchmark's office in our module: people and projects."""

from odoo import Command

from .life import OWNERSHIP_MONTHS
from .people import make_people

MODULE = "crm_property_sales"
PROJECTS = 5  # the teams of project p: p and p + 5
TYPES = 4
# What a contract is paid in: name, days after the signing, percent (0: the rest).
STAGES = (("First", 0, 30), ("Second", 60, 30), ("Rest", 240, 0))


def make_office(env):
    teams, manager = make_people(
        env, *(f"{MODULE}.group_{role}" for role in ("rep", "supervisor", "manager"))
    )
    desk = [
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "login": role,
                "name": role,
                "lang": "zh_CN",
                "tz": "Asia/Shanghai",
                "group_ids": [Command.link(env.ref(f"{MODULE}.group_{role}").id)],
            }
        )
        for role in ("clerk", "control", "finance", "hq")
    ]
    for number in range(PROJECTS):
        own = teams[number::PROJECTS]
        staff = own.member_ids.union(manager, *desk)
        _make_project(env, number, own, staff)


def _make_project(env, number, teams, staff):
    project = env["property.project"].create(
        {
            "name": f"Garden {number + 1}",
            "code": f"G{number + 1}",
            "manager_id": staff.filtered(lambda user: user.login == "manager").id,
            "user_ids": [Command.set(staff.ids)],
            "team_ids": [Command.set(teams.ids)],
        }
    )
    env["property.policy"].create(
        {"project_id": project.id, "ownership_months": OWNERSHIP_MONTHS}
    )
    env["property.unit.type"].create(
        [
            {"name": f"{rooms} rooms", "project_id": project.id, "rooms": rooms}
            for rooms in range(1, TYPES + 1)
        ]
    )
    env["property.band"].create(
        [
            {
                "project_id": project.id,
                "dimension": dimension,
                "name": f"{lower}-",
                "lower": lower,
                "upper": upper,
            }
            for dimension, borders in (
                ("area", (0, 80, 100, 120, 0)),
                ("floor", (0, 9, 18, 0)),
                ("price", (0, 1e6, 1.5e6, 2e6, 0)),
            )
            for lower, upper in zip(borders, borders[1:], strict=False)
        ]
    )
    env["property.payment.plan"].create(
        {
            "name": "By stages",
            "project_id": project.id,
            "payment_method": "instalment",
            "line_ids": [
                Command.create(
                    {"name": name, "days": days, "value": "percent", "percent": part}
                    | ({} if part else {"value": "balance"})
                )
                for name, days, part in STAGES
            ],
        }
    )
    env["property.permit"].create(
        {"number": f"P-{number}", "project_id": project.id, "issue_date": "2020-01-01"}
    )
