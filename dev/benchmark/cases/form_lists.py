"""List forms: each against SQL that reads the same lines, with names and sums."""

from collections import defaultdict
from datetime import timedelta

from ..case import Goal
from .forms import Form

REP = """JOIN res_users login ON login.id = fact.user_id
    JOIN res_partner host ON host.id = login.partner_id"""
ENTRY = f"""FROM property_interaction fact {REP}
    LEFT JOIN utm_source source ON source.id = fact.source_id
    LEFT JOIN crm_lead lead ON lead.id = fact.lead_id
    LEFT JOIN res_partner person ON person.id = lead.partner_id
    LEFT JOIN property_day day ON day.id = fact.day_id
    WHERE fact.project_id = %(project)s
      AND fact.date >= %(start)s AND fact.date < %(end)s"""
EFFECTIVE = (
    "NOT EXISTS (SELECT FROM property_interaction c WHERE c.corrects_id = fact.id)"
)


TYPES, CONCERNS, HELPERS = (
    f"""ARRAY(SELECT {name} FROM {relation} link
        JOIN {table} other ON other.id = link.{table}_id {more}
        WHERE link.property_interaction_id = fact.id ORDER BY {order})"""
    for table, relation, name, more, order in (
        (
            *("property_unit_type", "property_interaction_property_unit_type_rel"),
            *("other.name", "", "other.rooms, other.area_gross, other.name"),
        ),
        (
            *("property_concern", "property_concern_property_interaction_rel"),
            *("COALESCE(other.name->>'zh_CN', other.name->>'en_US')", ""),
            "other.sequence, 1",
        ),
        (
            *("res_users", "property_interaction_res_users_rel", "helper.name"),
            "JOIN res_partner helper ON helper.id = other.partner_id",
            "helper.name",
        ),
    )
)


def local_day(moment):
    return (moment + timedelta(hours=8)).date().isoformat()


class List(Form):
    # What a list costs over its SQL is its cells, each a value that opens its record.
    # The goal is that of Odoo's own lists, not the 1.5 of forms that count.
    goal = Goal(sql=(3.2, 3.0), ms=2_000)
    agree = ("sql",)
    sections = slice(None)  # those that list the lines
    since = None  # a list of what happened: from the month's first day
    adds = ()  # the columns whose sums are compared
    statement = ""  # whose last columns are those, in this order
    cells = None  # where every cell is compared: a row of the statement → its cells

    def labels(self, env, model, *names):
        """{field: {value: label}}"""
        fields = env[model]._fields
        return {name: dict(fields[name]._description_selection(env)) for name in names}

    def options(self):
        options = super().options()
        if self.since:
            options["date_from"] = self.day.replace(day=1).isoformat()
        return options

    def ours(self, env):
        lines, sums = 0, dict.fromkeys(self.adds, 0)
        sections = env[self.form].compile(self.options())["sections"]
        if self.cells:
            return [
                row["values"]
                for section in sections[self.sections]
                for row in section["rows"]
                if row["level"] == "line"
            ]
        for section in sections[self.sections]:
            keys = [column["key"] for column in section["columns"]]
            if not {*self.adds} <= {*keys}:
                continue
            for row in section["rows"]:
                if row["level"] == "line":
                    lines += 1
                    for key in self.adds:
                        sums[key] += row["values"][keys.index(key)] or 0
        return [lines, *(round(one, 2) for one in sums.values())]

    def ask(self, cr):
        first = self.day.replace(day=1) if self.since else self.day
        cr.execute(
            self.statement,
            {
                "project": self.picks.project,
                "day": self.day,
                "first": first,
                "start": self.project.utc_moment(first),
                "end": self.end,
                "rep": self.picks.rep,
            },
        )
        return cr.fetchall()

    def sql(self, cr):
        rows = self.ask(cr)
        if self.cells:
            return [self.cells(*row) for row in rows]
        places = range(-len(self.adds), 0)
        return [
            len(rows),
            *(
                round(float(sum(row[place] or 0 for row in rows)), 2)
                for place in places
            ),
        ]


