import { registry } from "@web/core/registry";

/**
 * A rep enters follow-ups with two clicks each, from the card on his phone, the row and
 * the form; tests/test_followup.py looks at the records. Outcomes are told by their
 * place: the tests' databases speak Chinese.
 */
const button = "button[name=action_followup]";
const outcome = (place) => ({
    trigger: `.modal footer button[name=action_save]:eq(${place})`,
    run: "click",
});
const open = (trigger) => ({ trigger, run: "click" });
const sees = (trigger) => ({ trigger });

registry.category("web_tour.tours").add("property_followup_card", {
    steps: () => [
        open(`.o_kanban_record:contains(0/3) ${button}`),
        outcome(0),
        sees(".o_kanban_record:contains(1/3)"),
    ],
});

registry.category("web_tour.tours").add("property_followup_row", {
    steps: () => [
        open(`.o_data_row:contains(1/3) ${button}`),
        outcome(2),
        sees(".o_data_row:contains(2/3)"),
        open(".o_data_row td[name=contact_name]"),
        open(`.o_form_statusbar ${button}`),
        outcome(1),
        sees(".o_field_widget[name=followup_progress]:contains(3/3)"),
    ],
});
