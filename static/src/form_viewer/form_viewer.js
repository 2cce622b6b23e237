import { Component, onWillStart, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";
import { KeepLast } from "@web/core/utils/concurrency";
import { download } from "@web/core/network/download";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { FormChart } from "./form_chart";
import { movePeriod, periodOf } from "./form_period";

const PROJECT_KEY = "crm_property_sales.project";
const DECIMALS = { integer: 0, yuan: 0, area: 2, money: 2, percent: 1 };
/** Rows that are drawn at first, and each time the end of them comes into sight. */
export const CHUNK = 200;

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

/**
 * Any form of `property.form` on screen: choose, read, open the records, take out.
 *
 * With `params.filing_id` it shows a filed copy as it was filed: nothing to choose, and
 * the files are those that lie with the filing.
 */
export class FormViewer extends Component {
    static template = "crm_property_sales.FormViewer";
    static components = { FormChart, Layout, RecordSelector };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        const { form, filing_id } = this.props.action.params;
        this.form = form;
        this.filingId = filing_id;
        this.display = { controlPanel: {} };
        this.formatValue = formatValue;
        this.headGroups = headGroups;
        this.state = useState({
            settings: null,
            options: {},
            result: null,
            tab: 0,
            shown: CHUNK,
        });
        useSetupAction({
            getLocalState: () => ({ options: { ...this.state.options }, tab: this.state.tab }),
        });
        onWillStart(() => this.start());
    }

    // --- What is shown

    async start() {
        if (this.filingId) {
            this.state.result = await this.orm.call("property.filing", "read_figures", [
                [this.filingId],
            ]);
            return;
        }
        this.state.settings = await this.orm.call(this.form, "settings", []);
        const { projects } = this.state.settings;
        if (!projects.length) {
            return;
        }
        const asked = this.props.state?.options || this.props.action.params.options;
        const remembered =
            asked?.project_id || Number(browser.localStorage.getItem(PROJECT_KEY));
        const project = projects.find(({ id }) => id === remembered) || projects[0];
        this.state.options = asked || {
            project_id: project.id,
            ...periodOf(this.period, project.today, project.week_start),
            ...(project.date_from && { date_from: project.date_from, date_to: project.date_to }),
        };
        this.state.tab = this.props.state?.tab || 0;
        await this.load();
    }

    get period() {
        return this.state.settings.period;
    }

    get project() {
        const { projects } = this.state.settings;
        return projects.find(({ id }) => id === this.state.options.project_id);
    }

    get clientSelector() {
        const { project_id, client_id } = this.state.options;
        return {
            resModel: "crm.lead",
            resId: client_id || false,
            domain: [["project_id", "=", project_id]],
            placeholder: _t("All clients"),
            fieldString: _t("Client"),
            update: (id) => this.setFilter("client_id", id),
        };
    }

    get section() {
        return this.state.result.sections[this.state.tab];
    }

    get rows() {
        return this.section.rows.slice(0, this.state.shown);
    }

    get subtitle() {
        const { project, date_from, date_to, filler, made } = this.state.result;
        const days = [...new Set([date_from, date_to])].join(" – ");
        return [project, days, filler, made].join(" · ");
    }

    get stateClass() {
        const { filing } = this.state.result;
        if (!filing) {
            return "text-bg-light";
        }
        const classes = { late: "text-bg-danger", due: "text-bg-warning" };
        return classes[filing.status] || "text-bg-success";
    }

    cellKind(column, row) {
        return column.kind === "measure" ? row.kind : column.kind;
    }

    isNumber(column, row) {
        return this.cellKind(column, row) in DECIMALS;
    }

    /** A long list is drawn as far as one looks. */
    onScroll({ currentTarget }) {
        const below = currentTarget.scrollHeight - currentTarget.scrollTop;
        if (
            below < 2 * currentTarget.clientHeight &&
            this.state.shown < this.section.rows.length
        ) {
            this.state.shown += CHUNK;
        }
    }

    openTab(tab) {
        Object.assign(this.state, { tab, shown: CHUNK });
    }

    // --- What is chosen

    async load() {
        const result = await this.keepLast.add(
            this.orm.call(this.form, "compile", [this.state.options])
        );
        const tab = Math.min(this.state.tab, result.sections.length - 1);
        Object.assign(this.state, { result, tab, shown: CHUNK });
    }

    async set(values) {
        Object.assign(this.state.options, values);
        await this.load();
    }

    async setDay(day) {
        if (day) {
            await this.set(
                this.period === "range"
                    ? { date_to: day }
                    : periodOf(this.period, day, this.project.week_start)
            );
        }
    }

    async setFrom(day) {
        if (day) {
            await this.set({ date_from: day });
        }
    }

    async setProject(id) {
        browser.localStorage.setItem(PROJECT_KEY, id);
        await this.set({
            project_id: Number(id),
            user_id: false,
            building_id: false,
            client_id: false,
        });
    }

    async setFilter(name, id) {
        await this.set({ [name]: Number(id) });
    }

    async move(count) {
        await this.set(movePeriod(this.period, this.state.options, count, this.project));
    }

    // --- What is opened or taken out

    async open(row, column) {
        const action = await this.orm.call(this.form, "drill", [
            { ...this.state.options },
            this.state.tab,
            row,
            column,
        ]);
        await this.action.doAction(action);
    }

    async openFiling() {
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "property.filing",
            res_id: this.state.result.filing.id,
            views: [[false, "form"]],
        });
    }

    async download(fmt) {
        if (this.filingId) {
            await download({
                url: `/web/content/property.filing/${this.filingId}/${fmt}`,
                data: { download: true, filename_field: `${fmt}_name` },
            });
            return;
        }
        await download({
            url: `/property/form/${this.form}/${fmt}`,
            data: { options: JSON.stringify(this.state.options) },
        });
        if (fmt === "xlsx" && this.state.result.personal) {
            this.notification.add(
                _t("The workbook is opened with the project's password of files."),
                {
                    type: "info",
                    buttons: [
                        { name: _t("Show the password"), onClick: () => this.showPassword() },
                    ],
                }
            );
        }
    }

    async showPassword() {
        const password = await this.orm.call("property.project", "read_file_password", [
            [this.state.options.project_id],
        ]);
        this.notification.add(password, { title: this.project.name, sticky: true });
    }

    async mailMe() {
        const address = await this.orm.call(this.form, "mail_me", [this.state.options]);
        this.notification.add(_t("Sent to %s", address), { type: "success" });
    }
}

registry.category("actions").add("property_form", FormViewer);
