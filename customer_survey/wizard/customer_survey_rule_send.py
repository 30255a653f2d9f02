from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerSurveyRuleSend(models.TransientModel):
    """Ask some contacts by hand, by one rule, at most once a day."""

    _name = "customer.survey.rule.send"
    _description = "Send Survey"

    rule_id = fields.Many2one(
        "customer.survey.rule",
        string="Survey",
        required=True,
        domain=[("trigger", "=", "manual")],
        default=lambda self: self._default_rule_id(),
        ondelete="cascade",
    )
    partner_ids = fields.Many2many("res.partner", string="Contacts", required=True)
    warning = fields.Text(compute="_compute_warning")

    def _default_rule_id(self):
        return self.env["customer.survey.rule"].search([("trigger", "=", "manual")], limit=1)

    @api.depends("rule_id", "partner_ids")
    def _compute_warning(self):
        """Say before sending who will not be asked, and why."""
        labels = dict(self.env["customer.survey.request"]._fields["outcome"]._description_selection(self.env))
        for wizard in self:
            lines = []
            partners = wizard.partner_ids._origin
            if wizard.rule_id and partners:
                company = wizard.rule_id.company_id or self.env.company
                for vals in wizard.rule_id.sudo()._prepare_requests_vals(partners.sudo(), company, ""):
                    if vals["outcome"] != "asked":
                        name = partners.browse(vals["res_id"]).display_name
                        lines.append(f"{name}: {labels[vals['outcome']]}")
            wizard.warning = "\n".join(lines)

    def action_send(self):
        """Ask the contacts.

        :raises UserError: when none of them can be asked
        """
        self.ensure_one()
        self.partner_ids.check_access("read")
        self.rule_id.check_access("read")
        if self.rule_id.trigger != "manual":
            raise UserError(self.env._("Rule %(rule)s is not sent by hand.", rule=self.rule_id.name))
        company = self.rule_id.company_id or self.env.company
        answers = self.rule_id.sudo()._ask(self.partner_ids, company, cause=str(fields.Date.today()))
        if not answers:
            raise UserError(
                self.env._(
                    "None of these customers can be asked: no address, contact not wanted, or asked recently."
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Customers asked: %(asked)s of %(chosen)s",
                    asked=len(answers),
                    chosen=len(self.partner_ids),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
