"""What the web client asks the server for when it opens a screen."""

from lxml import etree

MODULE = "crm_property_sales"
LIMIT, COUNT_LIMIT = 80, 10_001


def read_specification(env, model, view, kind):
    """The fields of view `view` (an XML id, or None for the default one), as the client
    reads them."""
    view_id = env.ref(view).id if view else False
    views = env[model].get_views([(view_id, kind)])
    models = views["models"]
    arch = etree.fromstring(views["views"][kind]["arch"])
    return _specification(arch, model, models)


def _specification(arch, model, models):
    fields = models[model]["fields"]
    specification = {}
    for node in _own_fields(arch):
        name = node.get("name")
        field = fields[name]
        wanted = specification.setdefault(name, {})
        if "True" in (node.get("column_invisible"), node.get("invisible")):
            continue
        if field["type"] == "many2one":
            wanted["fields"] = {"display_name": {}}
        elif field["type"] in ("one2many", "many2many"):
            inside = [one for one in node if one.tag in ("list", "kanban", "form")]
            wanted["limit"] = 40
            wanted["fields"] = {"display_name": {}}
            for sub in inside[:1]:
                wanted["fields"] = _specification(sub, field["relation"], models)
    return specification


def _own_fields(arch):
    """Field nodes of the view itself, not those of the lists inside its fields."""
    for node in arch:
        if node.tag == "field":
            yield node
        else:
            yield from _own_fields(node)


def open_list(env, model, specification, domain, limit=LIMIT):
    answer = env[model].web_search_read(
        domain, specification, limit=limit, count_limit=COUNT_LIMIT
    )
    return [record["id"] for record in answer["records"]], answer["length"]


def open_kanban(env, model, specification, domain, group_by, bar):
    """Columns with their first cards, then the bars above them."""
    answer = env[model].web_read_group(
        domain,
        [group_by],
        ["__count"],
        auto_unfold=True,
        unfold_read_specification=specification,
        unfold_read_default_limit=LIMIT,
    )
    env[model].read_progress_bar(domain, group_by, bar)
    return {
        group[group_by][0]: (
            group["__count"],
            [record["id"] for record in group.get("__records", ())],
        )
        for group in answer["groups"]
        if group[group_by] and group["__count"]
    }


def open_form(env, model, specification, record_id):
    (record,) = env[model].browse(record_id).web_read(specification)
    return record["id"]
