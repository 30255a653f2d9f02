import io
import json
import zipfile
from unittest.mock import patch

from odoo.addons.customer_complaint import post_init_hook
from odoo.addons.customer_complaint.models.customer_complaint_stage_closing import GATES
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import ComplaintCommon

RENDER = "odoo.addons.base.models.ir_actions_report.IrActionsReport._render_qweb_pdf"


@tagged("post_install", "-at_install")
class TestClosing(ComplaintCommon):
    """What stages ask before a complaint is done, how it is reopened and how it ends without answer."""

    def _refuse(self, complaint, text):
        for user in (self.handler, self.manager, self.env.user):
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, text):
                complaint.with_user(user).write({"stage_id": self.stage_closed.id})

    def test_gates_refuse_until_fulfilled(self):
        """Each gate holds for all, and opens with what it asks for."""
        with self._at(2):
            complaint = self._create_complaint(user_id=self.handler.id)
        self.stage_closed.write({"needs_verdict": True})
        self._refuse(complaint, "verdict")
        complaint.verdict = "valid"
        self.stage_closed.write({"needs_informed": True})
        self._refuse(complaint, "not informed")
        with self._at(3):
            complaint.action_mark_responded()
        self.stage_closed.write({"needs_answer": True})
        self._refuse(complaint, "answer is not known")
        complaint.sudo().solution_answer = "accepted"
        self._move(complaint, self.stage_closed)
        with self._at(4):
            complaint.action_reopen("Again")
        complaint.sudo().solution_answer = "accepted"
        self._refuse(complaint, "not informed")

    def test_gates_ask_nothing_that_cannot_be(self):
        """Praise has no verdict; who cannot be reached is neither informed nor asked."""
        self.stage_closed.write({gate: True for gate in ("needs_verdict", "needs_informed", "needs_answer")})
        praise = self._create_complaint(kind="praise", partner_id=False)
        self._move(praise, self.stage_closed)
        self.assertTrue(praise.closed_datetime)

    def test_everyday_complaints_are_spared(self):
        """What a new database asks is asked of serious complaints; what was begun is finished by all."""
        for name in ("closed", "repair_closed"):
            stage = self.env.ref(f"customer_complaint.customer_complaint_stage_{name}")
            stage.write(dict.fromkeys(("needs_tasks_done", *GATES), False))
        post_init_hook(self.env)
        general, serious = (
            self._create_complaint(user_id=self.handler.id, severity=severity)
            for severity in ("general", "serious")
        )
        self._move(general, self.stage_closed)
        for text in ("verdict", "cause", "not informed", "answer is not known"):
            self._refuse(serious, text)
        task = self.env["customer.complaint.task"].create(
            {"complaint_id": general.id, "name": "Check", "user_id": self.handler.id}
        )
        general._reopen("One thing is left")
        self._refuse(general, "task")
        task.sudo().unlink()
        self._move(general, self.stage_closed)
        self.stage_closed.gates_from = False
        general._reopen("Again")
        self._refuse(general, "verdict")

    def test_silence_is_an_answer(self):
        """A complaint closes without the customer's answer once it was warned that it would."""
        self.stage_closed.write({"needs_answer": True})
        complaint = self._wait()
        self.env["customer.complaint.waiting.rule"].create({"name": "T", "warn_days": 1, "close_days": 1})
        for day in (4, 6, 9):
            self._run(day)
        self.assertEqual((complaint.phase, complaint.is_closed_unanswered), ("closed", True))

    def test_staff_reopens_within_the_limit_only(self):
        """Later a new complaint continues the old one, which stays as it is."""
        company = self.env.company
        company.care_reopen_staff_days = 30
        with self._at(2):
            old, fresh = (
                self._create_complaint(user_id=self.handler.id),
                self._create_complaint(user_id=self.handler.id),
            )
            self._move(old, self.stage_closed)
        with self._at(28):
            self._move(fresh, self.stage_closed)
        with self._at(2, month=4):
            action = (old + fresh).with_user(self.handler).action_reopen("Leaks again")
        self.assertEqual((old.reopen_count, fresh.reopen_count), (0, 1))
        new = self.env["customer.complaint"].browse(action["res_id"])
        self.assertRecordValues(
            new,
            [
                {
                    "previous_id": old.id,
                    "partner_id": self.customer.id,
                    "phase": "open",
                    "team_id": self.team.id,
                }
            ],
        )
        company.care_reopen_staff_days = 0
        with self._at(2, month=5):
            old.with_user(self.handler).action_reopen("Leaks again")
        self.assertEqual(old.reopen_count, 1)

    def _wait(self, **vals):
        with self._at(2):
            complaint = self._create_complaint(user_id=self.handler.id, **vals)
            reason = self.env["customer.complaint.waiting.reason"].search(
                [("waits_for", "=", "customer")], limit=1
            )
            complaint.write({"stage_id": self.stage_waiting.id, "waiting_reason_id": reason.id})
        return complaint

    def _run(self, day):
        commit = patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=1)
        with self._at(day), commit:
            self.env["customer.complaint"]._cron_close_waiting()

    def test_waiting_ones_are_warned_then_closed_and_opened_by_an_answer(self):
        """One warning after N working days, closed after M more; the customer's answer reopens."""
        complaint = self._wait()
        self._run(27)
        self.assertFalse(complaint.waiting_warned_datetime)
        self.env["customer.complaint.waiting.rule"].create({"name": "T", "warn_days": 5, "close_days": 2})
        self._run(9)
        self.assertFalse(complaint.waiting_warned_datetime)
        messages = complaint.message_ids
        self._run(10)
        self._run(10)
        self.assertEqual(complaint.waiting_warned_datetime.day, 10)
        self.assertEqual(len((complaint.message_ids - messages).filtered("subject")), 1)
        self._run(12)
        self.assertEqual(complaint.phase, "waiting")
        self._run(13)
        self.assertEqual((complaint.phase, complaint.is_closed_unanswered), ("closed", True))
        self.team.closed_reply = "note"
        self.assertEqual(complaint._get_closed_reply(), "reopen")
        complaint._reopen("He answered")
        self.assertFalse(complaint.is_closed_unanswered or complaint.waiting_warned_datetime)

    def test_who_answered_or_waits_for_others_is_left_alone(self):
        """A message of the customer stops it; a gate of the stage keeps it open and tells the handler."""
        self.env["customer.complaint.waiting.rule"].create({"name": "T", "warn_days": 1, "close_days": 1})
        answered, gated = self._wait(), self._wait()
        with self._at(3):
            answered.message_post(
                body="Here I am",
                author_id=self.customer.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        answered.message_ids.filtered(lambda m: m.author_id == self.customer).date = "2026-03-03 09:00:00"
        self.stage_closed.needs_verdict = True
        for day in (5, 12, 13):
            self._run(day)
        self.assertFalse(answered.waiting_warned_datetime)
        self.assertEqual(gated.phase, "waiting")
        self.assertIn("cannot be closed", " ".join(gated.activity_ids.mapped(lambda a: a.summary or "")))


@tagged("post_install", "-at_install")
class TestCompleteFile(ComplaintCommon, HttpCase):
    """Milestones, record sheet and the complete file."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch(RENDER, lambda *args, **kwargs: (b"%PDF-1.4", "pdf")))

    def _open(self, complaint, user):
        with complaint.with_user(user)._write_complete_file() as source:
            return zipfile.ZipFile(io.BytesIO(source.read()))

    def test_milestones_follow_what_happened(self):
        """In order, each with its time and who; what did not happen has no date."""
        with self._at(2):
            complaint = self._create_complaint(user_id=self.handler.id)
        with self._at(3):
            complaint.with_user(self.handler).write({"stage_id": self.stage_investigating.id})
            complaint.with_user(self.handler).action_mark_responded()
        with self._at(4):
            complaint.with_user(self.handler).write({"stage_id": self.stage_proposed.id})
        milestones = {
            key: (moment and moment.day, who) for key, _label, moment, who in complaint._get_milestones()
        }
        self.assertEqual(
            list(milestones),
            "received acknowledged assessed investigated resolved informed corrected verified closed".split(),
        )
        self.assertEqual(milestones["assessed"], (3, self.handler.name))
        self.assertEqual(milestones["resolved"], (4, self.handler.name))
        self.assertEqual(milestones["informed"][0], 3)
        self.assertFalse(milestones["closed"][0] or milestones["verified"][0])
        with self._at(5):
            self._move(complaint, self.stage_closed)
        milestones = {key: moment and moment.day for key, _label, moment, _who in complaint._get_milestones()}
        self.assertEqual((milestones["corrected"], milestones["closed"]), (5, 5))
        self.assertIn("text-bg-success", complaint.milestone_html)
        complaint.action_reopen("Again")
        self.assertFalse(dict((row[0], row[2]) for row in complaint._get_milestones())["closed"])

    def test_file_holds_everything_and_says_so(self):
        """200 attachments of equal and hostile names, messages, records; the manifest names each with its hash."""
        complaint = self._create_complaint(user_id=self.handler.id)
        complaint.message_post(
            body="A word", message_type="comment", subtype_xmlid="mail.mt_note", date="2026-03-01 20:30:00"
        )
        complaint.company_id.partner_id.tz = "Asia/Shanghai"
        unfounded = self.env.ref("customer_complaint.customer_complaint_ending_reason_unfounded")
        complaint.write({"stage_id": self.stage_cancelled.id, "ending_reason_id": unfounded.id})
        self.env["ir.attachment"].create(
            [
                {"name": name, "raw": b"content", "res_model": complaint._name, "res_id": complaint.id}
                for name in ["../../etc/passwd", "a.txt", "A.TXT"]
                + [f"{number}.txt" for number in range(197)]
            ]
        )
        archive = self._open(complaint, self.handler)
        names = archive.namelist()
        self.assertEqual(len(names), len({name.lower() for name in names}))
        self.assertEqual(sum(name.startswith("attachments/") for name in names), 200)
        self.assertFalse([name for name in names if ".." in name.split("/")])
        # by the clock of the company
        self.assertRegex(archive.read("messages.txt").decode(), r"2026-03-02 04:30:00 \+0800 .*\n\nA word")
        manifest = json.loads(archive.read("manifest.json"))
        self.assertEqual(len(manifest["files"]), len(names) - 1)
        stages = json.loads(archive.read("timeline.json"))["stages"]
        self.assertEqual([row["stage"] for row in stages], ["Received", self.stage_cancelled.name])
        self.assertEqual(stages[-1]["reason"], unfounded.name)
        access = self.env["customer.complaint.access"].search([("complaint_id", "=", complaint.id)])
        self.assertEqual(access.filtered(lambda a: a.kind == "file").user_id, self.handler)

    def test_file_is_for_those_who_answer_for_it(self):
        """A complaint without anything has a file too; strangers and helpers do not get it."""
        complaint = self._create_complaint(user_id=self.handler.id, helper_ids=[self.other_handler.id])
        for user in (self.handler, self.supervisor, self.manager, self.auditor):
            self.assertIn("manifest.json", self._open(complaint, user).namelist())
        for user in (self.other_handler, self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                complaint.with_user(user).action_complete_file()
        self.authenticate("handler_t", "handler_t")
        answer = self.url_open(complaint.with_user(self.handler).action_complete_file()["url"])
        self.assertEqual((answer.status_code, answer.content[:2]), (200, b"PK"))
        self.authenticate("other_handler_t", "other_handler_t")
        self.assertNotEqual(self.url_open(f"/customer_complaint/file/{complaint.id}").status_code, 200)
        for path in ("customer_complaint/file", "customer_care/xlsx/customer.complaint.monthly"):
            # more than the database can hold
            self.assertEqual(self.url_open(f"/{path}/{10**20}").status_code, 404)
