from odoo import fields, models
from odoo.exceptions import UserError

from .property_receipt_order import APPROVED


class PropertyReceipt(models.Model):
    """Four eyes: who entered money does not confirm it, where policy says so (F2)."""

    _inherit = "property.receipt"  # pylint: disable=consider-merging-classes-inherited

    entered_user_id = fields.Many2one(
        "res.users",
        "Entered By",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Who drafted it, or was the last to change how much it is and for what.",
    )

    def write(self, vals):
        """Who changes what is confirmed of a draft has entered it."""
        changed = self.filtered(
            lambda one: (
                one.state == "draft"
                and any(
                    one._is_changed(name, vals[name]) for name in APPROVED & {*vals}
                )
            )
        )
        result = super().write(vals)
        if changed:
            changed._write_through({"entered_user_id": self.env.uid})
        return result

    def _is_changed(self, name, value):
        field = self._fields[name]
        old, new = (field.convert_to_cache(one, self) for one in (self[name], value))
        return (old or False) != (new or False)

    def _may_confirm(self):
        """Whether the user's are the second pair of eyes; what a document has approved
        was seen by others, and a policy may do without."""
        self.ensure_one()
        return bool(
            self.env.su
            or self.entered_user_id != self.env.user
            or self._approved_in()
            or not self.project_id.policy().receipt_four_eyes
        )

    def _check_four_eyes(self):
        for receipt in self:
            if not receipt._may_confirm():
                raise UserError(
                    self.env._(
                        "You entered %(amount).2f of %(client)s yourself: somebody "
                        "else of finance confirms it. Or the clerk enters what finance "
                        "confirms.",
                        amount=receipt.amount,
                        client=receipt.sudo().partner_id.name,
                    )
                )


class PropertyPolicy(models.Model):
    _inherit = "property.policy"  # pylint: disable=consider-merging-classes-inherited

    receipt_four_eyes = fields.Boolean(
        "Two People for Each Receipt",
        default=True,
        tracking=True,
        help="Who entered a receipt or a refund does not confirm it. Without this one "
        "person of finance can take and pay out money alone.",
    )
