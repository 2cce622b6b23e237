import { describe, expect, test } from "@odoo/hoot";
import { press, queryAll, queryAllTexts, queryOne, waitFor } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, mockDate } from "@odoo/hoot-mock";
import {
    contains,
    defineActions,
    defineModels,
    getService,
    makeMockEnv,
    MockServer,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { mailModels } from "@mail/../tests/mail_test_helpers";
import {
    emptyFilter,
    holdRatios,
    matches,
    neighbour,
    priceText,
    remaining,
} from "@crm_property_sales/unit_board/board_data";
import { noticeOf } from "@crm_property_sales/unit_board/board_notices";
import { fit } from "@crm_property_sales/unit_board/board_wall";

describe.current.tags("desktop");

defineModels(mailModels);
defineActions([
    { id: 42, name: "Sales Board", tag: "property_board", type: "ir.actions.client" },
    {
        id: 43,
        name: "Wall",
        tag: "property_wall",
        type: "ir.actions.client",
        context: { active_id: 1 },
    },
]);

const COLUMNS = [
    "id",
    "name",
    "room",
    "floor",
    "type",
    "orientation",
    "area",
    "price",
    "filed",
    "floor_price",
    "state",
    "until",
    "blocked",
];
const STATES = [
    ["unreleased", "Unreleased"],
    ["held", "Held"],
    ["available", "Available"],
    ["slip", "Slip"],
];

/** Two buildings of two floors and two rooms: ids 1 to 4 and 5 to 8. */
function building(id, first, changes) {
    const units = [];
    const places = [];
    for (const floor of [1, 2]) {
        for (const place of [1, 2]) {
            const unit = first + units.length;
            const values = {
                id: unit,
                name: `${id}-${floor}0${place}`,
                room: `${floor}0${place}`,
                floor,
                type: place,
                orientation: place === 1 ? "south" : "north",
                area: 80 + 10 * place,
                price: 1_000_000 + 100_000 * unit,
                filed: 0,
                floor_price: 0,
                state: "available",
                until: null,
                blocked: false,
                ...changes[unit],
            };
            units.push(COLUMNS.map((name) => values[name]));
            places.push([place - 1, 1, 2 - floor, 1]);
        }
    }
    return {
        id,
        name: `Building ${id}`,
        permit: true,
        floors: [2, 1],
        width: 2,
        entrances: [["", 0, 2]],
        columns: [
            ["01", 0, 1],
            ["02", 1, 1],
        ],
        units,
        places,
    };
}

/** The board as the server gives it; `server.changes` is what is in it by unit. */
async function openBoard({ changes = {}, at = {}, action = 42, live = true } = {}) {
    const server = { changes, at };
    onRpc("review_user_count", () => []);
    onRpc("property.board", "screen", () => {
        expect.step("screen");
        return {
            projects: [{ id: 1, name: "Garden" }],
            project: { id: 1, name: "Garden", tz: "Asia/Shanghai" },
            columns: COLUMNS,
            sees_floor_price: false,
            states: STATES,
            types: [
                { id: 1, name: "A" },
                { id: 2, name: "B" },
            ],
            since: "2026-01-01 00:00:00",
            buildings: [building(1, 1, server.changes), building(2, 5, server.changes)],
        };
    });
    onRpc("property.board", "live", ({ args }) => {
        expect.step(`live ${args[1].join(" ")}`);
        const rows = [...building(1, 1, server.changes).units, ...building(2, 5, server.changes).units];
        return rows.filter(([id]) => args[1].includes(id));
    });
    onRpc("property.board", "at", ({ args }) => {
        expect.step(`at ${args[1]}`);
        return server.at;
    });
    onRpc("property.board", "card", ({ args: [id] }) => ({
        id,
        name: `unit ${id}`,
        state: "available",
        facts: [["Type", "A"]],
        prices: [["List Price", 1000000]],
        warnings: [],
        whose: {},
        actions: [
            { model: "property.unit", id, method: "action_release", label: "Release" },
            { model: "property.unit", id, method: null, label: "Open Unit" },
        ],
    }));
    onRpc("property.board", "wall", () => {
        expect.step("wall");
        const wall = building(1, 1, server.changes);
        return {
            project: { id: 1, name: "Garden", tz: "Asia/Shanghai" },
            columns: ["id", "name", "room", "state"],
            states: [
                ["available", "For Sale"],
                ["off", "Not Yet"],
            ],
            buildings: [{ ...wall, units: wall.units.map((row) => [row[0], row[1], row[2], row[10]]) }],
        };
    });
    await makeMockEnv();
    await mountWithCleanup(WebClient);
    await getService("action").doAction(action);
    if (live) {
        await waitForChannels(["property_board_1"]); // takes half a minute of the clock
    }
    return server;
}

/** What cells say, drawn already or not (content-visibility). */
const texts = (selector) => queryAll(selector).map((element) => element.textContent);

const state = (id) => queryOne(`.o_board_cell[data-id="${id}"]`).dataset.state;
const tell = (...units) =>
    MockServer.env["bus.bus"]._sendone("property_board_1", "property_board", {
        project_id: 1,
        units,
    });

describe("reckoning", () => {
    const unit = (id, x, row, more) => ({ id, x, row, width: 1, height: 1, ...more });

    test("a filter keeps what fits all of it", () => {
        const one = { name: "3-1-1502", type: 7, orientation: "南", area: 90, price: 1_500_000 };
        const fits = (filter) => matches(one, { ...emptyFilter(), ...filter }, "held");
        expect(fits({})).toBe(true);
        expect(fits({ text: " 1502 " })).toBe(true);
        expect(fits({ text: "1503" })).toBe(false);
        expect(fits({ type: "7", orientation: "南", areaFrom: "90", areaTo: "90" })).toBe(true);
        expect(fits({ areaFrom: "91" })).toBe(false);
        expect(fits({ priceFrom: "150", priceTo: "150" })).toBe(true);
        expect(fits({ priceTo: "149.9" })).toBe(false);
        expect(fits({ states: ["held"] })).toBe(true);
        expect(fits({ states: ["slip"] })).toBe(false);
    });

    test("prices in 10,000 yuan, per ㎡ in yuan", () => {
        const one = { area: 100, price: 1_234_500, filed: 0 };
        expect(priceText(one, "price")).toBe("123.5");
        expect(priceText(one, "sqm")).toBe("12,345");
        expect(priceText(one, "filed")).toBe("");
        expect(priceText({ ...one, area: 0 }, "sqm")).toBe("");
        expect(priceText(one, "none")).toBe("");
    });

    test("arrows go to the nearest in their direction, over gaps and wide rooms", () => {
        const units = [unit(1, 0, 0), unit(2, 2, 0), unit(3, 0, 2), unit(4, 1, 3, { width: 2 })];
        const to = (from, key) => neighbour(units, units[from - 1], key).id;
        expect(to(1, "ArrowRight")).toBe(2);
        expect(to(1, "ArrowDown")).toBe(3);
        expect(to(3, "ArrowUp")).toBe(1);
        expect(to(2, "ArrowDown")).toBe(4);
        expect(to(3, "ArrowRight")).toBe(3);
        expect(to(4, "ArrowDown")).toBe(4);
    });

    test("hold ratio of each group", () => {
        const units = [1, 1, 1, 2].map((type, id) => ({ type, state: id ? "available" : "held" }));
        const ratios = holdRatios(units, ({ type }) => type, ({ state }) => state);
        expect(ratios.map(({ percent }) => percent)).toEqual([33.3, 0]);
    });

    test("time that is left", () => {
        const at = (millis) => remaining("", 0, () => millis);
        expect(at(86_399_000)).toBe("23:59:59");
        expect(at(61_000)).toBe("0:01:01");
        expect(at(-5)).toBe("0:00:00");
    });

    test("what is news to who sells", () => {
        const kind = (from, to) => noticeOf({ from, state: to })?.type;
        expect(kind("available", "slip")).toBe("info");
        expect(kind("slip", "deposit")).toBe("info");
        expect(kind("slip", "available")).toBe("success");
        expect(kind("deposit", "held")).toBe("warning");
        expect(kind("unreleased", "available")).toBe("success");
        expect(kind("available", "available")).toBe(undefined);
        expect(kind("deposit", "contracted")).toBe(undefined);
        expect(noticeOf({ from: "slip", state: "available" }).text).not.toBe(
            noticeOf({ from: "held", state: "available" }).text
        );
    });

    test("the wall's cells are as large as fits", () => {
        const one = { width: 4, floors: Array(20).fill(0) };
        for (const count of [1, 3, 12]) {
            const { w, h } = fit(Array(count).fill(one), 1900, 1000);
            expect(w > 10 && h > 5).toBe(true);
        }
        const small = fit(Array(12).fill(one), 1900, 1000);
        expect(small.w < fit([one], 1900, 1000).w).toBe(true);
    });
});

describe("the board", () => {
    test("cells, legend, tabs, price", async () => {
        await openBoard({ changes: { 1: { state: "held" }, 5: { blocked: true } } });
        expect(".o_board_cell").toHaveCount(8);
        expect(queryAllTexts(".o_board_legend b")).toEqual(["0", "1", "7", "0"]);
        expect(".o_board_cell[data-id='5']").toHaveClass("o_blocked");
        expect(texts("[data-id='1'] .o_board_price")).toEqual(["110.0"]);
        await contains(".o_board_price_kind").select("sqm");
        expect(texts("[data-id='1'] .o_board_price")).toEqual(["12,222"]);
        await contains(".o_board_tabs button:contains(Building 2)").click();
        expect(".o_board_cell").toHaveCount(4);
        expect(queryAllTexts(".o_board_legend b")).toEqual(["0", "0", "4", "0"]);
        expect.verifySteps(["screen"]);
    });

    test("what does not match dims", async () => {
        await openBoard({ changes: { 1: { state: "held" } } });
        const dim = () => queryAll(".o_dim").map((cell) => Number(cell.dataset.id));
        await contains(".o_board_legend [data-state=held]").click();
        expect(dim()).toEqual([2, 3, 4, 5, 6, 7, 8]);
        await contains(".o_board_clear").click();
        expect(dim()).toEqual([]);
        await contains("[name=orientation]").select("north");
        expect(dim()).toEqual([1, 3, 5, 7]);
        await contains("[name=priceFrom]").edit("150", { confirm: false });
        expect(dim()).toEqual([1, 2, 3, 4, 5, 7]);
        expect.verifySteps(["screen"]);
    });

    test("live: a message changes the cell, the legend and no more is loaded", async () => {
        const server = await openBoard();
        server.changes[2] = { state: "slip", until: "2999-01-01 00:00:00" };
        tell({ id: 2, name: "1-102", state: "slip", from: "available" });
        await waitFor(".o_board_cell[data-id='2'][data-state='slip']");
        expect(queryAllTexts(".o_board_legend b")).toEqual(["0", "0", "7", "1"]);
        await waitFor(".o_notification:contains(1-102)");
        await advanceTime(300);
        await animationFrame();
        expect(".o_board_cell[data-id='2'] .o_board_left").toHaveCount(1);
        expect.verifySteps(["screen", "live 2"]);
    });

    test("live: a unit that the board does not know loads it anew", async () => {
        await openBoard();
        tell({ id: 99, name: "9-99", state: "unreleased", from: "unreleased" });
        await animationFrame();
        await advanceTime(300);
        await animationFrame();
        expect(".o_notification").toHaveCount(0);
        expect.verifySteps(["screen", "live 99", "screen"]);
    });

    test("another project's message is none of the board's", async () => {
        await openBoard();
        MockServer.env["bus.bus"]._sendone("property_board_1", "property_board", {
            project_id: 2,
            units: [{ id: 2, name: "x", state: "held", from: "held" }],
        });
        await animationFrame();
        await advanceTime(300);
        expect(state(2)).toBe("available");
        expect.verifySteps(["screen"]);
    });

    test("a slip's time runs out before one's eyes", async () => {
        mockDate("2026-03-01 00:00:00", 0);
        const slip = { state: "slip", until: "2026-03-01 00:01:00" };
        await openBoard({ live: false, changes: { 1: slip } });
        expect(texts(".o_board_left")[0]).toMatch(/^0:0(1:00|0:59)$/);
        await advanceTime(5000);
        await animationFrame();
        expect(texts(".o_board_left")[0]).toMatch(/^0:00:5[3-5]$/);
        await advanceTime(60_000);
        await animationFrame();
        expect(texts(".o_board_left")).toEqual(["0:00:00"]);
        expect(".o_board_left").toHaveClass("o_over");
        expect.verifySteps(["screen"]);
    });

    test("a hold counts the project's days", async () => {
        mockDate("2026-03-01 15:59:00", 0); // a minute before midnight in Shanghai
        await openBoard({
            live: false,
            changes: {
                1: { state: "held", until: "2026-03-01" },
                2: { state: "held", until: "2026-03-04" },
                3: { state: "held", until: "2026-02-28" },
            },
        });
        expect(texts(".o_board_left")).toEqual(["today", "3 d", "overdue"]);
        expect.verifySteps(["screen"]);
    });

    test("card: opened, run, closed by keyboard", async () => {
        await openBoard();
        onRpc("property.unit", "action_release", ({ args }) => {
            expect.step(`release ${args[0]}`);
            return true;
        });
        await press("ArrowDown"); // selects the first
        await press("ArrowRight");
        await animationFrame();
        expect(".o_selected").toHaveAttribute("data-id", "2");
        await press("ArrowRight"); // over the edge into the next building
        await animationFrame();
        expect(".o_selected").toHaveAttribute("data-id", "5");
        await press("Enter");
        await animationFrame();
        expect(".o_board_card h2").toHaveText("unit 5");
        expect(".o_board_card footer button:first").toBeFocused();
        await press("Enter");
        await animationFrame();
        await press("Escape");
        await animationFrame();
        expect(".o_board_card").toHaveCount(0);
        expect(".o_board_area").toBeFocused();
        await press("/");
        await animationFrame();
        expect(".o_board_search").toBeFocused();
        expect.verifySteps(["screen", "release 5", "live 5"]);
    });

    test("a closed card stays closed, whatever happens to its unit", async () => {
        await openBoard();
        await contains(".o_board_cell[data-id='1']").click();
        expect(".o_board_card").toHaveCount(1);
        tell({ id: 1, name: "1-101", state: "available", from: "available" });
        await animationFrame();
        await advanceTime(210); // the unit is asked for, its card not yet
        await press("Escape");
        await advanceTime(1000);
        await animationFrame();
        expect(".o_board_card").toHaveCount(0);
        expect.verifySteps(["screen", "live 1"]);
    });

    test("the past is shown, and the present goes on behind it", async () => {
        mockDate("2026-03-01 12:00:00", 0);
        const server = await openBoard({ at: { held: [1], available: [2, 3] } });
        await contains("[name=past]").click();
        await animationFrame();
        expect(".o_board_cell").toHaveCount(3); // the others did not exist
        expect(state(1)).toBe("held");
        expect(queryAllTexts(".o_board_legend b")).toEqual(["0", "1", "2", "0"]);
        server.changes[2] = { state: "slip" };
        tell({ id: 2, name: "1-102", state: "slip", from: "available" });
        await animationFrame();
        expect(state(2)).toBe("available");
        await contains(".o_board_as_of button").click();
        expect(".o_board_cell").toHaveCount(8);
        expect(state(2)).toBe("slip");
        await advanceTime(300);
        expect.verifySteps(["screen", "at 2026-03-01 11:59:30", "live 2"]);
    });

    test("hold ratios of what is shown", async () => {
        await openBoard({ changes: { 1: { state: "held" } } });
        await contains("[name=ratios]").click();
        expect(queryAllTexts(".o_board_ratios tbody tr")[0]).toMatch(/Building 1\s+1\s+4\s+25/);
        expect.verifySteps(["screen"]);
    });
});

describe("the wall", () => {
    test("full screen, counts, told by the bus, no toast over it", async () => {
        const server = await openBoard({ action: 43, changes: { 1: { state: "off" } } });
        await animationFrame();
        expect(".o_main_navbar").toHaveCount(0);
        expect(queryAllTexts(".o_board_legend b")).toEqual(["3", "1"]);
        server.changes[2] = { state: "off" };
        tell({ id: 2, name: "1-102", state: "slip", from: "available" });
        await animationFrame();
        await advanceTime(400);
        await animationFrame();
        expect(queryAllTexts(".o_board_legend b")).toEqual(["2", "2"]);
        expect(".o_notification").toHaveCount(0);
        expect.verifySteps(["wall", "wall"]);
    });
});
