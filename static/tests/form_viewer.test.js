import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineActions,
    defineModels,
    getService,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import {
    formatValue,
    headGroups,
    shiftDay,
} from "@crm_property_sales/form_viewer/form_viewer";
import { mailModels } from "@mail/../tests/mail_test_helpers";

describe.current.tags("desktop");

class PropertyUnit extends models.Model {
    _name = "property.unit";
    _records = [{ id: 7, display_name: "3-1-1502" }];
    _views = { list: `<list><field name="display_name"/></list>`, form: `<form/>` };
}
defineModels({ ...mailModels, PropertyUnit });

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

function mockForm(period = "day") {
    onRpc("property.form.sales_daily", "settings", () => ({
        title: "Daily Sales Report",
        period,
        projects: [
            { id: 1, name: "Garden", today: "2026-03-10" },
            { id: 2, name: "River", today: "2026-03-10" },
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

test("days are moved over the end of a month", () => {
    expect(shiftDay("2028-02-28", 1)).toBe("2028-02-29");
    expect(shiftDay("2026-03-01", -1)).toBe("2026-02-28");
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

test("tells who works in no project", async () => {
    onRpc("property.form.sales_daily", "settings", () => ({
        title: "Daily Sales Report",
        period: "day",
        projects: [],
    }));
    await openForm();
    expect(".o_nocontent_help").toHaveText("You do not work in any project yet.");
});
