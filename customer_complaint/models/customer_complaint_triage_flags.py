from odoo import api, fields, models
from odoo.exceptions import AccessError

from .customer_complaint import STAFF
from .customer_complaint_keyword import FLAGS
from .customer_complaint_stage import ENDED_PHASES


class CustomerComplaintTriageFlags(models.Model):
    """Complaints of which somebody must know at once: legal, safety, media.

    Each flag of a complaint makes one to-do and one notice, for whom the company names in its settings, else for
    its handler or the leader of its team.
    """

    _inherit = "customer.complaint"

    is_legal = fields.Boolean(
        string="Legal", tracking=True, groups=STAFF, help="Lawyers or courts are involved."
    )
    is_safety = fields.Boolean(
        string="Safety", tracking=True, groups=STAFF, help="Somebody was or can be hurt."
    )
    is_media = fields.Boolean(
        string="Media",
        tracking=True,
        groups=STAFF,
        help="It is, or is about to be, public: press, social media.",
    )
    told_flags = fields.Char(readonly=True, copy=False, groups=STAFF)

    @api.model_create_multi
    def create(self, vals_list):
        self._check_told_flags(name for vals in vals_list for name in vals)
        complaints = super().create(vals_list)
        # complaints from the past come in as they ended
        for complaint in complaints.sudo().filtered(
            lambda one: one.told_flags and one.phase not in ENDED_PHASES
        ):
            complaint._tell_flags(complaint.told_flags.split(","))
        return complaints

    def write(self, vals):
        self._check_told_flags(vals)
        result = super().write(vals)
        raised = [name for name in FLAGS if vals.get(name)]
        if raised:
            for complaint in self.sudo():
                told = (complaint.told_flags or "").split(",")
                fresh = [name for name in raised if name not in told]
                if fresh:
                    complaint.told_flags = ",".join(filter(None, (*told, *fresh)))
                    complaint._tell_flags(fresh)
        return result

    def _check_told_flags(self, names):
        """:raises AccessError: unless called as superuser"""
        if not self.env.su and "told_flags" in names:
            raise AccessError(self.env._("Who was told of a complaint is recorded by the program alone."))

    def _fill_defaults(self, vals_list):
        """Note with the complaint itself that somebody is told, so that it happens once."""
        return [
            {**vals, "told_flags": ",".join(self._get_raised_flags(vals)) or False}
            for vals in super()._fill_defaults(vals_list)
        ]

    @api.model
    def _get_raised_flags(self, vals):
        return [name for name in FLAGS if vals.get(name, self.env.context.get(f"default_{name}"))]

    def _tell_flags(self, names):
        """Make a to-do and a notice for each flag of the complaint (singleton), as superuser."""
        self.ensure_one()
        for name in names:
            user = self._get_flag_user(name)
            complaint = self.with_context(lang=user.lang or self.env.lang, mail_activity_quick_update=True)
            label = complaint.fields_get([name], attributes=("string",))[name]["string"]
            summary = complaint.env._("%(flag)s: look at this complaint at once", flag=label)
            complaint.activity_schedule(
                "mail.mail_activity_data_warning", summary=summary, user_id=user.id or False
            )
            if user:
                complaint.message_notify(
                    partner_ids=user.partner_id.ids,
                    subject=f"{label}: {self.display_name}",
                    body=summary,
                )

    def _get_flag_user(self, name):
        """Return who is told of a flag: whom the settings name if he may see the complaint, else who handles it."""
        self.ensure_one()
        user = self.company_id[f"care_{name.removeprefix('is_')}_user_id"]
        if user.active and self.with_user(user).has_access("read"):
            return user
        return self.user_id or self.team_id.user_id
