from odoo import api, fields, models
from odoo.exceptions import AccessError

STATES = [("open", "Open"), ("contact", "In Contact"), ("closed", "Closed"), ("dismissed", "Dismissed")]
OPEN_STATES = ("open", "contact")
LOW_OUTCOMES = [
    ("solved", "Problem solved"),
    ("explained", "Explained"),
    ("improvement", "Improvement agreed"),
    ("complaint", "Handled as a complaint"),
    ("unreachable", "Customer could not be reached"),
]
PROMOTER_OUTCOMES = [("referred", "Named somebody"), ("not_referred", "Named nobody")]
TOLD_CHANNELS = [("mail", "E-mail"), ("phone", "Phone"), ("visit", "Visit"), ("other", "Otherwise")]
# Only the program sets these: when an answer comes, and by the buttons.
GUARDED_FIELDS = {
    "kind": "low",
    "state": "open",
    "outcome": False,
    "partner_id": False,
    "company_id": False,
    "score_id": False,
    "value": 0.0,
    "user_input_id": False,
    "rule_id": False,
    "callback_id": False,
    "res_model": False,
    "res_id": False,
    "open_datetime": False,
    "date_deadline": False,
    "told": False,
    "told_channel": False,
    "told_datetime": False,
    "told_by_id": False,
    "closed_datetime": False,
    "closed_by_id": False,
    "dismiss_reason": False,
    "thanked_datetime": False,
    "reminded_datetime": False,
    "escalated_datetime": False,
}


class CustomerSurveyLoop(models.Model):
    """One answer that somebody follows up: a low one until the customer has been answered, a recommendation until
    he has been thanked and asked for a referral.

    Made when the answer comes (``customer_survey_loop_open``), once for each answer and kind; ended by the buttons
    (``customer_survey_loop_close``) or by the call that belongs to it; late ones are reported
    (``customer_survey_loop_remind``). The share that was closed within its limit is the closed-loop rate.
    """

    _name = "customer.survey.loop"
    _description = "Survey Follow-Up"
    _inherit = ["customer.guard.mixin", "customer.care.link.mixin", "mail.thread"]
    _order = "date_deadline, id"
    _rec_names_search = ["partner_id"]
    _guarded_fields = GUARDED_FIELDS
    _computed_fields = ("commercial_partner_id",)

    kind = fields.Selection(
        [("low", "Low answer"), ("promoter", "Recommendation")], required=True, readonly=True, default="low"
    )
    state = fields.Selection(STATES, required=True, readonly=True, default="open", group_expand=True)
    partner_id = fields.Many2one(
        "res.partner", string="Contact", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        related="partner_id.commercial_partner_id",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    company_id = fields.Many2one("res.company", readonly=True, index="btree_not_null")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        index="btree_not_null",
        domain="[('share', '=', False), ('company_ids', 'in', company_id or allowed_company_ids)]",
    )
    team_id = fields.Many2one("customer.care.team", index="btree_not_null", ondelete="set null")

    score_id = fields.Many2one(
        "customer.survey.score",
        string="Deciding Score",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        context={"active_test": False},
        help="The lowest of the answer, or the recommendation.",
    )
    value = fields.Float(string="Score", digits=(5, 2), readonly=True, aggregator="avg")
    comment = fields.Text(related="score_id.comment")
    user_input_id = fields.Many2one(
        "survey.user_input",
        string="Survey Answer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    rule_id = fields.Many2one(
        "customer.survey.rule", readonly=True, index="btree_not_null", ondelete="set null"
    )
    callback_id = fields.Many2one(
        "customer.callback", readonly=True, index="btree_not_null", ondelete="set null"
    )
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", readonly=True, index="btree_not_null"
    )
    answer_html = fields.Html(string="What Was Answered", compute="_compute_answer_html", sanitize=False)

    open_datetime = fields.Datetime(string="Answered On", readonly=True)
    date_deadline = fields.Datetime(string="Deadline", readonly=True)
    outcome = fields.Selection([*LOW_OUTCOMES, *PROMOTER_OUTCOMES], readonly=True)
    told = fields.Text(string="What the Customer Was Told", readonly=True)
    told_channel = fields.Selection(TOLD_CHANNELS, string="Told By", readonly=True)
    told_datetime = fields.Datetime(string="Told On", readonly=True)
    told_by_id = fields.Many2one("res.users", string="Who Told", readonly=True)
    closed_datetime = fields.Datetime(string="Closed On", readonly=True)
    closed_by_id = fields.Many2one("res.users", readonly=True)
    dismiss_reason = fields.Char(readonly=True)
    referral_name = fields.Char(string="Who Was Named", help="Name and company as the customer said them.")
    referral_partner_id = fields.Many2one(
        "res.partner",
        string="Referred Customer",
        index="btree_not_null",
        ondelete="set null",
        help="Becomes the one who was referred by this customer.",
    )
    thanked_datetime = fields.Datetime(string="Thanked On", readonly=True)

    _answer_uniq = models.UniqueIndex(
        "(user_input_id, kind) WHERE user_input_id IS NOT NULL", "This answer is being followed up already."
    )
    _open_idx = models.Index("(user_id, date_deadline) WHERE state IN ('open', 'contact')")
    _late_idx = models.Index(
        "(date_deadline) WHERE state IN ('open', 'contact') AND escalated_datetime IS NULL"
    )
    _date_idx = models.Index("(open_datetime, id)")

    @api.depends("partner_id", "value")
    def _compute_display_name(self):
        for loop in self:
            loop.display_name = f"{loop.partner_id.display_name or '–'}: {loop.value:.0f}"

    @api.depends("user_input_id")
    @api.depends_context("lang")
    def _compute_answer_html(self):
        for loop in self:
            loop.answer_html = (
                loop.user_input_id.sudo()._care_get_answer_html() if loop.user_input_id else False
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Follow-ups come from survey answers alone."))
        return super().create(vals_list)

    def _check_change(self, vals):
        """A follow-up that is done stays as it is."""
        if any(loop.state not in OPEN_STATES for loop in self):
            raise AccessError(self.env._("A follow-up that is done cannot be changed."))
        return super()._check_change(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_program(self):
        if not self.env.su:
            raise AccessError(self.env._("Follow-ups are history and cannot be deleted."))
