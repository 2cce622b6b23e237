from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from xlsxwriter import Workbook

from odoo import models

from .form_chart import ChartSheet
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
CHART_LINES = 15  # lines of a sheet that a chart covers
FORBIDDEN = str.maketrans("[]:*?/\\", "()：＊？／＼")  # in the name of a sheet


class PropertyFormXlsx(models.AbstractModel):
    """The workbook of a compiled form: a sheet a section, numbers as numbers.

    Rows are written to disk as they come (`constant_memory`): each is written once,
    from left to right, and the memory does not grow with them.
    """

    _name = "report.crm_property_sales.property_form_xlsx"
    _inherit = "report.report_xlsx.abstract"
    _description = "Form as Workbook"

    def create_xlsx_report(self, docids, data):
        """Written to disk, not to memory: what is read back is the file, once."""
        objs = self._get_objs_for_report(docids, data)
        with TemporaryDirectory() as folder:
            path = Path(folder, "form.xlsx")
            workbook = Workbook(path, self.get_workbook_options() | {"tmpdir": folder})
            self.generate_xlsx_report(workbook, data, objs)
            workbook.close()
            return path.read_bytes(), "xlsx"

    def get_workbook_options(self):
        return {"constant_memory": True}

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

        names = self._sheet_names(form)
        sheets = [workbook.add_worksheet(name) for name in names]
        charts = ChartSheet(workbook, self.env._("Chart Data"))
        for sheet, section in zip(sheets, form["sections"], strict=True):
            bottom = self._write_section(sheet, form, section, style)
            for number, chart in enumerate(section["charts"]):
                line = bottom + CHART_LINES * (number // 2)
                place = number % 2 and self._half(section["columns"])
                sheet.insert_chart(line, place, charts.chart(chart))

    @staticmethod
    def _sheet_names(form):
        """A name for each section, as a workbook takes it: short, each once."""
        names = []
        for section in form["sections"]:
            name = stem = section["title"].translate(FORBIDDEN)[:31].strip("'") or "-"
            number = 1
            while name.lower() in (other.lower() for other in names):
                number += 1
                name = f"{stem[:27]} {number}"
            names.append(name)
        return names

    @staticmethod
    def _half(columns):
        """The column in which the second of two charts begins."""
        width = 0
        for place, column in enumerate(columns):
            if width > 80:
                return place
            width += column["width"] + 3
        return len(columns)

    def _write_section(self, sheet, form, section, style):
        """:return: the line below all that was written"""
        columns = section["columns"]
        last = len(columns) - 1
        grouped = any(column["group"] for column in columns)
        self._write_wide(
            sheet,
            0,
            last,
            form["title"],
            style(bold=True, font_size=14, align="center"),
        )
        self._write_wide(sheet, 1, last, self._subtitle(form), style(align="center"))
        head = style(
            bold=True, bg_color="#E7E6E6", border=1, align="center", text_wrap=True
        )
        top = 3
        if grouped:
            self._write_groups(sheet, top, columns, head)
            top += 1
        for place, column in enumerate(columns):
            sheet.write(top, place, column["label"], head)
            sheet.set_column(place, place, column["width"] + 3)
        bottom = filtered = top
        for bottom, row in enumerate(section["rows"], top + 1):
            self._write_row(sheet, bottom, columns, row, style)
            if row["level"] == "line":
                filtered = bottom
        if filtered > top:  # what is filtered and sorted leaves the total at its place
            sheet.autofilter(top, 0, filtered, last)
        end = bottom + 2
        words = (
            section["note"],
            form["text"] if section is form["sections"][0] else "",
        )
        for text in "\n\n".join(filter(None, words)).splitlines():
            sheet.write(end, 0, text, style())
            end += 1
        end += any(words)
        sheet.write(end, 0, self._signatures(), style())
        self._print_setup(sheet, form, top)
        return end + 2

    def _write_wide(self, sheet, line, last, text, cell):
        if last:
            sheet.merge_range(line, 0, line, last, text, cell)
        else:
            sheet.write(line, 0, text, cell)

    def _write_groups(self, sheet, line, columns, head):
        place = 0
        for label, span in head_groups(columns):
            if span > 1:
                sheet.merge_range(line, place, line, place + span - 1, label, head)
            else:
                sheet.write(line, place, label, head)
            place += span

    def _write_row(self, sheet, line, columns, row, style):
        if row["level"] == "words":  # not merged: a merged cell cannot be sorted
            sheet.write_string(line, 0, row["values"][0], style(bold=True))
            return
        for place, column in enumerate(columns):
            kind = cell_kind(column, row)
            cell = style(
                border=1,
                num_format=NUMBER_FORMATS[kind],
                bold=row["level"] != "line",
                text_wrap=kind == "text",
                valign="vcenter",
            )
            self._write_cell(sheet, line, place, row["values"][place], kind, cell)

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

    def _print_setup(self, sheet, form, top):
        sheet.freeze_panes(top + 1, 1)
        paper = self.env[form["form"]]._paper(form)
        if paper != "_portrait":
            sheet.set_landscape()
        sheet.set_paper(8 if paper == "_a3" else 9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, top)
        sheet.set_header(f"&L{form['company']}&R{form['code']}")
        sheet.set_footer("&L" + self._mark(form) + "&R" + self.env._("Page &P / &N"))

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
