from odoo import Command, fields, models
from odoo.exceptions import UserError


class CustomerComplaintCompensationExecute(models.TransientModel):
    """Asks how compensations were carried out that have neither a document nor evidence."""

    _name = "customer.complaint.compensation.execute"
    _description = "Execute Compensations"

    compensation_ids = fields.Many2many(
        "customer.complaint.compensation",
        "customer_complaint_compensation_execute_rel",
        string="Compensations",
        required=True,
    )
    evidence = fields.Text(string="Evidence of Execution")
    file_ids = fields.Many2many(
        "ir.attachment", "customer_complaint_compensation_execute_file_rel", string="Evidence Files"
    )

    def action_confirm(self):
        """Execute the compensations; rights are those of the user on them.

        :raises UserError: without any evidence
        """
        self.ensure_one()
        evidence = (self.evidence or "").strip()
        if not evidence and not self.file_ids:
            raise UserError(self.env._("Say or show how the customer got it."))
        for compensation in self.compensation_ids:
            if not compensation._has_proof():
                compensation.write(
                    {
                        "evidence": evidence or False,
                        "evidence_file_ids": [Command.set(self._get_files(compensation).ids)],
                    }
                )
        self.compensation_ids.action_execute()
        return {"type": "ir.actions.act_window_close"}

    def _get_files(self, compensation):
        """Return the files for one compensation: of several each has its own copy, which goes with it."""
        if len(self.compensation_ids) == 1:
            return self.file_ids
        target = {"res_model": compensation._name, "res_id": compensation.id}
        return self.file_ids.browse(file.copy(target).id for file in self.file_ids)
