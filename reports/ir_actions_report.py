from odoo import models


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _build_wkhtmltopdf_args(self, paperformat_id, *args, **kwargs):
        """Our pages have no script to wait for: Odoo's one second a page is saved."""
        command = super()._build_wkhtmltopdf_args(paperformat_id, *args, **kwargs)
        ours = (
            self.env.ref(f"crm_property_sales.paperformat_{name}", False)
            for name in ("form", "slip")
        )
        if paperformat_id and paperformat_id in ours:
            command[command.index("--javascript-delay") + 1] = "1"
        return command
