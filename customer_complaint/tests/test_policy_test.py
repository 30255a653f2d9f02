from datetime import datetime

from odoo import Command
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestPolicyTest(ComplaintCommon):
    """The dialog says what a complaint would get, as a stored one gets it, and writes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["customer.complaint.category"].create({"name": "Pumps"})
        cls.special = cls._create_policy(
            response=(4, "working_hours"),
            name="Pumps, major",
            category_ids=cls.category.ids,
            severity="major",
        )
        cls.special.line_ids = [
            Command.create({"target": "update", "limit": 1, "unit": "working_days"}),
            Command.create({"target": "task", "limit": 2, "unit": "calendar_days"}),
        ]

    def _ask(self, user=None, **vals):
        values = {"team_id": self.team.id, "received_datetime": datetime(2026, 3, 2, 15), **vals}
        Test = self.env["customer.complaint.policy.test"].with_user(user or self.handler)
        with self._at(2, 16):
            return html2plaintext(Test.new(values).answer or "").replace("\xa0", " ").replace("\u202f", " ")

    def test_policy_limits_and_reasons(self):
        """The policy with its conditions, each limit with its deadline and from what it counts."""
        text = self._ask(category_id=self.category.id, severity="major")
        self.assertIn("The policy “Pumps, major” applies", text)
        self.assertIn("Category is Pumps", text)
        self.assertIn("4 working hours", text)
        # Two hours on Monday, two on Tuesday.
        self.assertIn("3/3/26, 11:00 AM", text.replace("Mar 3, 2026", "3/3/26"))
        self.assertIn("each word to the customer", text)
        self.assertIn("the handing over", text)
        self.assertIn("2 calendar days", text)

    def test_passed_over(self):
        """What does not fit is said, with the condition that does not hold."""
        text = self._ask(category_id=self.category.id, severity="minor")
        self.assertIn("“Pumps, major” comes before but does not apply: Severity is Minor, not Major", text)
        self.assertIn(f"The policy “{self.policy.name}” applies", text)
        self.assertNotIn("Category is Pumps, not", text)

    def test_same_as_stored(self):
        """For all marks the deadline of the first response is that of a stored complaint."""
        grade = self.env["customer.grade"].search([], limit=1)
        source = self.env["customer.complaint.source"].search([("is_regulator", "=", True)], limit=1)
        self.customer.sudo().care_grade_id = grade
        self._create_policy(response=(3, "working_hours"), name="Grade", grade_ids=grade.ids)
        self._create_policy(response=(5, "working_days"), name="Regulator", is_regulator=True, sequence=0)
        for marks in (
            {},
            {"category_id": self.category.id, "severity": "major"},
            {"source_id": source.id},
            {"kind": "inquiry"},
        ):
            for partner, own in ((self.customer, {"grade_id": grade.id}), (self.customer.browse(), {})):
                with self._at(2, 15), self.subTest(marks=marks, own=own):
                    complaint = self._create_complaint(partner_id=partner.id, **marks)
                    test = self.env["customer.complaint.policy.test"].new(
                        {
                            "team_id": self.team.id,
                            "received_datetime": datetime(2026, 3, 2, 15),
                            **{name: complaint[name] for name in ("severity", "urgency", "kind", "channel")},
                            **marks,
                            **own,
                        }
                    )
                    draft = test._get_draft()
                    policy_id, limits = self.env["customer.complaint.policy"]._match(draft)
                    self.assertEqual(policy_id, complaint.policy_id.id)
                    answers = test._get_answers(draft, limits)
                    stored = {line.target: line.deadline for line in complaint.clock_ids}
                    self.assertEqual(
                        {
                            target: entry["result"].deadline
                            for target, entry in answers.items()
                            if target in stored
                        },
                        stored,
                    )

    def test_no_policy(self):
        """Without a policy that fits it says so."""
        self.env["customer.complaint.policy"].search([]).active = False
        self.assertIn("No time limit policy fits", self._ask())

    def test_dialog_stores_nothing(self):
        """The form answers while one types; no complaint, customer or policy is made."""
        models = (
            "customer.complaint",
            "res.partner",
            "customer.complaint.policy",
            "customer.complaint.clock",
        )
        before = [self.env[model].search_count([]) for model in models]
        form = Form(self.env["customer.complaint.policy.test"].with_user(self.handler))
        self.assertTrue(form.answer)
        form.category_id = self.category
        form.severity = "major"
        self.assertIn("Pumps, major", form.answer)
        self.env.flush_all()
        self.assertEqual([self.env[model].search_count([]) for model in models], before)

    def test_foreign_company(self):
        """Who does not work for a company learns nothing of its rules; a day of receipt is needed."""
        company = self.env["res.company"].create({"name": "Foreign"})
        self.assertFalse(self._ask(company_id=company.id))
        self.assertFalse(self._ask(received_datetime=False))

    def test_names_are_escaped(self):
        """What administrators type is text."""
        self.special.name = "<img src=x onerror=alert(1)>"
        Test = self.env["customer.complaint.policy.test"].with_user(self.handler)
        test = Test.new({"category_id": self.category.id, "severity": "major"})
        self.assertNotIn("<img", test.answer)
