from odoo import api, fields, models
from odoo.tools import SQL


class CustomerComplaintActionRecurrence(models.Model):
    """A complaint that came back although something was done: written by the job, kept for each attempt.

    Seen by those who see the complaint (``ir_rule``).
    """

    _name = "customer.complaint.action.recurrence"
    _description = "Complaint that Came Back"
    _inherit = ["customer.guard.mixin"]
    _order = "id desc"
    _rec_name = "complaint_id"

    action_id = fields.Many2one(
        "customer.complaint.action", required=True, readonly=True, index=True, ondelete="cascade"
    )
    complaint_id = fields.Many2one(
        "customer.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    round = fields.Integer(string="Attempt", required=True, readonly=True, aggregator=None)
    company_id = fields.Many2one(related="action_id.company_id")
    owner_id = fields.Many2one(related="action_id.user_id", string="Owner of the Action")
    cause_id = fields.Many2one(related="complaint_id.cause_id", string="Main Cause")
    category_id = fields.Many2one(related="complaint_id.category_id", string="Complaint Category")
    product_ref = fields.Char(related="complaint_id.product_ref", string="Product of the Complaint")
    received_datetime = fields.Datetime(related="complaint_id.received_datetime")
    stage_id = fields.Many2one(related="complaint_id.stage_id")

    _once = models.UniqueIndex(
        "(action_id, round, complaint_id)", "This complaint is noted for this attempt already."
    )

    def action_open_complaint(self):
        """Open the complaint that came back."""
        self.ensure_one()
        return self.complaint_id._get_records_action(name=self.env._("Complaint"))

    @api.model
    def _note(self, found):
        """Have the rows of the present attempts be what was found: {action: [complaint ids]}, as superuser."""
        actions = self.env["customer.complaint.action"].union(*found)
        rows = [(action.id, action.round, key) for action, ids in found.items() for key in ids]
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM customer_complaint_action_recurrence old USING customer_complaint_action action
                 WHERE old.action_id = action.id AND old.round = action.round AND action.id IN %s
                   AND (old.action_id, old.complaint_id) NOT IN (VALUES (0, 0)%s)
                """,
                tuple(actions.ids),
                SQL().join(SQL(", (%s, %s)", row[0], row[2]) for row in rows),
            )
        )
        if rows:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO customer_complaint_action_recurrence
                           (action_id, round, complaint_id, create_uid, create_date, write_uid, write_date)
                    SELECT action_id, round, complaint_id, %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM (VALUES %(rows)s) AS found (action_id, round, complaint_id)
                    ON CONFLICT DO NOTHING
                    """,
                    uid=self.env.uid,
                    now=self.env.cr.now(),
                    rows=SQL(", ").join(SQL("(%s, %s, %s)", *row) for row in rows),
                )
            )
        actions.invalidate_recordset(["recurrence_ids"])
