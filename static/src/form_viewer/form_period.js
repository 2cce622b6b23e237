const { DateTime } = luxon;

/** First and last day of the day ("day" or "date"), week or month of an ISO day. */
function boundsOf(period, day, weekStart) {
    const date = DateTime.fromISO(day);
    if (period === "week") {
        const first = date.minus({ days: (date.weekday - weekStart + 7) % 7 });
        return [first, first.plus({ days: 6 })];
    }
    return period === "month" ? [date.startOf("month"), date.endOf("month")] : [date, date];
}

/**
 * The options of the period of an ISO day; of a list the year to this day.
 *
 * @param {number} weekStart 1 for Monday to 7 for Sunday
 */
export function periodOf(period, day, weekStart = 1) {
    if (period === "range") {
        return { date_from: `${day.slice(0, 4)}-01-01`, date_to: day };
    }
    const [first, last] = boundsOf(period, day, weekStart);
    return { date_from: first.toISODate(), date_to: last.toISODate() };
}

/** The options of the period `count` periods away; a list's end moves by days. */
export function movePeriod(period, { date_from, date_to }, count, { week_start } = {}) {
    if (period === "range") {
        const end = DateTime.fromISO(date_to).plus({ days: count });
        return { date_to: end.toISODate() };
    }
    const unit = { week: "weeks", month: "months" }[period] || "days";
    const day = DateTime.fromISO(date_from).plus({ [unit]: count });
    return periodOf(period, day.toISODate(), week_start);
}
