import { Component } from "@odoo/owl";
import { evaluateExpr } from "@web/core/py_js/py";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { View } from "@web/views/view";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * A list of records that belong to the record of the form, read when it is shown: on a page of a notebook, once that is
 * opened. Unlike an x2many field it costs nothing before, shows all records and can be searched.
 *
 * <widget name="care_lazy_list" model="customer.need" link="commercial_partner_id" list="module.view_id"
 *         search="module.view_id" domain="[('state', '=', 'open')]" limit="10" has_search="1"/>
 *
 * `link` is the field of the model that names the customer; the company of a contact is asked for when it ends with
 * `commercial_partner_id`.
 */
export class LazyListWidget extends Component {
    static template = "customer_care.LazyListWidget";
    static components = { View };
    static props = {
        ...standardWidgetProps,
        model: { type: String },
        link: { type: String },
        list: { type: String, optional: true },
        kanban: { type: String, optional: true },
        search: { type: String, optional: true },
        domain: { type: String, optional: true },
        limit: { type: Number, optional: true },
        hasSearch: { type: Boolean, optional: true },
    };

    setup() {
        this.action = useService("action");
    }

    get customerId() {
        const { record, link } = this.props;
        const company = link.endsWith("commercial_partner_id") && record.data.commercial_partner_id;
        return (company && company.id) || record.resId;
    }

    get viewProps() {
        const { model, link, list, kanban, search, domain, limit, hasSearch } = this.props;
        const isCards = this.env.isSmall && kanban;
        return {
            type: isCards ? "kanban" : "list",
            resModel: model,
            // Not the views of the form's own action: those of the context.
            views: [[false, "list"], [false, "kanban"], [false, "search"]],
            searchViewId: false,
            domain: [[link, "=", this.customerId], ...(domain ? evaluateExpr(domain) : [])],
            context: { list_view_ref: list, kanban_view_ref: kanban, search_view_ref: search },
            display: { controlPanel: hasSearch ? {} : false, searchPanel: false },
            noBreadcrumbs: true,
            showButtons: false,
            // Invented rows would be taken for those of this record.
            useSampleModel: false,
            ...(isCards ? {} : { allowSelectors: false }),
            limit: limit || 10,
            selectRecord: (resId) =>
                this.action.doAction({
                    type: "ir.actions.act_window",
                    res_model: model,
                    res_id: resId,
                    views: [[false, "form"]],
                }),
        };
    }
}

registry.category("view_widgets").add("care_lazy_list", {
    component: LazyListWidget,
    extractProps: ({ attrs }) => ({
        model: attrs.model,
        link: attrs.link,
        list: attrs.list,
        kanban: attrs.kanban,
        search: attrs.search,
        domain: attrs.domain,
        limit: attrs.limit ? Number(attrs.limit) : undefined,
        hasSearch: attrs.has_search === "1",
    }),
});
