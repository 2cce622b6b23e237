from odoo import api, models

from .form_chart import chart_image
from .form_table import KINDS, cell_kind, head_groups, paper_widths, written
from .property_form_files import ROOM

TYPE = 8.5  # pixels: of a table that fills its line
MOST, MOST_LONG = 11.0, 9.5  # of the narrowest: larger would waste paper
NARROW = 60  # percent of a line: what is wider is as wide as the line
LONG = 20  # rows: more may be broken over pages, fewer stay together


def typeset(section, room):
    """How a table of `as_json()` is set on a line of `room` characters: small enough to
    fit and no smaller than it has to be, with its charts beside it where they fit.

    :return: dict of size (pixels), width (percent), is_long, is_beside
    """
    width = sum(paper_widths(section))
    is_long = len(section["rows"]) > LONG
    size = min(max(TYPE * room / width, TYPE), MOST_LONG if is_long else MOST)
    share = 100 * width * size / TYPE / room
    is_narrow = share <= NARROW
    return {
        "size": round(size, 1),
        "width": round(share) if is_narrow else 100,
        "is_long": is_long,
        "is_beside": bool(is_narrow and section["charts"]),
    }


class PropertyFormPdf(models.AbstractModel):
    """Values of the PDF of a compiled form: prepared here, only printed there."""

    _name = "report.crm_property_sales.report_property_form"
    _description = "Form as PDF"

    @api.model
    def _get_report_values(self, docids, data=None):
        form = data["form"]
        model = self.env[form["form"]]
        model._check_form_access()
        room = ROOM[model._paper(form)]
        return {
            "form": form,
            "kinds": KINDS,
            "cell_kind": cell_kind,
            "chart_image": chart_image,
            "head_groups": head_groups,
            "paper_widths": paper_widths,
            "typeset": lambda section: typeset(section, room),
            "written": written,
        }
