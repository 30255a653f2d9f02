import json

from odoo import Command

from ..models.identity_fields import Masked
from .common import ComplaintCommon

SECRETS = ("Lin Wei", "lin.wei", "5555 0101", "Orchid", "orchid", "Uncle Bo", "SO-4711")


class IdentityCommon(ComplaintCommon):
    """``helper`` works on a protected complaint, and ``supervisor`` leads its team: neither knows who complained."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "customer_complaint.group_complaint"
        cls.helper = cls._create_user("helper_t", f"{group}_user")
        cls.service_manager = cls._create_user("service_manager_t", f"{group}_user")
        cls.receiver = cls._create_user("receiver_t", f"{group}_user")
        cls.team.manager_id = cls.service_manager
        cls.company_customer = cls.env["res.partner"].create({"name": "Orchid Ltd", "is_company": True})
        cls.customer.parent_id = cls.company_customer
        cls.complaint = cls._create_complaint(
            name="The boss bullies",
            user_id=cls.handler.id,
            receiver_id=cls.receiver.id,
            helper_ids=[Command.link(cls.helper.id)],
            contact_name="Lin Wei of Orchid",
            email_cc="orchid@customer.example",
            representative_name="Uncle Bo",
            order_ref="SO-4711",
            is_identity_protected=True,
        )
        cls.plain = cls._create_complaint(name="A leak", helper_ids=[Command.link(cls.helper.id)])
        cls.compensation = cls._create_compensation(cls.complaint)
        cls.task = cls.env["customer.complaint.task"].create(
            {"name": "Ask the witness", "complaint_id": cls.complaint.id}
        )
        cls.statement = cls.env["customer.complaint.statement"].create(
            {"complaint_id": cls.complaint.id, "side": "customer", "person": "Lin Wei", "text": "I saw it"}
        )
        cls.complaint.sudo()._log_answer("accept", "Lin Wei")
        cls.letter = cls.complaint.message_post(
            body="I am Lin Wei",
            author_id=cls.customer.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("letter of Lin Wei.txt", b"x")],
        )
        cls.complaint.message_subscribe(cls.customer.ids)
        cls.note = cls.complaint.with_user(cls.handler).message_post(
            body="Look into it", subtype_xmlid="mail.mt_note"
        )
        cls.blind = cls.helper | cls.supervisor
        cls.knowing = (
            cls.handler | cls.receiver | cls.service_manager | cls.manager | cls.director | cls.auditor
        )
        cls.names = [
            name
            for name, field in cls.complaint._fields.items()
            if isinstance(field, Masked) and field.type != "binary"
        ]
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.env.invalidate_all()

    def _mine(self, record, user):
        self.env.invalidate_all()
        return record.with_user(user)

    def _assert_silent(self, result, where=None):
        text = json.dumps(result, default=str, ensure_ascii=False)
        for secret in SECRETS:
            self.assertNotIn(secret, text, where)