class Visitors(List):
    """Calls and visits of yesterday, with sums by kind, channel and rep (G1)"""

    form = "property.form.visitors"
    statement = f"""
        SELECT fact.id, fact.date, kind, fact.partner_name, fact.phone, source.name,
               {TYPES}, fact.area_wanted, fact.budget, fact.purpose, fact.district,
               {CONCERNS}, host.name, {HELPERS}, grade, is_valid, note
          FROM property_interaction fact {REP}
          LEFT JOIN utm_source source ON source.id = fact.source_id
         WHERE fact.project_id = %(project)s
           AND fact.date >= %(start)s AND fact.date < %(end)s
           AND (kind LIKE 'visit%%' OR kind = 'call_in') AND {EFFECTIVE}
         ORDER BY fact.date, fact.id"""

    def prepare(self, env):
        super().prepare(env)
        names = ("kind", "purpose", "grade")
        self.label = self.labels(env, "property.interaction", *names)

    def ours(self, env):
        register, *sums = env[self.form].compile(self.options())["sections"]
        lines = [row["values"] for row in register["rows"]]
        for line in lines:
            del line[15]  # words for whether it is effective
        return [
            lines,
            *(sorted(row["values"][1:] for row in section["rows"]) for section in sums),
        ]

    def sql(self, cr):
        rows, lines = self.ask(cr), []
        sums = [defaultdict(lambda: [0, 0, 0, 0]) for _split in range(3)]
        for number, row in enumerate(rows, 1):
            _id, date, kind, name, phone, source, types, area, budget, *rest = row
            purpose, district, concerns, host, helpers, grade, is_valid, note = rest
            lines.append(
                [
                    *(number, f"{date + timedelta(hours=8):%H:%M}"),
                    *(self.label["kind"][kind], name or None, phone or None, source),
                    *("、".join(types) or None, area or None, budget or None),
                    *(self.label["purpose"].get(purpose), district or None),
                    *("、".join(concerns) or None, host, "、".join(helpers) or None),
                    *(self.label["grade"].get(grade), note or None),
                ]
            )
            place = (0 if kind == "call_in" else 1) if is_valid else 2
            for split, key in zip(sums, (kind, source, host), strict=True):
                for counts in (split[key,], split[""]):
                    counts[place] += 1
                    counts[3] += 1
        return [lines, *(sorted(split.values()) for split in sums)]


