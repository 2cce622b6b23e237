"""Run in the shell by dev/forms: writes every form of the first project to a folder."""

import os
from datetime import timedelta
from pathlib import Path

folder = Path(os.environ["FORMS_FOLDER"])
only = os.environ["FORMS_ONLY"].split()
project = env["property.project"].search([], limit=1)  # noqa: F821  (the shell's)
last = os.environ["FORMS_TO"] or project.local_day() - timedelta(days=1)
options = {
    "project_id": project.id,
    "date_from": os.environ["FORMS_FROM"] or f"{last}"[:8] + "01",
    "date_to": f"{last}",
}
people = project.user_ids.filtered(lambda user: user != env.user)  # noqa: F821


def reader(form):
    """Who may read a form, managers first."""
    roles = [role for role in ("manager", *form._roles) if role in form._roles]
    for role in roles:
        for user in people:
            if user._has_office_role(role):
                return user
    return form.env.user


for form in env["property.form"]._forms():  # noqa: F821
    name = f"{form._code}_{form._name.removeprefix('property.form.')}"
    if only and not any(one == form._code or one in form._name for one in only):
        continue
    form = form.with_user(reader(form)).with_context(
        lang="zh_CN", force_report_rendering=True
    )
    compiled = form.compile(options)
    for fmt in ("pdf", "xlsx"):
        (folder / f"{name}.{fmt}").write_bytes(form._render_form(compiled, fmt)[1])
    lines = [len(section["rows"]) for section in compiled["sections"]]
    print(f"{name}: {compiled['title']}, lines {lines}")
