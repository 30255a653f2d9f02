from odoo import models

# Customers of a segment whom the printed sheet names.
NAMED = 3


class CustomerCarePlan(models.Model):
    """What the printed plan and its printed evaluation show."""

    _inherit = "customer.care.plan"

    def _get_sheet_lang(self, is_internal):
        """Return the language of a printed copy: the company's own one in its language, the other in the customer's."""
        self.ensure_one()
        own = self.company_id.partner_id.lang
        customer = self.partner_id.lang or self.commercial_partner_id.lang
        return (own if is_internal else customer or own) or self.env.lang

    def _get_sheet_customer(self):
        self.ensure_one()
        if self.scope == "customer":
            return self.partner_id.display_name
        names = self.sudo().member_ids[:NAMED].partner_id.mapped("display_name")
        more = self.customer_count - len(names)
        text = ", ".join(names)
        return self.env._("%(names)s and %(count)s more", names=text, count=more) if more > 0 else text

    def _get_sheet_measures(self):
        self.ensure_one()
        return self.measure_ids.filtered(lambda measure: measure.state != "cancelled")

    def _get_sheet_signatures(self, is_internal):
        """Return who signs a printed copy."""
        self.ensure_one()
        responsible = self.user_id.name or self.env._("Responsible")
        if not is_internal:
            return [responsible, self.env._("Customer")]
        return [responsible, self.env._("Customer service manager"), self.env._("Customer director")]
