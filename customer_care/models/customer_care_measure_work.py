from odoo import fields, models

from .customer_care_plan import LIVE_STATES

MEASURE = "customer_care.mail_activity_type_measure"
LATE = "customer_care.mail_activity_type_measure_late"


class CustomerCareMeasure(models.Model):
    """How measures become dated work of people.

    A call becomes one callback for each customer of the plan (``customer_care_measure_call``), anything else one
    activity of the responsible person. How it ends is in ``customer_care_measure_done``.
    """

    _inherit = "customer.care.measure"

    def _sync_work(self):
        result = super()._sync_work()
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
        return result

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

    def _take_back(self):
        result = super()._take_back()
        self._get_activities().unlink()
        self._cancel_callbacks()
        return result

    def _get_activities(self):
        """Return the open activities that the measures gave people."""
        kinds = [self.env.ref(xmlid, raise_if_not_found=False) for xmlid in (MEASURE, LATE)]
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "in", [kind.id for kind in kinds if kind]),
            ]
        )

    def _cancel(self):
        """Cancel measures with their open work (as superuser)."""
        self._take_back()
        self.write({"state": "cancelled", "is_work_pending": False})
