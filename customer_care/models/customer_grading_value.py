from odoo import models

from ..fields import Reference


class CustomerGradingValue(models.Model):
    """Figures of customers while a run needs them: one row each, removed when the run ends."""

    _name = "customer.grading.value"
    _description = "Figures of a Grading Run"
    _log_access = False

    run_id = Reference("customer.grading.run", required=True, readonly=True)
    partner_id = Reference("res.partner", required=True, readonly=True)

    _run_idx = models.Index("(run_id, partner_id)")

    def init(self):
        result = super().init()
        # An array: the ORM has no such type, and one column for each criterion would limit their number.
        self.env.cr.execute(
            "ALTER TABLE customer_grading_value ADD COLUMN IF NOT EXISTS metric_values double precision[]"
        )
        return result
