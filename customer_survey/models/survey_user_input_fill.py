from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class SurveyUserInput(models.Model):
    """Staff who fill in what a customer answers on the phone or on paper."""

    _inherit = "survey.user_input"

    care_is_paper = fields.Boolean(
        string="Copied from Paper",
        readonly=True,
        copy=False,
        help="The customer wrote the answers down; who filled them in copied them.",
    )
    can_care_fill = fields.Boolean(string="Can Be Filled In", compute="_compute_can_care_fill")

    @api.depends("state", "care_rule_id", "care_cancelled_datetime", "deadline", "partner_id")
    def _compute_can_care_fill(self):
        """Say which invitations are still open, for the buttons; the rest is checked when they are pressed."""
        now = fields.Datetime.now()
        for answer in self:
            answer.can_care_fill = (
                bool(answer.care_rule_id and answer.partner_id)
                and answer.state != "done"
                and not answer.test_entry
                and not answer.care_cancelled_datetime
                and not (answer.deadline and answer.deadline < now)
            )

    def _mark_done(self):
        """The channel is how the customer answered in the end, not how he was asked."""
        filled = self.filtered(lambda answer: answer.care_filled_by_id and not answer.test_entry)
        for is_paper, answers in filled.sudo().grouped("care_is_paper").items():
            answers.care_channel = "paper" if is_paper else "phone"
        return super()._mark_done()

    def action_care_fill_in(self):
        """Open the survey of this invitation (singleton), to be filled in for the customer on the phone.

        :raises AccessError: when the user may not see the customer, or what the survey is about
        :raises UserError: when there is nothing to fill in
        """
        return self._care_fill_in()

    def _care_fill_in(self, is_paper=False):
        """Do what ``action_care_fill_in`` says, also for what the customer has written on paper."""
        self.ensure_one()
        self._care_check_fillable()
        answer = self.sudo()
        if answer.care_filled_by_id != self.env.user:
            answer.care_filled_by_id = self.env.user
        if answer.care_is_paper != is_paper:
            answer.care_is_paper = is_paper
        return {"type": "ir.actions.act_url", "url": answer.get_start_url(), "target": "new"}

    def _care_check_fillable(self):
        """Refuse what the user may not, or cannot, fill in for the customer (singleton).

        :raises AccessError:
        :raises UserError:
        """
        refusal = self._care_get_fill_error()
        if refusal:
            raise UserError(refusal)

    def _care_get_fill_error(self):
        """Return why this invitation (singleton) cannot be filled in for the customer, empty when it can.

        :raises AccessError: when the user may not do it for this customer
        """
        answer = self.sudo().exists()
        partner = answer.partner_id
        if not self.env.user.has_group("customer_care.group_care_user"):
            raise AccessError(self.env._("Only the customer care fills in surveys for customers."))
        if (
            not answer.care_rule_id
            or answer.test_entry
            or (answer.survey_id.care_is_anonymous or not partner)
        ):
            return self.env._(
                "Nobody fills in this survey for a customer: it is anonymous or was not sent by a rule."
            )
        partner.sudo(False).with_user(self.env.user).check_access("read")
        if answer.care_company_id and answer.care_company_id not in self.env.companies:
            raise AccessError(self.env._("This survey belongs to another company."))
        document = answer._care_get_document()
        if document:
            document.sudo(False).with_user(self.env.user).check_access("read")
        if answer.state == "done":
            return self.env._("This survey has already been answered.")
        if answer.care_cancelled_datetime:
            return self.env._("This invitation has been withdrawn.")
        if answer.deadline and answer.deadline < self.env.cr.now():
            return self.env._("This invitation has expired: fill in a new one from the customer.")
        if not answer.survey_id._care_is_usable():
            return self.env._("This survey is closed or empty.")
        return ""

    def _care_is_filled_by(self, user):
        """Tell whether the user is filling in this answer (singleton) for the customer."""
        return bool(self.care_filled_by_id) and self.care_filled_by_id == user

    def _care_note_writer(self, user):
        """Note who goes on with an answer (singleton): with his own link the customer takes over from staff."""
        if self.care_filled_by_id and self.care_filled_by_id != user:
            self.write({"care_filled_by_id": False, "care_is_paper": False})
