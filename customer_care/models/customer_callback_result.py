from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.callback import get_minutes

NEED_LIMIT = 20
# Zero stands for: not answered, not measured, not reached. An average leaves it out.
EMPTY_ZEROES = ("satisfaction", "duration_minutes", "reached_attempt")


class CustomerCallback(models.Model):
    """What came of a call besides the outcome, and the figures made of it.

    Two statements are kept apart: *solved at first try* follows from what the caller entered, *confirmed by the
    customer* is what the customer said.
    """

    _inherit = "customer.callback"

    duration_minutes = fields.Integer(
        string="Minutes",
        copy=False,
        aggregator="avg",
        help="Begun minutes of the call, by the clock; correct it when the clock was forgotten.",
    )
    needs = fields.Text(
        string="Needs Learnt", copy=False, help="One need in each line; they are noted with the customer."
    )
    need_ids = fields.One2many("customer.need", "callback_id", string="Noted Needs", readonly=True)
    is_confirmed = fields.Boolean(
        string="Confirmed by Customer",
        copy=False,
        help="The customer said in this call that the problem is solved.",
    )
    reopen_count = fields.Integer(string="Times Reopened", readonly=True, copy=False, aggregator=None)
    is_first_try = fields.Boolean(
        string="Solved at First Try",
        compute="_compute_figures",
        store=True,
        copy=False,
        help="Reached in the first attempt, the problem solved by the caller's own statement, and never reopened.",
    )
    reached_attempt = fields.Integer(
        string="Attempts until Reached", compute="_compute_figures", store=True, copy=False, aggregator="avg"
    )
    reach_percent = fields.Float(
        string="Reach Rate (%)",
        compute="_compute_figures",
        store=True,
        copy=False,
        aggregator="avg",
        help="Of the calls that were made: reached 100, not answered, wrong number or refused 0.",
    )

    _check_duration = models.Constraint(
        "CHECK(duration_minutes BETWEEN 0 AND 1440)", "A call lasts 0 to 1440 minutes."
    )

    @api.depends("state", "outcome", "attempt", "problem_solved", "reopen_count")
    def _compute_figures(self):
        for callback in self:
            is_reached = callback.state == "done" and callback.outcome == "reached"
            callback.reached_attempt = callback.attempt if is_reached else 0
            callback.reach_percent = 100 if is_reached else 0
            callback.is_first_try = (
                is_reached
                and callback.attempt == 1
                and callback.problem_solved == "yes"
                and not callback.reopen_count
            )

    @api.constrains("is_confirmed", "problem_solved")
    def _check_confirmed(self):
        if any(callback.is_confirmed and callback.problem_solved != "yes" for callback in self):
            raise UserError(self.env._("A customer can only confirm a problem that is solved."))

    def _prepare_duration_vals(self):
        """Return the minutes by the clock, unless some were entered."""
        self.ensure_one()
        if self.duration_minutes or not self.call_datetime:
            return {}
        return {"duration_minutes": get_minutes((fields.Datetime.now() - self.call_datetime).total_seconds())}

    def _note_needs(self):
        """Note each line of ``needs`` with the customer, once."""
        vals_list = []
        for callback in self.sudo():
            known = set(callback.need_ids.mapped("name"))
            lines = dict.fromkeys(
                line.strip()[:200] for line in (callback.needs or "").splitlines() if line.strip()
            )
            vals_list += [callback._prepare_need_vals(line) for line in lines if line not in known][
                :NEED_LIMIT
            ]
        self.env["customer.need"].sudo().create(vals_list)

    def _prepare_need_vals(self, name):
        """Return the values of a need learnt in the call. Override to add a key."""
        self.ensure_one()
        return {
            "name": name,
            "partner_id": self.partner_id.id,
            "origin": "call",
            "callback_id": self.id,
            "user_id": self.env.uid,
        }

    def _log_contact(self):
        """Note calls that reached somebody in the contact log."""
        self.env["customer.contact.log"]._log_contacts(
            [callback._prepare_contact_vals() for callback in self.sudo()]
        )

    def _unlog_contact(self):
        """Take back what the end of callbacks noted in the contact log."""
        self.env["customer.contact.log"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("source", "=", "callback")]
        ).unlink()

    def _prepare_contact_vals(self):
        """Return the values of the row in the contact log. Override to add a key."""
        self.ensure_one()
        minutes = self.duration_minutes
        return {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "team_id": self.team_id.id,
            "kind": "call",
            "direction": "out",
            "subject": self.subject,
            "date_start": fields.Datetime.subtract(self.done_datetime, minutes=minutes),
            "duration_minutes": minutes,
            "result": self.note,
            "source": "callback",
            "res_model": self._name,
            "res_id": self.id,
        }

    def action_open_needs(self):
        """Open the needs learnt in the call."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_need_action"),
            "domain": [("callback_id", "=", self.id)],
            "context": {"default_partner_id": self.partner_id.id, "default_origin": "call"},
        }

    def action_next_callback(self):
        """Open the form of another callback to the same customer."""
        self.ensure_one()
        action = self.partner_id.action_care_plan_callback()
        defaults = {
            "default_subject": self.subject,
            "default_team_id": self.team_id.id,
            "default_user_id": self.user_id.id,
        }
        return {**action, "context": {**action["context"], **defaults}}

    def action_add_measure(self):
        """Open what adds a measure to the customer's care plan."""
        self.ensure_one()
        self.check_access("read")
        return self.partner_id.action_care_add_measure()

    def _read_group_select(self, aggregate_spec, query):
        name, _sep, function = aggregate_spec.partition(":")
        if function == "avg" and name in EMPTY_ZEROES:
            return SQL("AVG(NULLIF(%s, 0))", self._field_to_sql(self._table, name, query))
        if function == "avg" and name == "reach_percent":
            # Neither planned nor cancelled ones were called.
            outcome = self._field_to_sql(self._table, "outcome", query)
            return SQL(
                "AVG(CASE WHEN %s = 'reached' THEN 100.0 WHEN %s IS NOT NULL THEN 0.0 END)", outcome, outcome
            )
        return super()._read_group_select(aggregate_spec, query)
