from datetime import date, datetime

from odoo import models

from .form_table import cell_kind, head_groups

NUMBER_FORMATS = {
    "integer": "#,##0",
    "yuan": "#,##0",
    "area": "#,##0.00",
    "money": "#,##0.00",
    "percent": '0.0"%"',
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
    "text": "@",
}


class PropertyFormXlsx(models.AbstractModel):
    """The workbook of a compiled form: a sheet a section, numbers as numbers."""

    _name = "report.crm_property_sales.property_form_xlsx"
    _inherit = "report.report_xlsx.abstract"
    _description = "Form as Workbook"

    def generate_xlsx_report(self, workbook, data, objs):
        form = data["form"]
        self.env[form["form"]]._check_form_access()
        workbook.set_properties({"title": form["title"], "author": form["filler"]})
        formats = {}

        def style(**options):
            key = tuple(sorted(options.items()))
            if key not in formats:
                base = {"font_name": "Microsoft YaHei", "font_size": 9}
                formats[key] = workbook.add_format(base | options)
            return formats[key]

        for section in form["sections"]:
            sheet = workbook.add_worksheet(section["title"][:31])
            self._write_section(sheet, form, section, style)

    def _write_section(self, sheet, form, section, style):
        columns = section["columns"]
        last = len(columns) - 1
        grouped = any(column["group"] for column in columns)
        sheet.merge_range(
            0, 0, 0, last, form["title"], style(bold=True, font_size=14, align="center")
        )
        sheet.merge_range(1, 0, 1, last, self._subtitle(form), style(align="center"))
        head = style(
            bold=True, bg_color="#E7E6E6", border=1, align="center", text_wrap=True
        )
        top = 3
        if grouped:
            place = 0
            for label, span in head_groups(columns):
                if span > 1:
                    sheet.merge_range(top, place, top, place + span - 1, label, head)
                else:
                    sheet.write(top, place, label, head)
                place += span
            top += 1
        for place, column in enumerate(columns):
            sheet.write(top, place, column["label"], head)
            sheet.set_column(place, place, column["width"] + 3)
        for line, row in enumerate(section["rows"], top + 1):
            bold = row["level"] != "line"
            for place, column in enumerate(columns):
                kind = cell_kind(column, row)
                cell = style(
                    border=1,
                    num_format=NUMBER_FORMATS[kind],
                    bold=bold,
                    text_wrap=kind == "text",
                    valign="vcenter",
                )
                self._write_cell(sheet, line, place, row["values"][place], kind, cell)
        bottom = top + len(section["rows"])
        sheet.write(bottom + 2, 0, self._signatures(), style())
        sheet.freeze_panes(top + 1, 1)
        if not grouped and section["rows"]:
            sheet.autofilter(top, 0, bottom, last)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, top)
        sheet.set_footer("&L" + self._mark(form) + "&R" + self.env._("Page &P / &N"))

    def _write_cell(self, sheet, line, place, value, kind, cell):
        if value is None:
            sheet.write_blank(line, place, None, cell)
        elif kind == "date":
            sheet.write_datetime(line, place, date.fromisoformat(value), cell)
        elif kind == "datetime":
            sheet.write_datetime(line, place, datetime.fromisoformat(value), cell)
        elif isinstance(value, str):
            sheet.write_string(line, place, value, cell)
        else:
            sheet.write_number(line, place, value, cell)

    def _subtitle(self, form):
        days = " – ".join(dict.fromkeys((form["date_from"], form["date_to"])))
        return self.env._(
            "%(project)s · %(days)s · made by %(filler)s at %(made)s · %(state)s",
            project=form["project"],
            days=days,
            filler=form["filler"],
            made=form["made"],
            state=form["state"],
        )

    def _signatures(self):
        return self.env._("Made by:            Checked by:            Approved by:")

    def _mark(self, form):
        if not form["personal"]:
            return ""
        return self.env._("Internal: not to be passed on")
