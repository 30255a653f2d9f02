from odoo import api, fields, models
from odoo.exceptions import AccessError

from .customer_survey_request import CHANNELS

# What only the sending rules may set: a forged one would give a customer scores he never gave.
PROTECTED_FIELDS = (
    "care_rule_id",
    "care_company_id",
    "care_res_model",
    "care_res_id",
    "care_key",
    "care_send_date",
    "care_send_datetime",
    "care_sent_datetime",
    "care_channel",
    "care_filled_by_id",
    "care_is_paper",
    "care_user_id",
    "care_is_expired",
    "care_cancelled_datetime",
    "care_cancel_reason",
    "care_remind_from",
    "care_reminder_count",
    "care_reminded_datetime",
    "care_message_key",
    "care_address",
    "care_is_bounced",
    "care_bounce_reason",
)


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    care_rule_id = fields.Many2one(
        "customer.survey.rule", string="Survey Rule", readonly=True, copy=False, index="btree_not_null"
    )
    care_company_id = fields.Many2one("res.company", string="Company", readonly=True, copy=False)
    care_res_model = fields.Char(string="Document Model", readonly=True, copy=False)
    care_res_id = fields.Many2oneReference(
        string="Document", model_field="care_res_model", readonly=True, copy=False
    )
    care_key = fields.Char(string="Unique Key", readonly=True, copy=False)
    care_send_date = fields.Date(string="To Send On", readonly=True, copy=False)
    care_sent_datetime = fields.Datetime(string="Sent On", readonly=True, copy=False)
    care_channel = fields.Selection(
        CHANNELS, string="Channel", readonly=True, copy=False, help="How the customer was asked."
    )
    care_filled_by_id = fields.Many2one(
        "res.users",
        string="Filled In By",
        readonly=True,
        copy=False,
        help="Who of us filled in the answers for the customer, on the phone or from paper.",
    )
    care_score_ids = fields.One2many("customer.survey.score", "user_input_id", string="Scores", readonly=True)

    _care_key_uniq = models.UniqueIndex(
        "(care_key) WHERE care_key IS NOT NULL", "This customer has already been asked for this cause."
    )
    _care_due_idx = models.Index(
        "(care_send_datetime) WHERE care_send_datetime IS NOT NULL AND care_sent_datetime IS NULL"
    )
    _care_document_idx = models.Index("(care_res_model, care_res_id) WHERE care_res_id IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        answers = super().create(vals_list)
        # the result is checked as well as the values: defaults come through the context too
        given = any(vals.get(name) for vals in vals_list for name in PROTECTED_FIELDS)
        if not self.env.su and (
            given or any(answer[name] for answer in answers for name in PROTECTED_FIELDS)
        ):
            raise AccessError(self.env._("Customers are asked by survey rules alone."))
        return answers

    def write(self, vals):
        if not self.env.su and not set(PROTECTED_FIELDS).isdisjoint(vals):
            raise AccessError(self.env._("What a survey rule has set cannot be changed."))
        return super().write(vals)
