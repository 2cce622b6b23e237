import { Component } from "@odoo/owl";

const HOUR = 3_600_000;

/** The slider through the past: any hour since the ledger began, or a typed minute. */
export class AsOf extends Component {
    static template = "crm_property_sales.AsOf";
    static props = {
        since: Number, // all in milliseconds
        moment: Number,
        tz: String,
        onMove: Function,
        onClose: Function,
    };

    get first() {
        return Math.floor(this.props.since / HOUR) + 1;
    }

    get last() {
        return Math.floor(Date.now() / HOUR);
    }

    get hour() {
        return Math.floor(this.props.moment / HOUR);
    }

    /** The moment as the project's clocks showed it. */
    get local() {
        const { moment, tz } = this.props;
        return luxon.DateTime.fromMillis(moment, { zone: tz }).toFormat("yyyy-MM-dd'T'HH:mm");
    }

    onSlide(ev) {
        this.props.onMove(Number(ev.target.value) * HOUR);
    }

    onType(ev) {
        const moment = luxon.DateTime.fromISO(ev.target.value, { zone: this.props.tz });
        if (moment.isValid) {
            this.props.onMove(moment.toMillis());
        }
    }
}
