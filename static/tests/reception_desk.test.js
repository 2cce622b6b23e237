import { describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, Deferred } from "@odoo/hoot-mock";
import {
    contains,
    defineActions,
    defineModels,
    getService,
    makeMockEnv,
    MockServer,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { mailModels } from "@mail/../tests/mail_test_helpers";
import {
    answerText,
    draftValues,
    emptyDraft,
    isCompletePhone,
    kindFor,
} from "@crm_property_sales/reception_desk/desk_rules";

describe.current.tags("desktop");

class PropertyInteraction extends models.Model {
    _name = "property.interaction";
    _records = [{ id: 5, display_name: "Ms Zhou" }];
    _views = { form: `<form><field name="display_name"/></form>` };
}
defineModels({ ...mailModels, PropertyInteraction });
defineActions([
    { id: 42, name: "Reception Desk", tag: "property_desk", type: "ir.actions.client" },
]);

const PHONE = "13900000001";
const named = (...names) => names.map((name, index) => ({ id: index + 1, name }));
const place = (user_id, name, status, more) => ({
    user_id,
    name,
    status,
    reason: "",
    owed: 0,
    ahead: 0,
    absence_id: false,
    ...more,
});
const ANSWER = { status: "new", days: false, minutes: false, owner: false, client: false };
const DONE = {
    status: "done",
    basis: "ring",
    reason: "New visitor or caller: the next in the ring.",
    host: { id: 1, name: "Ann" },
    helper: false,
    turn: 7,
    registered: true,
    missing: "Budget, Concerns",
    entry_id: 5,
};

function live() {
    return {
        rings: [
            { id: 11, ring: "call", queue: [place(3, "Cai", "next")], open_turns: [] },
            {
                id: 12,
                ring: "visit",
                queue: [
                    place(1, "Ann", "next", { owed: 1 }),
                    place(2, "Bo", "away", { reason: "Meal", absence_id: 9 }),
                    place(3, "Cai", "waiting"),
                    place(4, "Dan", "suspended", { reason: "No badge" }),
                    place(5, "Eva", "off_duty"),
                ],
                open_turns: [],
            },
        ],
        duty: ["Ann", "Bo"],
        counts: { calls: 12, visits: 8, invalid: 2 },
        entries: [
            { id: 5, time: "10:02", kind: "visit_first", name: "Ms Zhou", host: "Ann", is_valid: true, missing: "Budget" },
        ],
    };
}

/** The desk as the server gives it, `server.may` etc. to be changed by a test. */
async function openDesk({ may = { turn: true, suspend: true }, answer = ANSWER, ...more } = {}) {
    const server = { live: live(), answer, result: DONE, ...more };
    onRpc("review_user_count", () => []); // the approvals' badge of the top bar
    onRpc("property.desk", "screen", ({ args }) => ({
        projects: named("Garden", "River"),
        project: {
            ...named("Garden", "River").find(({ id }) => id === (args[0] || 1)),
            opening_hours: "9–18",
            call_greeting: "Hello",
            call_closing: "Bye",
        },
        user: { id: 1, name: "Ann" },
        may,
        choices: {
            kind: [
                { id: "call_in", name: "Inbound Call" },
                { id: "visit_first", name: "First Visit" },
                { id: "visit_called", name: "Visit after Call" },
                { id: "visit_return", name: "Return Visit" },
            ],
            source_id: named("Billboard", "Friend"),
            concern_ids: named("Price", "School"),
            unit_type_ids: named("Two Rooms", "Three Rooms"),
            reason_id: named("Busy", "Meal"),
            purpose: [{ id: "live", name: "To Live In" }],
            horizon: [{ id: "now", name: "At Once" }],
            grade: [{ id: "a", name: "A" }],
            invalid_reason: [
                { id: "survey", name: "Competitor Survey" },
                { id: "wrong", name: "Wrong Number" },
            ],
            identity_check: [{ id: "callback", name: "Call Back" }],
            answered_in_time: [{ id: "yes", name: "In Time" }],
        },
        live: server.live,
    }));
    onRpc("property.desk", "live", async () => {
        expect.step("live");
        await server.hold?.();
        return server.live;
    });
    onRpc("property.desk", "check_phone", ({ args }) => {
        expect.step(`check ${args.join(" ")}`);
        return server.answer;
    });
    onRpc("property.desk", "enter", ({ args }) => {
        expect.step(`enter ${JSON.stringify(args[1])}`);
        return server.result;
    });
    onRpc("property.desk", "ask_ruling", ({ args }) => {
        expect.step(`ask_ruling ${args.join(" ")}`);
        return server.ruling;
    });
    for (const model of ["property.roster", "property.roster.turn", "property.absence"]) {
        onRpc(model, "*", ({ args, method }) => {
            expect.step(`${method} ${JSON.stringify(args)}`);
            return true;
        });
    }
    await mountWithCleanup(WebClient);
    await getService("action").doAction(42);
    return server;
}

async function typePhone(phone = PHONE) {
    await contains("[name=phone]").edit(phone, { confirm: false });
    await advanceTime(400);
    await animationFrame();
}

describe("rules", () => {
    test("a number is checked when it is complete, for each check counts", () => {
        for (const phone of ["13900000001", "139 0000 0001", "+86 13900000001", "010-88886666", "0755-88886666", "+1 212 555 0100"]) {
            expect(isCompletePhone(phone)).toBe(true, { message: phone });
        }
        for (const phone of ["", "1", "1390000000", "139000000012", "88886666", "+86 139000", "Wang"]) {
            expect(isCompletePhone(phone)).toBe(false, { message: phone });
        }
    });

    test("the kind of a visit follows from the answer", () => {
        expect(kindFor("call", "owned")).toBe("call_in");
        expect(kindFor("visit", "new")).toBe("visit_first");
        expect(kindFor("visit", undefined)).toBe("visit_first");
        expect(kindFor("visit", "claimed")).toBe("visit_called");
        expect(kindFor("visit", "owned")).toBe("visit_return");
        expect(kindFor("visit", "yours")).toBe("visit_return");
    });

    test("what is empty is not sent, a firm only with an invalid entry", () => {
        const draft = { ...emptyDraft("visit"), area_wanted: "90", surveyor: "Rival" };
        expect(draftValues(draft)).toEqual({ ring: "visit", area_wanted: 90, party_size: 1 });
        expect(draftValues({ ...draft, is_invalid: true }).surveyor).toBe("Rival");
    });

    test("a colleague is named only when the server names him", async () => {
        await makeMockEnv(); // loads translations
        const owned = { ...ANSWER, status: "owned", days: 3 };
        expect(String(answerText(owned).text)).toBe(
            "Call the supervisor. Free again in 3 days."
        );
        expect(String(answerText({ ...owned, owner: { id: 2, name: "Bo" } }).text)).toBe(
            "Client of Bo. Free again in 3 days."
        );
        expect(String(answerText({ ...owned, days: false }).text)).toBe(
            "Call the supervisor."
        );
    });
});

test("shows both rings with everyone's place, the day's counts and entries", async () => {
    await openDesk();
    expect(queryAllTexts(".o_desk_next")).toEqual(["Cai", "Ann"]);
    expect(queryAllTexts("[data-ring=visit] .o_desk_rep")).toEqual([
        "Bo\nMeal",
        "Cai",
        "Dan",
        "Eva",
    ]);
    expect(".o_desk_owed").toHaveText("+1");
    expect(".o_suspended").toHaveAttribute("title", "Turn Suspended: No badge");
    expect(".o_off_duty").toHaveAttribute("title", "Off Duty");
    expect(queryAllTexts(".o_desk_counts dd")).toEqual(["12", "8", "2"]);
    expect(".o_desk_line").toHaveText("10:02\nMs Zhou\nAnn");
    expect(".o_desk_line .fa-circle-o").toHaveAttribute("title", "Budget");
    expect(".o_desk_day").toHaveText(/Ann · Bo/);
    await contains(".o_desk_line").click();
    expect(".o_form_view").toHaveCount(1);
});

test("a number is checked while it is typed, once", async () => {
    await openDesk();
    await typePhone("1390000");
    expect.verifySteps([]);
    await typePhone();
    expect.verifySteps([`check 1 ${PHONE}`]);
    expect("[data-status=new]").toHaveText(/New Client\nNobody has this number on file.\n.*Ann/s);
    await contains("[name=phone]").press("Enter");
    expect("[name=partner_name]").toBeFocused();
    expect.verifySteps([]);
    await typePhone(PHONE.slice(0, -1));
    expect("[data-status]").toHaveCount(0);
});

test("a call and a first visit by keyboard alone", async () => {
    const server = await openDesk();
    expect("[name=phone]").toBeFocused();
    await typePhone();
    await press("Enter"); // appellation
    await contains("[name=partner_name]").edit("Ms Zhou", { confirm: "Enter" });
    expect("[name=source_id]").toBeFocused();
    await contains("[name=source_id]").select("2");
    await press("Enter");
    expect("[name=kind]").toBeFocused();
    await press("Enter");
    expect("[name=unit_type_ids]").toBeFocused();
    await press("2");
    await press("1");
    await press("2");
    await press("Enter");
    expect("[name=area_wanted]").toBeFocused();
    expect.verifySteps([`check 1 ${PHONE}`]);
    await press(["Control", "Enter"]);
    await animationFrame();
    expect.verifySteps([
        `enter ${JSON.stringify({
            ring: "visit",
            phone: PHONE,
            kind: "visit_first",
            partner_name: "Ms Zhou",
            source_id: 2,
            unit_type_ids: [1],
            party_size: 1,
        })}`,
        "live",
    ]);
    expect(".o_desk_result").toHaveText(/Ann.*turn 7.*client registered.*Budget, Concerns/s);
    expect("[name=phone]").toBeFocused();
    expect(queryOne("[name=phone]").value).toBe("");
    server.result = { ...DONE, registered: false };
    await press(["alt", "k"]);
    await advanceTime(10); // hotkeys click a little later
    await animationFrame();
    expect("[name=party_size]").toHaveCount(0);
    expect(queryAllTexts(".o_desk_words")).toEqual(["Hello", "Bye"]);
    await typePhone("13900000002");
    await press(["Control", "Enter"]);
    await animationFrame();
    expect.verifySteps([
        "check 1 13900000002",
        'enter {"ring":"call","phone":"13900000002","kind":"call_in"}',
        "live",
    ]);
});

test("Enter that ends Chinese input does not go on", async () => {
    await openDesk();
    const input = queryOne("[name=partner_name]");
    input.focus();
    input.dispatchEvent(
        new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true })
    );
    expect("[name=partner_name]").toBeFocused();
});

