from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError

PURPOSES = [
    ("sign", "Signing"),
    ("mortgage", "Mortgage Loan"),
    ("provident", "Provident Fund Loan"),
]


class PropertyDocumentType(models.Model):
    """A paper that buyers bring: for what, and of whom it is asked (E9)."""

    _name = "property.document.type"
    _description = "Kind of Document"
    _order = "purpose DESC, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    purpose = fields.Selection(PURPOSES, "Needed For", required=True, default="sign")
    condition = fields.Char(
        "Asked Of",
        default="[]",
        required=True,
        help="The contracts that need it, by way of payment, number of purchasers or "
        "family.",
    )

    _name_uniq = models.UniqueIndex(
        "(name, purpose)", "This document is on the list already."
    )

    @api.constrains("condition")
    def _check_condition(self):
        contract = self.env["property.contract"].new()
        for kind in self:
            try:
                contract.filtered_domain(literal_eval(kind.condition))
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "Whom '%(name)s' is asked of cannot be read: %(condition)s",
                        name=kind.name,
                        condition=kind.condition,
                    )
                ) from error

    def _asked_of(self, contract):
        """Those of the kinds that `contract` needs."""
        contract = contract.sudo()
        return self.filtered(
            lambda kind: contract.filtered_domain(literal_eval(kind.condition))
        )
