import base64
import io
import json
import zipfile
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common_investigation import InvestigationCommon
from .common_solution import SolutionCommon

RENDER = "odoo.addons.base.models.ir_actions_report.IrActionsReport._render_qweb_pdf"
FILE = base64.b64encode(b"signed")


@tagged("post_install", "-at_install")
class TestFileParts(InvestigationCommon, SolutionCommon):
    """What investigation, plan, letters and actions put into the complete file and into the major report."""

    def setUp(self):
        super().setUp()
        self.printed = []

        def render(report, name, ids, *args, **kwargs):
            self.printed.append((str(name), ids, report.env.uid, report.env.su))
            return b"%PDF-1.4", "pdf"

        self.startPatcher(patch(RENDER, render))

    def _open(self, user):
        with self.complaint.with_user(user)._write_complete_file() as source:
            archive = zipfile.ZipFile(io.BytesIO(source.read()))
        names = archive.namelist()
        records = json.loads(archive.read("records.json")) if "records.json" in names else {}
        manifest = json.loads(archive.read("manifest.json"))
        self.assertEqual([file["name"] for file in manifest["files"]], names[:-1])
        return archive, records

    def _fill(self):
        self._add_fact()
        self._add("evidence", name="Seal", file=FILE, file_name="../../seal.jpg")
        self._add("why", question="Why?", answer="No seal", is_root=True)
        self._add_appraisal()
        appraisal = self.complaint.appraisal_ids
        appraisal.sudo().write({"state": "reported", "result": "confirms", "report_file": FILE})
        self.complaint.action_make_8d()
        self.complaint.findings = "<p>Leaks</p>"
        plan = self._create_plan(goal="Dry", measures=({"cost_estimate": 200},))
        proof = self.env["ir.attachment"].with_user(self.handler).create({"name": "proof", "raw": b"dry"})
        plan.measure_ids.evidence_ids = proof
        letter = self._create_letter()
        letter.with_user(self.handler).action_mark_posted()
        action = self.env["customer.complaint.action"].create(
            {
                "name": "New seal",
                "user_id": self.handler.id,
                "complaint_ids": [Command.link(self.complaint.id)],
            }
        )
        action.attachment_ids = self.env["ir.attachment"].create(
            {"name": "plan.txt", "raw": b"a", "res_model": action._name, "res_id": action.id}
        )
        return plan

    def test_all_parts_are_in_the_file(self):
        """Records, printed sheets and kept files of each part, named in the manifest."""
        plan = self._fill()
        self._add_statement(file=FILE, file_name="a.pdf")
        self.printed.clear()
        archive, records = self._open(self.handler)
        self.assertLessEqual(
            {
                "investigation",
                "facts",
                "statements",
                "evidence",
                "whys",
                "disciplines",
                "appraisals",
                "plans",
                "measures",
                "letters",
                "actions",
            },
            records.keys(),
        )
        self.assertEqual(records["appraisals"][0]["result"], "confirms")
        self.assertEqual(records["measures"][0]["cost_estimate"], 200)
        self.assertEqual(
            (records["letters"][0]["state"], records["actions"][0]["name"]), ("sent", "New seal")
        )
        self.assertIn("Leaks", records["investigation"]["findings"])
        number = self.complaint.number
        names = set(archive.namelist())
        self.assertLessEqual(
            {f"reports/{number}-{name}.pdf" for name in ("investigation", "8d", "plan-v1")}, names
        )
        for folder in ("evidence", "statements", "appraisals", "measures", "actions", "letters"):
            with self.subTest(folder=folder):
                files = [name for name in names if name.startswith(f"{folder}/")]
                self.assertEqual(len(files), 1)
                self.assertEqual(files[0].count("/"), 1)
        evidence = next(name for name in names if name.startswith("evidence/"))
        self.assertEqual(archive.read(evidence), b"signed")
        # only the record sheet is printed with the rights of the program
        self.assertEqual({row[2:] for row in self.printed[1:]}, {(self.handler.id, False)})
        self.assertIn(plan.ids, [row[1] for row in self.printed])

    def test_statements_are_for_those_who_may_read_them(self):
        """Whoever is complained of gets neither words nor files of other people's statements."""
        mine = self._add_statement(side="employee", user_id=self.supervisor.id, person=self.supervisor.name)
        other = self._add_statement(file=FILE, file_name="a.pdf", text="<p>Secret</p>")
        self._accuse(self.supervisor)
        # the program has read them all before
        self.assertEqual(self.complaint.sudo().statement_ids, mine | other)
        archive, records = self._open(self.supervisor)
        self.assertEqual([row["id"] for row in records["statements"]], mine.ids)
        self.assertFalse([name for name in archive.namelist() if name.startswith("statements/")])
        archive, records = self._open(self.handler)
        self.assertEqual(len(records["statements"]), 2)
        self.assertTrue([name for name in archive.namelist() if name.startswith("statements/")])

    def test_a_sent_letter_is_there_once(self):
        """The document of a letter hangs on the message that sent it too: it is one file, other attachments stay."""
        self.complaint.partner_id.email = "customer@example.com"
        self._create_letter().with_user(self.handler).action_send()
        self.env["ir.attachment"].create(
            {"name": "a.txt", "raw": b"a", "res_model": self.complaint._name, "res_id": self.complaint.id}
        )
        archive, _records = self._open(self.handler)
        folders = [name.split("/")[0] for name in archive.namelist() if "/" in name]
        self.assertEqual(sorted(folders), ["attachments", "letters"])

    def test_nothing_is_there(self):
        """A complaint without any of it has no empty sheets."""
        archive, records = self._open(self.auditor)
        self.assertFalse({"plans", "letters", "investigation"} & records.keys())
        self.assertFalse([name for name in archive.namelist() if name.startswith("reports/")])

    def test_major_report_is_drafted_from_the_parts(self):
        """Appraisal with decision and result, current plan with measures, costs and their sum; names are escaped."""
        self._add_appraisal(decision_note="Needed <b>", name="Seal check")
        self.complaint.appraisal_ids.sudo().write(
            {"state": "reported", "result": "confirms", "result_text": "<p>Worn</p>"}
        )
        old = self._create_plan(measures=({"name": "Forgotten"},))
        old.with_user(self.handler).action_cancel()
        self._create_plan(
            goal="All dry",
            measures=(
                {"name": "Pump <out>", "cost_estimate": 200},
                {"name": "New seal", "cost_estimate": 50.5},
            ),
        )
        self.complaint.sudo().write({"is_major": True})
        draft = self.env["customer.complaint.major.report"]._prepare_draft(self.complaint)
        for word in ("Seal check", "Reported", "Confirms the Complaint", "Needed &lt;b&gt;", "<p>Worn</p>"):
            self.assertIn(word, draft["appraisal"])
        for word in ("All dry", "Pump &lt;out&gt;", "New seal", self.handler.name, "Corrective"):
            self.assertIn(word, draft["measures"])
        self.assertNotIn("Forgotten", draft["measures"])
        for word in ("200.00", "50.50", "Estimated Cost", "250.50"):
            self.assertIn(word, draft["cost"])
        action = self.complaint.with_user(self.handler).action_write_major_report()
        report = self.env["customer.complaint.major.report"].browse(action["res_id"])
        self.assertIn("Worn", report.appraisal)

    def test_major_report_without_parts(self):
        """Nothing is known: the sections stay empty."""
        draft = self.env["customer.complaint.major.report"]._prepare_draft(self.complaint)
        self.assertFalse(draft["appraisal"] or draft["measures"] or draft["cost"])

    def test_gate_plan_carried_out(self):
        """The gate holds while something of the current plan is open; without a plan it asks nothing."""
        self.stage_resolved.needs_plan_done = True
        free = self._create_complaint(user_id=self.handler.id)
        self._move(free, self.stage_resolved)
        plan = self._create_plan(measures=({"name": "Pump out"}, {"name": "Not this"}))
        missing = self.complaint._get_missing(self.stage_resolved)
        self.assertIn("Pump out", " ".join(str(one.text) for one in missing))
        self.assertIn("action_plan", [one.action for one in missing])
        plan.action_request_approval()
        plan.measure_ids[1].sudo().write({"state": "cancelled"})
        with self.assertRaisesRegex(Exception, "Pump out"), self.cr.savepoint():
            self._move(self.complaint, self.stage_resolved)
        offer = self.env["customer.complaint.compensation"].create(
            {"complaint_id": self.complaint.id, "plan_id": plan.id, "kind": "apology"}
        )
        measure = plan.measure_ids[0]
        measure.result = "Dry"
        measure.sudo().write({"state": "done"})
        self.assertIn(offer.display_name, " ".join(self._texts()))
        offer.sudo().state = "executed"
        self.assertFalse(self._texts())
        self.assertIn("plan carried out", self.team._get_needs(self.stage_resolved))
        self.assertNotIn("plan carried out", self.team._get_needs(self.stage_closed))

    def _texts(self):
        texts = [str(one.text) for one in self.complaint._get_missing(self.stage_resolved)]
        return [text for text in texts if "not carried out" in text]

    def test_disciplines_have_their_actions(self):
        """D5 to D8 make actions with cause and category of the complaint; others and completed ones do not."""
        self.complaint.write(
            {
                "cause_id": self.cause.id,
                "category_id": self.env["customer.complaint.category"].search([], limit=1).id,
            }
        )
        self.complaint.action_make_8d()
        lines = {line.code: line.with_user(self.handler) for line in self.complaint.discipline_ids}
        lines["d7"].action_create_corrective()
        action = lines["d7"].action_ids
        self.assertRecordValues(
            action,
            [
                {
                    "kind": "preventive",
                    "cause_id": self.cause.id,
                    "category_id": self.complaint.category_id.id,
                    "complaint_ids": self.complaint.ids,
                }
            ],
        )
        lines["d5"].action_ids = action
        self._assert_refused(lines["d1"].action_create_corrective)
        stranger = self.env["customer.complaint.action"].create({"name": "Other", "user_id": self.handler.id})
        self._assert_refused(lambda: lines["d5"].write({"action_ids": [Command.link(stranger.id)]}))
        lines["d6"].text = "<p>Done</p>"
        lines["d6"].action_done()
        count = self.env["customer.complaint.action"].search_count([])
        self._assert_refused(lines["d6"].action_create_corrective)
        for user in (self.other_handler, self.auditor, self.employee):
            with self.subTest(user=user.login):
                self._assert_refused(lines["d8"].with_user(user).action_create_corrective)
        self.assertEqual(self.env["customer.complaint.action"].search_count([]), count)
