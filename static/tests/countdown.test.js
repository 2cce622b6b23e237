import { describe, expect, test } from "@odoo/hoot";
import { queryOne } from "@odoo/hoot-dom";
import { advanceTime, mockDate } from "@odoo/hoot-mock";
import {
    defineModels,
    fields,
    models,
    mountView,
    patchTranslations,
} from "@web/../tests/web_test_helpers";
import { mailModels } from "@mail/../tests/mail_test_helpers";
import { formatLeft } from "@crm_property_sales/fields/countdown";

describe.current.tags("desktop");

class Deposit extends models.Model {
    slip_expires = fields.Datetime();
    _records = [
        { id: 1, slip_expires: "2026-03-10 12:00:02" },
        { id: 2, slip_expires: false },
    ];
}
defineModels({ ...mailModels, Deposit });

const ARCH = `<form><field name="slip_expires" widget="property_countdown"/></form>`;

test("counts down second by second, then says that the time is over", async () => {
    mockDate("2026-03-10 12:00:00", +0);
    await mountView({ type: "form", resModel: "deposit", resId: 1, arch: ARCH });
    expect(".o_property_countdown").toHaveText("00:00:02");
    expect(".o_property_countdown").toHaveClass("text-warning");
    await advanceTime(1000);
    expect(".o_property_countdown").toHaveText("00:00:01");
    await advanceTime(1000);
    expect(".o_property_countdown").toHaveText("Time is over");
    expect(queryOne(".o_property_countdown")).toHaveClass("text-danger");
});

test("an exchange's slip has no time of its own", async () => {
    await mountView({ type: "form", resModel: "deposit", resId: 2, arch: ARCH });
    expect(".o_property_countdown").toHaveCount(0);
});

test("hours beyond a day, days beyond two", () => {
    patchTranslations();
    expect(formatLeft(26 * 3600 + 3 * 60 + 9)).toBe("26:03:09");
    expect(String(formatLeft(3 * 86400 + 61))).toBe("3 d 00:01:01");
});
