"""Is what was generated what Odoo itself would have written? Asked of a sample."""

import random

SAMPLE = 200
# CRM's scores are renewed by its cron; an entry is late when it is made, not later on.
NOT_NOW = {"automated_probability", "is_late"}
MODELS = (
    "crm.lead",
    "property.interaction",
    "property.family.member",
    "property.unit",
    "property.deposit",
    "property.receipt",
    "property.contract",
    "property.installment",
    "res.partner",
)


def check_sample(env):
    """:raise AssertionError: with the stored fields that Odoo computes otherwise"""
    problems = []
    for model in filter(env.registry.get, MODELS):
        # Closed entries are kept by triggers, recomputed or not.
        env.cr.execute("SET LOCAL session_replication_role = replica")
        env.cr.execute(f'SELECT id FROM "{env[model]._table}" ORDER BY id')
        ids = [id_ for (id_,) in env.cr.fetchall()]
        records = env[model].browse(random.Random(0).sample(ids, min(SAMPLE, len(ids))))
        problems += _recompute(records)
        if hasattr(records, "_sync_register"):
            problems += _read_register(records)
        env.cr.rollback()
    if problems:
        raise AssertionError("\n".join(problems))


def _recompute(records):
    """What a user may enter himself is left out: it is as he entered it."""
    env = records.env
    names = [
        name
        for name, field in records._fields.items()
        if field.store
        and field.compute
        and field.column_type
        and field.readonly
        and name not in NOT_NOW
    ]
    before = _read(records, names)
    for name in names:
        env.add_to_compute(records._fields[name], records)
    env.flush_all()
    return _differences(records, before, "stored")


def _read_register(records):
    """Follow-ups, dates and last days, as the register and the ledger have them. What
    has lapsed of late is written down by nobody yet, and left so."""
    records = records.filtered(
        lambda lead: lead.is_sold or not lead._is_over(lead.project_id.local_day())
    )
    names = [
        *("owned_until", "last_contact_date", "last_visit_date", "next_date"),
        *("followup_count_since_visit", "followup_required", "followup_missing"),
    ]
    before = _read(records, names)
    records._sync_register()
    return _differences(records, before, "in the register")


def _read(records, names):
    records.env.flush_all()
    records.env.cr.execute(
        f'SELECT id, {", ".join(names)} FROM "{records._table}" WHERE id IN %s',
        [tuple(records.ids)],
    )
    return {row.pop("id"): row for row in records.env.cr.dictfetchall()}


def _differences(records, before, where):
    """One line for each column that differs."""
    after = _read(records, list(next(iter(before.values()))))
    columns = {}
    for record_id, row in before.items():
        for name, value in row.items():
            if value != after[record_id][name]:
                columns.setdefault(name, []).append(record_id)
    for name, ids in columns.items():
        yield (
            f"{records._name}.{name} of {len(ids)} of {len(records)}, e.g. {ids[0]}: "
            f"{before[ids[0]][name]!r} generated, {after[ids[0]][name]!r} {where}"
        )
