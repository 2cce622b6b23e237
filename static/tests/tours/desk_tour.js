import { registry } from "@web/core/registry";

/**
 * A clerk takes a call and receives the caller's visit and a new visitor, with the
 * keyboard alone; tests/test_desk_tour.py looks at the records. Focus says where a key goes, as for a
 * person: a step without focus on its field waits in vain.
 */
const focused = (name) => `.o_desk_entry [name=${name}]:focus`;
const type = (name, text) => ({ trigger: focused(name), run: `edit ${text}` });
const key = (name, keys) => ({ trigger: focused(name), run: `press ${keys}` });
const sees = (trigger) => ({ trigger });

registry.category("web_tour.tours").add("property_desk_keyboard", {
    steps: () => [
        // A call
        sees(focused("phone")),
        { trigger: ".o_desk_phone", run: "press Alt+k" },
        sees(".o_desk_tabs [data-hotkey=k][aria-selected=true]"),
        type("phone", "13912345678"),
        sees("[data-status=new]"),
        key("phone", "Enter"),
        type("partner_name", "Ms Zhou"),
        key("partner_name", "Enter"),
        {
            trigger: focused("source_id"),
            run: "selectByLabel Test Billboard",
        },
        key("source_id", "Enter"),
        type("district", "Wuhou"),
        key("district", "Control+Enter"),
        sees(".o_desk_result:contains(rep_a)"),

        // The caller comes
        { trigger: focused("phone"), run: "press Alt+v" },
        sees(".o_desk_tabs [data-hotkey=v][aria-selected=true]"),
        type("phone", "13912345678"),
        sees("[data-status=claimed] .o_desk_host:contains(rep_a)"),
        key("phone", "Enter"),
        type("partner_name", "Ms Zhou"),
        key("partner_name", "Enter"),
        key("source_id", "Enter"),
        key("kind", "Enter"),
        key("unit_type_ids", "1"),
        sees("[name=unit_type_ids] .o_on"),
        key("unit_type_ids", "Control+Enter"),
        sees(".o_desk_result:contains(rep_a)"),

        // Somebody new
        type("phone", "13912345679"),
        sees("[data-status=new] .o_desk_host"),
        key("phone", "Enter"),
        type("partner_name", "Mr Wu"),
        key("partner_name", "Enter"),
        {
            trigger: focused("source_id"),
            run: "selectByLabel Test Billboard",
        },
        key("source_id", "Enter"),
        key("kind", "Enter"),
        key("unit_type_ids", "2"),
        key("unit_type_ids", "Enter"),
        type("area_wanted", "90"),
        key("area_wanted", "Enter"),
        type("budget", "1500000"),
        key("budget", "Enter"),
        type("party_size", "3"),
        key("party_size", "Enter"),
        key("district", "Enter"),
        key("concern_ids", "3"),
        key("concern_ids", "Enter"),
        key("purpose", "Enter"),
        key("horizon", "Enter"),
        key("grade", "1"),
        key("grade", "Enter"),
        key("introduced_by_phone", "Enter"),
        key("identity_check", "Enter"),
        type("note", "Came by bus"),
        key("note", "Enter"), // the last field: it is entered
        sees(".o_desk_result:contains(rep_a)"),
        sees(".o_desk_counts dd:first:contains(1)"),
        sees(".o_desk_line:contains(Mr Wu)"),
    ],
});
