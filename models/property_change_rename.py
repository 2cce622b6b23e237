from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, float_compare

RELATIONS = [
    ("spouse", "Spouse"),
    ("parent", "Parent"),
    ("child", "Child"),
    ("sibling", "Brother or Sister"),
    ("grandparent", "Grandparent"),
    ("grandchild", "Grandchild"),
]


class PropertyChange(models.Model):
    """更名: other buyers of the same sale, kin only, and never by a rep (E8)."""

    _inherit = "property.change"  # pylint: disable=consider-merging-classes-inherited

    buyer_ids = fields.One2many("property.change.buyer", "change_id", "New Purchasers")
    old_buyers = fields.Char(
        compute="_compute_old_buyers", store=True, help="At the time of the change."
    )

    @api.depends("deposit_id", "contract_id")
    def _compute_old_buyers(self):
        for change in self:
            if change.state in ("draft", "approved"):
                buyers = change.sudo()._present_buyers()
                change.old_buyers = "、".join(buyers.mapped("name"))

    def _present_buyers(self):
        deposit = self.deposit_id
        return deposit.contract_id.buyer_ids.partner_id or deposit.partner_id

    def _check_rename(self):
        share = sum(self.buyer_ids.mapped("share"))
        if float_compare(share, 100, precision_digits=2):
            raise UserError(
                self.env._(
                    "The new purchasers' shares add up to %(share)g %%, not 100.",
                    share=share,
                )
            )
        present = self._present_buyers()
        if not self._is_renaming():
            raise UserError(self.env._("The purchasers stay the same."))
        for buyer in self.buyer_ids:
            if buyer.partner_id in present:
                continue
            if not buyer.relation or not (buyer.proof or "").strip():
                raise UserError(
                    self.env._(
                        "%s: enter the kinship to a present purchaser and how it was "
                        "proved. A sale is renamed among kin only.",
                        buyer.partner_id.name,
                    )
                )

    def _is_renaming(self):
        contract = self.deposit_id.contract_id
        present = {
            one.partner_id: one.share for one in contract.buyer_ids
        } or dict.fromkeys(self.deposit_id.partner_id, 100.0)
        return present != {one.partner_id: one.share for one in self.buyer_ids}

    def _execute_rename(self):
        self._check_rename()
        deposit, contract = self.deposit_id, self.deposit_id.contract_id
        buyers = [(one.partner_id, one.share) for one in self.buyer_ids.sorted()]
        if contract:
            contract._replace_buyers(self, buyers)
        deposit._write_through({"partner_id": buyers[0][0].id})


class PropertyChangeBuyer(models.Model):
    _name = "property.change.buyer"
    _description = "New Purchaser"
    _inherit = ["property.door.mixin"]
    _door_fields = ()
    _order = "change_id, share DESC, id"
    _rec_name = "partner_id"

    change_id = fields.Many2one(
        "property.change", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(
        related="change_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id")
    lead_id = fields.Many2one(related="change_id.lead_id", store=True, precompute=True)
    user_id = fields.Many2one(related="change_id.user_id", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", "Purchaser", required=True, index=True, ondelete="restrict"
    )
    share = fields.Float("Share (%)", digits=(5, 2), default=100.0, required=True)
    relation = fields.Selection(RELATIONS, "Kinship", help="To a present purchaser.")
    proof = fields.Char("Proof of Kinship", help="Paper and number: 结婚证, 户口本…")
    proof_file = fields.Binary("Scan", attachment=True)

    _buyer_uniq = models.UniqueIndex(
        "(change_id, partner_id)", "A purchaser is on the change once."
    )
    _share_sound = models.Constraint(
        "CHECK(share > 0 AND share <= 100)", "A share lies between 0 and 100 %."
    )

    @api.model_create_multi
    def create(self, vals_list):
        buyers = super().create(vals_list)
        buyers._check_open()
        return buyers

    def write(self, vals):
        self._check_open()
        result = super().write(vals)
        self._check_open()  # of the change they were moved to
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_requested(self):
        self._check_open()

    def _check_open(self):
        """E8: by the clerk, on a rename's draft that nobody is approving"""
        self.change_id._check_role("clerk")
        self.change_id._check_draft()
        if any(change.kind != "rename" for change in self.change_id):
            raise UserError(self.env._("Purchasers are changed by a rename only."))


class PropertyDeposit(models.Model):
    _inherit = "property.deposit"  # pylint: disable=consider-merging-classes-inherited

    def _prepare_contract(self):
        """The contract of a renamed deposit has the buyers of the last rename."""
        is_new = not self.contract_id
        contract = super()._prepare_contract()
        rename = self.change_ids.filtered(
            lambda change: change.kind == "rename" and change.state == "done"
        ).sorted("done_date")[-1:]
        if is_new and rename:
            contract.buyer_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {"partner_id": buyer.partner_id.id, "share": buyer.share}
                    )
                    for buyer in rename.buyer_ids
                ),
            ]
        return contract

    # === Who it was ===

    def _purchaser_sql(self, deposit, moment):
        """Who was the purchaser at `moment`: before a change of name, whom it names.

        :param deposit: the alias of the table in the query
        """
        return SQL(
            """COALESCE((SELECT rename.partner_id FROM property_change rename
                          WHERE rename.deposit_id = %(id)s AND rename.kind = 'rename'
                            AND rename.done_date >= %(moment)s
                          ORDER BY rename.done_date LIMIT 1), %(now)s)""",
            id=SQL.identifier(deposit, "id"),
            moment=moment,
            now=SQL.identifier(deposit, "partner_id"),
        )

    def _purchasers_at(self, moment):
        """For who sees the deals, whether or not he still sees the person.

        :return: {deposit: its purchaser at `moment`, with full rights}
        """
        self.flush_model(["partner_id"])
        self.env["property.change"].flush_model(["deposit_id", "done_date"])
        rows = self.env.execute_query(
            SQL(
                "SELECT fact.id, %s FROM property_deposit fact WHERE fact.id IN %s",
                self._purchaser_sql("fact", moment),
                tuple(self.ids) or (0,),
            )
        )
        partners = (
            self.env["res.partner"].sudo().browse(partner for _row, partner in rows)
        )
        return {
            self.browse(row): partner
            for (row, _partner), partner in zip(rows, partners, strict=True)
        }
