from odoo import models

from .customer_complaint_appraisal import OPEN


class CustomerComplaint(models.Model):
    _inherit = "customer.complaint"

    def _merge_parts(self, main):
        """Take facts, statements, evidence and open appraisals along; what was concluded of them stays."""
        result = super()._merge_parts(main)
        if main.investigation_state != "done":
            parts = {"complaint_id": main.id}
            self.exhibit_ids.write(parts)
            self.fact_ids.write(parts)
            self.statement_ids.write(parts)
            self.appraisal_ids.filtered(lambda one: one.state in OPEN).write(parts)
        return result
