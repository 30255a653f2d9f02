from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class CustomerComplaintAccess(models.Model):
    """Who looked at a confidential complaint or had a protected identity shown, append-only.

    Looking is noted once for each user, complaint and hour; each showing of an identity with its reason.
    """

    _name = "customer.complaint.access"
    _description = "Access to a Confidential Complaint"
    _order = "id desc"
    _rec_name = "user_id"
    _log_access = False

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id")
    user_id = fields.Many2one("res.users", string="By", required=True, readonly=True, ondelete="cascade")
    kind = fields.Selection(
        [("look", "Looked at"), ("identity", "Identity Shown"), ("file", "Complete File Taken")],
        required=True,
        readonly=True,
        default="look",
    )
    reason = fields.Char(readonly=True)
    hour = fields.Datetime(required=True, readonly=True)
    datetime = fields.Datetime(string="First Looked at on", required=True, readonly=True)

    _once_uniq = models.UniqueIndex(
        "(complaint_id, user_id, hour) WHERE kind = 'look'", "This access is noted already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Accesses are noted by the program alone."))
        return super().create(vals_list)

    def write(self, vals):
        if vals:
            raise AccessError(self.env._("Noted accesses cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_superuser(self):
        if not self.env.su:
            raise AccessError(self.env._("Noted accesses cannot be deleted."))

    @api.model
    def _note(self, complaints):
        """Note that the user looks at the complaints now; noted once an hour, also by several workers."""
        now = fields.Datetime.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        rows = SQL(", ").join(SQL("%s", (key, self.env.uid, "look", hour, now)) for key in complaints.ids)
        self.env.cr.execute(
            SQL(
                "INSERT INTO customer_complaint_access (complaint_id, user_id, kind, hour, datetime) VALUES %s "
                "ON CONFLICT DO NOTHING",
                rows,
            )
        )

    @api.model
    def _note_identity(self, complaint, reason):
        """Note that the user is shown who complained (singleton), and why."""
        now = fields.Datetime.now()
        self.sudo().create(
            {
                "complaint_id": complaint.id,
                "user_id": self.env.uid,
                "kind": "identity",
                "reason": reason,
                "hour": now.replace(minute=0, second=0, microsecond=0),
                "datetime": now,
            }
        )
