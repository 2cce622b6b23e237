"""How much memory a workbook takes while it is written, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

from .run import environment

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def workbook_memory(database, uid, form, options):
    """Write a form's workbook in a new process.

    :return: dict of its `size` in bytes and the peak of memory over start, `mb`
    """
    arguments = {"uid": uid, "form": form, "options": options}
    command = [sys.executable, "-m", "benchmark", "memory", database]
    child = subprocess.run(
        [*command, "--workbook", json.dumps(arguments)],
        check=True,
        stdout=subprocess.PIPE,
    )
    return json.loads(child.stdout.splitlines()[-1])


def write_workbook(database, uid, form, options):
    """What the new process does: first a workbook of one day, so that all code and
    caches are there, then the one that is asked for."""
    with environment(database, uid) as env:
        env[form]._render(options | {"date_from": options["date_to"]}, "xlsx")
        CLEAR.write_text("5")  # forget the peak so far
        start = _megabytes("VmRSS")
        _name, content = env[form]._render(options, "xlsx")
        peak = _megabytes("VmHWM") - start
    print(json.dumps({"size": len(content), "mb": round(peak, 1)}))


def _megabytes(name):
    [line] = (one for one in STATUS.read_text().splitlines() if one.startswith(name))
    return int(line.split()[1]) / 1024
