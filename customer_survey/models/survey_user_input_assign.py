from odoo import models
from odoo.exceptions import AccessError


class SurveyUserInput(models.Model):
    """Supervisors say who asks which customer."""

    _inherit = "survey.user_input"

    def action_care_assign(self):
        """Ask to whom these calls and links are given.

        :raises AccessError: the user is no supervisor
        """
        if not self.env.user.has_group("customer_care.group_care_supervisor"):
            raise AccessError(self.env._("Only supervisors assign who asks customers."))
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Assign To..."),
            "res_model": "customer.survey.call.assign",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_answer_ids": self.ids},
        }

    def _care_get_askers(self):
        """Return the users who can ask these customers: members of their teams.

        Where these have no team, or the team no members: everybody of the customer care. All must work for the
        companies of the invitations.
        """
        answers = self.sudo()
        companies = answers.care_company_id or self.env.company
        staff = self.env.ref("customer_care.group_care_user").sudo().all_user_ids
        staff = staff.filtered(lambda user: not user.share and companies <= user.company_ids)
        members = answers.partner_id.commercial_partner_id.care_team_id.member_ids & staff
        # who decides may take them over as well
        return (members | self.env.user.sudo() & staff if members else staff).sudo(False)
