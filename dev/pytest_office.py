"""A pytest plugin for dev/test: failed linters are named beside failed tests, so that
pytest's closing line stays the last one."""

import os


def pytest_terminal_summary(terminalreporter):
    for name in filter(None, os.environ.get("LINT_FAILED", "").split(",")):
        terminalreporter.write_line(f"FAILED lint: {name} (see above)", red=True)
