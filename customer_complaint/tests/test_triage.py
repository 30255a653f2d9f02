from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..models.customer_complaint import SEVERITIES, URGENCIES
from ..tools import keywords
from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestKeywords(ComplaintCommon):
    """Words of a complaint propose how it is sorted; what comes by itself is sorted at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.complaint.keyword"].search([]).active = False
        cls.category = cls.env["customer.complaint.category"].create({"name": "Money"})
        cls.legal_team = cls._create_team(name="Legal team")
        cls.rule = cls._create_rule(
            name="Lawyers", words="lawyer\n律师", severity="serious", is_legal=True, team_id=cls.legal_team.id
        )

    @classmethod
    def _create_rule(cls, **vals):
        return cls.env["customer.complaint.keyword"].create({"name": "Rule", **vals})

    def _come(self, channel="web", **vals):
        return self.env["customer.complaint"].create(
            {"name": "Question", "partner_id": self.customer.id, "channel": channel, **vals}
        )

    def test_what_comes_by_itself_is_sorted(self):
        """From web, portal and mail; the words are noted."""
        for channel in ("web", "portal", "mail"):
            for text in ("My LAWYER will write.", "我的律师会联系你们"):
                with self.subTest(channel=channel, text=text):
                    complaint = self._come(channel, description=f"<p>{text}</p>")
                    self.assertRecordValues(
                        complaint, [{"severity": "serious", "is_legal": True, "team_id": self.legal_team.id}]
                    )
                    self.assertRegex(complaint.matched_words, "lawyer|律师")

    def test_what_was_given_stays(self):
        """A severity, category or team that was chosen is not replaced."""
        self._create_rule(words="refund", severity="major")
        complaint = self._come(name="lawyer, refund", severity="minor", team_id=self.team.id)
        # only the words by which something was set
        self.assertEqual(complaint.matched_words, "“lawyer”")
        self.assertRecordValues(complaint, [{"severity": "minor", "is_legal": True, "team_id": self.team.id}])

    def test_other_words_sort_nothing(self):
        """Parts of words do not count, and neither do archived rules and categories."""
        self.assertFalse(self._come(name="Lawyerly lawyers").is_legal)
        self.rule.active = False
        self.assertFalse(self._come(name="lawyer").is_legal)
        rule = self._create_rule(words="refund", category_id=self.category.id)
        self.assertEqual(self._come(name="Refund!").category_id, self.category)
        self.category.active = False
        self.assertFalse(self._come(name="Refund!").category_id)
        rule.unlink()

    def test_first_rule_wins_and_flags_add_up(self):
        """Of two rules for the same field the first by sequence counts."""
        self._create_rule(words="refund", severity="minor", is_media=True, sequence=1)
        complaint = self._come(name="refund or lawyer")
        self.assertRecordValues(complaint, [{"severity": "minor", "is_legal": True, "is_media": True}])

    def test_rule_of_another_company_is_not_asked(self):
        """Neither its words nor its team go over to another company."""
        company = self.env["res.company"].create({"name": "Second"})
        self.rule.team_id = False
        self.rule.company_id = company
        self.assertFalse(self._come(name="lawyer").is_legal)
        self.rule.company_id = False
        other_team = self._create_team(name="Theirs", company_id=company.id)
        rule = self._create_rule(words="bailiff", team_id=other_team.id, is_legal=True)
        self.assertTrue(rule)
        self.assertEqual(self._come(name="bailiff").team_id.company_id, self.env.company)

    def test_staff_is_asked(self):
        """Whoever registers sees the proposal and its words, and takes it over with one click."""
        form = Form(self.env["customer.complaint"].with_user(self.manager))
        form.name = "The lawyer of the customer"
        form.partner_id = self.customer
        self.assertIn("“lawyer”", form.keyword_proposal)
        self.assertIn("Serious", form.keyword_proposal)
        self.assertEqual(form.severity, "general")
        form.apply_keywords = True
        self.assertEqual((form.severity, form.is_legal), ("serious", True))
        self.assertFalse(form.keyword_proposal)
        self.assertFalse(form.apply_keywords)
        self.assertEqual(form.save().team_id, self.legal_team)

    def test_proposal_is_applied_or_dismissed(self):
        """On a saved complaint both are remembered."""
        complaint = self._create_complaint(name="lawyer", user_id=self.handler.id).with_user(self.handler)
        self.assertTrue(complaint.keyword_proposal)
        complaint.action_apply_keywords()
        self.assertRecordValues(complaint, [{"severity": "serious", "matched_words": "“lawyer”"}])
        self.assertFalse(complaint.keyword_proposal)
        other = self._create_complaint(name="lawyer", user_id=self.handler.id).with_user(self.handler)
        other.action_dismiss_keywords()
        self.assertFalse(other.keyword_proposal)
        self.assertEqual(other.severity, "general")
        for method in ("action_apply_keywords", "action_dismiss_keywords"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(other.with_user(self.other_handler), method)()

    def test_bad_rules_are_refused(self):
        """A rule has words that can be found, and something to propose."""
        for vals in (
            {"words": " \n\t", "is_legal": True},
            {"words": "!!!\n???", "is_legal": True},
            {"words": "x" * 60_001, "is_legal": True},
            {"words": "refund"},
        ):
            with self.subTest(vals=str(vals)[:40]), self.assertRaises(ValidationError):
                self._create_rule(**vals)
        with self.assertRaises(AccessError):
            self.rule.with_user(self.handler).words = "anything"
        with self.assertRaises(AccessError):
            self.rule.with_user(self.employee).read(["words"])

    def test_matcher_is_fast_on_long_texts(self):
        """2,000 words in 20,000 letters: no word makes it slow."""
        words = {f"word{number} part{number}": number for number in range(1000)}
        words.update({chr(0x4E00 + number) + "退款": number for number in range(1000)})
        matcher = keywords.Matcher(words)
        text = "word1 word2 part7 退 款 " * 1000 + "word999 part999 一退款"
        self.assertEqual(set(matcher.find(text)), {"word999 part999", "一退款"})
        self.assertEqual(matcher.find("<" * 100_000), {})

    def test_found_words_are_only_recorded_by_the_program(self):
        """Nobody writes which words were found, repeats, merges or who was told."""
        complaint = self._create_complaint(user_id=self.handler.id).with_user(self.handler)
        for name, value in (
            ("matched_words", "x"),
            ("is_keyword_settled", True),
            ("told_flags", "is_legal"),
            ("repeat_of_id", complaint.id),
            ("duplicate_of_id", complaint.id),
            ("is_repeat_checked", True),
            ("merged_into_id", complaint.id),
        ):
            with self.subTest(name=name):
                with self.assertRaises(AccessError):
                    complaint.write({name: value})
                with self.assertRaises(AccessError):
                    complaint.create({"name": "x", name: value})
                fresh = complaint.with_context(**{f"default_{name}": value}).create({"name": "x"})
                self.assertFalse(fresh.sudo()[name])


@tagged("post_install", "-at_install")
class TestFlags(ComplaintCommon):
    """Legal, safety, media: somebody is told, once for each complaint and flag."""

    def _warnings(self, complaint):
        return complaint.activity_ids.filtered(lambda activity: "at once" in (activity.summary or ""))

    def test_named_person_is_told_once(self):
        """A to-do and a notice at the first setting; none at the second."""
        self.env.company.care_legal_user_id = self.manager
        complaint = self._create_complaint(user_id=self.handler.id)
        complaint.with_user(self.handler).is_legal = True
        self.assertEqual(self._warnings(complaint).user_id, self.manager)
        notices = self.env["mail.notification"].search(
            [
                ("res_partner_id", "=", self.manager.partner_id.id),
                ("mail_message_id.res_id", "=", complaint.id),
            ]
        )
        self.assertEqual(len(notices), 1)
        complaint.is_legal = False
        complaint.is_legal = True
        self.assertEqual(len(self._warnings(complaint)), 1)
        complaint.is_safety = True
        self.assertEqual(len(self._warnings(complaint)), 2)
        self.assertEqual(complaint.told_flags, "is_legal,is_safety")

    def test_without_a_name_the_handler_or_leader_is_told(self):
        """Who is named but may not see the complaint is not told its subject either."""
        handled = self._create_complaint(user_id=self.handler.id, is_media=True)
        waiting = self._create_complaint(is_media=True)
        self.assertEqual(self._warnings(handled).user_id, self.handler)
        self.assertEqual(self._warnings(waiting).user_id, self.supervisor)
        self.env.company.care_media_user_id = self.employee
        hidden = self._create_complaint(user_id=self.handler.id, is_media=True)
        self.assertEqual(self._warnings(hidden).user_id, self.handler)

    def test_default_of_the_context_is_told_too(self):
        """A flag that comes as a default counts like one that was given."""
        complaint = (
            self.env["customer.complaint"].with_context(default_is_safety=True).create({"name": "Fire"})
        )
        self.assertEqual(len(self._warnings(complaint)), 1)


@tagged("post_install", "-at_install")
class TestPriority(ComplaintCommon):
    """Severity and urgency give the priority by a matrix that an administrator edits."""

    def test_shipped_matrix_is_what_it_was(self):
        """An upgrade changes no priority: severity, plus or minus a step of urgency, from 0 to 3."""
        matrix = self.env["customer.complaint.priority"]._get_matrix()
        for level, (severity, _name) in enumerate(SEVERITIES):
            for step, (urgency, _urgency_name) in enumerate(URGENCIES, start=-1):
                self.assertEqual(matrix[severity, urgency], min(max(level + step, 0), 3))
        self.env["customer.complaint.priority"].search([]).unlink()
        self.assertEqual(self.env["customer.complaint.priority"]._get_matrix(), matrix)

    def test_changed_matrix_counts_for_new_ones_and_on_demand_for_open_ones(self):
        """Open complaints keep their priority until somebody says so; done ones keep theirs for good."""
        grade = self.env["customer.grade"].search([], limit=1)
        grade.complaint_priority = "1"
        graded = self.env["res.partner"].create({"name": "Graded"})
        graded.sudo().care_grade_id = grade
        plain, key = self._create_complaint(), self._create_complaint(partner_id=graded.id)
        raised = self._create_complaint()
        raised.sudo().priority_raise = 1
        done = self._create_complaint()
        done.stage_id = self.stage_closed
        self.assertEqual([plain.priority, key.priority, done.priority], ["1", "2", "1"])
        row = self.env.ref("customer_complaint.customer_complaint_priority_general")
        row.with_user(self.manager).priority_normal = "0"
        self.assertEqual(self._create_complaint().priority, "0")
        self.assertEqual(plain.priority, "1")
        row.with_user(self.manager).browse().action_apply()
        self.assertEqual([plain.priority, key.priority, done.priority], ["0", "1", "1"])
        self.assertEqual(raised.priority, "1", "what an escalation added counts on top")
        self.assertEqual(self.env["customer.complaint.priority"]._apply([]), 0)

    def test_only_managers_change_the_matrix(self):
        """Reading is for all who handle complaints."""
        row = self.env.ref("customer_complaint.customer_complaint_priority_general")
        for user in (self.handler, self.supervisor, self.auditor, self.director):
            self.assertEqual(row.with_user(user).priority_normal, "1")
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                row.with_user(user).priority_normal = "3"
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                row.with_user(user).action_apply()
