import { StatusBarDurationField, statusBarDurationField } from "@mail/views/fields/statusbar_duration/statusbar_duration_field";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

const MODEL = "customer.complaint";
const REFUSED = "odoo.addons.customer_complaint.models.customer_complaint_move.MoveRefused";

/**
 * The stages above the form: a click moves the complaint, or opens the dialog that says what is missing and asks for
 * it. Other changes are saved before.
 */
export class ComplaintStageField extends StatusBarDurationField {
    setup() {
        super.setup();
        this.orm = useService("orm");
        this.action = useService("action");
    }

    async selectItem(item) {
        const { record } = this.props;
        if (!record.resId) {
            return super.selectItem(item);
        }
        if (!(await record.save())) {
            return;
        }
        const action = await this.orm.call(MODEL, "action_move_to", [[record.resId], item.value]);
        if (action) {
            await this.action.doAction(action, { onClose: () => record.model.load() });
        } else {
            await record.model.load();
        }
    }
}

registry.category("fields").add("complaint_stage", {
    ...statusBarDurationField,
    component: ComplaintStageField,
    // drawn as the widget it extends
    additionalClasses: ["o_field_statusbar", "o_field_statusbar_duration"],
});

/**
 * A refused move from elsewhere, for example a card that was dragged: the same dialog in place of the message.
 */
function moveRefusedHandler(env, error, originalError) {
    if (originalError?.exceptionName !== REFUSED) {
        return false;
    }
    error.unhandledRejectionEvent.preventDefault();
    const [, ids, stageId] = originalError.data.arguments;
    const reload = () => env.services.action.doAction({ type: "ir.actions.client", tag: "soft_reload" });
    env.services.orm.call(MODEL, "action_move_to", [ids, stageId]).then((action) => {
        if (!action) {
            return reload();
        }
        return env.services.action.doAction(action, { onClose: (infos) => infos?.moved && reload() });
    });
    return true;
}

registry.category("error_handlers").add("complaintMoveRefused", moveRefusedHandler, { sequence: 90 });
