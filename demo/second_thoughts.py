"""Sales that change: another unit, another name, money back (E6–E8)."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError

from .plans import plan_for
from .words import MALE, SURNAMES

# How likely each is on a day, in each project.
DAILY = {"exchange": 0.09, "cancel": 0.1, "rename": 0.05}
REASONS = {
    "exchange": {"larger": 4, "smaller": 3, "floor": 4, "office": 1},
    "cancel": {"regret": 4, "money": 4, "elsewhere": 2, "loan": 3, "policy": 1}
    | {"defect": 1, "late": 1},
    "rename": {"spouse": 4, "child": 3, "loan": 2},
}
NOTES = {
    "exchange": (
        "客户家属看房后希望调整楼层",
        "老人同住，希望换到低楼层",
        "想要多一个房间",
    ),
    "cancel": (
        "客户书面申请退房，已约谈挽留无效",
        "首付款无法按期筹齐",
        "家庭计划有变",
    ),
    "rename": ("办理贷款需由家庭成员共同签约", "父母出资，产权登记在子女名下"),
}


class SecondThoughts:
    def __init__(self, office):
        self.office, self.env, self.rng = office, office.env, office.rng
        self.changes = self.env["property.change"]

    def plan_day(self, day):
        for project in self.office.projects:
            for kind, share in DAILY.items():
                if self.office.chance(share):
                    self.office.at(self.office.open_hour(day), self.ask, kind, project)

    def finish(self):
        """What waits when the story ends: for the manager, for control, for finance."""
        for project in self.office.projects:
            self.ask("exchange", project, until="request")
            self.ask("cancel", project, until="approve")
            self.ask("cancel", project, until="execute")
            self.ask("rename", project, until="draft")

    # === One change ===

    def ask(self, kind, project, until=None):
        """Somebody wants it: drafted by rep or clerk, requested by the clerk."""
        office, rng = self.office, self.rng
        deposit = self._pick(kind, project)
        if not deposit:
            return
        client = self._client(deposit)
        reason = office.pick(REASONS[kind])
        if kind == "exchange":
            unit = office.deals._take(client)
            if reason in ("larger", "smaller"):
                grows = unit.area_gross > deposit.unit_id.area_gross
                reason = "larger" if grows else "smaller"
        vals = {
            "kind": kind,
            "deposit_id": deposit.id,
            "date": office.day,
            "reason_id": self.env.ref(
                f"crm_property_sales.property_change_reason_{kind}_{reason}"
            ).id,
            "note": rng.choice(NOTES[kind]),
        }
        if kind == "exchange":
            vals["new_unit_id"] = unit.id
            vals["new_plan_id"] = plan_for(unit, deposit.plan_id.payment_method).id
        elif kind == "rename":
            vals["buyer_ids"] = self._kin(deposit)
        drafter = office.users["clerk"]
        if kind != "rename" and office.chance(0.5):
            drafter = client.rep
        change = office.as_(drafter, self.changes).create(vals)
        if until == "draft":
            return
        change = office.by("clerk", change)
        change.action_request()
        if until == "request":
            return
        if until:
            self.decide(change, client, until)
        else:
            office.at(office.soon(60, 300), self.decide, change, client)

    def _pick(self, kind, project):
        """A sale some days old that no other change and no bank is busy with"""
        moment = self.office.moment - timedelta(days=4)
        found = self.env["property.deposit"].search(
            [
                ("project_id", "=", project.id),
                ("state", "in", ("confirmed", "signed")),
                ("confirm_date", "<", moment),
                (
                    "change_ids",
                    "not any",
                    [("state", "in", ("draft", "approved", "done"))],
                ),
                ("plan_id.payment_method", "in", ("lump_sum", "instalment")),
            ],
            order="id",
        )
        if kind == "rename":
            found = found.filtered(lambda one: len(one.contract_id.buyer_ids) < 2)
        return self.rng.choice(found) if found else found

    def _client(self, deposit):
        return next(
            one
            for one in self.office.reception.clients
            if one.lead and one.lead.id == deposit.lead_id.id
        )

    def _kin(self, deposit):
        """A child beside the present buyer, or in his place"""
        buyer = deposit.partner_id
        name = buyer.name[0] if buyer.name[0] in SURNAMES else self.rng.choice(SURNAMES)
        child = self.office.by("clerk", self.env["res.partner"]).create(
            {
                "name": name + self.rng.choice(MALE),
                "phone": f"1990002{int((buyer.phone or '0')[-4:]):04}",
            }
        )
        alone = self.office.chance(0.4)
        lines = [
            {
                "partner_id": child.id,
                "share": 100 if alone else 50,
                "relation": "child",
                "proof": "户口本（户主页、本人页）",
            }
        ]
        if not alone:
            lines.append({"partner_id": buyer.id, "share": 50})
        return [Command.create(line) for line in lines]

    def decide(self, change, client, until=None):
        office = self.office
        change = office.as_(change.project_id.manager_id, change)
        if not until and office.chance(0.12):
            change.action_refuse_request("与客户沟通后暂不同意，请继续跟进")
            if change.new_unit_id:
                self._free(change.new_unit_id)
            return
        if change.kind == "cancel" and office.chance(0.15):
            line = change.line_ids.filtered(lambda one: not one.amount)[:1]
            line.write(
                {"amount": line.base / 2, "edit_reason": "客户重病，协商退还一半"}
            )
        change.validate_tier()
        if until == "execute":
            self.execute(change, client, until)
        elif not until:
            office.at(office.soon(60, 400), self.execute, change, client)

    def execute(self, change, client, until=None):
        office = self.office
        sale = change.deposit_id.sudo()
        if sale.contract_id.state == "filed":
            contract = office.as_(change.project_id.manager_id, sale.contract_id)
            contract.action_cancel_filing("客户换退房，撤销网签")
        drafts = sale.receipt_ids.filtered(lambda one: one.state == "draft")
        office.by("finance", drafts).action_confirm()
        if change.kind == "cancel" and not self._still_stands(change):
            office.by("clerk", change).action_withdraw("批准后又有收款，重新核算")
            return
        user = "clerk" if change.kind == "rename" else "control"
        office.by(user, change).action_execute()
        if change.kind != "rename":
            self._free(change.unit_id)
        if change.kind == "cancel":
            client.bought = False
            client.keen = 0.4
            office.reception.console(client)
        if change.new_deposit_id.contract_id:
            new = change.new_deposit_id.contract_id
            office.at(office.in_days(1, 4), self.sign_again, new)
        elif change.kind == "exchange":
            office.at(office.in_days(1, 5), self.sign_new, change.new_deposit_id)
        if not until:
            office.at(office.soon(200, 900), self.refund, change)

    def _still_stands(self, change):
        """Whether no money came since the approval: finance may have been quicker"""
        try:
            change.sudo()._check_facts()
        except UserError:
            return False
        return True

    def _free(self, unit):
        unit = unit.sudo().with_env(self.env)
        self.office.deals._free[unit.unit_type_id].append(unit)

    def sign_new(self, deposit):
        if deposit.state == "confirmed":
            self.sign_again(self.office.by("clerk", deposit)._prepare_contract())

    def sign_again(self, contract):
        """The contract of the new unit, and what is still to pay"""
        office = self.office
        contract = office.by("clerk", contract)
        if contract.state != "draft":  # changed once more meanwhile
            return
        contract.action_sign()
        office.at(office.in_days(5, 15), office.deals.file, contract)
        for installment in contract.installment_ids.sudo():
            if installment.residual:
                office.deals.expect(installment)

    def refund(self, change):
        drafts = change.sudo().receipt_ids.filtered(lambda one: one.state == "draft")
        self.office.by("finance", drafts).action_confirm()
