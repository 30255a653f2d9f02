from odoo import models
from odoo.exceptions import ValidationError
from odoo.tools import is_html_empty


class MailTemplate(models.Model):
    """Templates that occasions, campaigns and retry policies send must fit them."""

    _inherit = "mail.template"

    def _care_check_model(self, model):
        """:raises ValidationError: a template is written for another kind of document"""
        if any(template.model != model for template in self.sudo()):
            raise ValidationError(
                self.env._(
                    "This mail template is for other documents: choose one for: %(model)s.",
                    model=self.env["ir.model"].sudo()._get(model).name,
                )
            )

    def _care_is_empty(self):
        """Whether mails of the template would have no subject or no text (singleton)."""
        self.ensure_one()
        return not (self.subject or "").strip() or is_html_empty(self.body_html)
