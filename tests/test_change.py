from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import MODULE, PropertyCommon


class ChangeCommon(PropertyCommon):
    @classmethod
    def reason(cls, key):
        return cls.env.ref(f"{MODULE}.property_change_reason_{key}")

    @classmethod
    def make_deposit(cls, unit, **vals):
        """A confirmed deposit of a new client of rep_a."""
        client = cls.make_client(cls.rep_a)
        return cls.confirm_deposit(cls.open_slip(client, unit, **vals))

    @classmethod
    def make_contract(cls, unit, paid=0, plan=None, spouse=False, **vals):
        """A signed contract; `paid` is of the price, above the deposit of 20 000."""
        deposit = cls.make_deposit(unit, plan_id=(plan or cls.plan_lump).id)
        contract = deposit.with_user(cls.clerk)._prepare_contract()
        contract.write(vals)
        if spouse:
            contract.buyer_ids.share = 60
            partner = cls.env["res.partner"].create({"name": "Spouse"})
            contract.buyer_ids = [
                Command.create({"partner_id": partner.id, "share": 40})
            ]
        contract.action_sign()
        if paid:
            cls.pay(contract, paid)
        return contract

    @classmethod
    def file(cls, contract):
        contract = contract.with_user(cls.clerk)
        contract.write({"filing_number": "F1", "filing_date": contract.sign_date})
        contract.action_file()
        return contract

    @classmethod
    def make_change(cls, deposit, kind, reason, **vals):
        """A change the clerk has drafted."""
        changes = cls.env["property.change"].with_user(cls.clerk)
        return changes.create(
            {
                "kind": kind,
                "deposit_id": deposit.id,
                "reason_id": cls.reason(f"{kind}_{reason}").id,
            }
            | vals
        )

    @classmethod
    def make_exchange(cls, deposit, unit, **vals):
        return cls.make_change(
            deposit, "exchange", "floor", new_unit_id=unit.id, **vals
        )

    @classmethod
    def make_cancel(cls, deposit, fault="buyer", **vals):
        return cls.make_change(deposit, "cancel", "regret", fault=fault, **vals)

    @classmethod
    def make_rename(cls, deposit, *buyers, **vals):
        """:param buyers: (partner, share) or (partner, share, relation, proof)"""
        names = ("partner_id", "share", "relation", "proof")
        return cls.make_change(
            deposit,
            "rename",
            "spouse",
            buyer_ids=[
                Command.create(
                    dict(zip(names, (partner.id, *rest), strict=False))
                )
                for partner, *rest in buyers
            ],
            **vals,
        )

    @classmethod
    def approve(cls, change):
        change.with_user(cls.clerk).action_request()
        change.with_user(cls.manager).validate_tier()
        return change

    @classmethod
    def do_approved(cls, change):
        user = cls.clerk if change.kind == "rename" else cls.control
        change.with_user(user).action_execute()
        return change

    @classmethod
    def do(cls, change):
        return cls.do_approved(cls.approve(change))
