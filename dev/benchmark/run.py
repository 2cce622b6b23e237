"""Runs the cases: all sides of a case one after the other in every round."""

import gc
import statistics
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry

CONTEXT = {"lang": "zh_CN", "tz": "Asia/Shanghai", "allowed_company_ids": [1]}
PATIENCE = 20  # seconds a side may take in all rounds; three rounds it always gets


@contextmanager
def environment(database, uid=SUPERUSER_ID):
    """An environment in a new transaction with an empty cache, as each request has."""
    with Registry(database).cursor() as cr:
        yield Environment(cr, uid, dict(CONTEXT))
        cr.rollback()


class Picks:
    """Whom and what the cases are about. Clients have the same ids in the twin."""

    def __init__(self, database, twin, size):
        self.database, self.twin, self.size = database, twin, size
        self.uids = {name: self._uids(name) for name in (database, twin) if name}
        with environment(database) as env:
            self._pick(env)

    @staticmethod
    def _uids(database):
        with environment(database) as env:
            users = env["res.users"].search([])
            return {user.login: user.id for user in users}

    def _pick(self, env):
        """A client of the median rep who stays his for two months, and his project."""
        self.rep = self.uids[self.database]["rep100"]
        env.cr.execute(
            """SELECT id, project_id, stage_id, phone FROM crm_lead
                WHERE user_id = %s AND NOT is_sold AND owned_until > now()::date + 60
                ORDER BY id DESC LIMIT 1 OFFSET 20""",
            [self.rep],
        )
        self.client, self.project, stage, self.phone = env.cr.fetchone()
        self.next_stage = env["crm.stage"].search([("id", "!=", stage)], limit=1).id
        self.source = env["utm.source"].search([], order="id", limit=1).id
        projects = env["property.project"].search([], order="id")
        self.first_project = projects[0].id  # whose register is chained
        self.ring = (
            env["property.roster"]._ring(projects.browse(self.project), "visit").id
        )
        self.colleague = self.uids[self.database]["rep105"]  # of the same team
        free = [("project_id", "=", self.project), ("ownership_state", "=", "free")]
        self.free = env["crm.lead"].search(free, offset=20, limit=1).id
        # Common names: many files have them.
        self.short_name, self.long_name = (
            self._common_name(env, length) for length in (2, 3)
        )

    def _common_name(self, env, length):
        env.cr.execute(
            """SELECT contact_name FROM crm_lead
                WHERE user_id = %s AND length(contact_name) = %s
                GROUP BY contact_name ORDER BY count(*) DESC, contact_name LIMIT 1""",
            [self.rep, length],
        )
        return env.cr.fetchone()[0]


def wall_clock(_cr):
    return time.perf_counter()


def cpu_clock(cr):
    """What this process and its PostgreSQL backend (not the backend's helpers) have
    worked: other users of the machine hardly change it."""
    worked = Path(f"/proc/{cr._cnx.info.backend_pid}/schedstat").read_text()
    return time.process_time() + int(worked.split()[0]) / 1e9


clock = wall_clock


@dataclass
class Side:
    times: list = field(default_factory=list)
    queries: int = 0
    answer: object = None

    @property
    def ms(self):
        return 1000 * statistics.median(self.times)


def run_case(case, picks, rounds):
    """:return: {side: Side}, the first round not counted"""
    sides = {"ours": Side()}
    if case.sql:
        sides["sql"] = Side()
    if case.stock and picks.twin:
        sides["stock"] = Side()
    for number in range(min(rounds, case.rounds or rounds) + 1):
        for name, side in sides.items():
            if number > 3 and sum(side.times) > PATIENCE:
                continue
            seconds = ask(case, name, side, picks)
            if number:
                side.times.append(seconds)
    for name in case.agree:
        if name in sides and sides[name].answer != sides["ours"].answer:
            raise AssertionError(
                f"{case.title()}: {name} answers {str(sides[name].answer)[:200]}, "
                f"we {str(sides['ours'].answer)[:200]}"
            )
    return sides


def ask(case, name, side, picks, watch=nullcontext):
    """Put the case to one side.

    :return: seconds; answer and number of queries go into `side`
    """
    database = picks.twin if name == "stock" else picks.database
    uid = picks.uids[database][case.login] if case.login else SUPERUSER_ID
    with environment(database, uid) as env:
        (case.prepare_stock if name == "stock" else case.prepare)(env)
        env.flush_all()
        env.invalidate_all()
        question = getattr(case, name)
        subject = env.cr._obj if name == "sql" else env
        queries = env.cr.sql_log_count
        gc.collect()
        gc.disable()
        try:
            with watch():
                start = clock(env.cr)
                side.answer = question(subject)
                if name != "sql":
                    env.flush_all()
                seconds = clock(env.cr) - start
        finally:
            gc.enable()
        side.queries = env.cr.sql_log_count - queries
        return seconds
