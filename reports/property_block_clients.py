from collections import Counter, defaultdict

from odoo import models
from odoo.fields import Domain

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

    def _records(self, scope, metric):
        """The records behind a metric. Sums are shown to who sees the fact; opening
        them asks the rules of the records."""
        facts = self._facts_of(scope, (metric,), ("res_id",))
        models_ = {"registrations": "crm.lead", "deposits": "property.deposit"}
        return self.env[models_[metric]].sudo().browse(facts.mapped("res_id"))

    # === Sections ===

    def _clients(self, scope):
        leads = self._records(scope, "registrations")
        leads.fetch(("grade", "purpose", "horizon", "budget_max", "unit_type_ids"))
        bands = scope.project.price_band_ids
        return self._breakdown(
            self.env._("Registered Clients"),
            leads,
            [
                (self.env._("Grade"), self._choice(leads, "grade")),
                (self.env._("Purpose"), self._choice(leads, "purpose")),
                (self.env._("Horizon"), self._choice(leads, "horizon")),
                (
                    self.env._("Budget"),
                    lambda lead: [
                        next(
                            (one.name for one in bands if one.covers(lead.budget_max)),
                            None,
                        )
                        if lead.budget_max
                        else None
                    ],
                ),
                (
                    self.env._("Wanted Type"),
                    lambda lead: lead.unit_type_ids.mapped("name"),
                ),
            ],
            chart=0,
        )

    def _buyers(self, scope):
        deposits = self._records(scope, "deposits")
        partners = deposits.partner_id
        concerns = self._named_concerns(deposits.lead_id)
        methods = self.env["property.payment.plan"]._fields["payment_method"]
        methods = dict(methods._description_selection(self.env))
        income = self._choice(partners, "income_band")
        education = self._choice(partners, "education")
        purpose = self._choice(deposits.lead_id, "purpose")

        def of_partner(name):
            return lambda deposit: [deposit.partner_id[name]]

        return self._breakdown(
            self.env._("Buyers"),
            deposits,
            [
                (self.env._("Occupation"), of_partner("occupation")),
                (self.env._("Age"), lambda deposit: [self._age(deposit)]),
                (self.env._("Income"), lambda one: income(one.partner_id)),
                (self.env._("Education"), lambda one: education(one.partner_id)),
                (self.env._("Lives In"), of_partner("district")),
                (self.env._("Works In"), of_partner("work_district")),
                (self.env._("Channel"), lambda one: [one.lead_id.source_id.name]),
                (self.env._("Purpose"), lambda one: purpose(one.lead_id)),
                (
                    self.env._("Way of Payment"),
                    lambda one: [
                        methods.get(
                            one.contract_id.payment_method or one.plan_id.payment_method
                        )
                    ],
                ),
                (self.env._("Concerns"), lambda one: concerns[one.lead_id.id]),
            ],
            chart=6,
        )

    # === What a record falls under ===

    def _choice(self, records, name):
        """A record → the label of its selection field."""
        labels = dict(records._fields[name]._description_selection(self.env))
        return lambda record: [labels.get(record[name])]

    def _age(self, deposit):
        born, day = deposit.partner_id.birth_date, deposit.confirm_date.date()
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
            & Domain("lead_id", "in", leads.ids)
            & Domain("concern_ids", "!=", False),
            ["lead_id", "concern_ids"],
        ):
            named[lead.id].append(concern.name)
        return named

    # === Layout ===

    def _breakdown(self, title, records, dimensions, chart):
        """How many of `records` fall under each value of each dimension.

        :param dimensions: list of (label, record → list of values)
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
        for place, (label, values_of) in enumerate(dimensions):
            groups = defaultdict(list)
            for record in records:
                for value in values_of(record) or [None]:
                    groups[value or self.env._("Not Known")].append(record.id)
            counts = Counter({value: len(ids) for value, ids in groups.items()})
            for value, count in counts.most_common():
                section.add(
                    label,
                    value,
                    Figure(count, records._name, tuple(groups[value])),
                    percent(count, len(records)),
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
            Figure.of(len(records), records),
            percent(len(records), len(records)),
            level="total",
        )
        return section