test("a rep is not told whose client it is, and leaves the entry to the desk", async () => {
    await openDesk({
        may: { turn: false, suspend: false },
        answer: { ...ANSWER, status: "owned", days: 12 },
    });
    expect(".o_desk_receive, .o_desk_pass").toHaveCount(0);
    await typePhone();
    expect("[data-status=owned]").toHaveText(
        "Somebody's Client\nCall the supervisor. Free again in 12 days.\nAsk for a Ruling"
    );
    expect(".o_desk_host").toHaveCount(0);
    expect(".o_desk_save").not.toBeEnabled();
    await press(["Control", "Enter"]);
    expect.verifySteps([`check 1 ${PHONE}`]);
});

test("the desk asks who helps when the owner is out", async () => {
    await openDesk({ answer: { ...ANSWER, status: "owned", days: 12, owner: { id: 2, name: "Bo" } } });
    await typePhone();
    expect(".o_desk_host").toHaveText("Bo");
    expect(queryAllTexts("[name=helper_id] option")).toEqual(["Ann", "Cai"]);
    await contains("[name=helper_id]").select("3");
    expect("[name=kind]").toHaveValue("visit_return");
    await contains(".o_desk_save").click();
    expect.verifySteps([
        `check 1 ${PHONE}`,
        `enter {"ring":"visit","phone":"${PHONE}","kind":"visit_return","party_size":1,"helper_id":3}`,
        "live",
    ]);
});

