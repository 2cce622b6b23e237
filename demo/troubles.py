"""Problem clients: raised, worked on, solved in time or late, opened again (D6)."""

from datetime import timedelta
from random import Random

from .clock import utc

A_MONTH_OF = 6  # in each project
LEFT_LYING = {20: "open", 17: "working"}  # so many days ago, in each project
BUYERS = {
    "complaint": (
        (
            "置业顾问承诺赠送的车位未写入合同",
            "核对接待记录与合同，约客户面谈",
            "赠车位券一张，客户接受",
        ),
        (
            "多次致电无人回复按揭进度",
            "联系按揭专员，当日回电说明进度",
            "已指定专人每周回复，客户满意",
        ),
        (
            "样板间装修标准与宣传册不一致",
            "请工程部书面说明差异",
            "书面致歉并按宣传册标准交付",
        ),
        ("收据上客户姓名写错", "核对身份证并作废原收据", "已重开收据"),
    ),
    "problem": (
        (
            "首付款被银行冻结，担心逾期签约",
            "与财务确认到账方式，提供账户证明",
            "款项已到账",
        ),
        (
            "夫妻对户型意见不一，要求换房",
            "重新带看两套同价房源",
            "选定换房方案，转换房申请",
        ),
        ("公积金贷款额度不足", "测算组合贷款方案", "改为组合贷款"),
        ("客户情绪激动，要求见总经理", "销售经理当面接待", "已沟通解决，客户撤回投诉"),
    ),
    "repair": (
        ("样板展示房阳台门关不严", "通知施工单位到场检查", "更换门锁，现场验收"),
        ("看房通道照明不亮，客户险些摔倒", "物业当日检修线路", "照明恢复并加装警示"),
        ("选定房屋窗户玻璃有划痕", "拍照记录，报施工单位", "玻璃已更换"),
    ),
}
PROSPECTS = (
    ("等候接待超过半小时", "现场致歉并由主管接待", "客户重新约定来访"),
    ("反映两位置业顾问报价不一致", "核对价格表，统一解释口径", "提供书面置业计划"),
)
AGAIN = "客户再次来电，问题未彻底解决"


class Troubles:
    """Own dice, so that the rest of the story stays as it was."""

    def __init__(self, office):
        self.office, self.env, self.rng = office, office.env, Random(6)
        self.cases = self.env["property.case"]

    def plan_day(self, day):
        self.office.at(utc(day, 0, 20), self.cases.sudo()._cron_escalate)
        for project in self.office.projects:
            if self.rng.random() < A_MONTH_OF / 30:
                self.office.at(self._hour(day), self.raise_, project)
            ago = (self.office.today - day).days
            if until := LEFT_LYING.get(ago):
                self.office.at(utc(day, 10, ago), self.raise_, project, until)

    def finish(self):
        """Chance may have left nothing new or nothing solved."""
        project = self.office.projects[0]
        self.raise_(project, until="open")
        self.raise_(project, until="solved")

    def _hour(self, day):
        return utc(day, self.rng.randint(9, 17), self.rng.randrange(60))

    def _later(self, first, last):
        return self._hour(self.office.day + timedelta(self.rng.randint(first, last)))

    def raise_(self, project, until=None):
        client, kind, words = self._trouble(project)
        if not client:
            return
        office = self.office
        service = kind != "problem" and client.client_class == "buyer"
        raiser = office.users["service"] if service else client.user_id
        if project not in raiser.property_project_ids:
            raiser = client.user_id
        case = office.as_(raiser, self.cases).create(
            {
                "lead_id": client.id,
                "kind": kind,
                "problem": words[0],
                "superior_id": project.manager_id.id,
            }
        )
        if until == "solved":
            self._worker(case).action_solve(words[2])
        elif until == "working":
            self._worker(case).action_start()
        elif until is None:
            office.at(self._later(0, 1), self.start, case, words)

    def _trouble(self, project):
        """(client, kind, words): four of five are buyers."""
        domain = [("project_id", "=", project.id), ("user_id", "!=", False)]
        if self.rng.random() < 0.8:
            domain.append(("client_class", "=", "buyer"))
        clients = self.env["crm.lead"].search(domain, order="id DESC", limit=80)
        if not clients:
            return clients, None, None
        client = self.rng.choice(clients)
        if client.client_class != "buyer":
            return client, "complaint", self.rng.choice(PROSPECTS)
        kind = self.rng.choices(list(BUYERS), (4, 4, 2))[0]
        return client, kind, self.rng.choice(BUYERS[kind])

    def _worker(self, case):
        """Who answers for it now."""
        return self.office.as_(case.sudo().responsible_id, case)

    def start(self, case, words):
        self._worker(case).action_start()
        self.office.at(self._later(0, 2), self.note, case, words)

    def note(self, case, words):
        self._worker(case).action_note(words[1])
        self.office.at(self._later(1, 4), self.solve, case, words)

    def solve(self, case, words):
        self._worker(case).action_solve(words[2])
        if self.rng.random() < 0.15:
            self.office.at(self._later(1, 2), self.reopen, case, words)
        else:
            self.office.at(self._later(1, 3), self.close, case)

    def reopen(self, case, words):
        self._worker(case).action_reopen(AGAIN)
        self.office.at(self._later(0, 1), self.start, case, words)

    def close(self, case):
        self.office.as_(case.sudo().superior_id, case).action_close()
