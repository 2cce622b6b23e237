"""Compare the module's terms with i18n/ (see dev/translations). Run in Odoo's shell."""

import io
import os
import pathlib
import sys

import polib

from odoo.tools.translate import trans_export

MODULE = "crm_property_sales"
LANG = "zh_CN"
FOLDER = pathlib.Path(os.environ["I18N"])
TEMPLATE = FOLDER / f"{MODULE}.pot"
TRANSLATION = FOLDER / f"{LANG}.po"


def exported():
    text = io.BytesIO()
    trans_export(None, [MODULE], text, "po", env)  # noqa: F821 the shell's
    return polib.pofile(text.getvalue().decode())


def terms(po):
    """Each term with the places it comes from: all of a template but its dates."""
    return {entry.msgid: sorted(entry.occurrences) for entry in po}


def read(path):
    return polib.pofile(str(path)) if path.exists() else polib.POFile()


def write(now):
    FOLDER.mkdir(exist_ok=True)
    if terms(read(TEMPLATE)) != terms(now):
        now.save(str(TEMPLATE))
    translation = read(TRANSLATION)
    if not translation.metadata:
        translation.metadata = now.metadata | {"Language": LANG}
    translation.merge(now)
    for entry in translation.obsolete_entries():
        translation.remove(entry)
    translation.sort(key=lambda entry: entry.msgid)
    translation.save(str(TRANSLATION))


def problems(now):
    template, translation = terms(read(TEMPLATE)), read(TRANSLATION)
    for msgid in now.keys() - template.keys():
        yield f"not in the template: {msgid!r}"
    for msgid in template.keys() - now.keys():
        yield f"no longer in the code: {msgid!r}"
    for msgid in now.keys() & template.keys():
        if now[msgid] != template[msgid]:
            yield f"its places have changed: {msgid!r}"
    done = {entry.msgid for entry in translation.translated_entries()}
    for msgid in now.keys() - done:
        yield f"not in {LANG}: {msgid!r}"
    for msgid in terms(translation).keys() - now.keys():
        yield f"in {LANG} but no longer in the code: {msgid!r}"


now = exported()
if os.environ.get("WRITE"):
    write(now)
found = sorted(problems(terms(now)))
for problem in found:
    print(problem)
print(f"{len(now)} terms, {len(found)} problems")
if found and not os.environ.get("WRITE"):
    print("dev/translations --write brings the files up to date")
sys.exit(bool(found))
