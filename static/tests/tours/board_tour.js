import { registry } from "@web/core/registry";

/**
 * Control finds a unit, opens its card and holds it, with the keyboard alone;
 * tests/test_board_tour.py looks at the records. Focus says where a key goes.
 */
const sees = (trigger) => ({ trigger });
const cell = (name, more = "") => `.o_board_cell[title='${name}']${more}`;

registry.category("web_tour.tours").add("property_board_keyboard", {
    steps: () => [
        sees(".o_board_area:focus"),
        sees(cell("1-101", "[data-state=available]")),
        { trigger: ".o_board_area:focus", run: "press /" },
        { trigger: ".o_board_search:focus", run: "edit 2-1" },
        sees(cell("1-101", ".o_dim")),
        { trigger: ".o_board_search:focus", run: "press Enter" },
        sees(cell("2-101", ".o_selected")),
        sees(".o_board_card h2:contains(2-101)"),
        sees(".o_board_card button[name=action_new_deposit]:focus"),
        { trigger: ".o_board_card button:focus", run: "press Escape" },
        sees(".o_board_area:focus"),
        { trigger: ".o_board_area:focus", run: "press ArrowUp" },
        sees(cell("2-201", ".o_selected")),
        { trigger: ".o_board_area:focus", run: "press ArrowRight" },
        sees(cell("2-202", ".o_selected")),
        { trigger: ".o_board_area:focus", run: "press Enter" },
        { trigger: ".o_board_card button[name=action_new_deposit]:focus", run: "press Tab" },
        { trigger: ".o_board_card button[name=action_hold]:focus", run: "press Enter" },
        { trigger: ".modal [name=reason] input:focus", run: "edit Show flat" },
        { trigger: ".modal [name=reason] input:focus", run: "press Alt+q" },
        sees("body:not(:has(.modal))"),
        sees(cell("2-202", "[data-state=held]")),
        sees(".o_board_card button[name=action_release]"),
        sees(".o_board_legend [data-state=held] b:contains(1)"),
    ],
});
