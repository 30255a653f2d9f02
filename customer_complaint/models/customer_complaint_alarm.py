from odoo import fields, models
from odoo.exceptions import UserError

from .customer_complaint_escalation_level import ROLES

ACTIVITY = "customer_complaint.mail_activity_type_alarm"
WAITING_STATES = ("open", "passed")


class CustomerComplaintAlarm(models.Model):
    """Who was told of a major complaint and who has acknowledged it; written by the program alone."""

    _name = "customer.complaint.alarm"
    _description = "Alarm of a Major Complaint"
    _inherit = "customer.program.mixin"
    _order = "alarmed_datetime desc, id desc"
    _rec_name = "user_id"
    _log_access = False

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id")
    severity = fields.Selection(related="complaint_id.severity")
    round = fields.Integer(
        required=True, readonly=True, aggregator=False, help="Counts on when it is declared major again."
    )
    user_id = fields.Many2one(
        "res.users", string="Alarmed", required=True, readonly=True, index=True, ondelete="cascade"
    )
    role = fields.Selection(
        [
            ("handler", "Handler"),
            ("leader", "Team Leader"),
            ("manager", "Service Manager"),
            ("director", "Director"),
            ("admin", "Administrator"),
            ("user", "By Name"),
        ],
        required=True,
        readonly=True,
    )
    is_next = fields.Boolean(
        string="In Place of Others",
        readonly=True,
        help="Told because somebody below did not acknowledge in time.",
    )
    state = fields.Selection(
        [
            ("open", "Alarm Open"),
            ("acknowledged", "Alarm Acknowledged"),
            ("passed", "Overdue, Next One Told"),
            ("settled", "No Longer Needed"),
        ],
        string="Status",
        required=True,
        readonly=True,
    )
    alarmed_datetime = fields.Datetime(string="Alarmed on", required=True, readonly=True)
    ack_deadline = fields.Datetime(string="To Acknowledge by", required=True, readonly=True)
    acknowledged_datetime = fields.Datetime(string="Alarm Acknowledged on", readonly=True)

    _once_uniq = models.UniqueIndex(
        "(complaint_id, user_id, round)", "A person is alarmed once for each major complaint."
    )
    _open_idx = models.Index("(ack_deadline) WHERE state = 'open'")

    def _get_program_error(self):
        return self.env._("Alarms are given by the program alone.")

    def action_acknowledge(self):
        """Acknowledge: I know of it. Each for himself.

        :raises UserError: none of the alarms waits for the user
        """
        self.check_access("read")
        mine = self.sudo().filtered(
            lambda alarm: alarm.user_id == self.env.user and alarm.state in WAITING_STATES
        )
        if not mine:
            raise UserError(self.env._("No alarm waits for you to acknowledge it."))
        mine._acknowledge()
        mine.complaint_id.activity_unlink([ACTIVITY], user_id=self.env.uid)
        return True

    def _acknowledge(self):
        """Note that who was alarmed knows of it (as superuser)."""
        self.write({"state": "acknowledged", "acknowledged_datetime": fields.Datetime.now()})
        self.complaint_id._update_alarm_state()

    def _settle(self):
        """End what nobody needs to acknowledge any more (as superuser)."""
        self.filtered(lambda alarm: alarm.state in WAITING_STATES).write({"state": "settled"})
        self.complaint_id.activity_unlink([ACTIVITY])

    def _get_next_role(self):
        """Return the role above, None when there is none (singleton)."""
        self.ensure_one()
        # Who was alarmed by name stands beside the leader.
        role = "leader" if self.role == "user" else self.role
        position = ROLES.index(role) + 1
        return ROLES[position] if position < len(ROLES) else None
