from odoo import fields, models

from . import identity_fields as masked


class CustomerComplaintApprovedMixin(models.AbstractModel):
    """A document of a complaint that counts once it is approved: what is given, more time, a letter, a plan.

    It is of the company, the customer and the handler of its complaint; ``ir_rule`` shows it to those who see that.
    """

    _name = "customer.complaint.approved.mixin"
    _description = "Approved Document of a Complaint"
    _inherit = [
        "customer.guard.mixin",
        "customer.approval.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "customer.care.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True
    _computed_fields = ("company_id",)

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True, precompute=True, index=True)
    partner_id = masked.Many2one(related="complaint_id.partner_id", string="Customer")
    user_id = fields.Many2one(related="complaint_id.user_id", string="Handler")
