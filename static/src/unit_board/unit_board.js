import {
    Component,
    markRaw,
    onWillStart,
    onWillUnmount,
    useEffect,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { AsOf } from "./as_of";
import { countStates, emptyFilter, isEmptyFilter, matches, neighbour, PRICES } from "./board_data";
import { BoardFilters } from "./board_filters";
import { BoardModel } from "./board_model";
import { BuildingGrid } from "./building_grid";
import { HoldRatios } from "./hold_ratios";
import { UnitCard } from "./unit_card";

const PROJECT_KEY = "crm_property_sales.project";
const PRICE_KEY = "crm_property_sales.board_price";

/** The sales-control board: buildings of a project, live, with a card for each unit. */
export class UnitBoard extends Component {
    static template = "crm_property_sales.UnitBoard";
    static components = { AsOf, BoardFilters, BuildingGrid, HoldRatios, UnitCard };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.area = useRef("area");
        this.root = useRef("root");
        this.asked = 0;
        const before = this.props.state || {};
        this.state = useState({
            tab: before.tab || 0, // 0: all buildings
            price: browser.localStorage.getItem(PRICE_KEY) || "price",
            filter: before.filter || emptyFilter(),
            selected: before.selected || false,
            card: null,
            moment: null, // milliseconds, when the past is shown
            past: null,
            ratios: false,
        });
        this.model = useState(new BoardModel(useService("bus_service"), this.orm));
        useSetupAction({
            getLocalState: () => ({
                tab: this.state.tab,
                filter: { ...this.state.filter },
                selected: this.state.selected,
            }),
        });
        this.askPast = useDebounced(() => this.loadPast(), 150);
        this.refreshCard = useDebounced(() => this.state.card && this.loadCard(), 200);
        this.model.onChange = (ids) => ids.has(this.state.card?.id) && this.refreshCard();
        onWillStart(() =>
            this.model.load(Number(browser.localStorage.getItem(PROJECT_KEY)) || false)
        );
        onWillUnmount(() => this.model.stop());
        useExternalListener(window, "keydown", (ev) => this.onWindowKeydown(ev));
        useEffect(
            () => {
                const cell = this.cell(this.state.selected);
                cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
            },
            () => [this.state.selected, this.state.tab]
        );
        useEffect(() => this.area.el?.focus(), () => [this.model.project?.id]);
    }

    // === What is shown ===

    get buildings() {
        const { tab } = this.state;
        return this.model.buildings.filter(({ id }) => !tab || id === tab);
    }

    get units() {
        return this.buildings.flatMap(({ units }) => units);
    }

    stateOf(unit) {
        return this.state.past ? this.state.past.get(unit.id) : unit.state;
    }

    get counts() {
        return countStates(this.units, (unit) => this.stateOf(unit));
    }

    /** The units that match the filter; null when there is none. The same set as long
     * as nothing changes, so that buildings are not drawn anew for nothing. */
    get matched() {
        const { filter, past } = this.state;
        if (isEmptyFilter(filter)) {
            return null;
        }
        const key = JSON.stringify([filter, this.model.changes, this.state.moment, this.state.tab]);
        if (this.matchedKey !== key || this.matchedPast !== past) {
            this.matchedKey = key;
            this.matchedPast = past;
            this.matchedUnits = markRaw(
                new Set(
                    this.units
                        .filter((unit) => matches(unit, filter, this.stateOf(unit)))
                        .map(({ id }) => id)
                )
            );
        }
        return this.matchedUnits;
    }

    get priceLabels() {
        const labels = {
            price: _t("List Price (10k)"),
            sqm: _t("List Price per ㎡"),
            filed: _t("Filed Price (10k)"),
            floor_price: _t("Floor Price (10k)"),
            none: _t("Room Only"),
        };
        return PRICES.filter(
            (kind) => kind !== "floor_price" || this.model.data.sees_floor_price
        ).map((kind) => [kind, labels[kind]]);
    }

    get stateLabel() {
        return Object.fromEntries(this.model.data.states)[this.state.card.state];
    }

    selectedIn(building) {
        const { selected } = this.state;
        return this.model.units.get(selected)?.buildingId === building.id && selected;
    }

    cell(id) {
        return id ? this.area.el?.querySelector(`.o_board_cell[data-id="${id}"]`) : null;
    }

    // === What the user does ===

    async setProject(id) {
        browser.localStorage.setItem(PROJECT_KEY, id);
        Object.assign(this.state, { tab: 0, selected: false, card: null });
        this.closePast();
        await this.model.load(Number(id));
    }

    setTab(id) {
        Object.assign(this.state, { tab: id, selected: false, card: null });
    }

    setPrice(kind) {
        browser.localStorage.setItem(PRICE_KEY, kind);
        this.state.price = kind;
    }

    setFilter(filter) {
        this.state.filter = filter;
    }

    /** Enter in the search field: to the first unit that is found. */
    find() {
        const matched = this.matched;
        const found = this.units.find((unit) => !matched || matched.has(unit.id));
        if (found) {
            this.open(found.id);
        }
    }

    open(id) {
        this.state.selected = id;
        return this.loadCard();
    }

    /** Of several questions only the answer to the last one is shown. */
    async loadCard() {
        const number = ++this.asked;
        const card = await this.orm.call("property.board", "card", [this.state.selected]);
        if (number === this.asked) {
            this.state.card = card;
        }
    }

    closeCard() {
        this.asked++;
        this.state.card = null;
        this.area.el.focus();
    }

    async run({ model, id, method }) {
        let next = { type: "ir.actions.act_window", res_model: model, res_id: id };
        if (method) {
            next = await this.orm.call(model, method, [[id]]);
        }
        if (next?.type) {
            const views = next.views || [[false, "form"]];
            const onClose = () => this.onStepDone();
            await this.action.doAction({ ...next, views }, { onClose });
        } else {
            await this.onStepDone();
        }
    }

    async onStepDone() {
        await Promise.all([this.model.refresh([this.state.selected]), this.loadCard()]);
    }

    onClick(ev) {
        const cell = ev.target.closest(".o_board_cell");
        if (cell) {
            this.open(Number(cell.dataset.id));
        }
    }

    onKeydown(ev) {
        const unit = this.model.units.get(this.state.selected);
        if (ev.key.startsWith("Arrow")) {
            ev.preventDefault();
            this.state.selected = this.next(unit, ev.key)?.id || false;
            if (this.state.card) {
                this.refreshCard();
            }
        } else if (ev.key === "Enter" && unit) {
            ev.preventDefault();
            this.open(unit.id);
        }
    }

    /** Past the edge of a building the next one begins. */
    next(unit, key) {
        const shown = this.buildings;
        if (!unit) {
            return shown[0]?.units[0];
        }
        const place = shown.findIndex(({ id }) => id === unit.buildingId);
        const found = neighbour(shown[place].units, unit, key);
        const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
        const beside = found === unit && step && shown[place + step];
        if (!beside) {
            return found;
        }
        const edge = { ...unit, x: step > 0 ? -1 : beside.width, width: 0 };
        const fits = neighbour(beside.units, edge, key);
        return fits === edge ? beside.units[0] : fits;
    }

    onWindowKeydown(ev) {
        if (document.querySelector(".modal") || !this.root.el) {
            return;
        }
        const typing = ev.target.closest?.("input, select, textarea, [contenteditable=true]");
        if (ev.key === "/" && !typing) {
            ev.preventDefault();
            this.root.el.querySelector(".o_board_search").focus();
        } else if (ev.key === "Escape") {
            this.closeCard();
        }
    }

    // === The past ===

    openPast() {
        this.state.moment = Date.now() - 60_000;
        return this.loadPast();
    }

    movePast(moment) {
        this.state.moment = moment;
        this.askPast();
    }

    closePast() {
        Object.assign(this.state, { moment: null, past: null });
    }

    async loadPast() {
        const { moment } = this.state;
        if (moment === null) {
            return;
        }
        const states = await this.model.at(luxon.DateTime.fromMillis(moment));
        if (moment === this.state.moment) {
            this.state.past = markRaw(states);
        }
    }

    // === Paper and wall ===

    async print() {
        const ids = this.buildings.map(({ id }) => id);
        this.action.doAction(
            await this.orm.call("property.building", "action_print_board", [ids])
        );
    }

    openWall() {
        browser.open(`/property/wall/${this.model.project.id}`, "_blank");
    }
}

registry.category("actions").add("property_board", UnitBoard);
