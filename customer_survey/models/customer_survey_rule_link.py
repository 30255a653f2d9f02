from odoo import models
from odoo.exceptions import AccessError


class CustomerSurveyRule(models.Model):
    """The list of links that are to be handed over, as a workbook."""

    _name = "customer.survey.rule"
    _inherit = ["customer.survey.rule", "customer.xlsx.mixin"]

    def action_view_links(self):
        """Show the invitations that people deliver: links to hand over, customers to ring."""
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_survey.survey_user_input_action_ask")
        action["domain"] = [
            ("care_rule_id", "in", self.ids),
            ("care_status", "in", ("to_call", "to_hand_over")),
        ]
        action["context"] = {}
        return action

    def _check_export(self):
        """:raises AccessError: the links answer in the name of customers: supervisors take them away"""
        result = super()._check_export()
        if not self.env.user.has_group("customer_care.group_care_supervisor"):
            raise AccessError(self.env._("Only supervisors of the customer care work on sent surveys."))
        return result

    def _get_xlsx_name(self):
        return self.env._("Links of %(rule)s", rule=self.name)

    def _write_xlsx(self, book):
        """Write the links that are to be handed over, as many as the reader may see."""
        sheet = book.add_sheet(self.env._("Links"))
        sheet.write_head(
            [
                self.env._("Contact"),
                self.env._("Customer"),
                self.env._("E-mail"),
                self.env._("Phone"),
                self.env._("Short Link"),
                self.env._("Deadline"),
            ]
        )
        answers = self.env["survey.user_input"].search(
            [("care_rule_id", "=", self.id), ("care_status", "=", "to_hand_over")], order="id"
        )
        for answer in answers:
            partner = answer.partner_id.sudo()
            sheet.write_row(
                [
                    partner.name,
                    partner.commercial_partner_id.name,
                    partner.email,
                    answer.care_phone,
                    answer._care_get_short_url(),
                    answer.deadline,
                ]
            )
