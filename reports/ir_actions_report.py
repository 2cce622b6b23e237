from odoo import models


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _property_paperformats(self):
        names = ("form", "form_portrait", "form_a3", "slip", "board")
        refs = (f"crm_property_sales.paperformat_{name}" for name in names)
        return [self.env.ref(ref, raise_if_not_found=False) for ref in refs]

    def _get_layout(self):
        if self.paperformat_id and self.paperformat_id in self._property_paperformats():
            return self.env.ref("crm_property_sales.report_layout")
        return super()._get_layout()

    def _build_wkhtmltopdf_args(self, paperformat_id, *args, **kwargs):
        """Our pages wait for no script: Odoo's one second for each PDF is saved."""
        command = super()._build_wkhtmltopdf_args(paperformat_id, *args, **kwargs)
        if paperformat_id and paperformat_id in self._property_paperformats():
            command[command.index("--javascript-delay") + 1] = "1"
        return command
