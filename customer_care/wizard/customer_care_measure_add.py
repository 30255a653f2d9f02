from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.customer_care_plan import LIVE_STATES, PENDING_STATES
from ..models.customer_care_plan_template_line import KINDS


class CustomerCareMeasureAdd(models.TransientModel):
    """Add one measure to the plans of customers: a draft, a new version of what runs, or a new draft."""

    _name = "customer.care.measure.add"
    _description = "Add Measure"

    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)
    kind = fields.Selection(KINDS, required=True, default="call")
    name = fields.Char(string="What to Do", required=True)
    description = fields.Text()
    date = fields.Date(
        required=True, default=lambda self: fields.Date.add(fields.Date.context_today(self), days=7)
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        domain="[('share', '=', False)]",
        help="Empty: who looks after the plan.",
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    cost = fields.Monetary(help="In the currency of the plan.")
    hint = fields.Char(string="Where It Goes", compute="_compute_hint")

    _check_cost = models.Constraint(
        "CHECK(cost >= 0 AND cost <> 'NaN')", "The cost of a measure cannot be negative."
    )

    @api.depends("partner_ids", "cost")
    @api.depends_context("lang")
    def _compute_hint(self):
        for wizard in self:
            targets = [target for target, _plan in wizard._get_targets().values()]
            texts = {
                "draft": self.env._("into the customer's draft"),
                "direct": self.env._("directly into the plan that runs"),
                "change": self.env._("into a new version of the plan, to be approved"),
                "new": self.env._("into a new draft"),
                "pending": self.env._("not possible: the plan waits for approval"),
            }
            wizard.hint = "; ".join(
                f"{targets.count(key)} × {text}" if len(targets) > 1 else text
                for key, text in texts.items()
                if key in targets
            )

    def _get_customers(self):
        """Return who gets the measure: of a company and its contacts one."""
        first = {}
        for partner in self.partner_ids._origin:
            first.setdefault(partner.commercial_partner_id.id, partner)
        return self.env["res.partner"].browse([partner.id for partner in first.values()])

    def _get_targets(self):
        """Return ``{customer: (where the measure goes, plan or empty)}``."""
        customers = self._get_customers()
        plans = customers._care_get_open_plans()
        none = self.env["customer.care.plan"]
        return {
            partner: self._get_target(plans.get(partner.commercial_partner_id.id, none))
            for partner in customers
        }

    def _get_target(self, plan):
        """Return ``(where the measure goes, plan)`` for a customer with this open plan, or an empty one."""
        if not plan:
            return "new", plan
        if plan.state in PENDING_STATES:
            return "pending", plan
        if plan.state in LIVE_STATES:
            if plan.company_id.care_has_unplanned_measures and not self.cost:
                return "direct", plan
            change = plan.open_change_id
            return ("pending" if change.state in PENDING_STATES else "change"), plan
        return "draft", plan

    def action_add(self):
        """Add the measure, and open what it went into when it is one plan.

        :raises UserError: a plan of one of the customers waits for approval
        """
        self.ensure_one()
        targets = self._get_targets()
        if not targets:
            raise UserError(self.env._("Choose a customer."))
        plans = self.env["customer.care.plan"]
        for partner, (target, plan) in targets.items():
            if target == "pending":
                raise UserError(
                    self.env._(
                        "%(plan)s waits for approval and cannot be changed: take the request back first.",
                        plan=plan.display_name,
                    )
                )
            plans |= getattr(self, f"_add_{target}")(partner, plan.with_env(self.env))
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_care_plan_action")
        if len(plans) == 1:
            return {**action, "res_id": plans.id, "views": [(False, "form")], "context": {}}
        return {**action, "domain": [("id", "in", plans.ids)], "context": {}}

    def _add_draft(self, partner, plan):
        plan.check_access("write")
        self._create_measure(plan)
        return plan

    def _add_new(self, partner, plan):
        plan = plan.create(
            {"name": self.env._("Care plan %(year)s", year=self.date.year), "partner_id": partner.id}
        )
        return self._add_draft(partner, plan)

    def _add_change(self, partner, plan):
        plan.check_access("write")
        return self._add_draft(partner, plan.open_change_id or plan._make_change())

    def _add_direct(self, partner, plan):
        """A small measure of a plan that runs: no cost, so that nothing approved is touched."""
        plan.check_access("write")
        plan._check_unplanned()
        if not plan.date_begin <= self.date <= plan.date_end:
            raise UserError(self.env._("The date is not in the period of the plan."))
        measure = self._create_measure(plan.sudo(), state="planned", is_unplanned=True)
        measure._sync_work()
        return plan

    def _create_measure(self, plan, **vals):
        return plan.env["customer.care.measure"].create({**self._prepare_measure_vals(plan), **vals})

    def _prepare_measure_vals(self, plan):
        """Return the values of the measure. Override to add a key."""
        return {
            "plan_id": plan.id,
            "kind": self.kind,
            "name": self.name,
            "description": self.description,
            "date": self.date,
            "user_id": (self.user_id or plan.user_id).id,
            "cost": self.cost,
        }
