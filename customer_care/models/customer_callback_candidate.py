from odoo import api, fields, models

from ..fields import Reference


class CustomerCallbackCandidate(models.Model):
    """Customers of a run while it is under way, or of a preview for a day: who is called, and who is not and why.

    Written by SQL alone. Without ``code`` the customer is called; ``callback_id`` then is the untouched callback
    that is moved instead of making one. With the code ``gone`` that callback is cancelled.
    """

    _name = "customer.callback.candidate"
    _description = "Customer in a Run of a Callback Rule"
    _inherit = ["customer.candidate.mixin"]
    _order = "code, date_planned, id"
    _rec_name = "partner_id"
    _log_access = False

    run_id = Reference("customer.callback.run", required=True, readonly=True)
    number = fields.Integer(readonly=True, aggregator=None)
    place = fields.Integer(string="Number among Those of the Day", readonly=True, aggregator=None)
    company_id = Reference("res.company", readonly=True)
    customer_id = Reference("res.partner", readonly=True)
    partner_id = Reference("res.partner", string="Person to Call", readonly=True)
    code = fields.Selection(selection="_selection_code", string="Left Out Because", readonly=True)
    codes = fields.Char(string="All Reasons as Codes", readonly=True)
    left_out_text = fields.Char(string="Why Not", compute="_compute_left_out_text")
    key = fields.Char(readonly=True)
    reason = fields.Json(readonly=True)
    reason_text = fields.Char(string="Why", compute="_compute_reason_text")
    date_planned = fields.Date(string="Planned Date", readonly=True)
    date_deadline = fields.Date(string="Until", readonly=True)
    team_id = Reference("customer.care.team", readonly=True)
    user_id = Reference("res.users", string="Who Calls", readonly=True)
    callback_id = Reference("customer.callback", string="Moved Callback", readonly=True)
    has_phone = fields.Boolean(string="Number Known", readonly=True)

    _run_idx = models.Index("(run_id, number)")

    @api.model
    def _get_reasons(self):
        """Return ``{code: sentence}``. The gate's are those of service calls by phone."""
        return {
            "none": self.env._("There is nothing to count from: no purchase, or no days set for the grade."),
            "early": self.env._("The window opens later."),
            "late": self.env._("The window has closed."),
            "planned": self.env._("A callback of this rule is already planned."),
            "done": self.env._("The rule has already called for this cause."),
            "other": self.env._("Another callback is planned."),
            **self.env["res.partner"]._care_gate_text("phone"),
            "phone": self.env._("Nobody to call: no phone number of the customer or a contact is known."),
            "sample": self.env._("The customer is not in the sample."),
            "over": self.env._("The maximum of a run is reached; a later run comes to the customer."),
            "gone": self.env._(
                "The callback is cancelled: the customer is no longer due, or the rule was changed."
            ),
        }

    @api.depends("reason")
    @api.depends_context("lang")
    def _compute_reason_text(self):
        for row in self:
            row.reason_text = self.env["customer.callback"]._get_reason_text(row.reason) or False
