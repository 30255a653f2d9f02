from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .customer_complaint_part import PART

SIDES = [
    ("customer", "Customer"),
    ("employee", "Employee"),
    ("witness", "Witness"),
    ("supplier", "Supplier"),
    ("expert", "Expert"),
]
CUSTOMER = "customer"


class CustomerComplaintStatement(models.Model):
    """What one side says. Employees complained of see no statements but their own (``ir_rule``)."""

    _name = "customer.complaint.statement"
    _description = "Statement on a Complaint"
    _inherit = [PART]
    _order = "taken_datetime, id"
    _rec_name = "person"

    side = fields.Selection(SIDES, required=True, default=CUSTOMER)
    user_id = fields.Many2one(
        "res.users", string="Our Employee", domain=[("share", "=", False)], index="btree_not_null"
    )
    partner_id = fields.Many2one("res.partner", string="Contact", index="btree_not_null")
    person = fields.Char(
        string="Who Says It", compute="_compute_person", store=True, readonly=False, precompute=True
    )
    text = fields.Html(string="Statement", sanitize_attributes=True)
    taken_by_id = fields.Many2one(
        "res.users",
        string="Taken by",
        required=True,
        domain=[("share", "=", False)],
        default=lambda self: self.env.uid,
    )
    taken_datetime = fields.Datetime(string="Taken on", required=True, default=fields.Datetime.now)
    is_read_back = fields.Boolean(
        string="Read Back and Confirmed", help="It was read to whoever made it, who confirmed it."
    )
    file = fields.Binary(string="Signed Statement", attachment=True)
    file_name = fields.Char()

    @api.depends("user_id", "partner_id")
    def _compute_person(self):
        for statement in self:
            statement.person = statement.user_id.name or statement.partner_id.name or statement.person

    @api.model
    def _limit_parts(self, domain, mode):
        """Whoever is complained of does not read what others say about it."""
        uid = self.env.uid
        accused = Domain("complaint_id", "any!", [("accused_ids", "in", [uid])])
        return super()._limit_parts(domain, mode) & (~accused | Domain("user_id", "=", uid))

    @api.constrains("person")
    def _check_person(self):
        if any(not (statement.person or "").strip() for statement in self):
            raise ValidationError(self.env._("Please say whose statement it is."))

    @api.constrains("user_id", "taken_by_id")
    def _check_users(self):
        (self.user_id | self.taken_by_id)._care_check_employees()
        for statement in self.sudo():
            if statement.taken_by_id in statement.complaint_id.accused_ids:
                raise ValidationError(
                    self.env._(
                        "%(name)s is complained of and cannot take statements.",
                        name=statement.taken_by_id.name,
                    )
                )

    @api.constrains("taken_datetime")
    def _check_taken_datetime(self):
        limit = fields.Datetime.add(fields.Datetime.now(), minutes=1)
        if any(statement.taken_datetime > limit for statement in self):
            raise ValidationError(self.env._("A statement cannot be taken in the future."))
