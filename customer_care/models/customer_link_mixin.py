from odoo import api, models
from odoo.tools import consteq


class CustomerLinkMixin(models.AbstractModel):
    """Documents that a customer opens by a link with a secret: ``<path>/<id>-<token>``.

    The model has a field ``token``, names the path (``_link_path``) and says when the link holds (``_is_link_open``).
    """

    _name = "customer.link.mixin"
    _description = "Document with a Secret Link"

    _link_path = ""

    @api.model
    def _find(self, key):
        """Return the document to which the key of a link belongs, as superuser; empty when none, or no longer."""
        nothing = self.sudo().browse()
        number, _dash, token = str(key).partition("-")
        if not (token and number.isascii() and number.isdecimal() and len(number) < 10):
            return nothing
        document = nothing.browse(int(number)).exists()
        # bytes, because a comparison of texts fails on letters outside of ASCII
        if not document.token or not consteq(token.encode(), document.token.encode()):
            return nothing
        return document if document._is_link_open() else nothing

    def _get_url(self):
        """Return the address of the customer's page (singleton); for mails only."""
        self.ensure_one()
        return f"{self.get_base_url()}{self._link_path}/{self.id}-{self.sudo().token}"

    def _mail_link(self, xmlid):
        """Queue the mails of a template with the links; no copy in the thread, because they hold the secret."""
        template = self.env.ref(xmlid, raise_if_not_found=False)
        if template and self:
            template.sudo().send_mail_batch(self.ids, email_values={"model": False, "res_id": False})

    def _is_link_open(self):
        """Whether the link of the document (singleton) still leads there. Override to say when not."""
        self.ensure_one()
        return True
