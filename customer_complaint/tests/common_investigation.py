from odoo import Command

from .common import ComplaintCommon


class InvestigationCommon(ComplaintCommon):
    """A complaint of ``handler`` and factories of what belongs to its investigation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint(user_id=cls.handler.id)
        cls.cause = cls.env.ref("customer_complaint.customer_complaint_cause_quality_material")
        cls.department = cls.env["customer.complaint.department"].create(
            {"name": "Assembly", "user_id": cls.employee.id}
        )

    @classmethod
    def _add(cls, model, complaint=None, **vals):
        complaint = complaint or cls.complaint
        return cls.env[f"customer.complaint.{model}"].create({"complaint_id": complaint.id, **vals})

    @classmethod
    def _add_fact(cls, complaint=None, **vals):
        return cls._add("fact", complaint, **{"text": "The seal was missing", "source": "Photo", **vals})

    @classmethod
    def _add_statement(cls, complaint=None, side="customer", **vals):
        return cls._add(
            "statement", complaint, side=side, **{"person": "Somebody", "text": "<p>x</p>", **vals}
        )

    @classmethod
    def _add_share(cls, percent, complaint=None, **vals):
        return cls._add("responsibility", complaint, percent=percent, **vals)

    @classmethod
    def _add_appraisal(cls, **vals):
        return cls._add(
            "appraisal", **{"name": "Seal", "question": "Why?", "user_id": cls.other_handler.id, **vals}
        )

    def _accuse(self, *users):
        self.complaint.accused_ids = [Command.link(user.id) for user in users]
