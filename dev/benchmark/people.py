"""Who works in the benchmark's office, in ours and in the stock twin."""

from dataclasses import dataclass

from odoo import Command

from odoo.addons.crm_property_sales.demo import words

REPS = 200
TEAMS = 10
CHANNELS = tuple(words.CHANNELS)


@dataclass
class People:
    """Ids; `teams` has the team of each rep."""

    reps: list
    teams: list
    sources: list

    @classmethod
    def find(cls, env):
        users = env["res.users"].search([("login", "like", "rep")])
        logins = {user.login: user.id for user in users}
        teams = env["crm.team"].search([], order="id").ids
        return cls(
            [logins[f"rep{n}"] for n in range(REPS)],
            [teams[n % TEAMS] for n in range(REPS)],
            env["utm.source"].search([], order="id").ids,
        )


def person(number):
    """The name of person `number`: surnames as frequent as they are, one client in a
    thousand is called 王芳."""
    place = number * 7_919 % 9_973 / 9_973
    surname = words.SURNAMES[int(place * place * len(words.SURNAMES))]
    given = words.FEMALE if number % 2 else words.MALE
    return surname + given[number // 2 % len(given)]


def make_user(env, login, name, group):
    groups = [env.ref(xmlid).id for xmlid in ("base.group_user", group)]
    return {
        "login": login,
        "name": name,
        "lang": "zh_CN",
        "tz": "Asia/Shanghai",
        "group_ids": [Command.set(groups)],
    }


def make_people(env, rep_group, leader_group, manager_group):
    """Reps in ten teams, each with a leader, and a manager of all. A team has reps of
    all ranks: `Life` gives the first rep most clients.

    :return: teams, manager
    """
    env.company.country_id = env.ref("base.cn")
    users = env["res.users"].with_context(no_reset_password=True)
    reps = users.create(
        [make_user(env, f"rep{n}", person(n * 31), rep_group) for n in range(REPS)]
    )
    leaders = users.create(
        [
            make_user(env, f"leader{n}", person(n * 37 + 5), leader_group)
            for n in range(TEAMS)
        ]
    )
    manager = users.create(make_user(env, "manager", person(99), manager_group))
    env["crm.team"].search([]).active = False
    teams = env["crm.team"].create(
        [
            {
                "name": f"{n + 1}组",
                "user_id": leader.id,
                "member_ids": [Command.set((leader | reps[n::TEAMS]).ids)],
            }
            for n, leader in enumerate(leaders)
        ]
    )
    env["utm.source"].create([{"name": name} for name in CHANNELS])
    return teams, manager
