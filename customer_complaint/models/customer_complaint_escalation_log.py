from odoo import api, fields, models
from odoo.addons.customer_care.tools.insert import insert
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from . import identity_fields as masked
from .customer_complaint_policy_line import TARGETS

CAUSES = [
    ("time", "Threshold Reached"),
    ("silence", "Not Acknowledged in Time"),
    ("manual", "By an Employee"),
    ("customer", "By the Customer"),
]
STATES = [
    ("open", "Unacknowledged"),
    ("acknowledged", "Acknowledged"),
    ("settled", "No Longer Needed"),
    ("passed", "Passed Over"),
]
ACTIVITY = "customer_complaint.mail_activity_type_escalation"


class CustomerComplaintEscalationLog(models.Model):
    """What was escalated, to whom and who acknowledged it; written by the program alone.

    The unique key makes each level fire once for each time limit and round. A round begins with a reopening and
    with an approved extension (``_restart_escalations``).
    """

    _name = "customer.complaint.escalation.log"
    _description = "Complaint Escalation"
    _order = "fired_datetime desc, id desc"
    _rec_name = "complaint_id"
    # Who and when is in the row itself.
    _log_access = False

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id")
    partner_id = masked.Many2one(related="complaint_id.partner_id")
    team_id = fields.Many2one(related="complaint_id.team_id")
    handler_id = fields.Many2one(related="complaint_id.user_id")
    level_id = fields.Many2one(
        "customer.complaint.escalation.level",
        string="Level of the Rule",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    level = fields.Integer(required=True, readonly=True, aggregator=False)
    target = fields.Selection(TARGETS, string="Time Limit", readonly=True)
    task_id = fields.Many2one(
        "customer.complaint.task",
        string="Department Task",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    round = fields.Integer(
        required=True,
        readonly=True,
        aggregator=False,
        help="Counts on when a complaint is reopened or its time limit extended: all levels may follow again.",
    )
    cause = fields.Selection(CAUSES, string="Escalated Because", required=True, readonly=True)
    state = fields.Selection(STATES, string="Status", required=True, readonly=True)
    note = fields.Text(string="Reason", readonly=True)
    asked_by_id = fields.Many2one("res.users", string="Escalated by", readonly=True)
    deadline = fields.Datetime(readonly=True, help="Of the time limit, as it was then.")
    due_datetime = fields.Datetime(string="Due on", readonly=True)
    fired_datetime = fields.Datetime(string="Escalated on", required=True, readonly=True)
    told_datetime = fields.Datetime(string="Message Sent on", readonly=True)
    ack_deadline = fields.Datetime(string="To Acknowledge by", readonly=True)
    acknowledged_datetime = fields.Datetime(string="Acknowledged at", readonly=True)
    acknowledged_id = fields.Many2one("res.users", string="Acknowledged by", readonly=True)
    user_ids = fields.Many2many(
        "res.users",
        "customer_complaint_escalation_log_user_rel",
        "log_id",
        "user_id",
        string="Told",
        readonly=True,
    )
    emails = fields.Char(string="Told Addresses", readonly=True)
    is_doer_told = fields.Boolean(
        string="Link Sent",
        readonly=True,
        help="Who does the task without reading the complaint got a mail with the link to it.",
    )
    is_to_tell = fields.Boolean(readonly=True)
    detours = fields.Json(readonly=True)
    remark = fields.Char(compute="_compute_remark")
    what = fields.Char(string="Escalation", compute="_compute_what")
    can_acknowledge = fields.Boolean(
        compute="_compute_can_acknowledge", search="_search_can_acknowledge", string="Waits for Me"
    )

    _once_uniq = models.UniqueIndex(
        "(complaint_id, level_id, target, round, COALESCE(task_id, 0))",
        "A level is escalated once for each time limit and round.",
    )
    _to_tell_idx = models.Index("(id) WHERE is_to_tell IS TRUE")
    _open_idx = models.Index("(complaint_id) WHERE state = 'open'")

    @api.depends("level", "target", "cause", "task_id.name")
    @api.depends_context("lang")
    def _compute_what(self):
        names = dict(self._fields["target"]._description_selection(self.env))
        causes = dict(self._fields["cause"]._description_selection(self.env))
        for log in self:
            level = self.env._("Level %(number)s", number=log.level)
            reason = names.get(log.target) or causes.get(log.cause)
            log.what = f"{level} · {log.sudo().task_id._say_target(reason)}"

    @api.depends("detours")
    @api.depends_context("lang")
    def _compute_remark(self):
        """Say who was passed by and why, in the reader's language."""
        for log in self:
            log.remark = " ".join(log._say_detour(*detour) for detour in log.detours or ()) or False

    @api.depends_context("uid")
    @api.depends("state", "user_ids")
    def _compute_can_acknowledge(self):
        is_manager = self.env.user.has_group("customer_complaint.group_complaint_manager")
        for log in self:
            log.can_acknowledge = log.state == "open" and (
                is_manager or self.env.user in log.sudo().user_ids or not log.sudo().user_ids
            )

    def _search_can_acknowledge(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "=", "open") & Domain("user_ids", "in", self.env.uid)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Escalations are logged by the program alone."))
        return super().create(vals_list)

    def write(self, vals):
        if vals and not self.env.su:
            raise AccessError(self.env._("Logged escalations cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_superuser(self):
        if not self.env.su:
            raise AccessError(self.env._("Logged escalations cannot be deleted."))

    def action_acknowledge(self):
        """Acknowledge: I know of it and see to it. Lower levels of the same time limit are done with it.

        :raises UserError: the user was not told of one of them and is no complaint manager
        """
        self.check_access("read")
        waiting = self.filtered(lambda log: log.state == "open")
        if not waiting:
            raise UserError(self.env._("There is no escalation that waits to be acknowledged."))
        if not all(waiting.mapped("can_acknowledge")):
            raise UserError(
                self.env._("Only those who were told, and complaint managers, can acknowledge an escalation.")
            )
        waiting.sudo()._acknowledge(self.env.user)
        return True

    def action_open_complaint(self):
        """Open the complaint, with the reader's rights."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "customer.complaint",
            "res_id": self.complaint_id.id,
            "views": [(False, "form")],
        }

    def _acknowledge(self, user):
        """Note who acknowledged the logs, and what of their complaints follows from it."""
        below = self.search([("complaint_id", "in", self.complaint_id.ids), ("state", "=", "open")])
        reached = {log._get_row_key(): log.level for log in self.sorted("level")}
        done = self | below.filtered(lambda log: log.level <= reached.get(log._get_row_key(), 0))
        done.write(
            {
                "state": "acknowledged",
                "acknowledged_datetime": fields.Datetime.now(),
                "acknowledged_id": user.id,
            }
        )
        done.complaint_id._after_acknowledge(self, user)

    def _get_row_key(self):
        """Return what has levels of its own: a time limit of a complaint, or of one task, in a round."""
        return self.complaint_id, self.target, self.task_id, self.round

    @api.model
    def _append(self, vals_list, receivers):
        """Append rows of levels that did not fire in this round yet, and return those.

        :param vals_list: dicts with the same keys
        :param receivers: {(complaint id, level id, target, task id): user ids}
        """
        logs = insert(self, vals_list, skip_taken=True)
        rows = [
            (log.id, user_id)
            for log in logs
            for user_id in receivers.get(
                (log.complaint_id.id, log.level_id.id, log.target, log.task_id.id), ()
            )
        ]
        if rows:
            values = SQL(", ").join(SQL("%s", row) for row in rows)
            self.env.execute_query(
                SQL(
                    "INSERT INTO customer_complaint_escalation_log_user_rel (log_id, user_id) VALUES %s"
                    " ON CONFLICT DO NOTHING RETURNING log_id",
                    values,
                )
            )
            logs.invalidate_recordset(["user_ids"], flush=False)
        logs.complaint_id.invalidate_recordset(["escalation_ids"], flush=False)
        return logs

    def _say_detour(self, role, why, name=None):
        """Return in words who was passed by: [role, why, name of the deputy]."""
        role = self.env["customer.complaint.escalation.level"]._get_role_names().get(role, role)
        texts = {
            "missing": self.env._("There is nobody in the place of %(role)s.", role=role),
            "archived": self.env._("No longer works here: %(role)s.", role=role),
            "absent": self.env._("Absent without deputy: %(role)s.", role=role),
            "deputy": self.env._("%(name)s stands in for %(role)s.", name=name, role=role),
            "hidden": self.env._("May not read the complaint: %(role)s.", role=role),
        }
        return texts[why]
