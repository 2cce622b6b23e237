import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

const NAMED = 3; // units told by name; of more it is told how many
const TAKEN = ["slip", "deposit", "contracted"];

/** What happened to a unit, for who sells it; nothing for what is no news to him. */
export function noticeOf({ state, from }) {
    if (state === from) {
        return null;
    }
    if (state === "available") {
        return TAKEN.includes(from)
            ? { type: "success", text: _t("back on sale") }
            : { type: "success", text: _t("now on sale") };
    }
    if (state === "held" && TAKEN.includes(from)) {
        return { type: "warning", text: _t("free again, with control") };
    }
    if (state === "held" && from === "available") {
        return { type: "warning", text: _t("held by control") };
    }
    if (state === "slip") {
        return { type: "info", text: _t("reserved") };
    }
    if (state === "deposit") {
        return { type: "info", text: _t("sold: deposit confirmed") };
    }
    return null;
}

/**
 * Who works in a project is told at once when its units are taken, freed or put on sale
 * (A5), on whatever screen he is: the server adds the channels of his projects.
 */
export const boardNotices = {
    dependencies: ["bus_service", "notification"],

    start(env, { bus_service: bus, notification }) {
        const service = { muted: 0 };
        bus.subscribe("property_board", ({ units }) => {
            if (service.muted) {
                return;
            }
            const groups = new Map();
            for (const unit of units) {
                const notice = noticeOf(unit);
                if (notice) {
                    const group = groups.get(notice.text) || { ...notice, names: [] };
                    group.names.push(unit.name);
                    groups.set(notice.text, group);
                }
            }
            for (const { type, text, names } of groups.values()) {
                const who =
                    names.length > NAMED ? _t("%s units", names.length) : names.join(", ");
                notification.add(`${who} ${text}`, { type, className: "o_board_notice" });
            }
        });
        bus.start();
        return service;
    },
};

registry.category("services").add("property_board_notices", boardNotices);
