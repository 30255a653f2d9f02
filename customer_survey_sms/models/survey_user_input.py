from odoo import api, fields, models


class SurveyUserInput(models.Model):
    """Invitations and reminders by SMS."""

    _inherit = "survey.user_input"

    @api.model
    def _care_get_reminding_channels(self):
        return [*super()._care_get_reminding_channels(), "sms"]

    def _care_send_by(self, channel, kind):
        """Queue text messages; where it is night they wait for the next run."""
        if channel != "sms":
            return super()._care_send_by(channel, kind)
        sent = self.browse()
        groups = self._care_filter_contact_hours().grouped(
            lambda one: (one.care_rule_id, one.care_company_id, one._care_get_lang())
        )
        for (rule, company, lang), answers in groups.items():
            template = rule._get_sms_template(kind).sudo()
            if template:
                template = template.with_company(company).with_context(lang=lang)
                sent |= answers._care_try(lambda part, template=template: part._care_queue_sms(template))
        sent._care_mark(kind)
        return sent

    def _care_filter_contact_hours(self):
        """Return those whose customer may be disturbed at this hour."""
        result = self.browse()
        for company, answers in self.grouped("care_company_id").items():
            partners = answers.partner_id.with_company(company or self.env.company)
            hours = partners._care_gate_text("sms")["hours"]
            reasons = partners._care_gate_map("survey", "sms", fields.Datetime.now())
            result |= answers.filtered(
                lambda one, reasons=reasons, hours=hours: hours not in reasons.get(one.partner_id.id, ())
            )
        return result

    def _care_queue_sms(self, template):
        """Queue the messages of invitations in one language, with the way not to be asked again.

        Odoo receives no text messages: whoever replies STOP is heard by the provider alone.
        """
        texts = self._care_write_sms(template)
        vals_list = []
        for answer in self:
            partner = answer.partner_id
            owner = partner if partner.phone else partner.commercial_partner_id
            vals_list.append(
                {
                    "body": texts[answer.id],
                    "number": owner._phone_format(fname="phone") or owner.phone,
                    # an anonymous message leaves no trace of who got it but the number, until it has left
                    "partner_id": not answer.survey_id.care_is_anonymous and partner.id,
                }
            )
        messages = self.env["sms.sms"].sudo().create(vals_list)
        for answer, message in zip(self, messages, strict=True):
            if not answer.survey_id.care_is_anonymous:
                answer.care_message_key = message.uuid

    def _care_write_sms(self, template):
        """Return {id: text} of the messages of invitations."""
        bodies = template._render_field("body", self.ids)
        return {
            answer.id: f"{' '.join(bodies[answer.id].split())} {answer._care_say_stop(template)}".strip()
            for answer in self
        }

    def _care_say_stop(self, template):
        """Return how the customer (of a singleton) says that it is enough; empty where the text has it already."""
        partner = self.partner_id
        if not partner or "_stop_url" in (template.body or ""):
            return ""
        return template.env._("No more: %(url)s", url=partner._care_get_short_stop_url())
