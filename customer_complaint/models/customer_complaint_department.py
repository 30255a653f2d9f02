from odoo import fields, models


class CustomerComplaintDepartment(models.Model):
    """Who outside the complaint teams is asked to do something for a complaint."""

    _name = "customer.complaint.department"
    _description = "Department for Complaint Tasks"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Leave empty for all companies.")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        domain=[("share", "=", False)],
        index="btree_not_null",
        help="Gets the tasks of the department, with a login or by the link in the mail.",
    )
    email = fields.Char(
        string="Mailbox", help="Gets the tasks by mail when no person is named; answers by the link in it."
    )
    note = fields.Char()
