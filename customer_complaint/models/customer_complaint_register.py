import re
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.addons.customer_care.tools.answers import notify
from odoo.fields import Domain
from odoo.tools import format_date

from .customer_complaint import PROBLEM_KINDS, STAFF
from .customer_complaint_stage import OPEN_PHASES

SHOWN = 5
SIMILAR_DAYS = 90
# short words of a subject say little; of Chinese two letters are a word
WORD = re.compile(r"[^\W\d_\u2e80-\u9fff]{4,}|[\u4e00-\u9fff]{2,}")
WORDS_COMPARED = 3


class CustomerComplaintRegister(models.Model):
    """The form on which a complaint is registered while the customer speaks."""

    _inherit = "customer.complaint"

    register_panel = fields.Html(compute="_compute_register_panel", sanitize=False, groups=STAFF)

    @api.depends("partner_id", "email_from", "phone", "category_id", "name", "product_ref")
    @api.depends_context("lang", "tz", "uid")
    def _compute_register_panel(self):
        for complaint in self:
            values = complaint._prepare_register_panel()
            complaint.register_panel = self.env["ir.qweb"]._render(
                "customer_complaint.customer_complaint_register_panel", values
            )

    def action_register(self):
        """Tell the number of the complaint that was just saved and open it in full."""
        self.ensure_one()
        action = self._get_records_action(name=self.env._("Complaint"))
        return self._notify_registered({**action, "views": [(False, "form")]})

    def action_register_next(self):
        """Tell the number of the complaint that was just saved and begin another one."""
        self.ensure_one()
        return self._notify_registered(
            self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_action_register"
            )
        )

    def _notify_registered(self, action):
        return notify(self.env._("The complaint is registered."), "success", action, title=self.number)

    def _prepare_register_panel(self):
        """Return what the panel beside the form shows of the complaint (singleton, may be new).

        As the user: of other people's complaints only what he may see.
        """
        self.ensure_one()
        partner = self.partner_id._origin
        family = partner.commercial_partner_id
        opened = self._search_panel(self._get_open_domain(family))
        return {
            "complaint": self,
            "partner": partner,
            "grade": family.sudo().care_grade_id.display_name or "",
            "guessed": partner.browse() if partner else self._guess_customers(),
            "opened": opened,
            "similar": self._search_panel(self._get_similar_domain()) - opened,
            "callbacks": self._search_contacts("customer.callback", "date_planned desc, id desc", family),
            "contacts": self._search_contacts("customer.contact.log", "date_start desc, id desc", family),
            "guide": self.category_id._origin._get_guide(),
            "format_day": partial(format_date, self.env),
            "lessons": self.env["customer.complaint.action"]._get_lessons(self.category_id._origin),
        }

    def _search_panel(self, domain):
        if domain.is_false():
            return self.browse()
        domain &= Domain("id", "!=", self._origin.id)
        return self._origin.browse().search(domain, order="received_datetime desc, id desc", limit=SHOWN)

    @api.model
    def _search_contacts(self, model, order, family):
        """Return the last contacts with the customer's company that the user may see."""
        records = self.env[model]
        if not family or not records.has_access("read"):
            return records
        return records.search([("commercial_partner_id", "=", family.id)], order=order, limit=3)

    def _get_open_domain(self, family):
        """Return the domain of open complaints of the customer: of his company, else of his address."""
        email = self.email_normalized
        same = Domain.FALSE
        if family:
            same = Domain("commercial_partner_id", "=", family.id)
        elif email:
            same = Domain("email_normalized", "=", email)
        return same & Domain("phase", "in", OPEN_PHASES) if not same.is_false() else same

    def _get_similar_domain(self):
        """Return the domain of recent complaints, of whomever, about the same product or with the same words."""
        reasons = self._get_product_reasons()
        words = WORD.findall(self.name or "")[:WORDS_COMPARED]
        if words:
            subject = Domain.OR(Domain("name", "ilike", word) for word in words)
            if self.category_id:
                subject &= Domain("category_id", "child_of", self.category_id._origin.id)
            reasons.append(subject)
        elif self.category_id:
            reasons.append(Domain("category_id", "=", self.category_id._origin.id))
        if not reasons:
            return Domain.FALSE
        since = fields.Datetime.now() - timedelta(days=SIMILAR_DAYS)
        return (
            Domain.OR(reasons)
            & Domain("received_datetime", ">=", since)
            & Domain("kind", "in", PROBLEM_KINDS)
        )

    def _get_product_reasons(self):
        """Return the domains of complaints about the same product. Override to add some."""
        if not self.product_ref:
            return []
        return [Domain("product_ref", "=ilike", self.product_ref.strip())]

    def _guess_customers(self):
        """Return the contacts that the written address or number may belong to."""
        Partner = self.env["res.partner"]
        found = Domain.FALSE
        if self.email_normalized:
            found |= Domain("email_normalized", "=", self.email_normalized)
        digits = Partner._care_get_phone_digits(self.phone)
        if digits:
            found |= Partner._care_get_phone_domain(digits)
        return Partner if found.is_false() else Partner.search(found, limit=3)
