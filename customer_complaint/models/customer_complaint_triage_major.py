from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .customer_complaint import STAFF
from .customer_complaint_major_rule import FLAGS
from .customer_complaint_stage import OPEN_PHASES

MANAGER = "customer_complaint.group_complaint_manager"
# What goes with the mark; set by the program alone.
MAJOR_FIELDS = {
    "major_reason": False,
    "major_datetime": False,
    "major_rule_id": False,
    "alarm_state": False,
    "released_datetime": False,
    "released_by_id": False,
}
# The rules look at these.
WATCHED = {"severity", "claimed_amount", "claimed_currency_id", "partner_id", "company_id", *FLAGS}


class CustomerComplaintMajor(models.Model):
    """Major complaints: by rule, or by hand with a reason; who is alarmed and who released them.

    A new complaint is judged from its values before it is stored, so that it costs no query. Whom the alarm reaches is
    found by the job (``customer_complaint_triage_alarm``).
    """

    _inherit = "customer.complaint"

    major_reason = fields.Char(string="Major because", readonly=True, copy=False, groups=STAFF)
    major_datetime = fields.Datetime(string="Major since", readonly=True, copy=False, groups=STAFF)
    major_rule_id = fields.Many2one(
        "customer.complaint.major.rule",
        string="Major by Rule",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        groups=STAFF,
    )
    released_datetime = fields.Datetime(string="Released on", readonly=True, copy=False, groups=STAFF)
    released_by_id = fields.Many2one(
        "res.users", string="Released by", readonly=True, copy=False, groups=STAFF
    )
    can_undeclare_major = fields.Boolean(compute="_compute_can_undeclare_major", groups=STAFF)

    def write(self, vals):
        if "is_major" in vals and not self.env.su:
            self._check_major_change(bool(vals["is_major"]))
        fresh = self.browse()
        if vals.get("is_major"):
            fresh = self.sudo().filtered(lambda complaint: not complaint.is_major)
        result = super().write(vals)
        if fresh:
            fresh.write({"major_datetime": fields.Datetime.now(), "alarm_state": "due"})
            self._trigger_alarms()
        elif not WATCHED.isdisjoint(vals):
            self.sudo()._apply_major_rules()
        return result

    def _check_major_change(self, is_major):
        """Send people who change the mark itself to the buttons, which ask for the reason.

        :raises UserError: when the value of one of them would change
        """
        if any(complaint.is_major != is_major for complaint in self.sudo()):
            raise UserError(self.env._("Use “Declare Major” or “Not Major” and give the reason."))

    # Rules

    def _fill_defaults(self, vals_list):
        """Judge new complaints from their values alone."""
        filled = super()._fill_defaults(vals_list)
        has_rules = bool(self.env["customer.complaint.major.rule"]._get_major_facts())
        for vals in filled:
            is_major = vals.get("is_major", self.env.context.get("default_is_major"))
            rule = self._match_new(vals) if has_rules else None
            if rule:
                vals.update(is_major=True, major_rule_id=rule.id, major_reason=rule.name)
            if is_major or rule:
                vals.update(major_datetime=fields.Datetime.now(), alarm_state="due")
        if any(vals["alarm_state"] for vals in filled):
            self._trigger_alarms()
        return filled

    def _match_new(self, vals):
        """Return the rule that fits the values of a new complaint, may be empty."""

        def get(name, default=False):
            return vals.get(name, self.env.context.get(f"default_{name}", default))

        return self.env["customer.complaint.major.rule"]._match(
            {
                "company_id": get("company_id"),
                "severity": get("severity") or "general",
                "claimed_amount": get("claimed_amount"),
                "claimed_currency_id": get("claimed_currency_id"),
                "grade_id": lambda: (
                    self.env["res.partner"].sudo().browse(get("partner_id") or []).care_grade_id.id
                ),
                **{flag: get(flag) for flag in FLAGS},
            }
        )

    def _apply_major_rules(self, with_repeats=False):
        """Make those open complaints (as superuser) major that a rule says so; nothing makes them minor again.

        :param with_repeats: whether the rules that count repeats are asked too
        """
        Rule = self.env["customer.complaint.major.rule"]
        if not Rule._get_major_facts():
            return
        found = {}
        waiting = self.filtered(lambda complaint: not complaint.is_major and complaint.phase in OPEN_PHASES)
        related = waiting._find_related() if with_repeats else {}
        for complaint in waiting:
            rule = Rule._match(
                {
                    "company_id": complaint.company_id.id,
                    "severity": complaint.severity,
                    "claimed_amount": complaint.claimed_amount,
                    "claimed_currency_id": complaint.claimed_currency_id.id,
                    "grade_id": lambda complaint=complaint: complaint.partner_id.care_grade_id.id,
                    **{flag: complaint[flag] for flag in FLAGS},
                },
                (lambda complaint=complaint: len(related[complaint.id]["done"])) if with_repeats else None,
            )
            if rule:
                found[rule] = found.get(rule, self.browse()) + complaint
        for rule, complaints in found.items():
            complaints.write({"is_major": True, "major_rule_id": rule.id, "major_reason": rule.name})

    def _link_repeats(self):
        """Ask the rules that count repeats once it is known what a complaint repeats."""
        result = super()._link_repeats()
        facts = self.env["customer.complaint.major.rule"]._get_major_facts()
        if any(rule.repeats for rule in facts):
            self.sudo()._apply_major_rules(with_repeats=True)
        return result

    # By hand

    def action_declare_major(self, reason=None):
        """Make the complaints major; without a reason, as from the button, ask for it."""
        self.check_access("write")
        reason = str(reason or "").strip()
        if not reason:
            return self._ask_major_reason(True)
        self._log_major(self.env._("Major complaint:"), reason)
        fresh = self.sudo().filtered(lambda complaint: not complaint.is_major)
        fresh.write({"is_major": True, "major_reason": reason[:500]})
        return True

    @api.depends("is_major", "team_id")
    @api.depends_context("uid")
    def _compute_can_undeclare_major(self):
        for complaint in self:
            complaint.can_undeclare_major = complaint.is_major and complaint._may_release()

    def action_undeclare_major(self, reason=None):
        """Take the mark of major complaints back, by a manager and with a reason.

        :raises AccessError: for others than complaint managers and the service manager of the team
        """
        self.check_access("write")
        if not self._may_release():
            raise AccessError(self.env._("Only the service manager can say that a complaint is not major."))
        reason = str(reason or "").strip()
        if not reason:
            return self._ask_major_reason(False)
        self._log_major(self.env._("Not a major complaint:"), reason)
        majors = self.sudo().filtered("is_major")
        majors.write({"is_major": False, **MAJOR_FIELDS})
        majors.alarm_ids._settle()
        return True

    def _ask_major_reason(self, is_major):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_declare_action"
        )
        name = self.env._("Declare Major") if is_major else self.env._("Not Major")
        context = {"default_complaint_ids": self.ids, "default_is_major": is_major}
        return {**action, "name": name, "context": context}

    def _log_major(self, title, reason):
        body = Markup("<p>%s</p><p>%s</p>") % (title, reason)
        self._message_log_batch(bodies=dict.fromkeys(self.ids, body))

    def _may_release(self):
        """Return whether the user decides about all of these major complaints."""
        return self.env.user.has_group(MANAGER) or all(
            complaint.team_id.manager_id == self.env.user for complaint in self.sudo()
        )

    # Release

    def _lacks_release(self):
        if self.is_major and not self.released_datetime:
            return self.env._("the service manager has not signed the report"), "action_view_major_reports"
        return None

    def _complaint_on_reopened(self):
        """A reopened major complaint is released anew."""
        result = super()._complaint_on_reopened()
        self.filtered("released_datetime").write({"released_datetime": False, "released_by_id": False})
        for report in self.filtered("is_major").major_report_ids.filtered(lambda one: one.state == "issued"):
            report._ask_next()
        return result
