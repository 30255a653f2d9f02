from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

READERS = "customer_care.group_care_user,customer_care.group_care_auditor"


class ResPartner(models.Model):
    """Contacts of the customer, and the quick way to note one."""

    _inherit = "res.partner"

    care_contact_count = fields.Integer(
        string="Number of Contacts", compute="_compute_care_contact_count", groups=READERS
    )

    def _compute_care_contact_count(self):
        groups = self.env["customer.contact.log"]._read_group(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
            ["commercial_partner_id"],
            ["__count"],
        )
        counts = {partner.id: count for partner, count in groups}
        for partner in self:
            partner.care_contact_count = counts.get(partner.commercial_partner_id.id, 0)

    @api.model
    def _care_get_customer_domain(self):
        """Return the domain of who can be a customer: no employee, present or former, no company of our own."""
        # sudo: who works here is no secret, and the companies of others are no customers either
        env = self.sudo().with_context(active_test=False).env
        employees = env["res.users"].search([("share", "=", False)])
        companies = env["res.company"].search(Domain.TRUE)
        # ids, because a subquery leads the planner of 10,000 greetings astray
        return Domain("id", "not in", (employees.partner_id | companies.partner_id).ids)

    def action_care_log_contact(self):
        """Open the short form of a contact with these customers; of several, each gets an entry.

        :raises AccessError: without the right to note contacts
        """
        if not self:
            raise UserError(self.env._("Please choose a customer."))
        self.check_access("read")
        self.env["customer.contact.log"].check_access("create")
        first = self[:1]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log a Contact"),
            "res_model": "customer.contact.log",
            "views": [(self.env.ref("customer_care.customer_contact_log_view_form_quick").id, "form")],
            "target": "new",
            "context": {
                "default_partner_id": first.id,
                "default_extra_partner_ids": (self - first).ids,
                "default_company_id": (first.company_id or self.env.company).id,
            },
        }

    def action_care_open_contacts(self):
        """Open the contacts with the customer's company and all its people."""
        return self._care_get_family_action("customer_care.customer_contact_log_action")

    def action_care_contact_sheet(self):
        """Open the dialog that prints the contacts with the customer as a sheet."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record Sheet"),
            "res_model": "customer.contact.sheet",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_id": self.id},
        }
