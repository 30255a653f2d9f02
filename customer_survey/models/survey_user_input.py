import logging
from operator import methodcaller

from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL
from psycopg2 import OperationalError

from ..tools import scores as formulas

_logger = logging.getLogger(__name__)

# What only the sending rules may set: a forged one would give a customer scores he never gave.
PROTECTED_FIELDS = (
    "care_rule_id",
    "care_company_id",
    "care_res_model",
    "care_res_id",
    "care_key",
    "care_send_date",
    "care_sent_datetime",
)
BATCH_SIZE = 100


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
    care_score_ids = fields.One2many("customer.survey.score", "user_input_id", string="Scores", readonly=True)

    _care_key_uniq = models.UniqueIndex(
        "(care_key) WHERE care_key IS NOT NULL", "This customer has already been asked for this cause."
    )
    _care_due_idx = models.Index(
        "(care_send_date) WHERE care_send_date IS NOT NULL AND care_sent_datetime IS NULL"
    )
    _care_document_idx = models.Index("(care_res_model, care_res_id) WHERE care_res_id IS NOT NULL")

    # ------------------------------------------------------------
    # Guard
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        answers = super().create(vals_list)
        # the result is checked, not the values: defaults come through the context too
        if not self.env.su and any(answer[name] for answer in answers for name in PROTECTED_FIELDS):
            raise AccessError(self.env._("Customers are asked by survey rules alone."))
        return answers

    def write(self, vals):
        if not self.env.su and not set(PROTECTED_FIELDS).isdisjoint(vals):
            raise AccessError(self.env._("What a survey rule has set cannot be changed."))
        return super().write(vals)

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    @api.model
    def _cron_care_send(self):
        """Mail the invitations that are due, each once."""
        domain = self._care_due_domain()
        self.env["ir.cron"]._commit_progress(remaining=self.search_count(domain))
        work_in_batches(self, domain, methodcaller("_care_send_mail"), BATCH_SIZE)

    @api.model
    def _care_due_domain(self):
        today = fields.Date.today()
        return (
            Domain("care_send_date", "<=", today)
            & Domain("care_sent_datetime", "=", False)
            & Domain("state", "=", "new")
            & Domain("survey_id.active", "=", True)
            & (Domain("deadline", "=", False) | Domain("deadline", ">", fields.Datetime.now()))
        )

    def _care_send_mail(self):
        """Queue the e-mails of some invitations and note it on the customers' timelines.

        Who has asked not to be contacted since is left out. A template that cannot be rendered leaves its
        invitations to the next run and stops neither the others nor what called for the survey.
        """
        for (rule, company), answers in self.grouped(
            lambda answer: (answer.care_rule_id, answer.care_company_id)
        ).items():
            answers = answers._care_drop_unreachable()
            template = rule._get_mail_template()
            if not answers or not template:
                continue
            try:
                with self.env.cr.savepoint():
                    template.with_company(company).send_mail_batch(
                        answers.ids, email_layout_xmlid="mail.mail_notification_light"
                    )
                    answers._care_mark_sent()
            except OperationalError:
                raise  # the whole request is run again
            except Exception:
                _logger.exception("Surveys of rule %s could not be sent; they stay due.", rule.id)

    def _care_drop_unreachable(self):
        """Take out of the queue who may not be written to any more; return the others."""
        outcomes = self.care_rule_id._get_outcomes(self.partner_id)
        dropped = self.filtered(lambda answer: outcomes.get(answer.partner_id.id, "no_customer") != "asked")
        requests = self.env["customer.survey.request"].search([("key", "in", dropped.mapped("care_key"))])
        for outcome, group in requests.grouped(
            lambda request: outcomes.get(request.partner_id.id, "no_customer")
        ).items():
            group.outcome = outcome
        dropped.care_send_date = False
        return self - dropped

    def _care_mark_sent(self):
        self.care_sent_datetime = fields.Datetime.now()
        self.env["customer.care.event"]._log(
            [
                {
                    "partner_id": answer.partner_id.id,
                    "kind": "survey_sent",
                    "summary": answer.survey_id.title,
                    "res_model": answer.care_res_model,
                    "res_id": answer.care_res_id,
                    "company_id": answer.care_company_id.id,
                }
                for answer in self
            ]
        )
        self.filtered("survey_id.care_is_anonymous")._care_forget_customer()

    def _care_forget_customer(self):
        """Cut the link between anonymous invitations and the customers they went to.

        The mails in the queue lose their document and vanish when they are sent.
        """
        messages = self.env["mail.message"].search([("model", "=", self._name), ("res_id", "in", self.ids)])
        self.env["mail.mail"].search([("mail_message_id", "in", messages.ids)]).auto_delete = True
        messages.write({"model": False, "res_id": False})
        self.write(
            {
                "partner_id": False,
                "email": False,
                "nickname": False,
                "lang_id": False,
                "care_key": False,
                "care_res_model": False,
                "care_res_id": False,
            }
        )

    def _care_forget_authors(self):
        """Remove who was logged in while an anonymous survey was answered."""
        self.env.flush_all()
        for model, field in (("survey.user_input", "id"), ("survey.user_input.line", "user_input_id")):
            self.env.execute_query(
                SQL(
                    "UPDATE %s SET create_uid = %s, write_uid = %s WHERE %s IN %s RETURNING id",
                    SQL.identifier(self.env[model]._table),
                    SUPERUSER_ID,
                    SUPERUSER_ID,
                    SQL.identifier(field),
                    tuple(self.ids),
                )
            )
        self.env.invalidate_all()

    # ------------------------------------------------------------
    # Answering
    # ------------------------------------------------------------

    def _care_is_answerable_by(self, user):
        """Tell whether a user who is logged in may answer this invitation (singleton) for the customer."""
        self.ensure_one()
        if not self.care_rule_id:
            return False
        if not self.partner_id:
            return self.survey_id.care_is_anonymous
        return self.partner_id.commercial_partner_id == user.sudo().partner_id.commercial_partner_id

    def _mark_done(self):
        result = super()._mark_done()
        answers = self.filtered(lambda answer: answer._care_is_counted())
        if answers:
            answers.sudo()._care_count()
        return result

    def _care_is_counted(self):
        """Tell whether the answer (singleton) becomes scores.

        On a survey for invited people only what a rule has sent counts: who was invited could otherwise begin
        again as often as he likes.
        """
        self.ensure_one()
        survey = self.survey_id
        if self.test_entry or survey.survey_type != "customer_care":
            return False
        return bool(self.care_rule_id) or survey.access_mode == "public"

    def _care_count(self):
        """Turn finished answers into scores, timeline rows and callbacks; an answer counts once."""
        anonymous = self.filtered("survey_id.care_is_anonymous")
        vals_list = [
            vals
            for answer in self - self.care_score_ids.user_input_id
            for vals in answer._prepare_scores_vals()
        ]
        # not in the name of who is logged in: a score has no author
        scores = self.env["customer.survey.score"].with_user(SUPERUSER_ID).create(vals_list)
        if anonymous:
            anonymous._care_forget_authors()
        self._care_log_answered(scores)
        for answer, low_scores in (
            scores.filtered(lambda s: s.is_low and s.partner_id).grouped("user_input_id").items()
        ):
            answer._care_answer_low_score(low_scores)
        return scores

    def _prepare_scores_vals(self):
        """Return the values of the scores of one answer (singleton)."""
        self.ensure_one()
        lines = self.user_input_line_ids.filtered(lambda line: not line.skipped)
        comments = [
            line.value_text_box or line.value_char_box
            for line in lines.filtered("question_id.care_is_comment")
            if line.value_text_box or line.value_char_box
        ]
        marked = lines.filtered(
            lambda line: line.question_id.care_metric and line.answer_type in ("scale", "numerical_box")
        )
        # one line for each question, the last one
        by_question = {line.question_id: line for line in marked}
        return [self._prepare_score_vals(line, "\n".join(comments)) for line in by_question.values()]

    def _prepare_score_vals(self, line, comment):
        """Return the values of the score of one answered question (singleton)."""
        question, rule = line.question_id, self.care_rule_id
        raw = line.value_scale if line.answer_type == "scale" else line.value_numerical_box
        value = formulas.score(question.care_metric, raw, *question._care_get_bounds())
        # who answers on a link that no rule has sent is not proven to be the customer
        is_known = bool(rule) and not self.survey_id.care_is_anonymous
        return {
            "partner_id": is_known and self.partner_id.id,
            "company_id": self.care_company_id.id or self.env.company.id,
            "date": fields.Date.today(),
            "kind": question.care_metric,
            "value": value,
            "raw_value": raw,
            "nps_class": question.care_metric == "nps" and formulas.nps_class(raw),
            "is_low": bool(rule) and value <= rule.low_score,
            "comment": comment,
            "rule_id": rule.id,
            "survey_id": self.survey_id.id,
            "question_id": question.id,
            "user_input_id": self.id,
            "res_model": is_known and self.care_res_model,
            "res_id": is_known and self.care_res_id,
        }

    def _care_log_answered(self, scores):
        """Add one timeline row for each answer of a known customer."""
        by_answer = scores.filtered("partner_id").grouped("user_input_id")
        self.env["customer.care.event"]._log(
            [
                {
                    "partner_id": answer.partner_id.id,
                    "kind": "survey_answered",
                    "summary": own_scores._get_summary(),
                    "res_model": answer.care_res_model,
                    "res_id": answer.care_res_id,
                    "company_id": answer.care_company_id.id,
                }
                for answer, own_scores in by_answer.items()
            ]
        )

    def _care_answer_low_score(self, low_scores):
        """Plan the callback of an unhappy answer (singleton) and tell its document the lowest score."""
        document = self._care_get_document()
        if not document:
            return
        company = self.care_company_id or self.env.company
        self.env["customer.callback.rule"].with_company(company)._plan(
            "survey_low_score", document, cause=f"survey:{self.id}"
        )
        document.with_company(company)._care_low_score(low_scores.sorted("value")[:1])

    def _care_get_document(self):
        """Return what the answer is about (singleton), else the customer; empty when all are gone."""
        self.ensure_one()
        model = self.env.get(self.care_res_model) if self.care_res_model else None
        if model is not None and hasattr(model, "_care_low_score"):
            document = model.browse(self.care_res_id).exists()
            if document:
                return document
        return self.partner_id