test("a ruling is asked for by the rep himself, or by the desk for a rep", async () => {
    const owned = { ...ANSWER, status: "owned", days: 12 };
    const ruling = {
        type: "ir.actions.act_window",
        res_model: "property.interaction",
        res_id: 5,
        views: [[false, "form"]],
    };
    const server = await openDesk({
        answer: { ...owned, owner: { id: 2, name: "Bo" } },
        ruling: { status: "refused", message: "Nobody else holds this client" },
    });
    await typePhone();
    await contains(".o_desk_ruling").click();
    expect(queryAllTexts(".o-dropdown-item")).toEqual(["Ann", "Cai", "Dan", "Eva"]);
    await contains(".o-dropdown-item:contains(Cai)").click();
    expect(".o_desk_message").toHaveText("Nobody else holds this client");
    server.ruling = { status: "done", action: ruling };
    await contains(".o_desk_ruling").click();
    await contains(".o-dropdown-item:contains(Cai)").click();
    expect(".o_form_view").toHaveCount(1);
    const asked = `ask_ruling 1 ${PHONE} 3`;
    expect.verifySteps([`check 1 ${PHONE}`, asked, asked]);
});

test("nothing typed is lost by a refusal, or by a look at an entry", async () => {
    await openDesk({ result: { status: "refused", message: "Ask by which channel" } });
    await contains("[name=partner_name]").edit("Ms Zhou");
    await contains(".o_desk_save").click();
    expect(".o_desk_message").toHaveText("Ask by which channel");
    expect("[name=partner_name]").toHaveValue("Ms Zhou");
    await contains(".o_desk_line").click();
    await contains(".breadcrumb-item a, .o_back_button").click();
    expect("[name=partner_name]").toHaveValue("Ms Zhou");
    expect.verifySteps(['enter {"ring":"visit","kind":"visit_first","partner_name":"Ms Zhou","party_size":1}']);
});