class Prospects(List):
    """The prospects of the median rep at the close of yesterday (G7)"""

    form = "property.form.prospects"
    login = "rep100"
    sections = slice(1)
    statement = """
        SELECT lead.registration_number, lead.registered_date, lead.contact_name,
               lead.phone, grade,
               ARRAY(SELECT name FROM crm_lead_property_unit_rel link
                       JOIN property_unit unit ON unit.id = link.property_unit_id
                      WHERE link.crm_lead_id = lead.id ORDER BY unit.id)
               || ARRAY(SELECT name FROM crm_lead_property_unit_type_rel link
                       JOIN property_unit_type type
                         ON type.id = link.property_unit_type_id
                      WHERE link.crm_lead_id = lead.id ORDER BY type.id),
               COALESCE(NULLIF(budget_max, 0), budget_min), purpose, source.name,
               seen.visits, seen.followed, seen.followups, owned.until,
               (SELECT next_date FROM property_interaction
                 WHERE lead_id = lead.id AND date < %(end)s
                 ORDER BY date DESC, id DESC LIMIT 1)
          FROM crm_lead lead
          LEFT JOIN utm_source source ON source.id = lead.source_id
          JOIN LATERAL (
               SELECT user_id, date AS since FROM property_ownership
                WHERE lead_id = lead.id AND date < %(end)s
                ORDER BY date DESC, id DESC LIMIT 1) owner ON owner.user_id = %(rep)s
          JOIN LATERAL (
               SELECT count(*) FILTER (WHERE kind LIKE 'visit%%') AS visits,
                      count(*) FILTER (WHERE kind LIKE 'followup%%') AS followups,
                      max(date) FILTER (WHERE kind LIKE 'followup%%') AS followed,
                      max(date) FILTER (WHERE user_id = owner.user_id) AS own
                 FROM property_interaction fact
                WHERE lead_id = lead.id AND date < %(end)s AND is_valid AND NOT EXISTS (
                      SELECT FROM property_interaction c WHERE c.corrects_id = fact.id)
                  AND (kind LIKE 'visit%%' OR kind LIKE 'followup%%')) seen ON TRUE
          LEFT JOIN LATERAL (
               SELECT slip_expires FROM property_deposit
                WHERE lead_id = lead.id AND state IN ('slip', 'paid')
                  AND date < %(end)s LIMIT 1) slip ON TRUE
          CROSS JOIN LATERAL (
               SELECT GREATEST(
                   (GREATEST(seen.own, owner.since) AT TIME ZONE 'UTC'
                    AT TIME ZONE 'Asia/Shanghai')::date + make_interval(months => (
                        SELECT ownership_months FROM property_policy
                         WHERE project_id = %(project)s)),
                   slip.slip_expires)::date AS until) owned
         WHERE lead.project_id = %(project)s AND lead.user_id = %(rep)s
           AND lead.registered_date < %(end)s
           AND lead.id NOT IN (
               SELECT lead_id FROM property_deposit
                WHERE confirm_date < %(end)s AND lead_id IS NOT NULL
                  AND (end_date IS NULL OR end_date >= %(end)s))
           AND owned.until >= %(day)s
         ORDER BY lead.registered_date, lead.id"""

    def prepare(self, env):
        super().prepare(env)
        self.label = self.labels(env, "crm.lead", "grade", "purpose")

    def cells(
        self,
        number,
        registered,
        name,
        phone,
        grade,
        wishes,
        budget,
        purpose,
        source,
        visits,
        followed,
        followups,
        until,
        next_date,
    ):
        return [
            *(number, local_day(registered), name, phone or None),
            *(self.label["grade"].get(grade), "、".join(wishes) or None),
            *(budget or None, self.label["purpose"].get(purpose), source, visits),
            *(followed and local_day(followed), followups, until.isoformat()),
            *(next_date and next_date.isoformat(), None),
        ]


class Payments(List):
    """Every instalment with its money, of all contracts (G14)"""

    form = "property.form.payments"
    sections = slice(1)
    statement = """
        SELECT client.name, unit.name, contract.price, claim.name, claim.due_date,
               claim.amount, COALESCE(paid, 0), money.days, money.numbers
          FROM property_installment claim
          JOIN property_contract contract ON contract.id = claim.contract_id
          JOIN property_unit unit ON unit.id = contract.unit_id
          JOIN property_deposit deposit ON deposit.id = contract.deposit_id
          JOIN res_partner client ON client.id = deposit.partner_id
          LEFT JOIN (
               SELECT line.installment_id, sum(line.amount) AS paid,
                      string_agg(receipt.name, E'\n'
                                 ORDER BY receipt.date, receipt.id) AS numbers,
                      string_agg(receipt.date::text, E'\n'
                                 ORDER BY receipt.date, receipt.id) AS days
                 FROM property_receipt_line line
                 JOIN property_receipt receipt ON receipt.id = line.receipt_id
                WHERE line.project_id = %(project)s AND receipt.state = 'confirmed'
                  AND receipt.confirm_date < %(end)s
                GROUP BY 1) money ON money.installment_id = claim.id
         WHERE claim.project_id = %(project)s AND contract.name IS NOT NULL
           AND contract.sign_date <= %(day)s
           AND (contract.cancel_date IS NULL OR contract.cancel_date > %(day)s)
           AND claim.kind != 'fee'
         ORDER BY array_position(ARRAY['lump_sum', 'instalment', 'mortgage',
                  'provident', 'combined'], contract.payment_method), unit.name,
                  contract.id, claim.sequence, claim.id"""

    def ours(self, env):
        sections = env[self.form].compile(self.options())["sections"]
        lines = [row["values"] for row in sections[0]["rows"] if row["level"] == "line"]
        ageing = [row["values"][1:3] for row in sections[2]["rows"]]
        return [lines, ageing, sections[3]["rows"][-1]["values"][1]]

    def sql(self, cr):
        lines = [self.cells(*row) for row in self.ask(cr)]
        bands = [[0, 0] for _band in range(6)]
        for line in lines:
            if line[7] > 0:
                late = line[8] or 0
                band = sum(late >= first for first in (1, 31, 61, 91))
                for of_band in (bands[band], bands[5]):
                    of_band[0] += 1
                    of_band[1] = round(of_band[1] + line[7], 2)
        cr.execute(
            """SELECT CASE WHEN receipt.nature IN ('earnest', 'compensation')
                           THEN receipt.nature ELSE contract.state END,
                      sum(receipt.signed_amount)
                 FROM property_receipt receipt
                 LEFT JOIN property_contract contract
                   ON contract.deposit_id = receipt.deposit_id
                  AND contract.state NOT IN ('draft', 'cancelled')
                WHERE receipt.project_id = %s AND receipt.state = 'confirmed'
                  AND receipt.method != 'carried' AND receipt.nature != 'fee'
                  AND receipt.confirm_date < %s GROUP BY 1""",
            [self.picks.project, self.end],
        )
        net = round(sum(amount for _place, amount in cr.fetchall()), 2)
        return [lines, bands, net]

    def cells(self, client, unit, price, name, due, amount, paid, days, numbers):
        unpaid, late = amount - paid, max((self.day - due).days, 0)
        return [
            *(client, unit, price, name, due.isoformat(), amount, paid, unpaid),
            *((unpaid > 0 and late) or None, days, numbers, None),
        ]


