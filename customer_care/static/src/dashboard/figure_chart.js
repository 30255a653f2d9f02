import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";

/**
 * A chart of Chart.js whose points can be opened.
 * config is what Chart.js takes; onOpen is called with the index of the point that was clicked, and of its row.
 */
export class FigureChart extends Component {
    static template = "customer_care.FigureChart";
    static props = {
        config: Object,
        label: String,
        onOpen: Function,
        height: { type: Number, optional: true },
    };
    static defaultProps = { height: 280 };

    setup() {
        this.canvas = useRef("canvas");
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (config) => {
                this.chart?.destroy();
                this.chart = new Chart(this.canvas.el, this.prepare(config));
            },
            () => [this.props.config],
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    prepare(config) {
        const options = {
            responsive: true,
            maintainAspectRatio: false,
            animation: false,
            onClick: (_event, points) => points.length && this.props.onOpen(points[0].index, points[0].datasetIndex),
            onHover: (event, points) => {
                event.native.target.style.cursor = points.length ? "pointer" : "default";
            },
            ...config.options,
        };
        return { ...config, options };
    }
}
