from odoo import models


class CustomerCareMixin(models.AbstractModel):
    """Contract of a document about a customer: who it is, who looks after it, what to call it.

    A model with other field names sets the class attributes; anything more is an override of the getter.
    """

    _name = "customer.care.mixin"
    _description = "Document about a Customer"

    _care_partner_field = "partner_id"
    _care_responsible_field = "user_id"

    def _care_get_partner(self):
        """Return the customer (``res.partner``, may be empty). Override for another rule."""
        self.ensure_one()
        return self[self._care_partner_field]

    def _care_get_responsible(self):
        """Return who looks after the document (``res.users``, may be empty). Override for another rule."""
        self.ensure_one()
        return self[self._care_responsible_field]

    def _care_get_summary(self):
        """Return names and figures that need no translation: number, title, amount. Override to say more."""
        self.ensure_one()
        return self.display_name

    def _care_get_company(self):
        """Return the company the document belongs to, else the customer's (``res.company``, may be empty)."""
        self.ensure_one()
        company = self.company_id if "company_id" in self._fields else self.env["res.company"]
        return company or self._care_get_partner().company_id

    def _care_log(self, kind, summary=None):
        """Append one row of ``kind`` to the timeline for each document that has a customer.

        :param summary: instead of each document's own
        :return: the ``customer.care.event`` records, as superuser
        """
        return self.env["customer.care.event"]._log(
            [document._prepare_care_event_vals(kind, summary) for document in self]
        )

    def _prepare_care_event_vals(self, kind, summary=None):
        self.ensure_one()
        return {
            "partner_id": self._care_get_partner().id,
            "kind": kind,
            "summary": self._care_get_summary() if summary is None else summary,
            "res_model": self._name,
            "res_id": self.id,
            "company_id": self._care_get_company().id,
        }

    # Hooks

    def _care_callback_done(self, callback):
        """Act on the end of a callback that was planned for this document. Override to do so.

        Called as superuser, once for each ended callback, after ``state`` and ``outcome`` are written:
        ``done`` with the outcome ``reached``, ``wrong_number`` or ``refused``, or ``missed`` after the last
        attempt. Not when another attempt follows, and not when it is cancelled. ``satisfaction`` is 0 when
        not answered.

        :param callback: one ``customer.callback``
        """
        self.ensure_one()

    def _care_low_score(self, score):
        """Act on a low satisfaction score given for this document. Override to do so.

        :param score: one record with ``partner_id``, ``kind`` and ``value`` (0-100)
        """
        self.ensure_one()
