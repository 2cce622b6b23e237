import { Component } from "@odoo/owl";
import { emptyFilter, isEmptyFilter } from "./board_data";

/** Search, filters and the legend, which filters by state; the board dims the rest. */
export class BoardFilters extends Component {
    static template = "crm_property_sales.BoardFilters";
    static props = {
        filter: Object,
        types: Array,
        orientations: Array,
        states: Array,
        counts: Object,
        matched: { type: [Number, { value: null }] },
        onChange: Function,
        onFind: Function, // Enter in the search field
    };

    get isEmpty() {
        return isEmptyFilter(this.props.filter);
    }

    set(name, value) {
        this.props.onChange({ ...this.props.filter, [name]: value });
    }

    toggleState(state) {
        const { states } = this.props.filter;
        this.set(
            "states",
            states.includes(state) ? states.filter((one) => one !== state) : [...states, state]
        );
    }

    clear() {
        this.props.onChange(emptyFilter());
    }

    onSearchKeydown(ev) {
        if (ev.key === "Enter" && !ev.isComposing) {
            ev.preventDefault();
            this.props.onFind();
        }
    }
}
