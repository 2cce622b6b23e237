from odoo import api, models

from .form_chart import chart_image
from .form_table import KINDS, cell_kind, head_groups, paper_widths, written


class PropertyFormPdf(models.AbstractModel):
    """Values of the PDF of a compiled form: prepared here, only printed there."""

    _name = "report.crm_property_sales.report_property_form"
    _description = "Form as PDF"

    @api.model
    def _get_report_values(self, docids, data=None):
        form = data["form"]
        self.env[form["form"]]._check_form_access()
        return {
            "form": form,
            "kinds": KINDS,
            "cell_kind": cell_kind,
            "chart_image": chart_image,
            "head_groups": head_groups,
            "paper_widths": paper_widths,
            "written": written,
        }
