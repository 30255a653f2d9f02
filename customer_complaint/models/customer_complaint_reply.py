import re

from markupsafe import Markup, escape
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import is_html_empty


class CustomerComplaintReply(models.Model):
    """A saved answer. Its words are translated, each customer gets them in the own language.

    Placeholders like ``{number}`` stand for facts of the complaint; nothing else in the text is evaluated.
    """

    _name = "customer.complaint.reply"
    _description = "Saved Reply"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    category_ids = fields.Many2many(
        "customer.complaint.category",
        string="Categories",
        help="Leave empty for all. Categories below the chosen ones are included.",
    )
    company_id = fields.Many2one("res.company", help="Leave empty for all companies.")
    body = fields.Html(
        required=True,
        translate=True,
        help="Placeholders: {number}, {subject}, {customer}, {handler}, {company}, {promise}.",
    )

    @api.model
    def _get_fitting_domain(self, complaints, uses=("message",)):
        """Return the domain of the replies for all of the complaints: by use, company and category."""
        domain = Domain("use", "in", uses) & Domain.AND(
            Domain("company_id", "in", [company.id, False]) for company in complaints.company_id
        )
        for category in {complaint.category_id for complaint in complaints}:
            # the id and those of its ancestors
            ids = [int(key) for key in (category.parent_path or "").split("/") if key]
            domain &= Domain("category_ids", "=", False) | Domain("category_ids", "in", ids)
        return domain

    def _render(self, complaint):
        """Return the reply (singleton) for a complaint, in its customer's language."""
        self.ensure_one()
        body = self.with_context(lang=complaint._complaint_get_lang()).body
        return self._fill_in(body, complaint)

    @api.model
    def _fill_in(self, body, complaint):
        """Return the text with the placeholders replaced by facts of the complaint."""
        if is_html_empty(body):
            return Markup("")
        places = self._get_placeholders(complaint)
        return Markup(self._put_in(body, {name: escape(value or "") for name, value in places.items()}))

    @api.model
    def _put_in(self, text, places):
        """Return the text with all placeholders replaced at once: what a customer wrote is none."""
        return re.sub(r"{(\w+)}", lambda match: str(places.get(match[1], match[0])), text)

    @api.model
    def _get_placeholders(self, complaint):
        """Return {placeholder: text}. Override to offer more."""
        return {
            "number": complaint.number,
            "subject": complaint.name,
            "customer": complaint.partner_id.name,
            "handler": (complaint.user_id or self.env.user).name,
            "company": complaint.company_id.name,
            "promise": complaint._complaint_get_promise(),
        }
