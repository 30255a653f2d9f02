import base64
import hashlib
import io
import json
import re
import tempfile
import zipfile

import pytz
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import html2plaintext

from .customer_complaint import STAFF

SHEET = "customer_complaint.customer_complaint_sheet"
# Read at once, so that memory stays small however many there are.
MESSAGES_AT_ONCE = 500
NAME_LENGTH = 100
# Larger files go to disk while the archive is made.
IN_MEMORY = 4 * 1024 * 1024


class CustomerComplaintFile(models.Model):
    """The complete file of one complaint: record sheet, messages, records and attachments in one archive."""

    _inherit = "customer.complaint"

    can_take_file = fields.Boolean(compute="_compute_can_take_file", groups=STAFF)

    @api.depends("user_id", "helper_ids", "team_id")
    @api.depends_context("uid")
    def _compute_can_take_file(self):
        for complaint in self:
            complaint.can_take_file = complaint._may_take_file()

    def _may_take_file(self):
        """Return whether the user may take the whole file away (singleton)."""
        complaint = self.sudo(False)
        readers = (
            "customer_complaint.group_complaint_manager",
            "customer_care.group_care_director",
            "customer_care.group_care_auditor",
        )
        is_his = complaint._get_roles() or any(map(self.env.user.has_group, readers))
        return bool(is_his) and not complaint._hides_identity()

    def action_complete_file(self):
        """Download the complete file of the complaint.

        :raises AccessError: for others than handler, team leader, service manager, complaint managers and auditors
        """
        self.ensure_one()
        self._check_complete_file()
        return {
            "type": "ir.actions.act_url",
            "url": f"/customer_complaint/file/{self.id}",
            "target": "download",
        }

    def _check_complete_file(self):
        """:raises AccessError: the user may not take the whole file away"""
        self.check_access("read")
        if self.env.su or self._may_take_file():
            return
        raise AccessError(
            self.env._(
                "The complete file is for the handler, the team leader and managers: %(name)s",
                name=self.number,
            )
        )

    def _write_complete_file(self):
        """Return an open temporary file with the archive, at its beginning; noted as an access.

        :raises AccessError: as ``_check_complete_file``
        """
        self.ensure_one()
        self._check_complete_file()
        self.env["customer.complaint.access"].sudo().create(self._prepare_file_access())
        target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)
        manifest = {
            "complaint": self.number,
            "subject": self.name,
            "made": fields.Datetime.to_string(fields.Datetime.now()),
            "by": self.env.user.name,
            "files": [],
        }
        now = fields.Datetime.context_timestamp(self, fields.Datetime.now()).timetuple()[:6]
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, chunks, source in self._get_file_parts():
                digest, size = hashlib.sha256(), 0
                info = zipfile.ZipInfo(name, date_time=now)
                info.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(info, "w", force_zip64=True) as entry:
                    for chunk in chunks:
                        digest.update(chunk)
                        size += len(chunk)
                        entry.write(chunk)
                manifest["files"].append(
                    {"name": name, "bytes": size, "sha256": digest.hexdigest(), "source": source}
                )
            archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
        target.seek(0)
        return target

    def _prepare_file_access(self):
        now = fields.Datetime.now()
        return {
            "complaint_id": self.id,
            "user_id": self.env.uid,
            "kind": "file",
            "hour": now.replace(minute=0, second=0, microsecond=0),
            "datetime": now,
        }

    def _get_file_parts(self):
        """Yield (name in the archive, iterable of bytes, what it is) of one complaint. Override to add more."""
        pdf, _kind = self.env["ir.actions.report"].sudo()._render_qweb_pdf(SHEET, self.ids)
        yield f"{self.number}.pdf", [pdf], "sheet"
        yield "timeline.json", [self._dump(self._get_file_timeline())], "timeline"
        yield "messages.txt", self._get_file_messages(), "messages"
        records = self._get_file_records()
        if records:
            yield "records.json", [self._dump(records)], "records"
        for report in self.sudo().major_report_ids.filtered("pdf"):
            yield (
                f"reports/{report.pdf_name}",
                [base64.b64decode(report.with_context(bin_size=False).pdf)],
                "report",
            )
        yield from self._get_file_attachments()

    def _dump(self, value):
        return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()

    def _get_file_timeline(self):
        """Return the milestones and the moves from stage to stage as plain values."""
        rows = self.sudo().stage_history_ids.sorted("id")
        return {
            "milestones": [
                {"key": key, "name": label, "date": moment or None, "by": who}
                for key, label, moment, who in self._get_milestones()
            ],
            "stages": [
                {
                    "date": row.datetime,
                    "stage": row.stage_id.name,
                    "by": row.user_id.name,
                    "reason": row.reason_id.name or row.ending_reason_id.name or None,
                    "note": row.note or None,
                }
                for row in rows
            ],
        }

    def _get_file_records(self):
        """Return {name: [values]} of what belongs to the complaint, by the reader's rights."""
        names = {
            "compensations": ("compensation_ids", ("display_name", "state", "approval_state", "note")),
            "tasks": ("task_ids", ("name", "state", "deadline")),
            "answers": ("answer_ids", ("datetime", "kind", "person", "comment")),
        }
        return {
            key: self[link].read(columns, load=None) for key, (link, columns) in names.items() if self[link]
        }

    def _get_file_messages(self):
        """Yield the messages as text by the clock of the company, the oldest first, in parts."""
        zone = pytz.timezone(self.company_id._care_get_tz())
        Message = self.env["mail.message"]
        domain = [
            ("model", "=", self._name),
            ("res_id", "=", self.id),
            ("message_type", "!=", "user_notification"),
        ]
        last = 0
        while messages := Message.search([*domain, ("id", ">", last)], order="id", limit=MESSAGES_AT_ONCE):
            for message in messages:
                text = html2plaintext(message.body or "").strip()
                if text:
                    author = message.author_id.name or message.email_from or ""
                    moment = pytz.utc.localize(message.date).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %z")
                    yield f"{moment} {author}\n{message.subject or ''}\n{text}\n\n".encode()
            last = messages[-1].id
            messages.invalidate_recordset()

    def _get_file_attachments(self):
        """Yield the attachments, each read when its turn comes; equal names get a number."""
        attachments = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("res_field", "=", False),
                ("type", "=", "binary"),
            ],
            order="id",
        )
        taken = set()
        skipped = self._get_file_skipped()
        for attachment in attachments:
            if attachment.checksum in skipped:
                continue
            name = self._clean_file_name(attachment.name)
            if name.lower() in taken:
                name = f"{attachment.id}-{name}"
            taken.add(name.lower())
            yield f"attachments/{name}", self._read_chunks(attachment), "attachment"
            attachment.invalidate_recordset()

    def _get_file_skipped(self):
        """Return the checksums of attachments that are in the archive elsewhere. Override to add more."""
        return set()

    def _clean_file_name(self, name):
        """Return a name without folders and what a file system refuses: the names come from strangers."""
        cleaned = re.sub(r'[\x00-\x1f/\\:*?"<>|]', "_", name or "").strip(". ")[-NAME_LENGTH:]
        return cleaned or "file"

    def _read_chunks(self, attachment):
        with io.BytesIO(attachment.raw or b"") as source:
            while chunk := source.read(65536):
                yield chunk
