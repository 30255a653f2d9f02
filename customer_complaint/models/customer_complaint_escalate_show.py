from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .customer_complaint_escalation_log import ACTIVITY
from .customer_complaint_stage import OPEN_PHASES

# Who is told when somebody escalates, and the level that it counts as.
MANUAL_ROLES = ("leader", "manager", "director")


class CustomerComplaint(models.Model):
    """Escalating by hand, acknowledging, and what is shown of it."""

    _inherit = "customer.complaint"

    escalation_banner = fields.Char(compute="_compute_escalation_banner", groups="base.group_user")
    can_acknowledge_escalation = fields.Boolean(
        compute="_compute_escalation_banner", groups="base.group_user"
    )
    escalation_plan = fields.Html(
        compute="_compute_escalation_plan", sanitize=False, groups="base.group_user"
    )

    @api.depends("escalation_level", "escalation_state")
    @api.depends_context("lang", "uid")
    def _compute_escalation_banner(self):
        """Say who was told last, and whether the reader can acknowledge."""
        self.escalation_banner = False
        self.can_acknowledge_escalation = False
        for complaint in self.filtered(lambda one: one.escalation_state == "open" and one._origin):
            logs = complaint._get_open_escalations()
            last = logs.sorted(lambda log: (log.level, log.id))[-1:]
            names = ", ".join(last.user_ids.mapped("name")) or last.emails or last._get_doer() or "-"
            complaint.escalation_banner = self.env._(
                "%(what)s: told on %(moment)s: %(people)s. Nobody has acknowledged yet.",
                what=last.what,
                moment=complaint._format_moment(last.fired_datetime) if last else "-",
                people=names,
            )
            complaint.can_acknowledge_escalation = any(
                log.with_user(self.env.user).sudo(False).can_acknowledge for log in logs
            )

    def _compute_escalation_plan(self):
        for complaint in self:
            complaint.escalation_plan = complaint._render_escalation_plan() if complaint.ids else False

    def action_acknowledge_escalation(self):
        """Acknowledge all that was escalated to the user.

        :raises UserError: nothing was
        """
        self.check_access("read")
        logs = self._get_open_escalations().with_user(self.env.user).sudo(False)
        mine = logs.filtered("can_acknowledge")
        if not mine:
            logs.action_acknowledge()
        return mine.action_acknowledge()

    def action_escalate(self, reason=None):
        """Pass open complaints on to the next person above; without a reason, as from the button, ask for it.

        :raises UserError: when one of them is done, or was passed on already and waits
        """
        self.check_access("write")
        reason = str(reason or "").strip()
        if not reason:
            return {
                **self.env["ir.actions.act_window"]._for_xml_id(
                    "customer_complaint.customer_complaint_escalate_action"
                ),
                "context": {"default_complaint_ids": self.ids},
            }
        if not self._complaint_escalate(reason):
            raise UserError(self.env._("This was escalated before and waits to be acknowledged."))
        return True

    def action_view_escalations(self):
        """Open what was escalated of the complaint."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_escalation_log_action"
        )
        return {**action, "domain": [("complaint_id", "=", self.id)], "context": {}}

    def _complaint_escalate(self, reason, by_customer=False):
        """Pass the complaints on with a reason, without a check of rights.

        The team leader is told; when he escalates himself, the service manager, and so on. A customer reaches
        the handler and the team leader.

        :param bool by_customer: the customer does, e.g. in the portal
        :return: the new rows of the log; none for what was passed on before and waits to be acknowledged
        :raises UserError: when one of the complaints is done
        """
        complaints = self.sudo()
        if complaints.filtered(lambda complaint: complaint.stage_id._get_phase() not in OPEN_PHASES):
            raise UserError(self.env._("Only open complaints can be escalated."))
        # Two clicks at once: the second waits here for the first, and finds what it did.
        self.env.execute_query(
            SQL(
                "SELECT id FROM customer_complaint WHERE id IN %s FOR NO KEY UPDATE",
                tuple(complaints.ids or [0]),
            )
        )
        cause = "customer" if by_customer else "manual"
        waiting = complaints._get_open_escalations().filtered(
            lambda log: log.cause == cause and (by_customer or log.asked_by_id == self.env.user)
        )
        rows = [
            complaint._prepare_manual_escalation_vals(reason, cause, self.env.user)
            for complaint in complaints - waiting.complaint_id
        ]
        logs = complaints._fire_escalations(rows) if rows else waiting.browse()
        if logs:
            self.env.ref("customer_complaint.ir_cron_complaint_escalate")._trigger()
        return logs

    def _prepare_manual_escalation_vals(self, reason, cause, user):
        roles = ["handler", "leader"] if cause == "customer" else [self._get_role_above(user)]
        return {
            "complaint_id": self.id,
            "level_id": False,
            "level": MANUAL_ROLES.index(roles[-1]) + 1,
            "target": False,
            "task_id": False,
            "round": self.escalation_round,
            "cause": cause,
            "note": reason,
            "asked_by_id": False if cause == "customer" else user.id,
            "deadline": self.next_deadline,
            "due_datetime": fields.Datetime.now(),
            "fired_datetime": fields.Datetime.now(),
            "ack_deadline": False,
            "state": "open",
            "roles": roles,
        }

    def _get_role_above(self, user):
        """Return the role of whom ``user`` turns to."""
        if user == self.team_id.manager_id:
            return "director"
        return "manager" if user == self.team_id.user_id else "leader"

    def _get_open_escalations(self):
        """Return what waits to be acknowledged, as superuser."""
        Log = self.env["customer.complaint.escalation.log"].sudo()
        return Log.search([("complaint_id", "in", self.ids), ("state", "=", "open")])

    def _after_acknowledge(self, logs, user):
        """Note who acknowledged, and take the activities of it back. As superuser."""
        still_open = self._get_open_escalations().complaint_id
        (self - still_open)._write_dates({"escalation_state": "acknowledged"})
        (self - still_open).activity_unlink([ACTIVITY])
        still_open.activity_unlink([ACTIVITY], user_id=user.id)
        bodies = {}
        for log in logs:
            text = log.with_context(lang=log.complaint_id.company_id.partner_id.lang)
            bodies[log.complaint_id.id] = text.env._(
                "%(name)s has acknowledged the escalation (%(what)s).", name=user.name, what=text.what
            )
        self.browse(bodies)._message_log_batch(bodies=bodies)
        self._store_next_escalations(self.env["customer.complaint.clock"]._compute_results(self))

    # Simulation

    def _render_escalation_plan(self):
        """Return a table of the levels to come: which, when, for which time limit, and what happens."""
        self.ensure_one()
        self.check_access("read")
        complaint = self.sudo()
        results = self.env["customer.complaint.clock"].sudo()._compute_results(complaint)
        plans = complaint._plan_escalations(results)
        names = self.env["customer.complaint.clock"]._get_selection_names()
        Level = self.env["customer.complaint.escalation.level"].sudo()
        Task = self.env["customer.complaint.task"].sudo()
        rows = [
            (
                step.due,
                self._render_step(
                    Task.browse(task_id or ())._say_target(names[target]), step, Level.browse(step.level.id)
                ),
            )
            for (_id, target, task_id), steps in plans.items()
            for step in steps
        ]
        if not rows:
            return Markup("<p class='text-muted'>%s</p>") % self.env._(
                "No escalation is to come: the time limits are paused or fulfilled, all levels have been reached, or"
                " no rule fits."
            )
        rows.sort(key=lambda row: (row[0] is None, row[0]))
        heads = (
            self.env._("Level"),
            self.env._("Planned for"),
            self.env._("Time Limit"),
            self.env._("What Happens"),
        )
        return Markup(
            "<h4>%s</h4><div class='table-responsive'><table class='table table-sm'><thead><tr>%s</tr></thead>"
            "<tbody>%s</tbody></table></div>"
        ) % (
            self.env._("What comes next if nothing happens"),
            Markup("").join(Markup("<th>%s</th>") % head for head in heads),
            Markup("").join(row for _due, row in rows),
        )

    def _render_step(self, target, step, level):
        moment = self._format_moment(step.due) if step.due else self.env._("later")
        if step.is_silence:
            moment = self.env._("%(moment)s, unless acknowledged", moment=moment)
        cells = (step.level.number, moment, target, level.sentence)
        return Markup("<tr>%s</tr>") % Markup("").join(Markup("<td>%s</td>") % cell for cell in cells)
