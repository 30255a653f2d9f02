from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# Writing more mails than these would keep whoever closes the documents waiting: the job does it at once.
MAILS_AT_ONCE = 50


class CustomerSurveyRule(models.Model):
    """Which survey a customer is asked to answer, when, and what a low score is.

    Other addons extend `trigger` and call `_send(trigger, records, cause)` when it happens.
    """

    _name = "customer.survey.rule"
    _description = "Survey Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: the rule applies to all companies.")

    trigger = fields.Selection(
        [("manual", "Sent by hand")],
        required=True,
        default="manual",
        help="What makes the rule ask the customer.",
    )
    survey_id = fields.Many2one(
        "survey.survey",
        required=True,
        ondelete="restrict",
        index=True,
        domain=[("survey_type", "=", "customer_care")],
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail Template",
        domain=[("model", "=", "survey.user_input")],
        help="Empty: the template that comes with the application.",
    )
    delay_days = fields.Integer(
        string="Delay (days)", help="The e-mail is sent so many days after the cause."
    )
    expiry_days = fields.Integer(
        string="Expires After (days)",
        default=30,
        help="The link stops working so many days after sending. 0: never.",
    )
    quiet_days = fields.Integer(
        string="Quiet Period (days)",
        help="A customer who was asked by any rule within so many days is left in peace. 0: off.",
    )
    low_score = fields.Float(
        string="Low Score Limit",
        default=60.0,
        digits=(5, 2),
        help="A score at or under this limit (0-100) calls for a callback.",
    )

    request_count = fields.Integer(string="Asked", compute="_compute_request_count")
    answer_count = fields.Integer(string="Answered", compute="_compute_answer_count")

    _days_check = models.Constraint(
        "CHECK(delay_days BETWEEN 0 AND 3650 AND expiry_days BETWEEN 0 AND 3650"
        " AND quiet_days BETWEEN 0 AND 3650)",
        "Days go from 0 to 3650.",
    )
    _low_score_check = models.Constraint(
        "CHECK(low_score >= 0 AND low_score <= 100)",
        "The low score limit must lie between 0 and 100.",
    )

    def _compute_request_count(self):
        counts = dict(
            self.env["customer.survey.request"]._read_group(
                [("rule_id", "in", self.ids), ("outcome", "=", "asked")], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.request_count = counts.get(rule, 0)

    def _compute_answer_count(self):
        # figures alone: who may read the rule may know how many answered, not what
        groups = (
            self.env["survey.user_input"]
            .sudo()
            ._read_group(
                [("care_rule_id", "in", self.ids), ("state", "=", "done"), ("test_entry", "=", False)],
                ["care_rule_id"],
                ["__count"],
            )
        )
        counts = {rule.id: count for rule, count in groups}
        for rule in self:
            rule.answer_count = counts.get(rule.id, 0)

    @api.constrains("survey_id")
    def _check_survey_id(self):
        for rule in self:
            if rule.sudo().survey_id.survey_type != "customer_care":
                raise UserError(
                    self.env._("Rule %(rule)s needs a survey of the type Customer Care.", rule=rule.name)
                )

    @api.constrains("mail_template_id")
    def _check_mail_template_id(self):
        for rule in self:
            model = rule.mail_template_id.model
            if model and model != "survey.user_input":
                raise UserError(
                    self.env._(
                        "The e-mail template of rule %(rule)s is not made for surveys.", rule=rule.name
                    )
                )

    def action_view_requests(self):
        """Show whom the rule asked and whom it did not."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_survey.customer_survey_request_action"
        )
        action["domain"] = [("rule_id", "in", self.ids)]
        return action

    def action_view_scores(self):
        """Show what the rule's answers were worth."""
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_survey.customer_survey_score_action")
        action["domain"] = [("rule_id", "in", self.ids)]
        return action

    @api.model
    def _send(self, trigger, records, cause=""):
        """Ask the customers of some documents, once for each rule, document and cause.

        Example: `env["customer.survey.rule"]._send("complaint_closed", complaints, cause="2")`

        :param trigger: value of the field `trigger`
        :param records: recordset of a model with `customer.care.mixin`, any number
        :param cause: tells two occasions of the same document apart, for example a count of reopenings
        :return: `survey.user_input` recordset (sudo), the invitations made by this call
        """
        answers = self.env["survey.user_input"].sudo()
        rules = self.sudo().search([("trigger", "=", trigger)])
        if not rules:
            return answers
        for company, documents in self._group_by_company(records).items():
            for rule in rules.filtered(
                lambda rule, company=company: rule.company_id in (company, company.browse())
            ):
                answers |= rule._ask(documents, company, cause)
        return answers

    @api.model
    def _group_by_company(self, records):
        """Return {company: records}; a record without company belongs to the current one."""
        return records.sudo().grouped(lambda record: record._care_get_company() or self.env.company)

    def _ask(self, documents, company, cause=""):
        """Ask the customers of the documents of one company by this rule (singleton, sudo).

        :return: `survey.user_input` recordset
        """
        self.ensure_one()
        requests = (
            self.env["customer.survey.request"]
            .sudo()
            ._claim(self._prepare_requests_vals(documents, company, cause))
        )
        asked = requests.filtered(lambda request: request.outcome == "asked")
        answers = self.env["survey.user_input"].sudo().create(self._prepare_answers_vals(asked))
        if len(answers) > MAILS_AT_ONCE:
            self.env.ref("customer_survey.ir_cron_send_surveys")._trigger()
        elif not self.delay_days:
            answers._care_send_mail()
        return answers

    def _get_key(self, document, cause):
        """Return the unique key of (rule, document, cause)."""
        return f"{self.id}:{document._name},{document.id}:{cause}"

    def _prepare_requests_vals(self, documents, company, cause):
        """Return one dict for each document, with the outcome decided."""
        partners = {document.id: document._care_get_partner().sudo() for document in documents}
        known = self.env["res.partner"].sudo().union(*partners.values())
        date_send = fields.Date.today() + timedelta(days=self.delay_days)
        outcomes = self._get_outcomes(known)
        quiet_ids = self._get_quiet_ids(known.commercial_partner_id, date_send)
        vals_list = []
        for document in documents:
            partner = partners[document.id]
            customer = partner.commercial_partner_id
            outcome = outcomes.get(partner.id, "no_customer")
            if outcome == "asked" and self.quiet_days and customer.id in quiet_ids:
                outcome = "quiet"
            if outcome == "asked":
                quiet_ids.add(customer.id)
            vals_list.append(
                {
                    "key": self._get_key(document, cause),
                    "rule_id": self.id,
                    "partner_id": partner.id,
                    "commercial_partner_id": customer.id,
                    "company_id": company.id,
                    "res_model": document._name,
                    "res_id": document.id,
                    "date_send": date_send,
                    "outcome": outcome,
                }
            )
        return vals_list

    def _get_outcomes(self, partners):
        """Return {partner id: outcome}, without the quiet period. Override to add reasons for not asking."""
        usable = self.survey_id._care_is_usable()
        gate = partners._care_gate_map("survey", "email")
        outcomes = {}
        for partner in partners:
            if not usable:
                outcomes[partner.id] = "unusable"
            elif partner.care_do_not_call or partner.commercial_partner_id.care_do_not_call:
                outcomes[partner.id] = "do_not_contact"
            elif not partner.email_normalized:
                outcomes[partner.id] = "no_address"
            elif partner.is_blacklisted:
                outcomes[partner.id] = "blacklisted"
            elif gate[partner.id]:
                outcomes[partner.id] = "do_not_contact"
            else:
                outcomes[partner.id] = "asked"
        return outcomes

    def _get_quiet_ids(self, customers, date_send):
        """Return the ids of the customers asked within the quiet period around a date, by any rule."""
        if not self.quiet_days:
            return set()
        period = timedelta(days=self.quiet_days)
        requests = self.env["customer.survey.request"].sudo()
        domain = (
            Domain("commercial_partner_id", "in", customers.ids)
            & Domain("outcome", "=", "asked")
            & Domain("date_send", ">", date_send - period)
            & Domain("date_send", "<", date_send + period)
        )
        return {customer.id for (customer,) in requests._read_group(domain, ["commercial_partner_id"])}

    def _prepare_answers_vals(self, requests):
        """Return the values of the invitations of some requests of this rule."""
        vals_list = []
        if not requests:
            return vals_list
        survey = self.survey_id
        shared = {"survey_id": survey.id, "care_rule_id": self.id}
        if survey.questions_selection == "all":
            shared["predefined_question_ids"] = [
                (6, 0, survey._prepare_user_input_predefined_questions().ids)
            ]
        lang_codes = set(survey._get_supported_lang_codes())
        for request in requests:
            vals_list.append({**shared, **self._prepare_answer_vals(request, lang_codes)})
        return vals_list

    def _prepare_answer_vals(self, request, lang_codes):
        """Return what is particular to the invitation of one request (singleton)."""
        partner = request.partner_id
        deadline = False
        if self.expiry_days:
            deadline = datetime.combine(request.date_send + timedelta(days=self.expiry_days), time.max)
            deadline = deadline.replace(microsecond=0)
        lang = partner.lang if partner.lang in lang_codes else False
        return {
            "partner_id": partner.id,
            "email": partner.email,
            "nickname": partner.name,
            "lang_id": lang and self.env["res.lang"]._get_data(code=lang).id,
            "deadline": deadline,
            "care_company_id": request.company_id.id,
            "care_res_model": request.res_model,
            "care_res_id": request.res_id,
            "care_key": request.key,
            "care_send_date": request.date_send,
        }

    def _get_mail_template(self):
        """Return the template of the invitation (singleton), empty when all were deleted."""
        template = self.mail_template_id
        for xmlid in (
            "customer_survey.mail_template_survey_invite",
            "survey.mail_template_user_input_invite",
        ):
            template = template or self.env.ref(xmlid, raise_if_not_found=False)
        return template
