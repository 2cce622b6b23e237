from odoo import models
from odoo.fields import Domain

from .form_table import Column, Figure, Section


class PropertyFormOwners(models.AbstractModel):
    """G8 业主登记一览表: the buyers, written by the confirmed deposits (E3), as they
    were when the period's last day closed: what was cancelled, exchanged, signed or
    renamed since is shown as it was then. Before the contract the way of payment is
    that of the deposit's plan, which keeps no history."""

    _name = "property.form.owners"
    _inherit = ["property.form"]
    _description = "Register of Owners"

    _code = "G8"
    _period = "range"
    _personal = True
    _filters = ("user",)
    _roles = ("finance", "service", "manager", "hq")

    def _sections(self, scope):
        section = Section(self._title(), self._columns())
        deposits = self._deposits(scope)
        contracts = self._contracts(deposits, scope.date_to)
        buyers = deposits.contract_ids._buyers_at(scope.bounds[1])
        purchasers = deposits.sudo()._purchasers_at(scope.bounds[1])
        methods = dict(
            self.env["property.contract"]
            ._fields["payment_method"]
            ._description_selection(self.env)
        )
        for number, deposit in enumerate(deposits, 1):
            signed = contract = contracts.get(deposit)
            purchaser = purchasers[deposit]
            owners = buyers[contract] if signed else [purchaser]
            unit = deposit.unit_id
            section.add(
                Figure.of(number, deposit),
                unit.name,
                unit.unit_type_id.name,
                Figure.of(unit.area_gross, deposit),
                "\n".join(owner.name or "" for owner in owners),
                "\n".join(owner.id_number for owner in owners if owner.id_number),
                "\n".join(owner.phone for owner in owners if owner.phone),
                self._address(purchaser),
                scope.project.local_day(deposit.confirm_date),
                Figure.of(deposit.amount, deposit),
                signed and contract.sign_date,
                signed and contract.name,
                Figure.of(deposit.price_sqm, deposit),
                Figure.of(deposit.price, deposit),
                methods.get(
                    contract.payment_method
                    if signed
                    else deposit.plan_id.payment_method
                ),
                deposit.user_id.name,
                signed and contract.special_clauses,
            )
        total = self._counted(
            self.env._("Total"),
            Figure.of(len(deposits), deposits),
            self.env._("units: %s"),
        )
        section.add(
            None,
            total,
            None,
            Figure.of(round(sum(deposits.mapped("area_gross")), 2), deposits),
            *[None] * 5,
            Figure.of(round(sum(deposits.mapped("amount")), 2), deposits),
            *[None] * 3,
            Figure.of(round(sum(deposits.mapped("price")), 2), deposits),
            *[None] * 3,
            level="total",
        )
        return [section]

    @staticmethod
    def _address(partner):
        """In the order of a Chinese address, from the large to the small."""
        parts = (partner.state_id.name, partner.city, partner.street, partner.street2)
        return "".join(part for part in parts if part)

    def _deposits(self, scope):
        """Confirmed in the period and standing at its end. What a unit was exchanged
        for has the date of the sale it began with, and stands from the exchange on."""
        end = scope.bounds[1]
        domain = Domain(scope.happened("confirm_date"))
        domain &= Domain("state", "in", ("confirmed", "signed")) | Domain(
            "end_date", ">=", end
        )
        domain &= Domain("exchanged_from_id", "=", False) | Domain(
            "exchanged_from_id.end_date", "<", end
        )
        return self.env["property.deposit"].search(domain, order="confirm_date, id")

    @staticmethod
    def _contracts(deposits, day):
        """{deposit: its contract that was signed and stood when the day closed}"""
        return {
            contract.deposit_id: contract
            for contract in deposits.contract_ids.sorted("id")
            if contract.name
            and contract.sign_date <= day
            and (not contract.cancel_date or contract.cancel_date > day)
        }

    def _columns(self):
        return [
            Column("number", self.env._("No."), "integer", 5),
            Column("unit", self.env._("Unit No."), width=10),
            Column("type", self.env._("Type"), width=11),
            Column("area", self.env._("Area (㎡)"), "area", 8),
            Column("owners", self.env._("Owners"), width=9),
            Column("id_numbers", self.env._("ID Number"), width=19),
            Column("phones", self.env._("Phone"), width=13),
            Column("address", self.env._("Address"), width=14),
            Column("deposit_date", self.env._("Deposit On"), "date", 10),
            Column("deposit", self.env._("Deposit Amount"), "yuan", 9),
            Column("sign_date", self.env._("Signed On"), "date", 10),
            Column("contract", self.env._("Contract No."), width=13),
            Column("price_sqm", self.env._("Deal Price per ㎡"), "money", 10),
            Column("price", self.env._("Price"), "yuan", 11),
            Column("method", self.env._("Payment"), width=8),
            Column("rep", self.env._("Rep"), width=7),
            Column("note", self.env._("Note"), width=10),
        ]