test("what does not count needs its reason, a survey its firm", async () => {
    await openDesk();
    await contains(".o_desk_invalid").click();
    expect("[name=source_id], [name=surveyor]").toHaveCount(0);
    await contains("[name=invalid_reason] .o_desk_chip:first").click();
    await contains("[name=surveyor]").edit("Rival");
    await contains(".o_desk_save").click();
    expect.verifySteps([
        'enter {"ring":"visit","kind":"visit_first","party_size":1,"invalid_reason":"survey","surveyor":"Rival"}',
        "live",
    ]);
});

test("too many checks: when the next one may be", async () => {
    const server = await openDesk({ answer: { ...ANSWER, status: "limited", minutes: 14 } });
    await typePhone();
    expect("[data-status=limited]").toHaveText(/in 14 minutes/);
    server.answer = ANSWER;
    await contains("[name=phone]").press("Enter");
    await animationFrame();
    expect("[data-status=new]").toHaveCount(1);
    expect.verifySteps([`check 1 ${PHONE}`, `check 1 ${PHONE}`]);
});

test("the rings are moved by their buttons", async () => {
    const server = await openDesk();
    await contains("[data-ring=visit] .o_desk_pass").click();
    await contains(".o-dropdown-item:contains(Meal)").click();
    await contains("[data-ring=visit] [data-user='2']").click();
    await contains(".o-dropdown-item:contains(Is Back)").click();
    await contains("[data-ring=visit] [data-user='4']").click();
    await contains(".o-dropdown-item:contains(Lift)").click();
    await contains("[data-ring=visit] [data-user='3']").click();
    await contains(".o-dropdown-item:contains(Suspend)").click();
    await contains(".o_desk_suspending input").edit("No papers", { confirm: "Enter" });
    expect.verifySteps([
        "action_pass [[12],1,2]",
        "live",
        "action_back [[9]]",
        "live",
        "action_lift [[12],4]",
        "live",
        'action_suspend [[12],3,"No papers"]',
        "live",
    ]);
    // Whom the desk sends is who is entered next.
    server.live = live();
    server.live.rings[0].open_turns = [
        { id: 70, user_id: 3, name: "Cai", number: 7, time: "10:05" },
    ];
    await contains("[data-ring=call] .o_desk_receive").click();
    await animationFrame();
    expect(".o_desk_turn").toHaveText("Received by\nCai");
    await contains("[data-ring=call] .o_desk_open_turns button:last").click();
    expect.verifySteps(["action_next [[11]]", "live", "action_give_back [[70]]", "live"]);
});

test("a ring that moved elsewhere is shown at once; other projects' are not heard", async () => {
    const server = await openDesk();
    const send = async (project_id) => {
        MockServer.env["bus.bus"]._sendone(`property_desk_${project_id}`, "property_desk", {
            project_id,
        });
        await animationFrame(); // the message is on its way
        await advanceTime(1000);
        await animationFrame();
    };
    await waitForChannels(["property_desk_1"]);
    server.live = live();
    server.live.rings[1].queue[0].name = "Zoe";
    await send(1);
    expect("[data-ring=visit] .o_desk_next").toHaveText("Zoe");
    expect.verifySteps(["live"]);
    await contains("select[name=project_id]").select("2");
    await waitForChannels(["property_desk_2"]);
    await waitForChannels(["property_desk_1"], { operation: "delete" });
    await send(1);
    expect.verifySteps([]);
    await send(2);
    expect.verifySteps(["live"]);
});

test("a ring that moves while an entry is saved does not block the next entry", async () => {
    const server = await openDesk();
    const answers = [new Deferred(), new Deferred()];
    const held = [...answers];
    server.hold = () => held.shift();
    await contains(".o_desk_save").click();
    expect.verifySteps(['enter {"ring":"visit","kind":"visit_first","party_size":1}', "live"]);
    await contains("[data-ring=call] .o_desk_receive").click();
    expect.verifySteps(["action_next [[11]]", "live"]);
    answers[1].resolve();
    answers[0].resolve();
    await animationFrame();
    expect(".o_desk_save").toBeEnabled();
});

test("tells who works in no project", async () => {
    onRpc("review_user_count", () => []);
    onRpc("property.desk", "screen", () => ({ projects: [] }));
    await mountWithCleanup(WebClient);
    await getService("action").doAction(42);
    expect(".o_nocontent_help").toHaveText("You do not work in any project yet.");
});
