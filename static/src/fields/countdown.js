import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;
const SECOND = 1000;
const SHORT = 2 * 60 * 60; // two hours before the end it turns orange

export function timeLeft(end, now = DateTime.now()) {
    return Math.ceil(end.diff(now).as("seconds"));
}

/** 26:03:09; of days that are far: 3 d 02:03:09 */
export function formatLeft(seconds) {
    const pad = (number) => String(number).padStart(2, "0");
    const days = Math.floor(seconds / 86400);
    const hours = Math.floor(seconds / 3600) - (days > 1 ? days * 24 : 0);
    const clock = [hours, Math.floor(seconds / 60) % 60, seconds % 60].map(pad).join(":");
    return days > 1 ? _t("%(days)s d %(clock)s", { days, clock }) : clock;
}

/** The time that a slip still has, second by second. */
export class Countdown extends Component {
    static template = "crm_property_sales.Countdown";
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ now: DateTime.now() });
        let timer;
        onMounted(() => {
            timer = setInterval(() => (this.state.now = DateTime.now()), SECOND);
        });
        onWillUnmount(() => clearInterval(timer));
    }

    get end() {
        return this.props.record.data[this.props.name];
    }

    get left() {
        return this.end ? timeLeft(this.end, this.state.now) : 0;
    }

    get text() {
        return this.left > 0 ? formatLeft(this.left) : _t("Time is over");
    }

    get color() {
        if (this.left <= 0) {
            return "text-danger";
        }
        return this.left < SHORT ? "text-warning" : "text-success";
    }
}

registry.category("fields").add("property_countdown", {
    component: Countdown,
    displayName: _t("Countdown"),
    supportedTypes: ["datetime"],
});
