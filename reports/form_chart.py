"""Charts of a compiled form, on paper (SVG) and in a workbook (native)."""

from base64 import b64encode

from reportlab.graphics import renderSVG
from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.charts.legends import Legend
from reportlab.graphics.charts.linecharts import HorizontalLineChart
from reportlab.graphics.charts.piecharts import Pie
from reportlab.graphics.shapes import Drawing, String
from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

COLORS = (
    "#4C78A8",
    "#F58518",
    "#54A24B",
    "#E45756",
    "#72B7B2",
    "#B279A2",
    "#EECA3B",
    "#9D755D",
)
FONT = "STSong-Light"  # reportlab measures with it; the paper's own font is drawn
PAPER_FONT = "Noto Sans CJK SC, WenQuanYi Zen Hei, sans-serif"
WIDTH, HEIGHT = 460, 230

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def chart_image(chart):
    """A chart of `as_json()` as the address of an image that holds itself."""
    drawing = Drawing(WIDTH, HEIGHT)
    drawing.add(
        String(
            WIDTH / 2,
            HEIGHT - 14,
            chart["title"],
            fontName=FONT,
            fontSize=12,
            textAnchor="middle",
        )
    )
    if chart["labels"] and chart["series"]:
        draw = _pie if chart["kind"] == "pie" else _axes
        draw(drawing, chart)
    svg = renderSVG.drawToString(drawing).replace(FONT, PAPER_FONT)
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


def _color(number):
    return HexColor(COLORS[number % len(COLORS)])


def _axes(drawing, chart):
    lines = chart["kind"] == "line"
    plot = HorizontalLineChart() if lines else VerticalBarChart()
    is_crowded = max(map(len, chart["labels"])) * len(chart["labels"]) > 45
    plot.x, plot.y = 60, 52 if is_crowded else 24
    plot.width, plot.height = WIDTH - 76, HEIGHT - 46 - plot.y
    plot.data = [series["values"] for series in chart["series"]]
    values = [value for series in plot.data for value in series]
    plot.valueAxis.valueMin = min(0, *values)
    plot.valueAxis.valueMax = max(1, *values)
    if max(values) < 5:  # else its steps are halves, and written as if they were not
        plot.valueAxis.valueStep = 1
    plot.valueAxis.labelTextFormat = lambda value: f"{value:,.0f}"
    plot.valueAxis.labels.fontSize = 8
    plot.valueAxis.visibleGrid = True
    plot.valueAxis.gridStrokeColor = HexColor("#DDDDDD")
    plot.categoryAxis.categoryNames = _thinned(chart["labels"])
    labels = plot.categoryAxis.labels
    labels.fontName, labels.fontSize = FONT, 8
    if is_crowded:
        labels.angle, labels.boxAnchor = 30, "ne"
    for number, _series in enumerate(chart["series"]):
        if lines:
            plot.lines[number].strokeColor = _color(number)
            plot.lines[number].strokeWidth = 1.5
        else:
            plot.bars[number].fillColor = _color(number)
            plot.bars[number].strokeColor = None
    drawing.add(plot)
    names = [series["name"] for series in chart["series"]]
    _legend(drawing, names, 60, HEIGHT - 22, columns=1)


def _thinned(labels, most=16):
    """Every label where there is room, else every n-th."""
    step = -(-len(labels) // most)
    return [label if not place % step else "" for place, label in enumerate(labels)]


def _pie(drawing, chart):
    parts = [
        (label, value)
        for label, value in zip(
            chart["labels"], chart["series"][0]["values"], strict=True
        )
        if value > 0
    ]
    if not parts:
        return
    whole = sum(value for _label, value in parts)
    pie = Pie()
    pie.x, pie.y, pie.width, pie.height = 30, 18, HEIGHT - 50, HEIGHT - 50
    pie.data = [value for _label, value in parts]
    pie.labels = [f"{100 * value / whole:.0f}%" for _label, value in parts]
    pie.slices.fontName, pie.slices.fontSize = FONT, 8
    pie.slices.strokeColor = HexColor("#FFFFFF")
    for number, _part in enumerate(parts):
        pie.slices[number].fillColor = _color(number)
    drawing.add(pie)
    names = [f"{label}  {value:,.0f}" for label, value in parts]
    _legend(drawing, names, HEIGHT + 30, HEIGHT - 36, columns=14)


def _legend(drawing, names, left, top, columns):
    legend = Legend()
    legend.x, legend.y, legend.boxAnchor = left, top, "nw"
    legend.fontName, legend.fontSize = FONT, 8
    legend.columnMaximum = columns  # names under each other
    legend.dx = legend.dy = 7
    legend.deltay, legend.deltax, legend.autoXPadding = 11, 60, 8
    legend.alignment = "right"
    legend.strokeColor = None
    legend.colorNamePairs = [
        (_color(number), name) for number, name in enumerate(names)
    ]
    drawing.add(legend)


class ChartSheet:
    """The hidden sheet that holds the figures of a workbook's charts, below each other:
    a native chart is drawn from cells."""

    def __init__(self, workbook, name):
        self.workbook = workbook
        self.name = name
        self.sheet = None
        self.line = 0

    def chart(self, chart):
        """The native chart of a chart of `as_json()`."""
        if self.sheet is None:
            self.sheet = self.workbook.add_worksheet(self.name)
            self.sheet.hide()
        top, labels = self.line + 1, chart["labels"]
        series = chart["series"][:1] if chart["kind"] == "pie" else chart["series"]
        self.sheet.write_row(
            self.line, 0, [chart["title"], *(one["name"] for one in series)]
        )
        columns = [labels, *(one["values"] for one in series)]
        for line, values in enumerate(zip(*columns, strict=True), top):
            self.sheet.write_row(line, 0, values)
        bottom = top + max(len(labels), 1) - 1
        self.line = bottom + 2
        kind = {"bar": "column"}.get(chart["kind"], chart["kind"])
        native = self.workbook.add_chart({"type": kind})
        for place, one in enumerate(series, 1):
            native.add_series(self._series(chart, place, one, top, bottom))
        native.set_title({"name": chart["title"], "name_font": {"size": 12}})
        native.set_legend({"position": "right" if kind == "pie" else "bottom"})
        native.set_size({"width": 2 * WIDTH * 0.62, "height": 2 * HEIGHT * 0.62})
        return native

    def _series(self, chart, place, one, top, bottom):
        series = {
            "name": one["name"],
            "categories": [self.name, top, 0, bottom, 0],
            "values": [self.name, top, place, bottom, place],
        }
        if chart["kind"] == "pie":
            colors = [
                COLORS[number % len(COLORS)] for number in range(len(chart["labels"]))
            ]
            series["points"] = [{"fill": {"color": color}} for color in colors]
            return series | {"data_labels": {"percentage": True}}
        color = {"color": COLORS[(place - 1) % len(COLORS)]}
        return series | (
            {"line": color} if chart["kind"] == "line" else {"fill": color}
        )
