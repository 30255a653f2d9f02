from operator import methodcaller

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.batches import work_in_batches
from .customer_care_plan import LIVE_STATES, PENDING_STATES

EVALUATE = "customer_care.mail_activity_type_plan_evaluate"


class CustomerCarePlan(models.Model):
    """From the approval to the end: start, work of people, evaluation asked, cancelled."""

    _inherit = "customer.care.plan"

    # For the form
    thrift_hint = fields.Char(string="Thrift", compute="_compute_thrift_hint")
    yearly_hint = fields.Char(string="Yearly Budget", compute="_compute_yearly_hint")

    @api.depends("budget", "expected_revenue", "currency_id")
    @api.depends_context("lang")
    def _compute_thrift_hint(self):
        for plan in self:
            if not plan.expected_revenue or not plan.budget:
                plan.thrift_hint = False
                continue
            percent = 100 * plan.budget / plan.expected_revenue
            limit = plan.company_id.sudo().care_thrift_percent
            text = self.env._("Costs %(percent)s %% of the expected revenue.", percent=f"{percent:.1f}")
            if limit and percent > limit:
                text += " " + self.env._("More than %(limit)s %%: is it worth it?", limit=f"{limit:g}")
            plan.thrift_hint = text

    @api.depends("partner_id", "budget", "date_begin", "currency_id", "scope")
    @api.depends_context("lang")
    def _compute_yearly_hint(self):
        for plan in self:
            grade = plan.partner_id.sudo().care_grade_id
            if plan.scope != "customer" or not grade.yearly_budget:
                plan.yearly_hint = False
                continue
            plan.yearly_hint = self.env._(
                "Grade %(grade)s: %(budget)s a year for one customer; other plans and gifts of the year take "
                "%(taken)s.",
                grade=grade.display_name,
                budget=grade.currency_id.format(grade.yearly_budget),
                taken=grade.currency_id.format(plan._get_taken(grade.currency_id)),
            )

    def _get_taken(self, currency):
        """Return what other plans and gifts take of the yearly budget of the customer (singleton)."""
        partner = self.env["res.partner"]
        year = (self.date_begin or fields.Date.context_today(self)).year
        ids = self.partner_id.commercial_partner_id._origin.ids
        costs = partner._care_get_yearly_costs(ids, [year], self._origin | self.origin_id)
        amounts = costs.get((ids[0], year), {}) if ids else {}
        return partner._care_sum_costs(amounts, currency, self.company_id or self.env.company)

    def _get_customers(self):
        """Return the customers (commercial partners) of the plan (singleton), as superuser: the frozen ones."""
        self.ensure_one()
        partners = self.sudo().member_ids.partner_id
        return partners or self.sudo().partner_id.commercial_partner_id

    def _start_work(self):
        """Let approved plans begin (as superuser): goals measured, measures given to their people."""
        today = fields.Date.context_today(self)
        for plan in self:
            plan.goal_ids.filtered(lambda goal: not goal.is_known_before)._measure("before")
            fresh = plan.state not in LIVE_STATES
            if fresh:
                plan.state = "approved"
            if plan.date_begin <= today:
                plan._begin()
            plan.measure_ids.filtered(lambda measure: measure.state == "draft").write({"state": "planned"})
            plan.measure_ids._sync_work()
            if fresh:
                plan._care_log("plan_approved")

    def _begin(self):
        """Call approved plans running."""
        begun = self.filtered(lambda plan: plan.state == "approved")
        begun.write({"state": "running"})
        begun._care_log("plan_started")

    def action_start(self):
        """Let approved plans run before their first day."""
        self.check_access("write")
        for plan in self:
            if plan.state != "approved" or plan.origin_id:
                raise UserError(self.env._("Only an approved plan can be started."))
            plan._approval_check_approved()
        self.sudo()._begin()
        return True

    def action_cancel(self, reason=""):
        """Cancel plans: drafts by who may write them, others by a manager. Without a reason, a dialog asks for it.

        Open work is taken back: activities, callbacks and campaign entries.
        """
        self.check_access("write")
        reason = str(reason or "").strip()
        if not reason:
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Cancel the Plan"),
                "res_model": "customer.care.plan.cancel",
                "views": [(False, "form")],
                "target": "new",
                "context": {"default_plan_ids": self.ids},
            }
        plans = self._approval_lock()
        plans.invalidate_recordset(["state"])
        for plan in plans:
            if plan.state in ("evaluated", "closed", "cancelled"):
                raise UserError(self.env._("%(plan)s has ended already.", plan=plan.display_name))
            if (
                plan.state != "draft"
                and not plan.origin_id
                and not self.env.user.has_group("customer_care.group_care_manager")
            ):
                raise AccessError(self.env._("Only a manager can cancel a plan that was submitted."))
        self.browse(plans.filtered(lambda plan: plan.state in PENDING_STATES).ids).action_cancel_approval()
        plans.open_change_id._drop_change()
        plans.measure_ids.filtered(lambda measure: measure.state in ("draft", "planned"))._cancel()
        plans.write({"state": "cancelled", "cancel_reason": reason})
        (plans.filtered("origin_id")).write({"active": False})
        plans._care_log("plan_cancelled", reason)
        self.invalidate_recordset()
        return True

    def _drop_change(self):
        """Put away working versions of a plan that ends (as superuser)."""
        for change in self:
            if change.approval_state == "pending":
                change.action_cancel_approval()
            change.write({"state": "cancelled", "active": False})

    def action_open_measures(self):
        """Open the measures of the plan."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_care_measure_action"),
            "domain": [("plan_id", "=", self.id)],
            "context": {"default_plan_id": self.id},
        }

    def action_open_members(self):
        """Open the customers for whom the plan is: the frozen ones, before that those who match today."""
        self.ensure_one()
        self.check_access("read")
        ids = self.sudo().member_ids.partner_id.ids
        domain = [("id", "in", ids)] if ids else list(self._get_segment_domain())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customers"),
            "res_model": "res.partner",
            "views": [(False, "list"), (False, "form")],
            "domain": domain,
        }

    def action_fill_from_template(self):
        """Fill drafts with the measures of their template, by default that of the customer's grade.

        Measures that are there already stay.

        :raises UserError: there is no template
        """
        self.check_access("write")
        self._check_draft()
        vals_list = []
        for plan in self:
            template = plan.template_id or plan.partner_id.sudo().care_grade_id.plan_template_id
            if not template:
                raise UserError(
                    self.env._(
                        "Choose a template: the grade of %(customer)s names none.",
                        customer=plan.partner_id.display_name or "-",
                    )
                )
            if plan.template_id != template:
                plan.template_id = template
            # Lines are sudo: a template is read by whoever may write the plan.
            lines = template.sudo().line_ids - plan.measure_ids.template_line_id
            vals_list += [plan._prepare_measure_vals(line) for line in lines]
        self.env["customer.care.measure"].create(vals_list)._assign_by_role()
        return True

    def _prepare_measure_vals(self, line):
        """Return the values of the measure that a line of a template makes. Override to add a key."""
        lang = self.user_id.lang or self.env.lang
        template = line.template_id
        return {
            "plan_id": self.id,
            "template_line_id": line.id,
            "kind": line.kind,
            "name": line.with_context(lang=lang).name,
            "date": fields.Date.add(self.date_begin, days=line.day_offset),
            "responsible_role": line.responsible_role,
            "cost": template.currency_id._convert(
                line.cost, self.currency_id, self.company_id, fields.Date.context_today(self)
            ),
        }

    def _get_role_user(self, role):
        """Return the person who has a role for the plan (singleton), as superuser; empty when nobody has it."""
        plan = self.sudo()
        company = plan.company_id
        if role == "leader":
            user = plan.team_id.user_id
        elif role == "manager":
            user = company.care_plan_manager_id or plan._get_only_user("manager", "director")
        elif role == "director":
            user = company.care_plan_director_id or plan._get_only_user("director", "admin")
        else:
            user = plan.user_id
        return user if user.active else user.browse()

    def _get_only_user(self, group, above):
        """Return the one person of a group of the company, people of the group above aside; empty when not one."""
        members = self.env.ref(f"customer_care.group_care_{group}").sudo().all_user_ids
        higher = self.env.ref(f"customer_care.group_care_{above}").sudo().all_user_ids
        users = (members - higher).filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
        )
        return users if len(users) == 1 else users.browse()

    # Night work

    @api.model
    def _cron_care_plans(self):
        """Start plans, ask for evaluations, and look after measures: each once, in batches, by any worker."""
        Cron = self.env["ir.cron"]
        today = fields.Date.context_today(self)
        jobs = [
            (
                self,
                [("state", "=", "approved"), ("date_begin", "<=", today), ("origin_id", "=", False)],
                "_begin",
            ),
            (
                self,
                [
                    ("state", "=", "running"),
                    ("date_end", "<=", today),
                    ("is_evaluation_asked", "=", False),
                    ("origin_id", "=", False),
                ],
                "_ask_evaluation",
            ),
            *self.env["customer.care.measure"]._get_jobs(today),
        ]
        Cron._commit_progress(remaining=sum(model.search_count(domain) for model, domain, _method in jobs))
        for model, domain, method in jobs:
            if not work_in_batches(model, domain, methodcaller(method)):
                return

    def _ask_evaluation(self):
        """Give the responsible people one activity on each plan whose period has ended."""
        kind = self.env.ref(EVALUATE, raise_if_not_found=False)
        for plan in self:
            if kind:
                plan.activity_schedule(
                    EVALUATE,
                    date_deadline=fields.Date.context_today(self),
                    user_id=(plan._get_role_user("specialist") or plan.team_id.user_id or self.env.user).id,
                )
        self.write({"is_evaluation_asked": True})
