import { registry } from "@web/core/registry";
import { ReferenceField, referenceField } from "@web/views/fields/reference/reference_field";

/**
 * A reference that offers the documents of the customer whom the record names in `commercial_partner_id`; all when it
 * names none. With the option `models_field` only the models that this field lists are offered.
 */
export class ComplaintReferenceField extends ReferenceField {
    static props = { ...ReferenceField.props, modelsField: { type: String, optional: true } };

    get m2oProps() {
        const customer = this.props.record.data.commercial_partner_id;
        const props = super.m2oProps;
        if (!customer) {
            return props;
        }
        return {
            ...props,
            domain: () => [["partner_id.commercial_partner_id", "=", customer.id]],
        };
    }

    get selection() {
        const { modelsField, record } = this.props;
        if (!modelsField) {
            return super.selection;
        }
        const names = (record.data[modelsField] || "").split(",");
        return super.selection.filter(([name]) => names.includes(name));
    }
}

registry.category("fields").add("complaint_reference", {
    ...referenceField,
    component: ComplaintReferenceField,
    extractProps(fieldInfo, dynamicInfo) {
        return {
            ...referenceField.extractProps(fieldInfo, dynamicInfo),
            modelsField: fieldInfo.options.models_field,
        };
    },
});
