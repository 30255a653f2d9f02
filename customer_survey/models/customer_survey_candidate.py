from odoo import api, fields, models
from odoo.addons.customer_care.fields import Reference

from .customer_survey_request import CHANNELS


class CustomerSurveyCandidate(models.Model):
    """Customers of a run while it is under way, or of a preview for a day: who is asked, and who is not and why.

    Written by SQL alone. Without ``code`` the customer is asked.
    """

    _name = "customer.survey.candidate"
    _description = "Customer in a Run of a Survey Rule"
    _inherit = ["customer.candidate.mixin"]
    _order = "code, send_datetime, id"
    _rec_name = "partner_id"
    _log_access = False

    run_id = Reference("customer.survey.run", required=True, readonly=True)
    number = fields.Integer(readonly=True, aggregator=None)
    company_id = Reference("res.company", readonly=True)
    customer_id = Reference("res.partner", readonly=True)
    partner_id = Reference("res.partner", string="Person to Ask", readonly=True)
    code = fields.Selection(selection="_selection_code", string="Left Out Because", readonly=True)
    codes = fields.Char(string="All Reasons as Codes", readonly=True)
    left_out_text = fields.Char(string="Why Not", compute="_compute_left_out_text")
    key = fields.Char(readonly=True)
    anchor = fields.Date(string="Counted from", readonly=True)
    date_from = fields.Date(string="Due on", readonly=True)
    send_datetime = fields.Datetime(string="To Send at", readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True)
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(string="Document", model_field="res_model", readonly=True)

    _run_idx = models.Index("(run_id, number)")

    @api.model
    def _get_reasons(self):
        """Return ``{code: sentence}``. Override to add reasons of your own."""
        return {
            "none": self.env._(
                "There is nothing to count from: no purchase, or no months set for the grade."
            ),
            "early": self.env._("It is not yet time to ask."),
            "late": self.env._("It is too long ago."),
            "done": self.env._("The rule has already asked for this cause."),
            **self.env["res.partner"]._care_gate_text("email"),
            "address": self.env._(
                "Nobody can be reached: neither the customer nor a contact has an address."
            ),
            "sample": self.env._("The customer is not in the sample."),
            "quiet": self.env._("The customer was asked only recently."),
            "quota": self.env._("The quota of the rule is used up."),
        }
