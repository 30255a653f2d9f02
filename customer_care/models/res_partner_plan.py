from odoo import fields, models

from .customer_care_plan import LIVE_STATES, PENDING_STATES

READERS = "customer_care.group_care_user,customer_care.group_care_auditor"
OPEN_STATES = ("draft", *PENDING_STATES, *LIVE_STATES)


class ResPartner(models.Model):
    """The care plans of a customer."""

    _inherit = "res.partner"

    care_plan_count = fields.Integer(string="Care Plans", compute="_compute_care_plan_count", groups=READERS)
    care_plan_id = fields.Many2one(
        "customer.care.plan", string="Running Plan", compute="_compute_care_plan_id", groups=READERS
    )

    def _compute_care_plan_count(self):
        customers = self.commercial_partner_id
        groups = self.env["customer.care.plan"]._read_group(
            [("commercial_partner_id", "in", customers.ids), ("origin_id", "=", False)],
            ["commercial_partner_id"],
            ["__count"],
        )
        counts = {partner.id: count for partner, count in groups}
        for partner in self:
            partner.care_plan_count = counts.get(partner.commercial_partner_id.id, 0)

    def _compute_care_plan_id(self):
        plans = self.env["customer.care.plan"].search(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("state", "in", LIVE_STATES),
                ("origin_id", "=", False),
            ],
            order="state desc, date_begin, id",
        )
        by_customer = {}
        for plan in plans:
            by_customer.setdefault(plan.commercial_partner_id.id, plan)
        for partner in self:
            partner.care_plan_id = by_customer.get(partner.commercial_partner_id.id, plans.browse())

    def _compute_care_plan_name(self):
        """Name the plan that runs, else what the grade proposes."""
        result = super()._compute_care_plan_name()
        for partner in self:
            plan = partner.care_plan_id
            if plan:
                partner.care_plan_name = f"{plan.name} ({plan.progress} %)"
        return result

    def action_care_open_plans(self):
        """Open the plans of the customer."""
        self.ensure_one()
        self.check_access("read")
        customer = self.commercial_partner_id
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_care_plan_action"),
            "domain": [("commercial_partner_id", "=", customer.id), ("origin_id", "=", False)],
            "context": {"default_partner_id": customer.id},
        }

    def action_care_add_measure(self):
        """Open the dialogue that adds a measure to the plans of these customers.

        It goes into the customer's draft, into a new version of the plan that runs, or into a new draft.
        """
        self.check_access("read")
        self.env["customer.care.plan"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add Measure"),
            "res_model": "customer.care.measure.add",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_ids": self.ids},
        }

    def action_care_create_plans(self):
        """Open the dialogue that makes plans for these customers."""
        self.check_access("read")
        self.env["customer.care.plan"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Create Care Plans"),
            "res_model": "customer.care.plan.create",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_ids": self.commercial_partner_id.ids},
        }

    def _care_get_open_plans(self):
        """Return ``{customer id: open plan}``, whoever's they are: a draft before one that runs, which may change."""
        plans = (
            self.env["customer.care.plan"]
            .sudo()
            .search(
                [
                    ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                    ("state", "in", OPEN_STATES),
                    ("origin_id", "=", False),
                    ("company_id", "=", self.env.company.id),
                ]
            )
        )
        rank = {state: number for number, state in enumerate(("running", "approved", "draft"))}
        found = {}
        for plan in plans.sorted(lambda plan: (rank.get(plan.state, len(rank)), plan.id)):
            found.setdefault(plan.commercial_partner_id.id, plan)
        return found
