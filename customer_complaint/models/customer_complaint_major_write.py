from odoo import fields, models
from odoo.exceptions import UserError


class CustomerComplaint(models.Model):
    _inherit = "customer.complaint"

    major_report_ids = fields.One2many(
        "customer.complaint.major.report",
        "complaint_id",
        string="Major Complaint Reports",
        groups="base.group_user",
    )

    def action_view_major_reports(self):
        """Open the reports on the major complaint."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_major_report_action"
        )
        return {**action, "domain": [("complaint_id", "=", self.id)], "context": {"create": False}}

    def action_write_major_report(self):
        """Open the draft of the report, drafted from what is known of the complaint.

        :raises UserError: for a complaint that is not major
        """
        self.ensure_one()
        self.check_access("write")
        if not self.is_major:
            raise UserError(self.env._("Only major complaints have this report."))
        report = self.major_report_ids.filtered(lambda one: one.state == "draft")[:1]
        if not report:
            report = self.env["customer.complaint.major.report"].create(
                self.env["customer.complaint.major.report"]._prepare_draft(self)
            )
        return report._get_records_action(name=report.display_name)


class ResCompany(models.Model):
    _inherit = "res.company"

    major_partner_ids = fields.Many2many(
        "res.partner", "res_company_major_partner_rel", string="Gets Reports on Major Complaints"
    )


class CustomerComplaintCategory(models.Model):
    _inherit = "customer.complaint.category"

    major_partner_ids = fields.Many2many(
        "res.partner",
        "customer_complaint_category_major_partner_rel",
        string="Gets Reports on Major Complaints",
    )
