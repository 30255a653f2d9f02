import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerConsentPurpose(models.Model):
    """What a customer is contacted for, and whether that needs his consent before.

    Source: GDPR articles 6 and 7, PIPL articles 13-16: consent is given for each purpose on its own and is
    taken back as easily as it was given.
    """

    _name = "customer.consent.purpose"
    _description = "Purpose of Contact"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="What programs call the purpose: small letters, digits and _.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_opt_in = fields.Boolean(
        string="Needs Consent",
        default=True,
        help="On: nobody is contacted without a consent. Off: allowed until the customer refuses.",
    )
    description = fields.Text(
        string="What the Customer Reads",
        translate=True,
        help="Shown to the customer beside the choice: what you use his data for.",
    )
    quiet_days = fields.Integer(
        string="Quiet Period (Days)",
        help="After a contact of ours the customer is left alone for so many days. 0: no quiet period.",
    )
    is_paused_by_problem = fields.Boolean(
        string="Paused by a Problem",
        help="Nobody is contacted for this purpose while a problem of the customer is open.",
    )
    validity_months = fields.Integer(
        string="Valid for (Months)", help="A new consent ends after so many months. 0: it has no end."
    )

    _code_uniq = models.UniqueIndex("(code)", "There is already a purpose with this code.")
    _check_days = models.Constraint(
        "CHECK(quiet_days >= 0 AND validity_months >= 0)", "Days and months cannot be negative."
    )

    @api.constrains("code")
    def _check_code(self):
        for purpose in self:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", purpose.code):
                raise ValidationError(
                    self.env._(
                        "The code %(code)s may hold small letters, digits and _ only.", code=purpose.code
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env["customer.consent"].sudo().search_count([("purpose_id", "in", self.ids)], limit=1):
            raise ValidationError(
                self.env._("Customers have decided about this purpose. Archive it instead of deleting it.")
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for purpose, vals in zip(self, vals_list, strict=True):
            vals["code"] = (default or {}).get("code") or f"{purpose.code}_copy"
        return vals_list

    @api.model
    def _get_by_code(self, code):
        """Return the active purpose of that code, as superuser; empty when there is none."""
        return self.sudo().search([("code", "=", code)], limit=1)
