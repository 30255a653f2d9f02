from odoo import api, fields, models, tools

from .customer_complaint_flow import Missing


class CustomerComplaint(models.Model):
    """The tasks of a complaint."""

    _inherit = "customer.complaint"

    task_ids = fields.One2many(
        "customer.complaint.task", "complaint_id", string="Department Tasks", groups="base.group_user"
    )
    open_task_count = fields.Integer(
        compute="_compute_task_counts", string="Open Tasks", groups="base.group_user"
    )
    task_count = fields.Integer(compute="_compute_task_counts", string="Tasks", groups="base.group_user")

    @api.depends("task_ids.state")
    def _compute_task_counts(self):
        groups = self.env["customer.complaint.task"]._read_group(
            [("complaint_id", "in", self.ids), ("state", "!=", "cancelled")],
            ["complaint_id", "state"],
            ["__count"],
        )
        counts, opened = {}, {}
        for complaint, state, count in groups:
            counts[complaint.id] = counts.get(complaint.id, 0) + count
            if state != "done":
                opened[complaint.id] = opened.get(complaint.id, 0) + count
        for complaint in self:
            complaint.task_count = counts.get(complaint._origin.id, 0)
            complaint.open_task_count = opened.get(complaint._origin.id, 0)

    def action_open_tasks(self):
        """Open the tasks that departments do for this complaint."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_task_action"
        )
        return {
            **action,
            "domain": [("complaint_id", "=", self.id)],
            "context": {"default_complaint_id": self.id},
        }

    def _merge_parts(self, main):
        """Let departments go on with their tasks for ``main``; what is done stays where it was done."""
        result = super()._merge_parts(main)
        self.task_ids.filtered(lambda task: task.state not in ("done", "cancelled")).write(
            {"complaint_id": main.id}
        )
        return result

    def _get_missing(self, stage):
        missing = super()._get_missing(stage)
        if stage.id not in stage._get_ids_needing_tasks():
            return missing
        tasks = (
            self.env["customer.complaint.task"]
            .sudo()
            .search([("complaint_id", "in", self.ids), ("state", "not in", ("done", "cancelled"))])
        )
        return missing + [
            Missing(
                task.complaint_id,
                self.env._("the department task “%(name)s” is not done", name=task.name),
                "action_open_tasks",
            )
            for task in tasks
        ]


class CustomerComplaintStage(models.Model):
    _inherit = "customer.complaint.stage"

    needs_tasks_done = fields.Boolean(
        string="All Department Tasks Done",
        help="A complaint enters only when its department tasks are done or cancelled.",
    )

    @api.model
    @tools.ormcache()
    def _get_ids_needing_tasks(self):
        """Return the ids of the stages that wait for the tasks, kept in the registry's cache."""
        stages = self.sudo().with_context(active_test=False)
        return frozenset(stages.search([("needs_tasks_done", "=", True)]).ids)
