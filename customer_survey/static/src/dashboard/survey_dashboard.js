import { FigureDashboard } from "@customer_care/dashboard/figure_dashboard";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

const GOOD = "#2e9e5b";
const MIDDLE = "#e0a800";
const BAD = "#d0453b";
const CLASS_COLORS = { promoter: GOOD, passive: MIDDLE, detractor: BAD };

export class SurveyDashboard extends FigureDashboard {
    static template = "customer_survey.Dashboard";
    static model = "customer.survey.figures";

    get titles() {
        return {
            trend_nps: _t("Trend of the Net Promoter Score"),
            trend_csat: _t("Trend of the Satisfaction"),
            marks: _t("Recommendations from 0 to 10"),
            classes: _t("Promoters, Passives, Detractors"),
            reasons: _t("Pareto of the Reasons"),
        };
    }

    makeCharts({ trend, marks, classes, reasons }) {
        return {
            nps: this.makeTrend(trend, "nps", _t("Net Promoter Score"), { suggestedMin: -100, suggestedMax: 100 }),
            csat: this.makeTrend(trend, "csat", _t("Satisfied (%)"), { min: 0, max: 100 }),
            marks: this.makeMarks(marks),
            classes: this.makeClasses(classes),
            reasons: this.makePareto(reasons, _t("Answers")),
        };
    }

    /** A line within the band of its 95 % interval. */
    makeTrend(trend, name, label, scale) {
        const color = this.getColor(0);
        const edge = { data: null, borderWidth: 0, pointRadius: 0, pointHitRadius: 0, spanGaps: false };
        return {
            type: "line",
            data: {
                labels: trend.labels,
                datasets: [
                    { label, data: trend[name], borderColor: color, backgroundColor: color },
                    { ...edge, label: _t("Upper limit (95 %)"), data: trend[`${name}_high`] },
                    {
                        ...edge,
                        label: _t("Lower limit (95 %)"),
                        data: trend[`${name}_low`],
                        fill: "-1",
                        backgroundColor: "rgba(128, 128, 128, 0.2)",
                    },
                ],
            },
            options: { scales: { y: scale }, plugins: { legend: { display: false } } },
        };
    }

    makeMarks(marks) {
        const color = (mark) => (mark >= 9 ? GOOD : mark >= 7 ? MIDDLE : BAD);
        return {
            type: "bar",
            data: {
                labels: marks.map((row) => row.key),
                datasets: [
                    { data: marks.map((row) => row.count), backgroundColor: marks.map((row) => color(row.key)) },
                ],
            },
            options: {
                plugins: { legend: { display: false } },
                scales: { y: { beginAtZero: true, ticks: { precision: 0 } } },
            },
        };
    }

    /** One bar, divided by the shares. */
    makeClasses(classes) {
        return {
            type: "bar",
            data: {
                labels: [""],
                datasets: classes.map((row) => ({
                    label: `${row.name} ${row.share}`,
                    data: [row.percent],
                    backgroundColor: CLASS_COLORS[row.key],
                    maxBarThickness: 60,
                })),
            },
            options: {
                indexAxis: "y",
                plugins: { legend: { position: "bottom" } },
                scales: { x: { stacked: true, min: 0, max: 100 }, y: { stacked: true } },
            },
        };
    }
}

registry.category("actions").add("customer_survey.dashboard", SurveyDashboard);
