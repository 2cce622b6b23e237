import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";

export const COLORS = [
    "#4C78A8",
    "#F58518",
    "#54A24B",
    "#E45756",
    "#72B7B2",
    "#B279A2",
    "#EECA3B",
    "#9D755D",
];
const color = (number) => COLORS[number % COLORS.length];

/** What Chart.js draws of a chart of `form_table.Chart`: the colours are those on paper. */
export function chartConfig({ title, kind, labels, series }) {
    const pie = kind === "pie";
    return {
        type: kind,
        data: {
            labels,
            datasets: (pie ? series.slice(0, 1) : series).map(({ name, values }, number) => ({
                label: name,
                data: values,
                backgroundColor: pie ? labels.map((_label, place) => color(place)) : color(number),
                borderColor: pie ? "#fff" : color(number),
            })),
        },
        options: {
            animation: false,
            maintainAspectRatio: false,
            scales: pie ? {} : { y: { ticks: { precision: 0 } } },
            plugins: {
                title: { display: true, text: title },
                legend: { position: pie ? "right" : "bottom" },
            },
        },
    };
}

export class FormChart extends Component {
    static template = "crm_property_sales.FormChart";
    static props = { chart: Object };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                const drawn = new Chart(this.canvas.el, chartConfig(this.props.chart));
                return () => drawn.destroy();
            },
            () => [this.props.chart]
        );
    }
}
