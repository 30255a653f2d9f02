from datetime import timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from odoo import fields
from odoo.addons.customer_care.models import customer_rule_run_mixin
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .rule_common import RuleKit


@tagged("post_install", "-at_install")
class TestRun(RuleKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def test_second_channel(self):
        """Who has no address is asked by the next channel; whom none reaches is left out for the first one's reason."""
        people = self._create_people(3)
        people[1].write({"email": False, "phone": "+86 21 5555 0199"})
        people[2].write({"email": False, "phone": False})
        rule = self._create_periodic(channel="email", second_channel="phone")
        run = self._run(rule)
        requests = self.env["customer.survey.request"].search([("run_id", "=", run.id)])
        channels = {request.partner_id: request.channel for request in requests}
        self.assertEqual(channels, {people[0]: "email", people[1]: "phone"})
        self.assertEqual(run.counts, {"address": 1})
        self.assertEqual(
            {answer.partner_id: answer.care_status for answer in self._get_asked(rule)},
            {people[0]: "to_send", people[1]: "to_call"},
        )

    # What is made

    def test_run_makes_what_single_asking_makes(self):
        """Requests and invitations made by a run are those that asking one by one makes."""
        person = self._create_people(1, lang="en_US")
        self.company.partner_id.tz = "America/Los_Angeles"
        rule = self._create_periodic(expiry_days=5)
        run = self._run(rule)
        self.assertRecordValues(
            run, [{"state": "done", "count_customers": 1, "count_due": 1, "count_new": 1}]
        )
        made = self._get_asked(rule)
        rule.trigger = "manual"
        with patch.object(self.env.registry["survey.user_input"], "_care_send_mail", lambda answers: None):
            single = rule._ask(person, self.company, "single")
        ignored = {
            "id",
            "access_token",
            "care_key",
            "care_sent_datetime",
            "care_send_datetime",
            "display_name",
            "create_uid",
            "write_uid",
            "create_date",
            "write_date",
            "message_ids",
            "website_message_ids",
            "message_follower_ids",
        }
        for name, field in made._fields.items():
            if name not in ignored and field.store:
                self.assertEqual(made[name], single[name], name)
        self.assertEqual(made.predefined_question_ids, self.survey.question_ids)
        self.assertEqual(len(made.access_token), 36)
        self.assertNotEqual(made.access_token, single.access_token)
        request = self.env["customer.survey.request"].search([("run_id", "=", run.id)])
        self.assertRecordValues(
            request,
            [
                {
                    "partner_id": person.id,
                    "commercial_partner_id": person.id,
                    "outcome": "asked",
                    "key": made.care_key,
                    "company_id": self.company.id,
                    "channel": "email",
                }
            ],
        )
        self.assertEqual(request.create_uid, self.users["manager"])

    def test_run_again_asks_nobody(self):
        """The second run, and a rule without interval years later, ask nobody again."""
        self._create_people(3)
        rule = self._create_periodic()
        self.assertEqual(self._run(rule).count_new, 3)
        run = self._run(rule)
        self.assertEqual((run.count_new, run.counts), (0, {"done": 3}))
        with freeze_time(self.today + timedelta(days=800)):
            self.assertEqual(self._run(rule).count_new, 0)
        self.assertEqual(len(self._get_asked(rule)), 3)

    def test_invitations_are_mailed_by_the_job(self):
        """The job mails what a run has made."""
        self._create_people(2)
        rule = self._create_periodic()
        self._run(rule)
        with self.enter_registry_test_mode():
            self.env.ref("customer_survey.ir_cron_send_surveys").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(len(self._get_mails(self._get_asked(rule))), 2)

    def test_questions_drawn_for_each(self):
        """A survey that draws questions at random is sent too."""
        section = self.env["survey.question"].create(
            {
                "survey_id": self.survey.id,
                "title": "Drawn",
                "is_page": True,
                "sequence": 0,
                "random_questions_count": 2,
            }
        )
        self.survey.write({"questions_selection": "random", "questions_layout": "page_per_section"})
        self.assertTrue(section)
        self._create_people(3)
        # As the form of a new rule has it.
        rule = self._create_periodic().with_context(default_state="draft")
        self.assertEqual(self._run(rule).count_new, 3)
        for answer in self._get_asked(rule):
            self.assertEqual(len(answer.predefined_question_ids), 2)

    # Why not

    def test_preview_gives_each_reason(self):
        """A preview says of each customer whether he would be asked, or why not, and makes nothing."""
        good, silent, no_address, black, quiet = self._create_people(5)
        silent.care_do_not_call = True
        no_address.email = False
        self.env["mail.blacklist"]._add(black.email)
        self._send(quiet)
        rule = self._create_periodic(quiet_mode="company")
        run = self._preview(rule)
        self.assertEqual(
            self._get_codes(run),
            {good: False, silent: "unwanted", no_address: "address", black: "email_blocked", quiet: "quiet"},
        )
        self.assertEqual(run.counts, {"unwanted": 1, "address": 1, "email_blocked": 1, "quiet": 1})
        self.assertIn("blacklist", run.counts_html)
        self.assertFalse(self._get_asked(rule))
        row = self.env["customer.survey.candidate"].search([("run_id", "=", run.id), ("code", "=", "quiet")])
        self.assertEqual(row.left_out_text, "The customer was asked only recently.")
        self.assertEqual(
            run.action_open_left_out()["domain"], [("run_id", "=", run.id), ("code", "!=", False)]
        )

    def test_preview_of_an_event_rule(self):
        """What happened of late shows whom the rule would ask, one document of each customer."""
        rule = self._create_rule(trigger="callback_done", state="draft", quiet_mode="company")
        values = {"partner_id": self.contact.id, "subject": "Call", "user_id": self.users["specialist"].id}
        calls = self.env["customer.callback"].create([values, values])
        for call in calls:
            call.with_user(self.users["specialist"]).action_done("reached", satisfaction=8)
        silent = self._create_partner("Silent", care_do_not_call=False)
        call = self.env["customer.callback"].create({**values, "partner_id": silent.id})
        call.with_user(self.users["specialist"]).action_done("reached", satisfaction=8)
        silent.care_do_not_call = True
        run = self._preview(rule)
        rows = self.env["customer.survey.candidate"].search([("run_id", "=", run.id)])
        rows = rows.filtered(lambda row: row.res_id in (calls | call).ids)
        self.assertEqual(
            {row.res_id: row.code for row in rows},
            {calls[0].id: False, calls[1].id: "quiet", call.id: "unwanted"},
        )
        with self.assertRaisesRegex(UserError, "asks nobody by itself"):
            rule.with_user(self.users["manager"]).action_plan_now()
        with self.assertRaisesRegex(UserError, "no preview"):
            self._preview(self.rule)

    # Triggers

    def test_purchase(self):
        """So many days after the last purchase, not before, and not when it is long ago; a new one asks again."""
        due, early, late, never = self._create_people(4)
        self._buy(due, self._days_ago(20), self._days_ago(7))
        self._buy(early, self._days_ago(6))
        self._buy(late, self._days_ago(60))
        rule = self._create_periodic("purchase", delay_days=7)
        self.assertEqual(
            self._get_codes(self._preview(rule)), {due: False, early: "early", late: "late", never: "none"}
        )
        self.assertEqual(self._run(rule).count_new, 1)
        self.assertEqual(self._run(rule).count_new, 0)
        with freeze_time(self.today + timedelta(days=10)):
            self._buy(due, fields.Date.today() - timedelta(days=7))
            run = self._run(rule)
            self.assertEqual(self._get_asked(rule).mapped("partner_id"), due | early)
            self.assertEqual(run.count_new, 2)
        first = self._create_periodic("purchase", delay_days=7, purchase_of="first")
        self.assertEqual(self._get_codes(self._preview(first))[due], False)

    def test_purchase_needs_no_rates(self):
        """Two companies with books in two currencies and no rate: when somebody bought is known all the same."""
        foreign = self.env["res.currency"].create({"name": "TTT", "symbol": "T"})
        self.env["res.company"].create({"name": "Other", "currency_id": foreign.id})
        due = self._create_people(1)
        self._buy(due, self._days_ago(7))
        for trigger in ("purchase", "filter"):
            with self.subTest(trigger):
                rule = self._create_periodic(trigger, delay_days=7, is_anniversary=trigger == "filter")
                self.assertIn(due, self._get_codes(self._preview(rule)))

    def test_refund_is_no_purchase(self):
        """Only what costs something counts."""
        person = self._create_people(1)
        self.env["customer.transaction"].create(
            {"partner_id": person.id, "date": self._days_ago(3), "amount": -5}
        )
        rule = self._create_periodic("purchase")
        self.assertEqual(self._get_codes(self._preview(rule)), {person: "none"})

    def test_grade(self):
        """Each grade at its own interval after the rule's last request; others are left in peace."""
        first, second = self.env["customer.grade"].search([], limit=2)
        best, good, none = self._create_people(3)
        best.care_grade_id, good.care_grade_id = first, second
        rule = self._create_periodic("grade")
        self.assertEqual(rule.grade_line_ids.mapped("months"), [6, 12], "the two best grades to begin with")
        self.assertEqual(self._get_codes(self._preview(rule))[none], "none")
        self.assertEqual(self._run(rule).count_new, 2)
        for months, expected in ((5, 0), (6, 1), (11, 0), (13, 2)):
            with freeze_time(self.today + relativedelta(months=months, days=1)):
                self.assertEqual(self._run(rule).count_new, expected, months)

    def test_filter_again_and_anniversary(self):
        """Again after so many months; or once in each year, on the day of the first purchase."""
        person = self._create_people(1)
        rule = self._create_periodic(interval_months=3)
        self.assertEqual(self._run(rule).count_new, 1)
        with freeze_time(self.today + relativedelta(months=3, days=1)):
            self.assertEqual(self._run(rule).count_new, 1)
        self._buy(person, self.today - relativedelta(years=2, days=1))
        yearly = self._create_periodic(is_anniversary=True)
        self.assertEqual(self._run(yearly).count_new, 1)
        self.assertEqual(self._run(yearly).count_new, 0)
        with freeze_time(self.today + relativedelta(months=11)):
            self.assertEqual(self._run(yearly).count_new, 0)
        with freeze_time(self.today + relativedelta(years=1, days=1)):
            self.assertEqual(self._run(yearly).count_new, 1)

    def test_companies(self):
        """Each company asks its own customers; those of none are asked by the first."""
        other = self.env["res.company"].create({"name": "Other"})
        shared, own, foreign = self._create_people(3)
        own.company_id, foreign.company_id = self.company, other
        rule = self._create_periodic(company_id=other.id)
        run = self.env["customer.survey.run"].browse(rule.action_preview()["res_id"])
        self.assertEqual(set(self._get_codes(run)), {shared, foreign})
        everywhere = self._create_periodic()
        everywhere.action_plan_now()
        companies = {answer.partner_id: answer.care_company_id for answer in self._get_asked(everywhere)}
        first = self.env["res.company"].search([], order="id", limit=1)
        self.assertEqual(companies, {shared: first, own: self.company, foreign: other})

    # Confirmation, nights, workers

    def test_many_wait_for_confirmation(self):
        """More than the company's limit wait; a manager confirms or gives it up."""
        self._create_people(3)
        self.company.care_survey_limit = 2
        self.env["res.company"].search([]).care_survey_limit = 2
        rule = self._create_periodic(user_id=self.users["admin"].id)
        rule._run_tonight()
        run = rule.run_ids
        self.assertEqual((run.state, run.count_new), ("waiting", 3))
        self.assertEqual(rule.activity_ids.user_id, self.users["admin"])
        self.assertFalse(self._get_asked(rule))
        for role in ("specialist", "supervisor", "auditor"):
            with self.assertRaises(AccessError):
                run.with_user(self.users[role]).action_confirm()
        run.with_user(self.users["manager"]).action_confirm()
        self.assertEqual((run.state, run.count_new), ("done", 3))
        self.assertFalse(rule.activity_ids)
        self.assertEqual(len(self._get_asked(rule)), 3)

    def test_night_runs_each_rule_once(self):
        """The job runs active rules once a day, and never paused, archived or draft ones."""
        self._create_people(2)
        rule = self._create_periodic()
        others = [self._create_periodic(**vals) for vals in ({"active": False}, {"state": "paused"})]
        self.assertEqual(rule.next_run_date, rule._get_today(self.company))
        for _time in range(2):
            with self.enter_registry_test_mode():
                self.env.ref("customer_survey.ir_cron_survey_run_1").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(len(rule.run_ids), 1)
        self.assertEqual(len(self._get_asked(rule)), 2)
        self.assertEqual(rule.next_run_date, rule.date_last_run + timedelta(days=1))
        for other in others:
            self.assertFalse(other.run_ids)

    def test_broken_rule_fails_at_night_and_says_so(self):
        """A rule whose survey was archived asks nobody and tells who is responsible."""
        self._create_people(1)
        rule = self._create_periodic(user_id=self.users["admin"].id)
        self.survey.active = False
        with mute_logger("odoo.addons.customer_care.models.customer_rule_run_mixin"):
            rule._run_tonight()
        self.assertEqual(rule.run_ids.state, "failed")
        self.assertIn("is archived", rule.run_ids.error)
        self.assertIn("is archived", rule.activity_ids.note)

    def _start_slices(self, rule, size=2):
        """Begin a run whose slices are left to the workers."""
        with (
            patch.object(customer_rule_run_mixin, "RUN_AT_ONCE", 0),
            patch.object(customer_rule_run_mixin, "SLICE", size),
        ):
            return self._run(rule)

    def test_slices_ask_the_gate_again(self):
        """Who objected, or was asked by another rule, after the run began is left out, and the quota holds."""
        people = self._create_people(6)
        rule = self._create_periodic(quiet_mode="company", quota_count=5)
        run = self._start_slices(rule)
        self.assertEqual((run.state, len(run.slice_ids)), ("running", 3))
        people[0].care_do_not_call = True
        self.assertTrue(self._send(people[1]))
        rule.quota_count = 3
        with patch.object(customer_rule_run_mixin, "SLICE", 2):
            while run.sudo()._work_once():
                pass
        self.assertEqual((run.state, run.count_new), ("done", 3))
        self.assertEqual(run.counts, {"unwanted": 1, "quiet": 1, "quota": 1})
        self.assertEqual(self._get_asked(rule).partner_id, people[2:5])

    def test_paused_rule_stops_its_run(self):
        """A rule that is archived or paused meanwhile asks nobody more."""
        for vals in ({"state": "paused"}, {"active": False}):
            rule = self._create_periodic()
            self._create_people(3)
            run = self._start_slices(rule)
            rule.write(vals)
            self.assertFalse(run.sudo()._work_once())
            self.assertEqual((run.state, run.count_new), ("cancelled", 0))
            self.assertFalse(self._get_asked(rule))

    def test_roles(self):
        """Managers run and preview; others do not, and nobody writes runs."""
        rule = self._create_periodic()
        for role in ("employee", "specialist", "supervisor", "auditor", "portal"):
            for method in ("action_preview", "action_plan_now"):
                with self.subTest(role=role, method=method), self.assertRaises(AccessError):
                    getattr(rule.with_user(self.users[role]), method)()
        run = self._preview(rule)
        self.assertTrue(run.with_user(self.users["auditor"]).counts is not None)
        for model in ("customer.survey.run", "customer.survey.candidate", "customer.survey.slice"):
            for role in ("admin", "auditor", "specialist"):
                self.assertFalse(self.env[model].with_user(self.users[role]).has_access("write"))
        with self.assertRaises(AccessError):
            self.env["customer.survey.request"].with_user(self.users["admin"]).create({"key": "x"})

    # Merged customers

    def test_merged_customers_are_not_asked_again(self):
        """The keys follow the customer who stays; of two invitations for one cause one is sent."""
        kept, gone, third = self._create_people(3)
        rule = self._create_periodic(delay_days=0)
        self._run(rule)
        answers = {answer.partner_id: answer for answer in self._get_asked(rule)}
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([kept.id, gone.id], kept, extra_checks=False)
        self.env.invalidate_all()
        answers = self._get_asked(rule)
        keys = answers.mapped("care_key")
        self.assertIn(f"{rule.id}:res.partner,{kept.id}:0", keys)
        self.assertEqual(len(answers.filtered("care_send_date")), 2, "kept and third")
        self.assertEqual(answers.mapped("care_res_id"), [kept.id, kept.id, third.id])
        requests = self.env["customer.survey.request"].search([("rule_id", "=", rule.id)])
        self.assertEqual(sorted(requests.mapped("outcome")), ["asked", "asked", "merged"])
        self.assertEqual(self._run(rule).count_new, 0)
