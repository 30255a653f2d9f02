import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

/** Whoever handles complaints registers one from everywhere, while the telephone still rings. */
export const registerComplaintService = {
    dependencies: ["action", "command"],
    async start(env, { action, command }) {
        if (await user.hasGroup("customer_complaint.group_complaint_user")) {
            command.add(
                _t("Register a Complaint"),
                () => action.doAction("customer_complaint.customer_complaint_action_register", { clearBreadcrumbs: true }),
                { hotkey: "alt+shift+r", global: true },
            );
        }
    },
};

registry.category("services").add("customer_complaint.register", registerComplaintService);
