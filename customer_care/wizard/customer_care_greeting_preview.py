from odoo import api, fields, models
from odoo.exceptions import UserError


class _Undone(Exception):
    """Ends the savepoint in which a greeting was made only to be looked at."""


class CustomerCareGreetingPreview(models.TransientModel):
    """The mail of an occasion as one customer would get it, in his language."""

    _name = "customer.care.greeting.preview"
    _description = "Preview of a Greeting"

    occasion_id = fields.Many2one("customer.care.occasion", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        help="Empty: the first customer that the occasion is for.",
    )
    lang = fields.Char(string="Language", compute="_compute_mail")
    subject = fields.Char(compute="_compute_mail")
    body = fields.Html(compute="_compute_mail", sanitize=False)
    problem = fields.Char(compute="_compute_mail")
    count = fields.Integer(string="Customers This Is for", compute="_compute_count")

    @api.depends("occasion_id")
    def _compute_partner_id(self):
        Partner = self.env["res.partner"]
        for preview in self:
            occasion = preview.occasion_id
            preview.partner_id = (
                Partner.search(occasion._get_partner_domain(), limit=1) if occasion else False
            )

    @api.depends("occasion_id")
    def _compute_count(self):
        Partner = self.env["res.partner"]
        for preview in self:
            occasion = preview.occasion_id
            preview.count = Partner.search_count(occasion._get_partner_domain()) if occasion else 0

    @api.depends("occasion_id", "partner_id")
    def _compute_mail(self):
        for preview in self:
            subject, body, problem = preview._render()
            reasons = [problem] if problem else []
            partner = preview.partner_id._origin
            if partner and not problem:
                code = preview.occasion_id.purpose_id.code or ""
                reasons = partner._care_gate(code, preview.occasion_id.channel)
            preview.update(
                {
                    "lang": partner.lang,
                    "subject": subject,
                    "body": body,
                    "problem": " ".join(reasons) or False,
                }
            )

    def _render(self):
        """Return (subject, body, problem) of the mail to the chosen customer (singleton)."""
        self.ensure_one()
        # On the form the records are those of an unsaved row.
        occasion, partner = self.occasion_id._origin, self.partner_id._origin
        occasion.check_access("read")
        occasion = occasion.sudo()
        if not occasion or not partner:
            return False, False, self.env._("No customer was chosen.")
        if occasion.channel == "sms":
            return False, occasion.with_context(lang=partner.lang).sms_text, occasion._get_problem()
        if occasion.channel != "email" or not occasion.template_id:
            return False, False, occasion._get_problem()
        found = {}
        try:
            with self.env.cr.savepoint():
                greeting = self.env["customer.care.greeting"].sudo().create(self._prepare_greeting_vals())
                values = occasion.template_id._generate_template(greeting.ids, ("subject", "body_html"))
                found = values[greeting.id]
                raise _Undone()
        except _Undone:
            self.env["customer.care.greeting"].invalidate_model()
        except UserError as error:
            return False, False, str(error)
        return found.get("subject"), found.get("body_html"), occasion._get_problem()

    def _prepare_greeting_vals(self):
        today = fields.Date.context_today(self)
        return {
            "occasion_id": self.occasion_id._origin.id,
            "partner_id": self.partner_id._origin.id,
            "company_id": self.occasion_id._origin.company_id.id,
            "user_id": self.partner_id._origin._care_get_responsible().id,
            "date": today,
            "date_action": today,
            "year": 0,
            "channel": "email",
        }
