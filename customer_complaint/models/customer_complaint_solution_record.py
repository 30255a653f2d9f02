from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

from .customer_complaint_answer import ANSWER_CHANNELS
from .customer_complaint_solution import COMMENT_LENGTH
from .customer_complaint_stage import OPEN_PHASES

STAFF_CHANNELS = tuple(key for key, _name in ANSWER_CHANNELS if key != "portal")


class CustomerComplaintSolutionRecord(models.Model):
    """The customer's answer that somebody else notes: said by phone or on a visit, written on paper or in a mail."""

    _inherit = "customer.complaint"

    def action_record_acceptance(self):
        """Open the dialog to note that the customer accepts."""
        return self._open_record("accept")

    def action_record_decline(self):
        """Open the dialog to note that the customer declines."""
        return self._open_record("decline")

    def _open_record(self, kind):
        self.ensure_one()
        self.check_access("write")
        self._check_recordable()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_answer_record_action"
            ),
            "context": {"default_complaint_id": self.id, "default_kind": kind},
        }

    def _check_recordable(self):
        """:raises UserError: when there is nothing the customer could answer now (singleton)"""
        complaint = self.sudo()
        if complaint.phase not in OPEN_PHASES:
            raise UserError(
                self.env._("Only while a complaint is open the customer answers what is proposed.")
            )
        if complaint.solution_answer:
            raise UserError(
                self.env._("The customer has answered already. Change the proposal to ask again.")
            )
        if is_html_empty(complaint._get_solution_html()):
            raise UserError(self.env._("Nothing is proposed to the customer yet."))

    def _record_answer(self, kind, channel, person, moment, comment="", files=(), digest=None):
        """Note what the customer answered to the proposed solution; rights are those of the user.

        :param kind: accept or decline
        :param channel: phone, paper, visit or mail
        :param person: who said or wrote it
        :param moment: when, naive UTC
        :param files: [(name, content)]: the recording, the scanned paper
        :param digest: of the solution that was read out
        :raises UserError: something is missing, or the solution changed meanwhile
        """
        self.ensure_one()
        self.check_access("write")
        complaint = self.sudo()
        # two people who note an answer at once
        complaint.lock_for_update(allow_referencing=True)
        complaint.invalidate_recordset(["solution_answer", "proposal"])
        self._check_recordable()
        comment = (comment or "").strip()[:COMMENT_LENGTH]
        person = " ".join(str(person or "").split())
        if kind not in ("accept", "decline") or channel not in STAFF_CHANNELS:
            raise UserError(self.env._("Say what the customer answered, and how."))
        if digest != complaint._get_solution_digest():
            raise UserError(self.env._("What we propose has changed meanwhile. Please read it again."))
        self._check_record(kind, channel, person, moment, comment, files)
        answer = complaint._log_answer(kind, person, comment)
        answer.write(
            {"channel": channel, "recorded_by_id": self.env.uid, "user_id": False, "datetime": moment}
        )
        answer.evidence_ids = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                [
                    {"name": name, "raw": content, "res_model": answer._name, "res_id": answer.id}
                    for name, content in files
                ]
            )
        )
        complaint._on_recorded_answer(kind, answer)
        return answer

    def _check_record(self, kind, channel, person, moment, comment, files):
        """:raises UserError: when the note would prove nothing"""
        if not person:
            raise UserError(self.env._("Say who answered."))
        if not moment or moment > fields.Datetime.add(fields.Datetime.now(), minutes=1):
            raise UserError(self.env._("The customer cannot have answered in the future."))
        if moment < self.received_datetime:
            raise UserError(
                self.env._("The customer cannot have answered before the complaint was received.")
            )
        if channel == "paper" and not files:
            raise UserError(self.env._("Attach the paper on which the customer answered."))
        if not (comment or files):
            raise UserError(self.env._("Attach the recording, or note what was said."))
        if kind == "decline" and not comment:
            raise UserError(self.env._("Note why the customer declines."))

    def _on_recorded_answer(self, kind, answer):
        """Let follow from a noted answer what follows from one in the portal (singleton, superuser)."""
        accepted = kind == "accept"
        self.solution_answer = "accepted" if accepted else "declined"
        channels = dict(answer._fields["channel"]._description_selection(self.env))
        values = {"name": answer.person, "how": channels[answer.channel]}
        if accepted:
            body = self.env._("%(name)s accepts the proposed solution (%(how)s).", **values)
        else:
            body = self.env._("%(name)s declines the proposed solution (%(how)s).", **values)
        self.message_post(body=body, subtype_xmlid="mail.mt_note")
        self._complaint_on_solution_answer(accepted, answer.comment or "")
