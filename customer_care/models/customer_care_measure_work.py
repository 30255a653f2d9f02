from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .customer_care_plan import LIVE_STATES

MEASURE = "customer_care.mail_activity_type_measure"
LATE = "customer_care.mail_activity_type_measure_late"
# Customers whose callbacks are made with the approval itself; for more they follow in batches.
CUSTOMERS_AT_ONCE = 200
BATCH = 500
# {kind of measure: kind of contact}; the others are no contacts with the customer.
CONTACT_KINDS = {"visit": "visit", "call": "call", "gift": "gift", "event": "event", "training": "event"}


class CustomerCareMeasure(models.Model):
    """How measures become dated work of people, and how that ends.

    A call becomes one callback for each customer of the plan (key ``measure:<id>:<customer>``, so that no call is
    planned twice), anything else one activity of the responsible person.
    """

    _inherit = "customer.care.measure"

    # Work of people

    def _sync_work(self):
        """Make or move the work of open measures; repeated, it changes nothing (as superuser)."""
        opened = self.filtered(
            lambda measure: measure.state == "planned" and measure.plan_id.state in LIVE_STATES
        )
        opened._replace_absent()
        calls = opened.filtered(lambda measure: measure.kind == "call")
        for measure in calls:
            measure._sync_callbacks()
        opened.filtered(lambda measure: measure.kind != "call")._sync_activities()
        # A measure that was a call and is none any more.
        (opened - calls)._cancel_callbacks()

    def _replace_absent(self):
        """Give measures whose responsible has left to the leader of the team, else to who looks after the plan."""
        for measure in self.filtered(lambda measure: measure.user_id and not measure.user_id.active):
            plan = measure.plan_id
            user = (plan.team_id.user_id | plan.user_id).filtered("active")[:1]
            left = measure.user_id
            measure.write({"user_id": user.id, "taken_from_id": left.id})
            measure._message_log(
                body=self.env._(
                    "%(left)s has left: the measure is now with %(user)s.",
                    left=left.name,
                    user=user.name or "-",
                )
            )

    def _take_over(self):
        """Replace responsible people who have left, and move their work."""
        self._replace_absent()
        self._sync_work()

    def _sync_activities(self):
        kind = self.env.ref(MEASURE, raise_if_not_found=False)
        if not self or not kind:
            return
        present = (
            self.env["mail.activity"]
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("activity_type_id", "=", kind.id),
                ]
            )
            .grouped("res_id")
        )
        fresh = []
        for measure in self:
            activity = present.get(measure.id)
            day = measure.date or fields.Date.context_today(self)
            if activity:
                if activity[:1].user_id != measure.user_id or activity[:1].date_deadline != day:
                    activity.write({"user_id": measure.user_id.id, "date_deadline": day})
            else:
                fresh.append(
                    {
                        "activity_type_id": kind.id,
                        "res_model_id": self.env["ir.model"]._get_id(self._name),
                        "res_id": measure.id,
                        "user_id": measure.user_id.id,
                        "date_deadline": day,
                        "summary": measure.name,
                        "note": measure.description,
                    }
                )
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(fresh)

    def _sync_callbacks(self):
        """Plan one callback for each customer of the plan (singleton), and move those not made yet."""
        self.ensure_one()
        planned = self._get_callbacks([("state", "=", "planned")])
        moved = planned.filtered(
            lambda call: (
                call.attempt == 1 and (call.date_planned != self.date or call.user_id != self.user_id)
            )
        )
        if moved:
            moved.write({"date_planned": self.date, "user_id": self.user_id.id})
        missing = self._get_customers_without_callback()
        if len(missing) > CUSTOMERS_AT_ONCE:
            self.is_work_pending = True
            self.env.ref("customer_care.ir_cron_care_plan")._trigger()
            return
        self._plan_callbacks(missing)

    def _make_pending_work(self):
        """Plan the callbacks of large plans, a batch at a time."""
        for measure in self:
            missing = measure._get_customers_without_callback()
            measure._plan_callbacks(missing[:BATCH])
            if len(missing) <= BATCH:
                measure.is_work_pending = False
            else:
                self.env.ref("customer_care.ir_cron_care_plan")._trigger()

    def _get_callbacks(self, domain=()):
        Callback = self.env["customer.callback"].sudo()
        return Callback.search([("res_model", "=", self._name), ("res_id", "in", self.ids), *domain])

    def _get_key(self, partner):
        return f"measure:{self.id}:{partner.id}"

    def _get_customers_without_callback(self):
        partners = self.plan_id._get_customers()
        if self.plan_id.scope == "customer":
            partners = self.plan_id.sudo().partner_id
        keys = {self._get_key(partner): partner for partner in partners}
        known = set(self.env["customer.callback"].sudo().search([("key", "in", list(keys))]).mapped("key"))
        return partners.browse([partner.id for key, partner in keys.items() if key not in known])

    def _plan_callbacks(self, partners):
        if not partners:
            return
        reasons = partners._care_gate_map("callback", "phone")
        allowed = partners.filtered(lambda partner: not reasons.get(partner.id))
        self.env["customer.callback"].sudo().create(
            [self._prepare_callback_vals(partner) for partner in allowed]
        )
        blocked = partners - allowed
        if blocked:
            self.work_note = self.env._(
                "Must not be called: %(customers)s", customers=", ".join(blocked[:5].mapped("display_name"))
            )
            if not allowed and self.plan_id.scope == "customer":
                # Somebody has to find another way.
                self._sync_activities()

    def _prepare_callback_vals(self, partner):
        """Return the values of the callback to one customer. Override to add a key."""
        self.ensure_one()
        team = self.plan_id.team_id
        return {
            **({"team_id": team.id} if team else {}),
            "subject": self.name,
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "user_id": self.user_id.id,
            "date_planned": self.date,
            "priority": self.priority,
            "res_model": self._name,
            "res_id": self.id,
            "key": self._get_key(partner),
        }

    def _take_back(self):
        """Take back open work: activities and callbacks that nobody has made (as superuser)."""
        kinds = [kind.id for kind in map(self._get_type, (MEASURE, LATE)) if kind]
        self.env["mail.activity"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("activity_type_id", "in", kinds)]
        ).unlink()
        self._cancel_callbacks()

    def _get_type(self, xmlid):
        return self.env.ref(xmlid, raise_if_not_found=False)

    def _cancel_callbacks(self):
        calls = self._get_callbacks([("state", "=", "planned")]) if self else self.env["customer.callback"]
        if calls:
            calls.write(
                {
                    **calls._prepare_finish_vals(),
                    "state": "cancelled",
                    "cancel_reason": self.env._("The measure was taken back."),
                }
            )
            calls._log("callback_cancelled")

    def _cancel(self):
        """Cancel measures with their open work (as superuser)."""
        self._take_back()
        self.write({"state": "cancelled", "is_work_pending": False})

    # The end of the work

    def action_done(self, actual_cost=None, note=None, date_done=None):
        """Finish open measures: their responsible people, and supervisors.

        :param actual_cost, note: replace what stands in the fields when given
        :param date_done: default: today
        :raises AccessError: for others
        :raises UserError: not open, in the future, or without the evidence that the company asks for
        """
        self._check_may_finish()
        given = {"actual_cost": actual_cost, "note": note}
        vals = {name: value for name, value in given.items() if value is not None}
        if vals.get("actual_cost") is not None and vals["actual_cost"] < 0:
            raise UserError(self.env._("The actual cost of a measure cannot be negative."))
        if vals:
            self.sudo().write(vals)
        today = fields.Date.context_today(self)
        day = fields.Date.to_date(date_done) or today
        if day > today:
            raise UserError(self.env._("A measure cannot be done in the future."))
        self.sudo()._check_evidence()
        self.sudo()._finish(day, self.env.user)
        return True

    def action_ask_done(self):
        """Open the dialogue that finishes the measure."""
        self.ensure_one()
        self._check_may_finish()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Measure Done"),
            "res_model": "customer.care.measure.done",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_measure_id": self.id},
        }

    def action_reopen(self):
        """Take back the end of measures of plans that run: for supervisors."""
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group("customer_care.group_care_supervisor"):
            raise AccessError(self.env._("Only a supervisor can open a measure again."))
        if any(
            measure.state != "done" or measure.plan_id.state not in LIVE_STATES for measure in self.sudo()
        ):
            raise UserError(
                self.env._("Only measures that are done, of a plan that runs, can be opened again.")
            )
        measures = self.sudo()
        measures.write({"state": "planned", "progress": 0, "date_done": False, "done_by_id": False})
        measures._sync_work()
        return True

    def action_open_callbacks(self):
        """Open the callbacks of the measure."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_callback_action_all"),
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
            "context": {},
        }

    def _check_may_finish(self):
        """:raises AccessError: for others than responsible people, those of the plan, and supervisors"""
        self.check_access("read")
        if not self.env.su:
            user = self.env.user
            if not user.has_group("customer_care.group_care_user"):
                raise AccessError(self.env._("Only the responsible or a supervisor can finish a measure."))
            if not user.has_group("customer_care.group_care_supervisor"):
                for measure in self:
                    if user not in measure.user_id | measure.plan_id.user_id:
                        raise AccessError(
                            self.env._("Only the responsible or a supervisor can finish a measure.")
                        )
            self.check_access("write")
        measures = self.sudo().try_lock_for_update()
        if len(measures) < len(self):
            raise UserError(
                self.env._("Somebody else is working on this measure right now. Please try again.")
            )
        self.invalidate_recordset(["state"])
        for measure in measures:
            if measure.state != "planned" or measure.plan_id.state not in LIVE_STATES:
                raise UserError(
                    self.env._("%(measure)s is not open work of a running plan.", measure=measure.name)
                )

    def _check_evidence(self):
        """:raises UserError: an actual cost without file or note, where the company asks for one"""
        for measure in self:
            asks = measure.company_id.care_is_cost_evidence_required
            if (
                asks
                and measure.actual_cost
                and not measure.attachment_ids
                and not (measure.note or "").strip()
            ):
                raise UserError(
                    self.env._(
                        "%(measure)s had a cost: add a file or a note as evidence.", measure=measure.name
                    )
                )

    def _finish(self, day, user, is_logged=False):
        """Close measures (as superuser), take away what is left of their work, and log the contacts.

        :param is_logged: the contact stands in the log already
        """
        self.write(
            {
                "state": "done",
                "progress": 100,
                "date_done": day,
                "done_by_id": user.id,
                "is_work_pending": False,
            }
        )
        kinds = [kind.id for kind in map(self._get_type, (MEASURE, LATE)) if kind]
        activities = self.env["mail.activity"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("activity_type_id", "in", kinds)]
        )
        activities.with_user(user).sudo().action_feedback()
        self._cancel_callbacks()
        for measure in self:
            measure.plan_id._care_log(
                "measure_done", f"{measure.plan_id.number or ''} {measure.name}".strip()
            )
        if not is_logged:
            self._log_contacts(day, user)

    def _log_contacts(self, day, user):
        """Put visits, calls, gifts and events into the log of contacts, one row for each customer."""
        if "customer.contact.log" not in self.env:
            return
        vals_list = []
        moment = fields.Datetime.now()
        if day != moment.date():
            moment = fields.Datetime.to_datetime(day).replace(hour=12)
        for measure in self.filtered(lambda measure: measure.kind in CONTACT_KINDS):
            partners = measure.plan_id._get_customers()
            if measure.plan_id.scope == "customer":
                partners = measure.plan_id.partner_id
            vals_list += [
                {
                    "partner_id": partner.id,
                    "kind": CONTACT_KINDS[measure.kind],
                    "direction": "out",
                    "date_start": moment,
                    "date_end": moment,
                    "user_id": user.id,
                    "subject": measure.name,
                    "result": measure.note or False,
                    "res_model": measure._name,
                    "res_id": measure.id,
                    "company_id": measure.company_id.id,
                    "source": "measure",
                }
                for partner in partners
            ]
        if vals_list:
            self.env["customer.contact.log"]._log_contacts(vals_list)

    def _care_callback_done(self, callback):
        """Count the ended callbacks; with the last one the measure is done, unless nobody was reached."""
        self.ensure_one()
        if self.state != "planned":
            return None
        calls = self._get_callbacks([("state", "!=", "cancelled")])
        ended = calls.filtered(
            lambda call: (
                call.state in ("done", "missed") and call.outcome != "no_answer" or call.state == "missed"
            )
        )
        opened = calls.filtered(lambda call: call.state == "planned")
        reached = calls.filtered(lambda call: call.outcome == "reached")
        note = "\n".join(filter(None, [self.note, callback.note]))
        if opened or self.is_work_pending:
            total = len(ended) + len(opened)
            self.write({"progress": min(99, 100 * len(ended) // total), "note": note or False})
        elif reached:
            self.note = note or False
            self._finish(
                fields.Date.context_today(self), callback.done_by_id or self.env.user, is_logged=True
            )
        else:
            self.write(
                {
                    "progress": 0,
                    "work_note": self.env._("Nobody was reached by phone."),
                    "note": note or False,
                }
            )
            self._sync_activities()
        return super()._care_callback_done(callback)

    # Late measures

    @api.model
    def _get_jobs(self, today):
        """Return ``[(model, domain, method)]`` of the nightly work on measures."""
        opened = [("state", "=", "planned"), ("is_live", "=", True)]
        late = [*opened, ("date", "<", today), ("plan_state", "in", LIVE_STATES)]
        days = min(self.env["res.company"].search(Domain.TRUE).mapped("care_escalation_days"), default=0)
        return [
            (self, [*opened, ("user_id.active", "=", False), ("user_id", "!=", False)], "_take_over"),
            (self, [*opened, ("is_work_pending", "=", True)], "_make_pending_work"),
            (self, [*late, ("reminded_on", "=", False)], "_remind"),
            (
                self,
                [
                    *late,
                    ("reminded_on", "!=", False),
                    ("escalated_on", "=", False),
                    ("date", "<", fields.Date.subtract(today, days=days)),
                ],
                "_escalate",
            ),
        ]

    def _remind(self):
        """Remind responsible people of late measures, once each."""
        for measure in self.filtered(lambda measure: measure.user_id.active):
            user = measure.user_id
            env = measure.with_context(lang=user.lang).env
            measure.message_notify(
                partner_ids=user.partner_id.ids,
                subject=env._("Late: %(measure)s", measure=measure.name),
                body=env._(
                    "The measure %(measure)s of the plan %(plan)s was to be done by %(date)s.",
                    measure=measure.name,
                    plan=measure.plan_id.display_name,
                    date=measure.date,
                ),
            )
        self.write({"reminded_on": fields.Date.context_today(self)})

    def _escalate(self):
        """Give the supervisor of each late measure one activity, once."""
        today = fields.Date.context_today(self)
        due = self.filtered(
            lambda measure: (
                today
                > fields.Date.add(
                    measure.date or date.max.replace(year=9000), days=measure.company_id.care_escalation_days
                )
            )
        )
        for measure in due:
            plan = measure.plan_id
            users = (
                plan.team_id.user_id | plan.company_id.care_plan_manager_id | plan._get_role_user("manager")
            ).filtered(lambda user, own=measure.user_id: user.active and user != own)
            user = users[:1] or plan.user_id
            if user.active:
                env = measure.with_context(lang=user.lang).env
                measure.activity_schedule(
                    LATE,
                    date_deadline=today,
                    user_id=user.id,
                    summary=env._(
                        "Late since %(date)s: %(user)s", date=measure.date, user=measure.user_id.name or "-"
                    ),
                )
        due.write({"escalated_on": today})
