import { Component, onWillStart, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { markRaw } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { countStates, unpackBuilding } from "./board_data";
import { BuildingGrid } from "./building_grid";

const LABELS = 34; // pixels of a building's floor numbers
const HEADS = 64; // of its name and column heads
const GAP = 24;

/** The largest cells with which all buildings stand in lines within width × height. */
export function fit(buildings, width, height) {
    let best = { w: 0, h: 0 };
    for (let lines = 1; lines <= buildings.length; lines++) {
        const perLine = Math.ceil(buildings.length / lines);
        const rows = [];
        for (let start = 0; start < buildings.length; start += perLine) {
            rows.push(buildings.slice(start, start + perLine));
        }
        const columns = Math.max(
            ...rows.map((row) => row.reduce((sum, one) => sum + one.width, 0))
        );
        const floors = rows.reduce(
            (sum, row) => sum + Math.max(...row.map((one) => one.floors.length)),
            0
        );
        const w = Math.floor((width - perLine * (LABELS + GAP)) / columns);
        const h = Math.floor((height - rows.length * (HEADS + GAP)) / floors);
        const cell = { w: Math.min(w, 150), h: Math.min(h, 64) };
        if (Math.min(cell.w, cell.h * 2) > Math.min(best.w, best.h * 2)) {
            best = cell;
        }
    }
    return best;
}

/** What hangs on the wall: every building at once, no names, live. */
export class BoardWall extends Component {
    static template = "crm_property_sales.BoardWall";
    static components = { BuildingGrid };
    static props = { ...standardActionServiceProps };
    static target = "fullscreen";

    setup() {
        this.orm = useService("orm");
        this.bus = useService("bus_service");
        this.notices = useService("property_board_notices");
        this.area = useRef("area");
        this.state = useState({ data: null, changes: 0, now: luxon.DateTime.now() });
        this.loadSoon = useDebounced(() => this.load(), 300);
        this.onMessage = ({ project_id }) => {
            if (project_id === this.projectId) {
                this.loadSoon();
            }
        };
        useBus(this.bus, "BUS:RECONNECT", () => this.loadSoon());
        onWillStart(async () => {
            await this.load();
            this.notices.muted++;
            this.bus.subscribe("property_board", this.onMessage);
            this.bus.addChannel(`property_board_${this.projectId}`);
        });
        onWillUnmount(() => {
            this.notices.muted--;
            this.bus.unsubscribe("property_board", this.onMessage);
            this.bus.deleteChannel(`property_board_${this.projectId}`);
            clearInterval(this.clock);
        });
        useEffect(
            () => {
                const scale = () => this.scale();
                scale();
                window.addEventListener("resize", scale);
                this.clock = setInterval(() => (this.state.now = luxon.DateTime.now()), 10_000);
                return () => {
                    window.removeEventListener("resize", scale);
                    clearInterval(this.clock);
                };
            },
            () => []
        );
    }

    get projectId() {
        return this.props.action.context.active_id || this.props.action.params?.project_id;
    }

    get counts() {
        const units = this.state.data.buildings.flatMap((building) => building.units);
        return countStates(units, (unit) => unit.state);
    }

    get time() {
        return this.state.now.setZone(this.state.data.project.tz).toFormat("yyyy-MM-dd HH:mm");
    }

    async load() {
        const data = await this.orm.call("property.board", "wall", [this.projectId]);
        data.buildings = data.buildings.map((one) => unpackBuilding(one, data.columns));
        this.state.data = markRaw(data);
        this.state.changes++;
    }

    scale() {
        const { clientWidth, clientHeight, style } = this.area.el;
        const { w, h } = fit(this.state.data.buildings, clientWidth - 24, clientHeight - 16);
        style.setProperty("--cell-w", `${w}px`);
        style.setProperty("--cell-h", `${h}px`);
        style.setProperty("--cell-font", `${Math.max(8, Math.min(h * 0.42, w * 0.26, 22))}px`);
    }
}

registry.category("actions").add("property_wall", BoardWall);
