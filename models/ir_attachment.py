from odoo import api, models
from odoo.exceptions import UserError

FILED = "property.filing"


class IrAttachment(models.Model):
    """The files of a filed form are never changed, replaced or deleted (G21)."""

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        if not self.env.su and attachments._filed():
            raise UserError(self._filed_message())
        return attachments

    def write(self, vals):
        if self._filed():
            raise UserError(self._filed_message())
        result = super().write(vals)
        if {"res_model", "res_field", "res_id"} & vals.keys() and self._filed():
            raise UserError(self._filed_message())
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_except_filed(self):
        if self._filed():
            raise UserError(self._filed_message())

    def _filed(self):
        return self.sudo().filtered(
            lambda one: one.res_model == FILED and one.res_field in ("pdf", "xlsx")
        )

    def _filed_message(self):
        return self.env._(
            "The files of a filed form stay as they were filed: make a restatement."
        )
