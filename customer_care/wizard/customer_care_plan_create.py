from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools.answers import notify

# Plans made by one click; more would be a segment.
MANY = 2000


class CustomerCarePlanCreate(models.TransientModel):
    """Make one draft plan for each of many customers; who has an open plan is left out, and named."""

    _name = "customer.care.plan.create"
    _description = "Create Care Plans"

    partner_ids = fields.Many2many("res.partner", string="Customers")
    source = fields.Selection(
        [("template", "A template"), ("weak", "What is proposed for weak relations")],
        string="Measures From",
        required=True,
        default="template",
    )
    template_id = fields.Many2one(
        "customer.care.plan.template", help="Empty: the template of each customer's grade."
    )
    name = fields.Char(string="Title of the Plans", required=True, default=lambda self: self._default_name())
    date_begin = fields.Date(string="Begin", required=True, default=fields.Date.context_today)
    date_end = fields.Date(
        string="End",
        required=True,
        default=lambda self: fields.Date.add(fields.Date.context_today(self), years=1, days=-1),
    )
    customer_count = fields.Integer(compute="_compute_counts")
    open_count = fields.Integer(string="Left out: they have an open plan", compute="_compute_counts")
    without_count = fields.Integer(string="Left out: no template", compute="_compute_counts")
    open_names = fields.Char(compute="_compute_counts")

    def _default_name(self):
        return self.env._("Care plan %(year)s", year=fields.Date.context_today(self).year)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if (
            "partner_ids" in fields
            and not values.get("partner_ids")
            and self.env.context.get("active_model") == "res.partner"
        ):
            values["partner_ids"] = [Command.set(self.env.context.get("active_ids") or [])]
        return values

    @api.depends("partner_ids", "template_id", "source")
    def _compute_counts(self):
        for wizard in self:
            customers, opened, without = wizard._sort_customers()
            wizard.customer_count = len(customers)
            wizard.open_count = len(opened)
            wizard.without_count = len(without)
            wizard.open_names = ", ".join(opened[:5].mapped("display_name")) + (
                "…" if len(opened) > 5 else ""
            )

    def _sort_customers(self):
        """Return ``(customers who get a plan, those with an open one, those without a template)``."""
        customers = self.partner_ids.commercial_partner_id._origin
        plans = customers._care_get_open_plans()
        opened = customers.filtered(lambda partner: partner.id in plans)
        rest = customers - opened
        without = customers.browse()
        if self.source == "template" and not self.template_id:
            without = rest.filtered(lambda partner: not partner.sudo().care_grade_id.plan_template_id)
        return rest - without, opened, without

    def action_create_plans(self):
        """Make the plans and open them, with a message about who was left out."""
        self.ensure_one()
        if self.date_end < self.date_begin:
            raise UserError(self.env._("A plan ends after its begin."))
        customers, opened, without = self._sort_customers()
        if not customers:
            raise UserError(
                self.env._(
                    "Nobody is left: %(open)s have an open plan, %(without)s have no template.",
                    open=len(opened),
                    without=len(without),
                )
            )
        if len(customers) > MANY:
            raise UserError(
                self.env._(
                    "%(count)s customers are too many for single plans: make one plan for a segment.",
                    count=len(customers),
                )
            )
        plans = self.env["customer.care.plan"].create(
            [self._prepare_plan_vals(partner) for partner in customers]
        )
        if self.source == "template":
            plans.action_fill_from_template()
        else:
            self._add_proposed_measures(plans)
        action = {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_care_plan_action"),
            "domain": [("id", "in", plans.ids)],
            "context": {},
        }
        if not opened and not without:
            return action
        return notify(
            self.env._(
                "%(made)s plans made. Left out: %(open)s with an open plan (%(names)s), "
                "%(without)s without a template.",
                made=len(plans),
                open=len(opened),
                names=self.open_names or "-",
                without=len(without),
            ),
            "warning",
            action,
            sticky=True,
        )

    def _prepare_plan_vals(self, partner):
        """Return the values of one plan. Override to add a key."""
        template = self.template_id or partner.sudo().care_grade_id.plan_template_id
        company = partner.company_id or self.env.company
        return {
            "name": self.name,
            "partner_id": partner.id,
            "company_id": company.id,
            "currency_id": company.sudo().currency_id.id,
            "template_id": template.id if self.source == "template" else False,
            "date_begin": self.date_begin,
            "date_end": self.date_end,
        }

    def _add_proposed_measures(self, plans):
        """Add the measures that the rules for weak relations propose."""
        rows = {
            row.partner_id.id: row
            for row in self.env["customer.weak.relation"].search([("partner_id", "in", plans.partner_id.ids)])
        }
        vals_list = []
        for plan in plans:
            row = rows.get(plan.partner_id.id)
            plan.description = row.reason_text if row else False
            for rule in row.rule_ids.sudo() if row else ():
                day = fields.Date.add(self.date_begin, days=rule.action_days)
                vals_list.append(
                    {
                        "plan_id": plan.id,
                        "kind": rule.action_kind,
                        "name": rule.action_name,
                        "date": min(day, self.date_end),
                        "responsible_role": rule.action_role,
                    }
                )
        self.env["customer.care.measure"].create(vals_list)._assign_by_role()
