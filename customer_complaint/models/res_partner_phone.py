import re

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

PHONE_TEXT = re.compile(r"[\d\s()+./-]+")
SHORTEST, COMPARED = 4, 9


class ResPartner(models.Model):
    """Contacts are found by their number as it is said on the phone, however it is written."""

    _inherit = "res.partner"

    @api.model
    def _search_display_name(self, operator, value):
        domain = super()._search_display_name(operator, value)
        digits = self._care_get_phone_digits(value) if operator in ("ilike", "not ilike") else None
        if not digits:
            return domain
        if operator == "not ilike":
            # what is found with the number is what is not found without it
            return NotImplemented
        return Domain(domain) | self._care_get_phone_domain(digits)

    @api.model
    def _care_get_phone_digits(self, text):
        """Return the last digits of what looks like a telephone number, else None.

        Country and area codes are written in many ways, the last nine digits in one.
        """
        if not isinstance(text, str) or not PHONE_TEXT.fullmatch(text):
            return None
        digits = re.sub(r"\D", "", text)
        return digits.lstrip("0")[-COMPARED:] if len(digits) >= SHORTEST else None

    @api.model
    def _care_get_phone_domain(self, digits):
        """Return the domain of contacts whose number ends with ``digits``."""
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                r"regexp_replace(%s, '\D', '', 'g') LIKE %s",
                model._field_to_sql(alias, "phone", query),
                f"%{digits}",
            ),
            predicate=lambda partner: re.sub(r"\D", "", partner.phone or "").endswith(digits),
        )
