from odoo import Command, fields, models


class CustomerCareMeasureDone(models.TransientModel):
    """Finish a measure: when, what it cost, what came of it, and the evidence."""

    _name = "customer.care.measure.done"
    _description = "Measure Done"

    measure_id = fields.Many2one("customer.care.measure", required=True, ondelete="cascade")
    # By the reader's rights: the dialog can be opened with the number of any measure.
    currency_id = fields.Many2one(related="measure_id.currency_id", related_sudo=False)
    planned_cost = fields.Monetary(related="measure_id.planned_cost", related_sudo=False)
    date_done = fields.Date(string="Done On", required=True, default=fields.Date.context_today)
    actual_cost = fields.Monetary()
    note = fields.Text(string="Result")
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")

    def action_confirm(self):
        """Finish the measure with what was entered; its own checks hold."""
        self.ensure_one()
        measure = self.measure_id
        if self.attachment_ids:
            measure._check_may_finish()
            measure.write({"attachment_ids": [Command.link(number) for number in self.attachment_ids.ids]})
            # a file of another document stays where it is
            own = self.attachment_ids.sudo().filtered(
                lambda file: (
                    file.create_uid == self.env.user and (not file.res_id or file.res_model == self._name)
                )
            )
            own.write({"res_model": measure._name, "res_id": measure.id})
        measure.action_done(
            actual_cost=self.actual_cost or measure.actual_cost,
            note=self.note or measure.note or "",
            date_done=self.date_done,
        )
        return {"type": "ir.actions.act_window_close"}
