from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Writing more mails than these would keep whoever closes the documents waiting: the job does it at once.
MAILS_AT_ONCE = 50


class CustomerSurveyRule(models.Model):
    """Who is asked by a rule, and who is not."""

    _inherit = "customer.survey.rule"

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
        rules = self.sudo().search([("trigger", "=", trigger), ("state", "=", "running")])
        if not rules:
            return answers
        for company, documents in self._group_by_company(records).items():
            for rule in rules.filtered(
                lambda rule, company=company: rule.company_id in (company, company.browse())
            ):
                answers |= rule._ask(rule._filter_documents(documents), company, cause)
        return answers

    @api.model
    def _group_by_company(self, records):
        """Return {company: records}; a record without company belongs to the current one."""
        return records.sudo().grouped(lambda record: record._care_get_company() or self.env.company)

    def _ask(self, documents, company, cause="", channels=None):
        """Ask the customers of the documents of one company by this rule (singleton, sudo).

        :param channels: as in `_get_reach`
        :return: `survey.user_input` recordset
        """
        self.ensure_one()
        answers = self.env["survey.user_input"].sudo()
        vals_list = self._prepare_requests_vals(documents, company, cause, channels)
        customer_ids = [vals["commercial_partner_id"] for vals in vals_list if vals["outcome"] == "asked"]
        if customer_ids:
            self._lock_decision(company, SQL("SELECT unnest(%s::int[])", customer_ids))
        requests = self.env["customer.survey.request"].sudo()._claim(vals_list)
        asked = requests.filtered(lambda request: request.outcome == "asked")
        answers = answers.create(self._prepare_answers_vals(asked))
        if answers:
            moment = asked[0].send_datetime
            if moment > fields.Datetime.now():
                self.env.ref("customer_survey.ir_cron_send_surveys")._trigger(at=moment)
            elif len(answers) > MAILS_AT_ONCE:
                self.env.ref("customer_survey.ir_cron_send_surveys")._trigger()
            else:
                answers._care_send_mail()
        return answers

    def _get_key(self, document, cause):
        """Return the unique key of (rule, document, cause)."""
        return f"{self.id}:{document._name},{document.id}:{cause}"

    def _prepare_requests_vals(self, documents, company, cause, channels=None):
        """Return one dict for each document, with the outcome decided."""
        if self.quota_count:
            # What is decided already does not use up the quota.
            keys = {self._get_key(document, cause): document.id for document in documents}
            taken = self.env["customer.survey.request"].sudo().search(Domain("key", "in", list(keys)))
            documents = documents.browse(set(documents.ids) - {keys[key] for key in taken.mapped("key")})
        known = {document.id: document._care_get_partner().sudo() for document in documents}
        persons = self._get_persons(self.env["res.partner"].sudo().union(*known.values()))
        partners = {key: persons.get(partner.id, partner) for key, partner in known.items()}
        everybody = self.env["res.partner"].sudo().union(*partners.values())
        moment = self._get_send_datetime(company)
        date_send = company._care_get_day(moment)
        reach = self._get_reach(everybody, channels)
        quiet_days = self._get_quiet_period(company)
        quiet_ids = self._get_quiet_ids(everybody.commercial_partner_id, date_send, company)
        room = self._get_room(date_send)
        vals_list = []
        for document in documents:
            partner = partners[document.id]
            customer = partner.commercial_partner_id
            channel, outcome = reach.get(partner.id, (False, "no_customer"))
            sample = f"{customer.id}:{document._name},{document.id}:{cause}"
            if outcome == "asked" and not self._is_in_sample(sample):
                outcome = "sample"
            if outcome == "asked" and quiet_days and customer.id in quiet_ids:
                outcome = "quiet"
            if outcome == "asked" and room is not None:
                outcome, room = ("asked", room - 1) if room else ("quota", 0)
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
                    "send_datetime": moment,
                    "date_send": date_send,
                    "channel": channel,
                    "outcome": outcome,
                }
            )
        return vals_list

    def _get_quiet_ids(self, customers, date_send, company):
        """Return the ids of the customers asked within the quiet period around a date, by any rule."""
        if not customers or not self._get_quiet_period(company):
            return set()
        self.env["customer.survey.request"].flush_model()
        query = self._get_quiet_sql(company, date_send, SQL("SELECT unnest(%s::int[])", customers.ids))
        return {row[0] for row in self.env.execute_query(query)}

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
        lang = partner.lang if partner.lang in lang_codes else False
        return {
            "partner_id": partner.id,
            "email": partner.email,
            "nickname": partner.name,
            "lang_id": lang and self.env["res.lang"]._get_data(code=lang).id,
            "deadline": self._get_deadline(request.send_datetime, request.company_id),
            "care_company_id": request.company_id.id,
            "care_res_model": request.res_model,
            "care_res_id": request.res_id,
            "care_key": request.key,
            "care_send_datetime": request.send_datetime,
            "care_channel": request.channel,
        }

    def _get_deadline(self, moment, company):
        """Return when a link sent at that moment stops working (naive UTC), False: never.

        The mail names the day: it is the end of the day at the company.
        """
        if not self.expiry_days:
            return False
        day = company._care_get_day(moment) + timedelta(days=self.expiry_days)
        return company._care_get_end_of_day(day)
