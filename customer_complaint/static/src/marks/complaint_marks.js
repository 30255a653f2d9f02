import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const TIME_CLASSES = { late: "text-danger fw-bold", soon: "text-warning fw-bold", open: "text-success" };

/** What a complaint points out besides its columns: the next time limit, badges and icons. Short in a list. */
export class ComplaintMarks extends Component {
    static template = "customer_complaint.ComplaintMarks";
    static props = { ...standardFieldProps, isShort: { type: Boolean, optional: true } };

    /** Time `{ what, left, className }`, if any, and the list of marks that the server names. */
    get content() {
        let content = {};
        try {
            content = JSON.parse(this.props.record.data[this.props.name]) || {};
        } catch {
            // the sample records of an empty list have any text here
        }
        const [state, what, left] = content.time || [];
        return { time: state && { what, left, className: TIME_CLASSES[state] }, marks: content.marks || [] };
    }
}

registry.category("fields").add("complaint_marks", {
    component: ComplaintMarks,
    supportedTypes: ["char"],
    extractProps: ({ viewType }) => ({ isShort: viewType === "list" }),
});
