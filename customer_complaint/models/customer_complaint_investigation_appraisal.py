from odoo import fields, models

from .customer_complaint_appraisal import OPEN


class CustomerComplaint(models.Model):
    """An investigation waits for its technical appraisals."""

    _inherit = "customer.complaint"

    appraisal_ids = fields.One2many(
        "customer.complaint.appraisal", "complaint_id", string="Appraisals", groups="base.group_user"
    )

    def _count_parts(self):
        groups = (
            self.env["customer.complaint.appraisal"]
            .sudo()
            ._read_group(
                [("complaint_id", "in", self.ids), ("state", "in", OPEN)],
                ["complaint_id"],
                ["name:array_agg"],
            )
        )
        return {**super()._count_parts(), "appraisals": {complaint.id: names for complaint, names in groups}}

    def _get_gap_texts(self, counts):
        return super()._get_gap_texts(counts) + [
            self.env._("the technical appraisal “%(name)s”", name=name)
            for name in counts["appraisals"].get(self.id, ())
        ]
