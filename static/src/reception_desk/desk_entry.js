import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { Chips } from "./chips";
import { answerText, draftValues, emptyDraft, isCompletePhone, kindFor } from "./desk_rules";

const PRESENT = ["next", "waiting"];

/** Phone check and quick entry: one column of fields, each left with Enter. */
export class DeskEntry extends Component {
    static template = "crm_property_sales.DeskEntry";
    static components = { Chips, Dropdown, DropdownItem };
    static props = {
        data: Object, // of property.desk screen()
        live: Object, // of property.desk live()
        draft: Object, // reactive
        onEntered: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.draft = useState(this.props.draft);
        this.form = useRef("form");
        this.phone = useRef("phone");
        this.answerText = answerText;
        this.state = useState({ answer: null, asked: "", result: null, message: "", busy: false });
        this.checkSoon = useDebounced(() => this.check(), 350);
        useHotkey("control+enter", () => this.save(), { bypassEditableProtection: true });
        useEffect(
            () => this.phone.el?.focus(),
            () => [this.draft.ring, this.draft.turn_id]
        );
    }

    get choices() {
        return this.props.data.choices;
    }

    get project() {
        return this.props.data.project;
    }

    get isCall() {
        return this.draft.ring === "call";
    }

    get ring() {
        return this.props.live.rings.find(({ ring }) => ring === this.draft.ring);
    }

    get queue() {
        return this.ring.queue;
    }

    get kinds() {
        return this.choices.kind.filter(({ id }) => (id === "call_in") === this.isCall);
    }

    get kind() {
        return this.draft.kind || kindFor(this.draft.ring, this.state.answer?.status);
    }

    /** Nobody else's: the turn decides, or the client is one's own. */
    get isForOthers() {
        const { status } = this.state.answer || {};
        return ["owned", "claimed"].includes(status);
    }

    /** A rep leaves others' clients to the desk. */
    get isBarred() {
        return this.isForOthers && !this.props.data.may.turn;
    }

    /** Who is going to receive, as far as it is known before it is entered. */
    get host() {
        const { status, owner } = this.state.answer || {};
        if (this.draft.is_invalid || !status || this.isBarred) {
            return null;
        }
        if (status === "yours") {
            return this.props.data.user;
        }
        if (owner) {
            return owner;
        }
        const turn = this.turn;
        const next = this.queue.find((place) => place.status === "next");
        return turn
            ? { id: turn.user_id, name: turn.name }
            : next && { id: next.user_id, name: next.name };
    }

    get turn() {
        return this.ring.open_turns.find(({ id }) => id === this.draft.turn_id);
    }

    /** Whose client came is out: a colleague helps. */
    get helpers() {
        const { owner } = this.state.answer || {};
        if (this.isCall || !owner) {
            return [];
        }
        const place = this.queue.find(({ user_id }) => user_id === owner.id);
        if (place && PRESENT.includes(place.status)) {
            return [];
        }
        return this.queue.filter(({ status }) => PRESENT.includes(status));
    }

    // === The number ===

    onPhone(value) {
        this.draft.phone = value;
        this.state.result = null;
        if (value.trim() !== this.state.asked) {
            Object.assign(this.state, { answer: null, asked: "" });
            this.draft.helper_id = false;
        }
        if (isCompletePhone(value)) {
            this.checkSoon();
        } else {
            this.checkSoon.cancel();
        }
    }

    async check() {
        const phone = this.draft.phone.trim();
        this.checkSoon.cancel();
        if (!phone || phone === this.state.asked) {
            return;
        }
        this.state.asked = phone;
        const answer = await this.orm.call("property.desk", "check_phone", [this.project.id, phone]);
        if (phone !== this.draft.phone.trim()) {
            return; // typed on meanwhile
        }
        this.state.answer = answer;
        if (["limited", "invalid"].includes(answer.status)) {
            this.state.asked = "";
        }
        if (answer.client && !this.draft.partner_name) {
            this.draft.partner_name = answer.client.name;
        }
        this.draft.helper_id = this.helpers[0]?.user_id || false;
    }

    /** Everyone but the one who has him. */
    get claimants() {
        return this.queue.filter(({ user_id }) => user_id !== this.state.answer.owner.id);
    }

    /** @param claimantId for whom the desk asks; a rep asks for himself */
    async askRuling(claimantId) {
        const args = [this.project.id, this.draft.phone.trim(), claimantId];
        const result = await this.orm.call("property.desk", "ask_ruling", args);
        if (result.status === "done") {
            return this.action.doAction(result.action);
        }
        this.refused(result);
    }

    openClient() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.lead",
            res_id: this.state.answer.client.id,
            views: [[false, "form"]],
        });
    }

    // === The entry ===

    toggleInvalid() {
        this.draft.is_invalid = !this.draft.is_invalid;
    }

    /** Enter goes on to the next field, and from the last one saves. */
    async onKeydown(ev) {
        if (ev.key !== "Enter" || ev.isComposing || ev.altKey || ev.ctrlKey || ev.shiftKey) {
            return;
        }
        const stops = [...this.form.el.querySelectorAll("[data-stop]")].filter(
            (el) => el.offsetParent
        );
        const at = stops.indexOf(ev.target.closest("[data-stop]"));
        if (at < 0) {
            return;
        }
        ev.preventDefault();
        if (stops[at] === this.phone.el) {
            this.check();
        }
        if (at + 1 < stops.length) {
            stops[at + 1].focus();
            stops[at + 1].select?.();
        } else {
            await this.save();
        }
    }

    async save() {
        if (this.state.busy || this.isBarred) {
            return;
        }
        Object.assign(this.state, { busy: true, message: "" });
        try {
            const values = draftValues({ ...this.draft, kind: this.kind });
            const result = await this.orm.call("property.desk", "enter", [this.project.id, values]);
            if (result.status === "done") {
                this.clear();
                this.state.result = result;
                await this.props.onEntered();
            } else {
                this.refused(result);
            }
        } finally {
            this.state.busy = false;
        }
    }

    refused({ message, answer }) {
        this.state.message = message || "";
        if (answer) {
            Object.assign(this.state, { answer, asked: "" });
        }
    }

    clear() {
        this.checkSoon.cancel();
        Object.assign(this.draft, emptyDraft(this.draft.ring));
        Object.assign(this.state, { answer: null, asked: "", result: null, message: "" });
        this.phone.el.focus();
    }
}
