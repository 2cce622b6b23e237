"""Papers, loans on their way through the bank, payments put off."""

from datetime import timedelta

from .clock import utc
from .plans import SHOP, product

BANKS = {
    "mortgage": (
        "中国工商银行成都高新支行",
        "中国建设银行成都锦江支行",
        "招商银行成都天府支行",
    ),
    "provident": ("成都住房公积金管理中心",),
}
RATES = {"mortgage": 3.1, "provident": 2.6}
REFUSED_BECAUSE = ("征信有两次逾期记录", "收入不足月供两倍", "银行流水不达标")
# How fast a case goes: share of the days allowed that a stage takes.
PACES = {0.5: 35, 0.9: 40, 1.6: 25}
PUT_OFF_BECAUSE = (
    "老房出售款未到账，预计下月到账",
    "公司回款延迟，待项目款结清后支付",
    "定期理财未到期，到期即付",
    "外地工作，月底返蓉办理",
)


class Loans:
    def __init__(self, office):
        self.office, self.env, self.rng = office, office.env, office.rng
        self.promises = 0
        self._banks = {
            kind: self.env["res.bank"].create([{"name": name} for name in names])
            for kind, names in BANKS.items()
        }

    # === Papers ===

    def collect(self, contract, purpose, share):
        """Most of the papers are brought; the rest is missing."""
        for paper in contract.document_ids:
            if (
                paper.purpose == purpose
                and paper.state == "missing"
                and self.office.chance(share)
            ):
                paper.action_receive()

    # === Loans ===

    def begin(self, contract):
        """The clerk takes each of the contract's loans to a bank."""
        for case in contract.mortgage_ids:
            self._apply(self.office.by("clerk", case))

    def _apply(self, case):
        office, rng = self.office, self.rng
        kind = case.kind
        case.write(
            {
                "bank_id": rng.choice(self._banks[kind]).id,
                "rate": RATES[kind],
                "years": min(rng.choice((20, 25, 30)), self._most_years(case)),
            }
        )
        office.at(office.in_days(1, 4), self.collect, case.contract_id, kind, 0.75)
        self._wait(case, office.pick(PACES))

    @staticmethod
    def _most_years(case):
        return 10 if product(case.contract_id.unit_id) == SHOP else 30

    def _wait(self, case, pace):
        days = max(1, round(case.stage_id.days * pace))
        day = self.office.day + timedelta(days=days)
        self.office.at(self.office.open_hour(day), self.advance, case, pace)

    def advance(self, case, pace):
        """On to the next stage, or no for an answer at the bank's approval."""
        office = self.office
        if case.state != "open":  # another plan since, or the contract is off
            return
        approval = "crm_property_sales.property_mortgage_stage_approval"
        if case.stage_id == self.env.ref(approval) and office.chance(0.12):
            case.action_refuse(self.rng.choice(REFUSED_BECAUSE), "other_bank")
            if office.chance(0.6):
                office.at(office.in_days(1, 3), self.try_again, case)
            return
        if case.stage_id.needs_documents and case.missing_documents:
            if office.chance(0.35):  # the client takes his time
                return self._wait(case, 0.4)
            self.collect(case.contract_id, case.kind, 1)
        if case.is_before_final:
            case.action_pay_out()
            receipt = case.receipt_id.sudo()
            office.at(office.soon(20, 200), office.deals.confirm_receipt, receipt)
        else:
            case.action_next_stage()
            self._wait(case, pace)

    def try_again(self, case):
        if case.contract_id.state not in ("signed", "filed"):
            return
        case.action_resubmit()
        again = case.contract_id.mortgage_ids.filtered(
            lambda one: one.previous_id == case
        )
        self._apply(again)

    # === Payments put off ===

    def plan_day(self, day):
        self.office.at(utc(day, 0, 20), self.judge)
        if self.office.chance(0.3):
            self.office.at(self.office.open_hour(day), self.ask)

    def judge(self):
        self.env["property.deferral"]._cron_judge()

    def ask(self):
        """A rep asks for a client who has not paid in time."""
        office = self.office
        late = self.env["property.installment"].search(
            [
                ("state", "=", "overdue"),
                ("kind", "not in", ("mortgage", "provident")),
                ("contract_id.state", "in", ("signed", "filed")),
                ("deferral_ids", "=", False),
            ],
            order="id",
            limit=6,
        )
        if not late:
            return
        # Every third promise is of who owes longest, and for the day after tomorrow.
        empty = self.promises % 3 == 0
        self.promises += 1
        installment = self.rng.choice(late)
        days = self.rng.randint(6, 25)
        if empty:
            installment, days = late.sorted("due_date")[0], 2
        deferral = office.as_(
            installment.user_id, self.env["property.deferral"]
        ).create(
            {
                "installment_id": installment.id,
                "promise_date": office.day + timedelta(days=days),
                "reason": self.rng.choice(PUT_OFF_BECAUSE),
            }
        )
        deferral.action_request()
        office.at(office.soon(60, 500), self.decide, deferral, empty)

    def decide(self, deferral, empty):
        manager = deferral.sudo().project_id.manager_id
        deferral = self.office.as_(manager, deferral)
        if not empty and self.office.chance(0.15):
            deferral.action_refuse_request("已多次逾期，请按合同约定付款")
            return
        deferral.validate_tier()
        if not empty and self.office.chance(0.6):  # a man of his word
            left = (deferral.promise_date - self.office.day).days
            self.office.at(
                self.office.in_days(1, max(1, left - 1)),
                *(self.office.deals.receive, deferral.sudo().installment_id, 1),
            )

    def finish(self):
        self.env["property.mortgage"]._cron_remind()
