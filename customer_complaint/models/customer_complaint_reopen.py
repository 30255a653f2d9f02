from datetime import timedelta

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    care_reopen_staff_days = fields.Integer(
        string="Staff Reopens within",
        help="Days after a complaint was done within which the staff can reopen it; later a new complaint "
        "continues it. 0: always.",
    )

    _care_reopen_staff_days_range = models.Constraint(
        "CHECK(care_reopen_staff_days BETWEEN 0 AND 36500)",
        "Complaints are reopened within 0 to 36,500 days.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_reopen_staff_days = fields.Integer(related="company_id.care_reopen_staff_days", readonly=False)
    major_partner_ids = fields.Many2many(related="company_id.major_partner_ids", readonly=False)


class CustomerComplaintReopening(models.Model):
    """What is done for too long is not reopened: a new complaint continues it."""

    _inherit = "customer.complaint"

    def action_reopen(self, reason=None):
        """Reopen, or begin new complaints that continue those that are done for too long.

        :return: also an action that opens the new ones
        """
        reason = str(reason or "").strip()
        old = self.filtered(lambda complaint: complaint._is_too_old_to_reopen()) if reason else self.browse()
        if not old:
            return super().action_reopen(reason)
        self.check_access("write")
        rest = self - old
        if rest:
            super(CustomerComplaintReopening, rest).action_reopen(reason)
        new = old._continue(reason)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_action_all"
        )
        if len(new) == 1:
            return {**action, "views": [(False, "form")], "res_id": new.id}
        return {**action, "domain": [("id", "in", new.ids)], "context": {}}

    def _reopen_by_call(self, reason):
        """A call long afterwards begins a new complaint, as the staff would."""
        if self._is_too_old_to_reopen():
            return self._continue(reason)
        return super()._reopen_by_call(reason)

    def _is_too_old_to_reopen(self):
        """Return whether the complaint (singleton) was done before the time in which the staff may reopen it."""
        self.ensure_one()
        complaint = self.sudo()
        days = complaint.company_id.care_reopen_staff_days
        done = complaint.closed_datetime or complaint.resolved_datetime
        return bool(days and done and done < fields.Datetime.now() - timedelta(days=days))

    def _continue(self, reason):
        """Create a new complaint for each, linked by ``previous_id``; rights are checked by the caller."""
        new = self.browse()
        for complaint in self.sudo():
            new += complaint.create(complaint._prepare_continued_vals(reason))
            complaint._message_log(
                body=self.env._(
                    "Continued by %(complaint)s: %(reason)s", complaint=new[-1].number, reason=reason
                )
            )
        return new.with_env(self.env)

    def _prepare_continued_vals(self, reason):
        """Return the values of the complaint that continues this one (as superuser)."""
        self.ensure_one()
        names = (
            "name", "company_id", "partner_id", "contact_name", "email_from", "phone", "team_id", "kind",
            "category_id", "severity", "urgency", "product_ref", "order_ref", "is_identity_protected",
            "is_confidential",
        )  # fmt: skip
        vals = {name: self._fields[name].convert_to_write(self[name], self) for name in names}
        return {
            **vals,
            "accused_ids": [(6, 0, self.accused_ids.ids)],
            "user_id": self.user_id.active and self.user_id.id,
            "reference": self.reference and f"{self.reference._name},{self.reference.id}",
            "previous_id": self.id,
            "description": reason,
            "channel": "other",
        }
