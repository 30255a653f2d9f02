from odoo import api, models
from odoo.exceptions import UserError


class CustomerComplaint(models.Model):
    """Only the qualified handle complaints of a severity for which a qualification is needed.

    People are refused another handler; rules, turns and loads pass over who is not qualified. When a complaint
    becomes more severe its handler stays, and the leader of the team is told: the truth about a complaint must
    not depend on who handles it.
    """

    _inherit = "customer.complaint"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and self.env["customer.complaint.qualification"]._get_needed():
            default = self.env.context.get("default_user_id")
            for key in {
                (
                    vals.get("user_id", default),
                    vals.get("company_id") or self.env.company.id,
                    self._get_level(vals.get("severity"), vals.get("is_major")),
                )
                for vals in vals_list
            }:
                self._check_qualified(*key)
        return super().create(vals_list)

    def write(self, vals):
        needed = self.env["customer.complaint.qualification"]._get_needed()
        if not needed or {"user_id", "severity", "is_major"}.isdisjoint(vals):
            return super().write(vals)
        if vals.get("user_id") and not self.env.su:
            self._check_all_qualified(vals["user_id"], vals)
        before = {complaint.id: complaint._get_own_level() for complaint in self.sudo()}
        result = super().write(vals)
        if not vals.get("user_id"):
            raised = self.sudo().filtered(
                lambda complaint: complaint._get_own_level() != before[complaint.id]
            )
            raised._tell_leader_unqualified()
        return result

    @api.model
    def _get_level(self, severity, is_major):
        """Return the severity that counts for qualifications."""
        return "major" if is_major else severity or "general"

    def _get_own_level(self):
        self.ensure_one()
        return self._get_level(self.severity, self.is_major)

    def _check_all_qualified(self, user_id, vals=None):
        """Check the complaints (any number) as they will be with ``vals``.

        :raises UserError: the user must not handle one of them
        """
        vals = vals or {}
        levels = {
            (
                complaint.company_id.id,
                self._get_level(
                    vals.get("severity", complaint.severity), vals.get("is_major", complaint.is_major)
                ),
            )
            for complaint in self.sudo()
            if complaint.user_id.id != user_id
        }
        for company_id, level in levels:
            self._check_qualified(user_id, company_id, level)

    @api.model
    def _check_qualified(self, user_id, company_id, level):
        """:raises UserError: the user lacks what complaints of this severity need; asks only where it is needed"""
        if not user_id:
            return
        Qualification = self.env["customer.complaint.qualification"]
        missing = Qualification._get_missing([user_id], company_id, level)
        if missing:
            names = dict(self._fields["severity"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(name)s is not qualified for complaints of the severity “%(severity)s”. Missing: %(topics)s",
                    name=self.env["res.users"].sudo().browse(user_id).name,
                    severity=names[level],
                    topics=", ".join(missing[user_id].with_env(self.env).sudo().mapped("name")),
                )
            )

    def _tell_leader_unqualified(self):
        """Tell the leaders of complaints that are more severe now than their handlers are qualified for."""
        Qualification = self.env["customer.complaint.qualification"]
        for complaint in self.filtered(lambda one: one.user_id and one.team_id.user_id.active):
            level = complaint._get_own_level()
            if not Qualification._get_missing([complaint.user_id.id], complaint.company_id.id, level):
                continue
            leader = complaint.team_id.user_id
            complaint.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=leader.id,
                summary=complaint.with_context(lang=leader.lang).env._("Name a qualified handler"),
            )

    def _hand_over(self, user, team, note):
        self._check_all_qualified(user.id)
        return super()._hand_over(user, team, note)

    def action_accept_handover(self):
        """Refuse who is not qualified any more; see the method it overrides."""
        self._get_offered()._check_all_qualified(self.env.uid)
        return super().action_accept_handover()
