import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryOne, scroll } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineActions,
    defineModels,
    fields,
    getService,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { chartConfig } from "@crm_property_sales/form_viewer/form_chart";
import { movePeriod, periodOf } from "@crm_property_sales/form_viewer/form_period";
import { CHUNK, formatValue, headGroups } from "@crm_property_sales/form_viewer/form_viewer";
import { mailModels } from "@mail/../tests/mail_test_helpers";

describe.current.tags("desktop");

class PropertyUnit extends models.Model {
    _name = "property.unit";
    _records = [{ id: 7, display_name: "3-1-1502" }];
    _views = { list: `<list><field name="display_name"/></list>`, form: `<form/>` };
}
class CrmLead extends models.Model {
    _name = "crm.lead";
    _records = [
        { id: 3, name: "Ms Wang", project_id: 1 },
        { id: 4, name: "Mr Li", project_id: 2 },
    ];
    name = fields.Char();
    project_id = fields.Integer();
}
defineModels({ ...mailModels, CrmLead, PropertyUnit });

defineActions([
    {
        id: 42,
        name: "Daily Sales Report",
        tag: "property_form",
        type: "ir.actions.client",
        params: { form: "property.form.sales_daily" },
    },
]);

const COLUMNS = [
    { key: "label", label: "", kind: "text", group: "" },
    { key: "total", label: "Total", kind: "measure", group: "Stock" },
    { key: "slip", label: "Slip", kind: "measure", group: "Stock" },
    { key: "rate", label: "Rate", kind: "percent", group: "" },
];

function compiled(options) {
    const row = (label, level, values, drill) => ({ label, level, kind: "yuan", values, drill });
    return {
        title: "Daily Sales Report",
        project: "Garden",
        date_from: options.date_from,
        date_to: options.date_to,
        filler: "Manager",
        made: "2026-03-10 18:30",
        state: "Draft",
        personal: false,
        text: "",
        filing: null,
        sections: [
            {
                title: "By Building",
                charts: [],
                note: "",
                columns: COLUMNS,
                rows: [
                    row("A", "line", ["A", 1234567.4, 0, 12.5], [false, true, false, false]),
                    row("T", "total", ["Total", 1234567.4, 0, null], [false, true, false, false]),
                ],
            },
            { title: "By Floor", columns: COLUMNS, rows: [], charts: [], note: "" },
        ],
    };
}

function mockForm(period = "day", filters = []) {
    onRpc("property.form.sales_daily", "settings", () => ({
        title: "Daily Sales Report",
        period,
        filters,
        projects: [
            { id: 1, name: "Garden", today: "2026-03-10", week_start: 1, users: [{ id: 5, name: "Rep" }] },
            { id: 2, name: "River", today: "2026-03-10", week_start: 7 },
        ],
    }));
    onRpc("property.form.sales_daily", "compile", ({ args }) => {
        expect.step(`${args[0].project_id} ${args[0].date_from} ${args[0].date_to}`);
        return compiled(args[0]);
    });
}

async function openForm() {
    onRpc("review_user_count", () => []); // the approvals' badge of the top bar
    await mountWithCleanup(WebClient);
    await getService("action").doAction(42);
}

test("values are written as on paper", () => {
    expect(formatValue(1234.5, "money")).toBe("1,234.50");
    expect(formatValue(1234567, "yuan")).toBe("1,234,567");
    expect(formatValue(12.34, "percent")).toBe("12.3%");
    expect(formatValue(0, "integer")).toBe("0");
    expect(formatValue(null, "money")).toBe("");
    expect(formatValue("2026-03-10", "date")).toBe("2026-03-10");
});

test("neighbours of one group share a heading", () => {
    expect(headGroups(COLUMNS)).toEqual([
        { label: "", span: 1 },
        { label: "Stock", span: 2 },
        { label: "", span: 1 },
    ]);
});

