import re

from odoo import api, fields, models
from odoo.addons.customer_complaint.models.res_partner_phone import COMPARED, PHONE_TEXT
from odoo.exceptions import AccessError

TEMPLATE = "customer_complaint_sms.sms_template_complaint_acknowledgement"
# Whoever types the number of somebody else into the form shall not make his telephone ring all day.
SMS_PER_DAY = 3
# How long a number can be. Source: ITU-T E.164 (at most 15); shorter than 7 are services, not people.
DIGITS = range(7, 16)


class CustomerComplaint(models.Model):
    _inherit = "customer.complaint"

    acknowledge_sms = fields.Char(
        "SMS of the Acknowledgement",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Key under which the SMS app keeps it.",
    )

    def _check_code_only(self, names):
        names = list(names)
        if not self.env.su and "acknowledge_sms" in names:
            raise AccessError(self.env._("Which SMS acknowledged a complaint is noted by the program alone."))
        return super()._check_code_only(names)

    @api.model
    def _get_empty_fields(self):
        return super()._get_empty_fields() | {"acknowledge_sms"}

    def _acknowledge_by_call(self):
        """Send an SMS to those who can have one; the others are rung up."""
        numbers = self._acknowledge_find_by_sms()
        template = numbers and self.env.ref(TEMPLATE, raise_if_not_found=False)
        told = self.browse([complaint.id for complaint in numbers]) if template else self.browse()
        for complaint in told:
            complaint._acknowledge_send_sms(template.sudo(), numbers[complaint])
        return super(CustomerComplaint, self - told)._acknowledge_by_call()

    def _acknowledge_find_by_sms(self):
        """Return {complaint: number} of those to acknowledge by SMS. Override to choose others."""
        wanted = self.filtered(
            lambda complaint: (
                complaint.phone
                and not complaint.is_anonymous
                # one that did not arrive is not sent again
                and not complaint.acknowledge_sms
                and complaint.team_id.sudo().is_acknowledged_by_sms
            )
        )
        if not wanted:
            return {}
        # The customer himself has just written or rung: only his lasting will is asked, not the hour.
        reasons = wanted.partner_id._care_gate_map("complaint", "sms")
        numbers = {
            complaint: complaint._acknowledge_get_number()
            for complaint in wanted
            if not reasons.get(complaint.partner_id.id)
        }
        domain = [("number", "in", [number for number in numbers.values() if number])]
        blocked = set(self.env["phone.blacklist"].sudo().search(domain).mapped("number"))
        intake = self.env["customer.complaint.intake"].sudo()
        return {
            complaint: number
            for complaint, number in numbers.items()
            if number
            and number not in blocked
            # the last digits are the same however it is written
            and not intake._is_too_many([("sms", number[-COMPARED:], SMS_PER_DAY)], hours=24)
        }

    def _acknowledge_get_number(self):
        """Return the number to send to, like +8613800138000; False where it cannot be one (singleton).

        Without the package ``phonenumbers`` Odoo leaves numbers as they are typed.
        """
        self.ensure_one()
        country = self.partner_id.country_id or self.company_id.country_id
        number = self._phone_format(number=self.phone, country=country)
        if not number or not PHONE_TEXT.fullmatch(number):
            return False
        digits = re.sub(r"\D", "", number)
        is_international = number.strip().startswith(("+", "00"))
        digits = digits.removeprefix("00") if is_international else digits
        return f"{'+' if is_international else ''}{digits}" if len(digits) in DIGITS else False

    def _acknowledge_send_sms(self, template, number):
        """Queue the SMS; the job of the SMS app sends it."""
        body = template._render_field("body", self.ids, compute_lang=True)[self.id]
        message = self.sudo()._message_sms(
            " ".join(body.split()),
            partner_ids=[],
            sms_numbers=[number],
            put_in_queue=True,
            author_id=self.env.ref("base.partner_root").id,
        )
        sms = self.env["sms.sms"].sudo().search([("mail_message_id", "=", message.id)])
        self.sudo().write(
            {
                "acknowledge_state": "sent",
                "acknowledged_datetime": fields.Datetime.now(),
                "acknowledge_sms": sms.uuid,
            }
        )

    def _acknowledge_failed_by_sms(self):
        """Ask the staff to ring where the SMS did not arrive."""
        failed = self.filtered(lambda complaint: complaint.acknowledge_state == "sent")
        failed.acknowledged_datetime = False
        failed._acknowledge_by_call()

    def _acknowledge_get_sms_promise(self):
        """Return the sentence of the SMS about the promised time, "" without one (singleton)."""
        promise = self._complaint_get_promise()
        return self.env._("You will hear from us by %(moment)s.", moment=promise) if promise else ""
