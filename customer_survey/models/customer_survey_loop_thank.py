import logging

from odoo import fields, models
from psycopg2 import OperationalError

_logger = logging.getLogger(__name__)


class CustomerSurveyLoop(models.Model):
    """The thank-you to who recommends us."""

    _inherit = "customer.survey.loop"

    def _thank(self):
        """Queue the thank-you mail of follow-ups of recommendations, once each, where the customer may be written to.

        A template that cannot be rendered must not cost the customer's answer: it is left out and logged.
        """
        for loop in self.filtered(lambda loop: loop.kind == "promoter" and not loop.thanked_datetime):
            template, partner = loop.rule_id.thanks_template_id, loop.partner_id
            unwanted = (
                not template
                or not partner.email_normalized
                or partner.is_blacklisted
                or partner._care_gate_map("survey", "email")[partner.id]
            )
            if unwanted:
                continue
            try:
                with self.env.cr.savepoint():
                    template.with_company(loop.company_id).send_mail(
                        loop.id,
                        email_values={"recipient_ids": partner.ids},
                        email_layout_xmlid="mail.mail_notification_light",
                    )
                    loop.thanked_datetime = fields.Datetime.now()
                    self.env["customer.care.event"]._log(
                        [
                            {
                                "partner_id": partner.id,
                                "kind": "survey_thanked",
                                "summary": loop.rule_id.name,
                                "res_model": loop.res_model,
                                "res_id": loop.res_id,
                                "company_id": loop.company_id.id,
                            }
                        ]
                    )
            except OperationalError:
                raise  # the whole request is run again
            except Exception:
                _logger.exception("The thank-you of rule %s could not be written.", loop.rule_id.id)
