from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.customer_lifecycle_run import SLICE
from ..tools.matrix import get_matrix


class CustomerLifecycleApply(models.TransientModel):
    """Show how many customers the rules would move now, and move them."""

    _name = "customer.lifecycle.apply"
    _description = "Apply the Life-Cycle Rules"

    matrix = fields.Json(compute="_compute_matrix")
    moved_count = fields.Integer(string="Customers to Move", compute="_compute_matrix")
    problems = fields.Text(compute="_compute_problems")

    @api.depends_context("lang")
    def _compute_matrix(self):
        self.env["customer.lifecycle.stage"].check_access("write")
        counts = self.env["customer.lifecycle.run"].sudo()._preview()
        stages = self.env["customer.lifecycle.stage"].with_context(active_test=False).search(Domain.TRUE)
        used = {stage_id for pair in counts for stage_id in pair}
        names = [(stage.id, stage.name) for stage in stages if stage.active or stage.id in used]
        table = get_matrix(
            names,
            names,
            counts,
            none=self.env._("No stage"),
            total=self.env._("Total"),
            get_class=lambda row, column: "" if row == column else "table-warning",
        )
        for row in table["rows"]:
            for cell in row["cells"]:
                cell.pop("args", None)
        for wizard in self:
            wizard.matrix = {**table, "corner": self.env._("From ↓ to →")}
            wizard.moved_count = sum(count for (old, new), count in counts.items() if old != new)

    def _compute_problems(self):
        problems = self.env["customer.lifecycle.stage"]._get_problems()
        stages = self.env["customer.lifecycle.stage"].browse(problems)
        for wizard in self:
            wizard.problems = "\n".join(
                f"{stage.name}: {sentence}" for stage in stages for sentence in problems[stage.id]
            )

    def action_apply(self):
        """Apply the rules: at once to a small database, else by the job in the background.

        :raises UserError: a filter or a figure fails
        """
        self.ensure_one()
        self.env["customer.lifecycle.stage"].check_access("write")
        runs = self.env["customer.lifecycle.run"].sudo()
        run = runs._start()
        if run.last_id - run.next_id > 5 * SLICE:
            self.env.ref("customer_care.ir_cron_lifecycle").sudo()._trigger()
        else:
            if not run.try_lock_for_update():
                raise UserError(self.env._("The rules are being applied already."))
            while run.state == "running":
                run._run_slice()
        return {
            "type": "ir.actions.act_window",
            "res_model": run._name,
            "res_id": run.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
