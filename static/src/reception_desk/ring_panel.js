import { Component, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";

const ICONS = { suspended: "fa-ban", off_duty: "fa-moon-o" };

/** One ring: who is next, who follows, who is out; the buttons that move it. */
export class RingPanel extends Component {
    static template = "crm_property_sales.RingPanel";
    static components = { Dropdown, DropdownItem };
    static props = {
        ring: Object,
        may: Object,
        userId: Number,
        reasons: Array,
        active: Boolean,
        move: Function, // (method, args) => runs an action of the ring, then reads it anew
        onTurn: Function,
    };

    setup() {
        this.ICONS = ICONS;
        this.state = useState({ suspending: false, note: "" });
    }

    get isCall() {
        return this.props.ring.ring === "call";
    }

    get title() {
        return this.isCall ? _t("Calls") : _t("Visits");
    }

    get next() {
        return this.props.ring.queue.find(({ status }) => status === "next");
    }

    /** Who follows the next one, in order. */
    get queue() {
        return this.props.ring.queue.filter((place) => place !== this.next);
    }

    hint({ status, reason }) {
        const said = { away: _t("Away"), suspended: _t("Turn Suspended"), off_duty: _t("Off Duty") };
        return [said[status], reason].filter(Boolean).join(": ");
    }

    /** What a click on a rep offers: [label, what it does]. */
    menu(place) {
        const { may, move, ring } = this.props;
        const items = [];
        if (place.absence_id) {
            items.push([
                _t("Is Back"),
                () => move("property.absence", "action_back", [[place.absence_id]]),
            ]);
        }
        if (may.suspend && place.status === "suspended") {
            items.push([
                _t("Lift Suspension"),
                () => move("property.roster", "action_lift", [[ring.id], place.user_id]),
            ]);
        } else if (may.suspend) {
            items.push([_t("Suspend Next Turn…"), () => (this.state.suspending = place)]);
        }
        return items;
    }

    pass(reason) {
        const { move, ring } = this.props;
        return move("property.roster", "action_pass", [[ring.id], this.next.user_id, reason.id]);
    }

    async suspend() {
        const { move, ring } = this.props;
        const args = [[ring.id], this.state.suspending.user_id, this.state.note];
        await move("property.roster", "action_suspend", args);
        Object.assign(this.state, { suspending: false, note: "" });
    }

    onSuspendKeydown(ev) {
        if (ev.key === "Enter" && !ev.isComposing) {
            this.suspend();
        } else if (ev.key === "Escape") {
            this.state.suspending = false;
        }
    }

    giveBack(turn) {
        return this.props.move("property.roster.turn", "action_give_back", [[turn.id]]);
    }
}
