from pathlib import Path

from passlib.context import CryptContext

from odoo import Command

# Weak on purpose: a password that is the login needs no 600,000 rounds, 21 times over.
PASSWORDS = CryptContext(["pbkdf2_sha512"], pbkdf2_sha512__rounds=1000)


def read_logins():
    """:return: (login, group, job title, name, team or project) of each member"""
    for line in (Path(__file__).parent / "LOGINS").read_text("utf-8").splitlines():
        login, role, name, *place = line.split("\t")
        group, title = role.split()
        yield login, group, title, name, "".join(place)


def hire(env):
    """The company, its staff, its two teams.

    :return: ({login: user}, {team name: team}, {team or project name: [users]})
    """
    _found_company(env)
    users, places = {}, {}
    for login, group, title, name, place in read_logins():
        user = env["res.users"].create(
            {
                "login": login,
                "name": name,
                "email": f"{login}@example.com",
                "lang": "zh_CN",
                "tz": "Asia/Shanghai",
                "group_ids": [
                    Command.set(env.ref(f"crm_property_sales.group_{group}").ids)
                ],
            }
        )
        user.partner_id.function = title
        user._set_encrypted_password(user.id, PASSWORDS.hash(login))
        users[login] = user
        places.setdefault(place, []).append(user)
    teams = {
        name: _found_team(env, name, places[name]) for name in ("销售一部", "销售二部")
    }
    return users, teams, places


def _found_company(env):
    china = env.ref("base.cn")
    yuan = env.ref("base.CNY")
    yuan.active = True
    env.company.write(
        {
            "name": "蓉城置业有限公司",
            "country_id": china.id,
            "state_id": env.ref("base.state_cn_SC").id,
            "city": "成都市",
            "street": "天府大道北段100号",
            "phone": "028-80000000",
            "email": "office@example.com",
            "currency_id": yuan.id,
        }
    )
    env.ref("base.lang_zh_CN").week_start = "1"
    env["ir.default"].set("res.partner", "lang", "zh_CN")
    env["ir.default"].set("res.partner", "tz", "Asia/Shanghai")
    env.ref("base.user_admin").write(
        {"name": "系统管理员", "lang": "zh_CN", "tz": "Asia/Shanghai"}
    )


def _found_team(env, name, members):
    leader = next(user for user in members if user.login.startswith("supervisor"))
    reps = [user.id for user in members if user != leader]
    return env["crm.team"].create(
        {"name": name, "user_id": leader.id, "member_ids": [Command.set(reps)]}
    )
