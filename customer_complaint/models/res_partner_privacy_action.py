from odoo import models
from odoo.fields import Domain


class ResPartner(models.Model):
    """What actions keep of a customer: words, where all complaints of the action are of this customer."""

    _inherit = "res.partner"

    def _care_privacy_models(self):
        def only_of(ids):
            of_others = Domain("partner_id", "not in", ids)
            return Domain("complaint_ids", "any!", Domain("partner_id", "in", ids)) & ~Domain(
                "complaint_ids", "any!", of_others
            )

        return {
            **super()._care_privacy_models(),
            "customer.complaint.action": {
                "domain": only_of,
                "fields": ("number", "kind", "state", "date_done"),
                "erase": {"name": "-", "problem": None, "result": None},
            },
        }
