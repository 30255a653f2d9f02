from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .customer_care_plan import LIVE_STATES

# {kind of measure: kind of contact}; the others are no contacts with the customer.
CONTACT_KINDS = {"visit": "visit", "call": "call", "gift": "gift", "event": "event", "training": "event"}


class CustomerCareMeasure(models.Model):
    """The end of the work: done with cost and evidence, by whom, and what goes into the log of contacts."""

    _inherit = "customer.care.measure"

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
        self._get_activities().with_user(user).sudo().action_feedback()
        self._cancel_callbacks()
        for measure in self:
            measure.plan_id._care_log(
                "measure_done", f"{measure.plan_id.number or ''} {measure.name}".strip()
            )
        if not is_logged:
            self._log_contacts(day, user)

    def _log_contacts(self, day, user):
        """Put visits, calls, gifts and events into the log of contacts, one row for each customer."""
        vals_list = []
        moment = fields.Datetime.now()
        if day != fields.Date.context_today(self):
            moment = fields.Datetime.to_datetime(day).replace(hour=12)
        for measure in self.filtered(lambda measure: measure.kind in CONTACT_KINDS):
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
                for partner in measure._get_contact_partners()
            ]
        if vals_list:
            self.env["customer.contact.log"]._log_contacts(vals_list)

    def _get_contact_partners(self):
        """Return the customers with whom the end of the measure (singleton) is a contact. Override to leave out."""
        return self._get_partners()
