import { Component, onWillStart, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { formatFloat } from "@web/core/utils/numbers";
import { KeepLast } from "@web/core/utils/concurrency";
import { download } from "@web/core/network/download";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { FormChart } from "./form_chart";

const PROJECT_KEY = "crm_property_sales.project";
const DECIMALS = { integer: 0, yuan: 0, area: 2, money: 2, percent: 1 };

/** The text of a value on screen; dates come as ISO text. */
export function formatValue(value, kind) {
    if (value === null || value === undefined) {
        return "";
    }
    if (!(kind in DECIMALS) || typeof value === "string") {
        return String(value);
    }
    const text = formatFloat(value, { digits: [16, DECIMALS[kind]], grouping: [3, 0], thousandsSep: ",", decimalPoint: "." });
    return kind === "percent" ? `${text}%` : text;
}

/** The upper line of a two-line head: [label, span] of neighbours of one group. */
export function headGroups(columns) {
    const groups = [];
    for (const { group } of columns) {
        const last = groups.at(-1);
        if (group && last && last.label === group) {
            last.span++;
        } else {
            groups.push({ label: group, span: 1 });
        }
    }
    return groups;
}

/** A day `count` days after an ISO day. */
export function shiftDay(day, count) {
    return luxon.DateTime.fromISO(day).plus({ days: count }).toISODate();
}

/** Any form of `property.form` on screen: choose, read, open the records, download. */
export class FormViewer extends Component {
    static template = "crm_property_sales.FormViewer";
    static components = { FormChart, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.form = this.props.action.params.form;
        this.display = { controlPanel: {} };
        this.formatValue = formatValue;
        this.headGroups = headGroups;
        this.state = useState({ settings: null, options: {}, result: null, tab: 0 });
        useSetupAction({
            getLocalState: () => ({ options: { ...this.state.options }, tab: this.state.tab }),
        });
        onWillStart(() => this.start());
    }

    async start() {
        this.state.settings = await this.orm.call(this.form, "settings", []);
        const { projects } = this.state.settings;
        if (!projects.length) {
            return;
        }
        const remembered = Number(browser.localStorage.getItem(PROJECT_KEY));
        const project = projects.find(({ id }) => id === remembered) || projects[0];
        this.state.options = this.props.state?.options || {
            project_id: project.id,
            date_from: project.today,
            date_to: project.today,
        };
        if (this.isRange && !this.props.state?.options) {
            this.state.options.date_from = `${project.today.slice(0, 4)}-01-01`;
        }
        this.state.tab = this.props.state?.tab || 0;
        await this.load();
    }

    get isRange() {
        return this.state.settings.period === "range";
    }

    get section() {
        return this.state.result.sections[this.state.tab];
    }

    get subtitle() {
        const { project, date_from, date_to, filler, made, state } = this.state.result;
        const days = [...new Set([date_from, date_to])].join(" – ");
        return [project, days, filler, made, state].join(" · ");
    }

    cellKind(column, row) {
        return column.kind === "measure" ? row.kind : column.kind;
    }

    isNumber(column, row) {
        return this.cellKind(column, row) in DECIMALS;
    }

    async load() {
        this.state.result = await this.keepLast.add(
            this.orm.call(this.form, "compile", [this.state.options])
        );
    }

    async set(name, value) {
        if (!value) {
            return;
        }
        Object.assign(this.state.options, { [name]: value });
        if (!this.isRange) {
            this.state.options.date_from = this.state.options.date_to;
        }
        await this.load();
    }

    async setProject(id) {
        browser.localStorage.setItem(PROJECT_KEY, id);
        await this.set("project_id", Number(id));
    }

    async move(days) {
        await this.set("date_to", shiftDay(this.state.options.date_to, days));
    }

    async open(row, column) {
        const action = await this.orm.call(this.form, "drill", [
            { ...this.state.options },
            this.state.tab,
            row,
            column,
        ]);
        await this.action.doAction(action);
    }

    async download(fmt) {
        await download({
            url: `/property/form/${this.form}/${fmt}`,
            data: { options: JSON.stringify(this.state.options) },
        });
    }
}

registry.category("actions").add("property_form", FormViewer);
