import { useEffect, useState } from "@odoo/owl";
import { StatusBarDurationField, statusBarDurationField } from "@mail/views/fields/statusbar_duration/statusbar_duration_field";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

const MODEL = "customer.complaint";
const REFUSED = "odoo.addons.customer_complaint.models.customer_complaint_move.MoveRefused";

/**
 * The stages above the form: a click moves the complaint, or opens the dialog that says what is missing and asks for
 * it. Other changes are saved before. Stages it cannot go to now are grey and say why; a click explains it as well.
 */
export class ComplaintStageField extends StatusBarDurationField {
    static template = "customer_complaint.StageField";

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.action = useService("action");
        this.hints = useState({ refusals: {} });
        useEffect(
            (resId, isChanged) => {
                if (resId && !isChanged) {
                    this.loadRefusals(resId);
                }
            },
            () => {
                const { record } = this.props;
                const { stage_id: stage, team_id: team, user_id: user } = record.data;
                return [record.resId, record.dirty, stage?.id, team?.id, user?.id];
            }
        );
    }

    async loadRefusals(resId) {
        const refusals = await this.orm.silent.call(MODEL, "get_move_refusals", [[resId]]);
        if (resId === this.props.record.resId) {
            this.hints.refusals = refusals;
        }
    }

    getAllItems() {
        const items = super.getAllItems();
        for (const item of items) {
            item.refusal = (!item.isSelected && this.hints?.refusals[item.value]) || "";
        }
        return items;
    }

    getDropdownItemClassNames(item) {
        return `${super.getDropdownItemClassNames(item)} ${item.refusal ? "o_complaint_refused" : ""}`;
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
