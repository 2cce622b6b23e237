import { Component, useEffect, useRef } from "@odoo/owl";
import { formatFloat } from "@web/core/utils/numbers";

/** One unit: what it is, who has it until when, and what the user may do with it. */
export class UnitCard extends Component {
    static template = "crm_property_sales.UnitCard";
    static props = {
        card: Object,
        stateLabel: String,
        isPast: Boolean,
        run: Function,
        onClose: Function,
    };

    setup() {
        this.actions = useRef("actions");
        // Whoever opened it goes on with the keyboard.
        useEffect(
            () => this.actions.el?.querySelector("button")?.focus(),
            () => [this.props.card.id]
        );
    }

    text(value) {
        return typeof value === "number" ? formatFloat(value, { digits: [16, 2] }) : value;
    }
}
