import { FigureDashboard } from "@customer_care/dashboard/figure_dashboard";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

export class ComplaintDashboard extends FigureDashboard {
    static template = "customer_complaint.Dashboard";
    static model = "customer.complaint.figures";
    static options = { kind: "problems", team_id: false };

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
            department: _t("Responsible Departments"),
        };
    }

    makeCharts(figures) {
        return {
            trend: this.makeTrend(figures),
            types: this.makeTypes(figures.types),
            pareto: this.makePareto(figures.pareto, _t("Complaints")),
            causes: this.makePareto(figures.causes, _t("Complaints")),
            reasons: this.makeBars(figures.reasons),
        };
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
}

registry.category("actions").add("customer_complaint.dashboard", ComplaintDashboard);
