import { Component, useState } from "@odoo/owl";

/**
 * A choice of one or several: touched, or with the keyboard by its digit or by arrow and
 * space. The whole group is one stop of the Tab and Enter keys.
 */
export class Chips extends Component {
    static template = "crm_property_sales.Chips";
    static props = {
        options: Array,
        value: { optional: true }, // ids of several, or one id
        onChange: Function,
        label: String,
        name: String,
    };

    setup() {
        this.state = useState({ at: 0 });
    }

    get several() {
        return Array.isArray(this.props.value);
    }

    isOn(id) {
        return this.several ? this.props.value.includes(id) : this.props.value === id;
    }

    toggle(id) {
        const { value, onChange } = this.props;
        if (!this.several) {
            return onChange(value === id ? "" : id);
        }
        onChange(value.includes(id) ? value.filter((one) => one !== id) : [...value, id]);
    }

    onKeydown(ev) {
        const { options } = this.props;
        const count = options.length;
        if (!count || ev.altKey || ev.ctrlKey || ev.metaKey) {
            return;
        }
        if (/^\d$/.test(ev.key)) {
            const option = options[(Number(ev.key) + 9) % 10]; // 1…9, then 0
            if (option) {
                this.toggle(option.id);
            }
        } else if (ev.key === "ArrowRight") {
            this.state.at = (this.state.at + 1) % count;
        } else if (ev.key === "ArrowLeft") {
            this.state.at = (this.state.at + count - 1) % count;
        } else if (ev.key === " ") {
            this.toggle(options[this.state.at].id);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }
}
