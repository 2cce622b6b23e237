"""Special discounts, slips that run longer, days that run out (E1, E2, E4)."""

from datetime import timedelta

REASONS = {
    "owner": "老业主介绍亲友购房，申请老带新优惠",
    "staff": "集团员工直系亲属购房",
    "group": "同单位三户团购，一并签约",
    "payment": "客户一次性付清全款",
    "competition": "客户对比竞品“云栖府”，对方给予97折",
    "partner": "合作单位推荐客户",
}
REFUSED_FOR = "该房源去化良好，不予特批"
EXTENDED_FOR = (
    "客户在外地，明日返回交款",
    "银行转账限额，次日补齐",
    "家人共同到场确认",
)
LIFTED_FOR = "客户已备齐定金，现场交款"
BUDGETS = {"supervisor": 60_000, "manager": 150_000}
EXTRA = {0.004: 3, 0.008: 4, 0.015: 3, 0.025: 2, 0.035: 1}


class Discounts:
    def __init__(self, office):
        self.office, self.env, self.rng = office, office.env, office.rng
        month = office.today.replace(day=1)
        self.env["property.discount.budget"].create(
            [
                {
                    "project_id": project.id,
                    "level_id": self._level(name).id,
                    "date_start": month,
                    "date_end": (month + timedelta(days=31)).replace(day=1)
                    - timedelta(days=1),
                    "amount": amount,
                }
                for project in office.projects
                for name, amount in BUDGETS.items()
            ]
        )

    def _level(self, name):
        return self.env.ref(f"crm_property_sales.tier_discount_{name}")

    def request(self, client, unit):
        """The rep asks for a special discount."""
        kind = self.rng.choice(list(REASONS))
        rate = self.office.pick(EXTRA)
        discount = self.office.as_(client.rep, self.env["property.discount"]).create(
            {
                "unit_id": unit.id,
                "lead_id": client.lead.id,
                "kind": kind,
                "reason": REASONS[kind],
                "extra_amount": round(unit.list_price * rate, -2),
            }
        )
        discount.action_request()
        return discount

    def decide(self, discount, levels=9, refused=False):
        """The levels approve one after the other; the last one may refuse."""
        while discount.state == "draft" and levels:
            review = (
                discount.sudo()
                .review_ids.sorted("sequence")
                .filtered(lambda one: one.status == "pending")[:1]
            )
            users = review.reviewer_ids.sorted("id") - self.env.ref("base.user_admin")
            nearest = discount.user_id.crm_team_ids.user_id
            nearest = users & nearest or users & discount.project_id.manager_id
            reviewer = (nearest or users)[:1]
            levels -= 1
            if refused and not levels:
                self.office.as_(reviewer, discount).action_refuse_request(REFUSED_FOR)
            else:
                self.office.as_(reviewer, discount).validate_tier()

    def for_slip(self, client, unit):
        """One buyer in twelve has one."""
        if not self.office.chance(1 / 12):
            return self.env["property.discount"]
        discount = self.request(client, unit)
        self.decide(discount)
        return discount

    def plan_day(self, day):
        if self.office.chance(0.15):
            self.office.at(self.office.open_hour(day), self.ask_in_vain)

    def ask_in_vain(self):
        """Asked for and refused, or approved and never used."""
        if found := self._prospect():
            discount = self.request(*found)
            refused = self.office.chance(0.5)
            self.decide(discount, levels=1 if refused else 9, refused=refused)

    def _prospect(self):
        office = self.office
        clients = [one for one in office.reception.clients[-80:] if one.is_open]
        if not clients:
            return None
        client = self.rng.choice(clients)
        units = self.env["property.unit"].search(
            [
                ("project_id", "=", client.project.id),
                ("state", "=", "available"),
                ("unit_type_id", "=", client.unit_type.id),
            ],
            limit=20,
        )
        taken = self.env["property.discount"].search([("lead_id", "=", client.lead.id)])
        if not units or taken:
            return None
        return client, self.rng.choice(units)

    def extend(self, deposit, client):
        """The supervisor lets the slip run longer."""
        if deposit.state == "slip":
            supervisor = client.rep.crm_team_ids.user_id[:1]
            self.office.as_(supervisor, deposit).action_extend(
                self.rng.choice((6, 12, 24)), self.rng.choice(EXTENDED_FOR)
            )

    def finish(self):
        """What is open this evening; the jobs of the last days run once."""
        for levels in (0, 0, 1, 9, 9):
            if found := self._prospect():
                self.decide(self.request(*found), levels=levels)
        discounts, deposits = (
            self.env["property.discount"],
            self.env["property.deposit"],
        )
        for project in self.office.projects:
            discounts._lapse_of(project)
            deposits._watch_deadlines(project)
