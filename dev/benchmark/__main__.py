"""Called by dev/bench, which says what it is given."""

import argparse
import json
import sys
from pathlib import Path

import odoo.init  # noqa: F401  before anything else of Odoo
from odoo.tools import config

from . import report
from . import run as measuring
from .case import Case
from .explain import list_queries
from .run import Picks, environment


def people(arguments):
    from .office import make_office
    from .stock import make_stock_office

    with environment(arguments.database) as env:
        (make_stock_office if arguments.stock else make_office)(env)
        env.cr.commit()


def fill(arguments):
    from .checking import check_sample
    from .filling import Filling
    from .stock import fill_stock

    with environment(arguments.database) as env:
        if arguments.stock:
            fill_stock(env, arguments.size)
        else:
            Filling(env, arguments.size).run()
        env.cr.commit()
        check_sample(env)
    with environment(arguments.database) as env:
        env.cr.rollback()
        env.cr._cnx.autocommit = True
        env.cr.execute("VACUUM ANALYZE")


def memory(arguments):
    from .memory import write_workbook

    write_workbook(arguments.database, **json.loads(arguments.workbook))


def run(arguments):
    from . import cases  # noqa: F401  registers them

    if arguments.cpu:
        measuring.clock = measuring.cpu_clock
    picks = Picks(arguments.database, arguments.twin, arguments.size)
    chosen = [
        case
        for case in Case.all
        if not arguments.case or any(word in case.title() for word in arguments.case)
    ]
    if not chosen:
        sys.exit("no case has that in its name")
    if arguments.queries:
        for case in chosen:
            print(f"\n{case.title()}")
            for lines, query in list_queries(case(picks), picks):
                print(f"  {lines}\n      {query}")
        return
    print(report.line(report.COLUMNS))
    results = []
    try:
        for case in chosen:
            results.append(report.Result.of(case(picks), picks, arguments.rounds))
            print(report.line(results[-1].cells()), flush=True)
    finally:
        if arguments.folder:
            report.write(Path(arguments.folder), arguments.size, results, arguments.cpu)


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    for command in (people, fill, run, memory):
        sub = commands.add_parser(command.__name__)
        sub.set_defaults(command=command)
        sub.add_argument("database")
        sub.add_argument("--stock", action="store_true")
        sub.add_argument("--size", type=int)
        sub.add_argument("--twin")
        sub.add_argument("--case", action="append")
        sub.add_argument("--rounds", type=int, default=9)
        sub.add_argument("--queries", action="store_true")
        sub.add_argument("--cpu", action="store_true")
        sub.add_argument("--folder")
        sub.add_argument("--workbook")
    arguments = parser.parse_args()
    config.parse_config([], setup_logging=True)
    arguments.command(arguments)


main()