test("days, weeks and months are moved over their ends", () => {
    const moved = (period, day, count, week_start) => {
        const options = movePeriod(period, periodOf(period, day, week_start), count, { week_start });
        return `${options.date_from} ${options.date_to}`;
    };
    expect(moved("day", "2028-02-28", 1)).toBe("2028-02-29 2028-02-29");
    expect(moved("day", "2026-03-01", -1)).toBe("2026-02-28 2026-02-28");
    expect(moved("week", "2026-03-01", 0, 1)).toBe("2026-02-23 2026-03-01");
    expect(moved("week", "2026-03-01", 1, 1)).toBe("2026-03-02 2026-03-08");
    expect(moved("week", "2026-03-01", 0, 7)).toBe("2026-03-01 2026-03-07");
    expect(moved("month", "2026-03-31", -1)).toBe("2026-02-01 2026-02-28");
    expect(moved("month", "2026-12-05", 1)).toBe("2027-01-01 2027-01-31");
});

test("a chart has the colours of the paper", () => {
    const series = [{ name: "Calls", values: [3, 5] }];
    const config = chartConfig({ title: "T", kind: "pie", labels: ["a", "b"], series });
    expect(config.type).toBe("pie");
    expect(config.data.datasets[0].data).toEqual([3, 5]);
    expect(config.data.datasets[0].backgroundColor).toEqual(["#4C78A8", "#F58518"]);
});

test("shows the project's today, then the day and project chosen", async () => {
    mockForm();
    await openForm();
    expect.verifySteps(["1 2026-03-10 2026-03-10"]);
    expect(queryAllTexts("tbody tr:first td")).toEqual(["A", "1,234,567", "0", "12.5%"]);
    expect("tbody tr:last").toHaveClass("fw-bold");
    await contains(".fa-chevron-left").click();
    expect.verifySteps(["1 2026-03-09 2026-03-09"]);
    await contains("select[name=project_id]").select("2");
    expect.verifySteps(["2 2026-03-09 2026-03-09"]);
});

test("a list over a period starts with the year", async () => {
    mockForm("range");
    await openForm();
    expect.verifySteps(["1 2026-01-01 2026-03-10"]);
    expect(queryOne("input[name=date_from]").value).toBe("2026-01-01");
});

test("a figure opens its records, and back is the same day", async () => {
    mockForm();
    onRpc("property.form.sales_daily", "drill", ({ args }) => {
        expect.step(`drill ${args.slice(1).join(" ")}`);
        return {
            type: "ir.actions.act_window",
            name: "Units",
            res_model: "property.unit",
            views: [[false, "list"]],
            domain: [["id", "in", [7]]],
        };
    });
    await openForm();
    await contains(".fa-chevron-left").click();
    expect.verifySteps(["1 2026-03-10 2026-03-10", "1 2026-03-09 2026-03-09"]);
    expect("tbody tr:first td:last a").toHaveCount(0);
    await contains("tbody tr:first a").click();
    expect.verifySteps(["drill 0 0 1"]);
    expect(".o_list_view .o_data_row").toHaveCount(1);
    await contains(".breadcrumb-item a, .o_back_button").click();
    await animationFrame();
    expect.verifySteps(["1 2026-03-09 2026-03-09"]);
});

test("weeks and months are chosen whole; reps where the form says so", async () => {
    mockForm("month");
    await openForm();
    expect.verifySteps(["1 2026-03-01 2026-03-31"]);
    expect(queryOne("input[type=month]").value).toBe("2026-03");
    await contains(".fa-chevron-left").click();
    expect.verifySteps(["1 2026-02-01 2026-02-28"]);
    onRpc("property.form.sales_daily", "compile", ({ args }) => {
        expect.step(`rep ${args[0].user_id}`);
        return compiled(args[0]);
    });
    await contains("select[name=user_id]").select("5");
    expect.verifySteps(["rep 5"]);
    await contains("select[name=project_id]").select("2");
    expect.verifySteps(["rep false"]);
    expect("select[name=user_id]").toHaveCount(0);
});

