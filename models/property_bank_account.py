from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertyBankAccount(models.Model):
    """收款账户: where the money of a project goes.

    The price of units sold before completion belongs into the account that the
    authority supervises (城市商品房预售管理办法, article 11).
    """

    _name = "property.bank.account"
    _description = "Bank Account of a Project"
    _order = "project_id, is_supervised DESC, sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    project_id = fields.Many2one(
        "property.project", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="project_id.company_id")
    currency_id = fields.Many2one(related="project_id.currency_id")
    bank = fields.Char()
    number = fields.Char("Account Number", required=True)
    is_supervised = fields.Boolean("Supervised Account")
    received_amount = fields.Monetary(
        "Price Received Here",
        compute="_compute_received",
        help="Confirmed receipts of deposit money and price less refunds.",
    )
    received_percent = fields.Float(
        "Share of the Project (%)",
        compute="_compute_received",
        digits=(5, 2),
        help="Of all the price received, in whatever account.",
    )

    _number_uniq = models.UniqueIndex(
        "(project_id, number)", "This account is on file already."
    )

    def _compute_received(self):
        sums = self.env["property.receipt"]._read_group(
            [
                ("project_id", "in", self.project_id.ids),
                ("state", "=", "confirmed"),
                ("method", "!=", "carried"),
                ("nature", "in", ("deposit", "price")),
            ],
            ["project_id", "account_id"],
            ["signed_amount:sum"],
        )
        received = {account: amount for _project, account, amount in sums if account}
        total = {}
        for project, _account, amount in sums:
            total[project] = total.get(project, 0) + amount
        for account in self:
            account.received_amount = received.get(account, 0)
            whole = total.get(account.project_id, 0)
            account.received_percent = (
                100 * account.received_amount / whole if whole else 0
            )


class PropertyReceipt(models.Model):
    _inherit = "property.receipt"  # pylint: disable=consider-merging-classes-inherited

    account_id = fields.Many2one(
        "property.bank.account",
        "Into Account",
        index="btree_not_null",
        domain="[('project_id', '=', project_id)]",
        ondelete="restrict",
    )
    is_supervised = fields.Boolean(related="account_id.is_supervised")

    def _open_states(self, name):
        return ("draft",) if name == "account_id" else super()._open_states(name)

    @api.constrains("account_id", "project_id")
    def _check_account(self):
        for receipt in self:
            if receipt.account_id.project_id not in (
                receipt.project_id,
                receipt.project_id.browse(),
            ):
                raise ValidationError(
                    self.env._(
                        "%s is an account of another project.", receipt.account_id.name
                    )
                )