class Visits(List):
    """The register of the month's visits (G18)"""

    form = "property.form.visits"
    since = "month"
    adds = ("party", "budget")
    statement = f"""
        SELECT fact.date, kind, fact.partner_name, fact.phone, source.name,
               fact.area_wanted,
               fact.purpose, fact.district, host.name, is_valid, invalid_reason, note,
               {TYPES}, {CONCERNS},
               person.occupation, person.work_district, day.closed_by_id, chain_number,
               (SELECT c.chain_number FROM property_interaction c
                 WHERE c.corrects_id = fact.id),
               fact.party_size, fact.budget
          {ENTRY} AND kind LIKE 'visit%%' ORDER BY fact.date, fact.id"""


class Followups(List):
    """The follow-ups of the month (G20)"""

    form = "property.form.followups"
    since = "month"
    statement = f"""
        SELECT fact.date, kind, lead.contact_name, note, result, fact.next_date,
               host.name
          {ENTRY} AND kind LIKE 'followup%%' AND is_valid AND {EFFECTIVE}
         ORDER BY fact.date, fact.id"""


class Units(List):
    """Every unit with its state and list price at the close of yesterday (G19)"""

    form = "property.form.units"
    sections = slice(1)
    adds = ("area", "area_net", "price")
    statement = """
        SELECT unit.name, type.name, event.to_state, unit.building_id,
               hold.planned_release, unit.area_gross, unit.area_net,
               COALESCE(moved.old_list_price, list_price)
          FROM property_unit unit
          LEFT JOIN property_unit_type type ON type.id = unit.unit_type_id
          JOIN LATERAL (
               SELECT to_state FROM property_unit_event
                WHERE unit_id = unit.id AND date < %(end)s
                ORDER BY date DESC, id DESC LIMIT 1) event ON TRUE
          LEFT JOIN property_hold hold ON hold.unit_id = unit.id
               AND hold.date < %(end)s
               AND (hold.released_date IS NULL OR hold.released_date >= %(end)s)
          LEFT JOIN LATERAL (
               SELECT line.old_list_price
                 FROM property_price_line line
                 JOIN property_price_version version ON version.id = line.version_id
                WHERE line.unit_id = unit.id AND version.executed_date >= %(end)s
                ORDER BY version.executed_date LIMIT 1) moved ON TRUE
         WHERE unit.project_id = %(project)s
         ORDER BY unit.building_id, entrance, floor, room"""


