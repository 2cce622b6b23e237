import { _t } from "@web/core/l10n/translation";

/** An entry before anything is typed; what it holds is sent as it is. */
export function emptyDraft(ring) {
    return {
        ring,
        phone: "",
        kind: "",
        partner_name: "",
        source_id: false,
        unit_type_ids: [],
        area_wanted: "",
        budget: "",
        party_size: ring === "visit" ? "1" : "",
        concern_ids: [],
        purpose: "",
        horizon: "",
        grade: "",
        district: "",
        note: "",
        identity_check: "",
        answered_in_time: "",
        visit_date: "",
        introduced_by_phone: "",
        helper_id: false,
        turn_id: false,
        is_invalid: false,
        invalid_reason: "",
        surveyor: "",
    };
}

const NUMBERS = ["area_wanted", "budget", "party_size"];
const INVALID_ONLY = ["invalid_reason", "surveyor"];

/** The draft as the server takes it: empty columns left out, numbers as numbers. */
export function draftValues(draft) {
    const values = {};
    for (const [name, value] of Object.entries(draft)) {
        const unused = !draft.is_invalid && INVALID_ONLY.includes(name);
        if (name === "is_invalid" || unused || !value || value.length === 0) {
            continue;
        }
        values[name] = NUMBERS.includes(name) ? Number(value) : value;
    }
    return values;
}

/**
 * Whether a number is typed to its end: a mobile, a fixed line with its area code, or one
 * abroad. Only such a number is checked, for each check counts.
 */
export function isCompletePhone(text) {
    const digits = text.replace(/[^\d+]/g, "");
    return /^(\+?86)?1\d{10}$|^0\d{10,11}$|^(\+|00)(?!86)\d{8,15}$/.test(digits);
}

/** The kind of a visit that follows from what the check said. */
export function kindFor(ring, status) {
    if (ring === "call") {
        return "call_in";
    }
    return { yours: "visit_return", owned: "visit_return", claimed: "visit_called" }[status] || "visit_first";
}

/** What a check means: its colour, a word, and what to do. */
export function answerText({ status, days, minutes, owner, client }) {
    const name = owner && owner.name;
    switch (status) {
        case "new":
            return { colour: "success", title: _t("New Client"), text: _t("Nobody has this number on file.") };
        case "yours":
            return {
                colour: "primary",
                title: _t("Your Client"),
                text: client ? client.name : _t("You took the earlier call."),
            };
        case "owned": {
            const until = days ? _t("Free again in %s days.", days) : "";
            const text = name
                ? _t("Client of %s.", name)
                : _t("Call the supervisor.");
            return { colour: "warning", title: _t("Somebody's Client"), text: `${text} ${until}`.trim() };
        }
        case "claimed":
            return {
                colour: "warning",
                title: _t("Called Before"),
                text: name
                    ? _t("%s took the earlier call.", name)
                    : _t("A colleague took the call: call the supervisor."),
            };
        case "free":
            return { colour: "info", title: _t("Free Client"), text: _t("On file, and nobody's client now.") };
        case "limited":
            return {
                colour: "danger",
                title: _t("Too Many Checks"),
                text: _t("The next number can be checked in %s minutes.", minutes),
            };
        default:
            return { colour: "secondary", title: _t("Not a Number"), text: _t("Enter all digits, with area code for a fixed line.") };
    }
}
