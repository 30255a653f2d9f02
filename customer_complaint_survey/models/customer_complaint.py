from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

# Only answers of the customer set these; with the values of a new complaint.
SCORE_FIELDS = {"survey_score": 0.0, "is_survey_answered": False, "survey_score_ids": []}


class CustomerComplaint(models.Model):
    _inherit = "customer.complaint"

    survey_score_ids = fields.One2many(
        "customer.survey.score",
        "res_id",
        string="Survey Scores",
        domain=[("res_model", "=", "customer.complaint")],
        readonly=True,
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
    )
    is_survey_answered = fields.Boolean(
        string="Survey Answered",
        compute="_compute_survey_score",
        store=True,
        compute_sudo=True,
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
    )
    survey_score = fields.Float(
        string="Satisfaction with Handling",
        digits=(5, 2),
        compute="_compute_survey_score",
        store=True,
        compute_sudo=True,
        aggregator="avg",
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
        help="Average satisfaction (CSAT, 0-100) of the customer's last answer about this complaint.",
    )

    @api.depends(
        "survey_score_ids.active",
        "survey_score_ids.value",
        "survey_score_ids.kind",
        "survey_score_ids.user_input_id",
    )
    def _compute_survey_score(self):
        for complaint in self:
            scores = complaint.survey_score_ids.filtered(lambda score: score.kind == "csat").sorted("id")
            last = scores.filtered(lambda score, last=scores[-1:]: score.user_input_id == last.user_input_id)
            complaint.is_survey_answered = bool(last)
            complaint.survey_score = sum(last.mapped("value")) / len(last) if last else 0.0

    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec == "survey_score:avg":
            # a complaint without answer is not one with the score 0
            return SQL(
                "AVG(CASE WHEN %s THEN %s END)",
                self._field_to_sql(self._table, "is_survey_answered", query),
                self._field_to_sql(self._table, "survey_score", query),
            )
        return super()._read_group_select(aggregate_spec, query)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(not SCORE_FIELDS.keys().isdisjoint(vals) for vals in vals_list):
            self._raise_score_guard()
        # Given for each: no default of the context takes their place.
        complaints = super().create([{**SCORE_FIELDS, **vals} for vals in vals_list])
        if not any(vals.get("survey_score_ids") for vals in vals_list):
            for name in ("survey_score", "is_survey_answered"):
                self.env.remove_to_compute(self._fields[name], complaints)
        return complaints

    @api.model
    def _get_empty_fields(self):
        return super()._get_empty_fields() | {"survey_score_ids"}

    def write(self, vals):
        if not self.env.su and not SCORE_FIELDS.keys().isdisjoint(vals):
            self._raise_score_guard()
        return super().write(vals)

    def _raise_score_guard(self):
        raise AccessError(
            self.env._("The satisfaction with a complaint comes from the customer's answer alone.")
        )

    def action_view_survey_scores(self):
        """Show what the customer answered about this complaint."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_survey.customer_survey_score_action")
        action["domain"] = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_care_fill_survey(self):
        """Open the choice of the survey to be filled in for the customer of this complaint (singleton)."""
        self.ensure_one()
        self.check_access("read")
        if self._hides_any_identity():
            raise AccessError(self.env._("You do not see who complained."))
        partner = self._care_get_partner()
        if not partner:
            raise UserError(self.env._("Choose the customer first."))
        return self.env["customer.survey.fill"]._get_action(partner, self)

    def _complaint_on_closed(self):
        result = super()._complaint_on_closed()
        # Who praised or asked had no complaint whose handling could be judged.
        problems = self.filtered(lambda complaint: complaint._is_problem())
        for count, complaints in problems.grouped("reopen_count").items():
            self.env["customer.survey.rule"]._send("complaint_closed", complaints, cause=str(count))
        return result

    def _care_low_score(self, score):
        """Tell the people of the complaint; the callback is planned by rule."""
        result = super()._care_low_score(score)
        body = Markup("<p>%s</p>") % self.env._(
            "The customer is not satisfied: %(score)s of 100.", score=f"{score.value:.0f}"
        )
        if score.comment:
            body += Markup("<p>%s</p>") % score.comment
        self.sudo().message_post(
            body=body, author_id=self.env.ref("base.partner_root").id, subtype_xmlid="mail.mt_note"
        )
        return result
