from odoo import fields, models
from odoo.fields import Domain


class CustomerRuleOwnerMixin(models.AbstractModel):
    """Somebody is responsible for a rule and is told by an activity, once, when it needs him."""

    _name = "customer.rule.owner.mixin"
    _description = "Responsible for a Rule"

    user_id = fields.Many2one(
        "res.users",
        string="Responsible for the Rule",
        default=lambda self: self._default_user_id(),
        domain="[('share', '=', False)]",
        index="btree_not_null",
        help="Is told when the rule needs somebody; without one the administrators of customer care are.",
    )

    def _default_user_id(self):
        # The program itself, that makes the rules which come along, is nobody to be told.
        return self.env.user.filtered("active")

    def _get_owners(self):
        """Return who is told: the responsible, else an administrator of customer care in the company."""
        if self.user_id.active:
            return self.user_id
        admins = self.env.ref("customer_care.group_care_admin").sudo().all_user_ids
        company = self.company_id
        admins = admins.filtered(
            lambda user: user.active and not user.share and (not company or company in user.company_ids)
        )
        return (admins.filtered(lambda user: user != self.env.ref("base.user_root")) or admins)[:1]

    def _get_owner_env(self):
        """Return an environment in the language of who is told."""
        return self.with_context(lang=self._get_owners()[:1].lang or self.env.lang).env

    def _notify_owner(self, summary, note):
        """Tell the owner by an activity; once, as long as it is open."""
        self.ensure_one()
        if summary in self._get_notices().mapped("summary"):
            return
        for user in self._get_owners():
            self.sudo().activity_schedule(
                "mail.mail_activity_data_warning", summary=summary, note=note, user_id=user.id
            )

    def _get_notices(self):
        warning = self.env.ref("mail.mail_activity_data_warning", raise_if_not_found=False)
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                Domain("res_model", "=", self._name)
                & Domain("res_id", "in", self.ids)
                & Domain("activity_type_id", "=", warning.id if warning else False)
            )
        )

    def _close_notices(self):
        """Somebody has looked at it."""
        self._get_notices().action_feedback()
