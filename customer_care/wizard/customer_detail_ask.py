from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize

from ..tools.answers import CLOSE, notify


class CustomerDetailAsk(models.TransientModel):
    _name = "customer.detail.ask"
    _description = "Ask to Check Details"

    partner_ids = fields.Many2many(
        "res.partner", string="Customers", required=True, context={"active_test": False}
    )
    ready_ids = fields.Many2many("res.partner", string="Will be asked", compute="_compute_ready_ids")
    ready_count = fields.Integer(compute="_compute_ready_ids")
    blocked_text = fields.Text(string="Left out", compute="_compute_ready_ids")

    @api.depends("partner_ids")
    def _compute_ready_ids(self):
        for wizard in self:
            reasons = wizard._get_reasons()
            wizard.ready_ids = wizard.partner_ids.filtered(lambda p, why=reasons: not why[p.id])
            wizard.ready_count = len(wizard.ready_ids)
            wizard.blocked_text = "\n".join(
                f"{partner.display_name}: {' '.join(reasons[partner.id])}"
                for partner in wizard.partner_ids
                if reasons[partner.id]
            )

    def action_send(self):
        """Mail the link to the customers who may be asked.

        :raises UserError: when none of them may
        """
        self.ensure_one()
        if not self.env.user.has_group("customer_care.group_care_user"):
            raise AccessError(self.env._("Only the customer care asks customers to check their details."))
        self.partner_ids.check_access("write")
        if not self.ready_ids:
            raise UserError(
                self.env._(
                    "None of these customers can be asked.\n%(reasons)s", reasons=self.blocked_text or ""
                )
            )
        self.env["customer.detail.request"]._ask(self.ready_ids)
        message = self.env._("%(count)s customers are asked to check their details.", count=self.ready_count)
        return notify(message, "success", CLOSE)

    def _get_reasons(self):
        """Return ``{partner id: [why the customer is left out]}``."""
        partners = self.partner_ids
        gate = partners._care_gate_map("details", "email")
        lines = (
            self.env["customer.completeness.field"].sudo().search_count([("is_asked", "=", True)], limit=1)
        )
        reasons = {}
        for partner in partners:
            why = list(gate.get(partner.id, []))
            if not email_normalize(partner.email or ""):
                why.append(self.env._("There is no valid e-mail address."))
            if not partner.active:
                why.append(self.env._("The customer is archived."))
            if not lines:
                why.append(self.env._("No field is chosen that customers check."))
            reasons[partner.id] = why
        return reasons
