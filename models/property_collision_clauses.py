from typing import NamedTuple


class Clause(NamedTuple):
    key: str  # the answer, among the facts, that makes it hold
    title: str
    requirement: str
    verdict: str


# Whose client it is (C6): the first clause that holds decides, and the last two leave
# nothing open. The regulations' own words are beside; `property.collision` asks the
# questions in `_answers()` and words the clauses in `_clause_text()`.
CLAUSES = (
    # 已成交客户归成交人,不因再次来访而变更
    Clause("sold", "Buyers Stay", "C8", "holder"),
    # 夫妻、情侣、父母与子女等直系亲属视为同一客户,登记一个人的资料即为有效
    Clause("family", "A Family Is One Client", "C5", "holder"),
    # 电话咨询不做客户登记,只做电话记录;规定期限内来访的归接电人(电转访)
    Clause("call", "The Call Came First", "B7", "claimant"),
    # 同日先后接待、均未登记的,双方各计一部分
    Clause("same_day", "Received on the Same Day", "C6", "split"),
    # 客户登记有冲突的,以先登记者为准;有效期为最后一次跟进后一个月内
    Clause("first", "Registered First", "C2, C3", "holder"),
    # 因跟进不足而造成客户流失的,后果自负
    Clause("lapsed", "Ownership Had Lapsed", "C3", "claimant"),
)
