from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class CustomerAssessment(models.Model):
    """How good the relation with a customer is, in the specialist's opinion.

    Each question is answered from 1 to 5; the score is the weighted mean of ``(answer - 1) / 4`` in percent.
    The newest confirmed assessment gives the score of the customer.
    """

    _name = "customer.assessment"
    _description = "Customer Assessment"
    _inherit = ["customer.guard.mixin", "mail.thread", "customer.care.mixin"]
    _order = "date desc, id desc"
    _guarded_fields = {"state": "draft", "date_confirmed": False}

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('parent_id', '=', False)]",
    )
    company_id = fields.Many2one(
        related="partner_id.company_id", store=True, precompute=True, index="btree_not_null"
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    user_id = fields.Many2one(
        "res.users",
        string="Assessed by",
        required=True,
        index=True,
        domain="[('share', '=', False)]",
        default=lambda self: self.env.user,
    )
    line_ids = fields.One2many("customer.assessment.line", "assessment_id", string="Answers", copy=False)
    score = fields.Float(
        compute="_compute_score",
        store=True,
        digits=(5, 2),
        aggregator="avg",
        help="0 (worst) to 100 (best): the weighted mean of the answers given.",
    )
    open_count = fields.Integer(string="Open Questions", compute="_compute_open_count")
    state = fields.Selection(
        [("draft", "Draft"), ("confirmed", "Confirmed")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    date_confirmed = fields.Datetime(string="Confirmed on", readonly=True, copy=False)
    note = fields.Text(string="Conclusion")

    _date_idx = models.Index("(date DESC, id DESC)")

    @api.depends("partner_id", "date", "state", "score")
    def _compute_display_name(self):
        for assessment in self:
            name = f"{assessment.partner_id.display_name or ''} {assessment.date or ''}".strip()
            confirmed = assessment.state == "confirmed"
            assessment.display_name = f"{name}: {assessment.score:.0f}" if confirmed else name

    @api.depends("line_ids.value", "line_ids.weight")
    def _compute_score(self):
        for assessment in self:
            answered = assessment.line_ids.filtered("value")
            weight = sum(answered.mapped("weight"))
            points = sum(line.weight * (int(line.value) - 1) * 25 for line in answered)
            assessment.score = points / weight if weight else 0.0

    @api.depends("line_ids.value")
    def _compute_open_count(self):
        for assessment in self:
            assessment.open_count = len(assessment.line_ids.filtered(lambda line: not line.value))

    @api.model
    def default_get(self, fields):
        """Put every active question on a new sheet."""
        values = super().default_get(fields)
        if "line_ids" in fields and not values.get("line_ids"):
            items = self.env["customer.assessment.item"].search(Domain.TRUE)
            values["line_ids"] = [
                (0, 0, {"item_id": item.id, "weight": item.weight, "sequence": item.sequence})
                for item in items
            ]
        return values

    @api.model_create_multi
    def create(self, vals_list):
        partners = self.env["res.partner"].browse([vals.get("partner_id") for vals in vals_list])
        return super().create(
            [
                {**vals, "partner_id": partner.commercial_partner_id.id}
                for vals, partner in zip(vals_list, partners, strict=True)
            ]
        )

    def _check_change(self, vals):
        content = {
            name
            for name in vals
            if self._fields[name].store and not name.startswith(("message_", "activity_"))
        }
        if content and self.filtered(lambda sheet: sheet.state == "confirmed"):
            raise UserError(self.env._("A confirmed assessment cannot be changed. Make a new one."))
        return super()._check_change(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        if not self.env.su and self.filtered(lambda sheet: sheet.state == "confirmed"):
            raise UserError(self.env._("A confirmed assessment cannot be deleted."))

    def action_confirm(self):
        """Lock the assessments and give their score to the customers.

        :raises UserError: when a question is not answered
        """
        self.check_access("write")
        drafts = self.filtered(lambda sheet: sheet.state == "draft")
        unanswered = drafts.filtered(lambda sheet: not sheet.line_ids or sheet.open_count)
        if unanswered:
            names = ", ".join(unanswered.mapped("display_name"))
            raise UserError(self.env._("Answer every question first: %(names)s", names=names))
        drafts.sudo().write({"state": "confirmed", "date_confirmed": fields.Datetime.now()})
        drafts.partner_id._care_refresh_assessment_score()
        drafts._care_log("assessed")

    def _care_get_summary(self):
        self.ensure_one()
        return f"{self.score:.0f}"
