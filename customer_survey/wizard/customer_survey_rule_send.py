from odoo import api, fields, models
from odoo.addons.customer_care.tools.answers import CLOSE, notify
from odoo.exceptions import UserError

from ..models.survey_user_input_send import LAYOUT


class CustomerSurveyRuleSend(models.TransientModel):
    """Ask some contacts by hand, by one rule, at most once a day."""

    _name = "customer.survey.rule.send"
    _description = "Send Survey"

    rule_id = fields.Many2one(
        "customer.survey.rule",
        string="Survey",
        required=True,
        domain=[("trigger", "=", "manual"), ("state", "=", "running")],
        default=lambda self: self._default_rule_id(),
        ondelete="cascade",
    )
    partner_ids = fields.Many2many("res.partner", string="Contacts", required=True)
    channel = fields.Selection(
        selection=lambda self: self.env["customer.survey.rule"]._selection_channel(),
        string="Ask By",
        help="Empty: as the rule says.",
    )
    warning = fields.Text(compute="_compute_warning")
    preview_partner_id = fields.Many2one("res.partner", string="Message To", readonly=True)
    preview_subject = fields.Char(string="Subject", readonly=True)
    preview_body = fields.Html(string="Preview", readonly=True)

    def _default_rule_id(self):
        return self.env["customer.survey.rule"].search(
            [("trigger", "=", "manual"), ("state", "=", "running")], limit=1
        )

    @api.onchange("rule_id", "partner_ids", "channel")
    def _onchange_preview(self):
        self.preview_partner_id = self.preview_subject = self.preview_body = False

    @api.depends("rule_id", "partner_ids", "channel")
    def _compute_warning(self):
        """Say before sending who will not be asked, and why."""
        labels = dict(self.env["customer.survey.request"]._fields["outcome"]._description_selection(self.env))
        for wizard in self:
            lines = []
            partners = wizard.partner_ids._origin
            if wizard.rule_id and partners:
                for vals in wizard._prepare_requests_vals():
                    if vals["outcome"] != "asked":
                        name = partners.browse(vals["res_id"]).display_name
                        lines.append(f"{name}: {labels[vals['outcome']]}")
            wizard.warning = "\n".join(lines)

    def action_preview(self):
        """Show the message as the first contact who will be written to gets it; its link leads nowhere.

        :raises UserError: nobody is written to
        """
        self.ensure_one()
        self._check_may_ask()
        written = self._get_written_channels()
        rows = (
            vals
            for vals in self._prepare_requests_vals()
            if vals["outcome"] == "asked" and vals["channel"] in written
        )
        shown = next(filter(None, map(self._render_preview, rows)), None)
        if not shown:
            raise UserError(
                self.env._(
                    "None of these contacts is written to: they are called, get a link, or are not asked."
                )
            )
        self.write(shown)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Survey"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def _get_written_channels(self):
        """Return the codes of the channels whose message can be seen before. Override to add one."""
        return {"email"}

    def _render_preview(self, vals):
        """Return the values of the preview of one request that is not made, empty when it has no message."""
        rule = self.rule_id.sudo()
        # an invitation is needed to write its message; it vanishes again
        with self.env.cr.savepoint() as savepoint:
            request = self.env["customer.survey.request"].sudo().create({**vals, "key": f"preview:{self.id}"})
            answer = self.env["survey.user_input"].sudo().create(rule._prepare_answers_vals(request))
            message = self._render_message(answer, vals["channel"])
            partner_id = answer.partner_id.id
            savepoint.rollback()
        return message and {"preview_partner_id": partner_id, **message}

    def _render_message(self, answer, channel):
        """Return subject and body of the message of an invitation (singleton, superuser); empty without template.

        Override to know more channels.
        """
        template = answer.care_rule_id._get_mail_template()
        if not template:
            return {}
        lang, company = answer._care_get_lang(), answer.care_company_id
        template = template.with_company(company).with_context(lang=lang, tz=company._care_get_tz())
        rendered = template._generate_template(answer.ids, ("subject", "body_html"))[answer.id]
        body = template._render_encapsulate(
            template.email_layout_xmlid or LAYOUT,
            rendered["body_html"],
            add_context={"company": company},
            context_record=answer.with_context(lang=lang),
        )
        return {"preview_subject": rendered["subject"], "preview_body": body}

    def _prepare_requests_vals(self):
        """Return what would be decided about each contact."""
        return [
            vals
            for company, contacts in self._group_by_company().items()
            for vals in self.rule_id.sudo()._prepare_requests_vals(
                contacts, company, str(fields.Date.context_today(self)), self._get_chosen_channels()
            )
        ]

    def _group_by_company(self):
        """Return ``{company: contacts}``: each is asked in the name of the company whose customer he is."""
        home = self.rule_id.company_id or self.env.company
        contacts = self.partner_ids._origin.sudo()
        return contacts.grouped(lambda contact: contact._care_get_company() or home)

    def _get_chosen_channels(self):
        """Return the channel chosen by hand as a list; None: those of the rule."""
        return [self.channel] if self.channel else None

    def _check_may_ask(self):
        self.partner_ids.check_access("read")
        self.rule_id.check_access("read")
        if self.rule_id.trigger != "manual":
            raise UserError(self.env._("Rule %(rule)s is not sent by hand.", rule=self.rule_id.name))
        if not self.rule_id._is_at_work():
            raise UserError(self.rule_id._get_rest_text())
        company = self.rule_id.company_id
        others = self.partner_ids.filtered(
            lambda contact: contact.company_id not in (company, company.browse())
        )
        if company and others:
            self.rule_id._raise_foreign(others)
        by_people = self.channel in ("link", "phone")
        if by_people and self.rule_id.sudo().survey_id.care_is_anonymous:
            raise UserError(self.env._("An anonymous survey is asked by mail alone."))

    def action_send(self):
        """Ask the contacts.

        :raises UserError: when none of them can be asked
        """
        self.ensure_one()
        self._check_may_ask()
        answers = self.env["survey.user_input"].sudo()
        for company, contacts in self._group_by_company().items():
            answers |= self.rule_id.sudo()._ask(
                contacts,
                company,
                cause=str(fields.Date.context_today(self)),
                channels=self._get_chosen_channels(),
            )
        if not answers:
            raise UserError(
                self.env._(
                    "None of these customers can be asked: no address, contact not wanted, or asked recently."
                )
            )
        return notify(
            self.env._(
                "Customers asked: %(asked)s of %(chosen)s",
                asked=len(answers),
                chosen=len(self.partner_ids),
            ),
            "success",
            CLOSE,
        )
