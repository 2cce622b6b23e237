import { Component, onWillStart, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { KeepLast } from "@web/core/utils/concurrency";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { FormChart } from "../form_viewer/form_chart";
import { formatValue } from "../form_viewer/form_viewer";

const PROJECT_KEY = "crm_property_sales.project";

/** The day and the month at a glance; what is shown is decided by `property.dashboard`. */
export class PropertyDashboard extends Component {
    static template = "crm_property_sales.Dashboard";
    static components = { FormChart, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.formatValue = formatValue;
        this.state = useState({ board: null });
        onWillStart(() => this.load(Number(browser.localStorage.getItem(PROJECT_KEY))));
    }

    async load(projectId) {
        this.state.board = await this.keepLast.add(
            this.orm.call("property.dashboard", "figures", [projectId || false])
        );
    }

    async setProject(id) {
        browser.localStorage.setItem(PROJECT_KEY, id);
        await this.load(Number(id));
    }

    /** Since yesterday: more, less or the same. */
    trend({ value, before }) {
        if (before === undefined || before === null || value === before) {
            return "";
        }
        return value > before ? "fa-caret-up text-success" : "fa-caret-down text-danger";
    }

    barClass(rate) {
        return rate >= 100 ? "bg-success" : "bg-primary";
    }

    open(action) {
        return this.action.doAction(action);
    }
}

registry.category("actions").add("property_dashboard", PropertyDashboard);
