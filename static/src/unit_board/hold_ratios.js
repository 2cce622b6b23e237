import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { holdRatios } from "./board_data";

/** How much is held, by building and by type (A4), at the moment that is shown. */
export class HoldRatios extends Component {
    static template = "crm_property_sales.HoldRatios";
    static props = { buildings: Array, types: Map, stateOf: Function };

    get tables() {
        const { buildings, types, stateOf } = this.props;
        const units = buildings.flatMap((building) => building.units).filter(stateOf);
        const names = new Map(buildings.map(({ id, name }) => [id, name]));
        const table = (title, keyOf, nameOf) => ({
            title,
            rows: holdRatios(units, keyOf, stateOf).map((row) => ({
                ...row,
                name: nameOf(row.key) || "",
            })),
        });
        return [
            table(_t("Building"), (unit) => unit.buildingId, (key) => names.get(key)),
            table(_t("Unit Type"), (unit) => unit.type, (key) => types.get(key)),
            table(_t("Total"), () => "", () => ""),
        ];
    }
}
