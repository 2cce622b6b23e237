import { Component } from "@odoo/owl";
import { priceText } from "./board_data";
import { Countdown } from "./countdown";

/**
 * One building, floors from the top, cells as plain elements placed by CSS: the board
 * listens for all of them at once. Rendered anew only when one of its props is another.
 */
export class BuildingGrid extends Component {
    static template = "crm_property_sales.BuildingGrid";
    static components = { Countdown };
    static props = {
        building: Object,
        version: Number, // another one when a unit of the building has changed
        past: { type: [Map, { value: null }] }, // states at a past moment
        matched: { type: [Set, { value: null }] }, // units that stay bright
        selected: { type: [Number, { value: false }] },
        price: { type: String, optional: true },
        types: { type: Map, optional: true },
        tz: { type: String, optional: true },
    };
    static defaultProps = { price: "none", tz: "Asia/Shanghai", types: new Map() };

    get cells() {
        const { building, past, matched, selected, price, types } = this.props;
        const cells = [];
        for (const unit of building.units) {
            const state = past ? past.get(unit.id) : unit.state;
            if (!state) {
                continue; // it did not exist then
            }
            cells.push({
                unit,
                state,
                type: types.get(unit.type),
                price: priceText(unit, price),
                until: !past && unit.until,
                className:
                    (matched && !matched.has(unit.id) ? "o_dim" : "") +
                    (unit.id === selected ? " o_selected" : "") +
                    (unit.blocked ? " o_blocked" : ""),
            });
        }
        return cells;
    }

    get size() {
        const { width, floors } = this.props.building;
        return `--columns:${width};--rows:${floors.length}`;
    }

    /** Whether the entrances have names worth a line. */
    get hasEntrances() {
        return this.props.building.entrances.some(([name]) => name);
    }
}
