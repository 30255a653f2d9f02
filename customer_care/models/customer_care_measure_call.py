from odoo import fields, models
from odoo.tools import SQL

# Customers whose callbacks are made with the approval itself; for more they follow in batches.
CUSTOMERS_AT_ONCE = 200
BATCH = 500
KEY = "measure"


class CustomerCareMeasure(models.Model):
    """Calls: one callback for each customer of the plan (key ``measure:<id>:<customer>``: none is planned twice)."""

    _inherit = "customer.care.measure"

    def action_open_callbacks(self):
        """Open the callbacks of the measure."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_callback_action_all"),
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
            "context": {},
        }

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
        missing = self._get_customers_without_callback(CUSTOMERS_AT_ONCE + 1)
        if len(missing) > CUSTOMERS_AT_ONCE:
            self.write({"is_work_pending": True, "work_after_id": 0})
            self.env.ref("customer_care.ir_cron_care_plan")._trigger()
            return
        self._plan_callbacks(missing)

    def _make_pending_work(self):
        """Plan the callbacks of large plans, a batch at a time; who must not be called is passed by."""
        for measure in self:
            missing = measure._get_customers_without_callback(BATCH + 1, measure.work_after_id)
            batch = missing[:BATCH]
            measure._plan_callbacks(batch)
            is_left = len(missing) > BATCH
            measure.write({"is_work_pending": is_left, "work_after_id": batch[-1:].id if is_left else 0})
            if is_left:
                self.env.ref("customer_care.ir_cron_care_plan")._trigger()

    def _get_callbacks(self, domain=()):
        Callback = self.env["customer.callback"].sudo()
        return Callback.search([("res_model", "=", self._name), ("res_id", "in", self.ids), *domain])

    def _get_key(self, partner):
        return f"{KEY}:{self.id}:{partner.id}"

    def _get_customers_without_callback(self, limit, after_id=0):
        """Return the first customers of the measure (singleton) whose callback is not planned yet, by their ids.

        :param after_id: only customers behind this id
        """
        if self.scope == "customer":
            partner = self._get_partners()
            is_known = (
                self.env["customer.callback"].sudo().search_count([("key", "=", self._get_key(partner))])
            )
            return partner.browse() if is_known else partner
        rows = self.env.execute_query(
            SQL(
                """
                SELECT member.partner_id
                  FROM customer_care_plan_member member
                 WHERE member.plan_id = %(plan)s AND member.partner_id > %(after)s
                   AND NOT EXISTS (SELECT 1 FROM customer_callback callback
                                    WHERE callback.key = %(key)s || member.partner_id)
                 ORDER BY member.partner_id
                 LIMIT %(limit)s
                """,
                plan=self.plan_id.id,
                after=after_id,
                key=f"{KEY}:{self.id}:",
                limit=limit,
            )
        )
        return self.env["res.partner"].sudo().browse(row[0] for row in rows)

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

    def _care_callback_done(self, callback):
        """Count the ended callbacks; with the last one the measure is done, unless nobody was reached."""
        self.ensure_one()
        if self.state != "planned":
            return None
        groups = (
            self.env["customer.callback"]
            .sudo()
            ._read_group(
                [("res_model", "=", self._name), ("res_id", "=", self.id), ("state", "!=", "cancelled")],
                ["state", "outcome"],
                ["__count"],
            )
        )
        opened = sum(count for state, _outcome, count in groups if state == "planned")
        # An unanswered call that is done goes on with its next attempt.
        ended = sum(
            count
            for state, outcome, count in groups
            if state == "missed" or state == "done" and outcome != "no_answer"
        )
        reached = any(outcome == "reached" for _state, outcome, _count in groups)
        note = "\n".join(filter(None, [self.note, callback.note]))
        if opened or self.is_work_pending:
            total = max(ended + opened, 1)
            self.write({"progress": min(99, 100 * ended // total), "note": note or False})
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
