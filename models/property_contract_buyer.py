from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertyContractBuyer(models.Model):
    _name = "property.contract.buyer"
    _description = "Buyer of a Contract"
    _inherit = ["property.door.mixin"]
    _door_fields = ("active",)
    _order = "contract_id, share DESC, id"
    _rec_name = "partner_id"

    contract_id = fields.Many2one(
        "property.contract", required=True, index=True, ondelete="cascade"
    )
    project_id = fields.Many2one(
        related="contract_id.project_id", store=True, precompute=True
    )
    company_id = fields.Many2one(related="project_id.company_id")
    user_id = fields.Many2one(related="contract_id.user_id", store=True, index=True)
    lead_id = fields.Many2one(
        related="contract_id.lead_id", store=True, precompute=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Purchaser", required=True, index=True, ondelete="restrict"
    )
    share = fields.Float("Share (%)", digits=(5, 2), default=100.0)
    active = fields.Boolean(
        default=True, help="Off: was a buyer until a change of name (E8)."
    )

    _buyer_uniq = models.UniqueIndex(
        "(contract_id, partner_id) WHERE active", "A buyer is on the contract once."
    )
    _share_sound = models.Constraint(
        "CHECK(share > 0 AND share <= 100)", "A share lies between 0 and 100 %."
    )

    @api.model_create_multi
    def create(self, vals_list):
        buyers = super().create(vals_list)
        if not self.env.su:  # a change of name adds them by its own step
            buyers.contract_id._check_state("draft")
        return buyers

    def write(self, vals):
        self.contract_id._check_state("draft")
        result = super().write(vals)
        self.contract_id._check_state("draft")  # the one they were moved to
        return result

    def unlink(self):
        """Who is taken off a draft is no client by it: the clerk may add him again."""
        partners = self.partner_id
        result = super().unlink()
        partners.sudo()._forget_buyer()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        if any(buyer.contract_id.state != "draft" for buyer in self):
            raise ValidationError(
                self.env._("Buyers of a signed contract change by a rename only.")
            )


class PropertyContract(models.Model):
    _inherit = "property.contract"  # pylint: disable=consider-merging-classes-inherited

    def _buyers_at(self, moment):
        """Who the buyers were at `moment`: later changes of name are taken back (E8).

        A change of name adds as many rows as it has buyers, after those it ended.

        :return: {contract: list of `res.partner`}, to be named by who sees the contract
        """
        contracts = self.sudo().with_context(active_test=False)
        renames = contracts.env["property.change"].search(
            [
                ("contract_id", "in", self.ids),
                ("kind", "=", "rename"),
                ("done_date", ">=", moment),
            ],
            order="done_date, id",
        )
        later, rows = renames.grouped("contract_id"), defaultdict(list)
        for row in contracts.buyer_ids:
            rows[row.contract_id].append(row)
        buyers = {}
        for contract in self:
            mine = sorted(rows[contract], key=lambda row: row.id)
            if undone := later.get(contract):
                mine = mine[: -len(undone.buyer_ids)]
                mine = mine[-len(undone[0].old_buyers.split("、")) :]
            else:
                mine = [row for row in mine if row.active]
            mine.sort(key=lambda row: -row.share)
            buyers[contract] = [row.partner_id for row in mine]
        return buyers
