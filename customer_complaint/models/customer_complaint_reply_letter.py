from markupsafe import Markup, escape
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date, is_html_empty

from .customer_complaint import VERDICTS

REPLY_USES = [("message", "Message"), ("letter", "Reply Letter"), ("final", "Final Response")]


class CustomerComplaintReply(models.Model):
    """Saved texts of letters: by category and verdict, with more placeholders than short answers have."""

    _inherit = "customer.complaint.reply"

    use = fields.Selection(
        REPLY_USES,
        required=True,
        default="message",
        help="Messages are offered by “Answer”. Letters are drafted from the others; a final response names the "
        "external body to which the customer can turn.",
    )
    subject = fields.Char(translate=True, help="Of the letter; with the same placeholders.")
    verdict = fields.Selection(VERDICTS, help="Empty: for all verdicts.")

    @api.model
    def _get_letter_template(self, complaint, uses=("letter",)):
        """Return the text for a letter about a complaint: the verdict first, then the category, then the order."""
        domain = self._get_fitting_domain(complaint, uses) & Domain(
            "verdict", "in", [complaint.verdict, False]
        )
        found = self.search(domain)
        return found.sorted(lambda reply: (not reply.verdict, not reply.category_ids))[:1]

    def _render_letter(self, complaint, body=None):
        """Return (subject, text) of the letter (singleton) in the customer's language."""
        self.ensure_one()
        template = self.with_context(lang=complaint._complaint_get_lang())
        places = {**self._get_placeholders(complaint), **template._get_letter_placeholders(complaint, body)}
        subject = template.subject or template.name
        text = "" if is_html_empty(template.body) else template.body
        subject = self._put_in(subject, {name: value or "" for name, value in places.items()})
        text = self._put_in(text, {name: escape(value or "") for name, value in places.items()})
        return subject, Markup(text)

    def _get_letter_placeholders(self, complaint, body=None):
        """Return {placeholder: text} that only letters have. Override to offer more.

        :param body: the external body that the letter names, may be None
        """
        complaint = complaint.sudo()
        verdicts = dict(complaint._fields["verdict"]._description_selection(self.env))
        offers = complaint._portal_get_offers().with_context(lang=self.env.lang)
        return {
            "received": format_date(
                self.env, complaint.company_id._care_get_day(complaint.received_datetime)
            ),
            "verdict": verdicts.get(complaint.verdict, ""),
            "findings": Markup(complaint.resolution or ""),
            "proposal": Markup(complaint.proposal or ""),
            "compensation": ", ".join(offer._get_offer() for offer in offers),
            "external_body": body.with_context(lang=self.env.lang)._get_address_html() if body else "",
        }
