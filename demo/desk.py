"""What lies on the desks when the story ends: shares, mailings."""

from datetime import timedelta

FORM = "property.form.sales_daily"
STAGES = ("新登记", "跟进中", "有意向", "已成交")
SHARED_FOR = ("置业顾问休假，由同事接待", "客户同时考虑两个楼盘", "共同跟进团购客户")


def name_stages(env):
    stages = env["crm.stage"].search([], limit=len(STAGES)).with_context(lang="zh_CN")
    for stage, name in zip(stages, STAGES, strict=True):
        stage.name = name


def finish(office):
    _share(office)
    _mail_forms(office)


def _share(office):
    """The manager shows a few clients to a second rep (C13)."""
    city = office.projects[0]
    reps = city.team_ids.member_ids
    clients = [
        one
        for one in office.reception.clients
        if one.project == city and one.is_open and one.keen > 0.5
    ]
    for client in office.rng.sample(clients, 6):
        others = (reps - client.lead.user_id).sorted("id")
        office.by("manager", office.env["property.share"]).create(
            {
                "lead_id": client.lead.id,
                "user_id": office.rng.choice(others).id,
                "reason": office.rng.choice(SHARED_FOR),
                "date_end": office.today + timedelta(days=office.rng.randint(3, 20)),
            }
        )


def _mail_forms(office):
    """The daily sales form to manager and head office (G21), once there is one."""
    env = office.env
    forms = env["property.mailing"].fields_get(["form"])["form"]["selection"]
    if FORM not in dict(forms):
        return
    env["property.mailing"].create(
        [
            {
                "project_id": project.id,
                "form": FORM,
                "user_ids": (project.manager_id + office.users["hq"]).ids,
                "sender_id": project.manager_id.id,
                "date_start": office.start,
            }
            for project in office.projects
        ]
    )
