from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ComplaintCommon

DOOR = ("proposal", "contact_name", "signed_by", "signature")
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@tagged("post_install", "-at_install")
class TestAnonymize(ComplaintCommon):
    def _erase(self):
        wizard = self.env["customer.privacy.anonymize"].with_user(self.director)
        wizard = wizard.create({"partner_ids": [(6, 0, self.customer.ids)]})
        wizard.confirmation = wizard.word
        wizard.action_confirm()

    def _get_figures(self, complaints):
        domain = [("id", "in", complaints.ids)]
        Complaint = self.env["customer.complaint"]
        counts = Complaint._read_group(
            domain, ["commercial_partner_id", "category_id", "severity", "stage_id"], ["__count"]
        )
        sums = self.env["customer.complaint.compensation"]._read_group(
            [("complaint_id", "in", complaints.ids)], ["state"], ["amount:sum", "__count"]
        )
        return counts, sums, complaints.mapped("received_datetime"), complaints.mapped("number")

    def test_anonymize_empties_words_and_keeps_figures(self):
        """Subject, facts, findings and mails go; number, category, dates and amounts stay."""
        complaint = self._create_complaint(
            partner_id=self.customer.id,
            name="Secret subject",
            description="<p>Secret facts</p>",
            resolution="<p>Secret agreement</p>",
            email_from="secret@customer.example",
        )
        self.env["customer.complaint.compensation"].create(
            {"complaint_id": complaint.id, "kind": "refund", "amount": 50, "note": "Secret"}
        )
        reason = self.env.ref("customer_complaint.customer_complaint_waiting_reason_answer")
        self.stage_waiting.needs_reason = True
        complaint.write(
            {"stage_id": self.stage_waiting.id, "waiting_reason_id": reason.id, "stage_note": "Secret note"}
        )
        self.env.flush_all()
        message = complaint.message_post(body="Secret letter", author_id=self.customer.id)
        complaint.write({"proposal": "<p>Secret proposal</p>", "contact_name": "Secret"})
        complaint._sign("Secret", PNG)
        complaint.sudo()._write({"stage_id": self.stage_closed.id})
        complaint.invalidate_recordset()
        before = self._get_figures(complaint)
        self._erase()
        self.env.invalidate_all()
        self.assertEqual(self._get_figures(complaint), before)
        self.assertEqual(complaint.name, "-")
        for field in DOOR + ("description", "resolution", "email_from", "phone", "access_token"):
            self.assertFalse(complaint[field], field)
        self.assertFalse(complaint.compensation_ids.note)
        self.assertEqual(complaint.answer_ids.kind, "sign")
        self.assertFalse(complaint.answer_ids.person or complaint.answer_ids.text)
        self.assertEqual((complaint.stage_note, complaint.waiting_reason_id), (False, reason))
        self.assertFalse(any(complaint.stage_history_ids.mapped("note")))
        self.assertFalse(message.body)
        self.assertFalse(complaint.message_ids.filtered(lambda m: "Secret" in (m.body or "")))

    def test_anonymize_empties_the_solution(self):
        """Words of plans, letters and second reviews go, their dates, kinds and states stay."""
        complaint = self._create_complaint(proposal="<p>Secret</p>")
        plan = self.env["customer.complaint.plan"].create(
            {
                "complaint_id": complaint.id,
                "name": "Secret",
                "goal": "Secret",
                "measure_ids": [Command.create({"name": "Secret", "result": "Secret"})],
            }
        )
        letter = self.env["customer.complaint.letter"].create(
            {"complaint_id": complaint.id, "subject": "Secret", "body": "<p>Secret</p>"}
        )
        with mute_logger("odoo.addons.customer_complaint.models.customer_complaint_letter_send"):
            letter.action_send()
        complaint._log_answer("decline", "Secret", "Secret")
        review = self.env["customer.complaint.review"]._ask(complaint, "Secret")
        plan.action_request_approval()
        files = letter.file_id
        complaint.sudo()._write({"stage_id": self.stage_closed.id})
        complaint.invalidate_recordset()
        self._erase()
        self.env.invalidate_all()
        self.assertFalse(files.exists())
        for record, names in (
            (plan, ("name", "goal")),
            (plan.measure_ids, ("name", "result")),
            (letter, ("subject", "body", "sent_to", "digest")),
            (review, ("reason", "declined_solution")),
        ):
            for name in names:
                self.assertNotIn("Secret", record[name] or "", f"{record._name}.{name}")
        self.assertEqual((plan.state, letter.state, review.state), ("approved", "sent", "asked"))
        plan.flush_recordset()

    def test_anonymize_waits_for_open_complaints(self):
        """As long as a complaint is open its customer cannot be erased."""
        self._create_complaint(partner_id=self.customer.id)
        with self.assertRaisesRegex(UserError, "1 open complaints"):
            self._erase()
        self.assertEqual(self.customer.name, "Lin Wei")

    def test_gate_pauses_marketing_while_a_complaint_is_open(self):
        """Nobody sends offers to a customer with an open complaint; service calls go on."""
        purpose = self.env.ref("customer_care.customer_consent_purpose_marketing")
        self.env["customer.consent"].create({"partner_id": self.customer.id, "purpose_id": purpose.id})
        self.assertFalse(self.customer._care_gate("marketing", "email"))
        complaint = self._create_complaint(partner_id=self.customer.id)
        self.assertIn("problem", " ".join(self.customer._care_gate("marketing", "email")))
        self.assertFalse(self.customer._care_gate("callback", "phone"))
        complaint.sudo()._write({"stage_id": self.stage_closed.id})
        complaint.invalidate_recordset()
        self.assertFalse(self.customer._care_gate("marketing", "email"))

    def test_copy_of_the_data_is_of_one_company(self):
        """Complaints, what hangs on them and their ratings are those of the companies of the copy."""
        other = self.env["res.company"].create({"name": "Other Ltd"})
        team = self._create_team(company_id=other.id)
        for vals in ({"name": "Ours"}, {"name": "Theirs", "team_id": team.id, "company_id": other.id}):
            complaint = self._create_complaint(partner_id=self.customer.id, **vals)
            self.env["rating.rating"].create(
                {
                    "res_model_id": self.env["ir.model"]._get_id(complaint._name),
                    "res_id": complaint.id,
                    "partner_id": self.customer.id,
                    "rating": 3,
                    "consumed": True,
                    "feedback": complaint.name,
                }
            )
        for companies, expected in (
            (self.env.company, {"Ours"}),
            (self.env.company | other, {"Ours", "Theirs"}),
        ):
            sections = self._copy(companies)
            with self.subTest(companies=companies.mapped("name")):
                self.assertEqual({row["name"][2] for row in sections["customer.complaint"]}, expected)
                self.assertEqual({row["feedback"][2] for row in sections["rating.rating"]}, expected)
                history = sections["customer.complaint.stage.history"]
                self.assertEqual(len(history), len(expected))

    def _copy(self, companies):
        """Return {model: rows} of the copy of the customer's data."""
        model = self.env["customer.privacy.export"].with_context(allowed_company_ids=companies.ids).sudo()
        with open("/dev/null", "w") as files:
            return {name: list(rows) for _label, name, rows in model._iterate(self.customer, False, files)}

    def test_copy_of_the_data_holds_complaints(self):
        """Complaints and compensations of the customer are in the copy, those of others are not."""
        mine = self._create_complaint(partner_id=self.customer.id, name="Mine")
        other = self.env["res.partner"].create({"name": "Other"})
        self._create_complaint(partner_id=other.id, name="Theirs")
        sections = self._copy(self.env.company)
        self.assertEqual([row["number"][2] for row in sections["customer.complaint"]], [mine.number])
