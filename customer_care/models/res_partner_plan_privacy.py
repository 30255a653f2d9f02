from odoo import api, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """What care plans keep of customers, for the copy of their data and for erasing."""

    _inherit = "res.partner"

    @api.model
    def _care_privacy_models(self):
        def own(ids):
            return Domain("partner_id", "in", ids)

        return {
            **super()._care_privacy_models(),
            "customer.care.plan": {
                "domain": own,
                "fields": (
                    "number", "name", "state", "date_begin", "date_end", "description", "verdict", "lessons",
                    "improvement",
                ),
                "erase": {
                    "name": "-", "description": None, "lessons": None, "improvement": None, "remark": None,
                    "verdict_reason": None, "cancel_reason": None,
                },
            },
            "customer.care.measure": {
                "domain": own,
                "fields": ("name", "kind", "date", "state", "date_done", "note", "description"),
                "erase": {"name": "-", "note": None, "description": None, "work_note": None},
            },
            "customer.care.plan.version": {
                "domain": lambda ids: Domain("plan_id.partner_id", "in", ids),
                "fields": ("number", "date", "decision", "remark"),
                "erase": {"spec": None, "remark": None},
            },
            "customer.care.plan.member": {
                "domain": own,
                "fields": ("plan_id", "grade_id"),
                "erase": {},
            },
        }  # fmt: skip
