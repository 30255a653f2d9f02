from odoo import models
from odoo.fields import Domain

from .customer_complaint import PROBLEM_KINDS
from .customer_complaint_stage import OPEN_PHASES


class ResPartner(models.Model):
    """What complaints mean for the contact gate, for copies of the data and for their erasure."""

    _inherit = "res.partner"

    def _care_get_problem_ids(self):
        """A customer with an open complaint has a problem; who asks, proposes or praises has none."""
        groups = (
            self.env["customer.complaint"]
            .sudo()
            ._read_group(
                [
                    ("commercial_partner_id", "in", self.ids),
                    ("phase", "in", OPEN_PHASES),
                    ("kind", "in", PROBLEM_KINDS),
                ],
                ["commercial_partner_id"],
            )
        )
        return super()._care_get_problem_ids() | {partner.id for (partner,) in groups}

    def _care_privacy_models(self):
        complaints = self.env["customer.complaint"].sudo().with_context(active_test=False)
        return {
            **super()._care_privacy_models(),
            "customer.complaint": {
                "domain": lambda ids: Domain("partner_id", "in", ids),
                "fields": (
                    "number",
                    "name",
                    "kind",
                    "category_id",
                    "channel",
                    "received_datetime",
                    "stage_id",
                    "description",
                    "resolution",
                    "proposal",
                    "verdict",
                    "verdict_explanation",
                    "contact_name",
                    "signed_by",
                    "signed_datetime",
                    "happened_datetime",
                    "expectation",
                    "claimed_amount",
                    "claimed_currency_id",
                    "product_ref",
                    "order_ref",
                    "source_id",
                    "source_reference",
                    "representative_name",
                    "representative_contact",
                    "representative_relation",
                    "email_from",
                    "phone",
                    "closed_datetime",
                    "satisfaction",
                ),  # fmt: skip
                "erase": {
                    "name": "-",
                    "description": None,
                    "resolution": None,
                    "findings": None,
                    "verdict_explanation": None,
                    "proposal": None,
                    "contact_name": None,
                    "signed_by": None,
                    "expectation": None,
                    "product_ref": None,
                    "order_ref": None,
                    "reference": None,
                    "source_reference": None,
                    "representative_name": None,
                    "representative_contact": None,
                    "representative_relation": None,
                    "matched_words": None,
                    "email_from": None,
                    "email_normalized": None,
                    "email_cc": None,
                    "phone": None,
                    "stage_note": None,
                    # links in old mails lead nowhere
                    "access_token": None,
                },
            },
            "customer.complaint.stage.history": {
                "domain": lambda ids: Domain("complaint_id.partner_id", "in", ids),
                "fields": ("complaint_id", "stage_id", "datetime", "reason_id", "ending_reason_id", "note"),
                "erase": {"note": None},
            },
            "customer.complaint.compensation": {
                "domain": lambda ids: Domain("complaint_id.partner_id", "in", ids),
                "fields": (
                    "complaint_id",
                    "kind",
                    "amount",
                    "currency_id",
                    "state",
                    "executed_datetime",
                    "document_name",
                    "evidence",
                ),
                "erase": {"note": None, "evidence": None},
            },
            "customer.complaint.extension": {
                "domain": lambda ids: Domain("complaint_id.partner_id", "in", ids),
                "fields": ("complaint_id", "target", "amount", "unit", "new_deadline", "customer_note"),
                "erase": {"reason": "-", "customer_note": None},
            },
            "customer.complaint.escalation.log": {
                "domain": lambda ids: Domain("complaint_id.partner_id", "in", ids),
                "fields": ("complaint_id", "level", "cause", "note", "fired_datetime"),
                "erase": {"note": None},
            },
            "customer.complaint.answer": {
                "domain": lambda ids: Domain("complaint_id.partner_id", "in", ids),
                "fields": ("complaint_id", "kind", "datetime", "person", "comment", "text"),
                "erase": {"person": None, "comment": None, "text": None},
            },
            "customer.complaint.plan": {
                "domain": lambda ids: Domain("complaint_id.partner_id", "in", ids),
                "fields": ("complaint_id", "name", "goal", "version", "state", "done_datetime"),
                "erase": {"name": "-", "goal": None, "explanation": None},
            },
            "customer.complaint.measure": {
                "domain": lambda ids: Domain("complaint_id.partner_id", "in", ids),
                "fields": ("complaint_id", "name", "kind", "date_deadline", "state", "done_date", "result"),
                "erase": {"name": "-", "result": None},
            },
            "customer.complaint.letter": {
                "domain": lambda ids: Domain("complaint_id.partner_id", "in", ids),
                "fields": (
                    "complaint_id",
                    "subject",
                    "body",
                    "state",
                    "sent_datetime",
                    "sent_way",
                    "sent_to",
                ),
                "erase": {"subject": "-", "body": None, "sent_to": None, "digest": None},
            },
            "customer.complaint.review": {
                "domain": lambda ids: Domain("complaint_id.partner_id", "in", ids),
                "fields": (
                    "complaint_id",
                    "requested_datetime",
                    "reason",
                    "declined_solution",
                    "state",
                    "reasoning",
                    "external_body_id",
                    "named_datetime",
                ),  # fmt: skip
                "erase": {"reason": None, "declined_solution": None, "reasoning": None},
            },
            "customer.complaint.task": {
                "domain": lambda ids: Domain("complaint_id.partner_id", "in", ids),
                "fields": ("complaint_id", "name", "briefing", "result", "return_reason", "done_datetime"),
                "erase": {"name": "-", "briefing": None, "result": None, "return_reason": None},
            },
            "customer.complaint.handover": {
                "domain": lambda ids: Domain("complaint_id.partner_id", "in", ids),
                "fields": ("complaint_id", "offered_datetime", "state"),
                "erase": {"note": "-", "answer": None},
            },
            "rating.rating": {
                "domain": lambda ids: (
                    Domain("partner_id", "in", ids) & Domain("res_model", "=", "customer.complaint")
                ),
                "companies": lambda ids: Domain(
                    "res_id", "in", complaints._search([("company_id", "in", ids)])
                ),
                "fields": ("res_name", "rating", "feedback"),
                "erase": {"feedback": None, "res_name": None},
            },
        }

    def _care_get_files(self, places):
        """Signatures are files of a field, which a search leaves out unless it asks for them."""
        files = super()._care_get_files(places)
        ids = [key for name, _entry, records in places if name == "customer.complaint" for key in records.ids]
        domain = [
            ("res_model", "=", "customer.complaint"),
            ("res_field", "=", "signature"),
            ("res_id", "in", ids),
        ]
        return files | self.env["ir.attachment"].sudo().search(domain)

    def _care_get_erasure_obstacles(self):
        """An open complaint and a compensation that waits for approval need to know the customer."""
        obstacles = super()._care_get_erasure_obstacles()
        complaints = self.env["customer.complaint"].sudo()
        count = complaints.search_count(
            [("partner_id", "in", self.ids), ("stage_id.phase", "in", OPEN_PHASES)]
        )
        if count:
            obstacles = obstacles + [self.env._("The customer has %(count)s open complaints.", count=count)]
        compensations = self.env["customer.complaint.compensation"].sudo()
        pending = [("complaint_id.partner_id", "in", self.ids), ("approval_state", "=", "pending")]
        if compensations.search_count(pending, limit=1):
            obstacles = obstacles + [self.env._("A compensation of the customer waits for approval.")]
        for name in ("customer.complaint.plan", "customer.complaint.letter"):
            if self.env[name].sudo().search_count(pending, limit=1):
                obstacles = obstacles + [
                    self.env._(
                        "This waits for approval: %(name)s", name=self.env["ir.model"].sudo()._get(name).name
                    )
                ]
        return obstacles
