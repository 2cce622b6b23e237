from collections import Counter, defaultdict

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.metric import percent
from .form_table import Chart, Column, Figure, Section

AGES = (25, 35, 45, 55)  # a band begins at each of them


class PropertyBlockClients(models.AbstractModel):
    """Who registered and who bought: sections 4 and 5 of the monthly report.

    Counted off the records behind the metric, so that each block adds up to it; but for
    wishes and concerns, of which a client may name several.
    """

    _name = "property.block.clients"
    _inherit = ["property.block"]
    _description = "Block of Clients"

    def _records(self, scope, metric, model, columns):
        """What is told of the records behind a metric, by columns. Sums are shown to
        who sees the fact; opening them asks the rules of the records."""
        ids = self._ids_of(scope, metric)
        return [*self.sudo()._rows_of(model, [("id", "in", ids)], columns, "id")]

    # === Sections ===

    def _clients(self, scope):
        choices = ("grade", "purpose", "horizon")
        leads = self._records(
            *(scope, "registrations", "crm.lead"),
            {name: name for name in (*choices, "budget_max", "unit_type_ids")},
        )
        bands = scope.project.price_band_ids
        grade, purpose, horizon = (self._choice("crm.lead", one) for one in choices)

        def budget(lead):
            asked = lead["budget_max"]
            return asked and [one.name for one in bands if one.covers(asked)][:1]

        return self._breakdown(
            self.env._("Registered Clients"),
            "crm.lead",
            leads,
            [
                (self.env._("Grade"), grade),
                (self.env._("Purpose"), purpose),
                (self.env._("Horizon"), horizon),
                (self.env._("Budget"), budget),
                (self.env._("Wanted Type"), lambda lead: lead["unit_type_ids"]),
            ],
            chart=0,
        )

    def _buyers(self, scope):
        deposits = self._records(
            *(scope, "deposits", "property.deposit"),
            {
                **{
                    name: f"partner_id.{name}"
                    for name in (
                        *("occupation", "income_band", "education", "birth_date"),
                        *("district", "work_district"),
                    )
                },
                "lead": "lead_id",
                "date": "confirm_date",
                "source": "lead_id.source_id.name",
                "purpose": "lead_id.purpose",
                "planned": "plan_id.payment_method",
                "contracted": SQL(
                    "(SELECT payment_method FROM property_contract contract "
                    "WHERE contract.deposit_id = property_deposit.id "
                    "AND contract.state != 'cancelled' LIMIT 1)"
                ),
            },
        )
        concerns = self._named_concerns([one["lead"] for one in deposits])
        method = self._choice("property.payment.plan", "payment_method")

        def one(name):
            return lambda deposit: [deposit[name]]

        def age(deposit):
            day = scope.project.local_day(deposit["date"])
            return [self._age(deposit["birth_date"], day)]

        return self._breakdown(
            self.env._("Buyers"),
            "property.deposit",
            deposits,
            [
                (self.env._("Occupation"), one("occupation")),
                (self.env._("Age"), age),
                (self.env._("Income"), self._choice("res.partner", "income_band")),
                (self.env._("Education"), self._choice("res.partner", "education")),
                (self.env._("Lives In"), one("district")),
                (self.env._("Works In"), one("work_district")),
                (self.env._("Channel"), one("source")),
                (self.env._("Purpose"), self._choice("crm.lead", "purpose")),
                (
                    self.env._("Way of Payment"),
                    lambda deposit: method(
                        {"payment_method": deposit["contracted"] or deposit["planned"]}
                    ),
                ),
                (self.env._("Concerns"), lambda deposit: concerns[deposit["lead"]]),
            ],
            chart=6,
        )

    # === What a record falls under ===

    def _choice(self, model, name):
        """A row → the label of its selection field."""
        labels = dict(self.env[model]._fields[name]._description_selection(self.env))
        return lambda row: [labels.get(row[name])]

    def _age(self, born, day):
        """The band of a buyer's age on the day of the sale."""
        if not born:
            return None
        age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        start = max((first for first in AGES if first <= age), default=0)
        if start == AGES[-1]:
            return self.env._("%s and over", start)
        if not start:
            return self.env._("Below %s", AGES[0])
        return f"{start}–{AGES[AGES.index(start) + 1] - 1}"

    def _named_concerns(self, leads):
        """{client id: what he asked about, in calls and visits}"""
        entries = self.env["property.interaction"].sudo()
        named = defaultdict(list)
        for lead, concern in entries._read_group(
            entries._effective_domain()
            & Domain("lead_id", "in", leads)
            & Domain("concern_ids", "!=", False),
            ["lead_id", "concern_ids"],
        ):
            named[lead.id].append(concern.name)
        return named

    # === Layout ===

    def _breakdown(self, title, model, rows, dimensions, chart):
        """How many of some records fall under each value of each dimension.

        :param rows: what was read of the records of `model`
        :param dimensions: list of (label, row → list of values)
        :param chart: the place of the dimension that is drawn
        """
        section = Section(
            title,
            [
                Column("dimension", self.env._("Split By"), width=12),
                Column("value", "", width=20),
                Column("number", self.env._("Count"), "integer", 8),
                Column("share", self.env._("Part of All"), "percent", 8),
            ],
            note=self.env._("Wishes and concerns: one client may name several."),
        )
        unknown = self.env._("Not Known")
        for place, (label, values_of) in enumerate(dimensions):
            groups = defaultdict(list)
            for row in rows:
                for value in values_of(row) or [None]:
                    groups[value or unknown].append(row["id"])
            counts = Counter({value: len(ids) for value, ids in groups.items()})
            for value, count in counts.most_common():
                section.add(
                    label,
                    value,
                    Figure(count, model, tuple(groups[value])),
                    percent(count, len(rows)),
                )
                label = ""
            if place == chart and counts:
                values, numbers = zip(*counts.most_common(), strict=True)
                section.charts.append(
                    Chart(
                        f"{title} · {dimensions[place][0]}",
                        "pie",
                        list(values),
                        [(title, list(numbers))],
                    )
                )
        section.add(
            self.env._("Total"),
            "",
            Figure(len(rows), model, tuple(row["id"] for row in rows)),
            percent(len(rows), len(rows)),
            level="total",
        )
        return section
