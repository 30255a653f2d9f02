from odoo import api, fields, models
from odoo.exceptions import AccessError

from .customer_complaint_assign_rule import STAFF_CHANNELS, Case
from .customer_complaint_stage import OPEN_PHASES
from .customer_complaint_todos import NOBODY

REASONS = [
    ("hand", "Chosen by hand"),
    ("turn", "In turn"),
    ("load", "Had the fewest open complaints"),
    ("rule", "By an assignment rule"),
    ("handover", "Accepted a hand-over"),
    ("leader", "Leads the team of a colleague who left"),
    ("nobody", "Nobody was free"),
]
# Only the program sets these; with the values of a new complaint.
PEOPLE_FIELDS = {
    "handler_reason": False,
    "assign_rule_id": False,
    "receiver_id": False,
    "handover_user_id": False,
    "is_manager_joined": False,
}


class CustomerComplaint(models.Model):
    """Who handles a complaint and why; new ones are given out with the INSERT, a whole batch in one go."""

    _inherit = "customer.complaint"

    handler_reason = fields.Selection(
        REASONS, string="Why this Handler", readonly=True, copy=False, groups="base.group_user"
    )
    assign_rule_id = fields.Many2one(
        "customer.complaint.assign.rule",
        string="Assignment Rule",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        groups="base.group_user",
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_people_fields(name for vals in vals_list for name in vals)
        complaints = super().create([{**PEOPLE_FIELDS, **vals} for vals in vals_list])
        waiting = complaints.sudo().filtered(lambda complaint: complaint.handler_reason == "nobody")
        waiting._tell_leader_nobody()
        return complaints

    def write(self, vals):
        self._check_people_fields(vals)
        if "user_id" in vals and "handler_reason" not in vals:
            vals = {**vals, "handler_reason": "hand" if vals["user_id"] else False, "assign_rule_id": False}
        moved = self._get_moved_to_team(vals)
        result = super().write(vals)
        if moved:
            moved._assign()
        return result

    def _check_people_fields(self, names):
        """Refuse values for what only the program knows about who handles a complaint.

        :raises AccessError: unless called as superuser
        """
        if not self.env.su and not PEOPLE_FIELDS.keys().isdisjoint(names):
            raise AccessError(
                self.env._(
                    "Why somebody handles a complaint, and who took it first, is noted by the program."
                )
            )

    def action_open_assign(self):
        """Open the dialog that gives the complaints to somebody, or out by turn or load."""
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_assign_action"
        )
        return {**action, "context": {"default_complaint_ids": self.ids}}

    def action_return_to_team(self):
        """Give the complaints back to their teams; the leaders are told."""
        self.check_access("write")
        given = self.filtered("user_id")
        names = {complaint.id: complaint.user_id.name for complaint in given}
        complaints = given.sudo()
        complaints.write({"user_id": False})
        complaints._message_log_batch(
            bodies={
                key: self.env._("Given back to the team by %(user)s.", user=self.env.user.name)
                if name == self.env.user.name
                else self.env._("Taken from %(user)s and given back to the team.", user=name)
                for key, name in names.items()
            }
        )
        complaints._tell_leader_nobody()

    # Giving out

    def _fill_teams(self, vals_list):
        """Give new complaints without a handler to somebody, as rules and teams say."""
        result = super()._fill_teams(vals_list)
        default = self.env.context.get("default_user_id")
        free = []
        for vals in vals_list:
            vals.setdefault("user_id", default or False)
            if vals["user_id"]:
                vals["handler_reason"] = "hand"
            elif self._is_given_out(vals):
                free.append(vals)
        if free:
            choices = self.env["customer.complaint.assign.rule"]._decide(
                [self._prepare_case(vals) for vals in free]
            )
            for vals, choice in zip(free, choices, strict=True):
                vals.update(self._prepare_choice_vals(choice))
        self._fill_receivers(vals_list)
        return result

    @api.model
    def _is_given_out(self, vals):
        """Return whether a new complaint without a handler is given out; asks no database."""
        if vals.get("is_confidential"):
            return False
        facts = self.env["customer.complaint.team"]._get_people_facts().get(vals.get("team_id"))
        if vals.get("channel", "phone") in STAFF_CHANNELS and not (facts and facts["registered"]):
            return False
        return bool(
            (facts and facts["method"] != "hand") or self.env["customer.complaint.assign.rule"]._get_rules()
        )

    @api.model
    def _prepare_case(self, vals):
        return Case(
            company_id=vals["company_id"],
            team_id=vals.get("team_id"),
            category_id=vals.get("category_id"),
            severity=vals.get("severity") or "general",
            channel=vals.get("channel") or "phone",
            partner=self.env["res.partner"].sudo().browse(vals.get("partner_id") or ()),
            is_major=bool(vals.get("is_major")),
        )

    @api.model
    def _prepare_choice_vals(self, choice):
        return {
            "user_id": choice.user_id or False,
            "team_id": choice.team_id,
            "handler_reason": choice.reason or False,
            "assign_rule_id": choice.rule_id or False,
        }

    def _assign(self, method=None):
        """Give the complaints out in one go, as rules and teams say or by ``method``; without a check of rights.

        :return: those for which nobody was found
        """
        # who handles a confidential complaint is chosen by people
        complaints = self.sudo().filtered(lambda complaint: not complaint.is_confidential)
        cases = [
            Case(
                complaint.company_id.id,
                complaint.team_id.id,
                complaint.category_id.id,
                complaint.severity,
                complaint.channel,
                complaint.partner_id,
                complaint.is_major,
            )
            for complaint in complaints
        ]
        choices = self.env["customer.complaint.assign.rule"]._decide(cases, method, keep_team=True)
        groups = {}
        for complaint, choice in zip(complaints, choices, strict=True):
            if choice.reason:
                groups.setdefault(choice, []).append(complaint.id)
        nobody = complaints.browse()
        for choice, ids in groups.items():
            group = complaints.browse(ids)
            if not choice.user_id:
                nobody |= group
            group.write(
                {
                    "user_id": choice.user_id,
                    "handler_reason": choice.reason,
                    "assign_rule_id": choice.rule_id or False,
                }
            )
        nobody._tell_leader_nobody()
        return nobody

    def _get_moved_to_team(self, vals):
        """Return those that ``vals`` bring to another team that gives its complaints out."""
        if not vals.get("team_id") or "user_id" in vals:
            return self.browse()
        facts = self.env["customer.complaint.team"]._get_people_facts().get(vals["team_id"])
        if not facts or facts["method"] == "hand":
            return self.browse()
        return self.sudo().filtered(
            lambda complaint: (
                complaint.team_id.id != vals["team_id"]
                and complaint.stage_id._get_phase() in OPEN_PHASES
                and complaint.user_id.id not in facts["member_ids"]
            )
        )

    def _tell_leader_nobody(self):
        """Give each leader one to-do for all complaints that wait for a handler."""
        for leader, complaints in self.sudo().grouped(lambda one: one._get_told_user()).items():
            if not leader.active:
                continue
            summary = complaints.with_context(lang=leader.lang).env._("Name a handler, nobody was free")
            told = self.env["mail.activity"].sudo()
            domain = [
                ("res_model", "=", self._name),
                ("user_id", "=", leader.id),
                ("summary", "=", summary),
            ]
            if not told.search_count(domain, limit=1):
                complaints[:1].with_context(mail_activity_quick_update=True).activity_schedule(
                    NOBODY, user_id=leader.id, summary=summary
                )

    def _get_told_user(self):
        """Return who is told about the complaint (singleton, superuser), may be empty. Override for another rule."""
        self.ensure_one()
        return self.user_id or self.team_id.user_id

    @api.model
    def _get_handlers(self, companies):
        """Return who can handle complaints of all these companies."""
        users = self.env.ref("customer_complaint.group_complaint_user").sudo().all_user_ids
        return users.filtered(
            lambda user: user.active and not user.share and companies <= user.company_ids
        ).with_env(self.env)

    def _complaint_on_reopened(self):
        """Complaints that are reopened after their handler left go to the leader of the team."""
        result = super()._complaint_on_reopened()
        gone = self.user_id.filtered(lambda user: not user.active)
        if gone:
            self._leave_to_leaders(gone)
        return result

    def _leave_to_leaders(self, users):
        """Give the open complaints of users who left to the leaders of their teams, without leader to nobody."""
        left = self.search([("user_id", "in", users.ids), ("phase", "in", OPEN_PHASES)])
        for (team, is_confidential), complaints in left.grouped(
            lambda complaint: (complaint.team_id, complaint.is_confidential)
        ).items():
            leader = team.user_id
            if is_confidential or not leader.active or leader in users:
                complaints.write({"user_id": False})
                complaints._tell_leader_nobody()
                continue
            complaints.with_context(mail_auto_subscribe_no_notify=True).write(
                {"user_id": leader.id, "handler_reason": "leader", "assign_rule_id": False}
            )
            summary = self.with_context(lang=leader.lang).env._(
                "%(count)s open complaints of colleagues who left are yours now", count=len(complaints)
            )
            complaints[:1].with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo", user_id=leader.id, summary=summary
            )
        offered = self.search([("handover_user_id", "in", users.ids)])
        offered._end_handover("withdrawn")
