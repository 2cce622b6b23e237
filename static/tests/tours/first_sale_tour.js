import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";
import { stepUtils } from "@web_tour/tour_utils";

/**
 * The first sale, each part as the role concerned: tests/test_first_sale.py makes the
 * people, starts the parts one after the other and looks at the records in between.
 * Nothing is found by its text in a language: the tests' databases speak Chinese.
 */
const FILE = "price_list_510116202366117.xlsx";
const UNIT = { name: "29-1-0201", type: "两室两厅一卫", figures: ["1", "86.13", "1,028,100"] };
const NONE = ["0", "0.00", "0"];
/** What the sale of a unit leaves as it is: its type has 108, the other 107 unreleased. */
const STANDING = {
    total: ["108", "9,302.58", "118,066,965"],
    unreleased: ["107", "9,216.45", "117,038,865"],
    held_ratio: ["0.0%", "0.0%", "0.0%"],
    average: ["12,692", "", ""],
};

/** Where the unit is counted in each state, besides "total". */
const COUNTED = {
    available: ["available"],
    slip: ["slip"],
    deposit: ["deposit", "deposit_day", "deposit_month", "deposit_all"],
    contracted: [
        "contracted",
        ...["deposit_day", "deposit_month", "deposit_all"],
        ...["contract_day", "contract_month", "contract_all"],
    ],
};
const COLOURS = { available: "success", slip: "warning", deposit: "danger", contracted: "info" };

const field = (name) => `.o_field_widget[name=${name}]`;
const click = (trigger) => ({ trigger, run: "click" });
const press = (name) => click(`button[name=${name}]:enabled`);
const edit = (name, text) => ({ trigger: `${field(name)} input`, run: `edit ${text}` });
const choose = (name, text) => [
    edit(name, text),
    click(`.o-autocomplete--dropdown-item a:contains(${text})`),
];
const menu = (name) =>
    ["property_units", name].map((one) =>
        click(`[data-menu-xmlid='crm_property_sales.menu_${one}']`)
    );
const sees = (trigger) => ({ trigger });
/** The document of which `name` is a field is in `state`. */
const seesState = (name, state) =>
    sees(
        `.o_form_view:has(${field(name)}) .o_statusbar_status [data-value=${state}].o_arrow_button_current`
    );
const instalment = (number) => `[name=installment_ids] .o_data_row:nth-child(${number})`;
const row = (text) => `.o_data_row:contains(${text})`;
const badge = (state) => `${field("state")} .text-bg-${COLOURS[state]}`;

/** The three figures in each column of the line `label` of the form on screen. */
function readLine(label) {
    const rows = [...document.querySelectorAll(".o_property_form_table tbody tr")];
    const start = rows.findIndex(({ cells }) => cells[0].textContent === label);
    return Object.fromEntries(
        [...rows[start].cells].map(({ dataset }, index) => [
            dataset.column,
            rows.slice(start, start + 3).map(({ cells }) => cells[index].textContent.trim()),
        ]).slice(2) // its label, the measures
    );
}

/** Every figure of the unit's line is where `state` puts it, and nothing else is. */
function checkLine(state) {
    const line = readLine(UNIT.type);
    const sold = ["deposit", "contracted"].includes(state) ? "100.0%" : "0.0%";
    const others = { ...STANDING, sell_through: Array(3).fill(sold) };
    for (const column in line) {
        const moved = COUNTED[state].includes(column) ? UNIT.figures : NONE;
        const expected = others[column] || moved;
        if (`${line[column]}` !== `${expected}`) {
            throw new Error(`${state}: ${column} is ${line[column]}, not ${expected}`);
        }
    }
}

const add = (name, steps) =>
    registry.category("web_tour.tours").add(`property_first_sale_${name}`, { steps });

add("import", () => [
    ...menu("property_unit_import"),
    {
        trigger: `.modal ${field("data")}`,
        async run() {
            const data = await (await fetch(`/first_sale/${FILE}`)).blob();
            await inputFiles(`.modal ${field("data")} input[type=file]`, [new File([data], FILE)]);
        },
    },
    press("action_check"),
    sees(`.modal ${field("unit_count")}:contains(/^437$/)`),
    sees(`.modal ${field("amount_total")}:contains(517,507,295)`),
    sees(`.modal ${field("refused_count")}:contains(/^0$/)`),
    press("action_import"),
    sees(".o_pager_limit:contains(437)"),
    click(`${row("29-1-0201")} .o_list_record_selector input`),
    click(`${row("29-1-0202")} .o_list_record_selector input`),
    press("action_release"),
    sees(`${row("29-1-0201")} ${badge("available")}`),
    sees(`${row("29-1-0202")} ${badge("available")}`),
    sees(`${row("29-1-0203")}:not(:has(${badge("available")}))`),
]);

add("client", () => [
    click(".o_list_button_add"),
    edit("contact_name", "First Client"),
    edit("phone", "13800138000"),
    ...choose("unit_type_ids", UNIT.type),
    ...stepUtils.saveForm(),
    sees(`${field("registration_number")}:not(:empty)`),
]);

add("slip", () => [
    press("action_new_deposit"),
    ...choose("lead_id", "First Client"),
    edit("amount", "20000"),
    ...choose("plan_id", "Half and half"),
    press("action_open_slip"),
    seesState("lead_id", "slip"),
    click(".o_back_button"),
    seesState("building_id", "slip"),
]);

add("payment", () => [press("action_register_payment"), seesState("lead_id", "paid")]);

add("deposit", () => [press("action_confirm"), seesState("confirm_user_id", "confirmed")]);

add("contract", () => [
    press("action_prepare_contract"),
    ...[1, 2].map((number) =>
        sees(`${instalment(number)} [name=amount]:contains(/^\\D*514,050.00$/)`)
    ),
    sees(`${field("installment_ids")}:not(:has(${instalment(3)}))`),
    press("action_sign"),
    seesState("sign_date", "signed"),
]);

add("receipt", () => [
    press("action_open_receipt"),
    edit("amount", "1008100"),
    ...stepUtils.saveForm(),
    seesState("contract_id", "draft"),
]);

add("paid", () => [
    press("action_confirm"),
    seesState("confirm_user_id", "confirmed"),
    click(`${field("contract_id")} a`),
    sees(`${field("residual")}:contains(/^\\D*0\\.00$/)`),
    ...[1, 2].map((number) => sees(`${instalment(number)}.text-success`)),
]);

for (const [state, colour] of Object.entries(COLOURS)) {
    // The daily sales report shows where the unit stands, its figure opens the unit; list
    // and board show the unit in the colour of its state.
    add(`daily_${state}`, () => [
        click(".o_property_form .nav-item:nth-child(2) a"), // by unit type
        {
            trigger: ".o_property_form .nav-item:nth-child(2) .active",
            run: () => checkLine(state),
        },
        sees(".o_property_form .table-light [data-column=total]:contains(/^517,507,295$/)"),
        click(`tr:contains(${UNIT.type}) [data-column=${state}] a`),
        sees(`${row(UNIT.name)} ${badge(state)}`),
        sees(".o_pager_limit:contains(/^1$/)"),
        click(`${row(UNIT.name)} [name=name]`),
        seesState("building_id", state),
        ...menu("property_unit"),
        click(".o_switch_view.o_kanban"),
        sees(`.o_kanban_record:contains(${UNIT.name}) .border-${colour}`),
    ]);
}
