"""Accounts, milestones, fees, earnest money and reminders."""

from datetime import timedelta

from odoo import Command

from .clock import utc
from .plans import DEED_TAX, plan_for, product_of

# Fees of every plan, in percent of the price or yuan per ㎡, days after signing.
TAX, UPKEEP = "契税（代收）", "维修资金（代收）"
UPKEEP_PER_SQM, FEE_DAYS = 65, 60
REMINDERS = [
    ("到期前三天提醒", -3, "activity", False),
    ("逾期一天提醒", 1, "activity", False),
    ("逾期十天催款函", 10, "letter", "请于收函后三日内办理交款手续。"),
    (
        "逾期四十五天催款函",
        45,
        "letter",
        "逾期已久，请务必于三日内交清；如有困难，请来案场办理延期付款申请。",
    ),
]
BANKS = ("中国建设银行成都锦江支行", "成都农商银行双流支行")
WISHES = ("想要 30 栋中高楼层三居", "等二期开盘选房", "南向四居，孩子上学用")
RETURNED_BECAUSE = ("改购二手房", "家人意见不一，暂缓购房", "未选到合适楼层")


class Collections:
    def __init__(self, office):
        self.office, self.env, self.rng = office, office.env, office.rng
        self._accounts = {}
        for project, bank in zip(office.projects, BANKS, strict=True):
            self._open_accounts(project, bank)
            self._plan_milestones(project)
            self._add_fees(project)
            self._schedule(project)
        for days, count in ((20, 3), (40, 4), (70, 3)):
            for _number in range(count):
                when = office.start + timedelta(days=days + self.rng.randint(0, 6))
                office.at(utc(when, 10 + self.rng.randint(0, 6), 20), self.earnest)

        office.at(office.now - timedelta(minutes=5), self.tidy_up)

    def _open_accounts(self, project, bank):
        self._accounts[project] = self.env["property.bank.account"].create(
            [
                {
                    "name": name,
                    "bank": bank,
                    "number": f"6222 0000 {4100 + project.id} {number:04}",
                    "is_supervised": supervised,
                    "project_id": project.id,
                }
                for number, (name, supervised) in enumerate(
                    (("预售资金监管账户", True), ("代收费专户", False)), 1
                )
            ]
        )

    def account(self, installment):
        supervised, fees = self._accounts[installment.project_id]
        return fees if installment.kind == "fee" else supervised

    def _plan_milestones(self, project):
        """The first building is topped out amid the story, the others later."""
        today, start = self.office.today, self.office.start
        for number, building in enumerate(project.building_ids):
            topped = start + timedelta(days=50 + 60 * number)
            self.env["property.milestone"].create(
                [
                    {
                        "building_id": building.id,
                        "stage": stage,
                        "planned_date": day,
                        "reached_date": reached and day,
                        "note": reached and "监理单位验收报告",
                    }
                    for stage, day, reached in (
                        ("ground", start - timedelta(days=40), True),
                        ("topped", topped, False),
                        ("completed", today + timedelta(days=400), False),
                    )
                ]
            )
            if number == 0:
                self.office.at(utc(topped, 16, 30), self.reach, building)

    def reach(self, building):
        milestone = building.milestone_ids.filtered(lambda one: one.stage == "topped")
        self.office.by("control", milestone).write(
            {"reached_date": self.office.day, "note": "主体结构验收记录"}
        )
        for installment in milestone.installment_ids.sudo():
            self.office.deals.expect(installment)

    def _add_fees(self, project):
        for plan in project.plan_ids:
            if plan.payment_method == "instalment":
                last = plan.line_ids[-1]
                last.write({"days": 15, "milestone": "topped"})
            tax = DEED_TAX[product_of(plan)]
            plan.line_ids = [
                Command.create(
                    {"name": name, "kind": "fee", "sequence": 90, "days": FEE_DAYS}
                    | share
                )
                for name, share in (
                    (TAX, {"value": "percent", "percent": tax}),
                    (UPKEEP, {"value": "per_sqm", "amount": UPKEEP_PER_SQM}),
                )
            ]

    def _schedule(self, project):
        self.env["property.reminder"].create(
            [
                {
                    "name": name,
                    "project_id": project.id,
                    "days": days,
                    "channel": channel,
                    "message": message,
                }
                for name, days, channel, message in REMINDERS
            ]
        )

    def plan_day(self, day):
        self.office.at(utc(day, 9, 15), self.env["property.reminder"]._cron_remind)

    # === Earnest money ===

    def earnest(self):
        """A client who has no unit yet leaves money; he takes one, or takes it back."""
        office = self.office
        open_ones = [one for one in office.reception.clients if one.is_open]
        if not open_ones:
            return
        client = self.rng.choice(open_ones)
        earnest = office.by("clerk", self.env["property.earnest"]).create(
            {
                "lead_id": client.lead.id,
                "amount": self.rng.choice((5_000, 10_000, 20_000)),
                "date": office.day,
                "note": self.rng.choice(WISHES),
            }
        )
        earnest.action_register_payment(self.rng.choice(("transfer", "card")))
        office.at(office.soon(30, 200), self.confirm, earnest)
        if office.chance(0.3):
            office.at(office.in_days(8, 20), self.give_back, earnest)

    def confirm(self, earnest):
        self.office.by("finance", earnest).action_confirm()

    def give_back(self, earnest):
        if earnest.state == "confirmed":
            reason = self.rng.choice(RETURNED_BECAUSE)
            for role in ("clerk", "finance"):  # one asks, the other pays
                self.office.by(role, earnest).action_return(reason=reason)

    def convert(self, deposit):
        """His earnest money goes to the slip of who left some."""
        earnest = self.env["property.earnest"].search(
            [("lead_id", "=", deposit.lead_id.id), ("state", "=", "confirmed")], limit=1
        )
        if earnest:
            self.office.by("clerk", earnest).action_convert(deposit)
        return earnest

    # === At the end ===

    def tidy_up(self):
        """A payment too much and its refund, one counted elsewhere, another plan."""
        contracts = self.env["property.contract"].search(
            [("state", "in", ("signed", "filed"))], order="id"
        )
        self._overpaid(contracts)
        self._other_plan(contracts)
        self._meant_for_another()

    def _meant_for_another(self):
        """Money of who had paid down and meant another instalment than the next."""
        for receipt in self.env["property.receipt"].search(
            [
                ("state", "=", "confirmed"),
                ("nature", "=", "price"),
                ("kind", "=", "receipt"),
                ("contract_id.state", "in", ("signed", "filed")),
            ],
            order="id DESC",
        ):
            paid = receipt.line_ids.installment_id
            targets = receipt.contract_id.installment_ids.filtered(
                lambda one, paid=paid: (
                    one.kind == "installment" and one.residual > 0 and one not in paid
                )
            )
            if targets and {*paid.mapped("kind")} == {"installment"}:
                target = targets[-1]
                self.office.by("finance", receipt)._reallocate(
                    {target: min(receipt.amount, target.residual)},
                    f"转账附言为{target.name}，按客户的付款用途更正",
                )
                return

    def _overpaid(self, contracts):
        office = self.office
        paid = contracts.filtered(lambda one: one.residual == 0)[:1]
        if not paid:
            return
        receipts = office.by("clerk", self.env["property.receipt"])
        vals = {"contract_id": paid.id, "amount": 3_000, "date": office.day}
        for extra in ({"note": "尾款多汇"}, {"kind": "refund", "note": "退还多汇款"}):
            receipt = receipts.create(vals | extra)
            office.by("finance", receipt).action_confirm()

    def _other_plan(self, contracts):
        lump = contracts.filtered(
            lambda one: one.payment_method == "lump_sum" and one.residual > 0
        )[-1:]
        if lump:
            plan = plan_for(lump.unit_id, "mortgage")
            manager = lump.project_id.manager_id
            self.office.as_(manager, lump).action_change_plan(
                plan, "资金周转困难，改办商业按揭", self.office.day
            )
