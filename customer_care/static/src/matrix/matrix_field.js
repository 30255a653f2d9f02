import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * Table whose cells open records. The value of the field (Json) is
 * {method, corner, head: [texts], rows: [{name, cells: [{text, note, class, args}]}]};
 * a cell with args calls the method of the record with them and opens the action that it returns.
 */
export class CareMatrixField extends Component {
    static template = "customer_care.MatrixField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get matrix() {
        return this.props.record.data[this.props.name] || null;
    }

    async open(cell) {
        const record = this.props.record;
        if (!(await record.save())) {
            return;
        }
        const action = await this.orm.call(record.resModel, this.matrix.method, [[record.resId], ...cell.args]);
        await this.action.doAction(action);
    }
}

registry.category("fields").add("care_matrix", {
    component: CareMatrixField,
    supportedTypes: ["json"],
});
