"""Closing the register and proving it (B9, performance.md §10)."""

from datetime import timedelta

from odoo.addons.crm_property_sales.models.property_interaction_chain import (
    canonical,
    sha256,
)

from ..case import Case, Goal
from ..filling import LEFT_OPEN

ROWS = """SELECT to_jsonb(entry) FROM property_interaction entry WHERE {}"""


class Close(Case):
    """A supervisor closes a day of 1,000 entries"""

    login = "manager"
    things = LEFT_OPEN
    goal = Goal(ms=5_000)
    agree = ()

    def prepare(self, env):
        project = env["property.project"].browse(self.picks.first_project)
        yesterday = project.local_day() - timedelta(days=1)
        days = env["property.day"].sudo()
        self.day = days.search(
            [("project_id", "=", project.id), ("date", "=", yesterday)]
        ) or days.create({"project_id": project.id, "date": yesterday, "check_ids": []})

    def ours(self, env):
        day = env["property.day"].browse(self.day.id)
        day.action_close()
        return day.last_number

    def sql(self, cr):
        cr.execute(
            f"{ROWS.format('project_id = %s')} AND state = 'open' ORDER BY date, id",
            [self.picks.first_project],
        )
        value, closed = "", []
        for (row,) in cr.fetchall():
            value = sha256(value + canonical(row) + sha256(canonical(row)))
            closed.append((row["id"], value))
        cr.execute(
            """UPDATE property_interaction entry
                  SET state = 'closed', chain_value = new.value
                 FROM unnest(%s::int[], %s::text[]) AS new(id, value)
                WHERE entry.id = new.id""",
            [list(column) for column in zip(*closed, strict=True)],
        )
        return len(closed)


class Verify(Case):
    """The register of a project is verified, all closed entries"""

    login = "manager"
    goal = Goal(sql=(2, 2))
    agree = ()

    def prepare(self, env):
        env.cr.execute(
            "SELECT max(last_number) FROM property_day WHERE project_id = %s",
            [self.picks.first_project],
        )
        self.things = env.cr.fetchone()[0] or 0

    def ours(self, env):
        project = env["property.project"].browse(self.picks.first_project)
        proof = project.verify_register()
        if proof["problem"]:
            raise AssertionError(proof["message"])
        return proof["entries"]

    def sql(self, cr):
        cr.execute(
            f"{ROWS.format('project_id = %s')} AND chain_number > 0 "
            "ORDER BY chain_number",
            [self.picks.first_project],
        )
        value, count = "", 0
        for (row,) in cr:
            value = sha256(value + canonical(row) + sha256(canonical(row)))
            count += 1
        return count
