import { markRaw } from "@odoo/owl";
import { serializeDateTime } from "@web/core/l10n/dates";
import { Reactive } from "@web/core/utils/reactive";
import { debounce } from "@web/core/utils/timing";
import { unpack, unpackBuilding } from "./board_data";

/**
 * The units of a project as the server has them, kept up to date by the bus. Cells are
 * drawn from plain objects; `version` of a building says that one of its units changed.
 */
export class BoardModel extends Reactive {
    constructor(bus, orm) {
        super();
        this.bus = markRaw(bus);
        this.orm = markRaw(orm);
        this.data = markRaw({ projects: [] });
        this.units = markRaw(new Map());
        this.types = markRaw(new Map());
        this.buildings = [];
        this.orientations = [];
        this.versions = {};
        this.changes = 0;
        this.onChange = () => {};
        this.waiting = markRaw(new Set());
        this.refreshSoon = debounce(() => this.refreshWaiting(), 200);
        this.onMessage = (message) => this.hear(message);
        this.onReconnect = () => this.load(this.project?.id);
        bus.subscribe("property_board", this.onMessage);
        bus.addEventListener("BUS:RECONNECT", this.onReconnect);
    }

    get project() {
        return this.data.project;
    }

    get since() {
        return luxon.DateTime.fromSQL(this.data.since, { zone: "utc" }).toMillis();
    }

    async load(projectId) {
        const data = await this.orm.call("property.board", "screen", [projectId]);
        const buildings = (data.buildings || []).map((building) =>
            unpackBuilding(building, data.columns)
        );
        this.data = markRaw(data);
        this.units = markRaw(
            new Map(buildings.flatMap(({ units }) => units.map((unit) => [unit.id, unit])))
        );
        this.types = markRaw(new Map((data.types || []).map(({ id, name }) => [id, name])));
        const sides = new Set([...this.units.values()].map(({ orientation }) => orientation));
        this.orientations = markRaw([...sides].filter(Boolean).sort());
        this.buildings = markRaw(buildings);
        this.changes++;
        this.listen(data.project);
    }

    listen(project) {
        const channel = project && `property_board_${project.id}`;
        if (channel !== this.channel) {
            if (this.channel) {
                this.bus.deleteChannel(this.channel);
            }
            if (channel) {
                this.bus.addChannel(channel);
            }
            this.channel = channel;
        }
    }

    stop() {
        this.listen(null);
        this.bus.unsubscribe("property_board", this.onMessage);
        this.bus.removeEventListener("BUS:RECONNECT", this.onReconnect);
    }

    versionOf(building) {
        return this.versions[building.id] || 0;
    }

    /** States change at once; what else a cell shows is asked for. */
    hear({ project_id, units }) {
        if (project_id !== this.project?.id) {
            return;
        }
        for (const { id, state } of units) {
            const unit = this.units.get(id);
            if (unit) {
                this.update(unit, { state, until: null });
            }
            this.waiting.add(id);
        }
        this.changes++;
        this.refreshSoon();
    }

    update(unit, values) {
        Object.assign(unit, values);
        this.versions[unit.buildingId] = this.versionOf({ id: unit.buildingId }) + 1;
    }

    refreshWaiting() {
        const ids = [...this.waiting];
        this.waiting.clear();
        return ids.length && this.refresh(ids);
    }

    /** Ask for some units anew; when one came, went or moved, for all of them. */
    async refresh(ids) {
        const project = this.project.id;
        const rows = await this.orm.call("property.board", "live", [project, ids]);
        if (project !== this.project.id) {
            return;
        }
        const fresh = rows.map((row) => unpack(row, this.data.columns));
        const stands = ({ id, room, floor }) => {
            const unit = this.units.get(id);
            return unit && unit.room === room && unit.floor === floor;
        };
        if (fresh.length < ids.length || !fresh.every(stands)) {
            await this.load(project);
        } else {
            fresh.forEach((values) => this.update(this.units.get(values.id), values));
            this.changes++;
        }
        this.onChange(new Set(ids));
    }

    /** The states at a past moment: Map of id to state. */
    async at(moment) {
        const args = [this.project.id, serializeDateTime(moment)];
        const states = await this.orm.call("property.board", "at", args);
        return new Map(
            Object.entries(states).flatMap(([state, ids]) => ids.map((id) => [id, state]))
        );
    }
}
