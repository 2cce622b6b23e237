import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { DeskEntry } from "./desk_entry";
import { emptyDraft } from "./desk_rules";
import { RingPanel } from "./ring_panel";

const PROJECT_KEY = "crm_property_sales.project";

/** The reception desk: rings to the left, the entry in the middle, the day to the right. */
export class ReceptionDesk extends Component {
    static template = "crm_property_sales.ReceptionDesk";
    static components = { DeskEntry, RingPanel };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.bus = useService("bus_service");
        this.asked = 0;
        this.state = useState({ data: null });
        this.draft = useState(this.props.state?.draft || emptyDraft("visit"));
        useSetupAction({ getLocalState: () => ({ draft: { ...this.draft } }) });
        this.refreshSoon = useDebounced(() => this.refresh(), 200);
        this.onMessage = ({ project_id }) => {
            if (project_id === this.state.data.project?.id) {
                this.refreshSoon();
            }
        };
        this.onReconnect = () => this.refreshSoon();
        onWillStart(async () => {
            await this.load(Number(browser.localStorage.getItem(PROJECT_KEY)) || false);
            this.bus.subscribe("property_desk", this.onMessage);
            this.bus.addEventListener("BUS:RECONNECT", this.onReconnect);
        });
        onWillUnmount(() => {
            this.bus.unsubscribe("property_desk", this.onMessage);
            this.bus.removeEventListener("BUS:RECONNECT", this.onReconnect);
            this.listen(null);
        });
    }

    get live() {
        return this.state.data.live;
    }

    async load(projectId) {
        this.asked++;
        this.state.data = await this.orm.call("property.desk", "screen", [projectId]);
        this.listen(this.state.data.project);
    }

    /** Hear of the project's rings, and no longer of the one before. */
    listen(project) {
        const channel = project && `property_desk_${project.id}`;
        if (this.channel) {
            this.bus.deleteChannel(this.channel);
        }
        if (channel) {
            this.bus.addChannel(channel);
        }
        this.channel = channel;
    }

    async setProject(id) {
        browser.localStorage.setItem(PROJECT_KEY, id);
        Object.assign(this.draft, emptyDraft(this.draft.ring));
        await this.load(Number(id));
    }

    /** Of several questions at once only the answer to the last one is shown. */
    async refresh() {
        const { project } = this.state.data;
        if (project) {
            const number = ++this.asked;
            const live = await this.orm.call("property.desk", "live", [project.id]);
            if (number === this.asked) {
                this.state.data.live = live;
            }
        }
    }

    setRing(ring) {
        if (this.draft.ring !== ring) {
            // What was typed stays; what only the other ring has does not.
            const { party_size } = emptyDraft(ring);
            const other = { ring, party_size, kind: "", turn_id: false, helper_id: false };
            Object.assign(this.draft, other);
        }
    }

    /** Move a ring; whoever else looks at it is told by the server. */
    async move(model, method, args) {
        try {
            await this.orm.call(model, method, args);
        } finally {
            await this.refresh();
        }
        if (method === "action_next") {
            const ring = this.live.rings.find(({ id }) => id === args[0][0]);
            this.selectTurn(ring, ring.open_turns.at(-1));
        }
    }

    /** Enter what a rep has received on a turn that was taken before. */
    selectTurn(ring, turn) {
        this.setRing(ring.ring);
        this.draft.turn_id = turn?.id || false;
    }

    openEntry(entry) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "property.interaction",
            res_id: entry.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("property_desk", ReceptionDesk);