class Owners(List):
    """Who bought in the month (G8)"""

    form = "property.form.owners"
    since = "month"
    adds = ("area", "deposit", "price")
    statement = f"""
        SELECT unit.name, type.name, person.name, person.id_number, person.phone,
               person.street, fact.confirm_date, contract.sign_date, contract.name,
               contract.payment_method, host.name, fact.area_gross, fact.amount,
               fact.price
          FROM property_deposit fact {REP}
          JOIN property_unit unit ON unit.id = fact.unit_id
          LEFT JOIN property_unit_type type ON type.id = unit.unit_type_id
          JOIN res_partner person ON person.id = fact.partner_id
          LEFT JOIN property_contract contract ON contract.deposit_id = fact.id
               AND contract.name IS NOT NULL AND contract.sign_date <= %(day)s
         WHERE fact.project_id = %(project)s AND fact.confirm_date >= %(start)s
           AND fact.confirm_date < %(end)s
           AND (fact.end_date IS NULL OR fact.end_date >= %(end)s)
         ORDER BY fact.confirm_date, fact.id"""


class Contracts(List):
    """What was signed in the month (G13)"""

    form = "property.form.contracts"
    since = "month"
    adds = ("area", "price")
    statement = f"""
        SELECT fact.name, fact.sign_date, person.name, unit.name, fact.payment_method,
               fact.filing_number, fact.filing_date, fact.special_clauses, host.name,
               fact.area_gross, fact.price
          FROM property_contract fact {REP}
          JOIN property_unit unit ON unit.id = fact.unit_id
          JOIN property_deposit deposit ON deposit.id = fact.deposit_id
          JOIN res_partner person ON person.id = deposit.partner_id
         WHERE fact.project_id = %(project)s AND fact.name IS NOT NULL
           AND fact.state != 'draft' AND fact.sign_date BETWEEN %(first)s AND %(day)s
         ORDER BY fact.sign_date, fact.id"""


class Unsigned(List):
    """Deposits that wait for their contracts (G12)"""

    form = "property.form.unsigned"
    adds = ("amount",)
    statement = """
        SELECT person.name, person.phone, unit.name, fact.confirm_date,
               fact.sign_deadline, owner.user_id, entry.next_date, entry.result,
               fact.amount
          FROM property_deposit fact
          JOIN property_unit unit ON unit.id = fact.unit_id
          JOIN res_partner person ON person.id = fact.partner_id
          LEFT JOIN LATERAL (
               SELECT user_id FROM property_ownership
                WHERE lead_id = fact.lead_id AND date <= %(end)s
                ORDER BY date DESC, id DESC LIMIT 1) owner ON TRUE
          LEFT JOIN LATERAL (
               SELECT next_date, result FROM property_interaction fact_
                WHERE lead_id = fact.lead_id AND date < %(end)s AND is_valid
                ORDER BY date DESC, id DESC LIMIT 1) entry ON TRUE
         WHERE fact.id IN (
               SELECT id FROM property_deposit
                WHERE project_id = %(project)s AND confirm_date < %(end)s
                  AND (end_date IS NULL OR end_date >= %(end)s)
               EXCEPT
               SELECT deposit_id FROM property_contract
                WHERE project_id = %(project)s AND name IS NOT NULL
                  AND sign_date <= %(day)s)
         ORDER BY fact.sign_deadline, unit.name"""


class Receipts(List):
    """The month's money, one by one (F2)"""

    form = "property.form.receipts"
    login = "finance"
    since = "month"
    adds = ("amount",)
    statement = f"""
        SELECT fact.name, fact.confirm_date, unit.name, person.name, fact.nature,
               fact.method, account.name, host.name, fact.confirm_user_id,
               ARRAY(SELECT claim.name FROM property_receipt_line line
                       JOIN property_installment claim ON claim.id = line.installment_id
                      WHERE line.receipt_id = fact.id),
               fact.signed_amount
          FROM property_receipt fact {REP}
          JOIN property_deposit deposit ON deposit.id = fact.deposit_id
          JOIN property_unit unit ON unit.id = deposit.unit_id
          JOIN res_partner person ON person.id = fact.partner_id
          LEFT JOIN property_bank_account account ON account.id = fact.account_id
         WHERE fact.project_id = %(project)s AND fact.state = 'confirmed'
           AND fact.confirm_date >= %(start)s AND fact.confirm_date < %(end)s
         ORDER BY fact.confirm_date, fact.id"""
