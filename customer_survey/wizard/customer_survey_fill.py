from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date


class CustomerSurveyFill(models.TransientModel):
    """Fill in a survey for a customer who answers on the phone or on paper.

    An open invitation of the customer is taken, so that he is not asked twice; else a new one is made without a mail.
    """

    _name = "customer.survey.fill"
    _description = "Fill In a Survey for a Customer"

    partner_id = fields.Many2one("res.partner", string="Contact", required=True, ondelete="cascade")
    res_model = fields.Char(string="Document Model")
    res_id = fields.Many2oneReference(string="Document", model_field="res_model")
    rule_id = fields.Many2one(
        "customer.survey.rule",
        string="Survey",
        required=True,
        ondelete="cascade",
        domain="[('id', 'in', fillable_rule_ids)]",
    )
    fillable_rule_ids = fields.Many2many(
        "customer.survey.rule", string="Surveys to Fill In", compute="_compute_fillable_rule_ids"
    )
    medium = fields.Selection(
        [("phone", "Phone"), ("paper", "Paper")],
        string="Answers Come By",
        required=True,
        default="phone",
    )
    open_text = fields.Char(string="Open Invitation", compute="_compute_open_text")

    @api.model
    def _get_action(self, partner, document=None):
        """Return the action that opens the choice for a contact, about a document with ``customer.care.mixin``."""
        wizard = {"default_partner_id": partner.id}
        if document:
            wizard.update(default_res_model=document._name, default_res_id=document.id)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Fill In for the Customer"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": wizard,
        }

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        if "rule_id" in fields and not defaults.get("rule_id"):
            wizard = self.new(defaults)
            rules = wizard._get_rules()
            used = wizard._find_open(rules).care_rule_id
            defaults["rule_id"] = (used or rules)[:1].id
        return defaults

    @api.depends("partner_id", "res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_fillable_rule_ids(self):
        for wizard in self:
            wizard.fillable_rule_ids = wizard._get_rules()

    @api.depends("partner_id", "rule_id", "res_model", "res_id")
    def _compute_open_text(self):
        for wizard in self:
            answer = wizard._find_open(wizard.rule_id)[:1]
            date = answer.care_sent_datetime or answer.create_date
            wizard.open_text = format_date(self.env, date) if answer else False

    def _get_rules(self):
        """Return the rules whose surveys can be filled in (singleton); specialists do not read surveys themselves."""
        company = self._find_document().sudo()._care_get_company()
        of_company = Domain("company_id", "in", [company.id, False]) if company else Domain.TRUE
        rules = self.env["customer.survey.rule"].search(of_company)
        return rules.filtered(
            lambda rule: (
                rule.sudo().survey_id._care_is_usable() and not rule.sudo().survey_id.care_is_anonymous
            )
        )

    def _find_open(self, rules):
        """Return the invitations of the contact that can still be answered, newest first (singleton, as superuser)."""
        answers = self.env["survey.user_input"].sudo()
        if not rules or not self.partner_id:
            return answers
        domain = (
            Domain("partner_id", "=", self.partner_id._origin.id)
            & Domain("care_rule_id", "in", rules.ids)
            & Domain("state", "!=", "done")
            & Domain("test_entry", "=", False)
            & (Domain("deadline", "=", False) | Domain("deadline", ">", fields.Datetime.now()))
        )
        if self.res_model:
            domain &= Domain("care_res_model", "=", self.res_model) & Domain("care_res_id", "=", self.res_id)
        return answers.search(domain, order="id desc")

    def action_fill_in(self):
        """Open the survey, to be filled in for the customer.

        :raises AccessError: when the user may not see the customer or the document
        :raises UserError: when the survey is closed or the customer has already answered it today
        """
        self.ensure_one()
        self.partner_id.check_access("read")
        self.rule_id.check_access("read")
        document = self._find_document()
        document.check_access("read")
        answer = self._find_open(self.rule_id)[:1] or self._make(document)
        action = answer.sudo(False)._care_fill_in(is_paper=self.medium == "paper")
        return {**action, "close": True}

    def _find_document(self):
        """Return what the survey is about (singleton): the document given, else the contact. No right is checked."""
        model = self.env.get(self.res_model) if self.res_model else None
        if model is None or not hasattr(model, "_care_get_partner"):
            return self.partner_id
        return model.browse(self.res_id).exists() or self.partner_id

    def _make(self, document):
        """Make the invitation for this customer (singleton), without a mail; once a day for each document."""
        rule = self.rule_id.sudo()
        if rule.survey_id.care_is_anonymous or not rule.survey_id._care_is_usable():
            raise UserError(self.env._("This survey cannot be filled in: it is anonymous, closed or empty."))
        company = document.sudo()._care_get_company() or rule.company_id or self.env.company
        if rule.company_id not in (company, company.browse()):
            rule._raise_foreign(self.partner_id)
        now = fields.Datetime.now()
        today = company._care_get_day(now)
        request = (
            self.env["customer.survey.request"]
            .sudo()
            ._claim(
                [
                    {
                        "key": rule._get_key(document, f"{self.partner_id.id}:phone:{today}"),
                        "rule_id": rule.id,
                        "partner_id": self.partner_id.id,
                        "commercial_partner_id": self.partner_id.commercial_partner_id.id,
                        "company_id": company.id,
                        "res_model": document._name,
                        "res_id": document.id,
                        "send_datetime": now,
                        "date_send": today,
                        "channel": self.medium,
                        "outcome": "asked",
                    }
                ]
            )
        )
        if not request:
            raise UserError(self.env._("This customer has already answered this survey today."))
        # nothing is mailed: there is no moment to send at
        vals_list = [
            {**vals, "care_send_datetime": False, "care_channel": "phone", "care_filled_by_id": self.env.uid}
            for vals in rule._prepare_answers_vals(request)
        ]
        return self.env["survey.user_input"].sudo().create(vals_list)
