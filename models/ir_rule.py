from odoo import models


class IrRule(models.Model):
    _inherit = "ir.rule"

    def _make_access_error(self, operation, records):
        """In debug mode Odoo names the records it refuses: their ids must do (J1)."""
        names = set(records[:6].sudo().mapped("display_name"))
        error = super()._make_access_error(operation, records)
        message = error.args[0]
        for name in names:
            id_follows = f" ({records._name}: "
            message = message.replace(f", {name}{id_follows}", id_follows)
        error.args = (message,)
        return error
