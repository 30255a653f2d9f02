from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class CustomerCarePlanMember(models.Model):
    """A customer for whom a plan is made; frozen when the plan is submitted, also where it is only one."""

    _name = "customer.care.plan.member"
    _description = "Customer of a Care Plan"
    _order = "id"
    _rec_name = "partner_id"

    plan_id = fields.Many2one(
        "customer.care.plan", required=True, readonly=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="plan_id.company_id")
    plan_state = fields.Selection(related="plan_id.state", string="State of the Plan")
    grade_id = fields.Many2one("customer.grade", string="Grade at the Submission", readonly=True)

    _plan_partner_uniq = models.Constraint(
        "UNIQUE(plan_id, partner_id)", "The customer is in this plan already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("The customers of a plan are frozen when it is submitted."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            raise AccessError(self.env._("The customers of a plan are frozen when it is submitted."))
        return super().write(vals)

    def _freeze(self, plan, customers=None):
        """Put the customers who belong to ``plan`` today (singleton) in the place of the earlier ones.

        :param customers: ``res.partner`` by the rights of who names the filter; default: as superuser
        """
        plan = plan.sudo()
        if plan.scope == "customer":
            partners = plan.partner_id.commercial_partner_id
            source = SQL("SELECT id, care_grade_id FROM res_partner WHERE id = %s", partners.id)
        else:
            customers = self.env["res.partner"].sudo() if customers is None else customers
            query = customers._search(plan._get_segment_domain())
            source = SQL(
                "SELECT id, care_grade_id FROM res_partner WHERE id IN (%s) ORDER BY id", query.subselect()
            )
        self.env.flush_all()
        self.env.cr.execute(SQL("DELETE FROM customer_care_plan_member WHERE plan_id = %s", plan.id))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_care_plan_member
                       (plan_id, partner_id, grade_id, create_uid, create_date, write_uid, write_date)
                SELECT %(plan)s, source.id, source.care_grade_id, %(user)s, %(now)s, %(user)s, %(now)s
                  FROM (%(source)s) source
                """,
                plan=plan.id,
                user=self.env.uid,
                now=fields.Datetime.now(),
                source=source,
            )
        )
        self.env.invalidate_all()
        plan.modified(["member_ids"])
