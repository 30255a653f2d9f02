from odoo import api, fields, models

from .customer_survey_request import CHANNELS


class CustomerSurveyScore(models.Model):
    """What one answer to one marked question is worth.

    Rows come from finished surveys alone: nobody may create or change them, an administrator may remove a
    spoiled one. They outlive the survey they came from, and without a name also the customer. A manager corrects
    one by a new row; the old one stays, archived, so that searches and figures count what holds.
    """

    _name = "customer.survey.score"
    _description = "Satisfaction Score"
    _inherit = ["customer.care.link.mixin"]
    _order = "date desc, id desc"
    _rec_name = "kind"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", readonly=True, index="btree_not_null", ondelete="set null"
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
    date = fields.Date(required=True, readonly=True)
    active = fields.Boolean(default=True, readonly=True)

    kind = fields.Selection(
        [("csat", "Satisfaction (CSAT)"), ("nps", "Recommendation (NPS)"), ("ces", "Effort (CES)")],
        required=True,
        readonly=True,
    )
    value = fields.Float(
        string="Score", digits=(5, 2), readonly=True, aggregator="avg", help="0 (worst) to 100 (best)."
    )
    raw_value = fields.Float(
        string="Answer", readonly=True, aggregator=None, help="As the customer answered."
    )
    nps_class = fields.Selection(
        [("promoter", "Promoter"), ("passive", "Passive"), ("detractor", "Detractor")],
        string="NPS Class",
        readonly=True,
    )
    is_low = fields.Boolean(string="Low", readonly=True, help="At or under the limit of the rule that asked.")
    comment = fields.Text(readonly=True)

    user_id = fields.Many2one(
        "res.users",
        string="Specialist",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Who was responsible for what the answer is about, else for the customer, when it came.",
    )
    team_id = fields.Many2one(
        "customer.care.team",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The customer's care team when the answer came.",
    )
    grade_id = fields.Many2one(
        "customer.grade",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The customer's grade when the answer came.",
    )
    channel = fields.Selection(CHANNELS, readonly=True, help="How the customer was asked.")
    rule_id = fields.Many2one(
        "customer.survey.rule", readonly=True, index="btree_not_null", ondelete="set null"
    )
    survey_id = fields.Many2one("survey.survey", readonly=True, index="btree_not_null", ondelete="set null")
    question_id = fields.Many2one(
        "survey.question", readonly=True, index="btree_not_null", ondelete="set null"
    )
    user_input_id = fields.Many2one(
        "survey.user_input",
        string="Survey Answer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", readonly=True, index="btree_not_null"
    )

    _once_uniq = models.UniqueIndex(
        "(user_input_id, question_id) WHERE active", "This answer has already been counted."
    )
    _date_idx = models.Index("(date DESC, id DESC)")

    @api.depends("kind", "value")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for score in self:
            score.display_name = f"{kinds.get(score.kind, '')} {score.value:.0f}"

    @api.ondelete(at_uninstall=False)
    def _unlink_from_figures(self):
        """Let the customers' figures follow a row that is removed."""
        customers = self.commercial_partner_id
        if customers:
            customers.sudo()._care_update_survey_figures(leave_out=self)

    def _get_summary(self):
        """Return kinds and averages of some scores, like "CSAT 78, NPS 90"; needs no translation."""
        parts = []
        for kind, scores in self.sorted("kind").grouped("kind").items():
            values = scores.mapped("value")
            parts.append(f"{kind.upper()} {sum(values) / len(values):.0f}")
        return ", ".join(parts)