test("one client of the project, where the form says so", async () => {
    mockForm("date", ["client"]);
    await openForm();
    expect.verifySteps(["1 2026-03-10 2026-03-10"]);
    onRpc("property.form.sales_daily", "compile", ({ args }) => {
        expect.step(`client ${args[0].client_id}`);
        return compiled(args[0]);
    });
    await contains(".o_property_form_client input").click();
    expect(queryAllTexts(".o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option)")).toEqual([
        "Ms Wang",
    ]);
    await contains(".o-autocomplete--dropdown-item:first").click();
    expect.verifySteps(["client 3"]);
    await contains("select[name=project_id]").select("2");
    expect.verifySteps(["client false"]);
});

test("a line of words goes across all columns", async () => {
    mockForm();
    onRpc("property.form.sales_daily", "compile", ({ args }) => {
        const form = compiled(args[0]);
        const values = ["closed", null, null, null];
        form.sections[0].rows[0] = { level: "words", kind: "integer", values, drill: [] };
        return form;
    });
    await openForm();
    expect("tbody tr:first td").toHaveCount(1);
    expect("tbody tr:first td").toHaveText("closed");
    expect("tbody tr:first td").toHaveAttribute("colspan", "4");
    expect("tbody tr:last td").toHaveCount(4);
});

test("a long list is drawn as far as one looks", async () => {
    mockForm();
    onRpc("property.form.sales_daily", "compile", ({ args }) => {
        const form = compiled(args[0]);
        const [row] = form.sections[0].rows;
        form.sections[0].rows = Array.from({ length: 3000 }, () => row);
        return form;
    });
    await openForm();
    expect("tbody tr").toHaveCount(CHUNK);
    await scroll(".o_property_form_page", { y: 100000 });
    await animationFrame();
    expect("tbody tr").toHaveCount(2 * CHUNK);
});

test("says what it is: to be filed, late, filed", async () => {
    mockForm();
    onRpc("property.form.sales_daily", "compile", ({ args }) => ({
        ...compiled(args[0]),
        state: "Missing",
        filing: { id: 3, status: "late", restated: false },
    }));
    await openForm();
    expect(".o_form_state").toHaveText("Missing");
    expect(".o_form_state").toHaveClass("text-bg-danger");
});

test("a filed copy is as it was filed", async () => {
    onRpc("property.filing", "read_figures", ({ args }) => {
        expect.step(`filing ${args[0]}`);
        return {
            ...compiled({ date_from: "2026-03-10", date_to: "2026-03-10" }),
            state: "Filed TB-1",
            text: "Two more billboards",
            filing: { id: 3, status: "filed", restated: false },
        };
    });
    onRpc("review_user_count", () => []);
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "property_form",
        params: { form: "property.form.sales_daily", filing_id: 3 },
    });
    expect.verifySteps(["filing 3"]);
    expect(".o_form_state").toHaveText("Filed TB-1");
    expect("tbody a").toHaveCount(0);
    expect("select").toHaveCount(0);
    expect(".o_form_mail").toHaveCount(0);
});

test("tells who works in no project", async () => {
    onRpc("property.form.sales_daily", "settings", () => ({
        title: "Daily Sales Report",
        period: "day",
        projects: [],
    }));
    await openForm();
    expect(".o_nocontent_help").toHaveText("You do not work in any project yet.");
});

test("a list that is called as the form is not called so twice", async () => {
    mockForm();
    onRpc("property.form.sales_daily", "compile", () => {
        const result = compiled({ date_from: "2026-03-10", date_to: "2026-03-10" });
        result.sections[0].title = result.title;
        return result;
    });
    await openForm();
    expect(".o_property_form h2").toHaveText("Daily Sales Report");
    expect(queryAllTexts(".nav-link")).toEqual(["One by One", "By Floor"]);
});
