from odoo import fields, models

from .customer_complaint import PROBLEM_KINDS, SEVERITIES
from .customer_complaint_flow import Missing

# What stages may ask before a complaint enters, beside tasks, approvals and the customer's acceptance.
GATES = (
    "needs_verdict",
    "needs_cause",
    "needs_plan_done",
    "needs_informed",
    "needs_answer",
    "needs_release",
)
# Those among them that may spare everyday complaints.
SPARING = {"needs_verdict", "needs_cause", "needs_informed", "needs_answer"}
RANKS = {severity: rank for rank, (severity, _name) in enumerate(SEVERITIES)}


class CustomerComplaintStage(models.Model):
    """What an administrator may ask for before a complaint is done."""

    _inherit = "customer.complaint.stage"

    needs_verdict = fields.Boolean(
        string="Verdict Given", help="For complaints and grievances: it was said whether they are justified."
    )
    needs_cause = fields.Boolean(
        string="Cause Known",
        help="For complaints and grievances: the cause is named. Nothing is asked while the cause is not recorded "
        "in this database.",
    )
    needs_plan_done = fields.Boolean(
        string="Plan Carried out",
        help="Of the current countermeasure plan everything is done or cancelled, and its compensations are executed. "
        "Nothing is asked of complaints without a plan.",
    )
    needs_informed = fields.Boolean(
        string="Customer Informed",
        help="The customer had a word from the staff since the complaint was received, or reopened.",
    )
    needs_answer = fields.Boolean(
        string="Customer's Answer Known",
        help="The customer accepted or declined what was proposed, rated the handling or was reached by a callback. "
        "Not asked where the customer cannot be reached at all, nor of what closes because no answer came.",
    )
    needs_release = fields.Boolean(
        string="Major Complaint Released",
        help="A major complaint enters only after the service manager has signed its report.",
    )

    gates_from = fields.Selection(
        SEVERITIES,
        string="Asked from Severity",
        help="Verdict, cause, information and answer of the customer are asked of this severity and those above it. "
        "Leave empty for all.",
    )

    def _prepare_facts(self):
        return {
            **super()._prepare_facts(),
            "gates": tuple(gate for gate in GATES if self[gate]),
            "gates_from": RANKS.get(self.gates_from, 0),
        }


class CustomerComplaint(models.Model):
    """The gates of the stages: whoever moves a complaint, and however."""

    _inherit = "customer.complaint"

    def _get_missing(self, stage):
        missing = super()._get_missing(stage)
        facts = stage._get_facts()[stage.id]
        gates, found = facts["gates"], []
        for complaint in self.sudo() if gates else ():
            is_spared = RANKS[complaint.severity] < facts["gates_from"]
            for gate in gates:
                if is_spared and gate in SPARING:
                    continue
                lacking = getattr(complaint, f"_lacks_{gate.removeprefix('needs_')}")()
                if lacking:
                    found.append(Missing(complaint, *lacking))
        # the plan is asked for by closing itself too
        return missing + [lack for lack in found if lack not in missing]

    # Each returns (text, method that helps) of what one complaint (as superuser) lacks, or None.

    def _lacks_verdict(self):
        if self.kind in PROBLEM_KINDS and not self.verdict:
            return self.env._("the verdict is not given"), "action_open"
        return None

    def _lacks_cause(self):
        if "cause_id" in self._fields and self.kind in PROBLEM_KINDS and not self.cause_id:
            return self.env._("the cause is not named"), "action_open"
        return None

    def _lacks_plan_done(self):
        # a plan that was given up has nothing open any more
        return (self._get_plan_gap(), "action_plan") if self.plan_id._get_open() else None

    def _lacks_informed(self):
        informed = self.informed_datetime
        if not self._is_reachable() or (informed and informed >= self._get_round_start()):
            return None
        return self.env._("the customer was not informed"), "action_answer"

    def _lacks_answer(self):
        if not self._is_reachable() or self.solution_answer or self.rating_last_value:
            return None
        if self.is_closed_unanswered:
            # warned that silence closes it: that is the answer
            return None
        reached = [
            ("res_model", "=", self._name),
            ("res_id", "=", self.id),
            ("state", "=", "done"),
            ("outcome", "=", "reached"),
            ("done_datetime", ">=", self._get_round_start()),
        ]
        if self.env["customer.callback"].search_count(reached, limit=1):
            return None
        return self.env._("the customer's answer is not known"), "action_open"

    def _is_reachable(self):
        """Return whether there is a customer, or an address, to answer to (superuser, singleton)."""
        return bool(self.partner_id or self.email_from or self.phone)

    def _get_round_start(self):
        """Return when the complaint was received, or last reopened (superuser, singleton)."""
        start = self.received_datetime
        if self.reopen_count:
            done = ("resolved", "closed", "cancelled")
            before = None
            for row in self.stage_history_ids.sorted("id"):
                if before in done and row.phase not in done:
                    start = row.datetime
                before = row.phase
        return start
