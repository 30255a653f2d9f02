from datetime import timedelta

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from .rule_common import RuleKit


@tagged("post_install", "-at_install")
class TestRuleWhom(RuleKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def _get_outcomes(self, rule=None):
        requests = self.env["customer.survey.request"].search([("rule_id", "=", (rule or self.rule).id)])
        return {request.partner_id: request.outcome for request in requests}

    # Sample

    def test_sample_of_nobody_and_everybody(self):
        """0 % asks nobody and keeps the reason, 100 % everybody."""
        people = self._create_people(20)
        self.rule.percent = 0
        self.assertFalse(self._send(people))
        self.assertEqual(set(self._get_outcomes().values()), {"sample"})
        self.rule.percent = 100
        self.assertEqual(len(self._send(people, cause="2")), 20)

    def test_sample_is_the_same_each_time(self):
        """The same seed, customer and cause give the same answer, in Python and in the database."""
        people = self._create_people(60)
        self.rule.percent = 40
        for cause in ("1", "2"):
            expected = {
                person
                for person in people
                if self.rule._is_in_sample(f"{person.id}:res.partner,{person.id}:{cause}")
            }
            self.assertTrue(5 < len(expected) < 50)
            self.assertEqual(set(self._send(people, cause=cause).partner_id), expected)
        periodic = self._create_periodic(percent=40)
        drawn = {
            person for person in people if periodic._is_in_sample(f"{person.id}:res.partner,{person.id}:0")
        }
        for _time in range(2):
            codes = self._get_codes(self._preview(periodic))
            self.assertEqual({person for person in people if not codes[person]}, drawn)
        periodic.with_user(self.users["admin"]).action_draw_anew()
        codes = self._get_codes(self._preview(periodic))
        self.assertNotEqual({person for person in people if not codes[person]}, drawn)

    # Quota

    def test_quota_of_an_event_rule(self):
        """After so many the others are told why; what was decided already uses up nothing."""
        people = self._create_people(5)
        self.rule.write({"quota_count": 3, "quota_period": "week"})
        self.assertEqual(len(self._send(people[:2])), 2)
        self.assertEqual(len(self._send(people)), 1)
        self.assertEqual(sorted(self._get_outcomes().values()), ["asked"] * 3 + ["quota"] * 2)
        self.assertFalse(self._send(people), "nobody twice")

    def test_quota_period_begins_anew(self):
        """The next week has a quota of its own."""
        people = self._create_people(4)
        self.rule.write({"quota_count": 1, "quota_period": "week"})
        for day, expected in (("2026-03-02", 1), ("2026-03-08", 0), ("2026-03-09", 1)):
            with freeze_time(f"{day} 10:00:00"):
                self.assertEqual(len(self._send(people[:1], cause=day)), expected, day)

    def test_quota_of_a_run(self):
        """A run asks up to the quota, and the next day goes on where it stopped."""
        self._create_people(5)
        rule = self._create_periodic(quota_count=2)
        self.assertEqual(self._run(rule).count_new, 2)
        self.assertEqual(self._run(rule).count_new, 0)
        self.assertEqual(self._preview(rule).counts, {"done": 2, "quota": 3})
        with freeze_time(self.today + timedelta(days=1, hours=30)):
            self.assertEqual(self._run(rule).count_new, 2)

    # Quiet period

    def test_quiet_period_of_the_company_and_of_the_rule(self):
        """A rule follows the company, has days of its own, or asks all the same."""
        self.company.care_survey_quiet_days = 14
        self._send()
        for mode, days, expected in (("company", 0, "quiet"), ("own", 0, "asked"), ("none", 90, "asked")):
            rule = self._create_rule(name=mode, quiet_mode=mode, quiet_days=days, trigger="callback_done")
            rule._ask(self.contact, self.company, "1")
            self.assertEqual(self._get_outcomes(rule), {self.contact: expected}, mode)

    def test_quiet_period_of_another_company(self):
        """A rule of all companies follows the one of the document."""
        other = self.env["res.company"].create({"name": "Other", "care_survey_quiet_days": 0})
        self.company.care_survey_quiet_days = 14
        self._send()
        self.rule.quiet_mode = "company"
        self.assertTrue(self.rule._ask(self.contact, other, "2"))
        self.assertFalse(self.rule._ask(self.contact, self.company, "3"))

    def test_two_rules_of_one_trigger_ask_once(self):
        """Of two rules for the same event the quiet period lets one ask."""
        self.rule.write({"quiet_mode": "company"})
        second = self._create_rule(name="Second", quiet_mode="company")
        self.assertEqual(len(self._send()), 1)
        self.assertEqual(
            {**self._get_outcomes(), "second": self._get_outcomes(second)[self.contact]},
            {self.contact: "asked", "second": "quiet"},
        )

    # Who is meant

    def test_our_own_people_are_not_asked(self):
        """Partners of internal users are left out."""
        self.assertFalse(self._send(self.users["employee"].partner_id))
        self.assertEqual(set(self._get_outcomes().values()), {"colleague"})
        self.assertTrue(self._send(self.users["portal"].partner_id))

    def test_survey_without_measuring_question(self):
        """A survey whose answers would count for nothing is not sent."""
        self.survey.question_ids.care_metric = False
        self.assertFalse(self._send())
        self.assertEqual(set(self._get_outcomes().values()), {"unusable"})

    def test_which_contact_of_a_company(self):
        """The document's contact, the company's own address, or a contact person."""
        self.customer.email = "office@example.com"
        for whom, document, expected in (
            ("document", self.customer, self.customer),
            ("document", self.contact, self.contact),
            ("customer", self.contact, self.customer),
            ("contact", self.customer, self.contact),
            ("contact", self.contact, self.contact),
        ):
            self.rule.ask_whom = whom
            answer = self._send(document, cause=f"{whom}{document.id}")
            self.assertEqual(answer.partner_id, expected, (whom, document.name))
        self.customer.email = False
        self.rule.ask_whom = "customer"
        self.assertEqual(self._send(self.customer, cause="x").partner_id, self.contact, "who has an address")

    def test_contact_in_a_run(self):
        """A company without address is asked through a contact, and the same ways of choosing hold."""
        company = self._create_people(1, is_company=True, email=False)
        contact = self._create_partner("Zoe", parent_id=company.id)
        rule = self._create_periodic()
        self._run(rule)
        self.assertEqual(self._get_asked(rule).partner_id, contact)
        company.email = "office2@example.com"
        for whom, expected in (("document", company), ("customer", company), ("contact", contact)):
            rule = self._create_periodic(ask_whom=whom)
            self._run(rule)
            self.assertEqual(self._get_asked(rule).partner_id, expected, whom)

    def test_conditions_of_an_event_rule(self):
        """Customers and documents that do not match are no matter of the rule: nothing is kept."""
        grade = self.env["customer.grade"].search([], limit=1)
        self.rule.grade_ids = grade
        self.assertFalse(self._send())
        self.assertFalse(self._get_requests())
        self.customer.care_grade_id = grade
        self.assertTrue(self._send())
        callback = self.env["customer.callback"].create(
            {
                "partner_id": self.contact.id,
                "subject": "Call",
                "priority": "1",
                "user_id": self.users["specialist"].id,
            }
        )
        rule = self._create_rule(trigger="callback_done", document_domain="[('priority', '=', '0')]")
        self.assertFalse(rule._send("callback_done", callback))
        rule.document_domain = "[('priority', '=', '1')]"
        self.assertEqual(rule._send("callback_done", callback).care_res_id, callback.id)

    def test_impossible_filters_refused(self):
        """A filter that cannot be read or names no field is refused with its rule."""
        for vals in (
            {"partner_domain": "[('nothing', '=', 1)]"},
            {"partner_domain": "import os"},
            {"trigger": "callback_done", "document_domain": "[('nothing', '=', 1)]"},
            {"trigger": "callback_done", "document_domain": "[["},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, "cannot be used"):
                self._create_rule(**vals)

    # Triggers

    def test_callback_that_reached_the_customer_asks(self):
        """A call that reached somebody asks; one without answer, and one about a low score, do not."""
        rule = self._create_rule(trigger="callback_done", delay_days=1)
        values = {"partner_id": self.contact.id, "subject": "Call", "user_id": self.users["specialist"].id}
        calls = self.env["customer.callback"].create([values] * 3)
        low = self.env["customer.callback.rule"].search([("trigger", "=", "survey_low_score")], limit=1)
        calls[2].sudo().rule_id = low
        for call, outcome in zip(calls, ("reached", "no_answer", "reached"), strict=True):
            call.with_user(self.users["specialist"]).action_done(outcome, satisfaction=8)
        self.assertEqual(self._get_asked(rule).mapped("care_res_id"), calls[0].ids)

    def test_closed_plan_asks_once(self):
        """What happens to plans and deliveries asks for surveys as it asks for callbacks."""
        rule = self._create_rule(trigger="plan_closed", delay_days=1)
        for _time in range(2):
            self.env["customer.callback.rule"]._plan("plan_closed", self.contact)
        self.assertEqual(len(self._get_asked(rule)), 1)

    # States

    def test_draft_and_paused_rules_ask_nobody(self):
        """Only active rules ask; by hand neither."""
        wizard = self.env["customer.survey.rule.send"].create(
            {"rule_id": self.rule.id, "partner_ids": self.contact.ids}
        )
        for state in ("draft", "paused"):
            self.rule.state = state
            self.assertFalse(self._send())
            with self.assertRaisesRegex(UserError, "activate it first"):
                wizard.action_send()
        self.rule.with_user(self.users["admin"]).action_activate()
        self.assertTrue(self._send())

    def test_rule_that_cannot_ask_is_not_activated(self):
        """Archived, empty and unmeasured surveys, no months for grades, a sample of nobody: refused with the reason."""
        self.assertEqual(self.rule.action_check()["params"]["type"], "success")
        archived = self._create_survey(active=False)
        empty = self._create_survey(question_and_page_ids=[])
        unmeasured = self._create_survey()
        unmeasured.question_ids.care_metric = False
        for text, vals in (
            ("is archived", {"survey_id": archived.id}),
            ("shows no questions", {"survey_id": empty.id}),
            ("counts as a score", {"survey_id": unmeasured.id}),
            ("how many months", {"trigger": "grade", "grade_line_ids": []}),
            ("nobody is asked", {"percent": 0}),
        ):
            with self.subTest(text=text):
                rule = self._create_rule(state="draft", **vals).with_user(self.users["admin"])
                if "grade_line_ids" in vals:
                    rule.grade_line_ids.unlink()
                self.assertIn(text, rule.problems)
                self.assertEqual(rule.action_check()["params"]["type"], "warning")
                with self.assertRaisesRegex(UserError, text):
                    rule.action_activate()
        rules = self.env["customer.survey.rule"].with_user(self.users["admin"])
        with self.assertRaisesRegex(UserError, "is archived"):
            rules.create({"name": "X", "survey_id": archived.id})
        with self.assertRaisesRegex(UserError, "is archived"):
            self.rule.with_user(self.users["admin"]).survey_id = archived

    def test_copy_and_guarded_fields(self):
        """A copy is a draft with a name and a seed of its own; over RPC what the program sets is refused."""
        copy = self.rule.copy()
        self.assertEqual((copy.name, copy.state), ("By hand (copy)", "draft"))
        self.assertNotEqual(copy.seed, self.rule.seed)
        for name, value in (("seed", "x"), ("date_last_run", "2026-01-01")):
            with self.assertRaisesRegex(Exception, "set by the program only"):
                self.rule.with_user(self.users["admin"]).write({name: value})
