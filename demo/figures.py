"""The metric dictionary reckoned a second time, and each figure footed crosswise.

The second time is by SQL that was written from the dictionary, not from the code. Asked
of the demo office before it is kept, and by the tests of random data.
"""

from collections import Counter

from odoo.tools import file_open

from ..models.metric import MEASURES, METRICS, NETS

SQL_FILE = "crm_property_sales/tests/data/metrics.sql"
SPLITS = (
    "project_id",
    "user_id",
    "source_id",
    "building_id",
    "campaign_id",
    "unit_type_id",
    "hour",
    "district",
)


def facts_by_sql(env, today):
    """Every fact of the office by the independent SQL: a list of dicts.

    :param today: ISO day or date; what was agreed for later is not due yet
    """
    env.flush_all()
    with file_open(SQL_FILE) as script:
        env.cr.execute(script.read(), {"today": today})
    return env.cr.dictfetchall()


def summed(facts, *keys):
    """{(metric, *keys): [number, area, amount]} of facts of `facts_by_sql`."""
    sums = {}
    for fact in facts:
        key = (fact["metric"], *(fact[name] or False for name in keys))
        row = sums.setdefault(key, [0, 0, 0])
        for place, name in enumerate(MEASURES):
            row[place] += fact[name]
    return {key: [round(one, 2) for one in row] for key, row in sums.items()}


def counted(env, *keys, domain=()):
    """The same by `property.metric`; of a key like `day:month` by months."""
    groups = env["property.metric"]._read_group(
        list(domain), [*keys, "metric"], [f"{name}:sum" for name in MEASURES]
    )
    sums = {}
    for *group, metric, number, area, amount in groups:
        group = [getattr(one, "id", one) or False for one in group]
        sums[(metric, *group)] = [round(one or 0, 2) for one in (number, area, amount)]
    return sums


def unlike(one, other):
    """The keys under which two of the above differ."""
    return sorted(
        (key for key in one.keys() | other.keys() if one.get(key) != other.get(key)),
        key=str,
    )


def periods_apart(env, domain=()):
    """The figures whose days do not add up to the weeks, months or years."""

    def totals(unit):
        sums = Counter()
        for (metric, *_period), row in counted(
            env, f"day:{unit}", domain=domain
        ).items():
            for name, value in zip(MEASURES, row, strict=True):
                sums[metric, name] += value
        return sums

    days = totals("day")
    return [
        (unit, *key)
        for unit in ("week", "month", "year")
        for key, value in totals(unit).items()
        if abs(value - days[key]) >= 0.005
    ]


def splits_apart(env, domain=()):
    """The figures whose parts by rep, channel, building… do not add up to the total."""
    metrics = env["property.metric"]
    total = metrics._tally(list(domain))[()]
    return [
        (split, figure, measure)
        for split in SPLITS
        for parts in [metrics._tally(list(domain), [split]).values()]
        for figure in (*dict(METRICS), *NETS)
        for measure in MEASURES
        if abs(
            sum(part.get(figure, measure) for part in parts)
            - total.get(figure, measure)
        )
        >= 0.005
    ]
