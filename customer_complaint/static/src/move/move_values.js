import { Component, onMounted, onWillRender, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";
import { parseXML } from "@web/core/utils/xml";
import { Record } from "@web/model/record";
import { extractFieldsFromArchInfo } from "@web/model/relational_model/utils";
import { FormArchParser } from "@web/views/form/form_arch_parser";
import { FormRenderer } from "@web/views/form/form_renderer";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const MODEL = "customer.complaint";

/** The fields of a complaint in a form of their own; tells when they change. */
class MoveForm extends Component {
    static template = xml`
        <Record t-props="recordProps">
            <t t-set-slot="default" t-slot-scope="scope">
                <FormRenderer record="this.hold(scope.record)" archInfo="archInfo" />
            </t>
        </Record>`;
    static components = { FormRenderer, Record };
    static props = { form: Object, parent: Object };

    setup() {
        const { arch, models, values } = this.props.form;
        const { fields } = models[MODEL];
        this.archInfo = new FormArchParser().parse(parseXML(arch), models, MODEL);
        this.archInfo.disableAutofocus = true;
        const { activeFields, fields: allFields } = extractFieldsFromArchInfo(this.archInfo, fields);
        this.recordProps = {
            resModel: MODEL,
            activeFields,
            fields: allFields,
            mode: "edit",
            values,
            hooks: { onRecordChanged: (record, changes) => this.props.parent.update({ values: changes }) },
        };
        // Given again with each rendering, they would overwrite what was entered.
        onMounted(() => delete this.recordProps.values);
        // A button of the dialog asks for what is just being typed.
        useBus(this.props.parent.model.bus, "NEED_LOCAL_CHANGES", ({ detail }) => detail.proms.push(this.commit()));
    }

    hold(record) {
        this.record = record;
        return record;
    }

    async commit() {
        const values = await this.record.getChanges();
        await this.props.parent.update({ values });
        // Shows in red what is still empty; the server has the last word.
        await this.record.checkValidity();
    }
}

/**
 * <widget name="complaint_move_values"/>
 * Asks in the dialog of a move for the fields of the complaint that are missing, whatever their type: ``form`` of the
 * dialog describes them as views are described, ``values`` takes what is entered.
 */
export class MoveValuesWidget extends Component {
    static template = xml`
        <MoveForm t-if="form" t-key="form.arch" form="form" parent="props.record" />`;
    static components = { MoveForm };
    static props = { ...standardWidgetProps };

    setup() {
        onWillRender(() => {
            this.form = this.props.record.data.form;
        });
    }
}

registry.category("view_widgets").add("complaint_move_values", { component: MoveValuesWidget });
