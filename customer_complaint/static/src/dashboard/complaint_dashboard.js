import { Component, onWillStart, useState } from "@odoo/owl";
import { cookie } from "@web/core/browser/cookie";
import { getColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { FigureChart } from "./figure_chart";

const MODEL = "customer.complaint.figures";
const OWN = "own";

/**
 * The figures of complaints in a period. The server computes, names and formats them (get_dashboard) and opens what
 * is behind each (open_figure); here they are only shown.
 */
export class ComplaintDashboard extends Component {
    static template = "customer_complaint.Dashboard";
    static components = { Layout, FigureChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.own = OWN;
        this.keepLast = new KeepLast();
        this.state = useState({
            choices: null,
            period: "twelve_months",
            options: { date_from: "", date_to: "", compare: "year", kind: "problems", team_id: false },
            ...this.props.state,
            figures: null,
            explained: {},
        });
        useSetupAction({
            getLocalState: () => ({ period: this.state.period, options: { ...this.state.options } }),
        });
        onWillStart(async () => {
            this.state.choices = await this.orm.call(MODEL, "get_choices", []);
            this.takePeriod();
            await this.load();
        });
    }

    get titles() {
        return {
            trend: _t("Complaints Received"),
            types: _t("Types"),
            pareto: _t("Pareto of the Categories"),
            causes: _t("Pareto of the Causes"),
            times: _t("Times"),
            teams: _t("Teams"),
            reasons: _t("Reasons of Dissatisfaction"),
            channel: _t("Channels"),
            customer: _t("Customers with most Complaints"),
            product: _t("Products with most Complaints"),
        };
    }

    // Choosing

    takePeriod() {
        const period = this.state.choices.periods.find((choice) => choice.key === this.state.period);
        if (period) {
            Object.assign(this.state.options, { date_from: period.date_from, date_to: period.date_to });
        }
    }

    async load() {
        const options = { ...this.state.options };
        this.state.figures = await this.keepLast.add(this.orm.call(MODEL, "get_dashboard", [options]));
        this.charts = this.makeCharts(this.state.figures);
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

    chooseTeam(event) {
        this.state.options.team_id = parseInt(event.target.value) || false;
        return this.load();
    }

    explain(code) {
        this.state.explained[code] = !this.state.explained[code];
    }

    // Opening

    async open(figure, key = null) {
        const options = { ...this.state.options };
        await this.action.doAction(await this.orm.call(MODEL, "open_figure", [options, figure, key]));
    }

    async openReport() {
        const action = await this.orm.call(MODEL, "open_monthly_report", [{ ...this.state.options }]);
        await this.action.doAction(action);
    }

    // Charts

    makeCharts(figures) {
        return {
            trend: this.makeTrend(figures),
            types: this.makeTypes(figures.types),
            pareto: this.makePareto(figures.pareto),
            causes: this.makePareto(figures.causes),
            reasons: this.makeBars(figures.reasons),
        };
    }

    getColor(index, count = "odoo") {
        return getColor(index, cookie.get("color_scheme"), count);
    }

    makeTrend({ trend, earlier, period }) {
        const datasets = [{ label: period, data: trend.now, backgroundColor: this.getColor(0) }];
        if (trend.before.length) {
            datasets.unshift({
                type: "line",
                label: earlier,
                data: trend.before,
                borderColor: this.getColor(2),
                backgroundColor: this.getColor(2),
                borderDash: [4, 4],
                tension: 0.2,
            });
        }
        return {
            type: "bar",
            data: { labels: trend.labels, datasets },
            options: { scales: { y: { beginAtZero: true, ticks: { precision: 0 } } } },
        };
    }

    makeTypes(types) {
        return {
            type: "doughnut",
            data: {
                labels: types.map((type) => `${type.name} ${type.share}`),
                datasets: [
                    {
                        data: types.map((type) => type.count),
                        backgroundColor: types.map((_type, index) => this.getColor(index, types.length)),
                    },
                ],
            },
            options: { plugins: { legend: { position: "bottom" } } },
        };
    }

    makePareto(bars) {
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
                        label: _t("Complaints"),
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

registry.category("actions").add("customer_complaint.dashboard", ComplaintDashboard);
