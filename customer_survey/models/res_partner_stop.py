import binascii

from odoo import api, models
from odoo.tools import consteq
from odoo.tools.misc import hash_sign, hmac, verify_hash_signed

from ..tools import links

SCOPE = "customer_survey_stop"


class ResPartner(models.Model):
    """The link by which a customer says that he does not want to be asked any more.

    It is signed, names the customer alone and not the survey: so that it works in mails of anonymous surveys, too.
    """

    _inherit = "res.partner"

    def _care_get_stop_key(self):
        """Return the last part of the link (singleton)."""
        self.ensure_one()
        return hash_sign(self.sudo().env, SCOPE, self.id)

    def _care_get_stop_url(self):
        """Return the address of the page (singleton)."""
        return f"{self.get_base_url()}/survey/stop/{self._care_get_stop_key()}"

    def _care_get_short_stop_url(self):
        """Return the short address of the page (singleton), for text messages."""
        partner = self.sudo()
        return (
            f"{self.get_base_url()}/q/no/{links.make_code(partner.id, partner._care_get_short_stop_secret())}"
        )

    def _care_get_short_stop_secret(self):
        return hmac(self.env, f"{SCOPE}_short", self.id)

    @api.model
    def _care_find_by_short_stop_code(self, code):
        """Return the customer (superuser) of a short link; empty when it is forged or the customer is gone."""
        partner = self.sudo().browse()
        number, secret = links.split_code(code) or (0, "")
        if number:
            partner = partner.browse(number)
            is_true = consteq(links.shorten(partner._care_get_short_stop_secret()), secret)
            partner = partner.exists() if is_true else partner.browse()
        return partner

    def _care_get_stop_headers(self):
        """Return the headers by which mail programs offer to unsubscribe with one click.

        Source: RFC 2369 and RFC 8058.
        """
        return {
            "List-Unsubscribe": f"<{self._care_get_stop_url()}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            # no out-of-office replies from MS Exchange
            "X-Auto-Response-Suppress": "OOF",
        }

    @api.model
    def _care_find_by_stop_key(self, key):
        """Return the customer (superuser) of a link; empty when it is forged or the customer is gone."""
        nothing = self.sudo().browse()
        try:
            partner_id = verify_hash_signed(nothing.env, SCOPE, key)
        except (ValueError, binascii.Error):
            return nothing
        return nothing.browse(partner_id).exists() if isinstance(partner_id, int) else nothing

    def _care_decide_on_surveys(self, is_wanted):
        """Record that the customer (superuser, singleton) wants surveys no more, or again, on the web page.

        :return: whether there is anything to decide: the purpose exists
        """
        purpose = self.env["customer.consent.purpose"]._get_by_code("survey")
        if purpose:
            self.env["customer.consent"]._record(self, purpose, "given" if is_wanted else "withdrawn", "web")
        return bool(purpose)
