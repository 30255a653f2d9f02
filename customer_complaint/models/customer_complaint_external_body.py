from markupsafe import Markup
from odoo import api, fields, models
from odoo.fields import Domain


class CustomerComplaintExternalBody(models.Model):
    """To whom a customer can turn who does not accept the final answer: an authority, association or arbitrator."""

    _name = "customer.complaint.external.body"
    _description = "External Body"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    category_ids = fields.Many2many(
        "customer.complaint.category",
        "customer_complaint_external_body_category_rel",
        string="Categories",
        help="Empty: for all. Categories below the chosen ones are included.",
    )
    country_ids = fields.Many2many(
        "res.country",
        "customer_complaint_external_body_country_rel",
        string="Countries of the Customers",
        help="Empty: for customers of all countries.",
    )
    address = fields.Text(translate=True)
    phone = fields.Char()
    website = fields.Char()
    note = fields.Text(
        translate=True, help="What the customer should know, e.g. until when and with which papers."
    )

    @api.model
    def _find(self, complaint):
        """Return the body for a complaint: the one named for its category and country goes before one for all."""
        complaint = complaint.sudo()
        ids = [int(key) for key in (complaint.category_id.parent_path or "").split("/") if key]
        country = complaint.partner_id.country_id or complaint.company_id.country_id
        found = self.search(
            Domain("company_id", "in", [complaint.company_id.id, False])
            & (Domain("category_ids", "=", False) | Domain("category_ids", "in", ids))
            & (Domain("country_ids", "=", False) | Domain("country_ids", "in", country.ids))
        )
        return found.sorted(lambda body: (not body.category_ids, not body.country_ids, not body.company_id))[
            :1
        ]

    def _get_address_html(self):
        """Return name, address, phone and link (singleton) in the language of the context."""
        self.ensure_one()
        link = self.website
        if (link or "").startswith(("https://", "http://")):
            link = Markup('<a href="%s" target="_blank" rel="noopener noreferrer">%s</a>') % (link, link)
        lines = [self.name, *(self.address or "").splitlines(), self.phone, link]
        text = Markup("<br/>").join(line for line in lines if line)
        if self.note:
            text += Markup("<br/>") + Markup("<br/>").join(self.note.splitlines())
        return text
