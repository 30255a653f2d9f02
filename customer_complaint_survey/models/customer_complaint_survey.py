from markupsafe import Markup
from odoo import fields, models
from odoo.addons.customer_care.tools.answers import RELOAD, notify
from odoo.addons.customer_complaint.models.customer_complaint_stage import DONE_PHASES
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

READERS = "customer_care.group_care_user,customer_care.group_care_auditor"


class CustomerComplaint(models.Model):
    """Asking by hand, and the answer on the complaint."""

    _inherit = "customer.complaint"

    survey_answer_html = fields.Html(
        string="Survey Answer", compute="_compute_survey_answer_html", sanitize=False, groups=READERS
    )

    def _compute_survey_answer_html(self):
        """Show what was answered about the complaints, the newest first, to who knows who complained."""
        answers = (
            self.env["survey.user_input"]
            .sudo()
            .search(
                [
                    ("care_res_model", "=", self._name),
                    ("care_res_id", "in", self.ids),
                    ("state", "=", "done"),
                    ("test_entry", "=", False),
                ],
                order="end_datetime desc, id desc",
            )
        )
        by_complaint = answers.grouped("care_res_id")
        for complaint in self:
            known = () if complaint.sudo(False)._hides_any_identity() else by_complaint.get(complaint.id, ())
            parts = [answer._care_get_answer_html() for answer in known]
            complaint.survey_answer_html = Markup("").join(part for part in parts if part) or False

    def action_care_send_survey(self):
        """Ask the customers of done complaints now, who were not asked yet.

        :raises AccessError: not in the customer care
        :raises UserError: a complaint is open, no rule asks about it, or nobody can be asked
        """
        if not self.env.user.has_group("customer_care.group_care_user"):
            raise AccessError(self.env._("Only the customer care sends surveys."))
        self.check_access("write")
        if not self or any(complaint.phase not in DONE_PHASES for complaint in self):
            raise UserError(self.env._("The customer is asked when the complaint is resolved."))
        sent = 0
        for count, complaints in self.sudo().grouped("reopen_count").items():
            sent += len(
                self.env["customer.survey.rule"]._send("complaint_closed", complaints, cause=str(count))
            )
        if not sent:
            raise UserError(self._get_not_asked_text())
        return notify(self.env._("Surveys sent: %(count)s", count=sent), "success", RELOAD)

    def _get_not_asked_text(self):
        """Return why none of the customers is asked: what was decided last."""
        request = (
            self.env["customer.survey.request"]
            .sudo()
            .search(Domain("res_model", "=", self._name) & Domain("res_id", "in", self.ids), limit=1)
        )
        if not request:
            return self.env._("No survey rule asks about this complaint.")
        if request.outcome == "asked":
            return self.env._("The customer has been asked already.")
        labels = dict(request._fields["outcome"]._description_selection(self.env))
        return self.env._("The customer is not asked: %(reason)s", reason=labels[request.outcome])

    def _complaint_on_closed(self):
        result = super()._complaint_on_closed()
        self.env["customer.survey.loop"].sudo().search(
            [("linked_complaint_id", "in", self.ids), ("state", "in", ("open", "contact"))]
        )._close_with_complaint()
        return result
