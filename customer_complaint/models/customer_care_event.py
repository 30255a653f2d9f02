from odoo import fields, models


class CustomerCareEvent(models.Model):
    _inherit = "customer.care.event"

    kind = fields.Selection(
        selection_add=[
            ("complaint_received", "Complaint received"),
            ("complaint_escalated", "Complaint escalated"),
            ("complaint_resolved", "Complaint resolved"),
            ("complaint_closed", "Complaint closed"),
            ("complaint_reopened", "Complaint reopened"),
            ("complaint_cancelled", "Complaint withdrawn or rejected"),
            ("complaint_merged", "Complaint merged with another one"),
            ("feedback_received", "Suggestion, inquiry or praise received"),
            ("feedback_escalated", "Suggestion, inquiry or praise escalated"),
            ("feedback_resolved", "Suggestion, inquiry or praise answered"),
            ("feedback_closed", "Suggestion, inquiry or praise closed"),
            ("feedback_reopened", "Suggestion, inquiry or praise reopened"),
            ("feedback_cancelled", "Suggestion, inquiry or praise cancelled"),
            ("compensation_approved", "Compensation approved"),
            ("compensation_rejected", "Compensation rejected"),
            ("compensation_executed", "Compensation executed"),
            ("extension_approved", "Deadline extended"),
            ("countermeasures_approved", "Countermeasure plan approved"),
            ("countermeasures_done", "Countermeasure plan carried out"),
            ("letter_sent", "Letter sent"),
            ("solution_reviewed", "Solution reviewed a second time"),
        ],
        ondelete={
            "complaint_received": "cascade",
            "complaint_escalated": "cascade",
            "complaint_resolved": "cascade",
            "complaint_closed": "cascade",
            "complaint_reopened": "cascade",
            "complaint_cancelled": "cascade",
            "complaint_merged": "cascade",
            "feedback_received": "cascade",
            "feedback_escalated": "cascade",
            "feedback_resolved": "cascade",
            "feedback_closed": "cascade",
            "feedback_reopened": "cascade",
            "feedback_cancelled": "cascade",
            "compensation_approved": "cascade",
            "compensation_rejected": "cascade",
            "compensation_executed": "cascade",
            "extension_approved": "cascade",
            "countermeasures_approved": "cascade",
            "countermeasures_done": "cascade",
            "letter_sent": "cascade",
            "solution_reviewed": "cascade",
        },
    )
