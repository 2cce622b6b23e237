"""Holds and release plans: what control keeps back, and when it comes on sale."""

from datetime import timedelta

WAVES = (
    ("第二批加推", ((3, (21, 22, 23)), (10, (24, 25, 26)))),
    ("收官加推", ((30, None),)),
)


def hold(office, unit, reason):
    """Off sale by the manager's word, mostly with the day it should come back."""
    days = office.rng.choice((None, 7, 20, 35, 60, 110))
    planned = days and office.day + timedelta(days=days)
    office.by("control", unit).action_hold(reason, planned)


def finish(office):
    """The next floors of 30幢 are planned: one plan runs, the next waits for the
    manager. Control is reminded of what should be on sale by now."""
    city = office.projects[0]
    units = office.env["property.unit"].search(
        [("project_id", "=", city.id), ("state", "=", "unreleased")]
    )
    for number, (name, waves) in enumerate(WAVES):
        lines = []
        for days, floors in waves:
            wave = units.filtered(
                lambda unit, of=floors: unit.floor in of if of else unit.floor > 26
            )
            day = office.today + timedelta(days=days)
            lines.append((0, 0, {"date": day, "unit_ids": wave.ids}))
        plan = office.by("control", office.env["property.release.plan"]).create(
            {"name": name, "project_id": city.id, "line_ids": lines}
        )
        plan.action_request()
        if not number:
            office.by("manager", plan).validate_tier()
    office.env["property.hold"]._cron_remind()
