import { Component, onWillStart, useState } from "@odoo/owl";
import { cookie } from "@web/core/browser/cookie";
import { getColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { FigureChart } from "./figure_chart";

const OWN = "own";

/**
 * The figures of a period. The server (customer.figures.mixin) computes, names and formats them (get_dashboard) and
 * opens what is behind each (open_figure); here they are only shown.
 *
 * A dashboard extends this class: it names its model, its template, what is chosen at first (options) and its charts
 * (makeCharts). Its template calls customer_care.DashboardPeriod, DashboardScope, DashboardTiles and DashboardCard.
 */
export class FigureDashboard extends Component {
    static components = { Layout, FigureChart };
    static props = { ...standardActionServiceProps };
    static model = "";
    static options = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.own = OWN;
        this.keepLast = new KeepLast();
        this.state = useState({
            choices: null,
            period: "twelve_months",
            options: { date_from: "", date_to: "", compare: "year", ...this.constructor.options },
            ...this.props.state,
            figures: null,
            explained: {},
        });
        useSetupAction({
            getLocalState: () => ({ period: this.state.period, options: { ...this.state.options } }),
        });
        onWillStart(async () => {
            this.state.choices = await this.call("get_choices");
            this.takePeriod();
            await this.load();
        });
    }

    call(method, ...args) {
        return this.orm.call(this.constructor.model, method, args);
    }

    /** Return the configurations of the charts by name. */
    makeCharts() {
        return {};
    }

    // Choosing

    takePeriod() {
        const period = this.state.choices.periods.find((choice) => choice.key === this.state.period);
        if (period) {
            Object.assign(this.state.options, { date_from: period.date_from, date_to: period.date_to });
        }
    }

    async load() {
        const figures = await this.keepLast.add(this.call("get_dashboard", { ...this.state.options }));
        this.charts = this.makeCharts(figures);
        this.state.figures = figures;
    }

    choosePeriod(event) {
        this.state.period = event.target.value;
        this.takePeriod();
        return this.state.period === OWN ? undefined : this.load();
    }

    chooseDay(name, event) {
        if (!event.target.value) {
            return;
        }
        this.state.period = OWN;
        this.state.options[name] = event.target.value;
        const { date_from, date_to } = this.state.options;
        if (date_from > date_to) {
            // Who moves one end beyond the other means a period of that day.
            this.state.options[name === "date_from" ? "date_to" : "date_from"] = event.target.value;
        }
        return this.load();
    }

    choose(name, event) {
        this.state.options[name] = event.target.value;
        return this.load();
    }

    chooseId(name, event) {
        this.state.options[name] = parseInt(event.target.value) || false;
        return this.load();
    }

    explain(code) {
        this.state.explained[code] = !this.state.explained[code];
    }

    // Opening

    async open(figure, key = null) {
        await this.doMethod("open_figure", figure, key);
    }

    /** Open the action that a method returns, which is given the options and what else. */
    async doMethod(method, ...args) {
        await this.action.doAction(await this.call(method, { ...this.state.options }, ...args));
    }

    // Charts

    getColor(index, count = "odoo") {
        return getColor(index, cookie.get("color_scheme"), count);
    }

    /** Bars in falling order and a line of their cumulated shares; bars is [{name, count, cumulated}]. */
    makePareto(bars, label) {
        return {
            type: "bar",
            data: {
                labels: bars.map((bar) => bar.name),
                datasets: [
                    {
                        type: "line",
                        label: _t("Cumulated Share (%)"),
                        data: bars.map((bar) => bar.cumulated),
                        borderColor: this.getColor(1),
                        backgroundColor: this.getColor(1),
                        yAxisID: "share",
                    },
                    {
                        label,
                        data: bars.map((bar) => bar.count),
                        backgroundColor: this.getColor(0),
                    },
                ],
            },
            options: {
                scales: {
                    y: { beginAtZero: true, ticks: { precision: 0 } },
                    share: { position: "right", min: 0, max: 100, grid: { drawOnChartArea: false } },
                    x: {
                        ticks: {
                            callback(value) {
                                const label = this.getLabelForValue(value);
                                return label.length > 24 ? `${label.slice(0, 23)}…` : label;
                            },
                        },
                    },
                },
            },
        };
    }

    /** Lying bars; rows is [{name, share, count}]. */
    makeBars(rows) {
        return {
            type: "bar",
            data: {
                labels: rows.map((row) => `${row.name} ${row.share}`),
                datasets: [
                    { data: rows.map((row) => row.count), backgroundColor: this.getColor(3), maxBarThickness: 40 },
                ],
            },
            options: {
                indexAxis: "y",
                plugins: { legend: { display: false } },
                scales: { x: { beginAtZero: true, ticks: { precision: 0 } } },
            },
        };
    }
}
