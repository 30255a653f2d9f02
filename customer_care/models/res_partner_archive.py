from odoo import fields, models

READERS = "customer_care.group_care_user,customer_care.group_care_auditor"


class ResPartner(models.Model):
    _inherit = "res.partner"

    care_anniversary_ids = fields.One2many(
        "customer.anniversary", "partner_id", string="Anniversaries", groups=READERS
    )

    def action_care_open_needs(self):
        """Open the needs of the customer's company and all its contacts."""
        return self._care_get_family_action("customer_care.customer_need_action")

    def action_care_add_need(self):
        """Open the form of a new need in a dialog."""
        self.ensure_one()
        self.env["customer.need"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Note Need"),
            "res_model": "customer.need",
            "views": [(self.env.ref("customer_care.customer_need_view_form").id, "form")],
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

    def action_care_open_assessments(self):
        """Open the assessments of the customer."""
        self.ensure_one()
        self.check_access("read")
        customer = self.commercial_partner_id
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_assessment_action"),
            "domain": [("partner_id", "=", customer.id)],
            "context": {"default_partner_id": customer.id},
        }

    def action_care_assess(self):
        """Open a new assessment of the customer."""
        self.ensure_one()
        self.env["customer.assessment"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Assess"),
            "res_model": "customer.assessment",
            "views": [(False, "form")],
            "context": {"default_partner_id": self.commercial_partner_id.id},
        }

    def action_care_open_finance(self):
        """Open the financial file of the customer in a dialog; it is made on first use.

        :raises AccessError: for users outside of the group of the financial archive
        """
        self.ensure_one()
        self.check_access("read")
        Finance = self.env["customer.finance"]
        Finance.check_access("create")
        customer = self.commercial_partner_id
        finance = Finance.search([("partner_id", "=", customer.id)]) or Finance.create(
            {"partner_id": customer.id}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Financial File of %(name)s", name=customer.display_name),
            "res_model": "customer.finance",
            "res_id": finance.id,
            "views": [(False, "form")],
            "target": "new",
        }
