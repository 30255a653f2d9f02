import base64

from odoo import models
from odoo.addons.customer_care.tools import qr
from odoo.exceptions import UserError


class SurveySurvey(models.Model):
    """Posters and cards with the QR code of a survey that everybody may answer."""

    _inherit = "survey.survey"

    def action_care_print_poster(self):
        """Print the sheet with the QR code."""
        return self._care_print("customer_survey.survey_survey_report_poster")

    def action_care_print_card(self):
        """Print the card with the QR code, for tables, parcels and receipts."""
        return self._care_print("customer_survey.survey_survey_report_card")

    def _care_print(self, xmlid):
        """:raises UserError: a survey is for invited people only"""
        self.check_access("read")
        if any(survey.access_mode != "public" or not survey.active for survey in self):
            raise UserError(
                self.env._(
                    "Only surveys for anyone with the link have a poster. Choose that access mode in the options."
                )
            )
        return self.env.ref(xmlid).report_action(self, config=False)

    def _care_get_public_url(self):
        """Return the address of the survey (singleton)."""
        return f"{self.get_base_url()}{self.get_start_url()}"

    def _care_get_public_qr_uri(self):
        """Return the QR code as an address that contains the picture (singleton), for printing."""
        return f"data:image/png;base64,{base64.b64encode(qr.make_png(self._care_get_public_url())).decode()}"
