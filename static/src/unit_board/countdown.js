import { Component, onWillUnmount, reactive, useState, xml } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { remaining } from "./board_data";

const DAY = 86_400_000;

/** One clock for all of them: it runs while there is one to show. */
const clock = reactive({ now: Date.now() });
let shown = 0;
let timer;

function tick() {
    clock.now = Date.now();
}

/** Time left of a slip (a moment, UTC) or a hold (a day). */
export class Countdown extends Component {
    static template = xml`<span class="o_board_left" t-att-class="{ o_over: isOver }" t-out="left"/>`;
    static props = { until: String, tz: String };

    setup() {
        this.clock = useState(clock);
        if (!shown++) {
            tick();
            timer = browser.setInterval(tick, 1000);
        }
        onWillUnmount(() => {
            if (!--shown) {
                browser.clearInterval(timer);
            }
        });
    }

    get isDay() {
        return this.props.until.length === 10;
    }

    /** Of a day, its end in the project's time zone. */
    get end() {
        const { until, tz } = this.props;
        return this.isDay
            ? luxon.DateTime.fromISO(until, { zone: tz }).endOf("day").toMillis()
            : deserializeDateTime(until).toMillis();
    }

    get isOver() {
        return this.end <= this.clock.now;
    }

    get left() {
        if (this.isDay) {
            const days = Math.ceil((this.end - this.clock.now) / DAY) - 1;
            return days < 0 ? _t("overdue") : days ? _t("%s d", days) : _t("today");
        }
        return remaining(this.props.until, this.clock.now, () => this.end);
    }
}
