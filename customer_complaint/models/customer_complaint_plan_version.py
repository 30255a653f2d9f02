from odoo import fields, models
from odoo.exceptions import UserError


class CustomerComplaintPlan(models.Model):
    """Versions: what was approved stays as it was, a change begins with a copy that is approved anew."""

    _inherit = "customer.complaint.plan"

    previous_id = fields.Many2one(
        "customer.complaint.plan",
        string="Previous Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    def action_new_version(self):
        """Replace the approved plan by a draft with the same open countermeasures and compensations.

        :raises UserError: when the plan is not approved
        """
        self.ensure_one()
        self.check_access("write")
        self.complaint_id.check_access("write")
        if self.state != "approved" or not self.is_current:
            raise UserError(self.env._("Only the current approved plan gets a new version."))
        old = self.sudo()
        old.write({"state": "replaced"})
        new = self.sudo().create(
            {
                "complaint_id": old.complaint_id.id,
                "name": old.name,
                "goal": old.goal,
                "previous_id": old.id,
                "explanation": old.explanation,
            }
        )
        for measure in old.measure_ids.filtered(lambda measure: measure.state != "cancelled"):
            measure._copy_to(new)
        old.measure_ids.filtered(lambda measure: measure.state == "open")._cancel()
        # they keep their own approvals
        self.env["customer.complaint.compensation"].sudo().search([("plan_id", "=", old.id)]).plan_id = new
        old._message_log(body=self.env._("Replaced by version %(version)s.", version=new.version))
        return new.with_env(self.env)._get_records_action(name=new.display_name)
