"""Where a case's queries come from: what a budget of queries goes on."""

import traceback
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from odoo.sql_db import Cursor

from .run import Side, ask


def list_queries(case, picks):
    """:return: (lines, query) of each query of our side, once its caches are warm"""
    ask(case, "ours", Side(), picks)
    asked = []
    ask(case, "ours", Side(), picks, watch=lambda: _noting(asked))
    return asked


@contextmanager
def _noting(asked):
    execute = Cursor.execute

    def note(cr, query, params=None, log_exceptions=True):
        execute(cr, query, params, log_exceptions)
        asked.append((_lines(), " ".join(cr._obj.query.decode().split())))

    with patch.object(Cursor, "execute", note):
        yield


def _lines():
    """The innermost line outside the ORM, and the innermost one of ours."""
    lines = []
    for frame in reversed(traceback.extract_stack()[:-2]):
        path = Path(frame.filename)
        is_ours = "crm_property_sales" in path.parts
        if is_ours or (not lines and path.parent.name not in ("orm", "odoo")):
            lines.append(f"{path.stem}:{frame.lineno} {frame.name}")
        if is_ours:
            break
    return " < ".join(lines)
