import { Component, markup, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * Html fields of the record that are read when they are shown: on a page of a notebook, once it is opened.
 * <widget name="care_lazy_html" fields="one,another"/>
 * The fields must come from the server as safe markup.
 */
export class LazyHtmlWidget extends Component {
    static template = "customer_care.LazyHtmlWidget";
    static props = { ...standardWidgetProps, fields: { type: Array } };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ parts: [] });
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps((props) => this.load(props.record));
    }

    async load(record) {
        if (!record.resId) {
            this.state.parts = [];
            return;
        }
        const [values] = await this.orm.read(record.resModel, [record.resId], this.props.fields);
        this.state.parts = this.props.fields.filter((name) => values[name]).map((name) => markup(values[name]));
    }
}

registry.category("view_widgets").add("care_lazy_html", {
    component: LazyHtmlWidget,
    extractProps: ({ attrs }) => ({ fields: attrs.fields.split(",") }),
});
