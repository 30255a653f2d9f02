from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.addons.customer_care.tools.insert import insert
from odoo.addons.customer_care.tools.turns import take_turns

from .customer_complaint import STAFF
from .customer_complaint_alarm import ACTIVITY, WAITING_STATES
from .customer_complaint_escalate_people import Directory
from .customer_complaint_stage import ENDED_PHASES, OPEN_PHASES

CRON = "customer_complaint.customer_complaint_cron_alarm"
# Of complaints that are major by hand.
DEFAULT_ROLES = ("leader", "manager")
DEFAULT_HOURS = 2
HORIZON = timedelta(days=400)


class CustomerComplaintAlarms(models.Model):
    """Who has to know of a major complaint: told by the job, once, and the next one above when nobody answers."""

    _inherit = "customer.complaint"

    alarm_ids = fields.One2many(
        "customer.complaint.alarm", "complaint_id", string="Alarms", readonly=True, groups=STAFF
    )
    alarm_state = fields.Selection(
        [("due", "To Be Given"), ("open", "Alarm Open"), ("acknowledged", "Alarm Acknowledged")],
        string="Alarm",
        readonly=True,
        copy=False,
        groups=STAFF,
    )
    can_acknowledge_alarm = fields.Boolean(compute="_compute_can_acknowledge_alarm", groups=STAFF)

    _alarm_due_idx = models.Index("(id) WHERE alarm_state = 'due'")

    @api.depends("alarm_state")
    @api.depends_context("uid")
    def _compute_can_acknowledge_alarm(self):
        """Whether the reader was alarmed and has not acknowledged yet; asks only where an alarm is open."""
        self.can_acknowledge_alarm = False
        alarmed = self.filtered(lambda complaint: complaint.alarm_state == "open" and complaint._origin)
        if alarmed:
            mine = [
                ("complaint_id", "in", alarmed.ids),
                ("user_id", "=", self.env.uid),
                ("state", "in", WAITING_STATES),
            ]
            alarms = self.env["customer.complaint.alarm"].search(mine)
            self.browse(alarms.complaint_id.ids).can_acknowledge_alarm = True

    def action_acknowledge_alarm(self):
        """Acknowledge the alarms that the user got of these complaints."""
        self.check_access("read")
        self.env["customer.complaint.alarm"].search([("complaint_id", "in", self.ids)]).action_acknowledge()
        return True

    @api.model
    def _trigger_alarms(self):
        """Have the job begin at once."""
        self.env.ref(CRON).sudo()._trigger()

    def _update_alarm_state(self):
        """Store whether somebody still has to acknowledge (as superuser)."""
        take_turns(self)
        for complaint in self:
            by_round = complaint.alarm_ids.grouped("round")
            states = set(by_round[max(by_round)].mapped("state")) if by_round else set()
            # Who was passed over is stood in for by the next one above.
            is_open = "open" in states or (states and states <= {"passed"})
            complaint._write_dates({"alarm_state": "open" if is_open else "acknowledged"})

    @api.model
    def _cron_alarm(self, batch=50):
        """Give the alarms that are due, then tell the next role where one was not acknowledged in time."""
        Complaint = self.with_context(active_test=False)
        if not work_in_batches(Complaint, [("alarm_state", "=", "due")], lambda some: some._alarm(), batch):
            return
        Alarm = self.env["customer.complaint.alarm"]
        late = [("state", "=", "open"), ("ack_deadline", "<=", fields.Datetime.now())]
        work_in_batches(Alarm, late, lambda some: some.complaint_id._pass_alarms_on(some), batch)

    def _alarm(self):
        """Alarm the people of the rules, in one round for each complaint."""
        directory = Directory(self)
        rows = []
        for complaint in self:
            if complaint.phase in ENDED_PHASES:
                continue
            rule = complaint.major_rule_id
            roles = rule._get_roles() if rule else DEFAULT_ROLES
            number = max(complaint.alarm_ids.mapped("round"), default=0) + 1
            people = {}
            for role in roles:
                for user_id in complaint._find_role(role, directory, None, []):
                    people.setdefault(user_id, role)
            for user_id in (
                complaint._find_present("user", rule.user_ids, directory, []) if rule.user_ids else ()
            ):
                people.setdefault(user_id, "user")
            if not people:
                admins = complaint._get_escalation_people("admin", directory)
                people = {
                    user_id: "admin" for user_id in complaint._find_present("admin", admins, directory, [])
                }
            rows += complaint._prepare_alarms(people, number)
        self._give_alarms(rows)
        told = self.browse({row["complaint_id"] for row in rows})
        told._write_dates({"alarm_state": "open"})
        # Nobody is there who may know, or it ended before: the complaint shows that nobody was told.
        (self - told)._write_dates({"alarm_state": False})

    def _prepare_alarms(self, people, number, is_next=False):
        """Return the rows of an alarm of one complaint.

        :param people: {user id: role}
        """
        now = fields.Datetime.now()
        deadline = self._get_alarm_deadline(now)
        return [
            {
                "complaint_id": self.id,
                "round": number,
                "user_id": user_id,
                "role": role,
                "is_next": is_next,
                "state": "open",
                "alarmed_datetime": now,
                "ack_deadline": deadline,
            }
            for user_id, role in people.items()
        ]

    def _complaint_on_ended(self):
        result = super()._complaint_on_ended()
        alarmed = self.filtered(lambda complaint: complaint.alarm_state == "open")
        if alarmed:
            alarmed.alarm_ids._settle()
            alarmed._update_alarm_state()
        return result

    def _get_alarm_deadline(self, now):
        """Return by when an alarm given now is to be acknowledged (singleton)."""
        calendar = self.team_id._get_calendar() or self.company_id._care_calendar()
        today = now.date()
        worktime = calendar._get_complaint_worktime(
            self.company_id.id, today - timedelta(days=1), today + HORIZON
        )
        hours = self.major_rule_id.acknowledge_hours or DEFAULT_HOURS
        moment = worktime.after(now, hours * 3600) or now + timedelta(hours=hours)
        return moment.replace(microsecond=0)

    def _give_alarms(self, rows):
        """Store the rows and tell the people of those that are new."""
        if not rows:
            return
        alarms = insert(self.env["customer.complaint.alarm"], rows, skip_taken=True)
        self.invalidate_recordset(["alarm_ids"], flush=False)
        quiet = {"mail_activity_quick_update": True, "complaint_no_subscription": True}
        for alarm in alarms:
            user = alarm.user_id
            complaint = alarm.complaint_id.with_context(lang=user.lang or self.env.lang, **quiet)
            summary = complaint.env._("Major complaint: acknowledge that you know of it")
            complaint.activity_schedule(ACTIVITY, summary=summary, user_id=user.id)
            complaint.message_notify(
                partner_ids=user.partner_id.ids,
                subject=complaint.env._("Major complaint: %(complaint)s", complaint=complaint.display_name),
                body=complaint.env._(
                    "Because: %(reason)s. Please acknowledge on the complaint that you know of it.",
                    reason=complaint.major_reason or complaint.env._("Declared major"),
                ),
                email_layout_xmlid="mail.mail_notification_light",
            )

    def _pass_alarms_on(self, alarms):
        """Tell the next role above for alarms that nobody acknowledged in time (all as superuser)."""
        directory = Directory(self)
        rows = []
        for complaint in self:
            late = alarms.filtered(lambda alarm, complaint=complaint: alarm.complaint_id == complaint)
            if complaint.phase not in OPEN_PHASES:
                late._settle()
                continue
            known = set(complaint.alarm_ids.filtered(lambda a, n=late[0].round: a.round == n).user_id.ids)
            people = {}
            for alarm in late:
                role = alarm._get_next_role()
                for user_id in complaint._find_role(role, directory, None, []) if role else ():
                    if user_id not in known:
                        people.setdefault(user_id, role)
            rows += complaint._prepare_alarms(people, late[0].round, is_next=True)
        alarms.filtered(lambda alarm: alarm.state == "open").write({"state": "passed"})
        self._give_alarms(rows)
        self._update_alarm_state()
