import zlib
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from odoo.addons.mail.tests.common import MailCommon
from odoo.tests import new_test_user

DATA = Path(__file__).parent / "data"
ALIAS = "care-test@test.mycompany.com"


class ComplaintMailCommon(MailCommon):
    """A team with a working address and the people around it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Complaint = cls.env["customer.complaint"]
        cls.leader = new_test_user(
            cls.env, "complaint_leader", groups="customer_complaint.group_complaint_supervisor"
        )
        cls.handler = new_test_user(
            cls.env,
            "complaint_handler",
            groups="customer_complaint.group_complaint_user",
            email="handler@staff.test",
        )
        cls.team = cls.env["customer.complaint.team"].create(
            {
                "name": "Test Team",
                "company_id": cls.env.company.id,
                "user_id": cls.leader.id,
                "member_ids": [(6, 0, (cls.leader | cls.handler).ids)],
                "alias_name": "care-test",
                "alias_domain_id": cls.mail_alias_domain.id,
            }
        )
        cls.customer = cls.env["res.partner"].create({"name": "Ann Customer", "email": "ann@customer.test"})
        cls.stages = {
            phase: cls.env["customer.complaint.stage"].search(
                [("phase", "=", phase), ("team_ids", "=", False)], limit=1
            )
            for phase in ("open", "waiting", "resolved", "closed", "cancelled")
        }

    @classmethod
    def _create_complaint(cls, **vals):
        return cls.Complaint.create({"name": "Broken", "team_id": cls.team.id, "channel": "phone", **vals})

    def _process(self, source, user=None):
        """Hand a mail in as a mail server does, let the job acknowledge, and give the complaints made of it."""
        before = self.Complaint.with_context(active_test=False).search([])
        if isinstance(source, str):
            source = source.encode()
        with self.mock_mail_gateway():
            self.env["mail.thread"].with_user(user or self.env.user).message_process(False, source)
            with self._no_commit():
                self.Complaint._cron_acknowledge()
            self.env.flush_all()
        return self.Complaint.with_context(active_test=False).search([], order="id") - before

    def _process_file(self, name):
        return self._process((DATA / f"{name}.eml").read_bytes())

    def _mail(
        self, subject="It is broken", sender="Ann Customer <ann@customer.test>", extra="", body="Text", **kw
    ):
        """Give the source of a plain mail; headers given as None are left out."""
        key = zlib.crc32(repr((subject, sender, extra, body)).encode())
        headers = {
            "Message-Id": f"<{key}@customer.test>",
            "From": sender,
            "To": ALIAS,
            "Subject": subject,
            **kw,
        }
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value is not None]
        return "\r\n".join([*lines, *filter(None, [extra]), "", body])

    def _acknowledgements(self, complaint):
        """Give the queued acknowledgements of a complaint."""
        return (
            self.env["mail.mail"]
            .sudo()
            .search([("model", "=", "customer.complaint"), ("res_id", "=", complaint.id)])
            .filtered(lambda mail: "auto-replied" in (mail.headers or ""))
        )

    @contextmanager
    def _no_commit(self):
        """Let a cron method run inside of the test's transaction."""
        with patch.object(self.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 10.0):
            yield
