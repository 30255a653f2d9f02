from odoo import models
from odoo.exceptions import UserError

# What the report said.
RESULT_FIELDS = {"result", "result_text", "report_file", "report_file_name", "cost"}


class CustomerComplaintAppraisal(models.Model):
    """What was reported stays, until it is corrected with a reason; what was said before remains in the thread."""

    _inherit = "customer.complaint.appraisal"

    def _check_change(self, vals):
        result = super()._check_change(vals)
        if not RESULT_FIELDS.isdisjoint(vals) and self.filtered(lambda one: one.state == "reported"):
            raise UserError(
                self.env._("The report is in. Use “Correct” and say why, before you change its result.")
            )
        return result

    def action_open_correct(self):
        """Open the dialog that asks why the result is corrected."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_appraisal_correct_action"
        )
        return {**action, "context": {"default_appraisal_id": self.id}}

    def action_correct(self, reason):
        """Open reported appraisals again, so that their result can be corrected.

        :raises UserError: without a reason, or when one is not reported
        """
        self.check_access("write")
        self._check_state("reported")
        self._check_investigation_open()
        reason = str(reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why."))
        results = dict(self._fields["result"]._description_selection(self.env))
        bodies = {
            appraisal.id: self.env._(
                "The result is corrected. Before: %(result)s. Reason: %(reason)s",
                result=results.get(appraisal.result, "-"),
                reason=reason,
            )
            for appraisal in self
        }
        for appraisal in self.sudo():
            file = appraisal.report_file
            appraisal.with_user(self.env.user).message_post(
                body=bodies[appraisal.id],
                subtype_xmlid="mail.mt_note",
                attachments=[(appraisal.report_file_name or "report", appraisal._get_report_content())]
                if file
                else [],
            )
        self.sudo().write({"state": "asked", "reported_datetime": False})
        for appraisal in self:
            appraisal._remind_reporter()

    def _get_report_content(self):
        """Return the bytes of the report (singleton, as superuser)."""
        file = self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_id", "=", self.id), ("res_field", "=", "report_file")],
            limit=1,
        )
        return file.raw
