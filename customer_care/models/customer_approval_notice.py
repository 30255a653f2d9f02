from markupsafe import Markup
from odoo import models
from odoo.fields import Domain

ACTIVITY_TYPE = "customer_care.mail_activity_type_approval"


class CustomerApprovalMixin(models.AbstractModel):
    """Who is told of requests for approval and what became of them: thread, timeline and activities."""

    _inherit = "customer.approval.mixin"

    def _approval_log(self, text):
        """Note ``text`` in the chatter of the documents, if they have one, in one batch."""
        if self and hasattr(self, "_message_log_batch"):
            body = Markup("<p>%s</p>") % text
            self._message_log_batch(dict.fromkeys(self.ids, body))

    def _approval_log_timeline(self):
        """Tell the customer's timeline that approval was requested, if the documents are about customers."""
        if self and hasattr(self, "_care_log"):
            self.sudo()._care_log("approval_requested")

    def _approval_tell_abandoned(self):
        """Tell who requested, else who is responsible, that nobody is left who could answer (as superuser)."""
        for document in self:
            responsible = document._approval_get_responsible()
            user = next(
                (user for user in (document.approval_requester_id, *responsible) if user.active), None
            )
            document = document.with_context(lang=user.lang or self.env.lang) if user else document
            text = document.env._(
                "Nobody is left who could answer the request for approval: take it back and request again."
            )
            document._approval_log(text)
            if user and hasattr(document, "activity_schedule"):
                document.activity_schedule("mail.mail_activity_data_todo", user_id=user.id, summary=text)

    def _approval_sync_notices(self):
        """Give each person asked now one activity on each document, and take away those of others."""
        activity_type = self.env.ref(ACTIVITY_TYPE, raise_if_not_found=False)
        if not self or not activity_type or not hasattr(self, "activity_schedule"):
            return
        lines = self._approval_get_lines(Domain("state", "=", "pending"))
        current = self.env["customer.approval.deputy"]._get_current(
            Domain("user_id", "in", lines.approver_ids.ids)
        )
        deputies = current.grouped("user_id")
        wanted = {}
        for line in lines:
            users = line._get_voters()
            for user in users:
                users |= deputies[user].deputy_id if user in deputies else users.browse()
            wanted.update({(line.res_id, user): line for user in users - line.requester_id if user.active})
        Activity = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        present = Activity.search(
            self._approval_get_line_domain() & Domain("activity_type_id", "=", activity_type.id)
        )
        present.filtered(lambda activity: (activity.res_id, activity.user_id) not in wanted).unlink()
        keys = {(activity.res_id, activity.user_id) for activity in present.exists()}
        model = self.env["ir.model"]._get(self._name)
        self.mapped("display_name")  # activities read it one by one, which the cache makes free
        Activity.create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "res_model_id": model.id,
                    "res_id": res_id,
                    "user_id": user.id,
                    "summary": line._get_notice(user),
                }
                for (res_id, user), line in wanted.items()
                if (res_id, user) not in keys
            ]
        )
