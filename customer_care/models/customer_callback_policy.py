from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.callback import SLOTS, next_slot
from ..tools.uses import find_used

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class CustomerCallbackPolicy(models.Model):
    """How often, how soon and at what times of day an unanswered call is tried again, and what comes then.

    A rule names its policy; callbacks without a rule take that of the company. A rule without a policy keeps the
    two numbers of its own, attempts and days between.
    """

    _name = "customer.callback.policy"
    _description = "Retry Policy"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to use the policy in all companies."
    )
    max_attempts = fields.Integer(
        required=True, default=3, help="After so many unanswered calls it is given up."
    )
    retry_days = fields.Integer(
        string="Days between Attempts", required=True, default=1, help="Working days."
    )

    is_morning = fields.Boolean(string="Morning (9:00-11:30)", default=True)
    is_midday = fields.Boolean(string="Midday (11:30-14:00)", default=True)
    is_afternoon = fields.Boolean(string="Afternoon (14:00-17:00)", default=True)
    is_evening = fields.Boolean(string="Evening (17:00-20:00)", default=False)
    zone = fields.Selection(
        [("customer", "Of the customer"), ("company", "Of the company")],
        string="Time Zone",
        required=True,
        default="customer",
        help="Whose clock says what morning and evening are. Where the customer's is not known, the company's.",
    )
    is_monday = fields.Boolean(string="Monday", default=True)
    is_tuesday = fields.Boolean(string="Tuesday", default=True)
    is_wednesday = fields.Boolean(string="Wednesday", default=True)
    is_thursday = fields.Boolean(string="Thursday", default=True)
    is_friday = fields.Boolean(string="Friday", default=True)
    is_saturday = fields.Boolean(string="Saturday", default=True)
    is_sunday = fields.Boolean(string="Sunday", default=True)

    final_action = fields.Selection(
        [
            ("none", "Give up"),
            ("letter", "Write a letter"),
            ("mail", "Send a mail"),
            ("supervisor", "Ask the team leader"),
        ],
        string="After the Last Attempt",
        required=True,
        default="none",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        domain="[('model', '=', 'customer.callback')]",
        index="btree_not_null",
        ondelete="restrict",
    )

    _check_attempts = models.Constraint(
        "CHECK(max_attempts BETWEEN 1 AND 20)", "A call is tried 1 to 20 times."
    )
    _check_retry_days = models.Constraint(
        "CHECK(retry_days BETWEEN 0 AND 365)", "Between two attempts lie 0 to 365 days."
    )

    @api.constrains(*[f"is_{day}" for day in WEEKDAYS])
    def _check_weekdays(self):
        if any(not policy._get_weekdays() for policy in self):
            raise ValidationError(self.env._("Please choose a day of the week on which to call."))

    @api.constrains("final_action", "mail_template_id")
    def _check_mail_template(self):
        for policy in self:
            if policy.final_action == "mail":
                if not policy.mail_template_id:
                    raise ValidationError(self.env._("Please choose the mail template of the last mail."))
                policy.mail_template_id._care_check_model("customer.callback")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        uses = [("customer.callback.rule", "policy_id"), ("res.company", "care_callback_policy_id")]
        used = find_used(self, uses)
        if used:
            raise UserError(
                self.env._(
                    "Retry policies in use can only be archived: %(policies)s",
                    policies=", ".join(used.mapped("name")),
                )
            )

    def _get_weekdays(self):
        """Return the set of weekdays (0: Monday) on which to call."""
        self.ensure_one()
        return {number for number, day in enumerate(WEEKDAYS) if self[f"is_{day}"]}

    def _get_next_slot(self, tried):
        """Return the slot of the next attempt, False for any time.

        :param tried: slots of the earlier attempts
        """
        self.ensure_one()
        return next_slot([slot for slot in SLOTS if self[f"is_{slot}"]], tried) or False
