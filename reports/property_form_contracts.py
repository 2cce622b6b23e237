from odoo import models

from .form_table import Column, Figure, Section


class PropertyFormContracts(models.AbstractModel):
    """G13 契约签署一览表: the contracts signed in the period, whatever became of them;
    what was cancelled since says so in the note.

    The first table is what `property.metric` counts. A contract that follows an
    exchange of a signed one is no sale more: it stands in the second, uncounted.
    """

    _name = "property.form.contracts"
    _inherit = ["property.form", "property.block"]
    _description = "Register of Contracts"

    _code = "G13"
    _period = "range"
    _personal = True
    _filters = ("user",)
    _roles = (
        *("rep", "clerk", "control", "finance", "service"),
        *("supervisor", "manager", "hq"),
    )

    def _sections(self, scope):
        reps = self._reps_of(scope)
        contracts = self._contracts(scope, reps)
        counted = contracts.filtered(lambda one: one.id in reps)
        buyers = contracts._buyers_at(scope.bounds[1])
        return [
            self._list(title, some, reps, buyers)
            for title, some in (
                (self._title(), counted),
                (self.env._("Signed Anew after an Exchange"), contracts - counted),
            )
        ]

    def _reps_of(self, scope):
        """{id of a contract that counts: the rep who had the client then}"""
        facts = self.sudo()._facts_of(scope, ("contracts",), ("res_id", "user_id"))
        return {fact.res_id: fact.user_id for fact in facts}

    def _contracts(self, scope, reps):
        """Those that the reader may see."""
        contracts = self.env["property.contract"].search(
            [
                ("project_id", "=", scope.project.id),
                ("state", "!=", "draft"),
                ("name", "!=", False),
                ("sign_date", ">=", scope.date_from),
                ("sign_date", "<=", scope.date_to),
            ],
            order="sign_date, id",
        )
        if not scope.user:
            return contracts
        anew = contracts.filtered("deposit_id.exchanged_from_id")
        return contracts.filtered(
            lambda one: one.id in reps or one in anew and one.user_id == scope.user
        )

    def _list(self, title, contracts, reps, buyers):
        section = Section(title, self._columns())
        methods = dict(
            contracts._fields["payment_method"]._description_selection(self.env)
        )
        for contract in contracts:
            area = contract.area_gross
            section.add(
                Figure.of(contract.name, contract),
                contract.sign_date,
                "\n".join(one.name for one in buyers[contract]),
                contract.unit_id.name,
                area,
                area and round(contract.price / area, 2),
                contract.price,
                methods[contract.payment_method],
                contract.filing_number,
                contract.filing_date,
                contract.record_date,
                reps.get(contract.id, contract.user_id).name,
                self._note(contract),
            )
        total = self._counted(
            self.env._("Total"),
            Figure.of(len(contracts), contracts),
            self.env._("contracts: %s"),
        )
        section.add(
            total,
            *[None] * 3,
            Figure.of(round(sum(contracts.mapped("area_gross")), 2), contracts),
            None,
            Figure.of(round(sum(contracts.mapped("price")), 2), contracts),
            *[None] * 6,
            level="total",
        )
        return section

    def _note(self, contract):
        """The special clauses, after what became of the contract."""
        ended = None
        if contract.state == "cancelled":
            day = contract.cancel_date
            ended = (
                self.env._("Unit exchanged on %s", day)
                if contract.deposit_id.state == "exchanged"
                else self.env._("Cancelled on %s", day)
            )
        return "\n".join(filter(None, (ended, contract.special_clauses)))

    def _columns(self):
        return [
            Column("contract", self.env._("Contract No."), width=15),
            Column("sign_date", self.env._("Signed On"), "date", 10),
            Column("client", self.env._("Client"), width=9),
            Column("unit", self.env._("Unit No."), width=10),
            Column("area", self.env._("Area (㎡)"), "area", 10),
            Column("price_sqm", self.env._("Unit Price"), "money", 10),
            Column("price", self.env._("Price"), "yuan", 13),
            Column("method", self.env._("Payment"), width=8),
            Column("filing_number", self.env._("Filing Number"), width=14),
            Column("filing_date", self.env._("Filing Date"), "date", 10),
            Column("record_date", self.env._("Record Date"), "date", 10),
            Column("rep", self.env._("Rep"), width=8),
            Column("note", self.env._("Note (Special Clauses)"), width=24),
        ]
