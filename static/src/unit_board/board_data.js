/** What the board knows of its units, and what it reckons from that: no DOM here. */

/** The prices a cell can show, in the order of the switch. */
export const PRICES = ["price", "sqm", "filed", "floor_price", "none"];

export const emptyFilter = () => ({
    text: "",
    type: "",
    orientation: "",
    areaFrom: "",
    areaTo: "",
    priceFrom: "", // in 10,000 yuan, as the trade speaks
    priceTo: "",
    states: [],
});

/** A row as the server sends it, as an object. */
export function unpack(row, columns) {
    return Object.fromEntries(columns.map((name, index) => [name, row[index]]));
}

/** A building with its units as objects that know where they stand. */
export function unpackBuilding(building, columns) {
    const units = building.units.map((row, index) => {
        const [x, width, row_, height] = building.places[index];
        return Object.assign(unpack(row, columns), {
            buildingId: building.id,
            x,
            width,
            row: row_,
            height,
            style: `--x:${x};--y:${row_};--w:${width};--h:${height}`,
        });
    });
    return { ...building, units };
}

export function priceOf(unit, kind) {
    if (kind === "sqm") {
        return unit.area ? unit.price / unit.area : 0;
    }
    return kind === "none" ? 0 : unit[kind];
}

/** A price as a cell shows it: per ㎡ in yuan, else in 10,000 yuan. */
export function priceText(unit, kind) {
    const price = priceOf(unit, kind);
    if (!price) {
        return "";
    }
    return kind === "sqm" ? Math.round(price).toLocaleString("en") : (price / 1e4).toFixed(1);
}

/** Whether a cell stays bright; `state` may be one of the past. */
export function matches(unit, filter, state) {
    const text = filter.text.trim().toLowerCase();
    const within = (value, from, to) =>
        (from === "" || value >= Number(from)) && (to === "" || value <= Number(to));
    return (
        (!text || unit.name.toLowerCase().includes(text)) &&
        (!filter.type || unit.type === Number(filter.type)) &&
        (!filter.orientation || unit.orientation === filter.orientation) &&
        within(unit.area, filter.areaFrom, filter.areaTo) &&
        within(unit.price / 1e4, filter.priceFrom, filter.priceTo) &&
        (!filter.states.length || filter.states.includes(state))
    );
}

export function isEmptyFilter(filter) {
    return JSON.stringify(filter) === JSON.stringify(emptyFilter());
}

export function countStates(units, stateOf) {
    const counts = {};
    for (const unit of units) {
        const state = stateOf(unit);
        counts[state] = (counts[state] || 0) + 1;
    }
    return counts;
}

/** Held and all units of each group: [{ key, held, total, percent }]. */
export function holdRatios(units, keyOf, stateOf) {
    const groups = new Map();
    for (const unit of units) {
        const key = keyOf(unit);
        const group = groups.get(key) || { key, held: 0, total: 0 };
        group.total++;
        group.held += stateOf(unit) === "held" ? 1 : 0;
        groups.set(key, group);
    }
    return [...groups.values()].map((group) => ({
        ...group,
        percent: Math.round((1000 * group.held) / group.total) / 10,
    }));
}

/**
 * The unit that an arrow key leads to: of those that lie in its direction the one
 * nearest along it, then across it; itself at an edge.
 */
export function neighbour(units, unit, key) {
    const vertical = key === "ArrowUp" || key === "ArrowDown";
    const sign = key === "ArrowUp" || key === "ArrowLeft" ? -1 : 1;
    const place = (one) => [one.x + one.width / 2, one.row + (one.height - 1) / 2];
    const [x, y] = place(unit);
    let best = unit;
    let least = Infinity;
    for (const one of units) {
        const [x1, y1] = place(one);
        const along = sign * (vertical ? y1 - y : x1 - x);
        const across = Math.abs(vertical ? x1 - x : y1 - y);
        if (along <= 0.01 || (!vertical && across >= 1)) {
            continue;
        }
        const distance = along + across * 100 * (vertical ? 0.02 : 1);
        if (distance < least) {
            [best, least] = [one, distance];
        }
    }
    return best;
}

/** Until when, as time that is left: seconds of a slip, days of a hold. */
export function remaining(until, now, toMillis) {
    const left = Math.max(0, Math.floor((toMillis(until) - now) / 1000));
    const [hours, minutes, seconds] = [
        Math.floor(left / 3600),
        Math.floor((left % 3600) / 60),
        left % 60,
    ];
    const two = (number) => String(number).padStart(2, "0");
    return `${hours}:${two(minutes)}:${two(seconds)}`;
}
