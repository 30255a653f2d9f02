import { registerMessageAction } from "@mail/core/common/message_actions";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";

// Asked once: actions of messages are not drawn before the answer matters.
let isCareUser = false;
user.hasGroup("customer_care.group_care_user").then((answer) => {
    isCareUser = answer;
});

/** A letter in the discussion of a customer that was a contact: the server notes it, each message once. */
registerMessageAction("care-count-as-contact", {
    condition: ({ message, thread }) =>
        isCareUser &&
        Boolean(thread?.id) &&
        message.persistent !== false &&
        !message.is_transient &&
        (thread.model === "res.partner" || thread.model.startsWith("customer.")) &&
        message.message_type !== "notification" &&
        !message.isEmpty,
    icon: "fa fa-comments-o",
    name: _t("Count as a Contact"),
    onSelected: async ({ message, store }) => {
        await store.env.services.orm.call("mail.message", "action_care_count_as_contact", [[message.id]]);
        store.env.services.notification.add(_t("Noted in the contact log."), { type: "success" });
    },
    sequence: 60,
});
