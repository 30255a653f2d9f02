from datetime import timedelta

import pytz
from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain


class CustomerApprovalDeputy(models.Model):
    """Let somebody approve in a user's place for some days."""

    _name = "customer.approval.deputy"
    _description = "Approval Deputy"
    _order = "date_from desc, id desc"
    _rec_name = "deputy_id"

    user_id = fields.Many2one(
        "res.users",
        string="Absent User",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self._default_user_id(),
        domain="[('share', '=', False)]",
    )
    deputy_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('share', '=', False), ('id', '!=', user_id)]",
        help="Approves in the place of the absent user. A deputy never approves own requests.",
    )
    date_from = fields.Date(string="From", required=True, default=lambda self: self._default_date_from())
    date_to = fields.Date(string="To", required=True, help="The last day, included.")
    note = fields.Char()
    is_current = fields.Boolean(
        string="In Force Today", compute="_compute_is_current", search="_search_is_current"
    )

    _check_dates = models.Constraint(
        "CHECK(date_from <= date_to)", "The deputy's last day cannot lie before the first."
    )
    _check_self = models.Constraint("CHECK(user_id <> deputy_id)", "Nobody can be the deputy of themselves.")

    def _default_user_id(self):
        return self.env.user

    def _default_date_from(self):
        return fields.Date.context_today(self)

    @api.depends("date_from", "date_to")
    def _compute_is_current(self):
        for deputy in self:
            today = deputy._get_today()
            deputy.is_current = bool(
                deputy.date_from and deputy.date_to and deputy.date_from <= today <= deputy.date_to
            )

    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self.sudo()._get_current().ids)

    @api.constrains("user_id", "deputy_id")
    def _check_users(self):
        for deputy in self.sudo():
            if deputy.user_id.share or deputy.deputy_id.share:
                raise ValidationError(self.env._("Only internal users can have or be a deputy."))

    @api.model_create_multi
    def create(self, vals_list):
        deputies = super().create(vals_list)
        deputies._check_owner()
        return deputies

    def write(self, vals):
        self._check_owner()
        result = super().write(vals)
        self._check_owner()
        return result

    def _check_owner(self):
        """Refuse to give anybody but oneself a deputy, except to administrators.

        :raises AccessError: for a deputy of somebody else
        """
        if self.env.su or self.env.user.has_group("customer_care.group_care_admin"):
            return
        if any(deputy.user_id != self.env.user for deputy in self.sudo()):
            raise AccessError(self.env._("Only an administrator can name a deputy for somebody else."))

    def _get_today(self):
        """Return today's date where the absent user (singleton) is, whatever zone the client claims."""
        zone = pytz.timezone(self.sudo().user_id.tz or "UTC")
        return pytz.utc.localize(fields.Datetime.now()).astimezone(zone).date()

    @api.model
    def _get_current(self, domain=None):
        """Return the entries in force today, each in the time zone of its absent user."""
        today = fields.Date.today()
        near = Domain("date_from", "<=", today + timedelta(days=1)) & Domain(
            "date_to", ">=", today - timedelta(days=1)
        )
        return self.sudo().search(near & Domain(domain or Domain.TRUE)).filtered("is_current")

    @api.model
    def _get_principals(self, user):
        """Return the users in whose place ``user`` may approve today."""
        return self._get_current(Domain("deputy_id", "=", user.id)).user_id.filtered("active")
